#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A table of very many columns: by turns whole numbers, decimals, texts of 20 values, texts that do not repeat, and dates.

    generate_wide.py wide.csv --rows 60000 --columns 1000     500 MB

The same seed gives the same bytes. Written in pieces: memory stays small for any number of rows.
"""

import argparse

import numpy as np
import pyarrow as pa
from pyarrow import csv


def values(random, kind, rows):
    if kind == 0:
        return pa.array(random.integers(-1_000_000, 1_000_000, rows))
    if kind == 1:
        return pa.array(np.round(random.random(rows) * 10_000, 2))
    if kind == 2:
        return pa.array([f"class {i}" for i in range(20)]).take(pa.array(random.integers(0, 20, rows)))
    if kind == 3:
        return pa.array([f"k{number:x}" for number in random.integers(0, 1 << 32, rows)])
    return pa.array(random.integers(14_000, 20_000, rows, dtype=np.int32)).cast(pa.date32())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--rows", type=int, default=60_000)
    parser.add_argument("--columns", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    names = [f"c{i}" for i in range(arguments.columns)]
    writer = None
    left = arguments.rows
    while left > 0:
        rows = min(left, 2_000)
        table = pa.table([values(random, i % 5, rows) for i in range(arguments.columns)], names=names)
        if writer is None:
            options = csv.WriteOptions(quoting_style="none", quoting_header="none")
            writer = csv.CSVWriter(arguments.output, table.schema, write_options=options)
        writer.write_table(table)
        left -= rows
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    main()
