#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The real input of the main job, unpacked: what Examples/covid keeps compressed.

    generate_covid.py covid.csv     178,992 rows, 8 MB
"""

import argparse
import gzip
import pathlib

PACKED = pathlib.Path(__file__).resolve().parents[1] / "Examples/covid/brazil_covid19_cities.csv.gz"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.output.write_bytes(gzip.decompress(PACKED.read_bytes()))


if __name__ == "__main__":
    main()
