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
import json
import os
import sys

from columnar_files import FILES, check, facts_of, installed, measure, remove, run_facts, run_peer_task, size, target
from side_by_side import machine, need, side_by_side_options, write_result

ENGINES = ["colonnade", "duckdb", "duckdb own file", "polars", "pyarrow", "pyarrow streaming", "chdb"]


def table_of(file, engines, arguments):
    runs = {engine: [] for engine in engines}
    for _ in range(arguments.repeat):
        for engine in engines:
            runs[engine].append(measure(__file__, engine, file, arguments))
    best = {e: (min(r[0] for r in rs), min(r[1] for r in rs), max(r[2] for r in rs)) for e, rs in runs.items()}
    expected = facts_of(__file__, "csv", file, arguments.command)
    lines = [
        f"## {file}: {size(FILES[file].path) / 1e6:.0f} MB of CSV",
        "",
        "| engine | wall s | CPU s | peak MiB | file MB | wall, of DuckDB's | CPU, of DuckDB's | answer |",
        "|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for engine, (wall, cpu, memory) in best.items():
        said = check(engine, file, facts_of(__file__, engine, file, arguments.command), expected)
        megabytes = size(target(engine, file)) / 1e6
        ratios = "| – | –"
        if "duckdb" in best:
            ratios = f"| {wall / best['duckdb'][0]:.2f} | {cpu / best['duckdb'][1]:.2f}"
        lines.append(f"| {engine} | {wall:.3f} | {cpu:.2f} | {memory:.0f} | {megabytes:.1f} {ratios} | {said} |")
        print(lines[-1], file=sys.stderr)
        remove(target(engine, file))
    return lines + [""]


def main():
    parser = side_by_side_options(__doc__, repeat=5)
    parser.add_argument("--files", default="cities,groupby")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--facts", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        return print(json.dumps(run_peer_task(*arguments.task.split(":"), arguments.threads)))
    if arguments.facts:
        return print(json.dumps(run_facts(*arguments.facts.split(":"), arguments.command)))

    engines = installed(ENGINES)
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
        need(FILES[file].path, FILES[file].generator)
        lines += table_of(file, engines, arguments)
    write_result("convert.md", lines[:-1])


if __name__ == "__main__":
    main()
