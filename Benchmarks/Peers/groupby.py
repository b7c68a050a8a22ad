#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The ten group-by questions of db-benchmark, sums by date and state, and TPC-H Q1 and Q6, side by side with other engines in one run.

    groupby.py [--rows 10000000] [--memory 4GiB] [--threads 2] [--repeat 3] [--rounds 2] [--sets groupby,cities,lineitem]
               [--engines 'DuckDB, own file;…'] [--questions q1,q2] [--command .build/release/colonnade]

Ours is timed as a whole command: start of the process, reading of the .cln file and printing of the answer as CSV included. Peers are timed
inside their running process, imports left out, answers fetched as Arrow arrays. Each figure is the best of all repeats, short questions
are asked again for half a second; engines take turns, round by round. All answers are compared with DuckDB's, and ours digit by digit
where DuckDB is exact. The table goes to Benchmarks/Results/groupby.md; with other rows than ten million, to groupby_ROWS.md.
"""

import csv
import math
import os
import subprocess
import sys
from decimal import Decimal

from columnar_files import FILES
from group_engines import ENGINES, SETS, Files, is_installed
from side_by_side import DATA, machine, need, repeats, run_child, run_self, side_by_side_options, write_result

ANSWERS = DATA / "answers"
REFERENCE = "DuckDB, own file"
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "group_engines.py")


def prepare(files, name, command, threads):
    """Makes the chunk file, DuckDB's own file and a Parquet file of the CSV, outside the clock."""
    if not is_fresh(files.own, files.csv) or not is_fresh(files.parquet, files.csv):
        files.own.unlink(missing_ok=True)
        # Types as DuckDB takes them, but for TPC-H's decimals.
        types = {column: f"decimal{digits}" for column, digits in FILES[name].decimals.items()} if name == "lineitem" else {}
        program = (
            "import duckdb, sys; own, source, parquet, types, threads = sys.argv[1:];"
            "d = duckdb.connect(own, config={'threads': int(threads)}); d.execute('set enable_progress_bar = false');"
            "d.execute(f\"create table t as from read_csv('{source}', types = {types})\"); d.execute('checkpoint');"
            "d.execute(f\"copy t to '{parquet}' (format parquet, compression zstd)\")"
        )
        arguments = [files.own, files.csv, files.parquet, types, threads]
        subprocess.run([sys.executable, "-c", program, *map(str, arguments)], check=True)
    subprocess.run([command, "convert", files.csv, "-o", files.chunks, "--quiet", "--threads", str(threads)], check=True)


def is_fresh(path, source):
    return path.exists() and path.stat().st_mtime >= source.stat().st_mtime


def run_ours(question, files, folder, options):
    """Seconds and peak MiB of the best run; the answer is kept as CSV."""
    best, peak = math.inf, 0
    memory = ["--memory", options.memory] if options.memory else []
    for _ in repeats(options.repeat):
        wall, _, resident, status, output = run_child(
            [options.command, "agg", files.chunks, *question.ours, *memory, "--threads", options.threads, "--format", "csv"]
        )
        if status != 0:
            sys.exit(f"{question.name}: ours ended with {status}")
        best, peak = min(best, wall), max(peak, resident)
    (folder / f"{question.name}.csv").write_bytes(output)
    return best, peak


def columns_of_arrow(path):
    import pyarrow as pa
    from pyarrow import feather

    def plain(column):
        kind = column.type
        if pa.types.is_dictionary(kind):
            column = column.cast(kind.value_type)
        if pa.types.is_decimal(kind) or pa.types.is_integer(kind) or pa.types.is_floating(kind):
            return column.cast(pa.float64()).to_numpy()
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            column = column.cast(pa.string())
        return column.cast(pa.string()).to_numpy()

    return [plain(column) for column in feather.read_table(path).columns]


def columns_of_csv(path):
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    table = arrow_csv.read_csv(path)
    return [
        column.cast(pa.float64()).to_numpy() if pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        else column.cast(pa.string()).to_numpy()
        for column in table.columns
    ]


def check(question, found, wanted, who, tolerance=1e-9):
    """Ends the program unless both answers hold the same rows, numbers up to a relative `tolerance`."""
    import numpy as np

    if len(found) != len(wanted) or len(found[0]) != len(wanted[0]):
        sys.exit(f"{question.name}: {who} has {len(found)} columns of {len(found[0])} rows, not {len(wanted)} of {len(wanted[0])}")
    if question.keys is None:
        # In the order asked for; rows that tie may be others.
        found, wanted = found[-2:], wanted[-2:]
    else:
        found, wanted = in_order(found), in_order(wanted)
    for number, (a, b) in enumerate(zip(found, wanted)):
        same = np.allclose(a, b, rtol=tolerance, atol=1e-12, equal_nan=True) if b.dtype.kind == "f" else (a == b).all()
        if not same:
            sys.exit(f"{question.name}: column {number + 1} of {who} differs from DuckDB's")


def in_order(columns):
    import numpy as np

    # Sums are rounded, so that rows equal in all keys are ordered alike.
    keys = [np.round(c, 6) if c.dtype.kind == "f" else c.astype(str) for c in columns]
    order = np.lexsort(keys[::-1])
    return [column[order] for column in columns]


def check_exactly(question, own, folder):
    """Our sums against DuckDB's sums of integers and decimals, digit by digit."""
    import duckdb

    if question.exact is None:
        return
    rows = [[str(cell) for cell in row] for row in duckdb.connect(str(own), read_only=True).execute(question.exact).fetchall()]
    with open(folder / f"{question.name}.csv") as file:
        ours = list(csv.reader(file))[1:]
    key_count = question.keys or 6

    def exact(rows):
        rows = [row[:key_count] + [Decimal(cell) for cell in row[key_count:]] for row in rows]
        return rows if question.keys is None else sorted(rows)

    if exact(rows) != exact(ours):
        sys.exit(f"{question.name}: our sums are not DuckDB's exact ones")


def run_set(name, options):
    """Rows of the table (question, our seconds and peak MiB, each engine's seconds), and a function that checks the answers."""
    rows = options.rows if name == "groupby" else None
    base = f"groupby_{rows}" if rows and rows != 10_000_000 else name
    files = Files.of(base)
    if base == name:
        need(files.csv, FILES[name].generator)
    else:
        need(files.csv, FILES[name].generator, "--rows", str(rows))
    prepare(files, name, options.command, options.threads)
    (ANSWERS / name).mkdir(parents=True, exist_ok=True)
    questions = [q for q in SETS[name] if not options.questions or q.name in options.questions]
    ours, peers, peaks = {}, {engine: {} for engine in options.engines}, {}
    for _ in range(options.rounds):
        for question in questions:
            wall, peak = run_ours(question, files, ANSWERS / name, options)
            ours[question.name] = min(wall, ours.get(question.name, math.inf))
            peaks[question.name] = max(peak, peaks.get(question.name, 0))
        for engine in options.engines:
            folder = ANSWERS / name / engine
            folder.mkdir(parents=True, exist_ok=True)
            seconds, _ = run_self(
                SCRIPT, engine, name, "--name", base, "--threads", options.threads, "--repeat", options.repeat, "--answers", folder
            )
            for question, wall in seconds.items():
                peers[engine][question] = min(wall, peers[engine].get(question, math.inf))
    rows = [(q.name, ours[q.name], peaks[q.name], [peers[e].get(q.name) for e in options.engines]) for q in questions]
    return rows, lambda: check_set(name, questions, files, peers)


def check_set(name, questions, files, peers):
    """Ends the program unless all engines gave the same answers to a set's questions."""
    for question in questions:
        wanted = columns_of_arrow(ANSWERS / name / REFERENCE / f"{question.name}.arrow")
        check(question, columns_of_csv(ANSWERS / name / f"{question.name}.csv"), wanted, "ours")
        check_exactly(question, files.own, ANSWERS / name)
        for engine, seconds in peers.items():
            if question.name in seconds:
                # DataFusion cuts means of decimals to six digits.
                answer = columns_of_arrow(ANSWERS / name / engine / f"{question.name}.arrow")
                check(question, answer, wanted, engine, tolerance=1e-4)


def mean_ratio(rows):
    return math.exp(sum(math.log(ours / min(p for p in peers if p)) for _, ours, _, peers in rows) / len(rows))


def main():
    parser = side_by_side_options(__doc__, repeat=3)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--memory")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--sets", default="groupby,cities,lineitem")
    parser.add_argument("--engines", default=";".join(ENGINES))
    parser.add_argument("--questions", default="")
    options = parser.parse_args()
    options.engines = [e for e in options.engines.split(";") if is_installed(e)]
    options.questions = [q for q in options.questions.split(",") if q]
    if REFERENCE not in options.engines:
        sys.exit(f"answers are compared with those of: {REFERENCE}")
    tables, checks = {}, []
    for name in options.sets.split(","):
        tables[name], check_answers = run_set(name, options)
        checks.append(check_answers)
    # What is imported for checking would count as memory of the commands started after it.
    for check_answers in checks:
        check_answers()
    memory = f", `--memory {options.memory}`" if options.memory else ""
    lines = [
        "# Grouping beside other engines", "",
        f"{machine(options.threads)}; db-benchmark with {options.rows:,} rows{memory}. Seconds, best of {options.rounds} rounds of {options.repeat} runs, or half a second, in one run; ours is",
        "the whole command from the .cln file, peers inside their process, results as arrays. All answers are equal.",
        f"`{'make bench-groupby' if options.rows == 10_000_000 else f'Benchmarks/Peers/groupby.py --rows {options.rows}'}`.", "",
        "| question | Colonnade | peak MiB | " + " | ".join(options.engines) + " | ours / best peer |",
        "|---" * (len(options.engines) + 4) + "|",
    ]
    for rows in tables.values():
        for name, ours, peak, peers in rows:
            best = min(p for p in peers if p)
            cells = " | ".join("–" if p is None else f"**{p:.3f}**" if p == best else f"{p:.3f}" for p in peers)
            lines.append(f"| {name} | {ours:.3f} | {peak:.0f} | {cells} | {ours / best:.2f} |")
    if "groupby" in tables:
        lines += ["", f"Geometric mean of the ratios of db-benchmark's questions: {mean_ratio(tables['groupby']):.2f}."]
    write_result("groupby.md" if options.rows == 10_000_000 else f"groupby_{options.rows}.md", lines)


if __name__ == "__main__":
    main()
