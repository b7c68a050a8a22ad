# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Some columns and rows of a table, and what a folder consists of: what other programs divide work by."""

import json

import duckdb
from command import ROOT

STATES = ROOT / "Examples/covid/brazil_covid19.csv"


def test_columns_and_rows(colonnade, tmp_path):
    colonnade("convert", STATES, "-q", "-o", tmp_path / "t.cln")
    words = ["--columns", "cases,date", "--where", "state = 'Acre' and (cases > 100 or deaths is null)"]
    colonnade("export", tmp_path / "t.cln", *words, "-o", tmp_path / "part.csv")
    asked = f"select cases, date from '{STATES}' where state = 'Acre' and (cases > 100 or deaths is null)"
    found = duckdb.sql(f"select * from read_csv('{tmp_path}/part.csv')").fetchall()
    assert found == duckdb.sql(asked).fetchall() and found


def test_no_row(colonnade, tmp_path):
    run = colonnade("export", STATES, "--columns", "state", "--where", "cases < 0")
    assert run.text == "state\n"


def test_refused(colonnade, tmp_path):
    source = STATES
    assert "stat" in colonnade("export", source, "--columns", "stat", expect=2).errors
    assert "casse" in colonnade("export", source, "--where", "casse > 1", expect=2).errors
    colonnade("export", source, "--columns", "state,state", expect=64)
    colonnade("export", source, "--where", "cases >", expect=64)
    errors = colonnade("export", source, "--where", "sum(cases) > 1", expect=64).errors
    assert "columns of the row" in errors and "--having" not in errors, errors
    colonnade("export", source, "--where", "cases > 1", "--where", "cases > 2", expect=64)
    colonnade("export", source, "--salvage", "--columns", "state", expect=64)


def test_files_of_a_table(colonnade, tmp_path):
    for name in "b", "a":
        colonnade("convert", STATES, "-q", "-o", tmp_path / f"{name}.cln")
    told = colonnade("inspect", tmp_path, "--files", "--format", "ndjson").text
    files = [json.loads(line) for line in told.splitlines()]
    assert [file["file"] for file in files] == [str(tmp_path / "a.cln"), str(tmp_path / "b.cln")]
    one = json.loads(colonnade("inspect", tmp_path / "b.cln", "--files", "--format", "ndjson").text)
    assert one == files[1] and one["rows"] == 2409 and one["chunks"] == 1
    assert one["bytes"] == (tmp_path / "b.cln").stat().st_size
    # The checksum that a manifest lists.
    colonnade("manifest", f"{tmp_path}/", "-q")
    listed = colonnade("head", tmp_path / "_manifest.cln", "--format", "csv").text
    assert f"b.cln,2409,{one['bytes']},{one['checksum']}" in listed
    colonnade("inspect", tmp_path / "b.cln", "--files", "--pages", expect=64)
