# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Expressions in `agg` against DuckDB on random tables, and what is said of wrong ones."""

import datetime
import decimal
import math
import shlex
import subprocess
import sys

import csvtext
import duckdb
import pytest
from conftest import ROOT
from draw import COLUMNS, Draw

def table_of(r, rows):
    share = r.choice([0, 0.1, 0.4])
    made = [[str(n), *(None if r.random() < share else make(r) for _, make in list(COLUMNS.values())[1:])] for n in range(rows)]
    # One value of each, so that types are sure.
    return [*made, [str(rows), *(make(r) for _, make in list(COLUMNS.values())[1:])]]


def load(source):
    base = duckdb.connect()
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, (kind, _) in COLUMNS.items()) + "}"
    base.execute(f"create table t as select * from read_csv('{source}', header=true, columns={types}, nullstr='')")
    return base


def asked_of_duckdb(base, query):
    """Its rows; nothing where it cannot plan the query, which is no fault of ours."""
    try:
        return base.execute(query).fetchall()
    except duckdb.InvalidInputException as error:
        assert "BindBuiltinScalarFunction" in str(error), query
        return None


def same(ours, theirs):
    """Doubles may differ in their last bits: DuckDB rounds operands first. All else is equal; zeros behind the point have no say."""
    if theirs is None or ours is None:
        return theirs is None and ours is None
    if isinstance(theirs, bool):
        return ours == str(theirs).lower()
    if isinstance(theirs, float):
        mine = float(ours)
        return mine == theirs or math.isnan(mine) and math.isnan(theirs) or math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-300)
    if isinstance(theirs, (int, str)) or isinstance(theirs, datetime.date):
        return ours == str(theirs)
    return decimal.Decimal(ours) == theirs


def answers(text):
    return csvtext.parse(text)[1:]


def assert_same(ours, theirs, told):
    assert len(ours) == len(theirs), told
    for row, (mine, other) in enumerate(zip(ours, theirs)):
        for column, (a, b) in enumerate(zip(mine, other)):
            assert same(a, b), f"{told}: row {row}, column {column}: {a!r}, DuckDB {b!r}"


@pytest.mark.parametrize("rows", [0, 1, 40, 600, 3000])
def test_random_expressions_as_duckdb_has_them(colonnade, tmp_path, seeded, rows):
    source = csvtext.write(tmp_path / "t.csv", [list(COLUMNS), *table_of(seeded, rows)], "\n")
    base = load(source)
    chunks = tmp_path / "t.cln"
    # The one value of a short table may look like a decimal.
    colonnade("convert", source, "-o", chunks, "--quiet", "--schema", "ratio:float64")
    draw = Draw(seeded)
    for _ in range(40 if rows < 1000 else 15):
        kinds = [seeded.choice(["whole", "decimal", "number", "text", "date", "truth"]) for _ in range(12)]
        parts = [draw.draw(kind, seeded.randrange(1, 4)) for kind in kinds]
        theirs = asked_of_duckdb(base, f"select id, {', '.join(parts)} from t order by id")
        if theirs is None:
            continue
        ours = ", ".join(f"any({part}) as r{n}" for n, part in enumerate(parts))
        run = colonnade("agg", chunks, "--by", "id", "--agg", ours)
        for n, part in enumerate(parts):
            assert_same([[row[n + 1]] for row in answers(run.text)], [(row[n + 1],) for row in theirs], part)


@pytest.mark.parametrize("rows", [0, 30, 900])
def test_random_queries_as_duckdb_answers_them(colonnade, tmp_path, seeded, rows):
    source = csvtext.write(tmp_path / "t.csv", [list(COLUMNS), *table_of(seeded, rows)], "\n")
    base = load(source)
    chunks = tmp_path / "t.cln"
    # The one value of a short table may look like a decimal.
    colonnade("convert", source, "-o", chunks, "--quiet", "--schema", "ratio:float64")
    draw = Draw(seeded)
    for _ in range(60):
        keys = [draw.draw(seeded.choice(["whole", "text", "date", "truth"]), seeded.randrange(0, 3)) for _ in range(seeded.randrange(0, 3))]
        results = [
            seeded.choice([
                f"sum({draw.decimal(2)})", f"max({draw.whole(1)}) - min({draw.whole(1)})", f"count({draw.text(2)}) * 2", "count(*)",
                f"sum({draw.whole(1)}) / count(*)", f"coalesce(max({draw.date(1)}), date '2000-01-01') + 1", f"count(distinct {draw.whole(1)})",
                f"upper(min({draw.text(1)}))", f"case when count(*) > 2 then min({draw.decimal(1)}) end",
            ])
            for _ in range(seeded.randrange(1, 4))
        ]
        where = draw.truth(seeded.randrange(0, 4))
        having = seeded.choice(["count(*) > 1", f"max({draw.whole(0)}) > 3", f"sum({draw.decimal(0)}) < 100 or count(*) = 1"])
        named = [f"{part} as k{n}" for n, part in enumerate(keys)], [f"{part} as r{n}" for n, part in enumerate(results)]
        # Constants and numbers of columns are no keys in DuckDB's group by; all is named there.
        inner = f"select *, {', '.join(named[0])} from t" if keys else "select * from t"
        group = f"group by {', '.join(f'k{n}' for n in range(len(keys)))}" if keys else ""
        outer = ", ".join([f"k{n}" for n in range(len(keys))] + named[1])
        # DuckDB puts conditions on rows before the names of the same select.
        theirs = asked_of_duckdb(base, f"select {outer} from ({inner} where {where}) {group} having {having}")
        if theirs is None:
            continue
        by = ["--by", ", ".join(named[0])] if keys else []
        run = colonnade("agg", chunks, *by, "--agg", ", ".join(named[1]), "--where", where, "--having", having)
        told = f"{keys}, {results}, {where}, {having}"
        ours = answers(run.text)
        if not keys and not theirs:
            assert ours == [], told
            continue
        # Null and the empty text are two keys.
        order = lambda row: [
            (cell is None, str(cell).lower() if isinstance(cell, bool) else str(cell)) for cell in row[: len(keys)]
        ]
        assert_same(sorted(ours, key=order), sorted(theirs, key=order), told)


def test_tpch_one_and_six(colonnade, tmp_path):
    source = tmp_path / "lineitem.csv"
    made = subprocess.run(
        [sys.executable, ROOT / "Benchmarks/generate_lineitem.py", source, "--scale", "0.01"], capture_output=True, text=True)
    if made.returncode != 0:
        pytest.skip(f"the generator is not installed: {made.stderr[-200:]}")
    chunks = tmp_path / "lineitem.cln"
    colonnade("convert", source, "-o", chunks, "--quiet")
    base = duckdb.connect()
    base.execute(
        f"""create table l as select l_returnflag, l_linestatus, l_quantity::DECIMAL(15,2) as l_quantity,
        l_extendedprice::DECIMAL(15,2) as l_extendedprice, l_discount::DECIMAL(15,2) as l_discount, l_tax::DECIMAL(15,2) as l_tax,
        l_shipdate::DATE as l_shipdate from read_csv('{source}', header=true)"""
    )
    parts = """sum(l_quantity) as sum_qty, sum(l_extendedprice) as sum_base_price,
        sum(l_extendedprice * (1 - l_discount)) as sum_disc_price,
        sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) as sum_charge, avg(l_quantity) as avg_qty,
        avg(l_extendedprice) as avg_price, avg(l_discount) as avg_disc, count(*) as count_order"""
    where = "l_shipdate <= date '1998-12-01' - interval '90' day"
    theirs = base.execute(
        f"select l_returnflag, l_linestatus, {parts} from l where {where} group by all order by all").fetchall()
    run = colonnade("agg", chunks, "--by", "l_returnflag, l_linestatus", "--agg", parts, "--where", where)
    assert len(theirs) == 4
    assert_same(answers(run.text), theirs, "Q1")
    where = """l_shipdate >= date '1994-01-01' and l_shipdate < date '1994-01-01' + interval '1' year
        and l_discount between 0.06 - 0.01 and 0.06 + 0.01 and l_quantity < 24"""
    theirs = base.execute(f"select sum(l_extendedprice * l_discount) from l where {where}").fetchall()
    run = colonnade("agg", chunks, "--agg", "sum(l_extendedprice * l_discount) as revenue", "--where", where)
    assert_same(answers(run.text), theirs, "Q6")


def small(tmp_path):
    source = tmp_path / "s.csv"
    source.write_text("k,n,p,s,d\na,5,1.25,x1,2020-01-31\nb,,2.50,y,\na,9223372036854775807,0.01,,1999-12-31\n")
    return source


@pytest.mark.parametrize(
    "arguments,status,message,advice",
    [
        (["--agg", "sum(n + 1)"], 2, "row 3: 9223372036854775807 + 1 does not fit int64, at character 7 of --agg", "cast a side"),
        (["--agg", "sum(10 % (n - 5))"], 2, "row 1: 10 % 0, at character 8 of --agg", "nullif"),
        (["--by", "cast(s as int64)"], 2, "row 1: 'x1' is no int64, at character 1 of --by", "leave such rows out"),
        (["--by", "k", "--having", "sum(p) > s"], 64, 'the result has no column "s" to ask, at character 10', "columns of the result"),
        (["--by", "k", "--agg", "p + 1"], 64, '"p" is neither a key nor inside of an aggregate, at character 1', "sum(p)"),
        (["--by", "k", "--agg", "sum(max(p))"], 64, "max(…) is of many rows, and stands where each row is asked by itself, at character 5", "name it alone"),
        (["--agg", "count(*)", "--where", "sum(p) > 1"], 64, "sum(…) is of many rows", "--having"),
        (["--by", "lenght(s)"], 64, 'no function "lenght", at character 1', 'did you mean "length"?'),
        (["--by", "date_trunc('mont', d)"], 64, '--by: no part "mont" to cut by, at character 12', 'did you mean "month"?'),
        (["--agg", "count(s like 'a' escape 'bb')"], 64, "--agg: no pattern, at character 25", "an escape is one character"),
        (["--by", "s || 5"], 64, "|| takes strings, and this is int64, at character 6", "cast(x as string)"),
        (["--by", "d - t"], 2, 'no column "t", at character 5 of --by', "columns are"),
        (["--by", "d + 1.5"], 2, "+ takes numbers, and this is date, at character 1 of --by", "d + interval '1' month"),
        (["--by", "d::timestamp - d::timestamp"], 64, "- takes numbers, and this is timestamp, at character 2", "cast(t as date) - cast(u as date)"),
        (["--agg", "sum(cast(p * 1e19 as int64))"], 2, "as int64 does not fit int64, at character 5 of --agg", "cast to a type that holds it"),
        (["--by", "-n"], 64, "Missing value for '--by <columns>'", "try: --by=-n"),
        (["--agg", "-sum(n)"], 64, "Missing value for '--agg <list>'", "try: --agg='-sum(n)'"),
        (["--agg", "count_distinct(k)"], 64, 'no function "count_distinct"', "write count(distinct x)"),
        (["--agg", "sum(p * q)"], 2, 'no column "q", at character 9 of --agg', "columns are"),
        (["--agg", "sum(p) + k"], 64, '"k" is neither a key', "--by"),
        (["--agg", "sum(s + 1)"], 2, "+ takes numbers, and this is string, at character 5 of --agg", "cast"),
        (["--by", "k", "--having", "n > 1", "--having", "n < 5"], 64, "--having is given twice", "--help"),
        (["--by", "k", "--agg", "sum(p) as p", "--order-by", "pp"], 64, 'no column "pp" to order by, at character 1', "columns of the result"),
    ],
)
def test_what_is_wrong_with_an_expression(colonnade, tmp_path, arguments, status, message, advice):
    run = colonnade("agg", small(tmp_path), *arguments, expect=status)
    assert message in run.errors
    assert advice in run.errors


def test_having_order_distinct_and_limit(colonnade, tmp_path):
    def text(*arguments):
        return colonnade("agg", small(tmp_path), *arguments).text

    assert text("--by", "k", "--agg", "sum(p)", "--having", "p > 2") == "k,p\nb,2.50\n"
    assert text("--by", "length(k) as x", "--agg", "x + 1") == "x,x + 1\n1,2\n"
    assert text("--by=-length(k)") == "-length(k)\n-1\n"
    assert text("--agg", "1 as z") == "z\n1\n"
    assert text("--by", "k", "--agg", "count(*) as n", "--order-by", "min(p) desc") == "k,n\nb,1\na,2\n"
    assert text("--by", "year(d)", "--where", "d is not null") == "year(d)\n1999\n2020\n"
    assert text("--agg", "top(p, 3) > 1 as t", "--distinct") == "t\ntrue\nfalse\n"
    assert text("--agg", "sum(p)", "--where", "n < 10 or s || 'z' = 'yz'") == "p\n3.75\n"
    assert text("--by", "upper(k) as u", "--agg", "max(p) - min(p) as range", "--order-by", "range desc", "--limit", "1") == "u,range\nA,1.24\n"


def test_outputs_come_in_the_order_asked_for_whatever_they_are(colonnade, tmp_path, seeded):
    """Plain aggregates, expressions over them, keys and constants side by side, each once or twice, with and without what hides groups."""
    source = tmp_path / "t.csv"
    source.write_text("a,b,s\n1,0,x\n2,0,12\n3,5,y\n")
    asked = {
        "max(a)": [2, 3], "min(a)": [1, 3], "max(a) - min(a)": [1, 0], "count(*)": [2, 1], "sum(a) / count(*)": [1.5, 3],
        "b": [0, 5], "b + 1": [1, 6], "sum(b)": [0, 5], "7": [7, 7], "count(distinct s)": [2, 1],
    }
    for _ in range(60):
        chosen = [seeded.choice(list(asked)) for _ in range(seeded.randrange(1, 6))]
        text = ", ".join(f"{expression} as c{i}" for i, expression in enumerate(chosen))
        more = seeded.choice([[], ["--having", "count(*) > 0"], ["--order-by", "b"], ["--distinct"], ["--limit", "9"]])
        header, *rows = csvtext.parse(colonnade("agg", source, "--by", "b", "--agg", text, *more).text)
        assert header == ["b", *(f"c{i}" for i in range(len(chosen)))], (chosen, more)
        wanted = [[key, *(asked[e][row] for e in chosen)] for row, key in enumerate([0, 5])]
        assert [[float(cell) for cell in row] for row in rows] == wanted, (chosen, more)


def test_examples_of_the_help_can_be_copied(colonnade):
    text = colonnade("agg", "--help").text
    lines = text[text.index("EXAMPLES\n") :].split("\n\n")[0].splitlines()[1:]
    assert all(line.startswith("  ") for line in lines), lines
    joined = " ".join(lines).replace("\\ ", " ")
    commands = ["colonnade agg" + rest for rest in joined.split("colonnade agg")[1:]]
    assert len(commands) >= 7
    for command in commands:
        # Wrong quotes raise; nothing else may be left over behind a command than its own options.
        words = shlex.split(command)
        assert words[:2] == ["colonnade", "agg"] and "\n" not in command, words


@pytest.mark.parametrize(
    "arguments",
    [
        ["--by", "a", "--where", "a" + " is null" * 5000],
        ["--agg", "sum(round(a, -9223372036854775808))"],
        ["--agg", "sum(round(a, -9223372036854775807 - 1))"],
        ["--by", "t - interval '-9223372036854775808' day as q"],
    ],
)
def test_absurd_numbers_and_depths_are_errors(colonnade, tmp_path, arguments):
    source = tmp_path / "t.csv"
    source.write_text("a,t\n1,2020-01-01 00:00:00\n")
    run = subprocess.run([colonnade.path, "agg", source, *arguments], capture_output=True, timeout=60)
    assert run.returncode in (2, 64), run.returncode
