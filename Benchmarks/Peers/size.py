#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Size of a columnar file, time to write it and time of a full scan, side by side with other engines in one run.

    size.py [--threads 2] [--repeat 3] [--files cities,groupby,lineitem,covid] [--engines colonnade,duckdb]
            [--command .build/release/colonnade]

Writing is measured as in convert.py: ours is the whole command with flushing to disk, peers are timed inside a process
started for the one run, imports left out and without flushing. The scan is one query over every column: the sum of each
column of numbers, the greatest of each of texts and dates. Nobody answers it without decoding every page: ours is told not
to answer from statistics, Parquet keeps no sums, Vortex's are not asked for through Arrow, and an engine that takes a lone
maximum from its statistics (DuckDB does) decodes the column when a sum is asked for beside it. Ours is
`colonnade agg --ignore-statistics`, the start of its process included; each peer is asked in the way found the fastest:
DuckDB, chDB and Lance by SQL, Polars by its streaming engine, pyarrow by Acero, Vortex by DuckDB over its Arrow stream. Files are in the page cache. Runs of all engines take turns; each figure is the best
of the repeats, except peak memory, which is the greatest.

Every file is read again as in convert.py, by another program than the one that wrote it (but DuckDB's own, Vortex's and
Lance's), and holds what the CSV does; every scan gives the CSV's sums, those of float64 within half a cent or to twelve
digits. A peer that is not installed is skipped.
"""

import argparse
import csv
import decimal
import io
import json
import os
import sys

import columnar_files
from columnar_files import FILES, check, facts_of, installed, measure, remove, run_facts, run_peer_task, size, target
from side_by_side import machine, need, run_child, run_self, side_by_side_options, timed, write_result

ENGINES = [name for name in columnar_files.ENGINES if name != "pyarrow streaming"]
# What the scan adds up, and what it takes the greatest of.
COLUMNS = {
    "cities": (["code", "cases", "deaths"], ["date", "state", "name"]),
    "groupby": (["id4", "id5", "id6", "v1", "v2", "v3"], ["id1", "id2", "id3"]),
    "lineitem": (
        "l_orderkey l_partkey l_suppkey l_linenumber l_quantity l_extendedprice l_discount l_tax".split(),
        "l_returnflag l_linestatus l_shipdate l_commitdate l_receiptdate l_shipinstruct l_shipmode l_comment".split(),
    ),
    "covid": (["code", "cases", "deaths"], ["date", "state", "name"]),
}
# Peers take numbers with a point for float64 unless told otherwise, ours finds out that they are decimals. Peers are told,
# but for these, whose files are no smaller for it.
AS_FLOATS = {
    ("duckdb own file", "groupby"),
    ("duckdb own file", "lineitem"),
    ("vortex", "lineitem"),
    ("vortex compact", "lineitem"),
}


def is_float(engine, file):
    return (engine, file) in AS_FLOATS


def decimals(engine, file):
    return {} if is_float(engine, file) else FILES[file].decimals


# --- the scan: each peer prepares outside the clock, then gives a function to time; that returns the answer ---


def aggregates(file):
    sums, greatest = COLUMNS[file]
    return ", ".join([f"sum({name})" for name in sums] + [f"max({name})" for name in greatest])


def duckdb_scan(engine, file, threads):
    import duckdb

    database, path = duckdb.connect(config={"threads": threads}), target(engine, file)
    return lambda: database.execute(f"select {aggregates(file)} from '{path}'").fetchone()


def duckdb_own_scan(engine, file, threads):
    import duckdb

    database, path = duckdb.connect(config={"threads": threads}), target(engine, file)

    def scan():
        database.execute(f"attach '{path}' as own (read_only)")
        return database.execute(f"select {aggregates(file)} from own.data").fetchone()

    return scan


def polars_scan(engine, file, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    sums, greatest = COLUMNS[file]
    wanted = [pl.sum(name) for name in sums] + [pl.max(name) for name in greatest]
    return lambda: pl.scan_parquet(target(engine, file)).select(wanted).collect(engine="streaming").row(0)


def pyarrow_scan(engine, file, threads):
    import pyarrow as pa
    from pyarrow import acero, dataset

    pa.set_cpu_count(threads)
    sums, greatest = COLUMNS[file]
    wanted = [(name, "sum", None, name) for name in sums] + [(name, "max", None, name) for name in greatest]

    def scan():
        source = acero.Declaration("scan", acero.ScanNodeOptions(dataset.dataset(target(engine, file))))
        plan = [source, acero.Declaration("aggregate", acero.AggregateNodeOptions(wanted))]
        return list(acero.Declaration.from_sequence(plan).to_table().to_pylist()[0].values())

    return scan


def chdb_scan(engine, file, threads):
    from chdb.session import Session

    session = Session()
    query = f"select {aggregates(file)} from file('{target(engine, file)}', Parquet) settings max_threads = {threads}"
    return lambda: first_row(str(session.query(query, "CSVWithNames")))


def vortex_scan(engine, file, threads):
    import duckdb
    import vortex

    vortex.set_worker_threads(threads)
    database, path = duckdb.connect(config={"threads": threads}), target(engine, file)

    def scan():
        stream = vortex.open(str(path)).to_arrow()
        return database.execute(f"select {aggregates(file)} from stream").fetchone()

    return scan


def lance_scan(engine, file, threads):
    os.environ["LANCE_CPU_THREADS"] = str(threads)
    import lance

    def scan():
        query = lance.dataset(target(engine, file)).sql(f"select {aggregates(file)} from dataset").build()
        return list(query.to_batch_records()[0].to_pylist()[0].values())

    return scan


SCANS = {
    "duckdb": duckdb_scan,
    "duckdb v2": duckdb_scan,
    "duckdb own file": duckdb_own_scan,
    "polars": polars_scan,
    "pyarrow": pyarrow_scan,
    "chdb": chdb_scan,
    "vortex": vortex_scan,
    "vortex compact": vortex_scan,
    "lance": lance_scan,
}


def run_peer_scan(engine, file, threads):
    wall, cpu, answer = timed(SCANS[engine](engine, file, threads))
    return {"wall": wall, "cpu": cpu, "answer": [str(value) for value in answer]}


def first_row(text):
    """Below the names, of what a program puts out as CSV."""
    return list(csv.reader(io.StringIO(text)))[1]


def measure_scan(engine, file, arguments):
    """One run: wall and CPU seconds, and the answer."""
    os.sync()
    if engine != "colonnade":
        found, _ = run_self(__file__, "--scan", f"{engine}:{file}", "--threads", arguments.threads)
        return found["wall"], found["cpu"], found["answer"]
    options = ["--agg", aggregates(file), "--threads", arguments.threads, "--quiet", "--format", "csv"]
    wall, cpu, _, status, output = run_child(
        [arguments.command, "agg", target(engine, file), "--ignore-statistics", *options])
    if status != 0:
        sys.exit(f"colonnade agg of {file} ended with {status}")
    return wall, cpu, first_row(output.decode())


def check_scan(engine, file, answer, expected):
    """Ends the benchmark unless the scan's answer is what the facts of the CSV say."""
    sums, greatest = COLUMNS[file]
    for name, value in zip(sums + greatest, answer, strict=True):
        _, sum_wanted, _, greatest_wanted, _ = expected[name]
        if name in greatest:
            equal = value == greatest_wanted
        elif name in FILES[file].decimals:
            # Facts are in millionths. Floats are off by what their additions round, which depends on their order.
            exact = decimal.Decimal(sum_wanted).scaleb(-6)
            near = max(decimal.Decimal("0.005"), exact.scaleb(-12)) if is_float(engine, file) else 0
            equal = abs(decimal.Decimal(value) - exact) <= near
        else:
            equal = int(value) == sum_wanted
        if not equal:
            sys.exit(f"{engine} {file}: another answer than the CSV's in {name} of the scan: {value}")


def table_of(file, engines, arguments):
    writes, scans = {engine: [] for engine in engines}, {engine: [] for engine in engines}
    for _ in range(arguments.repeat):
        for engine in engines:
            writes[engine].append(measure(__file__, engine, file, arguments))
            scans[engine].append(measure_scan(engine, file, arguments))
    sizes = {engine: size(target(engine, file)) for engine in engines}
    smallest = min((sizes[engine] for engine in engines if engine != "colonnade"), default=None)
    expected = facts_of(__file__, "csv", file, arguments.command)
    sums, greatest = COLUMNS[file]
    lines = [
        f"## {file}: {size(FILES[file].path) / 1e6:.0f} MB of CSV",
        "",
        f"Scanned: the sum of {', '.join(sums)}; the greatest of {', '.join(greatest)}.",
    ]
    if FILES[file].decimals:
        named = ", ".join(f"{name} decimal({p}, {s})" for name, (p, s) in FILES[file].decimals.items())
        lines.append(f"Peers were told {named}; those marked float64 were not, as their files are no smaller for it.")
    lines += [
        "",
        "| engine | file MB | of the smallest peer's | write s | CPU s | peak MiB | scan s | scan CPU s | answer |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for engine in engines:
        said = check(engine, file, facts_of(__file__, engine, file, arguments.command), expected)
        for _, _, answer in scans[engine]:
            check_scan(engine, file, answer, expected)
        write = [min(r[0] for r in writes[engine]), min(r[1] for r in writes[engine]), max(r[2] for r in writes[engine])]
        scan = [min(r[0] for r in scans[engine]), min(r[1] for r in scans[engine])]
        name = f"{engine}, float64" if is_float(engine, file) else engine
        ratio = f"{sizes[engine] / smallest:.2f}" if smallest else "–"
        figures = f"{write[0]:.3f} | {write[1]:.2f} | {write[2]:.0f} | {scan[0]:.3f} | {scan[1]:.2f}"
        lines.append(f"| {name} | {sizes[engine] / 1e6:.2f} | {ratio} | {figures} | {said} |")
        print(lines[-1], file=sys.stderr)
        remove(target(engine, file))
    return lines + [""]


def main():
    parser = side_by_side_options(__doc__, repeat=3)
    parser.add_argument("--files", default=",".join(COLUMNS))
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--scan", help=argparse.SUPPRESS)
    parser.add_argument("--facts", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        engine, file = arguments.task.split(":")
        return print(json.dumps(run_peer_task(engine, file, arguments.threads, decimals(engine, file))))
    if arguments.scan:
        return print(json.dumps(run_peer_scan(*arguments.scan.split(":"), arguments.threads)))
    if arguments.facts:
        return print(json.dumps(run_facts(*arguments.facts.split(":"), arguments.command)))

    engines = installed(arguments.engines.split(","))
    load = os.getloadavg()[0]
    lines = [
        "# Size of a columnar file, writing it and scanning it",
        "",
        f"{machine(arguments.threads)}; load {load:.1f} at the start.",
        f"Best of {arguments.repeat}, engines taking turns; peak memory is the greatest, of writing. Ours is the whole command and flushes to",
        "disk; peers are timed inside a running process and do not flush. Parquet is compressed with zstd, of DuckDB in the",
        "Parquet version it takes by default and in version 2; Lance is told zstd too, its file is a folder. Vortex (both of its ways",
        "to write) and Lance write an Arrow table that pyarrow reads from the CSV, which is inside their time. Vortex is scanned",
        "by DuckDB. `make bench-size`.",
        "",
    ]  # fmt: skip
    for file in arguments.files.split(","):
        need(FILES[file].path, FILES[file].generator)
        lines += table_of(file, engines, arguments)
    write_result("size.md", lines[:-1])


if __name__ == "__main__":
    main()
