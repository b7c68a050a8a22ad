# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs as spark-submit starts them: the command's options, its exit codes, and a driver that is killed."""

import shutil
import time

import pytest
from conftest import COVID, STATES
from submitting import Submit, kill_all

WORDS = ["--by", STATES["by"], "--agg", STATES["agg"], "--order-by", STATES["order_by"]]


@pytest.fixture
def submit(free_cluster, colonnade, tmp_path):
    # As somebody's upload might leave it: not to be started before chmod.
    carried = tmp_path / "carried" / "colonnade"
    carried.parent.mkdir()
    shutil.copyfile(colonnade.path, carried)
    carried.chmod(0o644)
    return Submit(free_cluster.url, str(carried))


def test_aggregate_then_compare(submit, colonnade, tables, tmp_path):
    """The batch's own two steps."""
    submit("agg", tables["cities.cln"], *WORDS, "-o", tmp_path / "states.cln")
    assert colonnade("export", tmp_path / "states.cln").stdout == (COVID / "expected/new_brazil_covid19.csv").read_bytes()
    report = tmp_path / "diff_report.json"
    words = ["cmp", tables["published.cln"], tmp_path / "states.cln", "--on", "date,state", "-o", report, "--spark-tasks", "2"]
    # 1 says that there are differences.
    submit(*words, expect=1)
    assert b'"diff_rows": 836' in report.read_bytes()
    submit(*words, "--max-different-percent", "100")


@pytest.mark.parametrize(
    "words, status, told",
    [
        (["agg", "{large}", "--agg", "sum(casse)"], 2, "casse"),
        (["agg", "{large}", "--agg", "sum(cases"], 64, "sum(cases"),
        (["sum", "{large}"], 64, "sum"),
    ],
)
def test_exit_codes(colonnade, tables, tmp_path, words, status, told):
    submit = Submit("local[2,4]", colonnade.path)
    output, said = submit(*(word.format(large=tables["large.cln"]) for word in words), "-o", tmp_path / "out.csv", expect=status)
    # spark-submit puts what Python writes on standard error on its standard output.
    lines = output.decode().splitlines() + said.splitlines()
    assert [line for line in lines if line.startswith("error: ") and told in line], (output, said)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.faults
def test_a_driver_killed_before_the_commit(free_cluster, colonnade, tables, tmp_path):
    """Killed while the last step waits for the rest of its input: it must not take what it has for all."""
    faulty = tmp_path / "faulty" / "colonnade"
    faulty.parent.mkdir()
    # Reads half of what it is fed, and says so.
    faulty.write_text(
        '#!/bin/bash\ncase "$1 $2" in *dump-help) ;;\n'
        f'merge-partials*) touch {faulty.parent}/reached; head -c 5000 > {faulty.parent}/half; sleep 100;; esac\n'
        f'exec {colonnade.path} "$@"\n'
    )
    faulty.chmod(0o755)
    submit = Submit(free_cluster.url, str(faulty))
    child = submit.start("agg", tables["large.cln"], *WORDS, "-o", tmp_path / "out" / "states.csv")
    (tmp_path / "out").mkdir()
    try:
        end = time.monotonic() + 500
        while not (faulty.parent / "half").exists() or (faulty.parent / "half").stat().st_size < 5000:
            assert child.poll() is None and time.monotonic() < end
            time.sleep(0.1)
    finally:
        kill_all(child)
    assert list((tmp_path / "out").iterdir()) == []
    # The same half as the whole input is refused.
    with (faulty.parent / "half").open("rb") as half:
        colonnade("merge-partials", "-", "-o", tmp_path / "out" / "states.csv", stdin=half, expect=2)
    assert list((tmp_path / "out").iterdir()) == []
