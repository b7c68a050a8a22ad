#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A second reader of streams of states, written from README.md alone: merges them, and finishes functions of plain columns in fractions.

python3 Formats/PartialAggregate/states.py Formats/PartialAggregate/v1/*.arrows

It needs Python 3.9, pyarrow and xxhash, and refuses (AssertionError) what is not in the form that the specification tells. Of median and quantile, values in order; of float64 results the nearest double, as text of 17 digits.
"""

import decimal
import fractions
import math
import struct
import sys

import pyarrow
import pyarrow.ipc
import xxhash

PREFIX = b"colonnade.partial."


def description(schema):
    """What a stream says of itself, names without prefix, its check among them."""
    return {name[len(PREFIX) :].decode(): value.decode() for name, value in (schema.metadata or {}).items() if name.startswith(PREFIX)}


def check_of(entries):
    """XXH3 of entries in the order of their names."""
    return xxhash.xxh3_64_intdigest(b"".join(name.encode() + b"\0" + value.encode() + b"\0" for name, value in sorted(entries.items())))


def description_check(said):
    return f"{check_of({name: value for name, value in said.items() if name != 'check'}):016x}"


def cells(column):
    """What a column's values go into checks as; None for null."""
    kind = column.type
    if pyarrow.types.is_date(kind) or pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.int32()).cast(pyarrow.int64()) if pyarrow.types.is_date32(kind) else column.cast(pyarrow.int64())

    def cell(value):
        if value is None:
            return None
        if isinstance(value, (str, bytes)):
            return struct.pack("<Q", xxhash.xxh3_64_intdigest(value.encode() if isinstance(value, str) else value))
        if isinstance(value, float):
            value = struct.unpack("<q", struct.pack("<d", math.nan if math.isnan(value) else value + 0.0))[0]
        elif isinstance(value, decimal.Decimal):
            value = int(fractions.Fraction(value) * 10**kind.scale)
        return int(value).to_bytes(16, "little", signed=True)

    return [cell(value) for value in column.to_pylist()]


def row_checks(columns, said):
    """The check of each row of columns, those of all states and keys."""
    start = check_of({name: value for name, value in said.items() if name != "check" and not name.startswith("column.")})
    checks = [start] * len(columns[0])
    for column in columns:
        checks = [xxhash.xxh3_64_intdigest(struct.pack("<Q", check) + (cell or b"")) for check, cell in zip(checks, cells(column))]
    return [check - (1 << 64) if check >> 63 else check for check in checks]


def integer(data):
    """Two's complement, little endian, in the fewest bytes."""
    value = int.from_bytes(data, "little", signed=True)
    fewest = (value if value >= 0 else ~value).bit_length() // 8 + 1 if value else 0
    assert len(data) == fewest, f"{data.hex()}: {fewest} bytes hold it"
    return value


class Sum:
    """An exact sum of doubles, or of their products."""

    def __init__(self, data=b""):
        flags = data[0] if data else 0
        assert flags & 0x78 == 0
        self.nan, self.up, self.down, self.finite = flags & 1, flags & 2, flags & 4, fractions.Fraction(0)
        if len(data) > 1:
            magnitude = int.from_bytes(data[3:], "little")
            assert magnitude & 1 and data[-1], "odd, and without zero bytes at the end"
            self.finite = magnitude * fractions.Fraction(2) ** struct.unpack("<h", data[1:3])[0] * (-1 if flags & 0x80 else 1)
        else:
            assert not data or flags & 7 == flags != 0

    def add(self, other):
        self.nan, self.up, self.down = self.nan | other.nan, self.up | other.up, self.down | other.down
        self.finite += other.finite

    @property
    def special(self):
        if self.nan or self.up and self.down:
            return math.nan
        return math.inf if self.up else -math.inf if self.down else None


def numbers(data, needed=None):
    """A list of numbers of the width `needed`, None for the least that holds all."""
    if not data:
        return []
    width, rest = data[0], data[1:]
    assert width in (1, 2, 4, 8, 16) and rest and len(rest) % width == 0
    found = [int.from_bytes(rest[n : n + width], "little", signed=True) for n in range(0, len(rest), width)]
    bits = max((number if number >= 0 else ~number).bit_length() for number in found) + 1
    assert width == (needed or next(each for each in (1, 2, 4, 8, 16) if 8 * each >= bits)), "the least width"
    return found


def texts(data):
    found, place = [], 0
    while place < len(data):
        (length,) = struct.unpack_from("<I", data, place)
        found.append(data[place + 4 : place + 4 + length].decode())
        assert place + 4 + length <= len(data)
        place += 4 + length
    return found


def parts(data):
    found, place = [], 0
    while place < len(data):
        (length,) = struct.unpack_from("<H", data, place)
        found.append(data[place + 2 : place + 2 + length])
        assert place + 2 + length <= len(data)
        place += 2 + length
    return found


class Column:
    """A column of the inputs, by what the stream says of it."""

    def __init__(self, text):
        self.kind, _, self.name = text.partition(" ")
        self.scale = int(self.kind.rstrip(")").split(",")[1]) if self.kind.startswith("decimal") else 0
        self.is_wide = self.kind.startswith("decimal") and int(self.kind[8:].split(",")[0]) > 18

    def value(self, stored):
        """Of a number as it stands in lists and single values."""
        if self.kind == "float64":
            return struct.unpack("<d", struct.pack("<q", stored))[0]
        return fractions.Fraction(stored, 10**self.scale) if self.kind in ("int64",) or self.scale or self.is_wide else stored

    def values(self, data, function):
        """A list in the order that it has in states of a function."""
        if self.kind == "string":
            found = texts(data)
        else:
            stored = numbers(data, 8 if self.kind == "float64" else None)
            if self.kind == "float64":
                assert not {-(1 << 63)} & set(stored), "-0.0"
            if self.kind == "date":
                assert all(-719_162 <= day <= 2_932_896 for day in stored), "years 1 to 9999"
            if self.kind.startswith("timestamp"):
                assert all(-62_135_596_800_000_000 <= moment <= 253_402_300_799_999_999 for moment in stored), "years 1 to 9999"
            found = [self.value(number) for number in stored]
        in_order = sorted(found, key=order, reverse=function.startswith("top_"))
        assert list(map(order, found)) == list(map(order, in_order)), "in order"
        assert function != "distinct" or len(set(map(order, found))) == len(found), "different values"
        return found

    def single(self, value):
        """Of a value that stands as one of a column."""
        if self.kind == "float64":
            return self.value(value)
        return fractions.Fraction(value) if isinstance(value, (int, decimal.Decimal)) and not isinstance(value, bool) else value


class Group:
    """What is known of a group: by the state's name, a number, a Sum, a list, or place and value."""

    def __init__(self):
        self.states = {}

    def add(self, name, value, merge):
        self.states[name] = value if name not in self.states else merge(self.states[name], value)


def merged(paths):
    """Names of the keys, columns of the inputs by name, and groups by key."""
    groups, metadata = {}, None
    for path in paths:
        table = pyarrow.ipc.open_stream(path).read_all()
        own = description(table.schema)
        assert metadata in (None, own) and own["version"] == "1" and own["check"] == description_check(own)
        metadata = own
        assert table.columns[-1].to_pylist() == row_checks(table.columns[:-1], own), "rows are as they were written"
        columns = {}
        while f"column.{len(columns)}" in metadata:
            column = Column(metadata[f"column.{len(columns)}"])
            columns[column.name] = column
        keys = int(metadata["keys"])
        for row in zip(*(column.to_pylist() for column in table.columns[:-1])):
            add_row(groups.setdefault(row[:keys], Group()), columns, table.schema.names[keys:-1], row[keys:])
    return metadata, table.schema.names[:keys], columns, groups


def add_row(group, columns, names, row):
    def plus(a, b):
        return a + b

    place = 0
    while place < len(names):
        name, value = names[place], row[place]
        function, _, rest = name.partition("(")
        column = columns.get(rest[:-1]) if rest else None
        if function in ("rows", "count"):
            group.add(name, value, plus)
        elif function in ("sum", "squares"):
            if column.kind == "float64":
                known = group.states.setdefault(name, Sum())
                known.add(Sum(value))
            else:
                group.add(name, int(value) if isinstance(value, decimal.Decimal) else integer(value), plus)
        elif function in ("min", "max"):
            if value is not None:
                group.add(name, column.single(value), better(function))
        elif function in ("first_place", "last_place"):
            place += 1
            if value is not None:
                end = min if function == "first_place" else max
                group.add(name.replace("_place", ""), (value, column.single(row[place])), lambda a, b: end(a, b, key=lambda pair: pair[0]))
        elif function in ("distinct", "values") or function.startswith(("top_", "bottom_")):
            group.add(name, column.values(value, function), plus)
        elif function == "pairs":
            group.add(name, [integer(parts(value)[0])] + [integer(part) for part in parts(value)[1:]] if value else [0] * 6,
                      lambda a, b: [x + y for x, y in zip(a, b)])  # fmt: skip
        else:
            raise ValueError(name)
        place += 1


def order(value):
    return (isinstance(value, float) and math.isnan(value), value.encode() if isinstance(value, str) else value)


def better(function):
    return lambda a, b: (min if function == "min" else max)(a, b, key=order)


def nearest(value):
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def finished(group, columns, function, name):
    """A function of a column; None for null."""
    states = group.states
    if name == "*":
        return states["rows"]
    count, column = states[f"count({name})"], columns[name]
    scale = 10**column.scale
    if function == "count":
        return count
    if function == "count distinct":
        return len(set("NaN" if value != value else value for value in states[f"distinct({name})"]))
    if count == 0:
        return None
    if function in ("sum", "mean"):
        total = states[f"sum({name})"]
        if isinstance(total, Sum):
            if total.special is not None:
                return total.special
            return nearest(total.finite / (count if function == "mean" else 1))
        return fractions.Fraction(total, scale) if function == "sum" else nearest(fractions.Fraction(total, scale * count))
    if function == "var":
        if count < 2:
            return None
        total, squares = states[f"sum({name})"], states[f"squares({name})"]
        if isinstance(total, Sum):
            if total.special is not None:
                return math.nan
            return nearest((count * squares.finite - total.finite**2) / (count * (count - 1)))
        return nearest(fractions.Fraction(count * squares - total**2, scale**2 * count * (count - 1)))
    if function in ("min", "max"):
        return states[f"{function}({name})"]
    if function in ("first", "last"):
        return states[f"{function}({name})"][1]
    if function == "median":
        values = sorted(states[f"values({name})"], key=order)
        assert len(values) == count
        low, high = values[(count - 1) // 2], values[count // 2]
        if isinstance(low, fractions.Fraction):
            return nearest((low + high) / 2)
        if isinstance(low, float):
            return nearest((fractions.Fraction(low) + fractions.Fraction(high)) / 2) if math.isfinite(low + high) else low + high
        return low
    raise ValueError(function)


def text(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, fractions.Fraction):
        return str(decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator)) if value.denominator != 1 else str(value.numerator)
    return f"{value:.17g}" if isinstance(value, float) else str(value)


def main():
    decimal.getcontext().prec = 80
    metadata, keys, _, groups = merged(sys.argv[1:])
    print({name: value for name, value in metadata.items()})
    for key, group in groups.items():
        print(dict(zip(keys, map(text, key))), {name: str(value) for name, value in group.states.items() if not isinstance(value, Sum)})


if __name__ == "__main__":
    main()
