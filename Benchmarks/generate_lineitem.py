#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The lineitem table of the decision support benchmark TPC-H, as CSV with a header.

    generate_lineitem.py lineitem.csv --scale 1     6,001,215 rows, 766 MB

The same scale gives the same bytes. Needs tpchgen-cli of Benchmarks/requirements.txt.
"""

import argparse
import pathlib
import subprocess
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--scale", default="1")
    arguments = parser.parse_args()
    generator = pathlib.Path(sys.executable).with_name("tpchgen-cli")
    # Under its name only when whole: a run that was broken off leaves no half of a table to measure.
    part = arguments.output.with_name(arguments.output.name + ".part")
    with part.open("wb") as output:
        options = ["--scale-factor", arguments.scale, "--tables", "lineitem", "--stdout", "--quiet"]
        subprocess.run([generator, "csv", *options], stdout=output, check=True)
    part.rename(arguments.output)


if __name__ == "__main__":
    main()
