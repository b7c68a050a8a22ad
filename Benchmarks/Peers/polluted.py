#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""How much of a table survives in files that are not quite CSVs, side by side with other readers.

    polluted.py [--command .build/release/colonnade] [--family WORD] [--no-results]

Each file of polluted_files.py has one thing wrong, some have several. It goes to .build-bench/polluted and through each reader in its most lenient
automatic mode, everything as text, nothing told about the file. A cell counts as recovered if the right row has it in the
right column; rows are aligned by their id, so that a lost row costs its own cells only; names of columns count as a row.
Rows that stand for none of the table's are counted apart. The table goes to Benchmarks/Results/polluted.md; the files that
ours loses cells of are listed in .build-bench/polluted/losses.txt.
"""

import argparse
import collections
import csv
import datetime
import json
import re
import subprocess
import sys
import warnings

import polluted_files
from side_by_side import COMMAND, ROOT

DATA = ROOT / ".build-bench/polluted"


class Unreadable(Exception):
    """The reader gave nothing."""


# --- readers: a path to names and rows of text; None is an empty cell ---


def colonnade(command):
    chunk_file, rejects = DATA / "file.cln", DATA / "rejects"

    def run(*arguments):
        done = subprocess.run([command, *map(str, arguments), "--quiet"], capture_output=True, timeout=60)
        if done.returncode != 0:
            raise Unreadable(done.stderr.decode(errors="replace").strip())
        return done.stdout.decode(errors="surrogatepass")

    def read(path):
        run("convert", path, "-o", chunk_file, "--all-text", "--on-error", "skip", "--rejects", rejects)
        names, rows = [], []
        for line in run("export", chunk_file, "--format", "ndjson").splitlines():
            pairs = json.loads(line, object_pairs_hook=list)
            names = [name for name, _ in pairs]
            rows.append([value for _, value in pairs])
        return names, rows

    return read


def duckdb_reader(is_strict):
    """With `strict_mode` (which keeps the form where it can) and without (which reads on at any price)."""
    import duckdb

    lenient = "all_varchar=true, ignore_errors=true, null_padding=true"
    if not is_strict:
        lenient += ", strict_mode=false"

    def read(path):
        failure = None
        # With padding, quoted line ends need one thread.
        for options in [lenient, lenient + ", parallel=false"]:
            try:
                found = duckdb.connect().execute(f"select * from read_csv(?, {options})", [str(path)])
                return [column[0] for column in found.description], found.fetchall()
            except duckdb.Error as error:
                failure = error
        raise Unreadable(str(failure))

    return read


def polars_reader():
    import polars

    def read(path):
        try:
            with warnings.catch_warnings(action="ignore"):
                frame = polars.read_csv(
                    path, infer_schema=False, ignore_errors=True, truncate_ragged_lines=True, encoding="utf8-lossy"
                )
        except Exception as error:
            raise Unreadable(str(error)) from error
        return frame.columns, frame.rows()

    return read


def sniffer_reader():
    def read(path):
        try:
            content = path.read_text(encoding="utf-8-sig", errors="replace")
            dialect = csv.Sniffer().sniff(content)
            has_header = csv.Sniffer().has_header(content)
            with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
                rows = list(csv.reader(file, dialect))
        except (csv.Error, TypeError, StopIteration) as error:
            raise Unreadable(str(error)) from error
        return (rows[0], rows[1:]) if has_header and rows else ([], rows)

    return read


# --- scoring ---


def score(file, names, rows):
    """Cells recovered, cells expected, rows that are none of the table's, and the first loss in words."""
    found, extra = {}, 0
    for row in rows:
        key = row[0] if row else None
        if key in file.rows and key not in found:
            found[key] = row
        else:
            extra += 1
    # A row that the pollution made unreadable is neither wanted nor in the way.
    extra = max(0, extra - file.spoiled)
    wanted = [("names", file.names, names)] if file.names else []
    wanted += [(f"row {key}", row, found.get(key, ())) for key, row in file.rows.items()]
    good, total, loss = 0, 0, None
    for place, cells, got in wanted:
        for column, cell in enumerate(cells):
            value = (got[column] or "") if column < len(got) else None
            total += 1
            if value == cell:
                good += 1
            elif loss is None:
                loss = f"{place}: wanted {cells}, found {list(got) or 'nothing'}"
    return good, total, extra, loss


def slug(text):
    return re.sub(r"[^0-9A-Za-z]+", "-", text).strip("-")


def version(command):
    try:
        return subprocess.run([command, "--version"], capture_output=True, text=True).stdout.strip()
    except OSError:
        sys.exit(f"{command} is not there: make build, or say --command")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--command", default=COMMAND)
    parser.add_argument("--family", default="", help="only families with this in their names")
    parser.add_argument("--no-results", action="store_true", help="leave Benchmarks/Results alone")
    arguments = parser.parse_args()
    version(arguments.command)

    DATA.mkdir(parents=True, exist_ok=True)
    readers = {
        "colonnade": colonnade(arguments.command),
        "DuckDB": duckdb_reader(True),
        "DuckDB, not strict": duckdb_reader(False),
        "Polars": polars_reader(),
        "Python's Sniffer": sniffer_reader(),
    }
    sums = collections.defaultdict(lambda: [0, 0, 0])
    counts = collections.Counter()
    losses = []
    for index, file in enumerate(polluted_files.files()):
        if arguments.family not in file.family:
            continue
        counts[file.family] += 1
        path = DATA / f"{index:03}-{slug(file.family)}-{slug(file.name)}.csv"
        path.write_bytes(file.content)
        for reader, read in readers.items():
            try:
                names, rows = read(path)
            except Unreadable as error:
                names, rows, message = [], [], str(error)
            else:
                message = ""
            good, total, extra, loss = score(file, names, rows)
            for key in [(file.family, reader), ("all", reader)]:
                for position, figure in enumerate([good, total, extra]):
                    sums[key][position] += figure
            if reader == "colonnade" and (loss or extra):
                said = message.splitlines()[0] if message else loss or ""
                losses.append(f"{path.name}: {good} of {total} cells, {extra} rows too many; {said}")
    (DATA / "losses.txt").write_text("".join(line + "\n" for line in losses))

    def percent(family, reader):
        good, total, _ = sums[family, reader]
        share = 100 * good / total
        return f"{share:.1f}" if good < total else "**100**"

    table = [
        "# What is left of polluted files",
        "",
        f"{sum(counts.values())} files, most of 80 rows and 8 columns and with one thing wrong (`Peers/polluted_files.py`), read with nothing told",
        "about them. Per cent of the cells found in the right row and column; rows that stand for none of the table's below. Polars looks",
        "for no delimiter: it is told none either.",
        f"{datetime.date.today()}. `make bench-polluted`.",
        "",
        "| what is wrong | files | " + " | ".join(readers) + " |",
        "|---|---|" + "---|" * len(readers),
    ]  # fmt: skip
    for family in counts:
        table.append(f"| {family} | {counts[family]} | " + " | ".join(percent(family, r) for r in readers) + " |")
    table.append(f"| all | {sum(counts.values())} | " + " | ".join(percent("all", r) for r in readers) + " |")
    table.append("| rows too many | | " + " | ".join(str(sums["all", r][2]) for r in readers) + " |")
    print("\n".join(table))
    print(f"{len(losses)} files with losses: {DATA / 'losses.txt'}", file=sys.stderr)
    if not arguments.no_results:
        (ROOT / "Benchmarks/Results/polluted.md").write_text("\n".join(table) + "\n")


if __name__ == "__main__":
    main()
