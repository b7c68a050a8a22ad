# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The peers of s3.py, each in a process of its own, and whether their answers are ours.

    s3_engines.py ENGINE QUESTION URL --answer FILE   answers from Parquet in S3; prints JSON: version, seconds of the query alone
    s3_engines.py check QUESTION FILE FILE…           are the answers equal? (sums of doubles and means to 12 digits)
    s3_engines.py columns FILE NAME…                  stored bytes of some columns of a Parquet file

Endpoint and credentials come from AWS_….
"""

import argparse
import importlib.util
import json
import os
import pathlib
import sys
import urllib.parse

from side_by_side import timed

# Of the db-benchmark: columns of an answer that are keys, arguments of `colonnade agg`, SQL, and which columns of the file it reads.
QUESTIONS = {
    "q1": (["--by", "id1", "--agg", "sum(v1)"], "select id1, sum(v1) from '{}' group by id1", ["id1", "v1"]),
    "q4": (
        ["--by", "id4", "--agg", "mean(v1), mean(v2), mean(v3)"],
        "select id4, avg(v1), avg(v2), avg(v3) from '{}' group by id4",
        ["id4", "v1", "v2", "v3"],
    ),
    "q5": (
        ["--by", "id6", "--agg", "sum(v1), sum(v2), sum(v3)"],
        "select id6, sum(v1), sum(v2), sum(v3) from '{}' group by id6",
        ["id6", "v1", "v2", "v3"],
    ),
}
RELATIVE_TOLERANCE = 1e-12


def duckdb_task(question, url, threads):
    import duckdb

    endpoint = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL_S3"])
    database = duckdb.connect(config={"threads": threads})
    package = pathlib.Path(importlib.util.find_spec("duckdb_extension_httpfs").submodule_search_locations[0])
    (extension,) = package.glob(f"extensions/v{duckdb.__version__}/httpfs.duckdb_extension")
    database.execute(f"load '{extension}'")
    database.execute(
        f"create secret (type s3, key_id '{os.environ['AWS_ACCESS_KEY_ID']}', secret '{os.environ['AWS_SECRET_ACCESS_KEY']}', "
        f"region '{os.environ['AWS_REGION']}', endpoint '{endpoint.netloc}', use_ssl false, url_style 'path')"
    )
    return duckdb.__version__, lambda: database.sql(QUESTIONS[question][1].format(url)).to_arrow_table()


def polars_task(question, url, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    options = {
        "aws_endpoint_url": os.environ["AWS_ENDPOINT_URL_S3"],
        "aws_access_key_id": os.environ["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": os.environ["AWS_SECRET_ACCESS_KEY"],
        "aws_region": os.environ["AWS_REGION"],
        "aws_allow_http": "true",
        "aws_virtual_hosted_style_request": "false",
    }
    table = pl.scan_parquet(url, storage_options=options)
    asked = {
        "q1": lambda: table.group_by("id1").agg(pl.sum("v1")),
        "q4": lambda: table.group_by("id4").agg(pl.mean("v1", "v2", "v3")),
        "q5": lambda: table.group_by("id6").agg(pl.sum("v1", "v2", "v3")),
    }
    return pl.__version__, lambda: asked[question]().collect().to_arrow()


def answer(engine, question, url, threads, target):
    """The first call of a process is timed: no peer has seen the file's footer before."""
    version, task = {"duckdb": duckdb_task, "polars": polars_task}[engine](question, url, threads)
    seconds, _, table = timed(task)
    from pyarrow import csv

    csv.write_csv(table.rename_columns([f"c{number}" for number in range(table.num_columns)]), target)
    print(json.dumps({"version": version, "seconds": seconds}))


def rows_of(path):
    """Rows by their first column, which is the key."""
    from pyarrow import csv

    table = csv.read_csv(path)
    return dict(zip(table[0].to_pylist(), zip(*(column.to_pylist() for column in table.columns[1:]))))


def check(paths):
    first, *others = (rows_of(path) for path in paths)
    for rows in others:
        if rows.keys() != first.keys():
            sys.exit("groups differ")
        for key, values in rows.items():
            for found, expected in zip(values, first[key], strict=True):
                if abs(float(found) - float(expected)) > RELATIVE_TOLERANCE * abs(float(expected)):
                    sys.exit(f"{key}: {found} and {expected}")
    print(json.dumps({"groups": len(first)}))


def column_bytes(path, names):
    from pyarrow import parquet

    metadata = parquet.ParquetFile(path).metadata
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    chunks = [group.column(place) for group in groups for place in range(metadata.num_columns)]
    codecs = sorted({chunk.compression for chunk in chunks})
    stored = sum(chunk.total_compressed_size for chunk in chunks if chunk.path_in_schema in names)
    print(json.dumps({"bytes": stored, "row_groups": len(groups), "codecs": codecs}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=("duckdb", "polars", "check", "columns"))
    parser.add_argument("what", nargs="+")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--answer")
    arguments = parser.parse_args()
    if arguments.task == "check":
        return check(arguments.what)
    if arguments.task == "columns":
        return column_bytes(arguments.what[0], arguments.what[1:])
    answer(arguments.task, *arguments.what, arguments.threads, arguments.answer)


if __name__ == "__main__":
    main()
