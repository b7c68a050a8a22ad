# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Arrow types as Spark names them: those that the command writes, and no others."""

from __future__ import annotations

import pyarrow as pa

NAMES = {
    pa.bool_(): "boolean",
    pa.int64(): "bigint",
    pa.int32(): "int",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.string(): "string",
    pa.binary(): "binary",
}


class NoSuchType(TypeError):
    """Spark has no type that holds all values of this one. `code` is stable."""

    code = "spark.no-such-type"


def name_of(field: pa.Field) -> str:
    """Spark's name for the type of a column. Raises `NoSuchType`."""
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if kind in NAMES:
        return NAMES[kind]
    if pa.types.is_decimal128(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if pa.types.is_timestamp(kind) and kind.unit == "us":
        # With a zone it is an instant, without one what a clock on a wall shows.
        return "timestamp_ntz" if kind.tz is None else "timestamp"
    raise NoSuchType(f"{NoSuchType.code}: column {field.name}: Spark has no type for Arrow's {kind}")


def ddl(schema: pa.Schema) -> str:
    """A schema as `mapInArrow` and data sources take it; names in back quotes, whatever is in them."""
    return ", ".join(f"{quoted(field.name)} {name_of(field)}" for field in schema)


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
