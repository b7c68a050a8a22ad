#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What spark-submit starts: `colonnade_job.py agg|cmp|convert …` with the command's own options; see Spark/README.md."""

import pathlib
import sys

try:
    import colonnade_spark
except ImportError:
    # In a checkout it lies beside this folder; elsewhere --py-files brings it.
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    import colonnade_spark

if __name__ == "__main__":
    sys.exit(colonnade_spark.main(sys.argv[1:]))
