#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""One of two versions of a table of any length, as CSV: a unique id and three columns of values.

    generate_versions.py old.csv --rows 100000000
    generate_versions.py new.csv --rows 100000000 --changed

All values follow from the id. The second version has 1 % of `amount` changed by a cent or more, 0.1 % of `count` taken away, one row in 5,000
gone and as many others there, and all rows in another order, far from that of the first. `--expected` prints what differs, instead.
"""

import argparse
import json
import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

BLOCK = 1 << 20
# Neither even nor divisible by 5: counting on by it visits each of 10^k rows once, also of 3 times as many.
STEP = 61_803_398_874_989
KINDS = np.array(["alpha", "beta", "gamma", "delta", "epsilon"])


def scattered(ids, salt):
    """A number without pattern for each id (the finaliser of splitmix64)."""
    x = ids.astype(np.uint64) + np.uint64(salt * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def is_gone(ids):
    return scattered(ids, 5) % np.uint64(5_000) == 0


def values(ids, changed):
    """Cents, counts and kinds of some ids, and whether a count is there."""
    cents = (scattered(ids, 1) % np.uint64(10_000_000)).astype(np.int64)
    count = (scattered(ids, 2) % np.uint64(1_000)).astype(np.int64)
    kinds = (scattered(ids, 3) % np.uint64(len(KINDS))).astype(np.int64)
    there = np.ones(len(ids), bool)
    if changed:
        by = scattered(ids, 4)
        cents = np.where(by % np.uint64(100) == 0, cents + 1 + (by >> np.uint64(32)).astype(np.int64) % 5_000, cents)
        there = scattered(ids, 6) % np.uint64(1_000) != 0
    return cents, count, kinds, there


def blocks(rows, changed):
    step = STEP % rows
    for start in range(0, rows, BLOCK):
        places = np.arange(start, min(rows, start + BLOCK), dtype=np.int64)
        if not changed:
            yield places
            continue
        # Places times the step, modulo the rows, without leaving 64 bits: block by block.
        ids = (start * step % rows + (places - start) * step % rows) % rows
        yield np.where(is_gone(ids), ids + rows, ids)


def write(path, rows, changed):
    with open(path, "wb") as file:
        file.write(b"id,amount,count,kind\n")
        for ids in blocks(rows, changed):
            cents, count, kinds, there = values(ids, changed)
            kind = pa.DictionaryArray.from_arrays(kinds, KINDS).cast(pa.string())
            columns = {"id": ids, "amount": decimals(cents), "count": pa.array(count, mask=~there), "kind": kind}
            csv.write_csv(pa.table(columns), file, csv.WriteOptions(include_header=False, quoting_style="none"))


def decimals(cents):
    """Cents as text with two digits after the point."""
    whole, rest = np.divmod(cents, 100)
    dot = pa.scalar(".")
    parts = [pa.array(whole).cast(pa.string()), pa.array(rest).cast(pa.string())]
    padded = pc.utf8_lpad(parts[1], 2, "0")
    return pc.binary_join_element_wise(parts[0], padded, dot)


def expected(rows):
    """What a comparison by id must find."""
    found = {"gone": 0, "rows_in_both": 0, "diff_rows": 0, "amount": 0, "count": 0}
    for ids in blocks(rows, False):
        ids = ids[~is_gone(ids)]
        old, new = values(ids, False), values(ids, True)
        amount, count = old[0] != new[0], ~new[3]
        found["rows_in_both"] += len(ids)
        found["diff_rows"] += int((amount | count).sum())
        found["amount"] += int(amount.sum())
        found["count"] += int(count.sum())
    found["gone"] = rows - found["rows_in_both"]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", nargs="?")
    parser.add_argument("--rows", type=int, required=True, help="such as a power of ten")
    parser.add_argument("--changed", action="store_true", help="the second version")
    parser.add_argument("--expected", action="store_true")
    arguments = parser.parse_args()
    if math.gcd(STEP, arguments.rows) > 1:
        parser.error(f"--rows must share no factor with {STEP}")
    if arguments.expected:
        print(json.dumps(expected(arguments.rows)))
    else:
        write(arguments.output, arguments.rows, arguments.changed)


if __name__ == "__main__":
    main()
