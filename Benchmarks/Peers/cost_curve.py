#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""How the time of `agg` grows with rows, groups and columns, for one thread and two.

    cost_curve.py [--most-rows 100000000] [--repeat 3] [--command .build/release/colonnade]

Whole command, from the .cln file to the answer as CSV. Each answer's number of groups and its sums are compared with DuckDB's from Parquet. The
curve and a table go to Benchmarks/Results/cost_curve.svg and cost_curve.md.
"""

import argparse
import io
import math
import subprocess
import sys

from log_chart import charts
from side_by_side import COMMAND, DATA, ROOT, machine, run_child, write_result

GROUPS = [10**power for power in range(8)]
COLUMNS = [1, 3, 10, 30, 100]
THREADS = [1, 2]


def generate(name, rows, command, columns):
    """Makes NAME.cln and NAME.parquet of integer columns: `columns` has each one's name and number of distinct values."""
    chunks, parquet = DATA / f"{name}.cln", DATA / f"{name}.parquet"
    if chunks.exists() and parquet.exists():
        return chunks, parquet
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    random = np.random.default_rng(1)
    converter = subprocess.Popen([command, "convert", "-", "-o", str(chunks), "--quiet"], stdin=subprocess.PIPE)
    with pq.ParquetWriter(parquet, pa.schema([(c, pa.int64()) for c in columns])) as kept:
        with csv.CSVWriter(converter.stdin, kept.schema, write_options=csv.WriteOptions(quoting_header="none")) as text:
            for first in range(0, rows, 1_000_000):
                count = min(1_000_000, rows - first)
                table = pa.table({c: random.integers(0, values, count) for c, values in columns.items()})
                kept.write_table(table)
                text.write_table(table)
    converter.stdin.close()
    if converter.wait() != 0:
        sys.exit(f"{name}: not converted")
    return chunks, parquet


def measure(chunks, parquet, keys, sums, options):
    """Best seconds for each number of threads; ends the program where the answer is not DuckDB's."""
    import duckdb
    from pyarrow import csv

    asked = ", ".join(f"sum({c}) as {c}" for c in sums)
    # Sums weighted by their key, so that each has to be with its group.
    total = " + ".join(f"sum({c})::hugeint" for c in sums)
    database = duckdb.connect()
    database.execute("set enable_progress_bar = false")
    wanted = database.execute(
        f"select count(*), sum(key * total)::varchar from (select {keys[0]} as key, {total} as total from '{parquet}' group by key)"
    ).fetchone()
    best = {}
    for threads in THREADS:
        for _ in range(options.repeat):
            wall, _, _, status, output = run_child(
                [options.command, "agg", chunks, "--by", keys[0], "--agg", asked, "--threads", threads, "--format", "csv"]
            )
            best[threads] = min(wall, best.get(threads, math.inf))
        table = csv.read_csv(io.BytesIO(output))
        cells = [table[c].to_pylist() for c in keys + sums]
        found = table.num_rows, str(sum(key * sum(row) for key, *row in zip(*cells)))
        if status != 0 or found != wanted:
            sys.exit(f"{chunks.name} by {keys[0]}: {found}, but DuckDB has {wanted}")
    return best


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most-rows", type=int, default=100_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--command", default=COMMAND)
    options = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    rows = [10**power for power in range(5, 9) if 10**power <= options.most_rows]
    by_rows, by_groups, by_columns = [], [], []
    for count in rows:
        files = generate(f"curve-rows-{count}", count, options.command, {"k": 1000, "v": 1_000_000})
        by_rows.append((count, measure(*files, ["k"], ["v"], options)))
    # One file, so that the rows are the same but for the key.
    files = generate("curve-groups", 10_000_000, options.command, {f"k{g}": g for g in GROUPS} | {"v": 1_000_000})
    for groups in GROUPS:
        by_groups.append((groups, measure(*files, [f"k{groups}"], ["v"], options)))
    files = generate(
        "curve-columns", 1_000_000, options.command, {"k": 1000} | {f"v{n}": 1_000_000 for n in range(max(COLUMNS))}
    )
    for count in COLUMNS:
        by_columns.append((count, measure(*files, ["k"], [f"v{n}" for n in range(count)], options)))

    def series(points, unit):
        return [(f"{t} thread{'s' * (t > 1)}", [(x, best[t] * 1e9 / unit(x)) for x, best in points]) for t in THREADS]

    picture = charts([
        ("1,000 groups, one sum", "rows", "ns per row", series(by_rows, lambda x: x)),
        ("10 M rows, one sum", "groups", "ns per row", series(by_groups, lambda x: 10_000_000)),
        ("1 M rows, 1,000 groups", "columns summed", "ns per row and column", series(by_columns, lambda x: 1_000_000 * x)),
    ])
    (ROOT / "Benchmarks/Results/cost_curve.svg").write_text(picture)
    lines = [
        "# How the time of agg grows", "",
        f"{machine(max(THREADS))}. Seconds of the whole command, best of {options.repeat}; integer keys in random order; all answers are DuckDB's.",
        "`make bench-curve`.", "", "![ns per row by rows, groups and columns](cost_curve.svg)", "",
        "| what | " + " | ".join(f"{t} thread{'s' * (t > 1)}" for t in THREADS) + " |", "|---" * (len(THREADS) + 1) + "|",
    ]
    for points, name in ((by_rows, "{:,} rows, 1,000 groups"), (by_groups, "10,000,000 rows, {:,} groups"), (by_columns, "1,000,000 rows, {:,} columns")):
        lines += [f"| {name.format(x)} | " + " | ".join(f"{best[t]:.3f}" for t in THREADS) + " |" for x, best in points]
    write_result("cost_curve.md", lines)


if __name__ == "__main__":
    main()
