#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Filters and sums over a columnar file of 10 million rows, side by side with DuckDB on its own file, in one run.

    scan.py [--threads 2] [--repeat 20] [--command .build/release/colonnade]

Ours is timed as a whole command, start of the process included, and DuckDB inside its running process. `--ignore-statistics` makes
ours read, check and decode every page that the query names. Runs take turns; each figure is the best of the repeats. Answers are compared.
"""

import csv
import io
import subprocess
import sys
from decimal import Decimal

from side_by_side import DATA, GROUPBY, machine, need, run_child, side_by_side_options, timed, write_result

# Arguments of agg, and the same in SQL.
QUERIES = [
    (["--agg", "sum(v3)", "--where", "v2 >= 0", "--ignore-statistics"], "select sum(v3) from t where v2 >= 0"),
    (["--agg", "sum(v3)", "--where", "v2 >= 0"], "select sum(v3) from t where v2 >= 0"),
    (["--agg", "sum(v3)", "--where", "v2 >= 8"], "select sum(v3) from t where v2 >= 8"),
    (["--agg", "sum(v3)", "--where", "id1 in ('id007', 'id042')"], "select sum(v3) from t where id1 in ('id007', 'id042')"),
    (["--agg", "sum(v3)", "--where", "v3 < 0.5 or v1 = 3"], "select sum(v3) from t where v3 < 0.5 or v1 = 3"),
    (["--agg", "sum(v3), count(*) as n"], "select sum(v3), count(*) from t"),
    (["--by", "id1", "--agg", "sum(v3)"], "select id1, sum(v3) from t group by id1 order by id1"),
    (["--by", "id4", "--agg", "sum(v1), sum(v3)"], "select id4, sum(v1), sum(v3) from t group by id4 order by id4"),
    (["--by", "id4", "--agg", "sum(v3)", "--where", "v2 >= 8"],
     "select id4, sum(v3) from t where v2 >= 8 group by id4 order by id4"),
]


def cells(rows):
    """Numbers as numbers: 12.50 equals 12.5."""
    def number(cell):
        try:
            return Decimal(str(cell))
        except ArithmeticError:
            return cell
    return [[number(cell) for cell in row] for row in rows]


def main():
    parser = side_by_side_options(__doc__, repeat=20)
    options = parser.parse_args()
    need(GROUPBY, "generate_groupby.py")
    chunks, database = DATA / "groupby.cln", DATA / "groupby-scan.duckdb"
    subprocess.run([options.command, "convert", GROUPBY, "-o", chunks, "--quiet"], check=True)
    import duckdb

    base = duckdb.connect(str(database), config={"threads": options.threads})
    # v3 as the decimal that its text is: DuckDB's sum is exact then, too.
    base.execute(
        f"create or replace table t as select * replace (v3::decimal(9, 6) as v3) from read_csv('{GROUPBY}', header=true, types={{'v3': 'varchar'}})"
    )
    lines = [
        "# Filters and sums over 10 million rows", "",
        f"{machine(options.threads)}. Best of {options.repeat} in one run, milliseconds; ours is the whole command, DuckDB (own file) inside",
        "its process. All answers are equal. `make bench-decoding`.", "",
        "| query | Colonnade | CPU | DuckDB |", "|---|---|---|---|",
    ]
    run_child([options.command, "--version"])
    for arguments, sql in QUERIES:
        ours, cpu, theirs = [], [], []
        for _ in range(options.repeat):
            wall, used, _, status, output = run_child(
                [options.command, "agg", chunks, *arguments, "--threads", options.threads, "--format", "csv"]
            )
            answer = cells(list(csv.reader(io.StringIO(output.decode())))[1:])
            peer, _, rows = timed(lambda: base.execute(sql).fetchall())
            if status != 0 or answer != cells(rows):
                sys.exit(f"{' '.join(arguments)}: another answer than DuckDB's")
            ours.append(wall)
            cpu.append(used)
            theirs.append(peer)
        shown = " ".join(f"'{a}'" if " " in a or "(" in a else a for a in arguments)
        lines.append(f"| `{shown}` | {min(ours) * 1e3:.1f} | {min(cpu) * 1e3:.1f} | {min(theirs) * 1e3:.1f} |")
    write_result("scan.md", lines)


if __name__ == "__main__":
    main()
