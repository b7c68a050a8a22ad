#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The main job side by side with other engines in one run: convert, aggregate, compare on the generated cities file.

    main_job.py [--threads 2] [--repeat 3] [--command .build/release/colonnade]

Ours is timed as a whole command, start of the process included; peers inside their running process, imports left out,
which is in their favour. Each figure is the best of the repeats, except peak memory, which is the greatest. Every answer
is checked against the others'. The table goes to Benchmarks/Results/main_job.md.
"""

import argparse
import json
import os
import subprocess
import sys

from side_by_side import CHANGED, CITIES, DATA, machine, need_both_cities, run_child, run_self, side_by_side_options, timed, write_result

KEYS = ["date", "state", "code"]
SUMS = "select date, state, sum(cases) cases, sum(deaths) deaths from {} group by date, state order by date, state"
DIFFERENCES = """select count(*) filter (a.code is not null and b.code is null),
  count(*) filter (a.code is null and b.code is not null), count(*) filter (a.code is not null and b.code is not null),
  count(*) filter (a.cases <> b.cases or a.deaths <> b.deaths)
  from {} a full join {} b on a.date = b.date and a.state = b.state and a.code = b.code"""


def parquet(engine, which):
    return DATA / f"{engine}{which}.parquet"


# --- peers: each task prepares outside the clock, then gives a function to time; that returns the answer ---


def duckdb_task(work, threads):
    import duckdb

    database = duckdb.connect(config={"threads": threads})
    files = [parquet("duckdb", 1), parquet("duckdb", 2)]

    def fetch(query):
        return database.execute(query).fetchall()

    def convert(source, target):
        database.execute(f"copy (select * from '{source}') to '{target}' (format parquet, compression zstd)")
        return target.stat().st_size

    if work == "convert":
        return lambda: convert(CITIES, files[0])
    if work == "agg":
        return lambda: [(str(d), s, int(c), int(n)) for d, s, c, n in fetch(SUMS.format(f"'{files[0]}'"))]
    if work == "agg own file":
        own = DATA / "duckdb.db"
        own.unlink(missing_ok=True)
        database.execute(f"attach '{own}' as own; create table own.cities as from '{files[0]}'; checkpoint own")
        return lambda: [(str(d), s, int(c), int(n)) for d, s, c, n in fetch(SUMS.format("own.cities"))]
    if work == "cmp":
        if not files[1].exists():
            convert(CHANGED, files[1])
        return lambda: list(fetch(DIFFERENCES.format(*(f"'{f}'" for f in files)))[0])
    if work == "cmp csv":
        return lambda: list(fetch(DIFFERENCES.format(f"'{CITIES}'", f"'{CHANGED}'"))[0])


def polars_task(work, threads):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    files = [parquet("polars", 1), parquet("polars", 2)]

    def convert(source, target):
        pl.scan_csv(source, try_parse_dates=True).sink_parquet(target, compression="zstd")
        return target.stat().st_size

    def differences(frames):
        left, right = (f.select(*KEYS, "cases", "deaths", pl.lit(1).alias("there")) for f in frames)
        joined = left.join(right, on=KEYS, how="full", suffix="_right")
        gone, there = pl.col("there").is_null(), pl.col("there_right").is_null()
        differ = (pl.col("cases") != pl.col("cases_right")) | (pl.col("deaths") != pl.col("deaths_right"))
        counts = [there.sum(), gone.sum(), (~gone & ~there).sum(), differ.sum()]
        return list(joined.select(c.alias(str(i)) for i, c in enumerate(counts)).collect().row(0))

    if work == "convert":
        return lambda: convert(CITIES, files[0])
    if work == "agg":
        grouped = pl.scan_parquet(files[0]).group_by("date", "state").agg(pl.sum("cases"), pl.sum("deaths"))
        return lambda: [(str(d), s, c, n) for d, s, c, n in grouped.sort("date", "state").collect().rows()]
    if work == "cmp":
        if not files[1].exists():
            convert(CHANGED, files[1])
        return lambda: differences([pl.scan_parquet(f) for f in files])
    if work == "cmp csv":
        return lambda: differences([pl.scan_csv(f, try_parse_dates=True) for f in (CITIES, CHANGED)])


def pyarrow_task(work, threads):
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    pa.set_cpu_count(threads)
    target = parquet("pyarrow", 1)

    def convert():
        pq.write_table(csv.read_csv(CITIES), target, compression="zstd")
        return target.stat().st_size

    def aggregate():
        table = pq.read_table(target, columns=["date", "state", "cases", "deaths"])
        sums = table.group_by(["date", "state"]).aggregate([("cases", "sum"), ("deaths", "sum")])
        rows = sums.select(["date", "state", "cases_sum", "deaths_sum"]).to_pydict()
        return sorted((str(d), s, c, n) for d, s, c, n in zip(*rows.values()))

    return {"convert": convert, "agg": aggregate}.get(work)


# --- ours: arguments of the command, and how its answer is read ---


def our_task(work, threads):
    files = [DATA / "cities.cln", DATA / "cities2.cln"]
    common = ["--threads", str(threads), "--quiet"]
    result, report = DATA / "agg.csv", DATA / "report.json"

    def sums():
        rows = [line.rsplit(",", 3) for line in result.read_text().splitlines()[1:]]
        return [[d, s, int(c), int(n)] for d, s, c, n in rows]

    def differences():
        names = ["source_rows_unmatched", "compare_rows_unmatched", "rows_in_both", "diff_rows"]
        return [json.loads(report.read_text())[name] for name in names]

    def comparison(sources):
        return ["cmp", *sources, "--on", ",".join(KEYS), "-o", report, *common]

    if work == "convert":
        return ["convert", CITIES, "-o", files[0], *common], lambda: files[0].stat().st_size
    if work == "agg":
        return ["agg", files[0], "--by", "date,state", "--agg", "sum(cases), sum(deaths)", "-o", result, *common], sums
    if work == "cmp":
        return comparison(files), differences
    if work == "cmp csv":
        return comparison([CITIES, CHANGED]), differences


def measure_ours(command, work, threads, repeat):
    arguments, answer = our_task(work, threads)
    runs = [run_child([command, *arguments]) for _ in range(repeat)]
    expected = 1 if work.startswith("cmp") else 0
    if any(run[3] != expected for run in runs):
        sys.exit(f"colonnade {work} ended with {[run[3] for run in runs]}, expected {expected}")
    return min(r[0] for r in runs), min(r[1] for r in runs), max(r[2] for r in runs), answer()


def measure_peer(engine, work, threads, repeat):
    found, memory = run_self(__file__, "--task", f"{engine}:{work}", "--threads", threads, "--repeat", repeat)
    return found["wall"], found["cpu"], memory, found["answer"]


def run_peer_task(name, threads, repeat):
    engine, work = name.split(":")
    task = {"duckdb": duckdb_task, "polars": polars_task, "pyarrow": pyarrow_task}[engine](work, threads)
    walls, cpus, answers = zip(*(timed(task) for _ in range(repeat)))
    print(json.dumps({"wall": min(walls), "cpu": min(cpus), "answer": answers[-1]}))


PLAN = [
    ("convert", ["colonnade", "duckdb", "polars", "pyarrow"]),
    ("agg", ["colonnade", "duckdb", "polars", "pyarrow"]),
    ("agg own file", ["duckdb"]),
    ("cmp", ["colonnade", "duckdb", "polars"]),
    ("cmp csv", ["colonnade", "duckdb", "polars"]),
]


def main():
    parser = side_by_side_options(__doc__, repeat=3)
    parser.add_argument("--task", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.task:
        return run_peer_task(arguments.task, arguments.threads, arguments.repeat)

    need_both_cities()
    subprocess.run([arguments.command, "convert", CHANGED, "-o", DATA / "cities2.cln", "--quiet"], check=True)

    lines = [
        "# The main job on the generated cities file",
        "",
        f"2,356,110 rows, {CITIES.stat().st_size / 1e6:.0f} MB of CSV. {machine(arguments.threads)}.",
        f"Best of {arguments.repeat}; ours is the whole command, peers are timed inside a running process. `make bench`.",
        "",
        "| work | engine | wall s | CPU s | peak MiB | answer |",
        "|---|---|---|---|---|---|",
    ]  # fmt: skip
    answers = {}
    for work, engines in PLAN:
        for engine in engines:
            repeat = arguments.repeat
            if engine == "colonnade":
                measured = measure_ours(arguments.command, work, arguments.threads, repeat)
            else:
                measured = measure_peer(engine, work, arguments.threads, repeat)
            wall, cpu, memory, answer = measured
            if work == "convert":
                said = f"{answer / 1e6:.1f} MB"
            else:
                kind = work.split()[0]
                if answers.setdefault(kind, answer) != answer:
                    sys.exit(f"{engine} {work}: another answer than the engines before it")
                said = f"{len(answer)} groups, equal" if kind == "agg" else f"{answer[3]} rows differ, equal"
            lines.append(f"| {work} | {engine} | {wall:.3f} | {cpu:.2f} | {memory:.0f} | {said} |")
            print(lines[-1], file=sys.stderr)
    write_result("main_job.md", lines)


if __name__ == "__main__":
    main()
