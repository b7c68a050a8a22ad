# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""cmp within --memory: the peak of the whole process as the system tells it, the same bytes as without a limit, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time

import duckdb
import pytest
from conftest import ROOT
from test_interrupted import run_in_mount

MEBIBYTE = 1 << 20
ROWS = 1_000_000
LIMIT = ["--memory", "64MiB"]


@pytest.fixture(scope="module")
def versions(tmp_path_factory, colonnade):
    """Two versions of a million rows with texts, doubles, and keys under other names, in other orders: as CSVs, and converted."""
    folder = tmp_path_factory.mktemp("versions")
    for name, changed in [("old", []), ("new", ["--changed"])]:
        plain = folder / "plain.csv"
        generator = ROOT / "Benchmarks/generate_versions.py"
        subprocess.run([sys.executable, generator, plain, "--rows", str(ROWS), *changed], check=True)
        key = "'N' || id // 70 as text_key, id % 70 as " + ("rest" if name == "old" else "remainder")
        # A double that no decimal is, a text that is as long as many, and two rows of a key now and then.
        more = "sqrt(amount) as root, 'text of ' || (id * 7919 % 20011) || ' and more' as words, id // 2 * (id % 1000 // 999) as pair"
        duckdb.sql(f"copy (select *, {key}, {more} from '{plain}') to '{folder / name}.csv'")
        plain.unlink()
        colonnade("convert", folder / f"{name}.csv", "-o", folder / f"{name}.cln", "--quiet")
    return folder


QUERIES = [
    ["--on", "id", "--ignore", "pair"],
    ["--on", "text_key,rest=remainder", "--columns", "root,amount,kind", "--tolerance", "root=0.01"],
    ["--on", "amount,kind", "--duplicates", "pair-in-order", "--columns", "words,root"],
    ["--on", "pair,kind,count", "--duplicates", "count", "--columns", "words,amount", "--trim", "--ignore-case"],
    ["--by-position", "--columns", "id,amount,words"],
]


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query[:2]))
def test_the_peak_stays_under_the_limit(colonnade, versions, tmp_path, query):
    arguments = ["cmp", versions / "old.cln", versions / "new.cln", *query]
    whole, limited = tmp_path / "whole", tmp_path / "limited"
    for outputs, limit in [(whole, []), (limited, LIMIT)]:
        outputs.mkdir()
        run = colonnade(*arguments, *limit, "-o", outputs / "report.json", "--rows", outputs / "rows.csv", expect=1)
        (outputs / "summary.txt").write_text(run.text)
    for name in ["report.json", "summary.txt", "rows.csv"]:
        assert (whole / name).read_bytes() == (limited / name).read_bytes(), name
    run = colonnade(*arguments, *LIMIT, "--rows", tmp_path / "none.csv", "--temp", tmp_path / "none", expect=2)
    assert str(tmp_path / "none") in run.errors, "all had room at once"
    # With any number of differences allowed, it ends with 0.
    fits = [*arguments, "--max-different", 10 * ROWS, "-o", tmp_path / "report.json", "--rows", tmp_path / "rows.csv"]
    assert colonnade.peak_memory(*fits, *LIMIT) <= 64 * MEBIBYTE


@pytest.mark.parametrize("query", [QUERIES[0], QUERIES[4]], ids=lambda query: " ".join(query[:2]))
def test_samples_and_pages_are_those_without_a_limit(colonnade, versions, tmp_path, query):
    arguments = ["cmp", versions / "old.cln", versions / "new.cln", *query, "--max-different", 10 * ROWS, "--sample", 500]
    whole, limited = tmp_path / "whole", tmp_path / "limited"
    for outputs in [whole, limited]:
        outputs.mkdir()
    colonnade(*arguments, "--rows", whole / "rows.ndjson", "--html", whole / "page.html")
    peak = colonnade.peak_memory(*arguments, "--rows", limited / "rows.ndjson", "--html", limited / "page.html", *LIMIT)
    assert peak <= 64 * MEBIBYTE
    for name in ["rows.ndjson", "page.html"]:
        assert (whole / name).read_bytes() == (limited / name).read_bytes(), name
    assert len((whole / "rows.ndjson").read_text().splitlines()) == 500


def test_the_answer_is_that_of_another_engine(colonnade, versions, tmp_path):
    report = tmp_path / "report.json"
    colonnade("cmp", versions / "old.cln", versions / "new.cln", "--on", "id", *LIMIT, "-o", report, expect=1)
    found = json.loads(report.read_text())
    generator = ROOT / "Benchmarks/generate_versions.py"
    run = subprocess.run([sys.executable, generator, "--rows", str(ROWS), "--expected"], check=True, capture_output=True)
    expected = json.loads(run.stdout)
    assert found["source_rows_unmatched"] == found["compare_rows_unmatched"] == expected["gone"]
    assert found["rows_in_both"] == expected["rows_in_both"]
    different = {column["name"]: column["different"] for column in found["columns"]}
    assert different["amount"] == expected["amount"] and different["count"] == expected["count"]
    amount = next(column for column in found["columns"] if column["name"] == "amount")
    sql = f"""select quantile_disc(abs(b.amount - a.amount), [0.5, 0.95, 0.99]), max(abs(b.amount - a.amount))
      from '{versions}/old.csv' a join '{versions}/new.csv' b using (id) where a.amount <> b.amount"""
    ranks, greatest = duckdb.sql(sql).fetchall()[0]
    distances = amount["absolute_difference"]
    assert [distances[name] for name in ["median", "p95", "p99", "max"]] == pytest.approx([*map(float, ranks), float(greatest)])


def test_csvs_too(colonnade, versions, tmp_path):
    whole, limited = tmp_path / "whole.json", tmp_path / "limited.json"
    arguments = ["cmp", versions / "old.csv", versions / "new.csv", "--on", "id", "--max-different", 10 * ROWS]
    colonnade(*arguments, "-o", whole)
    assert colonnade.peak_memory(*arguments, "--memory", "128MiB", "-o", limited) <= 128 * MEBIBYTE
    assert whole.read_bytes() == limited.read_bytes()


def test_repeated_keys_are_told_as_without_a_limit(colonnade, versions, tmp_path):
    arguments = ["cmp", versions / "old.cln", versions / "new.cln", "--on", "amount,kind"]
    whole = colonnade(*arguments, expect=2)
    assert "more than once" in whole.errors
    assert colonnade(*arguments, *LIMIT, expect=2).errors == whole.errors


def test_finding_keys_has_its_limit(colonnade, versions):
    run = colonnade("cmp", versions / "old.cln", versions / "new.cln", *LIMIT, expect=2)
    assert "finding key columns" in run.errors and "--on" in run.errors, run.errors


def test_one_key_that_all_rows_have_is_told(colonnade, versions, tmp_path):
    arguments = ["cmp", versions / "old.cln", versions / "new.cln", "--on", "kind", "--columns", "amount", "--duplicates"]
    run = colonnade(*arguments, "pair-in-order", *LIMIT, expect=2)
    assert "most of them of one key" in run.errors and "--memory" in run.errors, run.errors


def test_a_killed_run_leaves_nothing(colonnade, versions, tmp_path, seeded):
    temporary, results = tmp_path / "temporary", tmp_path / "results"
    temporary.mkdir()
    results.mkdir()
    outputs = ["-o", results / "report.json", "--rows", results / "rows.csv"]
    arguments = ["cmp", versions / "old.cln", versions / "new.cln", "--on", "id", *LIMIT, "--temp", temporary, *outputs]
    start = time.perf_counter()
    colonnade(*arguments, expect=1)
    seconds = time.perf_counter() - start
    (results / "report.json").write_text("old\n")
    for _ in range(3):
        child = colonnade.start(*arguments, stdout=subprocess.DEVNULL)
        time.sleep(seeded.random() * seconds * 0.7)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert os.listdir(temporary) == []
        assert (results / "report.json").read_text() == "old\n"


def test_a_full_disk_is_told(colonnade, versions, tmp_path):
    report = tmp_path / "report.json"
    report.write_text("old\n")
    arguments = [
        "cmp", versions / "old.cln", versions / "new.cln", "--on", "id", *LIMIT, "--temp", tmp_path / "disk", "-o", report,
    ]  # fmt: skip
    status, errors, found = run_in_mount(colonnade, tmp_path, "size=1m", "", arguments)
    assert status == 2 and "full" in errors and str(tmp_path / "disk") in errors, errors
    assert os.listdir(found) == ["out.cln"]
    assert report.read_text() == "old\n"


def test_a_missing_folder_is_told(colonnade, versions, tmp_path):
    arguments = ["cmp", versions / "old.cln", versions / "new.cln", "--on", "id", *LIMIT, "--temp", tmp_path / "none"]
    assert str(tmp_path / "none") in colonnade(*arguments, expect=2).errors


@pytest.mark.parametrize("size", ["63MiB", "0", "much"])
def test_wrong_sizes_are_wrong_usage(colonnade, covid, size):
    run = colonnade("cmp", covid["csv"], covid["csv"], "--on", "date", f"--memory={size}", expect=64)
    assert "--memory takes" in run.errors
