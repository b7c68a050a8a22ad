# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is a folder with a manifest exactly the parts that it lists, or an error; and is a manifest there whole or not at all?"""

import json
import os
import random
import shutil
import subprocess
import sys

import pytest
import xxhash
from conftest import ROOT

MANIFEST = "_manifest.cln"


@pytest.fixture
def part(colonnade, tmp_path):
    """Writes a part of the folder `table`: part("a.cln", "k,v", "1,2") -> path. It has new bytes whenever its rows are others."""
    folder = tmp_path / "table"
    folder.mkdir()

    def write(name, *lines, to=folder):
        (to / name).parent.mkdir(exist_ok=True)
        text = tmp_path / "part.csv"
        text.write_text("\n".join(lines) + "\n")
        colonnade("convert", text, "-q", "-o", to / name)
        return to / name

    return write


@pytest.fixture
def table(colonnade, part, tmp_path):
    """A folder of two parts with rows 1 to 3, published."""
    part("b.cln", "k,v", "3,30")
    part("a.cln", "k,v", "1,10", "2,20")
    colonnade("manifest", tmp_path / "table", "-q")
    return tmp_path / "table"


def keys(colonnade, *arguments):
    return [int(line) for line in colonnade("agg", *arguments, "--by", "k", "--format", "csv").text.split()[1:]]


def listed(colonnade, path):
    return json.loads(colonnade("head", path, "--format", "json", "-n", "1000").text)


def hashed(path):
    """XXH3 with 128 bits of the last 96 bytes, by another implementation."""
    return xxhash.xxh3_128(path.read_bytes()[-96:]).hexdigest()


def test_the_manifest_lists_the_parts(colonnade, part, tmp_path):
    folder = tmp_path / "table"
    part("b.cln", "k,v", "3,30")
    part("a.cln", "k,v", "1,10", "2,20")
    part("é.cln", "k,v")
    assert colonnade("manifest", folder).errors == f"{folder}/{MANIFEST}: 3 parts, 3 rows, " + size(colonnade, folder)
    found = listed(colonnade, folder / MANIFEST)
    assert found == [
        {"part": name, "rows": rows, "bytes": os.path.getsize(folder / name), "checksum": hashed(folder / name)}
        for name, rows in (("a.cln", 2), ("b.cln", 1), ("é.cln", 0))
    ]
    first = (folder / MANIFEST).read_bytes()
    colonnade("manifest", folder / "é.cln", folder / ".." / "table" / "b.cln", folder / "a.cln", "-o", folder / MANIFEST)
    assert (folder / MANIFEST).read_bytes() == first, "the order of the arguments counts for nothing"
    assert colonnade("export", folder).text == "k,v\n1,10\n2,20\n3,30\n"


def size(colonnade, folder):
    """The sum of the sizes as inspect shows them."""
    return colonnade("inspect", folder, "--format", "table").text.splitlines()[0].rsplit(", ", 1)[1] + "\n"


def test_the_manifest_is_checked_by_a_second_reader(table):
    reader = ROOT / "Formats/ChunkFile/reader.py"
    run = subprocess.run([sys.executable, reader, table / MANIFEST], check=True, capture_output=True, text=True)
    assert "metadata\tmanifest\t1\n" in run.stdout and f"a.cln\t2\t{os.path.getsize(table / 'a.cln')}\t{hashed(table / 'a.cln')}" in run.stdout


READER = ROOT / "Formats/Manifest/reader.py"


def test_a_second_reader_reads_the_same(colonnade, table, part):
    """It was written from the specification alone; folders that the command refuses, it refuses."""

    def read(folder, expect=0):
        run = subprocess.run([sys.executable, READER, folder], capture_output=True, text=True)
        assert run.returncode == expect, run.stderr
        return run.stdout.splitlines()[1:]

    def rows(folder):
        return [line.replace(",", "\t") for line in colonnade("export", folder).text.splitlines()[1:]]

    example = ROOT / "Formats/Manifest/v1/two-parts"
    assert read(example) == rows(example) and len(rows(example)) == 5
    colonnade("verify", example)
    part("late.cln", "k,v", "7,7")
    assert read(table) == rows(table) == ["1\t10", "2\t20", "3\t30"]
    part("b.cln", "k,v", "4,30")
    read(table, expect=2)
    colonnade("export", table, expect=2)
    (table / "b.cln").unlink()
    read(table, expect=2)


@pytest.mark.parametrize("command", ["agg", "head", "export", "merge", "inspect", "cmp", "verify"])
def test_every_command_reads_what_is_listed(colonnade, table, part, tmp_path, command):
    kept = tmp_path / "kept"
    kept.mkdir()
    for name in "a.cln", "b.cln":
        shutil.copy(table / name, kept / name)
    # Left by a failed attempt, and another that came late: of other rows, and of other columns.
    part("a-second.cln", "k,v", "1,10", "9,90")
    part("z.cln", "x", "1")
    (table / "late.csv").write_text("k,v\n8,80\n")

    def run(folder):
        arguments = {
            "agg": ["--agg", "count(*), sum(k), sum(v)", "--format", "csv"],
            "head": ["--format", "csv"], "export": [], "merge": ["-q", "-o", tmp_path / "merged.cln"], "inspect": ["--format", "csv"],
            "cmp": [table, "--on", "k"], "verify": [],
        }  # fmt: skip
        run = colonnade(command, folder, *arguments[command])
        if command == "merge":
            return (tmp_path / "merged.cln").read_bytes()
        # What verify says of speed is another each time; of the manifest it tells first.
        lines = [line.split(", every byte")[0] for line in run.text.splitlines() if MANIFEST not in line]
        return "\n".join(lines).replace(str(folder), "FOLDER").replace(str(table), "FOLDER")

    assert run(table) == run(kept)


def test_without_a_manifest_a_folder_is_all_its_tables(colonnade, table):
    (table / "late.csv").write_text("k,v\n8,80\n")
    assert keys(colonnade, table) == [1, 2, 3]
    (table / MANIFEST).unlink()
    assert keys(colonnade, table) == [1, 2, 3, 8]


def test_the_next_version_comes_all_at_once(colonnade, table, part):
    """Parts of both lie in the folder; the old one is read until the manifest is replaced."""
    for name, row in ("v2-a.cln", "5,50"), ("v2-b.cln", "6,60"):
        part(name, "k,v", row)
        assert keys(colonnade, table) == [1, 2, 3]
    colonnade("manifest", f"{table}/v2-*.cln", "-o", table / MANIFEST, "-q")
    assert keys(colonnade, table) == [5, 6]
    (table / "a.cln").unlink()
    assert keys(colonnade, table) == [5, 6]
    colonnade("manifest", table, "-q")
    assert keys(colonnade, table) == [3, 5, 6], "the folder itself stands for all parts in it"


def test_parts_may_lie_in_folders_of_the_folder(colonnade, part, tmp_path):
    folder = tmp_path / "table"
    part("day=1/x.cln", "k", "1")
    part("day=2/x.cln", "k", "2")
    colonnade("manifest", f"{folder}/*/x.cln", "-o", folder / MANIFEST, "-q")
    assert [row["part"] for row in listed(colonnade, folder / MANIFEST)] == ["day=1/x.cln", "day=2/x.cln"]
    os.chdir(tmp_path)
    assert keys(colonnade, "table") == keys(colonnade, "table/") == keys(colonnade, folder) == [1, 2]
    # Wherever it is taken to, it is the same table.
    folder.rename(tmp_path / "moved")
    assert keys(colonnade, tmp_path / "moved") == [1, 2]


@pytest.mark.parametrize("command", ["agg", "head", "export", "merge", "inspect"])
def test_a_missing_part_is_named(colonnade, table, tmp_path, command):
    (table / "b.cln").unlink()
    more = {"agg": ["--agg", "count(*)"], "merge": ["-o", tmp_path / "out.cln"]}.get(command, [])
    run = colonnade(command, table, *more, expect=2)
    assert f"{table}/b.cln: it is not there, but {table}/{MANIFEST} lists it: 1 row" in run.errors
    assert "colonnade manifest" in run.errors and not (tmp_path / "out.cln").exists() and run.text == ""


@pytest.mark.parametrize("change", ["longer", "same size", "same size, no chunk file", "empty", "damaged tail"])
def test_a_part_that_was_replaced_is_named(colonnade, table, part, change):
    path = table / "b.cln"
    old = path.read_bytes()
    if change == "longer":
        part("b.cln", "k,v", *(f"{row},{row * row % 977}" for row in range(1000)))
    elif change == "same size":
        part("b.cln", "k,v", "4,30")
        assert len(path.read_bytes()) == len(old)
    elif change == "damaged tail":
        path.write_bytes(old[:-50] + bytes([old[-50] ^ 1]) + old[-49:])
    else:
        path.write_bytes(b"k,v\n".ljust(len(old), b"1") if change != "empty" else b"")
    run = colonnade("agg", table, "--agg", "sum(v)", expect=2)
    assert str(path) in run.errors and run.text == ""
    said = {"longer": "bytes, but", "empty": "0 bytes, but", "damaged tail": "the tail is damaged"}.get(change)
    assert (said or {"same size": "tail checksum"}.get(change, "no chunk file")) in run.errors
    found = colonnade("verify", table, expect=2).text.splitlines()
    assert found[0].startswith(f"{table}/{MANIFEST}: intact") and found[1].startswith(f"{table}/a.cln: intact")
    assert found[2].startswith(f"{path}: " + ("DAMAGED" if change == "damaged tail" else "CHANGED"))
    # The old one brought back, or what is there published.
    path.write_bytes(old)
    assert keys(colonnade, table) == [1, 2, 3]


def test_verify_goes_on_after_a_part_that_is_missing(colonnade, table, part):
    part("c.cln", "k,v", "4,40")
    colonnade("manifest", table, "-q")
    (table / "a.cln").unlink()
    blob = bytearray((table / "b.cln").read_bytes())
    blob[70] ^= 1
    (table / "b.cln").write_bytes(blob)
    found = [line for line in colonnade("verify", table, expect=2).text.splitlines() if line.startswith(str(table))]
    starts = [f"{MANIFEST}: intact", "a.cln: MISSING: ", "b.cln: DAMAGED", "c.cln: intact"]
    assert len(found) == 4 and all(line.startswith(f"{table}/{start}") for line, start in zip(found, starts)), found
    assert "a.cln" in colonnade("verify", "-q", table, expect=2).text


def test_every_byte_of_a_manifest_is_checked(colonnade, table):
    """A manifest with any bit flipped is an error, or none of what is read changes."""
    path = table / MANIFEST
    whole = path.read_bytes()
    chance = random.Random(1)
    places = sorted({0, 8, 63, 64, len(whole) - 1, len(whole) - 96, *(chance.randrange(len(whole)) for _ in range(60))})
    for place in places:
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << chance.randrange(8)]) + whole[place + 1 :])
        assert "DAMAGED" in colonnade("verify", table, expect=2).text, place
        run = subprocess.run([colonnade.path, "agg", table, "--by", "k", "--format", "csv"], capture_output=True, timeout=60)
        # Padding and bounds are verify's: what reads the list does not need them.
        assert run.returncode == 2 and MANIFEST in run.stderr.decode() or run.stdout == b"k\n1\n2\n3\n", place
    path.write_bytes(whole[: len(whole) // 2])
    colonnade("agg", table, "--agg", "count(*)", expect=2)


def test_what_is_called_a_manifest_and_is_none(colonnade, table, part):
    part(MANIFEST, "k,v", "1,1")
    run = colonnade("agg", table, "--agg", "count(*)", expect=2)
    assert f"{table}/{MANIFEST}" in run.errors and "not a manifest" in run.errors
    assert "NOT A MANIFEST" in colonnade("verify", table, expect=2).text
    (table / MANIFEST).write_bytes(b"")
    assert MANIFEST in colonnade("agg", table, "--agg", "count(*)", expect=2).errors
    assert MANIFEST in colonnade("verify", table, expect=2).text


def test_parts_must_have_the_same_columns(colonnade, part, tmp_path):
    folder = tmp_path / "table"
    part("a.cln", "k,v", "1,10")
    part("b.cln", "v,k", "20,2.5")
    colonnade("manifest", folder, "-q")
    assert colonnade("export", folder).text == "k,v\n1.0,10\n2.5,20\n"
    published = (folder / MANIFEST).read_bytes()
    part("c.cln", "k,w", "3,30")
    assert '"w"' in colonnade("manifest", folder, expect=2).errors
    part("c.cln", "k,v", "2024-01-01,30")
    run = colonnade("manifest", folder, expect=2)
    assert f"{folder}/c.cln" in run.errors and "date" in run.errors
    assert (folder / MANIFEST).read_bytes() == published


def test_what_cannot_be_listed(colonnade, table, part, tmp_path):
    published = (table / MANIFEST).read_bytes()
    other = tmp_path / "other"
    other.mkdir()
    outside = part("x.cln", "k,v", "7,70", to=other)
    (table / "text.csv").write_text("k,v\n1,1\n")
    (table / "bad.cln").write_bytes((table / "a.cln").read_bytes()[:-1])
    output = ["-o", table / MANIFEST]
    for parts, said in [
        ([outside], "does not lie in"),
        ([table / "a.cln", outside], "does not lie in"),
        ([table / "a.cln", table / "b.cln", table / "." / "a.cln", f"{table}/../table/a.cln"], "named twice"),
        ([table / "text.csv"], "not a chunk file"),
        ([table / "a.cln", table / "bad.cln"], "bad.cln"),
        ([table / "missing.cln"], "does not exist"),
        ([f"{table}/missing*"], "no file matches"),
        ([table / MANIFEST, table / "a.cln"], "among tables"),
        ([table], "bad.cln"),
    ]:
        run = colonnade("manifest", *parts, *output, expect=2)
        assert said in run.errors, run.errors
        assert (table / MANIFEST).read_bytes() == published
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "no chunk files" in colonnade("manifest", empty, expect=2).errors
    assert "not a folder" in colonnade("manifest", table / "a.cln", expect=2).errors
    for wrong in [[table / "a.cln", table / "b.cln"], [table, "-o", table / "list.cln"], [table, "-o", "-"], []]:
        colonnade("manifest", *wrong, expect=64)
    assert sorted(os.listdir(empty)) == []


def test_a_manifest_is_no_table_among_others(colonnade, table):
    """As a shell expands `table/*.cln`: its rows would be counted with the others'."""
    files = sorted(table.glob("*.cln"))
    assert MANIFEST in [path.name for path in files]
    run = colonnade("agg", *files, "--agg", "count(*)", expect=2)
    assert MANIFEST in run.errors and "name the folder" in run.errors
    # A quoted pattern leaves it out, unless it is asked for.
    assert keys(colonnade, f"{table}/*.cln") == [1, 2, 3]
    assert colonnade("agg", f"{table}/_*.cln", "--agg", "sum(rows)", "--format", "csv").text == "rows\n3\n"
    assert len(colonnade("verify", *files).text.splitlines()) == 3


def test_no_output_replaces_the_manifest_of_what_is_read(colonnade, table):
    published = (table / MANIFEST).read_bytes()
    colonnade("merge", table, "-o", table / MANIFEST, expect=64)
    colonnade("agg", table, "--by", "k", "-o", table / "a.cln", expect=64)
    assert (table / MANIFEST).read_bytes() == published and keys(colonnade, table) == [1, 2, 3]


def test_nothing_is_replaced_if_that_is_asked_for(colonnade, table, part):
    published = (table / MANIFEST).read_bytes()
    part("c.cln", "k,v", "4,40")
    assert "is there already" in colonnade("manifest", table, "--if-not-exists", expect=2).errors
    assert (table / MANIFEST).read_bytes() == published
    (table / MANIFEST).unlink()
    colonnade("manifest", table, "--if-not-exists", "-q")
    assert keys(colonnade, table) == [1, 2, 3, 4]


def test_of_racing_publishers_one_wins_whole(colonnade, part, tmp_path):
    folder = tmp_path / "table"
    for number in range(8):
        part(f"{number}.cln", "k", str(number))
    runs = [
        colonnade.start(
            "manifest", folder / f"{number}.cln", "-o", folder / MANIFEST, "--if-not-exists", "-q", stderr=subprocess.PIPE)
        for number in range(8)
    ]  # fmt: skip
    ended = [run.wait(timeout=60) for run in runs]
    for run in runs:
        run.stderr.close()
    assert sorted(ended) == [0, *[2] * 7]
    assert keys(colonnade, folder) == [ended.index(0)]
    assert sorted(os.listdir(folder)) == [*(f"{number}.cln" for number in range(8)), MANIFEST]


def test_readers_see_one_version_or_the_other(colonnade, part, tmp_path):
    """While two versions are published in turn, each reading is of one of them."""
    folder = tmp_path / "table"
    for version in 1, 2:
        for number in range(4):
            part(f"v{version}-{number}.cln", "k", *[str(version)] * 10)
    publish = (
        f'for i in 1 2 3 4 5 6 7 8 9 10; do for v in 1 2; do "$0" manifest "{folder}/v$v-*.cln" -o {folder}/{MANIFEST} -q || exit 9; done; done'
    )
    colonnade("manifest", f"{folder}/v1-*.cln", "-o", folder / MANIFEST, "-q")
    writer = subprocess.Popen(["sh", "-c", publish, colonnade.path])
    seen = set()
    while writer.poll() is None:
        seen.add(colonnade("agg", folder, "--agg", "count(*) as n, min(k), max(k)", "--format", "csv").text.split()[1])
    assert writer.returncode == 0 and seen <= {"40,1,1", "40,2,2"} and seen


def test_a_part_that_goes_while_others_are_read(colonnade, table):
    """Deleting old parts needs no care for readers that have them open, and those that come too late are told."""
    (table / "a.cln").unlink()
    run = colonnade("head", table, "-n", "1", expect=2)
    assert "a.cln" in run.errors and "try again" in run.errors
