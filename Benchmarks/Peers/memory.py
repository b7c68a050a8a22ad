#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Peak memory of `colonnade convert` on inputs larger than any memory it may take; the wanted limit is 256 MB.

    memory.py [--threads 2] [--megabytes 5000] [--command .build/release/colonnade]

Long tables come through a pipe, so that no disk holds them: the generated cities file again and again (few different texts),
and the group-by table (a column with a million different texts). The table of 1,000 columns comes from a file. Needs 5 GB of
disk for what is written; all of it is removed afterwards. Memory depends neither on the machine's load nor on its speed.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys

from side_by_side import CITIES, COMMAND, DATA, ROOT, machine, need, run_child, write_result

LIMIT = 256e6
WIDE = DATA / "wide.csv"
OUTPUT, RECEIPT = DATA / "memory.cln", DATA / "memory.json"
NEEDED_DISK = 8e9


def convert(arguments, source, stream=None):
    """Converts a file or what comes through a pipe; peak memory in bytes, and rows, columns and sizes by the receipt."""
    options = ["-o", OUTPUT, "--receipt", RECEIPT, "--threads", arguments.threads, "--quiet"]
    wall, cpu, memory, status, _ = run_child([arguments.command, "convert", source, *options], source=stream)
    if status != 0:
        sys.exit(f"colonnade convert ended with {status}")
    receipt = json.loads(RECEIPT.read_text())
    size = OUTPUT.stat().st_size
    OUTPUT.unlink()
    RECEIPT.unlink()
    return wall, cpu, memory * 1024 * 1024, size, receipt


def piped(arguments, feeder):
    """The same of what the program `feeder` prints."""
    with subprocess.Popen([str(a) for a in feeder], stdout=subprocess.PIPE) as child:
        measured = convert(arguments, "-", child.stdout)
    if child.returncode != 0:
        sys.exit(f"{feeder[0]} ended with {child.returncode}")
    return measured


def cities_again_and_again(arguments):
    need(CITIES, "generate_cities.py")
    times = -(-arguments.megabytes * 1_000_000 // CITIES.stat().st_size)
    loop = 'head -n 1 "$1"; for i in $(seq "$2"); do tail -n +2 "$1"; done'
    return times * 2_356_110, 6, piped(arguments, ["sh", "-c", loop, "feeder", CITIES, times])


def group_by(arguments):
    rows = arguments.megabytes * 20_000
    generator = ROOT / "Benchmarks/generate_groupby.py"
    return rows, 9, piped(arguments, [sys.executable, generator, "/dev/stdout", "--rows", rows])


def wide(arguments):
    # A tenth of the long tables' bytes.
    rows = arguments.megabytes * 12
    WIDE.unlink(missing_ok=True)
    need(WIDE, "generate_wide.py", "--rows", str(rows))
    try:
        return rows, 1_000, convert(arguments, WIDE)
    finally:
        WIDE.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--megabytes", type=int, default=5_000, help="of the long tables; the wide one has a tenth")
    parser.add_argument("--command", default=COMMAND)
    arguments = parser.parse_args()
    DATA.mkdir(exist_ok=True)
    if shutil.disk_usage(DATA).free < NEEDED_DISK:
        sys.exit(f"less than {NEEDED_DISK / 1e9:.0f} GB free in {DATA}")
    lines = [
        "# Peak memory of convert",
        "",
        f"{machine(arguments.threads)}; load {os.getloadavg()[0]:.1f} at the start. Wanted: under {LIMIT / 1e6:.0f} MB. "
        "Times are of a busy machine where the load is high. `make bench-memory`.",
        "",
        "| input | rows | columns | CSV MB | file MB | wall s | CPU s | peak MB | within |",
        "|---|---|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    inputs = [
        ("cities, again and again, through a pipe", cities_again_and_again),
        ("group-by, through a pipe", group_by),
        ("1,000 columns, from a file", wide),
    ]
    for name, run in inputs:
        rows, columns, (wall, cpu, memory, size, receipt) = run(arguments)
        if (receipt["rows"], len(receipt["columns"])) != (rows, columns):
            sys.exit(f"{name}: {receipt['rows']} rows of {len(receipt['columns'])} columns, expected {rows} of {columns}")
        lines.append(
            f"| {name} | {rows:,} | {columns:,} | {receipt['source_bytes'] / 1e6:,.0f} | {size / 1e6:,.0f} | {wall:.1f} "
            f"| {cpu:.1f} | {memory / 1e6:.0f} | {'yes' if memory < LIMIT else 'NO'} |"
        )
        print(lines[-1], file=sys.stderr)
    write_result("convert_memory.md", lines)


if __name__ == "__main__":
    main()
