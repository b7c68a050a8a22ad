# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The job that this project replaces, on the real data, in every form and with one thread and two."""

import json

import jsonschema
import pytest
from conftest import COVID, ROOT

PUBLISHED = COVID / "brazil_covid19.csv"
SUMS = ["--by", "date,state", "--agg", "sum(cases), sum(deaths)"]
FIGURES = {
    "source_rows": 2409, "compare_rows": 2025, "source_rows_unmatched": 384, "compare_rows_unmatched": 0,
    "rows_in_both": 2025, "equal_rows": 1189, "diff_rows": 836,
}  # fmt: skip


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("form", ["csv", "csv.gz", "cln"])
def test_aggregate_is_byte_equal(colonnade, covid, expected_aggregate, tmp_path, form, threads):
    out = tmp_path / "out.csv"
    colonnade("agg", covid[form], *SUMS, "--order-by", "date, state desc", "-o", out, "--threads", threads)
    assert out.read_bytes() == expected_aggregate.read_bytes()


def test_aggregate_to_standard_output_is_csv(colonnade, covid, expected_aggregate):
    run = colonnade("agg", covid["cln"], *SUMS, "--order-by", "date, state desc")
    assert run.stdout == expected_aggregate.read_bytes()


def test_default_order_is_by_keys(colonnade, covid, expected_aggregate):
    lines = colonnade("agg", covid["cln"], *SUMS).text.splitlines()
    header, *rows = expected_aggregate.read_text().splitlines()
    assert lines == [header, *sorted(rows, key=lambda r: [p.encode() for p in r.split(",")[:2]])]


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("form", ["csv", "csv.gz", "cln"])
def test_comparison_figures(colonnade, expected_aggregate, tmp_path, form, threads):
    source, other = PUBLISHED, expected_aggregate
    if form == "csv.gz":
        import gzip

        source = tmp_path / "published.csv.gz"
        source.write_bytes(gzip.compress(PUBLISHED.read_bytes()))
    if form == "cln":
        source, other = tmp_path / "published.cln", tmp_path / "result.cln"
        colonnade("convert", PUBLISHED, "-o", source)
        colonnade("convert", expected_aggregate, "-o", other)
    report = tmp_path / "diff_report.json"
    colonnade("cmp", source, other, "--on", "date,state", "-o", report, "--threads", threads, expect=1)
    found = json.loads(report.read_text())
    assert {name: found[name] for name in FIGURES} == FIGURES
    assert (found["file_source"], found["file_compare"]) == (str(source), str(other))
    schemas = list((ROOT / "Formats/CompareReport").glob("*.json"))
    assert schemas
    jsonschema.validate(found, json.loads(schemas[0].read_text()))


def test_equal_inputs_are_equal(colonnade, covid, expected_aggregate, tmp_path):
    chunks = tmp_path / "result.cln"
    colonnade("convert", expected_aggregate, "-o", chunks)
    report = tmp_path / "report.json"
    colonnade("cmp", expected_aggregate, chunks, "--on", "date,state", "-o", report)
    found = json.loads(report.read_text())
    assert (found["equal_rows"], found["diff_rows"]) == (2025, 0)


def test_twice_the_same_key_is_refused(colonnade, covid):
    """The cities file has eleven (date, state, code) keys twice."""
    run = colonnade("cmp", covid["csv"], covid["cln"], "--on", "date,state,code", expect=2)
    assert "11 keys" in run.errors and "Roraima" in run.errors


def test_same_input_gives_the_same_file(colonnade, covid, tmp_path):
    files = [tmp_path / f"{threads}.cln" for threads in (1, 2)]
    for threads, file in zip((1, 2), files):
        colonnade("convert", covid["csv"], "-o", file, "--threads", threads)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_inspection_and_verification(colonnade, covid):
    shown = colonnade("inspect", covid["cln"]).text
    for word in ["date", "state", "name", "code", "cases", "deaths", "Abadia de Goiás"]:
        assert word in shown
    colonnade("verify", covid["cln"])
    first = colonnade("head", covid["cln"], "-n", "3").text.splitlines()
    assert first == covid["csv"].read_bytes().decode().splitlines()[:4]
