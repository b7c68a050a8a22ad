#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""CSV to a columnar file, side by side with other engines in one run: the generated cities and group-by files.

    convert.py [--threads 2] [--repeat 5] [--files cities,groupby] [--command .build/release/colonnade]

Ours is timed as a whole command, start of the process and flushing to disk (fsync) included; peers inside a process started
for the one run, imports left out and without flushing, which is in their favour. Runs of all engines take turns; the input
is in the page cache. Each figure is the best of the repeats, except peak memory, which is the greatest; a peer's peak has
its libraries in it. Every file is read again by another program than the one that wrote it (but DuckDB's own, which only
DuckDB reads), and what its columns hold is compared with what those of the CSV do. A peer that is not installed is skipped.
"""

import argparse
import importlib.util
import json
import os
import subprocess
import sys

from side_by_side import CITIES, COMMAND, DATA, GROUPBY, machine, need, run_child, run_self, timed, write_result

FILES = {"cities": (CITIES, "generate_cities.py"), "groupby": (GROUPBY, "generate_groupby.py")}
# Name of an engine, the module it needs, and the ending of what it writes.
ENGINES = [
    ("colonnade", None, "cln"),
    ("duckdb", "duckdb", "parquet"),
    ("duckdb own file", "duckdb", "duckdb"),
    ("polars", "polars", "parquet"),
    ("pyarrow", "pyarrow", "parquet"),
    ("pyarrow streaming", "pyarrow", "parquet"),
    ("chdb", "chdb", "parquet"),
]


def target(engine, file):
    ending = next(ending for name, _, ending in ENGINES if name == engine)
    return DATA / f"convert-{file}-{engine.replace(' ', '-')}.{ending}"


# --- peers: each prepares outside the clock, then gives a function to time ---


def duckdb_task(source, target, threads):
    import duckdb

    database = duckdb.connect(config={"threads": threads})
    return lambda: database.execute(f"copy (from '{source}') to '{target}' (format parquet, compression zstd)")


def duckdb_own_task(source, target, threads):
    import duckdb

    database = duckdb.connect(config={"threads": threads})

    def convert():
        database.execute(f"attach '{target}' as own; create table own.data as from '{source}'; detach own")

    return convert


def polars_task(source, target, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    return lambda: pl.scan_csv(source, try_parse_dates=True).sink_parquet(target, compression="zstd")


def pyarrow_task(source, target, threads):
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    pa.set_cpu_count(threads)
    return lambda: pq.write_table(csv.read_csv(source), target, compression="zstd")


def pyarrow_streaming_task(source, target, threads):
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    pa.set_cpu_count(threads)

    def convert():
        reader = csv.open_csv(source, csv.ReadOptions(block_size=8 << 20))
        with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)

    return convert


def chdb_task(source, target, threads):
    from chdb.session import Session

    session = Session()
    settings = f"max_threads = {threads}, max_insert_threads = {threads}, output_format_parquet_compression_method = 'zstd'"
    query = f"insert into function file('{target}', Parquet) select * from file('{source}', CSVWithNames) settings {settings}"
    return lambda: session.query(query)


TASKS = {
    "duckdb": duckdb_task,
    "duckdb own file": duckdb_own_task,
    "polars": polars_task,
    "pyarrow": pyarrow_task,
    "pyarrow streaming": pyarrow_streaming_task,
    "chdb": chdb_task,
}


def run_peer_task(engine, file, threads):
    wall, cpu, _ = timed(TASKS[engine](FILES[file][0], target(engine, file), threads))
    return {"wall": wall, "cpu": cpu}


def measure(engine, file, arguments):
    """One run: wall and CPU seconds, peak memory in MiB. What the last run wrote is removed before."""
    target(engine, file).unlink(missing_ok=True)
    # What others left to be written to disk is not this run's to wait for.
    os.sync()
    if engine != "colonnade":
        found, memory = run_self(__file__, "--task", f"{engine}:{file}", "--threads", arguments.threads)
        return found["wall"], found["cpu"], memory
    options = ["-o", target(engine, file), "--threads", arguments.threads, "--quiet"]
    wall, cpu, memory, status, _ = run_child([arguments.command, "convert", FILES[file][0], *options])
    if status != 0:
        sys.exit(f"colonnade convert of {file} ended with {status}")
    return wall, cpu, memory


# --- the answer: each file's columns, read again, hold what the CSV's do ---


def read_again(engine, path, command):
    """What was written, as an Arrow table, by another program than the one that wrote it, if there is one."""
    if engine == "colonnade":
        from pyarrow import csv

        text = path.with_suffix(".csv")
        subprocess.run([command, "export", path, "-o", text, "--format", "csv", "--quiet"], check=True)
        try:
            return csv.read_csv(text)
        finally:
            text.unlink()
    if engine == "duckdb own file":
        import duckdb

        return duckdb.connect(path, read_only=True).sql("from data").to_arrow_table()
    if engine.startswith("pyarrow"):
        import duckdb

        return duckdb.sql(f"from '{path}'").to_arrow_table()
    from pyarrow import parquet

    return parquet.read_table(path)


def facts(table):
    """Rows, and of each column nulls, sum, least, greatest and distinct values; texts are summed by their bytes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = {"rows": table.num_rows}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_floating(column.type):
            # Whole millionths, as the generator writes them: their sum does not depend on the order of rows.
            numbers = pc.round(pc.multiply(column, 1e6)).cast(pa.int64())
        elif pa.types.is_integer(column.type):
            numbers = column
        elif pa.types.is_date(column.type):
            numbers = column.cast(pa.int32())
        else:
            numbers = pc.binary_length(column)
        least, greatest = pc.min_max(column).as_py().values()
        distinct = pc.count_distinct(column).as_py()
        found[name] = [column.null_count, pc.sum(numbers).as_py(), str(least), str(greatest), distinct]
    return found


def check(engine, file, command):
    """Whether the file that `engine` wrote holds what the CSV does; of the CSV itself, what that is."""
    from pyarrow import csv

    expected = csv.read_csv(FILES[file][0])
    schema, wanted = expected.schema, facts(expected)
    del expected
    found = facts(read_again(engine, target(engine, file), command).select(schema.names).cast(schema))
    return {"rows": found["rows"], "differ": [name for name in wanted if wanted[name] != found.get(name)]}


def answer(engine, file, command):
    """In a process of its own, which takes the tables' memory with it."""
    found, _ = run_self(__file__, "--check", f"{engine}:{file}", "--command", command)
    if found["differ"]:
        sys.exit(f"{engine} {file}: another answer than the CSV's in {', '.join(found['differ'])}")
    return f"{found['rows']:,} rows, equal"


def table_of(file, engines, arguments):
    runs = {engine: [] for engine in engines}
    for _ in range(arguments.repeat):
        for engine in engines:
            runs[engine].append(measure(engine, file, arguments))
    best = {e: (min(r[0] for r in rs), min(r[1] for r in rs), max(r[2] for r in rs)) for e, rs in runs.items()}
    source = FILES[file][0].stat().st_size / 1e6
    lines = [
        f"## {file}: {source:.0f} MB of CSV",
        "",
        "| engine | wall s | CPU s | peak MiB | file MB | wall, of DuckDB's | CPU, of DuckDB's | answer |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for engine, (wall, cpu, memory) in best.items():
        said = answer(engine, file, arguments.command)
        size = target(engine, file).stat().st_size / 1e6
        ratios = "| – | –"
        if "duckdb" in best:
            ratios = f"| {wall / best['duckdb'][0]:.2f} | {cpu / best['duckdb'][1]:.2f}"
        lines.append(f"| {engine} | {wall:.3f} | {cpu:.2f} | {memory:.0f} | {size:.1f} {ratios} | {said} |")
        print(lines[-1], file=sys.stderr)
        target(engine, file).unlink()
    return lines + [""]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--files", default="cities,groupby")
    parser.add_argument("--command", default=COMMAND)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--check", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        return print(json.dumps(run_peer_task(*arguments.task.split(":"), arguments.threads)))
    if arguments.check:
        return print(json.dumps(check(*arguments.check.split(":"), arguments.command)))

    engines = []
    for engine, module, _ in ENGINES:
        if module is None or importlib.util.find_spec(module):
            engines.append(engine)
        else:
            print(f"{engine}: {module} is not installed, skipped (Tests/setup.sh benchmarks installs it)", file=sys.stderr)
    load = os.getloadavg()[0]
    lines = [
        "# CSV to a columnar file",
        "",
        f"{machine(arguments.threads)}; load {load:.1f} at the start.",
        f"Best of {arguments.repeat}, engines taking turns; peak memory is the greatest. Ours is the whole command and flushes to disk;",
        "peers are timed inside a running process and do not flush. Parquet is compressed with zstd. `make bench-convert`. Wanted: at most 0.35 of DuckDB's wall time for both files.",
        "",
    ]  # fmt: skip
    for file in arguments.files.split(","):
        need(*FILES[file])
        lines += table_of(file, engines, arguments)
    write_result("convert.md", lines[:-1])


if __name__ == "__main__":
    main()
