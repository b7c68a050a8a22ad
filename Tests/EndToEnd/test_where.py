# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Conditions: `agg --where` against DuckDB on random tables, and what it says of wrong ones."""

import csv
import datetime
import io

import csvtext
import duckdb
import pytest
from conditions import condition

# Name, type in DuckDB, and a random value as a CSV has it.
COLUMNS = {
    "flag": ("BOOLEAN", lambda r: r.choice(["true", "false"])),
    "small": ("BIGINT", lambda r: str(r.randrange(-9, 10))),
    "big": ("BIGINT", lambda r: str(r.choice([-1, 1]) * (2**63 - 1 - r.randrange(3)))),
    "price": ("DECIMAL(12,2)", lambda r: f"{r.randrange(-10**6, 10**6)}.{r.randrange(100):02d}"),
    "long": ("DECIMAL(38,4)", lambda r: f"{r.randrange(-10**33, 10**33)}.{r.randrange(10**4):04d}"),
    "ratio": ("DOUBLE", lambda r: repr(r.choice([r.gauss(0, 1) * 10.0 ** r.randrange(-9, 9), 0.5, -0.0, 1e300]))),
    "day": ("DATE", lambda r: (datetime.date(2020, 1, 1) + datetime.timedelta(days=r.randrange(40))).isoformat()),
    "moment": ("TIMESTAMP", lambda r: (datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=r.randrange(4 * 10**6)))
               .isoformat(sep=" ", timespec="seconds")),
    "state": ("VARCHAR", lambda r: r.choice(["SP", "RJ", "São Paulo", "it's", "Acre", "acre", "Ácre"])),
    "text": ("VARCHAR", lambda r: "t" + str(r.randrange(10**6))),
}


def random_table(r, rows, sort):
    null_share = r.choice([0, 0.1, 0.1, 0.6])
    table = [
        [None if r.random() < null_share else make(r) for _, make in COLUMNS.values()] for _ in range(rows)
    ]
    # Bounds decide, and values come in runs, where rows are in order.
    if sort:
        column = r.randrange(len(COLUMNS))
        table.sort(key=lambda row: row[column] or "")
    # One value of each, so that types are sure.
    return [*table, [make(r) for _, make in COLUMNS.values()]]


AGGREGATES = {
    "count(*) as n": "count(*)",
    "count(state) as states": "count(state)",
    "sum(small) as s": "sum(small)::VARCHAR",
    "sum(big) as b": "sum(big)::VARCHAR",
    "sum(price) as p": "sum(price)::DECIMAL(38,2)::VARCHAR",
    "min(moment) as m": "strftime(min(moment), '%Y-%m-%dT%H:%M:%S')",
    "max(day) as d": "max(day)::VARCHAR",
    "max(state) as t": "max(state)",
    "min(long) as l": "min(long)::VARCHAR",
}


def trimmed(cell):
    """Decimals print with their column's scale on both sides, but it need not be the same."""
    if cell is None or cell == "":
        return None
    cell = str(cell)
    return cell.rstrip("0").rstrip(".") if "." in cell and cell.lstrip("-").replace(".", "").isdigit() else cell


def rows_of(text):
    return sorted(([trimmed(cell) for cell in row] for row in list(csv.reader(io.StringIO(text)))[1:]), key=str)


def expected(base, where, keys):
    columns = keys + list(AGGREGATES.values())
    group = f"group by {', '.join(keys)}" if keys else ""
    found = base.execute(f"select {', '.join(columns)} from t where {where} {group}").fetchall()
    return sorted(([trimmed(cell) for cell in row] for row in found), key=str)


def load(source):
    base = duckdb.connect()
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, (kind, _) in COLUMNS.items()) + "}"
    base.execute(f"create table t as select * from read_csv('{source}', header=true, columns={types}, nullstr='')")
    return base


@pytest.mark.parametrize("rows,sort", [(0, False), (300, False), (300, True), (5000, True), (140_000, True)])
def test_random_conditions_as_duckdb_has_them(colonnade, tmp_path, seeded, rows, sort):
    table = random_table(seeded, rows, sort)
    source = csvtext.write(tmp_path / "t.csv", [list(COLUMNS), *table], "\n")
    base = load(source)
    chunks = tmp_path / "t.cln"
    colonnade("convert", source, "-o", chunks, "--quiet")
    for _ in range(25 if rows < 10_000 else 12):
        where = condition(seeded, COLUMNS, table)
        for keys in ([], ["small"]):
            wanted = expected(base, where, keys)
            by = ["--by", ",".join(keys)] if keys else []
            for arguments in ([chunks], [chunks, "--ignore-statistics", "--threads", "1"], [source]):
                if arguments == [source] and rows > 10_000:
                    continue
                run = colonnade("agg", *arguments, *by, "--agg", ", ".join(AGGREGATES), "--where", where)
                assert rows_of(run.text) == wanted, f"{where}, {keys}, {arguments}"


def test_inputs_of_differing_types(colonnade, tmp_path):
    whole, cents = tmp_path / "whole.csv", tmp_path / "cents.csv"
    whole.write_text("x,day\n" + "".join(f"{n},2020-01-{n % 28 + 1:02d}\n" for n in range(3000)))
    cents.write_text("x,day\n" + "".join(f"{n}.25,2020-01-{n % 28 + 1:02d} 12:00:00\n" for n in range(3000)))
    for path in (whole, cents):
        colonnade("convert", path, "-o", path.with_suffix(".cln"), "--quiet")
    base = duckdb.connect()
    base.execute(
        f"""create table t as select x::DECIMAL(9,2) as x, day::TIMESTAMP as day from read_csv('{whole}') union all
        select x::DECIMAL(9,2), day::TIMESTAMP from read_csv('{cents}')"""
    )
    for where in [
        "x > 17.1", "x in (5, 5.25, 7.1)", "not x between 1.25 and 2999", "day >= '2020-01-10'",
        "day > timestamp '2020-01-10 11:59:59' and x < 2000.5", "day = date '2020-01-28' or x is null",
    ]:
        wanted = base.execute(f"select count(*), sum(x) from t where {where}").fetchone()
        for inputs in ([whole, cents], [whole.with_suffix(".cln"), cents], [whole.with_suffix(".cln"), cents.with_suffix(".cln")]):
            run = colonnade("agg", *inputs, "--agg", "count(*) as n, sum(x) as s", "--where", where)
            assert rows_of(run.text) == [[trimmed(cell) for cell in wanted]], f"{where}, {inputs}"


@pytest.mark.parametrize(
    "where,status,message,advice",
    [
        ("cases > ", 64, "--where: expected a column or a constant, found the end, at character 9", "conditions are"),
        ("cases = deahts", 2, 'no column "deahts", at character 9 of --where', 'did you mean "deaths"?'),
        ("cases + 1", 2, "what stands here is int64, not a condition", "x > 5"),
        (" ", 64, "--where: the condition is empty", "conditions are"),
        ("", 64, "--where: the condition is empty", "conditions are"),
        ('state = "Acre"', 2, 'no column "Acre", at character 9 of --where', "strings go in single quotes: 'Acre'"),
        ("cases > inf", 2, 'no column "inf", at character 9 of --where', "there is no such constant"),
        ("cases≥5", 64, 'unexpected "≥", at character 6', "write <=, >= or !="),
        ("date in ('2020-05-01', '2020-13-01')", 2, "'2020-13-01' is no date, at character 24 of --where", "'2020-01-31'"),
        ("cases > 5 and stat = 'Acre'", 2, 'no column "stat", at character 15 of --where', 'did you mean "state"?'),
        ("state > 5", 2, "the column is string and is compared with a number, at character 9 of --where", "in single quotes"),
    ],
)
def test_what_is_wrong_with_a_condition(colonnade, covid, where, status, message, advice):
    run = colonnade("agg", covid["cln"], "--agg", "sum(cases)", "--where", where, expect=status)
    assert message in run.errors
    assert advice in run.errors


def test_conditions_read_columns_that_nothing_else_names(colonnade, covid):
    answers = {
        kind: colonnade("agg", covid[kind], "--agg", "sum(deaths)", "--where", "state = 'Acre' and cases > 100").text
        for kind in ("csv", "csv.gz", "cln")
    }
    assert len(set(answers.values())) == 1
    base = duckdb.connect()
    wanted = base.execute(
        f"select sum(deaths) from read_csv('{covid['csv']}') where state = 'Acre' and cases > 100"
    ).fetchone()[0]
    assert answers["cln"] == f"deaths\n{int(wanted)}\n"


def test_the_footer_answers_where_it_can(colonnade, covid, tmp_path):
    damaged = tmp_path / "damaged.cln"
    damaged.write_bytes(covid["cln"].read_bytes())
    pages_start = 64
    with open(damaged, "r+b") as file:
        file.seek(pages_start)
        first = file.read(1)
        file.seek(pages_start)
        file.write(bytes([first[0] ^ 1]))
    # The first page is damaged; whose it is, reading all of its column tells. Bounds and sums lie in the footer, which is whole.
    names = colonnade("head", covid["cln"], "-n", "0").text.strip().split(",")
    column = names[0]
    query = ["--agg", f"count({column}) as n, min({column}) as least"]
    whole = colonnade("agg", covid["cln"], *query).text
    assert colonnade("agg", damaged, *query).text == whole
    run = colonnade("agg", damaged, *query, "--ignore-statistics", expect=2)
    assert "damaged" in run.errors and column in run.errors


def count(colonnade, source, where):
    texts = {
        colonnade("agg", source, "--agg", "count(*)", "--where", where, *options).text
        for options in ([], ["--ignore-statistics"])
    }
    assert len(texts) == 1, where
    return int(texts.pop().split()[1])


NINES = "9" * 38


@pytest.mark.parametrize(
    "kind,values,conditions",
    [
        (
            "decimal(38,0)", [NINES, "-" + NINES, "5"],
            {
                f"x > {NINES[:-1]}8.5": 1, f"x <= {NINES[:-1]}8.5": 2, f"x >= -{NINES[:-1]}8.5": 2, "x < 1e38": 3,
                "x < 12345678901234567890123456789012345678.5": 2, "x > 1e-9223372036854775808": 2, "x < 1e400": 3,
            },
        ),
        (
            "int64", ["0", "1", "-1"],
            {"x = 1e-400": 0, "x >= 1e-400": 1, "x <> 1e-400": 3, "x > -1e-400": 2, "x < 1e400": 3, "x > 1e-99999999999999999999": 1},
        ),
        (
            "float64", ["0", "9.1093837015e-31", "6.62607015e-34", "1e308", "inf"],
            {"x = 9.1093837015e-31": 1, "x > 6.62607015e-34": 3, "x < 1e400": 4, "x > 1e400": 1, "x = 1e-400": 0, "x <> 1e-400": 5},
        ),
    ],
)
def test_numbers_past_the_decimals(colonnade, tmp_path, kind, values, conditions):
    source, chunks = tmp_path / "x.csv", tmp_path / "x.cln"
    source.write_text("x\n" + "\n".join(values) + "\n")
    colonnade("convert", source, "-o", chunks, "--quiet", "--schema", f"x:{kind}")
    for where, wanted in conditions.items():
        assert count(colonnade, chunks, where) == wanted, where


def test_strings_that_start_with_a_combining_mark(colonnade, tmp_path):
    source = tmp_path / "s.csv"
    source.write_text("s\n\u0301a\nb\n", encoding="utf-8")
    assert count(colonnade, source, "s = '\u0301a'") == 1


def test_rows_that_are_not_taken_need_no_room(colonnade, tmp_path):
    tables = {"fine": "k,x\n10,1.23456789012345678901234567890123456\n", "great": f"k,x\n1,5\n2,{2**63 - 1}\n3,\n"}
    inputs = []
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
        inputs.append(tmp_path / f"{name}.cln")
        colonnade("convert", tmp_path / f"{name}.csv", "-o", inputs[-1], "--quiet")
    for by in ([], ["--by", "k"]):
        run = colonnade("agg", *inputs, *by, "--agg", "max(x) as m", "--where", "k = 1")
        assert float(run.text.split()[1].split(",")[-1]) == 5
        run = colonnade("agg", *inputs, *by, "--agg", "max(x)", "--where", "k < 3", expect=2)
        assert "needs more than 38 digits" in run.errors
    assert colonnade("agg", *inputs, "--agg", "count(*)", "--where", "x > 4").text == "count\n2\n"
    assert colonnade("agg", *inputs, "--agg", "count(*)", "--where", "x is null").text == "count\n1\n"


def test_names_equal_under_canonical_equivalence_are_one(colonnade, tmp_path):
    source = tmp_path / "u.csv"
    source.write_text("\u00e9,e\u0301\n1,2\n", encoding="utf-8")
    run = colonnade("agg", source, "--agg", "sum(\u00e9) as a, sum(e\u0301) as b, sum(\u00e9_2) as c")
    assert run.text == "a,b,c\n1,1,2\n"
    assert 'has the name "e\u0301" of an earlier column, in other code points; it is called "e\u0301_2" here' in run.errors


def test_an_unknown_column_of_a_csv_has_its_place(colonnade, covid):
    for where in ["cases > 5 and stat = 'Acre'"]:
        run = colonnade("agg", covid["csv"], "--agg", "sum(cases)", "--where", where, expect=2)
        assert 'no column "stat", at character 15 of --where' in run.errors
        assert 'did you mean "state"?' in run.errors
    run = colonnade("agg", covid["csv"], "--by", "stat", "--agg", "sum(cases)", "--where", "stat = 'Acre'", expect=2)
    assert 'no column "stat", at character 1 of --by' in run.errors


def test_one_condition_only(colonnade, covid):
    run = colonnade("agg", covid["cln"], "--agg", "count(*)", "--where", "cases > 5", "--where", "cases < 9", expect=64)
    assert "--where is given twice: join conditions with and" in run.errors


def test_long_lists(colonnade, tmp_path):
    source, chunks = tmp_path / "n.csv", tmp_path / "n.cln"
    source.write_text("n\n" + "".join(f"{i * 7919 % 40_000}\n" for i in range(40_000)))
    colonnade("convert", source, "-o", chunks, "--quiet")
    evens = ", ".join(str(n) for n in range(0, 20_000, 2))
    assert count(colonnade, chunks, f"n in ({evens})") == 10_000
    assert count(colonnade, chunks, f"n not in ({evens})") == 30_000
