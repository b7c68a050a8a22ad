# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The questions of groupby.py, and how each peer answers them; as a script, one engine times all of them in its own process.

    group_engines.py ENGINE SET --threads 2 --repeat 3 --answers FOLDER

prints JSON {question: seconds}, best of the repeats, results fetched as Arrow arrays; each answer is kept as FOLDER/QUESTION.arrow.
"""

import argparse
import importlib.util
import json
import os
import sys
import typing
from pathlib import Path

from side_by_side import DATA, repeats, timed


class Question(typing.NamedTuple):
    name: str
    # Arguments of `colonnade agg` after the input.
    ours: list
    # SQL over `t` as DuckDB and DataFusion read it, and as others need it.
    sql: str
    variants: dict = {}
    # Leading columns by which an answer's rows are put in one order before answers are compared; None: they come in the order asked for.
    keys: int | None = 0
    # Columns that are sums, exact in ours: SQL whose answer they have to equal digit by digit.
    exact: str | None = None


def grouped(name, keys, ours, sql, exact=None, **variants):
    """A question that asks some aggregates of some keys."""
    columns = ", ".join(keys)
    from_keys = f"select {columns}, {{}} from t group by {columns}".format
    return Question(
        name,
        ["--by", ",".join(keys), "--agg", ours],
        from_keys(sql),
        {engine: from_keys(text) for engine, text in variants.items()},
        len(keys),
        exact and from_keys(exact),
    )


SIX = "id1, id2, id3, id4, id5, id6"
TOP = "select id6, v3 from (select id6, v3, row_number() over (partition by id6 order by v3 desc) as place from t) where place <= 2"
V3 = "v3::decimal(9, 6)"
DB_BENCHMARK = [
    grouped("q1", ["id1"], "sum(v1)", "sum(v1)", exact="sum(v1)"),
    grouped("q2", ["id1", "id2"], "sum(v1)", "sum(v1)", exact="sum(v1)"),
    grouped("q3", ["id3"], "sum(v1), mean(v3)", "sum(v1), avg(v3)"),
    grouped("q4", ["id4"], "mean(v1), mean(v2), mean(v3)", "avg(v1), avg(v2), avg(v3)"),
    grouped("q5", ["id6"], "sum(v1), sum(v2), sum(v3)", "sum(v1), sum(v2), sum(v3)", exact=f"sum(v1), sum(v2), sum({V3})"),
    grouped("q6", ["id4", "id5"], "median(v3), stddev(v3)", "median(v3), stddev(v3)",
            chdb="quantileExactInclusive(0.5)(v3), stddevSampStable(v3)"),
    grouped("q7", ["id3"], "max(v1) - min(v2) as range", "max(v1) - min(v2)"),
    Question("q8", ["--by", "id6", "--agg", "top(v3, 2)"], TOP,
             {"duckdb": "select id6, unnest(max(v3, 2)) from t group by id6",
              "chdb": "select id6, v3 from t order by v3 desc limit 2 by id6"}, 2),
    grouped("q9", ["id2", "id4"], "corr(v1, v2) * corr(v1, v2) as r2", "pow(corr(v1, v2), 2)"),
    # Rows that tie at the tenth place are anybody's choice: keys are compared in none, sums and counts in all.
    Question("q10", ["--by", SIX, "--agg", "sum(v3), count(*)", "--order-by", "v3 desc", "--limit", "10"],
             f"select {SIX}, sum(v3) as total, count(*) from t group by {SIX} order by total desc limit 10", {}, None,
             f"select {SIX}, sum({V3}) as total, count(*) from t group by {SIX} order by total desc, {SIX} limit 10"),
]
TPCH = [
    Question(
        "TPC-H Q1",
        ["--by", "l_returnflag,l_linestatus", "--where", "l_shipdate <= date '1998-12-01' - interval '90' day", "--agg",
         "sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price, sum(l_extendedprice * (1 - l_discount)) as sum_disc_price, "
         "sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge, avg(l_quantity) as avg_qty, "
         "avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order"],
        "select l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice), sum(l_extendedprice * (1 - l_discount)), "
        "sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), avg(l_quantity), avg(l_extendedprice), avg(l_discount), count(*) "
        "from t where l_shipdate <= date '1998-12-01' - interval '90' day group by l_returnflag, l_linestatus", {}, 2),
    Question(
        "TPC-H Q6",
        ["--where", "l_shipdate >= date '1994-01-01' and l_shipdate < date '1994-01-01' + interval '1' year "
         "and l_discount between 0.06 - 0.01 and 0.06 + 0.01 and l_quantity < 24",
         "--agg", "sum(l_extendedprice * l_discount) as revenue"],
        "select sum(l_extendedprice * l_discount) from t where l_shipdate >= date '1994-01-01' "
        "and l_shipdate < date '1994-01-01' + interval '1' year and l_discount between 0.06 - 0.01 and 0.06 + 0.01 and l_quantity < 24",
        # chDB takes 0.06 + 0.01 as a double, which is less than 0.07.
        {"chdb": "select sum(l_extendedprice * l_discount) from t where l_shipdate >= '1994-01-01' "
         "and l_shipdate < '1995-01-01' and l_discount between 0.05 and 0.07 and l_quantity < 24"}),
]
CITIES = [
    grouped("sums by date and state", ["date", "state"], "sum(cases), sum(deaths)", "sum(cases), sum(deaths)",
            exact="sum(cases), sum(deaths)")
]
SETS = {"groupby": DB_BENCHMARK, "lineitem": TPCH, "cities": CITIES}


def polars_answers(table):
    import polars as pl

    keys = SIX.split(", ")
    r2 = pl.corr("v1", "v2") ** 2
    return {
        "q1": table.group_by("id1").agg(pl.sum("v1")),
        "q2": table.group_by("id1", "id2").agg(pl.sum("v1")),
        "q3": table.group_by("id3").agg(pl.sum("v1"), pl.mean("v3")),
        "q4": table.group_by("id4").agg(pl.mean("v1", "v2", "v3")),
        "q5": table.group_by("id6").agg(pl.sum("v1", "v2", "v3")),
        "q6": table.group_by("id4", "id5").agg(pl.median("v3").alias("m"), pl.std("v3").alias("s")),
        "q7": table.group_by("id3").agg(pl.max("v1") - pl.min("v2")),
        "q8": table.group_by("id6").agg(pl.col("v3").top_k(2)).explode("v3"),
        "q9": table.group_by("id2", "id4").agg(r2),
        "q10": table.group_by(*keys).agg(pl.sum("v3"), pl.len()).sort("v3", descending=True).head(10),
        "sums by date and state": table.group_by("date", "state").agg(pl.sum("cases", "deaths")),
    }


# --- engines: each prepares outside the clock, and gives a function from question to Arrow table ---


def duckdb_engine(files, threads, own):
    import duckdb

    if own:
        database = duckdb.connect(str(files.own), read_only=True, config={"threads": threads})
    else:
        database = duckdb.connect(config={"threads": threads})
        database.execute(f"create view t as from '{files.parquet}'")
    return lambda q: database.sql(q.variants.get("duckdb", q.sql)).to_arrow_table()


def polars_engine(files, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    answers = polars_answers(pl.scan_parquet(files.parquet))
    return lambda q: answers[q.name].collect().to_arrow() if q.name in answers else None


def datafusion_engine(files, threads):
    import datafusion
    import pyarrow as pa

    context = datafusion.SessionContext(datafusion.SessionConfig().with_target_partitions(threads))
    context.register_parquet("t", str(files.parquet))

    def answer(q):
        frame = context.sql(q.variants.get("datafusion", q.sql))
        return pa.Table.from_batches(frame.collect(), frame.schema())

    return answer


def chdb_engine(files, threads):
    import io

    import pyarrow as pa
    from chdb.session import Session

    session = Session()
    session.query(f"create view t as select * from file('{files.parquet}', Parquet) settings max_threads = {threads}")

    def answer(q):
        text = q.variants.get("chdb", q.sql) + f" settings max_threads = {threads}"
        return pa.ipc.open_file(io.BytesIO(session.query(text, "Arrow").bytes())).read_all()

    return answer


class Files(typing.NamedTuple):
    csv: Path
    chunks: Path
    own: Path
    parquet: Path

    @staticmethod
    def of(name):
        return Files(*(DATA / f"{name}{ending}" for ending in (".csv", ".cln", ".duckdb", "-duckdb.parquet")))


ENGINES = {
    "DuckDB, own file": lambda files, threads: duckdb_engine(files, threads, own=True),
    "DuckDB, Parquet": lambda files, threads: duckdb_engine(files, threads, own=False),
    "Polars, Parquet": polars_engine,
    "DataFusion, Parquet": datafusion_engine,
    "chDB, Parquet": chdb_engine,
}
MODULES = {"DuckDB": "duckdb", "Polars": "polars", "DataFusion": "datafusion", "chDB": "chdb"}


def is_installed(engine):
    return importlib.util.find_spec(MODULES[engine.split(",")[0]]) is not None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("set", choices=SETS)
    parser.add_argument("--name", help="of the files, where it is not the set's")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--answers", type=Path, required=True)
    options = parser.parse_args()
    from pyarrow import feather

    answer = ENGINES[options.engine](Files.of(options.name or options.set), options.threads)
    seconds = {}
    for question in SETS[options.set]:
        for _ in repeats(options.repeat):
            wall, _, table = timed(lambda: answer(question))
            if table is None:
                break
            seconds[question.name] = min(wall, seconds.get(question.name, wall))
        if question.name in seconds:
            feather.write_feather(table, str(options.answers / f"{question.name}.arrow"), compression="uncompressed")
    json.dump(seconds, sys.stdout)


if __name__ == "__main__":
    main()
