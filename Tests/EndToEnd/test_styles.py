# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Dates by a format, decimal commas and groups: the values are those that DuckDB reads when it is told the style."""

import datetime
import json

import duckdb
import pytest

ROWS = 5_000


def types(colonnade, path):
    return {row["column"]: row["type"] for row in json.loads(colonnade("inspect", path, "--format", "json").text)}


def number(value):
    """With decimal comma, and points between groups."""
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def convert(colonnade, tmp_path, text, *options):
    (tmp_path / "in.csv").write_text(text)
    run = colonnade("convert", tmp_path / "in.csv", "-o", tmp_path / "t.cln", "--delimiter", ";", *options)
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "out.csv")
    return run


@pytest.mark.parametrize("given", [False, True])
@pytest.mark.parametrize("pattern", ["%d/%m/%Y", "%m.%d.%Y", "%d-%m-%Y"])
def test_dates_and_numbers_are_those_of_duckdb(colonnade, tmp_path, seeded, pattern, given):
    first = datetime.date(1, 1, 1).toordinal()
    rows = ["row;day;amount"]
    for row in range(ROWS):
        day = datetime.date.fromordinal(first + seeded.randrange(3_650_000))
        text = pattern.replace("%Y", f"{day.year:04}").replace("%m", f"{day.month:02}").replace("%d", f"{day.day:02}")
        rows.append(f"{row};{text};{number(seeded.randrange(-10**9, 10**9) / 100)}")
    options = ["--date-format", pattern, "--decimal", ",", "--thousands", "."] if given else []
    convert(colonnade, tmp_path, "\n".join(rows) + "\n", *options, "--threads", 2)
    assert types(colonnade, tmp_path / "t.cln") == {"row": "int64", "day": "date", "amount": "decimal(9,2)"}
    found = duckdb.sql(
        f"""with a as (from read_csv('{tmp_path}/in.csv', delim=';', header=true, dateformat='{pattern}',
          decimal_separator=',', thousands='.', columns={{'row': 'int', 'day': 'date', 'amount': 'decimal(18,2)'}})),
        b as (from read_csv('{tmp_path}/out.csv', header=true,
          columns={{'row': 'int', 'day': 'date', 'amount': 'decimal(18,2)'}}))
        select count(*) from a join b using (row) where a.day = b.day and a.amount = b.amount"""
    ).fetchall()
    assert found == [(ROWS,)]


def test_a_late_value_decides(colonnade, tmp_path):
    days = "".join(f"{i % 12 + 1:02}/{i % 11 + 1:02}/2020;1,234\n" for i in range(200_000))
    run = convert(colonnade, tmp_path, "day;n\n" + days, "--threads", 2)
    assert types(colonnade, tmp_path / "t.cln") == {"day": "string", "n": "string"}
    assert 'column "day" is kept as text' in run.errors and "--date-format" in run.errors and "--decimal" in run.errors
    run = convert(colonnade, tmp_path, "day;n\n" + days + "12/31/2020;0,5\n", "--threads", 2)
    assert types(colonnade, tmp_path / "t.cln") == {"day": "date", "n": "decimal(4,3)"}
    assert "warning" not in run.errors
    convert(colonnade, tmp_path, "day;n\n" + days, "--date-format", "%d/%m/%Y", "--thousands", ",")
    assert types(colonnade, tmp_path / "t.cln") == {"day": "date", "n": "int64"}


def test_a_format_of_one_column_is_demanded(colonnade, tmp_path):
    text = "a;b\n5 Jan 20;1/2/2020\n12 DEC 69;2/2/2020\n"
    convert(colonnade, tmp_path, text, "--date-format-of", "a=%d %b %y")
    assert (tmp_path / "out.csv").read_text() == "a,b\n2020-01-05,1/2/2020\n1969-12-12,2/2/2020\n"
    (tmp_path / "in.csv").write_text(text + "x;1/1/2020\n")
    run = colonnade("convert", tmp_path / "in.csv", "-o", tmp_path / "u.cln", "--date-format-of", "a=%d %b %y", expect=2)
    assert '"x" is no valid %d %b %y' in run.errors and "row 3" in run.errors


@pytest.mark.parametrize(
    "options, said",
    [
        (["--date-format", "%d/%q/%Y"], "%q"), (["--date-format", "%d/%m"], "year, month or day"),
        (["--date-format", "%Y-%m-%d %"], "%"), (["--date-format", "%F %d"], "%d"),
        (["--date-format-of", "day"], "column=format"), (["--date-format-of", "day=%x"], "%x"),
        (["--date-format-of", "day=%F", "--date-format-of", "day=%d/%m/%Y"], "one format"),
        (["--date-format-of", "day=%F", "--schema", "day:int64"], "one format"),
        (["--decimal", ";"], "decimal mark"), (["--decimal", ",", "--thousands", ","], "decimal mark"),
        (["--thousands", "ab"], "one character"), (["--thousands", "1"], "one character"), (["--thousands", ""], "one"),
    ],
)  # fmt: skip
def test_wrong_usage_is_named(colonnade, tmp_path, options, said):
    run = colonnade("convert", tmp_path / "absent.csv", "-o", tmp_path / "t.cln", *options, expect=64)
    assert said in run.errors
