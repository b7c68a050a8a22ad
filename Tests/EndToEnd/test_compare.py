# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`cmp`: how rows are paired, when values are equal, what the exit code says; figures beside DuckDB's."""

import json

import duckdb
import pytest


@pytest.fixture
def compare(colonnade, tmp_path):
    """Writes two texts, compares them, and gives the run and its report."""

    def run(left, right, *options, expect, form="csv"):
        paths = []
        for name, text in (("a", left), ("b", right)):
            path = tmp_path / f"{name}.csv"
            path.write_text(text)
            if form == "cln":
                colonnade("convert", path, "-o", tmp_path / f"{name}.cln", "-q")
                path = tmp_path / f"{name}.cln"
            paths.append(path)
        report = tmp_path / "report.json"
        report.unlink(missing_ok=True)
        done = colonnade("cmp", *paths, "-o", report, *options, expect=expect)
        done.report = json.loads(report.read_text()) if report.exists() else None
        return done

    return run


def counts(report):
    names = ["source_rows_unmatched", "compare_rows_unmatched", "equal_rows", "diff_rows"]
    return [report[name] for name in names]


@pytest.mark.parametrize("form", ["csv", "cln"])
def test_figures_are_those_of_duckdb(seeded, compare, tmp_path, form):
    lines = ["id,place,n,d,f"]
    other = []
    for key in range(4000):
        row = [key, f"p{seeded.randrange(40)}", seeded.randrange(1000), f"{seeded.random() * 10:.2f}", seeded.random() * 1e-5]
        if seeded.random() < 0.1:
            row[seeded.randrange(1, 5)] = ""
        lines.append(",".join(map(str, row)))
        if seeded.random() < 0.2:
            row[2] = seeded.randrange(1000)
        if seeded.random() < 0.2:
            row[3] = f"{seeded.random() * 10:.2f}"
        if seeded.random() < 0.05:
            row[4] = seeded.random() * 1e-5
        if seeded.random() < 0.97:
            other.append(",".join(map(str, row)))
    seeded.shuffle(other)
    found = compare("\n".join(lines), "\n".join([lines[0], *other]), "--on", "id", expect=1, form=form).report
    database = duckdb.connect()
    for name in "ab":
        database.execute(
            f"create table {name} as from read_csv('{tmp_path}/{name}.csv', types={{'n': 'bigint', 'd': 'decimal(9,2)',"
            " 'f': 'double', 'place': 'varchar', 'id': 'bigint'})"
        )
    both = "a join b using (id)"
    columns = {column["name"]: column for column in found["columns"]}
    for name in ["place", "n", "d", "f"]:
        column = columns[name]
        values = f"count(*) filter (a.{name} is distinct from b.{name}), count(*) filter (a.{name} is null and b.{name} is not null)"
        expected = database.execute(f"select {values}, count(*) from {both}").fetchone()
        assert (column["different"], column["source_null"], column["equal"] + column["different"]) == expected
        if name == "place":
            continue
        expected = database.execute(f"select sum(a.{name}), sum(b.{name}) from {both}").fetchone()
        sums = (column["sums"]["source"], column["sums"]["compare"])
        assert sums == pytest.approx(tuple(map(float, expected)), rel=1e-12)
        distance = f"abs(a.{name} - b.{name})"
        expected = database.execute(
            f"select count(*), max({distance}), avg({distance}::double), quantile_disc({distance}, 0.5),"
            f" quantile_disc({distance}, 0.95) from {both} where a.{name} <> b.{name}"
        ).fetchone()
        absolute = [column["absolute_difference"][key] for key in ["rows", "max", "mean", "median", "p95"]]
        assert absolute == pytest.approx(list(map(float, expected)), rel=1e-12)


@pytest.mark.parametrize("threads", [1, 2])
def test_rows_that_line_up(compare, threads):
    """Several chunks: of equal pages only the hashes are looked at, and the figures are the same."""
    rows = [[key, key % 7, f"p{key % 100}", key / 4] for key in range(300_000)]
    header = "id,n,place,f"

    def text(rows):
        return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"

    left = text(rows)
    same = compare(left, left, "--on", "id", "--threads", threads, expect=0, form="cln").report
    assert [column["equal"] for column in same["columns"]] == [300_000] * 3
    sums = {"source": sum(row[1] for row in rows), "compare": sum(row[1] for row in rows), "difference": 0}
    assert same["columns"][0]["sums"] == sums
    for row in range(140_000, 140_010):
        rows[row] = [row, "", "", -1]
    rows[299_999][2] = "new"
    found = compare(left, text(rows), "--on", "id", "--threads", threads, expect=1, form="cln").report
    assert counts(found) == [0, 0, 299_989, 11]
    assert [column["different"] for column in found["columns"]] == [10, 11, 10]
    assert found["columns"][0]["sums"]["compare"] == sum(row[1] for row in rows if row[1] != "")
    # The same rows in another order say the same.
    shuffled = compare(left, text(rows[::-1]), "--on", "id", "--threads", threads, expect=1, form="cln").report
    for column, other in zip(found["columns"], shuffled["columns"]):
        for examples in (column["examples"], other["examples"]):
            for example in examples:
                del example["compare_row"]
        assert column == other


def test_renamed_keys_and_columns(compare):
    left, right = "uf,casos,note\nSP,1,x\nRJ,2,y\n", "state,cases,source\nRJ,2,z\nSP,3,z\n"
    run = compare(left, right, "--on", "uf=state", "--rename", "casos=cases", expect=1)
    assert counts(run.report) == [0, 0, 1, 1]
    assert "by uf = state." in run.text
    # After that, either name says the column.
    run = compare(left, right, "--on", "state", "--rename", "uf=state,casos=cases", "--columns", "cases", expect=1)
    assert [column["name"] for column in run.report["columns"]] == ["casos"]
    compare(left, right, "--on", "uf=state", expect=0)
    schema = compare(left, right, "--on", "uf=state", "--ignore", "note,source", expect=0).report["schema"]
    assert [field["name"] for field in schema["only_in_source"] + schema["only_in_compare"]] == ["casos", "cases"]


def test_tolerances(compare):
    left, right = "k,n,rate\n1,10,100.0\n2,20,200.0\n3,30,0\n", "k,n,rate\n1,11,100.1\n2,22,200.3\n3,30,0.0\n"
    assert counts(compare(left, right, "--on", "k", expect=1).report) == [0, 0, 1, 2]
    run = compare(left, right, "--on", "k", "--tolerance", "n=2, rate=0.15%", expect=0)
    assert counts(run.report) == [0, 0, 3, 0]
    assert "Within tolerance in every row: n (2 not equal), rate (2 not equal)" in run.text
    assert counts(compare(left, right, "--on", "k", "--tolerance", "n=1, rate=0.1%", expect=1).report) == [0, 0, 2, 1]
    compare(left, right, "--on", "k", "--tolerance", "*=2", expect=0)


def test_texts_and_nulls(compare):
    left, right = "k,name\na,São Paulo\nb,\nc,x\n", 'k,name\na, SÃO PAULO\nB,""\nc,x\n'
    assert counts(compare(left, right, "--on", "k", expect=1).report) == [1, 1, 1, 1]
    assert counts(compare(left, right, "--on", "k", "--ignore-case", "--trim", expect=1).report) == [0, 0, 2, 1]
    compare(left, right, "--on", "k", "--ignore-case", "--trim", "--empty-as-null", expect=0)


def test_keys_are_found_and_said(compare):
    left, right = "date,state,cases\n1,SP,5\n1,RJ,5\n2,SP,6\n", "date,state,cases\n2,SP,6\n1,RJ,5\n1,SP,4\n"
    run = compare(left, right, expect=1)
    assert counts(run.report) == [0, 0, 2, 1]
    assert "by date, state (found in the data: unique on both sides; --on says it)." in run.text
    run = compare("n,m\n1,1\n1,1\n", "n,m\n1,1\n1,1\n", expect=2)
    assert "--by-position" in run.errors
    compare("n,m\n1,1\n1,1\n", "n,m\n1,1\n1,1\n", "--by-position", expect=0)


def test_row_by_row(compare, tmp_path):
    left, right = "n,m\n1,1\n1,2\n", "n,m\n1,1\n1,3\n7,7\n"
    rows = tmp_path / "rows.csv"
    run = compare(left, right, "--by-position", "--rows", rows, expect=1)
    assert counts(run.report) == [0, 1, 1, 1]
    assert "differ, row by row." in run.text and "  m  2 → 3  at row 2" in run.text
    assert rows.read_text().splitlines() == [
        "row,change,n_source,n_compare,m_source,m_compare", "2,different,1,1,2,3", "3,compare_only,,7,,7",
    ]  # fmt: skip


def test_duplicate_keys(compare):
    left, right = "k,v\n1,1\n1,2\n1,3\n2,9\n3,3\n3,3\n", "k,v\n1,1\n1,5\n2,9\n3,3\n3,3\n"
    run = compare(left, right, "--on", "k", expect=2)
    assert "2 keys occur more than once" in run.errors and "--duplicates" in run.errors
    run = compare(left, right, "--on", "k", "--duplicates", "pair-in-order", expect=1)
    assert counts(run.report) == [1, 0, 4, 1]
    run = compare(left, right, "--on", "k", "--duplicates", "count", expect=1)
    assert counts(run.report) == [0, 0, 1, 0]
    assert "k 1: 3 in source, 2 in compare" in run.text
    compare("k\n1\n1\n2\n", "k\n2\n1\n1\n", "--on", "k", "--duplicates", "count", expect=0)


def test_exit_codes(compare):
    left = "k,v\n" + "".join(f"{k},0\n" for k in range(1000))
    right = "k,v,w\n" + "".join(f"{k},{int(k < 5)},0\n" for k in range(999))
    compare(left, right, "--on", "k", expect=1)
    compare(left, right, "--on", "k", "--max-different", "5", expect=1)
    compare(left, right, "--on", "k", "--max-different", "6", expect=0)
    compare(left, right, "--on", "k", "--max-different-percent", "0.5", expect=1)
    compare(left, right, "--on", "k", "--max-different-percent", "0.6", expect=0)
    compare(left, right, "--on", "k", "--fail-on", "values", "--max-different", "5", expect=0)
    compare(left, right, "--on", "k", "--fail-on", "rows", "--max-different", "1", expect=0)
    compare(left, right, "--on", "k", "--fail-on", "schema, rows", "--max-different", "9", expect=1)
    compare(left, left, "--on", "k", "--fail-on", "schema", expect=0)


@pytest.mark.parametrize(
    "options, said",
    [
        (["--on", "k", "--ignore", "nama"], "did you mean"),
        (["--on", "k", "--tolerance", "valeu=1"], "did you mean"),
        (["--on", "k", "--rename", "value=valu"], "did you mean"),
        (["--on", "k=kk"], "no column"),
        (["--on", "k", "--tolerance", "name=1"], "is string"),
        (["--on", "k", "--tolerance", "k=1"], "is not compared"),
        (["--on", "k", "--ignore", "k"], "to be ignored"),
        (["--on", "k,k"], "named twice"),
    ],
)
def test_requests_that_do_not_fit_the_tables(compare, options, said):
    text = "k,value,v2,name\n1,2,3,x\n"
    assert said in compare(text, text, *options, expect=2).errors


@pytest.mark.parametrize(
    "options",
    [
        ["--on", "k", "--tolerance", "v"], ["--on", "k", "--tolerance", "v=-1"], ["--on", "k", "--tolerance", "v=1e3"],
        ["--on", "k", "--rename", "v"], ["--on", "k", "--by-position"], ["--on", ""], ["--on", "k", "--fail-on", "all"],
        ["--on", "k", "--max-different", "-1"], ["--on", "k", "--max-different-percent", "x"],
        ["--on", "k", "--duplicates", "first"], ["--by-position", "--duplicates", "count"],
    ],
)  # fmt: skip
def test_wrong_usage(compare, options):
    compare("k,v\n1,2\n", "k,v\n1,2\n", *options, expect=64)
