# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`spark.read.format("colonnade")`: the rows that pyarrow reads of the exported table, and nothing read that was not asked for."""

import csv
import datetime
import decimal
import itertools
import shlex

import pyspark
import pytest
from colonnade_spark import WrongUsage, register
from colonnade_spark.pushing import MOST_BYTES, MOST_VALUES, condition_of, fits
from faulty import Faulty

IS_4 = int(pyspark.__version__.split(".")[0]) >= 4
TYPES = {
    "flag": "boolean", "n": "bigint", "price": "decimal(9,2)", "x": "double", "day": "date", "s": "string", "t": "timestamp_ntz",
}  # fmt: skip


def test_before_spark_4_it_says_so(spark):
    if IS_4:
        register(spark)
        register(spark)
    else:
        with pytest.raises(WrongUsage, match="Spark 4"):
            register(spark)


if IS_4:
    from pyspark.sql import datasource as ds
    from pyspark.sql import functions as F

    @pytest.fixture(scope="module")
    def source(spark):
        register(spark)
        return lambda: spark.read.format("colonnade").option("tasks", "3")

    @pytest.fixture(scope="module")
    def mixed(tmp_path_factory, colonnade):
        folder = tmp_path_factory.mktemp("mixed")
        with (folder / "mixed.csv").open("w", newline="") as file:
            write = csv.writer(file).writerow
            write(list(TYPES) + ["at"])
            for row in range(1000):
                write([
                    ["true", "false", ""][row % 3], [row * 7919 - 10**6, ""][row % 11 == 0], f"{row}.{row % 100:02}", f"{row}e-3",
                    datetime.date(2020, 1, 1) + datetime.timedelta(days=row % 400), ["São Paulo", "it's", "", 'a"b', "\U0001f600"][row % 5],
                    f"2020-01-01 10:{row % 60:02}:00.123456", f"2020-01-01T10:{row % 60:02}:00Z",
                ])  # fmt: skip
        colonnade("convert", folder / "mixed.csv", "-q", "-o", folder / "mixed.cln")
        return folder

    def test_all_types(source, mixed, colonnade):
        frame = source().load(str(mixed / "mixed.cln"))
        kinds = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
        assert kinds == {**TYPES, "price": kinds["price"], "at": "timestamp"} and kinds["price"].startswith("decimal")
        rows = frame.collect()
        text = list(csv.DictReader(colonnade("export", mixed / "mixed.cln").text.splitlines()))
        assert len(rows) == len(text) == 1000
        for row, line in zip(rows, text):
            assert (row.n is None) == (line["n"] == "") and (row.n is None or row.n == int(line["n"]))
            assert row.flag == {"true": True, "false": False, "": None}[line["flag"]]
            assert row.price == decimal.Decimal(line["price"]) and row.x == float(line["x"])
            assert row.day == datetime.date.fromisoformat(line["day"]) and (row.s or "") == line["s"]
            assert row.t == datetime.datetime.fromisoformat(line["t"])

    def test_sums_are_the_command_s(source, tables, colonnade):
        frame = source().load(tables["large.cln"])
        found = frame.groupBy("state").agg(F.sum("cases").alias("cases")).orderBy("state").collect()
        text = colonnade("agg", tables["large.cln"], "--by", "state", "--agg", "sum(cases)", "--header-out", "off").text
        assert {row.state: row.cases for row in found} == {
            line.rsplit(",", 1)[0]: int(line.rsplit(",", 1)[1]) for line in text.splitlines()
        }

    @pytest.fixture
    def noting(source, colonnade, tmp_path):
        """The source, and what its runs of `export` in tasks were asked for: (columns, condition), each once."""
        faulty = Faulty(tmp_path / "faulty", colonnade.path, '*" export "*" --columns "*').notes_words()

        def asked():
            found = set()
            for run in map(shlex.split, faulty.words):
                # Chunks and path follow.
                condition = itertools.takewhile(lambda word: word != "--chunks" and not word.startswith("/"), run[run.index("--columns") + 2 :])
                found.add((run[run.index("--columns") + 1], " ".join(condition) or None))
            return found

        return (lambda: source().option("binary", faulty.path)), asked

    def test_a_schema_is_a_projection(noting, tables):
        source, asked = noting
        frame = source().schema("deaths bigint, date date").load(tables["cities.cln"])
        assert frame.columns == ["deaths", "date"]
        assert frame.agg(F.count("*"), F.sum("deaths")).first() == (178_992, 924_994)
        # shlex takes the quotes of names.
        assert asked() == {("deaths,date", None)}

    def test_a_schema_that_does_not_fit(source, tables):
        for schema in ("deaths int", "death bigint"):
            with pytest.raises(Exception, match="death"):
                source().schema(schema).load(tables["cities.cln"]).collect()

    @pytest.fixture
    def pushing(spark, source):
        spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
        register(spark)
        yield
        spark.conf.unset("spark.sql.python.filterPushdown.enabled")
        register(spark)

    def test_conditions_are_decided_by_the_command(pushing, noting, tables, colonnade):
        source, asked = noting
        words = ("--where", "state = 'Acre' and cases > 100", "--columns", "name,cases", "--header-out", "off")
        expected = sorted((name, int(cases)) for name, cases in csv.reader(colonnade("export", tables["cities.cln"], *words).text.splitlines()))
        frame = source().schema("state string, name string, cases bigint").load(tables["cities.cln"])
        frame = frame.where("state = 'Acre' and cases > 100 and name is not null").select("name", "cases")
        plan = frame._jdf.queryExecution().executedPlan().toString()
        assert sorted(map(tuple, frame.collect())) == expected and expected
        assert not [line for line in plan.splitlines() if line.lstrip(" +-*()0123456789").startswith("Filter")], plan
        (columns, condition), = asked()
        assert columns == "state,name,cases"
        assert all(one in condition for one in ("(state = Acre)", "(cases > 100)", "(name is not null)")), condition
        # Half of it is Spark's: prefixes are not pushed.
        assert frame.where("name like 'R%'").count() == sum(name.startswith("R") for name, _ in expected)

    def test_conditions_that_are_too_long_for_a_command_line_are_spark_s(pushing, noting, tables):
        source, asked = noting
        # 150 KB of them: of a single word Linux takes 128 KiB.
        values = [f"nowhere {number:092}" for number in range(MOST_VALUES + 500)]
        frame = source().schema("state string, cases bigint").load(tables["small/"])
        assert frame.where(F.col("state").isin(["Minas Gerais", *values]) & (F.col("cases") >= 0)).agg(F.countDistinct("state")).first()[0] == 1
        assert frame.where(F.col("state") > "x" * 200_000).count() == 0
        for columns, condition in asked():
            assert columns == "state,cases" and "nowhere" not in (condition or "") and "xxx" not in (condition or "")

    def test_how_much_is_pushed():
        assert condition_of(ds.In(("n",), tuple(range(MOST_VALUES))), TYPES) and not condition_of(ds.In(("n",), tuple(range(MOST_VALUES + 1))), TYPES)
        assert fits(["x" * 1000] * 60) and not fits(["x" * 1000] * 70) and not fits(["é" * (MOST_BYTES // 2)])

    @pytest.mark.parametrize(
        "one, expected",
        [
            (ds.EqualTo(("s",), "it's"), "\"s\" = 'it''s'"),
            (ds.GreaterThan(("n",), 5), '"n" > 5'),
            (ds.LessThanOrEqual(("price",), decimal.Decimal("1.50")), '"price" <= 1.50'),
            (ds.GreaterThanOrEqual(("day",), datetime.date(2020, 1, 2)), "\"day\" >= date '2020-01-02'"),
            (ds.EqualTo(("flag",), True), '"flag" = true'),
            (ds.In(("n",), (1, 2)), '"n" in (1, 2)'),
            (ds.Not(ds.IsNull(("n",))), 'not ("n" is null)'),
            # What Spark must decide: its order of doubles, what is not of the column's type, nulls in lists, nested and unknown columns.
            (ds.GreaterThan(("x",), 1.5), None),
            (ds.EqualTo(("n",), True), None),
            (ds.EqualTo(("n",), None), None),
            (ds.In(("n",), (1, None)), None),
            (ds.EqualTo(("s", "t"), "x"), None),
            (ds.EqualTo(("other",), 1), None),
            (ds.EqualTo(("t",), datetime.datetime(2020, 1, 1)), None),
            (ds.Not(ds.GreaterThan(("x",), 1.5)), None),
            (ds.StringStartsWith(("s",), "x"), None),
        ],
    )
    def test_what_is_pushed(one, expected):
        assert condition_of(one, TYPES) == expected
