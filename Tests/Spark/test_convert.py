# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is a CSV that tasks convert in pieces the table that one process makes of it, and what is left when that fails?"""

import gzip
import pathlib
import sys
import threading
import time

import pytest
from colonnade_spark import CommandFailed, PartsMissing, Settings, WrongUsage, convert, csv_pieces
from faulty import Faulty


@pytest.fixture(autouse=True)
def small_ranges(monkeypatch):
    """So that files of tests have several."""
    monkeypatch.setattr(csv_pieces, "LEAST_RANGE_BYTES", 1 << 16)


def exported(colonnade, table):
    return colonnade("export", table).stdout


def types(colonnade, table):
    return colonnade("inspect", table, "--format", "csv").text.splitlines()


def alone(colonnade, inputs, folder, *words):
    colonnade("convert", *inputs, "-q", "-o", folder / "alone.cln", *words)
    return exported(colonnade, folder / "alone.cln")


def test_a_folder_of_parts(spark, colonnade, tables, tmp_path):
    expected = alone(colonnade, [tables["large.csv"]], tmp_path)
    parts = convert(spark, tables["large.csv"], str(tmp_path / "table"), settings=Settings(tasks=5))
    assert len(parts) == 5 and sorted(map(str, (tmp_path / "table").iterdir())) == sorted([*parts, str(tmp_path / "table/_manifest.cln")])
    assert exported(colonnade, tmp_path / "table/") == expected
    # The next version takes the place of this one, whose parts stay for its readers.
    convert(spark, tables["cities.csv"], str(tmp_path / "table"), settings=Settings(tasks=2))
    assert exported(colonnade, tmp_path / "table/") == alone(colonnade, [tables["cities.csv"]], tmp_path)
    assert all(pathlib.Path(part).exists() for part in parts)


def test_one_file(spark, colonnade, tables, tmp_path):
    expected = alone(colonnade, [tables["cities.csv"]], tmp_path)
    assert convert(spark, tables["cities.csv"], str(tmp_path / "job.cln"), settings=Settings(tasks=4)) == []
    assert exported(colonnade, tmp_path / "job.cln") == expected
    names = [line.split(",")[:2] for line in types(colonnade, tmp_path / "job.cln")]
    assert names == [line.split(",")[:2] for line in types(colonnade, tmp_path / "alone.cln")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.cln", "job.cln"]


def test_what_only_the_whole_file_tells(spark, colonnade, tmp_path):
    """Quoted line ends and delimiters, a type that the last row decides, days before months that the middle decides."""
    rows = ["id,day,code,note,n"]
    for row in range(9000):
        day = "25/12/2020" if row == 5000 else "01/02/2020"
        note = '"first line\nsecond, ""line"""' if row % 3 == 0 else "plain"
        rows.append(f"{row},{day},{'x' if row == 8999 else row},{note},{row if row != 8000 else 1.25}")
    text = "\n".join(rows) + "\n"
    (tmp_path / "odd.csv").write_text(text)
    expected = alone(colonnade, [tmp_path / "odd.csv"], tmp_path)
    convert(spark, str(tmp_path / "odd.csv"), str(tmp_path / "job.cln"), settings=Settings(tasks=6))
    assert exported(colonnade, tmp_path / "job.cln") == expected
    # Quotes may be anywhere: ranges of all sizes give the same.
    for tasks in (2, 5):
        convert(spark, str(tmp_path / "odd.csv"), str(tmp_path / "job.cln"), settings=Settings(tasks=tasks))
        assert exported(colonnade, tmp_path / "job.cln") == expected


def test_several_files_one_of_them_compressed(spark, colonnade, tables, tmp_path):
    header, *rows = pathlib.Path(tables["cities.csv"]).read_bytes().splitlines(keepends=True)
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"".join([header, *rows[:20_000]]), 1))
    (tmp_path / "c.csv").write_bytes(b"".join([header, *rows[20_000:50_000]]))
    # In this order, and one of them twice.
    inputs = [tables["cities.csv"], str(tmp_path / "b.csv.gz"), str(tmp_path / "c.csv"), tables["cities.csv"]]
    expected = alone(colonnade, inputs, tmp_path)
    convert(spark, inputs, str(tmp_path / "job.cln"), settings=Settings(tasks=3))
    assert exported(colonnade, tmp_path / "job.cln") == expected


def test_options_reach_the_tasks(spark, colonnade, tables, tmp_path):
    words = {"schema": "code:string", "columns": "code,cases,state", "compression": "zlib"}
    expected = alone(colonnade, [tables["cities.csv"]], tmp_path, *(word for name, value in words.items() for word in (f"--{name}", value)))
    convert(spark, tables["cities.csv"], str(tmp_path / "job.cln"), settings=Settings(tasks=3), **words)
    assert exported(colonnade, tmp_path / "job.cln") == expected


def test_sorted(spark, colonnade, tables, tmp_path):
    expected = alone(colonnade, [tables["cities.csv"]], tmp_path, "--sort-by", "state, date desc")
    convert(spark, tables["cities.csv"], str(tmp_path / "job.cln"), settings=Settings(tasks=3), sort_by="state, date desc")
    assert exported(colonnade, tmp_path / "job.cln") == expected


@pytest.mark.parametrize("output", ["job.cln", "table"])
def test_a_row_that_cannot_be_read(spark, colonnade, tables, tmp_path, output):
    text = pathlib.Path(tables["cities.csv"]).read_bytes().splitlines(keepends=True)
    text[150_000] = b"2020-06-01,Acre,x,1,2,3,4,5,6\r\n"
    (tmp_path / "bad.csv").write_bytes(b"".join(text))
    said = colonnade("convert", tmp_path / "bad.csv", "-o", tmp_path / "alone.cln", expect=2).errors
    place = said.split(": ")[1]
    with pytest.raises(Exception) as failed:
        convert(spark, str(tmp_path / "bad.csv"), str(tmp_path / output), settings=Settings(tasks=4))
    # Row, line and byte of the whole file.
    assert place in str(failed.value), (said, str(failed.value))
    assert [path.name for path in tmp_path.iterdir()] == ["bad.csv"]


def test_refused(spark, tables, tmp_path):
    for options in ({"append": True}, {"rejects": "x.csv"}, {"receipt": "x.json"}):
        with pytest.raises(WrongUsage):
            convert(spark, tables["cities.csv"], str(tmp_path / "job.cln"), **options)
    for inputs in ("-", f"{tmp_path}/", f"{tmp_path}/*.csv", "hdfs://host/x.csv"):
        with pytest.raises(WrongUsage):
            convert(spark, inputs, str(tmp_path / "job.cln"))
    with pytest.raises(WrongUsage, match="s3://"):
        convert(spark, tables["cities.csv"], "s3a://bucket/job.cln")
    with pytest.raises(CommandFailed, match="absent"):
        convert(spark, str(tmp_path / "absent.csv"), str(tmp_path / "job.cln"))
    assert list(tmp_path.iterdir()) == []


def listed(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and "faulty" not in path.parts)


@pytest.mark.faults
class TestFaults:
    def convert(self, spark, tables, output, faulty, **options):
        return convert(spark, tables["cities.csv"], str(output), settings=Settings(tasks=4, binary=faulty.path), **options)

    @pytest.mark.parametrize("kibibytes", [0, 100])
    def test_a_binary_that_dies_half_way_writes_the_same_part_again(self, spark, colonnade, tables, tmp_path, kibibytes):
        expected = alone(colonnade, [tables["cities.csv"]], tmp_path)
        faulty = Faulty(tmp_path / "faulty", colonnade.path, "convert").dies_writing(kibibytes)
        parts = self.convert(spark, tables, tmp_path / "table", faulty)
        assert faulty.died and len(parts) == 4 and len(listed(tmp_path / "table")) == 5
        assert exported(colonnade, tmp_path / "table/") == expected

    def test_an_executor_killed(self, spark, colonnade, cluster, tables, tmp_path):
        expected = alone(colonnade, [tables["cities.csv"]], tmp_path)
        faulty = Faulty(tmp_path / "faulty", colonnade.path, "convert").waits(1)
        found = []
        thread = threading.Thread(target=lambda: found.append(self.convert(spark, tables, tmp_path / "job.cln", faulty)))
        thread.start()
        faulty.until_started(3)
        assert cluster.kill_executors(1) == 1
        thread.join(timeout=240)
        assert found == [[]] and exported(colonnade, tmp_path / "job.cln") == expected
        assert faulty.started() > 4 and listed(tmp_path) == ["alone.cln", "job.cln"]

    @pytest.mark.parametrize("output", ["job.cln", "table"])
    def test_nothing_is_left_when_a_task_always_fails(self, spark, colonnade, tables, tmp_path, output):
        """Nor of its neighbour, which would write its part a while later."""
        faulty = Faulty(tmp_path / "faulty", colonnade.path, "convert").dies_of_one("-000000.cln", 3)
        with pytest.raises(Exception, match="no luck today"):
            self.convert(spark, tables, tmp_path / output, faulty)
        assert [path.name for path in tmp_path.iterdir()] == ["faulty"]
        time.sleep(3.5)
        assert [path.name for path in tmp_path.iterdir()] == ["faulty"]

    @pytest.mark.parametrize("output", ["job.cln", "table"])
    def test_a_part_that_only_its_own_machine_has(self, spark, colonnade, tables, tmp_path, output):
        faulty = Faulty(tmp_path / "faulty", colonnade.path, "second part").loses()
        with pytest.raises(PartsMissing, match="spark.parts-missing: of 4 .* 1 .*-000001.cln"):
            self.convert(spark, tables, tmp_path / output, faulty)
        assert [path.name for path in tmp_path.iterdir()] == ["faulty"]

    def test_a_single_file_that_only_its_own_machine_has(self, spark, colonnade, tmp_path):
        """Here is one of an earlier day, which is no sign."""
        for name, text in {"old": "a,b\n1,2\n", "x": "a,b\n1,3\n"}.items():
            (tmp_path / f"{name}.csv").write_text(text)
        colonnade("convert", tmp_path / "old.csv", "-q", "-o", tmp_path / "old.cln")
        body = f'"$real" "$@"; cp {tmp_path}/old.cln {tmp_path}/job.cln; exit 0'
        faulty = Faulty(tmp_path / "faulty", colonnade.path, '*" inspect "*"/job.cln "*').script(body)
        with pytest.raises(PartsMissing, match="job.cln"):
            convert(spark, str(tmp_path / "x.csv"), str(tmp_path / "job.cln"), settings=Settings(binary=faulty.path))

    def test_parts_that_a_manifest_has_stay(self, spark, colonnade, tables, tmp_path):
        """The last step published them, then it failed."""
        expected = alone(colonnade, [tables["cities.csv"]], tmp_path)
        faulty = Faulty(tmp_path / "faulty", colonnade.path, '" manifest "*"-o "*').fails_after()
        with pytest.raises(CommandFailed):
            self.convert(spark, tables, tmp_path / "table", faulty)
        assert exported(colonnade, tmp_path / "table/") == expected and len(listed(tmp_path / "table")) == 5

    def test_parts_that_no_manifest_has_are_removed(self, spark, colonnade, tables, tmp_path):
        """Of a new table, and of one whose earlier parts stay."""
        faulty = Faulty(tmp_path / "faulty", colonnade.path, '" manifest "*"-o "*').dies_always()
        with pytest.raises(CommandFailed, match="no luck today"):
            self.convert(spark, tables, tmp_path / "table", faulty)
        assert not (tmp_path / "table").exists()
        convert(spark, tables["published.csv"], str(tmp_path / "table"), settings=Settings(tasks=2))
        before = listed(tmp_path / "table")
        with pytest.raises(CommandFailed, match="no luck today"):
            self.convert(spark, tables, tmp_path / "table", faulty)
        assert listed(tmp_path / "table") == before

    def test_nobody_listens_any_more(self, spark, colonnade, tables, tmp_path, monkeypatch):
        """What the last step says cannot be told, but the table is there."""
        with open(tmp_path / "gone", "w") as closed:
            pass
        monkeypatch.setattr(sys, "stderr", closed)
        parts = convert(spark, tables["published.csv"], str(tmp_path / "table"), settings=Settings(tasks=2))
        monkeypatch.undo()
        assert all(pathlib.Path(part).exists() for part in parts) and exported(colonnade, tmp_path / "table/")
