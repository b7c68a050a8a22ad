# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""One query asked of both sides, and what differs. The table of known differences of meaning is in `run.py`."""

import datetime
import decimal
import math
import os
import subprocess

import csvtext
import duckdb


class CannotPlan(Exception):
    """DuckDB has a fault of its own with the query."""


class Refused(Exception):
    """A value leaves the range of its type."""


class Command:
    """Runs the command, which must end by itself. Errors of data are `Refused`; all others are failures."""

    def __init__(self, path):
        self.path = str(path)
        self.environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1"}

    def __call__(self, *arguments):
        run = subprocess.run(
            [self.path, *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, timeout=120, env=self.environment)
        if run.returncode == 2:
            raise Refused(run.stderr.decode())
        if run.returncode != 0:
            raise AssertionError(f"ended with {run.returncode}: {run.stderr.decode()[-2000:]}")
        return run.stdout.decode()


def asked_of_duckdb(base, query):
    try:
        return base.execute(query).fetchall()
    except (duckdb.OutOfRangeException, duckdb.ConversionException) as error:
        raise Refused(str(error)) from None
    except duckdb.InvalidInputException as error:
        if "BindBuiltinScalarFunction" in str(error):
            raise CannotPlan from None
        raise


def same(cell, value):
    """A cell of the command's CSV and the value that it must be: to the last bit, zeros without their sign."""
    if value is None or cell is None:
        return value is None and cell is None
    try:
        if isinstance(value, bool):
            return cell == str(value).lower()
        if isinstance(value, float):
            return math.isnan(float(cell)) if math.isnan(value) else float(cell) == value
        if isinstance(value, datetime.datetime):
            return datetime.datetime.fromisoformat(cell) == value
        if isinstance(value, (int, decimal.Decimal)):
            return decimal.Decimal(cell) == value
    except (ValueError, decimal.InvalidOperation):
        return False
    return cell == str(value)


def expected_rows(query, rows):
    """Cells of the SQL become rows of the output."""
    width, made = len(query.keys), []
    for row in rows:
        cells, at = list(row[:width]), width
        for output in query.outputs:
            own = row[at : at + len(output.sql)]
            at += len(output.sql)
            cells.append(output.finish(*own) if output.finish else own[0])
        if query.is_ragged:
            lists = [cell if output.is_ragged else [cell] for cell, output in zip(cells[width:], query.outputs)]
            for place in range(max(map(len, lists))):
                results = [
                    (cell[place] if place < len(cell) else None) if output.is_ragged else cell[0]
                    for cell, output in zip(lists, query.outputs)
                ]
                made.append([*cells[:width], *results])
        else:
            made.append(cells)
    if query.is_distinct:
        seen = {}
        for row in made:
            seen.setdefault(repr([0.0 if isinstance(cell, float) and cell == 0 else cell for cell in row]), row)
        made = list(seen.values())
    return made if query.limit is None else made[: query.limit]


def difference(table, command, query):
    """What differs, as text; None where both say the same."""
    theirs = refusal = None
    try:
        theirs = expected_rows(query, asked_of_duckdb(table.base, query.sql()))
    except Refused as error:
        refusal = error
    except duckdb.Error as error:
        return f"DuckDB does not take the query: {type(error).__name__}: {error}"
    try:
        text = command("agg", *table.inputs, *table.options, *query.arguments())
    except Refused as error:
        return None if refusal else f"the command refuses, DuckDB does not: {error}\nDuckDB: {shown(theirs)}"
    except AssertionError as error:
        return f"the command {error}"
    try:
        header, *ours = csvtext.parse(text)
    except (AssertionError, ValueError):
        return f"the command's output is no CSV: {text[:2000]!r}"
    if refusal:
        return f"DuckDB refuses, the command does not: {str(refusal)[:300]}\nthe command:\n{shown(ours)}"
    if header != query.names:
        return f"columns are {header}, not {query.names}"
    if len(ours) != len(theirs):
        return f"{len(ours)} rows, DuckDB {len(theirs)}\nthe command:\n{shown(ours)}\nDuckDB:\n{shown(theirs)}"
    for number, (mine, other) in enumerate(zip(ours, theirs)):
        for name, a, b in zip(query.names, mine, other):
            if not same(a, b):
                return (f"row {number}, {name}: the command {a!r:.200}, DuckDB {b!r:.200}\n"
                        f"the command:\n{shown(ours, number)}\nDuckDB:\n{shown(theirs, number)}")
    return None


def shown(rows, around=0):
    first = max(0, around - 5)
    lines = [f"  {number}: " + ", ".join("null" if cell is None else f"{cell!s:.80}" for cell in row) for number, row in enumerate(rows)]
    return "\n".join(lines[first : first + 12]) + ("\n  …" if len(lines) > first + 12 else "")
