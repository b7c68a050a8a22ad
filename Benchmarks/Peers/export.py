#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Export side by side with other engines in one run: the generated cities file from a columnar file to CSV, NDJSON, JSON.

    export.py [--threads 2] [--repeat 3] [--command .build/release/colonnade]

Each engine reads its own columnar file (ours .cln, the peers Parquet) and writes to the same disk, the old output removed
before. Ours is timed as a whole command, start of the process and flushing to disk (fsync) included; peers inside their
running process, imports left out and without flushing, which is in their favour. To show what flushing costs, ours is also
timed into /dev/null. Runs of all engines take turns. Each figure is the best of the repeats, except peak memory, which is the
greatest. Every output is read again by pyarrow, and its rows are compared with the source's.
"""

import argparse
import json
import os
import re
import subprocess
import sys

from side_by_side import CITIES, DATA, machine, need, run_child, run_self, side_by_side_options, timed, write_result

FORMS = ["csv", "ndjson", "json"]


def output(engine, form):
    return DATA / f"export-{engine}.{form}"


def parquet(engine):
    return DATA / f"{engine}1.parquet"


# --- peers: each task prepares outside the clock, then gives a function to time ---


def duckdb_task(form, threads):
    import duckdb

    database = duckdb.connect(config={"threads": threads})
    if not parquet("duckdb").exists():
        database.execute(f"copy (from '{CITIES}') to '{parquet('duckdb')}' (format parquet, compression zstd)")
    how = {"csv": "format csv, header true", "ndjson": "format json", "json": "format json, array true"}[form]
    return lambda: database.execute(f"copy (from '{parquet('duckdb')}') to '{output('duckdb', form)}' ({how})")


def polars_task(form, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    source, target = parquet("polars"), output("polars", form)
    if not source.exists():
        pl.scan_csv(CITIES, try_parse_dates=True).sink_parquet(source, compression="zstd")
    return {
        "csv": lambda: pl.read_parquet(source).write_csv(target),
        "ndjson": lambda: pl.read_parquet(source).write_ndjson(target),
        "json": lambda: pl.read_parquet(source).write_json(target),
    }[form]


def polars_streaming_task(form, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    lazy, target = pl.scan_parquet(parquet("polars")), output("polars-streaming", form)
    return {"csv": lambda: lazy.sink_csv(target), "ndjson": lambda: lazy.sink_ndjson(target)}[form]


TASKS = {"duckdb": duckdb_task, "polars": polars_task, "polars-streaming": polars_streaming_task}


def run_peer_task(name, threads):
    """One timed run; the process was started for it alone, so that its peak memory is the run's."""
    engine, form = name.split(":")
    task = TASKS[engine](form, threads)
    output(engine, form).unlink(missing_ok=True)
    wall, cpu, _ = timed(task)
    print(json.dumps({"wall": wall, "cpu": cpu}))


def measure_peer(engine, form, threads):
    found, memory = run_self(__file__, "--task", f"{engine}:{form}", "--threads", threads)
    return found["wall"], found["cpu"], memory


def measure_ours(command, form, threads, target):
    arguments = ["export", DATA / "cities.cln", "-o", target, "--format", form, "--threads", threads, "--quiet"]
    if target != "/dev/null":
        target.unlink(missing_ok=True)
    wall, cpu, memory, status, _ = run_child([command, *arguments])
    if status != 0:
        sys.exit(f"colonnade export to {form} ended with {status}")
    return wall, cpu, memory


# --- the answer: what was written, read again by an engine of its own, is the source ---


def read_again(path, form):
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import json as pajson

    if form == "csv":
        return csv.read_csv(path)
    if form == "json":
        # An array of objects, one a line or all on one: without brackets and commas it is NDJSON. No text has a brace in it.
        source = pa.BufferReader(re.sub(rb"\},\s*\{", b"}\n{", path.read_bytes().strip()[1:-1].strip()))
    else:
        source = str(path)
    # Without the schema, dates are read as timestamps.
    table = pajson.read_json(source, parse_options=pajson.ParseOptions(explicit_schema=json_schema()))
    return table.set_column(0, "date", table["date"].cast(pa.date32()))


def json_schema():
    import pyarrow as pa

    texts, numbers = ["date", "state", "name"], ["code", "cases", "deaths"]
    return pa.schema([(n, pa.string()) for n in texts] + [(n, pa.int64()) for n in numbers])


def check_answer(name):
    engine, form = name.split(":")
    from pyarrow import csv

    expected = csv.read_csv(CITIES)
    found = read_again(output(engine, form), form).select(expected.column_names).cast(expected.schema)
    print(json.dumps({"rows": found.num_rows, "equal": found.combine_chunks().equals(expected.combine_chunks())}))


def answer(engine, form):
    """In a process of its own, which takes the tables' memory with it."""
    found, _ = run_self(__file__, "--check", f"{engine}:{form}")
    if not found["equal"]:
        sys.exit(f"{engine} {form}: what was written is not the source")
    return f"{found['rows']:,} rows, equal"


def main():
    parser = side_by_side_options(__doc__, repeat=3)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--check", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        return run_peer_task(arguments.task, arguments.threads)
    if arguments.check:
        return check_answer(arguments.check)

    need(CITIES, "generate_cities.py")
    subprocess.run([arguments.command, "convert", CITIES, "-o", DATA / "cities.cln", "--quiet"], check=True)

    load = os.getloadavg()[0]
    lines = [
        "# Export of the generated cities file",
        "",
        f"2,356,110 rows, {CITIES.stat().st_size / 1e6:.0f} MB as CSV. {machine(arguments.threads)}; load {load:.1f} at the start.",
        f"Best of {arguments.repeat}, engines taking turns. Ours is the whole command and flushes to disk; peers are timed inside a "
        "running process and do not flush. `make bench-export`.",
        "",
        "| to | engine | wall s | CPU s | peak MiB | answer |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for form in FORMS:
        engines = ["colonnade", "colonnade to /dev/null", "duckdb", "polars"] + ["polars-streaming"] * (form != "json")
        runs = {engine: [] for engine in engines}
        for _ in range(arguments.repeat):
            for engine in engines:
                # What others left to be written to disk is not this run's to wait for.
                os.sync()
                if engine.startswith("colonnade"):
                    target = "/dev/null" if "null" in engine else output("colonnade", form)
                    runs[engine].append(measure_ours(arguments.command, form, arguments.threads, target))
                else:
                    runs[engine].append(measure_peer(engine, form, arguments.threads))
        for engine, measured in runs.items():
            walls, cpus, memories = zip(*measured)
            said = "" if "null" in engine else answer(engine, form)
            lines.append(f"| {form} | {engine} | {min(walls):.3f} | {min(cpus):.2f} | {max(memories):.0f} | {said} |")
            print(lines[-1], file=sys.stderr)
        for engine in engines:
            output(engine.split()[0], form).unlink(missing_ok=True)
    write_result("export.md", lines)


if __name__ == "__main__":
    main()
