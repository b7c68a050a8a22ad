# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Grouping strategies: `agg --by` against DuckDB on tables that make it choose each of them."""

import csv
import io

import duckdb
import pytest

ROWS = 1_200_000
# Some keys in order, some not; values with and without nulls; widths from one bit to 60.
TABLE = f"""
create table t as select
  'k' || (hash(i) % 100) as few, hash(i + 7) % 50000 as many, hash(i * 3) % 4000000000 as most, i // 5000 as run,
  case when hash(i + 1) % 9 = 0 then null else hash(i + 2) % 1000 end as holed,
  (hash(i + 3) % 2000000)::bigint - 1000000 as signed, (hash(i + 4) % 1000000000000000000)::bigint - 500000000000000000 as wide,
  (hash(i + 5) % 10000000)::decimal(12, 2) / 4 as price, date '2020-01-01' + (hash(i + 6) % 40)::int as day
from range({ROWS}) r(i)
"""
CASES = [
    ("few", "direct", "sum(signed), min(signed), max(price), count(*)"),
    ("few,holed", "direct", "sum(holed), count(holed), min(holed), max(wide)"),
    ("run,day", "direct", "sum(wide), sum(signed), min(day)"),
    ("run", "direct", "sum(signed), sum(wide), count(*)"),
    ("many", "direct", "max(signed), min(price)"),
    ("most", "partitioned", "sum(wide), min(signed), max(holed), count(holed)"),
    ("many,few,day", "partitioned", "sum(price), count(*), max(day)"),
    ("wide", "partitioned", "sum(signed), min(wide)"),
    ("wide,holed", "partitioned", "sum(signed), min(wide)"),
    ("wide,most,signed,holed,many", "general", "max(price), min(wide)"),
]


@pytest.fixture(scope="module")
def table(colonnade, tmp_path_factory):
    folder = tmp_path_factory.mktemp("grouping")
    database = duckdb.connect()
    database.execute(TABLE)
    database.execute(f"copy t to '{folder}/t.csv' (header)")
    colonnade("convert", "--quiet", folder / "t.csv", "-o", folder / "t.cln")
    # What was written, so that both have the same types.
    return folder / "t.cln", database


def expected(database, by, aggregates, order, limit):
    keys = ", ".join(f"{key} asc nulls last" for key in by.split(","))
    order = f"{order}, {keys}" if order else keys
    query = f"select {by}, {aggregates} from t group by {by} order by {order}" + (f" limit {limit}" if limit else "")
    return [["" if cell is None else str(cell) for cell in row] for row in database.execute(query).fetchall()]


def number(cell):
    """Decimals are written without the zeros that a scale adds."""
    return cell.rstrip("0").rstrip(".") if "." in cell else cell


def rows(text):
    return [[number(cell) for cell in row] for row in csv.reader(io.StringIO(text))][1:]


@pytest.mark.parametrize(("by", "strategy", "aggregates"), CASES)
def test_each_strategy_gives_duckdbs_groups(colonnade, table, by, strategy, aggregates):
    path, database = table
    explained = colonnade("agg", path, "--by", by, "--agg", aggregates, "--explain").text
    assert f"\ngroups,{strategy}: " in explained.replace('"', ""), explained
    database.execute(f"create or replace table wanted as select {by}, {aggregates} from t group by {by}")
    types = {name: kind for name, kind, *_ in database.execute("describe wanted").fetchall()}
    texts = set()
    for threads in (1, 2):
        found = path.with_name(f"found{threads}.csv")
        colonnade("agg", path, "--by", by, "--agg", aggregates, "--threads", threads, "-o", found)
        texts.add(found.read_bytes())
    assert len(texts) == 1
    database.execute(
        f"create or replace table found as select * from read_csv('{found}', header = false, skip = 1, columns = {types})"
    )
    for one, other in (("wanted", "found"), ("found", "wanted")):
        missing = f"select count(*) from (from {one} except all from {other})"
        assert database.execute(missing).fetchone() == (0,)


@pytest.mark.parametrize(
    ("by", "aggregates", "ours", "theirs"),
    [
        ("most", "sum(signed) as s, count(*)", "s desc", "s desc"),
        ("most", "sum(holed) as s, max(day)", "s", "s nulls last"),
        ("many,few,day", "max(price) as m", "m desc", "m desc"),
        ("many,few,day", "count(*) as n", "n desc", "n desc"),
        ("wide,holed", "min(signed) as m", "m", "m"),
        ("few,most", "count(*)", None, None),
    ],
)
def test_a_limit_puts_out_the_first_of_all_groups(colonnade, table, by, aggregates, ours, theirs):
    path, database = table
    order = ["--order-by", ours] if ours else []
    found = colonnade("agg", path, "--by", by, "--agg", aggregates, *order, "--limit", 50).text
    wanted = expected(database, by, aggregates, theirs, 50)
    assert rows(found) == [[number(cell) for cell in row] for row in wanted]
