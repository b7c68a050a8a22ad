# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Has an aggregation on the cluster the bytes of one machine, however it is divided, and whatever breaks?"""

import gzip
import pathlib
import shutil
import threading

import pytest
from colonnade_spark import CommandFailed, InputChanged, Settings, TypesDiffer, WrongUsage, aggregate, aggregation, csv_pieces
from conftest import COVID, STATES
from faulty import Faulty

# Functions whose states are small, and such as carry values; keys of all kinds; what is made of groups.
QUERIES = {
    "states": STATES,
    "no keys": {"agg": "count(*), sum(cases), min(date), max(state), mean(deaths)"},
    "moments": {"by": "state", "agg": "var(cases), stddev(deaths), corr(cases, deaths), covar(cases, deaths)"},
    "ends": {"by": "state", "agg": "first(name), last(name), any(code), first(cases), last(deaths)"},
    "values": {"by": "state", "agg": "median(cases), quantile(deaths, 0.9), count(distinct name), top(cases, 3)"},
    "expressions": {
        "by": "date_trunc('month', date) as month, state", "agg": "sum(cases * 2) / count(*) as twice, max(deaths) - min(deaths) as range",
        "where": "cases > 10 and state <> 'Acre'", "having": "twice > 100", "order_by": "twice desc, month", "limit": "50",
    },
    "nothing": {"by": "state", "agg": "sum(cases)", "where": "cases < 0"},
    "nothing without keys": {"agg": "sum(cases), count(*)", "where": "cases < 0"},
}  # fmt: skip


def alone(colonnade, inputs, output, query):
    words = [word for name, value in query.items() for word in (f"--{name.replace('_', '-')}", value)]
    colonnade("agg", *inputs, *words, "-o", output)
    return pathlib.Path(output).read_bytes()


@pytest.mark.parametrize("name", QUERIES)
def test_the_bytes_of_one_machine(spark, colonnade, tables, tmp_path, name):
    inputs = [tables["large.cln"]]
    expected = alone(colonnade, inputs, tmp_path / "alone.csv", QUERIES[name])
    aggregate(spark, inputs, str(tmp_path / "job.csv"), settings=Settings(tasks=5), **QUERIES[name])
    assert (tmp_path / "job.csv").read_bytes() == expected
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone.csv", "job.csv"]


def test_the_real_data(spark, tables, tmp_path):
    aggregate(spark, tables["cities.cln"], str(tmp_path / "states.csv"), **STATES)
    assert (tmp_path / "states.csv").read_bytes() == (COVID / "expected/new_brazil_covid19.csv").read_bytes()


@pytest.mark.parametrize("form", ["json", "md", "cln"])
def test_other_forms(spark, colonnade, tables, tmp_path, form):
    inputs = [tables["large.cln"]]
    expected = alone(colonnade, inputs, tmp_path / f"alone.{form}", STATES)
    aggregate(spark, inputs, str(tmp_path / f"job.{form}"), settings=Settings(tasks=3), **STATES)
    assert (tmp_path / f"job.{form}").read_bytes() == expected


def test_a_folder_of_files(spark, colonnade, tables, tmp_path):
    folder = tmp_path / "table"
    folder.mkdir()
    for part in range(5):
        colonnade("convert", tables["cities.csv"], "-q", "-o", folder / f"part-{part}.cln")
    query = {"by": "state", "agg": "sum(cases), first(name), last(name), count(*)"}
    expected = alone(colonnade, [folder], tmp_path / "alone.csv", query)
    for tasks in (1, 3, 7):
        aggregate(spark, f"{folder}/", str(tmp_path / "job.csv"), settings=Settings(tasks=tasks), **query)
        assert (tmp_path / "job.csv").read_bytes() == expected


class TestCSVs:
    """Cut into pieces for tasks: what one process makes of them, and says of them."""

    @pytest.fixture(autouse=True)
    def small_ranges(self, monkeypatch):
        monkeypatch.setattr(csv_pieces, "LEAST_RANGE_BYTES", 1 << 16)

    @pytest.mark.parametrize("name", ["states", "ends", "values", "expressions", "nothing", "nothing without keys"])
    def test_one(self, spark, colonnade, tables, tmp_path, capfd, name):
        expected = alone(colonnade, [tables["cities.csv"]], tmp_path / "alone.csv", QUERIES[name])
        aggregate(spark, tables["cities.csv"], str(tmp_path / "job.csv"), settings=Settings(tasks=4), **QUERIES[name])
        assert (tmp_path / "job.csv").read_bytes() == expected
        # By tasks, not by the driver.
        assert "by one process" not in capfd.readouterr().err

    def test_several_of_which_one_is_compressed(self, spark, colonnade, tables, tmp_path):
        (tmp_path / "b.csv.gz").write_bytes(gzip.compress(pathlib.Path(tables["cities.csv"]).read_bytes(), 1))
        inputs = [tables["cities.csv"], str(tmp_path / "b.csv.gz"), tables["cities.csv"]]
        query = {"by": "state", "agg": "sum(cases), first(name), last(date), count(*)"}
        expected = alone(colonnade, inputs, tmp_path / "alone.csv", query)
        aggregate(spark, inputs, str(tmp_path / "job.csv"), settings=Settings(tasks=3), **query)
        assert (tmp_path / "job.csv").read_bytes() == expected

    def test_what_is_odd_is_told_once(self, spark, colonnade, tmp_path, capfd):
        rows = [f"{row},{row % 7},{'x' if row == 8000 else row}" for row in range(20_000)]
        rows[12_000] = "12000,3"
        rows[12_001] = '12001,3,a"b'
        (tmp_path / "odd.csv").write_text("\n".join(["id,key,value", *rows]) + "\n")
        query = {"by": "key", "agg": "count(value), max(value)"}
        told = colonnade("agg", tmp_path / "odd.csv", "--by", "key", "--agg", query["agg"], "-o", tmp_path / "alone.csv").errors
        assert len(told.splitlines()) == 2
        aggregate(spark, str(tmp_path / "odd.csv"), str(tmp_path / "job.csv"), settings=Settings(tasks=4), **query)
        assert (tmp_path / "job.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()
        said = [line for line in capfd.readouterr().err.splitlines() if line.startswith("warning: ")]
        assert said == told.splitlines()

    def test_left_out_rows_are_told_by_one_process(self, spark, colonnade, tables, tmp_path, capfd):
        (tmp_path / "bad.csv").write_text("a,b\n1,2\n1,2,3\n4,5\n")
        aggregate(spark, str(tmp_path / "bad.csv"), str(tmp_path / "job.csv"), agg="sum(a), sum(b)", on_error="skip")
        assert (tmp_path / "job.csv").read_text().splitlines()[1] == "5,7"
        said = capfd.readouterr().err
        assert "1 row was left out" in said and "by one process" in said

    def test_a_row_that_cannot_be_read(self, spark, colonnade, tables, tmp_path):
        text = pathlib.Path(tables["cities.csv"]).read_bytes().splitlines(keepends=True)
        text[150_000] = b"2020-06-01,Acre,x,1,2,3,4,5,6\r\n"
        (tmp_path / "bad.csv").write_bytes(b"".join(text))
        said = colonnade("agg", tmp_path / "bad.csv", "--agg", "sum(cases)", expect=2).errors
        with pytest.raises(Exception) as failed:
            aggregate(spark, str(tmp_path / "bad.csv"), str(tmp_path / "job.csv"), settings=Settings(tasks=4), agg="sum(cases)")
        assert said.split(": ")[1] in str(failed.value), (said, str(failed.value))
        assert not (tmp_path / "job.csv").exists()

    def test_an_unknown_column_is_told_before_a_task_is_started(self, spark, tables, tmp_path):
        with pytest.raises(CommandFailed, match="casse"):
            aggregate(spark, tables["cities.csv"], str(tmp_path / "job.csv"), agg="sum(casse)")


@pytest.mark.parametrize("name", ["states", "values", "ends"])
def test_many_groups_merge_by_the_shuffle(spark, colonnade, tables, tmp_path, monkeypatch, name):
    monkeypatch.setattr(aggregation, "DRIVER_BYTES", 1000)
    query = QUERIES[name]
    expected = alone(colonnade, [tables["large.cln"]], tmp_path / "alone.csv", query)
    merged = []
    real = aggregation.merged_by_key
    monkeypatch.setattr(aggregation, "merged_by_key", lambda *words: merged.append(real(*words)) or merged[-1])
    # Of so small states several reducers, whatever the processors.
    monkeypatch.setattr(aggregation, "REDUCER_BYTES", 5000)
    aggregate(spark, tables["large.cln"], str(tmp_path / "job.csv"), settings=Settings(tasks=4), **query)
    assert (tmp_path / "job.csv").read_bytes() == expected
    assert len(merged) == 1 and (merged[0].rdd.getNumPartitions() > 4 if name == "states" else True)


class TestManyFiles:
    """More than each run opens: every one must have the same types, or nothing may be added up."""

    @pytest.fixture(autouse=True)
    def opened_one_by_one(self, monkeypatch):
        monkeypatch.setattr(aggregation, "FILES_OPENED_BY_EACH", 0)

    @pytest.mark.parametrize("driver_bytes", [aggregation.DRIVER_BYTES, 0])
    @pytest.mark.parametrize("keys, values, agg", [("x5", ["1", "1"], "sum(v)"), ("57", ["1", "1.5"], "sum(v)")])
    def test_types_that_differ(self, spark, colonnade, tmp_path, monkeypatch, driver_bytes, keys, values, agg):
        """Keys that would be taken for text, and sums that look alike: those of decimals count tenths."""
        monkeypatch.setattr(aggregation, "DRIVER_BYTES", driver_bytes)
        (tmp_path / "table").mkdir()
        for name, key, value in zip("ab", keys, values):
            (tmp_path / "x.csv").write_text(f"k,v\n{key},{value}\n")
            colonnade("convert", tmp_path / "x.csv", "-q", "-o", tmp_path / f"table/{name}.cln")
        with pytest.raises(Exception, match=TypesDiffer.code):
            aggregate(spark, f"{tmp_path}/table/", str(tmp_path / "job.csv"), settings=Settings(tasks=2), by="k", agg=agg)
        assert not (tmp_path / "job.csv").exists()

    def test_types_that_are_the_same(self, spark, colonnade, tables, tmp_path, monkeypatch):
        query = {"by": "state", "agg": "sum(cases), median(deaths), first(name), var(cases)"}
        expected = alone(colonnade, [tables["small/"]], tmp_path / "alone.csv", query)
        for driver_bytes in (aggregation.DRIVER_BYTES, 0):
            monkeypatch.setattr(aggregation, "DRIVER_BYTES", driver_bytes)
            aggregate(spark, tables["small/"], str(tmp_path / "job.csv"), settings=Settings(tasks=3), **query)
            assert (tmp_path / "job.csv").read_bytes() == expected


def test_printed(spark, colonnade, tables):
    words = ("--by", "state", "--agg", "sum(cases)")
    assert aggregate(spark, tables["large.cln"], by="state", agg="sum(cases)") == colonnade("agg", tables["large.cln"], *words).stdout


class TestRefused:
    def test_inputs_that_are_replaced_after_they_were_read(self, spark, colonnade, tables, tmp_path, monkeypatch):
        """In the moment in which the last step has all that was made of them, which may have been made again."""
        shutil.copytree(tables["small/"], tmp_path / "table")
        real = aggregation.fetched

        def replacing(*words):
            yield from real(*words)
            shutil.copyfile(f"{tables['small2/']}/0.cln", tmp_path / "table/1.cln")

        monkeypatch.setattr(aggregation, "fetched", replacing)
        with pytest.raises(InputChanged, match="table/1.cln"):
            aggregate(spark, f"{tmp_path}/table/", str(tmp_path / "job.csv"), settings=Settings(tasks=2), **STATES)
        assert not (tmp_path / "job.csv").exists()

    def test_a_table_with_a_damaged_file_is_not_the_driver_s_work(self, spark, tables, tmp_path, capfd):
        shutil.copytree(tables["small/"], tmp_path / "table")
        (tmp_path / "table/1.cln").write_bytes((tmp_path / "table/1.cln").read_bytes()[:-100])
        with pytest.raises(CommandFailed, match="inspect .*table/1.cln"):
            aggregate(spark, f"{tmp_path}/table/", str(tmp_path / "job.csv"), **STATES)
        assert "by one process" not in capfd.readouterr().err

    def test_other_stores(self, spark, tables):
        for inputs, output in ("s3a://bucket/x.cln", "-"), (tables["large.cln"], "hdfs://host/out.csv"):
            with pytest.raises(WrongUsage, match="s3://"):
                aggregate(spark, inputs, output, **STATES)

    def test_an_unknown_column(self, spark, tables, tmp_path):
        with pytest.raises(CommandFailed, match="casse") as failed:
            aggregate(spark, tables["large.cln"], str(tmp_path / "job.csv"), agg="sum(casse)")
        assert failed.value.status == 2 and list(tmp_path.iterdir()) == []

    def test_an_unknown_option(self, spark, tables, tmp_path):
        with pytest.raises(WrongUsage, match="--order"):
            aggregate(spark, tables["large.cln"], str(tmp_path / "job.csv"), agg="sum(cases)", order="date")

    def test_a_query_that_cannot_be_read(self, spark, tables, tmp_path):
        with pytest.raises(CommandFailed) as failed:
            aggregate(spark, tables["large.cln"], str(tmp_path / "job.csv"), agg="sum(cases")
        assert failed.value.status == 64

    def test_a_damaged_file_is_named_and_nothing_is_left(self, spark, tables, tmp_path):
        text = bytearray(pathlib.Path(tables["large.cln"]).read_bytes())
        text[len(text) // 3] ^= 255
        (tmp_path / "damaged.cln").write_bytes(text)
        with pytest.raises(Exception, match="damaged.cln"):
            query = {"by": "name", "agg": "sum(cases), sum(deaths), min(code)"}
            aggregate(spark, str(tmp_path / "damaged.cln"), str(tmp_path / "job.csv"), settings=Settings(tasks=4), **query)
        assert [path.name for path in tmp_path.iterdir()] == ["damaged.cln"]


@pytest.mark.faults
class TestFaults:
    @pytest.fixture
    def expected(self, colonnade, tables, tmp_path):
        return alone(colonnade, [tables["large.cln"]], tmp_path / "alone.csv", STATES)

    def job(self, spark, tables, tmp_path, faulty, **settings):
        settings = Settings(binary=faulty.path, tasks=6, **settings)
        aggregate(spark, tables["large.cln"], str(tmp_path / "job.csv"), settings=settings, **STATES)
        return (tmp_path / "job.csv").read_bytes()

    def test_a_task_that_fails_once(self, spark, colonnade, tables, tmp_path, expected):
        faulty = Faulty(tmp_path / "faulty", colonnade.path).dies_once()
        assert self.job(spark, tables, tmp_path, faulty) == expected and faulty.died

    @pytest.mark.parametrize("byte_count", [0, 100, 3000])
    def test_a_binary_that_dies_half_way(self, spark, colonnade, tables, tmp_path, expected, byte_count):
        faulty = Faulty(tmp_path / "faulty", colonnade.path).dies_half_way(byte_count)
        assert self.job(spark, tables, tmp_path, faulty) == expected and faulty.died

    def test_a_binary_that_always_dies(self, spark, colonnade, tables, tmp_path):
        faulty = Faulty(tmp_path / "faulty", colonnade.path).dies_always()
        with pytest.raises(Exception, match="no luck today"):
            self.job(spark, tables, tmp_path, faulty)
        assert not (tmp_path / "job.csv").exists()

    @pytest.mark.parametrize("count", [1, 2])
    def test_executors_killed_in_mid_job(self, spark, colonnade, cluster, tables, tmp_path, expected, count):
        faulty = Faulty(tmp_path / "faulty", colonnade.path).waits(1.5)
        found = []
        thread = threading.Thread(target=lambda: found.append(self.job(spark, tables, tmp_path, faulty)))
        thread.start()
        faulty.until_started(3)
        assert cluster.kill_executors(count) == count
        thread.join(timeout=240)
        assert found == [expected]
        # Somebody did the work again.
        assert faulty.started() > 6
