#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Two versions of the cities file (2.36 million rows; see generate_cities.py) compared by date, state and code, side by side in one run.

    compare.py [--threads 2] [--repeat 5] [--command .build/release/colonnade] [--datacompy .build-datacompy/bin/python]

Ours is timed as a whole command with its report; peers inside their running process, imports left out. DuckDB and Polars do the full join
and count what differs, which is less than a report; datacompy also counts per column. Runs of the engines take turns, so that what else
the machine does meets all alike; each figure is the best of the repeats, and answers are checked against each other.
The table goes to Benchmarks/Results/compare.md.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

from side_by_side import CHANGED, CITIES, DATA, ROOT, machine, need_both_cities, run_child, side_by_side_options, timed, write_result

KEYS = ["date", "state", "code"]
DIFFERENCES = """select count(*) filter (a.code is not null and b.code is null),
  count(*) filter (a.code is null and b.code is not null), count(*) filter (a.code is not null and b.code is not null),
  count(*) filter (a.name is distinct from b.name or a.cases <> b.cases or a.deaths <> b.deaths)
    - count(*) filter (a.code is null or b.code is null)
  from {} a full join {} b on a.date = b.date and a.state = b.state and a.code = b.code"""
# Of each pair of inputs, who reads it.
PLAN = [
    ("columnar files", ["colonnade", "duckdb", "polars", "datacompy"]),
    ("CSVs", ["colonnade", "duckdb", "polars"]),
    ("the same columnar file twice", ["colonnade", "duckdb", "polars"]),
]


def files(engine, work):
    if work == "CSVs":
        return [CITIES, CHANGED]
    kind = "cln" if engine == "colonnade" else "parquet"
    both = [CITIES.with_suffix("." + kind), CHANGED.with_suffix("." + kind)]
    return [both[0], both[0]] if work.startswith("the same") else both


def duckdb_task(paths, threads):
    import duckdb

    database = duckdb.connect(config={"threads": threads})
    return lambda: list(database.execute(DIFFERENCES.format(*(f"'{path}'" for path in paths))).fetchall()[0])


def polars_task(paths, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    def scan(path):
        frame = pl.scan_csv(path, try_parse_dates=True) if path.suffix == ".csv" else pl.scan_parquet(path)
        return frame.with_columns(pl.lit(1).alias("there"))

    def differences():
        joined = scan(paths[0]).join(scan(paths[1]), on=KEYS, how="full", suffix="_right")
        gone, there = pl.col("there").is_null(), pl.col("there_right").is_null()
        differ = pl.any_horizontal(pl.col(n).ne_missing(pl.col(n + "_right")) for n in ("name", "cases", "deaths"))
        counts = [there.sum(), gone.sum(), (~gone & ~there).sum(), (differ & ~gone & ~there).sum()]
        return list(joined.select(c.alias(str(i)) for i, c in enumerate(counts)).collect().row(0))

    return differences


def datacompy_task(paths, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import datacompy
    import polars as pl

    def differences():
        found = datacompy.PolarsCompare(pl.read_parquet(paths[0]), pl.read_parquet(paths[1]), join_columns=KEYS)
        both = found.intersect_rows
        differing = both.filter(~pl.all_horizontal(pl.col(n + "_match") for n in ("name", "cases", "deaths"))).height
        return [found.df1_unq_rows.height, found.df2_unq_rows.height, both.height, differing]

    return differences


def run_peer(engine, work, threads):
    task = {"duckdb": duckdb_task, "polars": polars_task, "datacompy": datacompy_task}[engine]
    found = task(files(engine, work), threads)
    wall, cpu, answer = timed(found)
    # The first run warms up: compilation, caches of the files.
    again = timed(found)
    print(json.dumps({"wall": min(wall, again[0]), "cpu": min(cpu, again[1]), "answer": answer}))


def measure_peer(python, engine, work, threads):
    task = [python, __file__, "--task", f"{engine}:{work}", "--threads", threads]
    _, _, memory, status, output = run_child(task)
    if status != 0:
        sys.exit(f"{engine}, {work}: ended with {status}")
    found = json.loads(output)
    return found["wall"], found["cpu"], memory, found["answer"]


def measure_ours(command, work, threads):
    report = DATA / "report.json"
    arguments = ["--on", ",".join(KEYS), "-o", report, "--threads", threads, "--quiet"]
    wall, cpu, memory, status, _ = run_child([command, "cmp", *files("colonnade", work), *arguments])
    found = json.loads(report.read_text())
    names = ["source_rows_unmatched", "compare_rows_unmatched", "rows_in_both", "diff_rows"]
    answer = [found[name] for name in names]
    if status != (1 if answer[0] + answer[1] + answer[3] else 0):
        sys.exit(f"colonnade, {work}: ended with {status}")
    return wall, cpu, memory, answer


def prepare(command):
    need_both_cities()
    for path in (CITIES, CHANGED):
        subprocess.run([command, "convert", path, "-o", path.with_suffix(".cln"), "--quiet"], check=True)
        target = path.with_suffix(".parquet")
        if not target.exists():
            # In a process of its own: what this one has ever had in memory counts as its children's peak.
            copy = f"copy (select * from '{path}') to '{target}' (format parquet, compression zstd)"
            subprocess.run([sys.executable, "-c", f"import duckdb; duckdb.execute({copy!r})"], check=True)


def main():
    parser = side_by_side_options(__doc__, repeat=5)
    parser.add_argument("--datacompy", default=str(ROOT / ".build-datacompy/bin/python"))
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        return run_peer(*arguments.task.split(":"), arguments.threads)

    prepare(arguments.command)
    lines = [
        "# Two versions of the cities file, compared",
        "",
        f"2,356,110 and 2,355,624 rows, {CITIES.stat().st_size / 1e6:.0f} MB of CSV each. {machine(arguments.threads)}.",
        f"Best of {arguments.repeat}, engines taking turns; ours is the whole command with its report, peers are timed inside a running",
        "process and count rows. Ratios are to DuckDB's time for the same work. `make bench-compare`.",
        "",
        "| inputs | engine | wall s | of DuckDB | CPU s | peak MiB | answer |",
        "|---|---|---|---|---|---|---|",
    ]
    for work, engines in PLAN:
        if not pathlib.Path(arguments.datacompy).exists():
            engines = [engine for engine in engines if engine != "datacompy"]
        runs = {engine: [] for engine in engines}
        for _ in range(arguments.repeat):
            for engine in engines:
                if engine == "colonnade":
                    runs[engine].append(measure_ours(arguments.command, work, arguments.threads))
                else:
                    python = arguments.datacompy if engine == "datacompy" else sys.executable
                    runs[engine].append(measure_peer(python, engine, work, arguments.threads))
        answers = {tuple(run[3]) for found in runs.values() for run in found}
        if len(answers) != 1:
            sys.exit(f"{work}: the answers differ: {answers}")
        walls = {engine: min(run[0] for run in found) for engine, found in runs.items()}
        for engine, found in runs.items():
            cpu, memory = min(run[1] for run in found), max(run[2] for run in found)
            ratio = walls[engine] / walls["duckdb"]
            said = f"{found[0][3][3]:,} rows differ, equal"
            lines.append(f"| {work} | {engine} | {walls[engine]:.3f} | {ratio:.2f} | {cpu:.2f} | {memory:.0f} | {said} |")
            print(lines[-1], file=sys.stderr)
    write_result("compare.md", lines)


if __name__ == "__main__":
    main()
