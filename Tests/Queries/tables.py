# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Random tables: as CSV, as chunk files in one or several pieces, and in DuckDB."""

import datetime
import decimal

import csvtext
import draw
import duckdb
import pyarrow

GREATEST, TINY = "1.7976931348623157e308", "2.2250738585072014e-308"
# Name, type in DuckDB, and a random value as a CSV has it. The first ones are those that expressions are drawn over.
COLUMNS = {
    **{name: kind for name, kind in draw.COLUMNS.items() if name != "id"},
    "k": ("VARCHAR", lambda r: r.choice(["a", "b", "São Paulo", "c", "", "ß", "日本", "Ǆ", "😀", "a\"b", "x,y", "l\nm"])),
    "many": ("BIGINT", lambda r: str(r.randrange(-10**12, 10**12))),
    "big": ("BIGINT", lambda r: str(r.choice([-1, 1]) * (2**63 - 1 - r.randrange(3)) - r.randrange(2))),
    "long": ("DECIMAL(38,4)", lambda r: f"{r.choice([10**34 - 1, -(10**34 - 1), 5, r.randrange(10**33)])}.{r.randrange(10**4):04d}"),
    "wild": ("DOUBLE", lambda r: r.choice([
        "1e308", "-1e308", "5e-324", "-5e-324", GREATEST, TINY, "1e-310", "0.0", "-0.0", "1e-200", repr(1e15 + r.randrange(4)),
        repr(r.random()), repr(-r.random() * 2.0 ** r.randrange(-1000, 1000))])),
    "odd": ("DOUBLE", lambda r: r.choice(["nan", "inf", "-inf", "1.5", "2.5", "0.0", "-0.0", "-7.0"])),
    "id": ("BIGINT", None),
}
KINDS = {"BIGINT": "int64", "DOUBLE": "float64", "VARCHAR": "string", "BOOLEAN": "bool", "DATE": "date", "TIMESTAMP": "timestamp"}
SCHEMA = ",".join(f"{name}:{KINDS.get(kind, kind.lower())}" for name, (kind, _) in COLUMNS.items())
FROM_TEXT = {
    "BIGINT": int, "DOUBLE": float, "VARCHAR": str, "BOOLEAN": lambda text: text == "true", "DATE": datetime.date.fromisoformat,
    "TIMESTAMP": datetime.datetime.fromisoformat,
}
ARROW = {
    "BIGINT": pyarrow.int64(), "DOUBLE": pyarrow.float64(), "VARCHAR": pyarrow.string(), "BOOLEAN": pyarrow.bool_(),
    "DATE": pyarrow.date32(), "TIMESTAMP": pyarrow.timestamp("us"),
}  # fmt: skip


def random_rows(r, most=150_000):
    """Cells as text, None for null. Of few or many different values, with and without nulls, at times in runs, at times in order."""
    sizes = {0: 1, 1: 1, 2: 1, 5: 1, r.randrange(2, 60): 2, 30: 2, 200: 2, 1000: 1, 1025: 1, 3000: 1.5}
    if most > 3000:
        sizes |= {20_000: 0.4, most: 0.15}
    count = r.choices(list(sizes), list(sizes.values()))[0]
    columns = {}
    for name, (_, make) in COLUMNS.items():
        if make is None:
            continue
        pool = [make(r) for _ in range(r.choice([1, 2, 7, 300, 3000]) if count > 3 else 5)]
        share = r.choice([0, 0, 0.1, 0.1, 0.6]) if r.random() < 0.97 else 1
        values = r.choices(pool, k=count) if count > 2000 or r.random() < 0.5 else [make(r) for _ in range(count)]
        if r.random() < 0.15:
            length = r.choice([2, 100, 1024])
            values = [values[row // length] for row in range(count)]
        columns[name] = [None if r.random() < share else value for value in values] if share else values
    rows = list(zip(*columns.values()))
    if r.random() < 0.4:
        place = r.randrange(len(columns))
        made = FROM_TEXT.get(COLUMNS[list(columns)[place]][0], decimal.Decimal)
        rows.sort(key=lambda row: (row[place] is None, made(row[place] or "0") if made in (int, decimal.Decimal) else row[place] or ""))
    return [(*row, str(number)) for number, row in enumerate(rows)]


class Table:
    """Rows, the inputs of the command that hold them, and a connection to DuckDB that has them as `t`."""

    def __init__(self, command, folder, rows, pieces, files, as_text=False):
        self.rows, self.folder = rows, folder
        self.setup = []
        self.inputs = []
        parts = pieces * files
        for file in range(files):
            chunks = folder / f"t{file}.cln"
            for piece in range(pieces):
                part = file * pieces + piece
                source = folder / (f"t{file}.csv" if as_text else f"t{file}_{piece}.csv")
                csvtext.write(source, [list(COLUMNS), *rows[len(rows) * part // parts : len(rows) * (part + 1) // parts]])
                if not as_text:
                    arguments = ["convert", source, "-o", chunks, "--schema", SCHEMA, "--delimiter", ",", "--quiet"]
                    self.setup.append([*arguments, *(["--append"] if piece else [])])
                    command(*self.setup[-1])
            self.inputs.append(source if as_text else chunks)
        # A CSV's dialect is given, as nothing can be found of few rows.
        self.options = ["--schema", SCHEMA, "--delimiter", ","] if as_text else []
        self.base = duckdb.connect()
        self.base.execute("set threads = 1; create macro plain_upper(x) as replace(upper(x), 'ẞ', 'ß')")
        self.base.register("arrow", self.arrow())
        self.base.execute("create table t as select * from arrow")
        self.base.unregister("arrow")

    def arrow(self):
        columns, fields = [], []
        for place, (name, (kind, _)) in enumerate(COLUMNS.items()):
            made = FROM_TEXT.get(kind, decimal.Decimal)
            digits = kind.removeprefix("DECIMAL(").rstrip(")").split(",")
            type = ARROW.get(kind) or pyarrow.decimal128(int(digits[0]), int(digits[1]))
            columns.append(pyarrow.array([None if row[place] is None else made(row[place]) for row in self.rows], type))
            fields.append(pyarrow.field(name, type))
        return pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields))


def random_table(r, command, folder, most=150_000):
    rows = random_rows(r, most)
    as_text = r.random() < 0.1
    pieces = 1 if as_text or not rows else r.choice([1, 1, 2, 5])
    return Table(command, folder, rows, pieces, r.choice([1, 1, 2]), as_text)
