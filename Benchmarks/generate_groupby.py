#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The input of the db-benchmark's group-by questions (github.com/duckdblabs/db-benchmark).

    generate_groupby.py groupby.csv --rows 10000000 --k 100     509 MB

The same seed gives the same bytes. Written in pieces: memory stays small for any number of rows.
"""

import argparse

import numpy as np
import pyarrow as pa
from pyarrow import csv


def piece(random, rows, total, k):
    def codes(pattern, count):
        texts = pa.array([pattern % (i + 1) for i in range(count)])
        return lambda: pa.DictionaryArray.from_arrays(
            random.integers(0, count, rows, dtype=np.int32), texts
        ).dictionary_decode()

    few, many = codes("id%03d", k), codes("id%010d", total // k)
    return {
        "id1": few(),
        "id2": few(),
        "id3": many(),
        "id4": random.integers(1, k + 1, rows),
        "id5": random.integers(1, k + 1, rows),
        "id6": random.integers(1, total // k + 1, rows),
        "v1": random.integers(1, 6, rows),
        "v2": random.integers(1, 16, rows),
        "v3": np.round(random.random(rows) * 100, 6),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--k", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random = np.random.default_rng(arguments.seed)
    writer = None
    left = arguments.rows
    while left > 0:
        table = pa.table(piece(random, min(left, 1_000_000), arguments.rows, arguments.k))
        if writer is None:
            options = csv.WriteOptions(quoting_style="none", quoting_header="none")
            writer = csv.CSVWriter(arguments.output, table.schema, write_options=options)
        writer.write_table(table)
        left -= table.num_rows
    if writer is not None:
        writer.close()


if __name__ == "__main__":
    main()
