# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Writes v1/*: small Arrow streams and files as other programs write them, and what is to be read of them.

    python3 Formats/Arrow/make_vectors.py [FOLDER]

Needs pyarrow and polars. NAME.txt has a line per column, `name<TAB>type`, then one per row, values separated by tabs: integers, dates,
timestamps and decimals as whole numbers, float64 as the 16 hexadecimal digits of its bits, strings in single quotes. NAME.refused has the
code of the error instead.
"""

import datetime
import decimal
import pathlib
import struct
import sys

import polars
import pyarrow as pa

WHERE = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "v1")
D = decimal.Decimal
decimal.getcontext().prec = 60
NAN = float("nan")


def write(name, table, kind="stream", options=None, batch_rows=2):
    path = WHERE / name
    new = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as sink, new(sink, table.schema, options=options) as writer:
        writer.write_table(table, max_chunksize=batch_rows)
    return path


def colonnade_type(kind):
    t = pa.types
    if t.is_dictionary(kind):
        return colonnade_type(kind.value_type)
    if t.is_boolean(kind):
        return "bool"
    if kind == pa.uint64():
        return "decimal(20,0)"
    if t.is_integer(kind):
        return "int64"
    if t.is_floating(kind):
        return "float64"
    if t.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if t.is_date(kind):
        return "date"
    if t.is_timestamp(kind):
        return "timestamp_utc" if kind.tz else "timestamp"
    return "string"


def text(value, kind):
    t = pa.types
    if t.is_dictionary(kind):
        kind = kind.value_type
    if value is None:
        return "null"
    if t.is_boolean(kind):
        return str(int(value))
    if t.is_floating(kind):
        return struct.pack(">d", value).hex()
    if t.is_decimal(kind):
        return str(int(value.scaleb(kind.scale)))
    if t.is_date(kind):
        return str((value - datetime.date(1970, 1, 1)).days)
    if t.is_timestamp(kind):
        return str(pa.scalar(value, pa.timestamp("us", kind.tz)).value)
    if isinstance(value, bytes):
        return "'" + value.decode() + "'"
    return f"'{value}'" if isinstance(value, str) else str(value)


def expect(path, table):
    lines = [f"{f.name}\t{colonnade_type(f.type)}" for f in table.schema]
    columns = [c.to_pylist() for c in table.columns]
    for row in zip(*columns):
        lines.append("\t".join(text(v, f.type) for v, f in zip(row, table.schema)))
    path.with_suffix(".txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def refused(path, code):
    path.with_suffix(".refused").write_text(code + "\n", encoding="utf-8")


def every_type():
    stamp = datetime.datetime(2024, 2, 29, 23, 59, 58, 123456)
    second, milli = stamp.replace(microsecond=0), stamp.replace(microsecond=123000)
    day = datetime.date(1900, 3, 1)
    columns = {
        "bool": (pa.bool_(), [True, None, False]),
        "int8": (pa.int8(), [-128, None, 127]),
        "int16": (pa.int16(), [-(2**15), None, 2**15 - 1]),
        "int32": (pa.int32(), [-(2**31), None, 2**31 - 1]),
        "int64": (pa.int64(), [-(2**63), None, 2**63 - 1]),
        "uint8": (pa.uint8(), [0, None, 255]),
        "uint16": (pa.uint16(), [0, None, 65535]),
        "uint32": (pa.uint32(), [0, None, 2**32 - 1]),
        "uint64": (pa.uint64(), [0, None, 2**64 - 1]),
        "float16": (pa.float16(), [1.5, None, -0.0]),
        "float32": (pa.float32(), [0.1, None, float("-inf")]),
        "float64": (pa.float64(), [0.1, None, NAN]),
        "decimal32": (pa.decimal32(9, 2), [D("-1234567.89"), None, D("0.01")]),
        "decimal64": (pa.decimal64(18, 0), [D(10**18 - 1), None, D(-1)]),
        "decimal128": (pa.decimal128(38, 9), [D(10**38 - 1).scaleb(-9), None, D(-(10**38) + 1).scaleb(-9)]),
        "decimal256": (pa.decimal256(38, 0), [D(-(10**38) + 1), None, D(7)]),
        "date32": (pa.date32(), [day, None, datetime.date(9999, 12, 31)]),
        "date64": (pa.date64(), [day, None, datetime.date(9999, 12, 31)]),
        "seconds": (pa.timestamp("s"), [second, None, second]),
        "milliseconds": (pa.timestamp("ms", "UTC"), [milli, None, milli]),
        "microseconds": (pa.timestamp("us", "America/Sao_Paulo"), [stamp, None, stamp]),
        "nanoseconds": (pa.timestamp("ns"), [stamp, None, stamp]),
        "utf8": (pa.string(), ["São Paulo", None, ""]),
        "large_utf8": (pa.large_string(), ["日本", None, "x" * 40]),
        "view": (pa.string_view(), ["twelve bytes", None, "thirteen byte"]),
        "binary": (pa.binary(), [b"ab", None, b""]),
        "fixed": (pa.binary(3), [b"abc", None, b"xyz"]),
        "nothing": (pa.null(), [None, None, None]),
        "código": (pa.dictionary(pa.int8(), pa.string()), ["b", None, "a"]),
        "number codes": (pa.dictionary(pa.uint16(), pa.int64()), [5, None, -5]),
    }
    return pa.table({name: pa.array(values, kind) for name, (kind, values) in columns.items()})


def dictionaries():
    kind = pa.dictionary(pa.int8(), pa.string())
    columns = {"d": kind, "n": pa.int64()}
    def batch(codes, values, numbers):
        coded = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), pa.array(values, pa.string()))
        return pa.record_batch([coded, pa.array(numbers, pa.int64())], schema=pa.schema(columns))
    return [
        batch([0, 1, None], ["a", "b"], [1, 2, 3]),
        batch([2, 0, 1], ["a", "b", "c"], [4, 5, 6]),
        batch([0, 1, 0], ["z", None], [7, 8, 9]),
    ]


def main():
    WHERE.mkdir(parents=True, exist_ok=True)
    table = every_type()
    expect(write("every-type.arrows", table), table)
    expect(write("every-type-file.arrow", table, "file", batch_rows=3), table)
    sliced = pa.concat_tables([table.slice(1), table.slice(0, 1), table]).combine_chunks().slice(1, 4)
    expect(write("sliced.arrows", sliced, batch_rows=4), sliced)
    repeated = pa.table({"t": ["again and again"] * 500 + ["once"], "n": list(range(501))})
    for codec in ["zstd", "lz4"]:
        expect(write(f"{codec}.arrows", repeated, options=pa.ipc.IpcWriteOptions(compression=codec), batch_rows=501), repeated)
    empty = table.slice(0, 0)
    expect(write("no-rows.arrows", empty), empty)
    batches = dictionaries()
    path = WHERE / "dictionaries.arrows"
    options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, batches[0].schema, options=options) as writer:
        for batch in batches:
            writer.write_batch(batch)
    expect(path, pa.Table.from_batches(batches))
    tagged = pa.table({"a": pa.array([1], pa.int64())})
    field = pa.field("a", pa.int64(), metadata={"unit": "m"})
    tagged = tagged.cast(pa.schema([field], metadata={"made by": "pyarrow", "ключ": "значение"}))
    expect(write("metadata.arrows", tagged), tagged)
    frame = polars.DataFrame({"s": ["a short one", "one that is longer than twelve bytes", None], "i": [1, None, 3]})
    frame = frame.with_columns(polars.Series("c", ["x", "y", "x"], dtype=polars.Categorical))
    path = WHERE / "polars.arrow"
    frame.write_ipc(path)
    expect(path, pa.table({name: frame[name].to_list() for name in ["s", "i", "c"]}))
    nested = {"list": pa.array([[1]]), "struct": pa.array([{"a": 1}]), "time": pa.array([datetime.time(1)])}
    for name, array in nested.items():
        refused(write(f"{name}.arrows", pa.table({name: array})), "arrow.unsupported-type")
    nano = pa.table({"t": pa.array([1000, 1001], pa.timestamp("ns"))})
    refused(write("nanosecond.arrows", nano), "arrow.value")
    wide = pa.table({"d": pa.array([D(1)], pa.decimal256(50, 0))})
    refused(write("decimal-of-50-digits.arrows", wide), "arrow.unsupported-type")
    latin = pa.array([b"caf\xe9"], pa.binary()).view(pa.string())
    refused(write("not-utf8.arrows", pa.table({"t": latin})), "arrow.value")
    whole = (WHERE / "every-type.arrows").read_bytes()
    (WHERE / "no-end.arrows").write_bytes(whole[:-8])
    refused(WHERE / "no-end.arrows", "arrow.cut")
    (WHERE / "two-streams.arrows").write_bytes(whole + whole)
    refused(WHERE / "two-streams.arrows", "arrow.surplus-bytes")


main()
