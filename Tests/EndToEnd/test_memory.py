# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""agg within --memory: the peak of the whole process as the system tells it, the same bytes as without a limit, and nothing left behind."""

import os
import re
import signal
import subprocess
import sys
import time

import duckdb
import pytest
from conftest import ROOT
from test_interrupted import run_in_mount

MEBIBYTE = 1 << 20
MANY_GROUPS = ["--by", "id1,id2,id3,id4,id5,id6", "--agg", "sum(v3), sum(d) as d, min(id3) as least, count(*)"]


@pytest.fixture(scope="module")
def groupby(tmp_path_factory, colonnade):
    """Half a million rows that are nearly as many groups by all keys: as CSV, and converted."""
    folder = tmp_path_factory.mktemp("groupby")
    plain, source, converted = folder / "plain.csv", folder / "groupby.csv", folder / "groupby.cln"
    subprocess.run([sys.executable, ROOT / "Benchmarks/generate_groupby.py", plain, "--rows", "500000"], check=True)
    duckdb.sql(f"copy (select *, (v3 * 1e10)::double as d from '{plain}') to '{source}'")
    colonnade("convert", source, "-o", converted, "--quiet", "--schema", "d:float64")
    return source, converted


def parts(run):
    found = re.search(r"^parts +(\d+)$", run.errors, re.M)
    return int(found[1]) if found else 0


@pytest.mark.parametrize(
    "query",
    [
        MANY_GROUPS, ["--by", "d", "--agg", "sum(v1), max(v3)"], ["--by", "id3,id6", "--agg", "mean(v3), min(d), max(id1)"],
        ["--by", "id3,v3", "--agg", "sum(d)", "--order-by", "d desc", "--limit", "1000"],
        ["--by", "id6,v3,d", "--agg", "count(*)", "--where", "v1 > 1 or id4 + id5 > 90"],
        ["--by", "cast(id3 as string) || '-' || cast(id6 as string) as pair", "--agg", "sum(v3 * 2) as s, max(d)"],
        ["--by", "id3,id6", "--agg", "sum(v3) / count(*) as q", "--having", "q > 10", "--order-by", "q % 7 desc, id6 + 1"],
        ["--by", "id3,id4", "--agg", "median(v3), count(distinct id6), first(d), top(v3, 2), stddev(v1), corr(v1, v2)"],
    ],
)  # fmt: skip
def test_the_peak_stays_under_the_limit(colonnade, groupby, tmp_path, query):
    whole, limited = tmp_path / "whole.csv", tmp_path / "limited.csv"
    colonnade("agg", groupby[1], *query, "-o", whole)
    arguments = ["agg", groupby[1], *query, "--memory", "64MiB", "-o", limited]
    run = colonnade(*arguments, "--stats")
    assert parts(run) > 1, run.errors
    assert whole.read_bytes() == limited.read_bytes()
    assert colonnade.peak_memory(*arguments) <= 64 * MEBIBYTE


@pytest.mark.parametrize("threads", [1, 5])
def test_csv_inputs_too(colonnade, groupby, tmp_path, threads):
    whole, limited = tmp_path / "whole.csv", tmp_path / "limited.csv"
    arguments = ["agg", groupby[0], *MANY_GROUPS, "--threads", threads]
    colonnade(*arguments, "-o", whole)
    assert colonnade.peak_memory(*arguments, "--memory", "128MiB", "-o", limited) <= 128 * MEBIBYTE
    assert whole.read_bytes() == limited.read_bytes()


def test_the_answer_is_that_of_another_engine(colonnade, groupby, tmp_path):
    result = tmp_path / "result.csv"
    colonnade("agg", groupby[1], "--by", "id3,id6", "--agg", "sum(v1), count(*)", "--memory", "64MiB", "-o", result)
    ours = duckdb.sql(f"select * from '{result}'").fetchall()
    query = f"select id3, id6, sum(v1), count(*) from '{groupby[0]}' group by all order by id3, id6"
    assert ours == duckdb.sql(query).fetchall()


def test_a_killed_run_leaves_nothing(colonnade, groupby, tmp_path, seeded):
    temporary, result = tmp_path / "temporary", tmp_path / "results"
    temporary.mkdir()
    result.mkdir()
    arguments = [
        "agg", groupby[1], *MANY_GROUPS, "--memory", "64MiB", "--temp", temporary, "-o", result / "out.csv",
    ]  # fmt: skip
    start = time.perf_counter()
    colonnade(*arguments)
    seconds = time.perf_counter() - start
    (result / "out.csv").unlink()
    for _ in range(4):
        child = colonnade.start(*arguments)
        time.sleep(seeded.random() * seconds * 0.9)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert os.listdir(temporary) == []


def test_a_full_disk_is_told(colonnade, groupby, tmp_path):
    arguments = ["agg", groupby[1], *MANY_GROUPS, "--memory", "64MiB", "--temp", tmp_path / "disk", "-o", tmp_path / "out.csv"]
    status, errors, found = run_in_mount(colonnade, tmp_path, "size=1m", "", arguments)
    assert status == 2 and "full" in errors and str(tmp_path / "disk") in errors, errors
    assert os.listdir(found) == ["out.cln"]
    assert not (tmp_path / "out.csv").exists()


def test_a_missing_folder_is_told(colonnade, groupby, tmp_path):
    run = colonnade(
        "agg", groupby[1], *MANY_GROUPS, "--memory", "64MiB", "--temp", tmp_path / "none", "-o", tmp_path / "o.csv", expect=2
    )
    assert str(tmp_path / "none") in run.errors
    assert not (tmp_path / "o.csv").exists()


@pytest.mark.parametrize("size", ["63MiB", "0", "much", "-1"])
def test_wrong_sizes_are_wrong_usage(colonnade, covid, size):
    run = colonnade("agg", covid["csv"], "--agg", "count(*)", f"--memory={size}", expect=64)
    assert "--memory takes" in run.errors


def test_statistics_are_told_beside_the_data(colonnade, covid):
    run = colonnade("agg", covid["csv"], "--agg", "count(*) as n", "--stats")
    assert run.text.splitlines()[0] == "n"
    for name in ["rows in", "rows out", "pages read", "bytes read", "time: write", "rows a second", "peak of memory"]:
        assert re.search(rf"^{name} +\d", run.errors, re.M), run.errors
    assert parts(run) == 0
    assert "rows taken" not in run.errors


@pytest.mark.parametrize("limit", [[], ["--memory", "64MiB"]])
def test_statistics_tell_what_a_condition_took(colonnade, tmp_path, limit):
    rows, kept = 200_000, 150_000
    source, converted = tmp_path / "rows.csv", tmp_path / "rows.cln"
    source.write_text("n,text\n" + "".join(f"{n},{n * 7919 % 1_000_003} and more\n" for n in range(rows)))
    colonnade("convert", source, "-o", converted, "--quiet")
    arguments = ["agg", converted, "--by", "n % 100000 as n, text", "--agg", "count(*)", "--where", f"n >= {rows - kept}"]
    run = colonnade(*arguments, "--stats", *limit)
    taken = re.search(r"^rows taken +([\d,]+)$", run.errors, re.M)
    assert taken and int(taken[1].replace(",", "")) == kept, run.errors
    none = colonnade("agg", converted, "--agg", "sum(n) as s", "--where", f"n > {rows}", "--stats", *limit)
    ruled_out, asked = re.search(r"^chunks ruled out +(\d+) of (\d+)$", none.errors, re.M).groups()
    assert ruled_out == asked and int(asked) > 0, none.errors
    assert re.search(r"^rows taken +0$", none.errors, re.M)
