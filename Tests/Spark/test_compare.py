# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Has a comparison on the cluster the report, rows, summary and exit code of one machine?"""

import pathlib
import threading

import pytest
from colonnade_spark import CommandFailed, Settings, WrongUsage, compare
from faulty import Faulty

CASES = {
    "by three keys": {"on": "date,state,code"},
    "some columns, with tolerance": {"on": "date,state,code", "columns": "cases,deaths", "tolerance": "cases=5, deaths=1%"},
    "as Markdown": {"on": "date,state,code", "format": "md"},
}


def small(tables):
    return [tables["small/"], tables["small2/"]]


def alone(colonnade, sides, options, folder, expect=1):
    words = [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]
    run = colonnade("cmp", *sides, *words, "-o", folder / "alone.json", "--rows", folder / "alone.csv", expect=expect)
    return run.stdout, (folder / "alone.json").read_bytes(), (folder / "alone.csv").read_bytes()


def job(spark, sides, options, folder, **settings):
    report, rows = str(folder / "job.json"), str(folder / "job.csv")
    found = compare(spark, *sides, settings=Settings(**settings), output=report, rows=rows, **options)
    return found.status, found.summary, pathlib.Path(report).read_bytes(), pathlib.Path(rows).read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_the_bytes_of_one_machine(spark, colonnade, tables, tmp_path, name):
    sides = [tables["large.cln"], tables["large2.cln"]] if name == "by three keys" else small(tables)
    expected = alone(colonnade, sides, CASES[name], tmp_path)
    # The summary names the files that it wrote.
    said = [text.replace(b"alone", b"job") for text in expected]
    assert job(spark, sides, CASES[name], tmp_path, tasks=3) == (1, *said)


def test_the_real_data(spark, colonnade, tables, tmp_path):
    sides = [tables["published.cln"], tables["states.cln"]]
    options = {"on": "date,state"}
    expected = alone(colonnade, sides, options, tmp_path)
    status, _, report, rows = job(spark, sides, options, tmp_path, tasks=2)
    assert (status, report, rows) == (1, expected[1], expected[2])
    assert b'"diff_rows": 836' in report


def test_one_task_s_work_is_done_by_one_process(spark, colonnade, tables, tmp_path, capfd):
    sides = small(tables)
    expected = alone(colonnade, sides, CASES["by three keys"], tmp_path)
    assert job(spark, sides, CASES["by three keys"], tmp_path) == (1, *[text.replace(b"alone", b"job") for text in expected])
    assert "what a task reads" in capfd.readouterr().err
    # A byte more than a task reads is divided.
    size = max(sum(path.stat().st_size for path in pathlib.Path(side).iterdir()) for side in sides)
    assert job(spark, sides, CASES["by three keys"], tmp_path, task_bytes=size - 1)[0] == 1
    assert "what a task reads" not in capfd.readouterr().err


def test_equal_sides(spark, tables, tmp_path):
    found = compare(spark, tables["small/"], tables["small/"], on="date,state,code", settings=Settings(tasks=3))
    assert found.equal


def test_refused(spark, tables, tmp_path):
    with pytest.raises((WrongUsage, RuntimeError), match="--on"):
        compare(spark, *small(tables), output=str(tmp_path / "report.json"), settings=Settings(tasks=2))
    for sides, output in (["hdfs://a/b", "c"], "x.json"), (small(tables), "s3a://bucket/report.json"):
        with pytest.raises(WrongUsage, match="s3://"):
            compare(spark, *sides, on="date,state,code", output=output)
    # The driver does not begin alone what is not there.
    with pytest.raises(CommandFailed, match="absent"):
        compare(spark, tables["small/"], str(tmp_path / "absent.cln"), on="date,state,code", output=str(tmp_path / "report.json"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.faults
class TestFaults:
    @pytest.fixture
    def expected(self, colonnade, tables, tmp_path):
        return 1, *(text.replace(b"alone", b"job") for text in alone(colonnade, small(tables), CASES["by three keys"], tmp_path))

    def job(self, spark, tables, tmp_path, faulty):
        return job(spark, small(tables), CASES["by three keys"], tmp_path, binary=faulty.path, tasks=3)

    @pytest.mark.parametrize("step, byte_count", [("rows of cmp", 0), ("rows of cmp", 20_000), ("parts of cmp", 0), ("parts of cmp", 1000)])
    def test_a_binary_that_dies_half_way(self, spark, colonnade, tables, tmp_path, expected, step, byte_count):
        faulty = Faulty(tmp_path / "faulty", colonnade.path, step).dies_half_way(byte_count)
        assert self.job(spark, tables, tmp_path, faulty) == expected and faulty.died

    def test_a_binary_that_always_dies(self, spark, colonnade, tables, tmp_path):
        faulty = Faulty(tmp_path / "faulty", colonnade.path, "parts of cmp").dies_always()
        with pytest.raises(Exception, match="no luck today"):
            self.job(spark, tables, tmp_path, faulty)
        assert [path.name for path in tmp_path.iterdir()] == ["faulty"]

    def test_an_executor_killed(self, spark, colonnade, cluster, tables, tmp_path, expected):
        faulty = Faulty(tmp_path / "faulty", colonnade.path, "rows of cmp").waits(1)
        found = []
        thread = threading.Thread(target=lambda: found.append(self.job(spark, tables, tmp_path, faulty)))
        thread.start()
        # The third: its executor has what another task made, too.
        faulty.until_started(3)
        assert cluster.kill_executors(1) == 1
        thread.join(timeout=240)
        assert found == [expected]
        # Of six tasks some were done again.
        assert faulty.started() > 6
