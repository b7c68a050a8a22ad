# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What surrounds the process: closed descriptors, limits of the system, terminals, folders with odd rights."""

import gzip
import os
import pathlib
import pty
import resource
import shutil
import subprocess
import tempfile

import pytest
import zstandard
from conftest import environment

SUMS = ["--by", "date,state", "--agg", "sum(cases)"]


def in_shell(script, **options):
    return subprocess.run(["bash", "-c", script], capture_output=True, timeout=60, env=environment(), **options)


@pytest.fixture(scope="module")
def converted(colonnade, covid, tmp_path_factory):
    """What the conversion of the plain cities file gives."""
    path = tmp_path_factory.mktemp("converted") / "out.cln"
    colonnade("convert", covid["csv"], "-o", path)
    return path.read_bytes()


@pytest.mark.parametrize("closed", ["0<&- 2>&-", "2>&-", "0<&- 1>&- 2>&-", "1>&-"])
def test_closed_standard_descriptors(colonnade, covid, converted, tmp_path, closed):
    out = tmp_path / "out.cln"
    run = in_shell(f"{colonnade.path} convert {covid['csv']} -o {out} --progress on {closed}")
    assert run.returncode == 0, run.stderr
    assert out.read_bytes() == converted


def test_closed_descriptors_that_are_needed(colonnade, covid):
    for work in ("agg - --agg 'count(*) as n' <&-", f"agg {covid['cln']} --agg 'count(*) as n' >&-"):
        run = in_shell(f"{colonnade.path} {work}")
        assert run.returncode == 2 and b"Bad file descriptor" in run.stderr, run.stderr


def test_refused_threads(colonnade, covid, converted, tmp_path):
    """Stacks of 1 GB in an address space of 3 GB: the second or third thread is refused."""
    limits = "ulimit -s 1000000; ulimit -v 3000000;"
    out = tmp_path / "out.cln"
    run = in_shell(f"{limits} {colonnade.path} convert {covid['csv']} -o {out} --quiet --threads 16")
    assert run.returncode == 0, run.stderr
    assert out.read_bytes() == converted
    run = in_shell(f"{limits} {colonnade.path} agg {out} --by date,state --agg 'sum(cases)' --threads 16")
    assert run.returncode == 0, run.stderr
    assert run.stdout == colonnade("agg", out, *SUMS).stdout
    assert os.listdir(tmp_path) == ["out.cln"]


def test_many_threads_in_little_memory(colonnade, covid, tmp_path):
    out = tmp_path / "out.cln"
    # Stacks of the usual 8 MB, were all threads to run at once, would leave nothing of the address space to the heap.
    run = in_shell(f"ulimit -s 2048; ulimit -v 3000000; {colonnade.path} convert {covid['csv']} -o {out} --quiet --threads 1024")
    assert run.returncode == 0, run.stderr
    assert os.listdir(tmp_path) == ["out.cln"]


def limit_open_files(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_inputs_than_the_soft_limit_on_open_files(colonnade, tmp_path):
    (tmp_path / "one.csv").write_text("k,v\nx,1\n")
    folder = tmp_path / "many"
    folder.mkdir()
    colonnade("convert", tmp_path / "one.csv", "-o", folder / "0.cln")
    for number in range(1, 300):
        os.link(folder / "0.cln", folder / f"{number}.cln")
    ask = ["agg", folder, "--by", "k", "--agg", "sum(v)"]
    assert colonnade(*ask, preexec_fn=limit_open_files(64, 1024)).text == "k,v\nx,300\n"
    run = colonnade(*ask, preexec_fn=limit_open_files(64, 64), expect=2)
    assert "ulimit -n" in run.errors


def as_another_user():
    return ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


def test_folder_that_cannot_be_flushed(colonnade, covid):
    """Files may be created in it, but it cannot be opened: said before anything is published there."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="colonnade-writeonly-"))
    try:
        os.chmod(folder, 0o755)
        program = shutil.copy(colonnade.path, folder / "colonnade")
        source = shutil.copy(covid["csv"], folder / "cities.csv")
        os.chmod(source, 0o644)
        drop = folder / "drop"
        drop.mkdir()
        os.chmod(drop, 0o333)
        run = subprocess.run(
            [*as_another_user(), program, "convert", source, "-o", drop / "out.cln"],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert run.returncode == 2 and "permission" in run.stderr and str(drop) in run.stderr, run.stderr
        os.chmod(drop, 0o755)
        assert os.listdir(drop) == []
    finally:
        os.chmod(drop, 0o755)
        shutil.rmtree(folder)


def test_progress_ends_before_the_receipt(colonnade, covid, tmp_path):
    errors = colonnade("convert", covid["csv"], "-o", tmp_path / "o.cln", "--progress", "on").errors
    assert "\x1b[K" in errors
    shown, _, receipt = errors.rpartition("\x1b[K")
    assert "rows/s" not in receipt and "MB" in receipt, errors
    assert errors.count("\r\x1b[K") == shown.count("rows, ") + 1, errors


def on_terminal(colonnade, *arguments):
    """What the command writes where standard output is a terminal."""
    ours, theirs = pty.openpty()
    child = colonnade.start(*arguments, stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE)
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 1 << 16)
        except OSError:  # how a pseudo-terminal ends
            piece = b""
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    assert child.wait(timeout=60) == 0, child.stderr.read()
    return b"".join(pieces).decode().replace("\r\n", "\n")


def test_a_terminal_shows_a_hundred_rows(colonnade, covid, tmp_path):
    table = ["--format", "table"]
    whole = colonnade("agg", covid["cln"], *SUMS, *table).text.splitlines()
    shown = on_terminal(colonnade, "agg", covid["cln"], *SUMS).splitlines()
    assert len(whole) > 500 and len(shown) == 103
    rest = len(whole) - 2 - 100
    assert shown[-1] == f"… {rest} more rows, {rest + 100} in all; -o FILE or --format csv for all"
    assert len(on_terminal(colonnade, "agg", covid["cln"], *SUMS, "--limit", "150").splitlines()) == 152
    assert len(on_terminal(colonnade, "head", covid["cln"], "-n", "200").splitlines()) == 202
    colonnade("agg", covid["cln"], *SUMS, *table, "-o", tmp_path / "out.txt")
    assert (tmp_path / "out.txt").read_text().splitlines() == whole


def test_head_of_a_folder_or_pattern(colonnade, tmp_path):
    (tmp_path / "b.csv").write_text("k,v\nx,3\n")
    (tmp_path / "a.csv").write_text("k,v\nx,1\ny,2\n")
    for source in (tmp_path, tmp_path / "*.csv"):
        assert colonnade("head", source).text == "k,v\nx,1\ny,2\nx,3\n"
        assert colonnade("head", source, "-n", "1").text == "k,v\nx,1\n"
    colonnade("convert", tmp_path / "a.csv", "-o", tmp_path / "a.cln")
    assert colonnade("head", tmp_path / "*.cln").text == "k,v\nx,1\ny,2\n"
    # CSVs come before chunk files, whatever their names.
    assert colonnade("head", tmp_path).text == "k,v\nx,1\ny,2\nx,3\nx,1\ny,2\n"


def test_compressed_chunk_files_are_told(colonnade, covid, tmp_path):
    content = covid["cln"].read_bytes()
    (tmp_path / "s.cln.gz").write_bytes(gzip.compress(content, 1))
    (tmp_path / "s.cln").write_bytes(zstandard.compress(content, 1))
    for name in ("s.cln.gz", "s.cln"):
        for arguments in (["agg", name, *SUMS], ["head", name], ["inspect", name], ["convert", name, "-o", "o.cln"]):
            run = colonnade(*arguments, expect=2, cwd=tmp_path)
            assert name in run.errors and "decompress it first" in run.errors, run.errors


def test_an_output_that_is_an_input_is_refused(colonnade, tmp_path):
    source, chunks, data = tmp_path / "a.csv", tmp_path / "x.cln", tmp_path / "misnamed.data"
    source.write_text("k,v\nx,1\ny,2\nx,3\n")
    data.write_text(source.read_text())
    colonnade("convert", source, "-o", chunks)
    before = {path: path.read_bytes() for path in (source, chunks, data)}
    sums = ["--by", "k", "--agg", "sum(v)"]
    for arguments in (
        ["export", chunks, "-o", chunks], ["agg", chunks, *sums, "-o", chunks],
        ["agg", source, *sums, "-o", source], ["convert", data, "-o", data],
    ):  # fmt: skip
        assert "input" in colonnade(*arguments, expect=64).errors
    assert {path: path.read_bytes() for path in before} == before
    assert len(os.listdir(tmp_path)) == 3


def test_chunk_files_are_not_called_something_else(colonnade, tmp_path):
    source = tmp_path / "a.csv"
    source.write_text("a\n1\n")
    for name in ("a.csv", "b.csv", "b.json", "b.ndjson.zst", "b.MD"):
        assert colonnade("convert", source, "-o", tmp_path / name, expect=64).errors
    assert source.read_text() == "a\n1\n"
    for name in ("b.cln", "b", "b.chunks"):
        colonnade("convert", source, "-o", tmp_path / name)
        colonnade("verify", tmp_path / name)


@pytest.mark.parametrize(
    "command, said",
    [("agg", "over all inputs"), ("cmp", "over all files of the side"), ("head", "Of one .cln file"), ("export", "Of one .cln file")],
)
def test_the_help_says_of_what_chunks_are_counted(colonnade, command, said):
    text = " ".join(colonnade(command, "--help").text.split())
    assert said in text[text.index("--chunks <a:b>") :][:200]
