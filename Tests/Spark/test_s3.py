# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs from objects to objects, against a server that checks signatures: the bytes of one machine, or nothing."""

import tempfile
import time

import pytest
import radosgw
from clients import Server, new_bucket, without_own
from colonnade_spark import CommandFailed, Settings, convert, csv_pieces
from command import Command
from conftest import COVID, STATES
from faulty import Faulty
from submitting import Submit, kill_all

WORDS = ["--by", STATES["by"], "--agg", STATES["agg"], "--order-by", STATES["order_by"]]


@pytest.fixture(scope="module")
def server():
    with tempfile.TemporaryDirectory(prefix="colonnade-spark-s3-") as folder:
        gateway = radosgw.Radosgw(folder)
        try:
            gateway.start()
            yield Server("radosgw", gateway.endpoint)
        finally:
            gateway.stop()


@pytest.fixture
def bucket(server):
    made = new_bucket(server)
    yield made
    made.clear()


@pytest.fixture
def variables(server):
    return {name: value for name, value in server.variables().items() if value is not None}


@pytest.fixture
def remote(server, colonnade):
    return Command(colonnade.path, server.variables())


@pytest.fixture
def submit(free_cluster, colonnade, variables):
    made = Submit(free_cluster.url, colonnade.path, variables)
    made.variables = {name: value for name, value in made.variables.items() if without_own().get(name, "") is not None}
    made.variables.update(variables)
    return made


def test_the_same_as_one_machine(submit, remote, bucket, tables):
    """`agg`, then `cmp`: report and rows, and nothing else is left."""
    for name in "large.cln", "large2.cln", "cities.cln":
        bucket.upload(f"in/{name}", tables[name])
    _, said = submit("agg", bucket.url("in/cities.cln"), *WORDS, "-o", bucket.url("out/states.csv"), "--spark-tasks", "2")
    assert bucket.get("out/states.csv") == (COVID / "expected/new_brazil_covid19.csv").read_bytes()
    words = ["cmp", bucket.url("in/large.cln"), bucket.url("in/large2.cln"), "--on", "date,state,code"]
    submit(*words, "-o", bucket.url("out/job.json"), "--rows", bucket.url("out/job.csv"), "--spark-tasks", "3", expect=1)
    assert sorted(key for key in bucket.keys() if not key.startswith("in/")) == ["out/job.csv", "out/job.json", "out/states.csv"]
    remote(*words, "-o", bucket.url("alone.json"), "--rows", bucket.url("alone.csv"), expect=1)
    assert bucket.get("out/job.json") == bucket.get("alone.json") and bucket.get("out/job.csv") == bucket.get("alone.csv")
    assert radosgw.SECRET_KEY not in said


@pytest.mark.parametrize("output", ["out/table/", "out/one.cln"])
def test_convert(submit, remote, bucket, tables, output):
    """Three pieces of a CSV, whose parts are objects: listed by a manifest, or gone when they are one."""
    bucket.upload("in/large.csv", tables["large.csv"])
    submit("convert", bucket.url("in/large.csv"), "-o", bucket.url(output), "--spark-tasks", "3")
    names = [key[len("out/") :] for key in bucket.keys() if key.startswith("out/")]
    assert names == ["one.cln"] if output == "out/one.cln" else sorted(names)[0] == "table/_manifest.cln" and len(names) == 4, names
    assert remote("export", bucket.url(output)).stdout == remote("export", tables["large.cln"]).stdout


@pytest.mark.faults
@pytest.mark.parametrize(
    "last_step, left",
    [
        ('echo "error: no luck today" >&2; exit 2', 0),
        # Its request may be carried out yet: parts stay, and a note says so.
        ("kill -9 $$", 4),
        # It had published.
        ('"$real" "$@"; kill -9 $$', 5),
    ],
)
def test_what_a_conversion_that_fails_leaves(spark, colonnade, server, bucket, tables, tmp_path, monkeypatch, capfd, last_step, left):
    exports = []
    for name, value in server.variables().items():
        monkeypatch.delenv(name, raising=False) if value is None else monkeypatch.setenv(name, value)
        # Executors of this application have no credentials: what their command needs goes into its stand-in.
        exports.append(f"unset {name}" if value is None else f"export {name}={value}")
    monkeypatch.setattr(csv_pieces, "LEAST_RANGE_BYTES", 1 << 20)
    faulty = Faulty(tmp_path / "faulty", colonnade.path, '" manifest "*"-o "*').script(last_step, "\n".join(exports))
    with pytest.raises(CommandFailed):
        convert(spark, tables["cities.csv"], bucket.url("table/"), settings=Settings(tasks=4, binary=faulty.path))
    assert len(bucket.keys()) == left
    assert ("note: 4 parts stay" in capfd.readouterr().err) == (left > 0)


@pytest.mark.faults
def test_a_driver_killed_while_its_output_goes_up(free_cluster, colonnade, remote, bucket, variables, tables):
    """Parts of the upload are there: nothing is to be seen, and the sweep finds them."""
    bucket.upload("in/large.cln", tables["large.cln"])
    submit = Submit(free_cluster.url, colonnade.path, variables)
    # As many groups as rows are some 30 MB of text: several parts.
    words = ["agg", bucket.url("in/large.cln"), "--by", "date,code,name", "--agg", "sum(cases), sum(deaths)"]
    child = submit.start(*words, "-o", bucket.url("out/all.csv"))
    try:
        end = time.monotonic() + 500
        while not bucket.uploads():
            assert child.poll() is None and time.monotonic() < end
            time.sleep(0.02)
    finally:
        kill_all(child)
    assert bucket.keys() == ["in/large.cln"] and bucket.uploads() == ["out/all.csv"]
    remote("s3", "sweep", bucket.url("out/"), "--older-than", "0s")
    assert bucket.uploads() == []
