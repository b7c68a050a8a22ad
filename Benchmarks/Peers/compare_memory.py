#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Two versions of a long table (see generate_versions.py) compared by id within a limit of memory; the peak as the system tells it from outside.

    compare_memory.py [--rows 100000000] [--memory 1GiB] [--rows-too] [--threads 2] [--command .build/release/colonnade]

Makes the versions in .build-bench unless they are there (at 10^8 rows 2.6 GB of CSV at a time and 1.5 GB of chunk files). The report is checked against
what the generator says. The line goes to standard output; Benchmarks/Results/compare_memory.md has it.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time

from side_by_side import COMMAND, DATA, ROOT, machine

GENERATOR = ROOT / "Benchmarks/generate_versions.py"


def version(command, rows, changed):
    """The chunk file of a version."""
    path = DATA / f"version{2 if changed else 1}_{rows}.cln"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        text = path.with_suffix(".csv")
        subprocess.run([sys.executable, GENERATOR, text, "--rows", str(rows), *(["--changed"] if changed else [])], check=True)
        subprocess.run([command, "convert", text, "-o", path, "--quiet"], check=True)
        text.unlink()
    return path


def peak_of(arguments):
    """Wall seconds, most resident bytes (VmHWM, looked at every few milliseconds) and exit code of a run."""
    start = time.perf_counter()
    child = subprocess.Popen([str(a) for a in arguments], stdout=subprocess.DEVNULL)
    peak = 0
    while child.poll() is None:
        status = pathlib.Path(f"/proc/{child.pid}/status")
        found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text() if status.exists() else "", re.M)
        peak = max(peak, int(found[1]) * 1024 if found else 0)
        time.sleep(0.005)
    return time.perf_counter() - start, peak, child.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--memory", default="1GiB")
    parser.add_argument("--rows-too", action="store_true", help="write the rows that differ, too")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--command", default=COMMAND)
    arguments = parser.parse_args()
    versions = [version(arguments.command, arguments.rows, changed) for changed in (False, True)]
    report, rows = DATA / "versions.json", DATA / "versions_rows.csv"
    outputs = ["-o", report, *(["--rows", rows] if arguments.rows_too else [])]
    limits = ["--memory", arguments.memory, "--temp", DATA, "--threads", arguments.threads, "--quiet"]
    wall, peak, status = peak_of([arguments.command, "cmp", *versions, "--on", "id", *outputs, *limits])
    if status != 1:
        sys.exit(f"colonnade cmp ended with {status}")
    found = json.loads(report.read_text())
    run = subprocess.run([sys.executable, GENERATOR, "--rows", str(arguments.rows), "--expected"], check=True, capture_output=True)
    expected = json.loads(run.stdout)
    different = {column["name"]: column["different"] for column in found["columns"]}
    answers = {
        "gone": found["source_rows_unmatched"], "rows_in_both": found["rows_in_both"], "diff_rows": found["diff_rows"],
        "amount": different["amount"], "count": different["count"],
    }  # fmt: skip
    if answers != expected:
        sys.exit(f"found {answers}, expected {expected}")
    if rows.exists():
        rows.unlink()
    what = "report and rows" if arguments.rows_too else "report"
    print(f"{machine(arguments.threads)}")
    print(f"| {arguments.rows:,} | {arguments.memory} | {what} | {wall:.1f} | {peak / (1 << 20):.0f} | {answers['diff_rows']:,} rows differ |")


if __name__ == "__main__":
    main()
