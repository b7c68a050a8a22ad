# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is a run of the command believed only when it ended well, and gone in every case?"""

import gc
import io
import os
import pathlib
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pytest
from colonnade_spark import TypesDiffer, binary
from colonnade_spark.child import Child, CommandFailed, arrow_batches, run, written
from colonnade_spark.job import as_stream
from colonnade_spark.streams import BLOB_BYTES, batches_of, blobs

HERE = pathlib.Path(__file__).resolve().parent
BATCH = pa.RecordBatch.from_pydict({"n": list(range(1000)), "s": ["x" * 10] * 1000})
# Writes three batches, then ends as it is told.
WRITER = f"""
import os, signal, sys, time
import pyarrow as pa
batch = pa.RecordBatch.from_pydict({{"n": list(range(1000))}})
sink = pa.PythonFile(sys.stdout.buffer, mode="w")
writer = pa.ipc.new_stream(sink, batch.schema)
for _ in range(3):
    writer.write_batch(batch)
sys.stdout.buffer.flush()
"""


def writing(ending):
    return [sys.executable, "-c", WRITER + ending]


def test_a_good_stream():
    found = list(arrow_batches(writing("writer.close()")))
    assert [batch.num_rows for batch in found] == [0, 1000, 1000, 1000]


@pytest.mark.parametrize(
    "ending, status",
    [
        # No mark of the end: it looks like a whole stream, but for the exit code.
        ("sys.stderr.write('error: it broke'); sys.exit(2)", 2),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("sys.stdout.buffer.write(b'\\xff\\xff\\xff\\xff\\x10\\0'); sys.stdout.buffer.flush(); os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("writer.close(); sys.exit(2)", 2),
    ],
)
def test_a_stream_of_a_command_that_failed(ending, status):
    with pytest.raises(CommandFailed) as failed:
        list(arrow_batches(writing(ending)))
    assert failed.value.status == status
    assert ("it broke" in str(failed.value)) == ("it broke" in ending)


def test_half_a_message_of_a_command_that_ended_well():
    with pytest.raises(CommandFailed):
        list(arrow_batches(writing("sys.stdout.buffer.write(b'\\xff\\xff\\xff\\xff\\x10\\0'); sys.stdout.buffer.flush()")))


def test_who_stops_reading_ends_the_command():
    # A cluster of other tests may be among the children.
    others = children()
    stream = arrow_batches(writing("time.sleep(100)"))
    next(stream)
    assert len(children() - others) == 1
    stream.close()
    assert children() - others == set()


def children():
    text = subprocess.check_output(["ps", "--ppid", str(os.getpid()), "-o", "pid=,comm="], text=True)
    return {line.split()[0] for line in text.splitlines() if "ps" not in line.split()}


def test_feeding():
    copy = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
    found = list(arrow_batches([sys.executable, "-c", copy], written([BATCH, BATCH])))
    assert pa.Table.from_batches(found) == pa.Table.from_batches([BATCH, BATCH])


def failing(one):
    yield one
    raise ValueError("the source broke")


def streams(source):
    """What writes an Arrow stream, of batches or of blobs, from a source of one or of `failing` ones."""
    return {"batches": lambda: written(source(BATCH)), "blobs": lambda: as_stream(BATCH.slice(0, 0), source(next(blobs([BATCH]))))}


@pytest.mark.parametrize("kind", ["batches", "blobs"])
def test_half_fed_is_killed(kind):
    """What reads a stream without a mark of its end would take half of it for all."""
    count = "import sys, time; text = sys.stdin.buffer.read(); print(len(text)); sys.stdout.flush()"
    with Child([sys.executable, "-c", count], fed=True) as child:
        child.feed(streams(failing)[kind]())
        with pytest.raises(ValueError, match="the source broke"):
            child.finish()
        assert child.process.returncode == -signal.SIGKILL and child.process.stdout.read() == b""


@pytest.mark.parametrize("kind", ["batches", "blobs"])
def test_half_a_stream_has_no_mark_of_its_end(kind):
    """It could be believed in the moment before the command is killed."""
    mark = b"\xff\xff\xff\xff\0\0\0\0"
    half, whole = io.BytesIO(), io.BytesIO()
    with pytest.raises(ValueError, match="the source broke"):
        streams(failing)[kind]()(half)
    streams(lambda one: iter([one]))[kind]()(whole)
    gc.collect()
    assert whole.getvalue().endswith(mark) and mark not in half.getvalue()
    assert whole.getvalue().startswith(half.getvalue()) and len(half.getvalue()) > BATCH.nbytes


def test_blobs_of_other_columns_are_refused():
    """Also where only the metadata tell them apart, as of sums of int64 and of decimals."""
    given = BATCH.replace_schema_metadata({"column.0": "int64 n"})
    for other in (BATCH.replace_schema_metadata({"column.0": "decimal(2,1) n"}), BATCH.select(["n"]), BATCH):
        with pytest.raises(TypesDiffer):
            as_stream(given.slice(0, 0), blobs([other]))(io.BytesIO())
    as_stream(given.slice(0, 0), blobs([given]))(io.BytesIO())


def test_a_command_that_does_not_read_on():
    with pytest.raises(CommandFailed) as failed:
        many = [BATCH] * 1000
        list(arrow_batches([sys.executable, "-c", "import sys; sys.stderr.write('error: no'); sys.exit(64)"], written(many)))
    assert failed.value.status == 64


def test_it_dies_with_its_parent(tmp_path):
    """A worker that is killed runs no `finally`."""
    note = tmp_path / "pid"
    inner = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(100)"
    outer = f"from colonnade_spark.child import run; import sys; run([sys.executable, '-c', {inner!r}])"
    parent = subprocess.Popen([sys.executable, "-c", outer], env={**os.environ, "PYTHONPATH": str(HERE.parents[1] / "Spark")})
    until(lambda: note.exists() and note.read_text())
    parent.kill()
    parent.wait()
    until(lambda: not pathlib.Path(f"/proc/{note.read_text()}").exists())


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "never came true"
        time.sleep(0.02)


def test_small_output():
    assert run([sys.executable, "-c", "print(input())"], given=b"hello\n").output == b"hello\n"
    with pytest.raises(CommandFailed):
        run([sys.executable, "-c", "raise SystemExit(1)"])
    assert run([sys.executable, "-c", "raise SystemExit(1)"], accepted=(0, 1)).status == 1


def test_blobs_are_small_and_whole():
    large = pa.RecordBatch.from_pydict({"s": [str(n) * 20 for n in range(50_000)]})
    found = list(blobs([large, large.slice(0, 0), BATCH.select(["s"])]))
    assert len(found) > 2 and all(len(text) < 2 * BLOB_BYTES for text in found)
    back = pa.Table.from_batches([batch for text in found for batch in batches_of(text)])
    assert back == pa.Table.from_batches([large, BATCH.select(["s"])])
    assert list(blobs([BATCH.slice(0, 0)])) == []


class TestBinary:
    def test_a_path_is_that_or_nothing(self, tmp_path, monkeypatch):
        monkeypatch.setenv(binary.VARIABLE, sys.executable)
        with pytest.raises(binary.BinaryMissing, match=str(tmp_path)):
            binary.find(str(tmp_path / "colonnade"))

    def test_the_environment_comes_before_the_path(self, tmp_path, monkeypatch):
        (tmp_path / "colonnade").touch(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))
        monkeypatch.delenv(binary.VARIABLE, raising=False)
        assert binary.find() == str(tmp_path / "colonnade")
        monkeypatch.setenv(binary.VARIABLE, sys.executable)
        assert binary.find() == sys.executable

    @pytest.mark.parametrize("place", ["colonnade", "colonnade/colonnade", "colonnade/bin/colonnade", "colonnade/colonnade-0.1/colonnade"])
    def test_what_spark_carried_is_made_startable(self, tmp_path, monkeypatch, place):
        carried = tmp_path / place
        carried.parent.mkdir(parents=True, exist_ok=True)
        carried.write_text("#!/bin/sh\necho carried\n")
        monkeypatch.delenv(binary.VARIABLE, raising=False)
        monkeypatch.setattr(binary, "spark_folder", lambda: str(tmp_path))
        found = binary.find()
        assert found == str(carried) and run([found]).output == b"carried\n"

    def test_a_file_of_somebody_else_is_copied(self, tmp_path, monkeypatch):
        carried = tmp_path / "carried"
        carried.write_text("#!/bin/sh\necho copied\n")
        monkeypatch.setattr(binary.tempfile, "tempdir", str(tmp_path / "t"))
        (tmp_path / "t").mkdir()
        assert run([binary.own_copy(str(carried))]).output == b"copied\n"
        assert binary.own_copy(str(carried)) == binary.own_copy(str(carried))
        assert len(list((tmp_path / "t").iterdir())) == 1

    # Only root gives files away.
    @pytest.mark.parametrize("planted", ["writable by others", "a link", *(["somebody else's"] if os.getuid() == 0 else [])])
    def test_a_copy_that_is_not_ours_is_not_started(self, tmp_path, monkeypatch, planted):
        """Its name can be foreseen, and the temporary folder is everybody's."""
        (tmp_path / "t").mkdir()
        monkeypatch.setattr(binary.tempfile, "tempdir", str(tmp_path / "t"))
        (tmp_path / "carried").write_text("#!/bin/sh\necho ours\n")
        target, foreign = pathlib.Path(binary.own_copy(str(tmp_path / "carried"))), tmp_path / "foreign"
        target.unlink()
        foreign.write_text("#!/bin/sh\necho foreign\n")
        foreign.chmod(0o775 if planted == "writable by others" else 0o755)
        if planted == "a link":
            target.symlink_to(foreign)
        else:
            foreign.rename(target)
        if planted == "somebody else's":
            os.chown(target, 12345, -1)
        assert run([binary.own_copy(str(tmp_path / "carried"))]).output == b"ours\n"

    def test_a_copy_that_cannot_be_made(self, tmp_path, monkeypatch):
        (tmp_path / "t").mkdir()
        monkeypatch.setattr(binary.tempfile, "tempdir", str(tmp_path / "t"))
        (tmp_path / "carried").write_text("#!/bin/sh\n")
        target = pathlib.Path(binary.own_copy(str(tmp_path / "carried")))
        target.unlink()
        # Not to be replaced, as a file of somebody else in a folder where only owners may.
        target.mkdir()
        with pytest.raises(binary.BinaryMissing, match="copied"):
            binary.own_copy(str(tmp_path / "carried"))
        assert list((tmp_path / "t").iterdir()) == [target]
