# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Spark's filters as conditions of the command, where the two mean the same of every value.

What is left out stays with Spark, which applies it again: leaving out is slower, never wrong. So only comparisons of a column with a
constant of its own type are taken; of float64 none, as Spark orders NaN and zeros in its own way.
"""

from __future__ import annotations

import datetime
import decimal
from typing import Any, Iterable, Mapping, Optional

# Filter's class -> how the command writes it.
COMPARISONS = {
    "EqualTo": "=",
    "GreaterThan": ">",
    "GreaterThanOrEqual": ">=",
    "LessThan": "<",
    "LessThanOrEqual": "<=",
}
LEAST_INT64 = -(1 << 63)
# They go on a command line, of which Linux takes 128 KiB a word: longer lists, and what comes after so many bytes of conditions, are Spark's.
MOST_VALUES = 1000
MOST_BYTES = 64 << 10


def condition_of(filter_: Any, types: Mapping[str, str]) -> Optional[str]:
    """The condition that a filter of `pyspark.sql.datasource` is; None where Spark must decide.

    `types`: Spark's type of each column of the table, by name.
    """
    kind = type(filter_).__name__
    if kind == "Not":
        inner = condition_of(filter_.child, types)
        # Of null neither is true, here as there.
        return None if inner is None else f"not ({inner})"
    path = getattr(filter_, "attribute", None)
    if path is None or len(path) != 1 or path[0] not in types:
        return None
    column, of = quoted(path[0]), types[path[0]]
    if kind == "IsNull":
        return f"{column} is null"
    if kind == "IsNotNull":
        return f"{column} is not null"
    if kind in COMPARISONS:
        value = constant(filter_.value, of)
        return None if value is None else f"{column} {COMPARISONS[kind]} {value}"
    if kind == "In" and len(filter_.value) <= MOST_VALUES:
        values = [constant(value, of) for value in filter_.value]
        known = [value for value in values if value is not None]
        # A null in a list makes `not in` never true: left to Spark, as all it cannot be told in constants.
        return f"{column} in ({', '.join(known)})" if known and len(known) == len(values) else None
    return None


def fits(conditions: Iterable[str]) -> bool:
    """Whether the command can be told all of them."""
    return sum(len(condition.encode()) + len(" and ") for condition in conditions) <= MOST_BYTES


def constant(value: Any, of: str) -> Optional[str]:
    """A constant as the command writes it; None if it is not one of the column's own type."""
    if of == "string" and isinstance(value, str) and "\0" not in value:
        return "'" + value.replace("'", "''") + "'"
    if of == "boolean" and isinstance(value, bool):
        return "true" if value else "false"
    if of == "bigint" and type(value) is int and value > LEAST_INT64:
        return str(value)
    if of.startswith("decimal") and isinstance(value, decimal.Decimal) and value.is_finite():
        return f"{value:f}"
    if of == "date" and type(value) is datetime.date:
        return f"date '{value.isoformat()}'"
    # Timestamps are left to Spark: in Python they have lost their zone, or got that of this machine.
    return None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
