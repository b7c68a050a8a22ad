# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The native command `colonnade` inside the tasks of Apache Spark: what does not fit one machine, with the bytes of one.

    from colonnade_spark import aggregate, compare, convert, register
    aggregate(spark, "s3://bucket/tables/cities/", "s3://bucket/out/states.csv", by="date,state", agg="sum(cases), sum(deaths)")
"""

from .aggregation import aggregate
from .binary import BinaryMissing
from .child import CommandFailed
from .comparison import Comparison, compare
from .conversion import convert
from .job import Settings, TypesDiffer
from .main import main
from .parts import PartsMissing
from .reading import register
from .table_files import InputChanged
from .usage import WrongUsage

__all__ = [
    "BinaryMissing",
    "CommandFailed",
    "Comparison",
    "InputChanged",
    "PartsMissing",
    "Settings",
    "TypesDiffer",
    "WrongUsage",
    "aggregate",
    "compare",
    "convert",
    "main",
    "register",
]
__version__ = "0.1.0"
