# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Data that grow: appending, folders of chunk files as one table, merging.

Content is held against the CSVs themselves, one conversion of all of them, DuckDB, and the second reader of the format.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import csvtext
import duckdb
import pytest
from conftest import ROOT
from test_interrupted import run_in_mount, strays

HEADER = ["date", "city", "cases", "rate", "x", "größe"]


def random_rows(random, count, *, names=40, wide=False):
    """Rows with nulls, awkward texts, limits of numbers; decimals of several scales if `wide`."""
    rows = []
    for _ in range(count):
        city = random.choice([None, "", "São Paulo", 'with "quotes", commas', "line\nend", f"town {random.randrange(names)}"])
        cases = random.choice([None, str(random.randrange(1000)), str(random.choice([-(2**63), 2**63 - 1]))])
        rate = random.choice([None, f"{random.randrange(10**6) / 100:.2f}", f"{random.randrange(10**9) / 1000:.3f}"])
        x = random.choice(["1e-05", "NaN", "-inf", f"{random.random() * 1e30!r}", None])
        unit = random.choice([f"{random.randrange(100)}.5", f"{random.randrange(10**6)}.125"]) if wide else str(random.randrange(9))
        rows.append([f"2020-{random.randrange(1, 13):02}-{random.randrange(1, 29):02}", city, cases, rate, x, unit])
    return rows


def write(path, rows, header=HEADER):
    return csvtext.write(path, [header, *rows])


def exported(colonnade, path, *options):
    return colonnade("export", path, "--format", "csv", *options).stdout


def assert_valid(colonnade, path):
    assert "intact" in colonnade("verify", path).text
    check = subprocess.run([sys.executable, ROOT / "Formats/ChunkFile/reader.py", path], capture_output=True)
    assert check.returncode == 0, check.stderr.decode()[-2000:]


@pytest.mark.parametrize("threads", [1, 2])
def test_appending_in_steps_is_converting_at_once(colonnade, tmp_path, seeded, threads):
    parts = [random_rows(seeded, count, names=10 * (step + 1), wide=step > 1) for step, count in enumerate([700, 1, 0, 3000, 40])]
    target = tmp_path / "all.cln"
    for step, rows in enumerate(parts):
        order = list(range(len(HEADER)))
        if step:
            seeded.shuffle(order)
        source = write(
            tmp_path / f"{step}.csv", [[row[i] for i in order] for row in rows], [HEADER[i] for i in order])
        colonnade("convert", source, "--append", "-o", target, "--threads", threads, "--quiet", "--delimiter", ",")
        assert_valid(colonnade, target)
    whole = write(tmp_path / "whole.csv", [row for rows in parts for row in rows])
    colonnade("convert", whole, "-o", tmp_path / "whole.cln", "--quiet", "--delimiter", ",")
    assert exported(colonnade, target) == exported(colonnade, tmp_path / "whole.cln")
    csvtext.assert_same_tables(
        [HEADER, *[row for rows in parts for row in rows]], csvtext.parse(exported(colonnade, target).decode()))
    types = []
    for path in [target, tmp_path / "whole.cln"]:
        text = colonnade("inspect", path, "--format", "csv", "-o", tmp_path / "columns.csv")
        assert text.text == ""
        lines = csvtext.parse((tmp_path / "columns.csv").read_text())
        types.append([line[:2] for line in lines])
    assert types[0] == types[1]
    text = colonnade("inspect", target, "--receipt").text
    assert text.startswith("[\n  {\n") and text.endswith("\n  }\n]\n") and text.count("\n  },\n  {\n") == 4
    receipts = json.loads(text)
    assert [receipt["rows"] for receipt in receipts] == [700, 1, 0, 3000, 40]
    assert [receipt.get("rows_before") for receipt in receipts] == [None, 700, 701, 701, 3701]


def test_stored_pages_are_copied_as_they_are(colonnade, tmp_path, seeded):
    write(tmp_path / "a.csv", random_rows(seeded, 5000))
    write(tmp_path / "b.csv", random_rows(seeded, 500, names=4000))
    target = tmp_path / "t.cln"
    colonnade("convert", tmp_path / "a.csv", "-o", target, "--compression", "zlib", "--quiet")
    before = csvtext.parse(colonnade("inspect", target, "--pages", "--format", "csv").text)
    colonnade("convert", tmp_path / "b.csv", "--append", "-o", target, "--quiet")
    after = csvtext.parse(colonnade("inspect", target, "--pages", "--format", "csv").text)
    assert [line for line in after if line[1] == "0"] == before[1:]
    assert len(after) == 2 * len(before) - 1


def test_appending_finds_what_does_not_fit(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("id,day,note,f\n1,2020-01-01,x,1.0e3\n")
    target = tmp_path / "t.cln"
    colonnade("convert", tmp_path / "a.csv", "-o", target, "--quiet")
    old = target.read_bytes()
    for text, column, word in [
        ("id,day,note,f\nabc,2020-01-01,y,1.0e3\n", "id", "int64"),
        ("id,day,note,f\n007,2020-01-01,y,1.0e3\n", "id", "string"),
        ("id,day,note,f\n1.0e300,2020-01-01,y,1.0e3\n1.5,2020-01-01,y,1\n", "id", "float64"),
        ("id,day,note,f\n1,2020-01-01T10:00:00,y,1.0e3\n", "day", "timestamp"),
        ("id,day,note,f\n1,yesterday,y,1.0e3\n", "day", "date"),
        ("id,day,note,f\n1,2020-01-01,y,0.1234567890123456789\n", "f", "digits"),
        ("id,day,note\n1,2020-01-01,y\n", None, '"f"'),
        ("id,day,note,g\n1,2020-01-01,y,2\n", None, '"f"'),
        ("id,day,note,f,more\n1,2020-01-01,y,2,3\n", "more", "more"),
    ]:
        (tmp_path / "b.csv").write_text(text)
        run = colonnade("convert", tmp_path / "b.csv", "--append", "-o", target, "--quiet", expect=2)
        assert word in run.errors and (column is None or f'column "{column}"' in run.errors), run.errors
        assert target.read_bytes() == old and not strays(tmp_path)
    # What a stored column holds, it takes: text that looks like a number, whole numbers among floats.
    (tmp_path / "b.csv").write_text("id,day,note,f\n2,2020-01-02,5,7\n,,,\n3,2020-01-03,0x,0.25\n")
    colonnade("convert", tmp_path / "b.csv", "--append", "-o", target, "--quiet")
    text = exported(colonnade, target).decode()
    assert text == "id,day,note,f\n1,2020-01-01,x,1000.0\n2,2020-01-02,5,7.0\n,,,\n3,2020-01-03,0x,0.25\n"
    for arguments in [("--append", "-o", "-"), ("--append", "--sort-by", "id", "-o", target)]:
        colonnade("convert", tmp_path / "b.csv", *arguments, expect=64)
    (tmp_path / "text.cln").write_text("a,b\n1,2\n")
    run = colonnade("convert", tmp_path / "b.csv", "--append", "-o", tmp_path / "text.cln", expect=2)
    assert "not a chunk file" in run.errors


def test_columns_without_values_take_any_type(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("a,b,c\n,,\n,,\n")
    (tmp_path / "b.csv").write_text("a,b,c\n1,x,2020-01-01\n2.5,,\n")
    (tmp_path / "c.csv").write_text("c,b,a\n,,\n")
    target = tmp_path / "t.cln"
    for name in "abc":
        colonnade("convert", tmp_path / f"{name}.csv", "--append", "-o", target, "--quiet", "--delimiter", ",")
        assert_valid(colonnade, target)
    run = colonnade("export", target, "--format", "ndjson").text
    assert [json.loads(line) for line in run.splitlines()] == [
        {"a": None, "b": None, "c": None}, {"a": None, "b": None, "c": None},
        {"a": 1, "b": "x", "c": "2020-01-01"}, {"a": 2.5, "b": None, "c": None}, {"a": None, "b": None, "c": None},
    ]  # fmt: skip


def test_append_of_nothing_and_to_nothing(colonnade, tmp_path):
    (tmp_path / "header.csv").write_text("a,b\n")
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "rows.csv").write_text("a,b\n1,x\n")
    target = tmp_path / "t.cln"
    for name, rows in [("empty", 0), ("header", 0), ("empty", 0), ("rows", 1), ("header", 1), ("empty", 1), ("rows", 2)]:
        colonnade("convert", tmp_path / f"{name}.csv", "--append", "-o", target, "--quiet")
        assert_valid(colonnade, target)
        if rows:
            assert len(exported(colonnade, target).splitlines()) == rows + 1
    assert exported(colonnade, target) == b"a,b\n1,x\n1,x\n"
    run = colonnade("convert", tmp_path / "rows.csv", "--append", "-o", target, "--receipt", tmp_path / "receipt.json")
    assert "2 rows" in run.errors and "3 rows" in run.errors, run.errors
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["rows"], receipt["rows_before"], receipt["rows_after"]) == (1, 2, 3)


def test_damage_is_not_copied(colonnade, tmp_path, seeded):
    source = write(tmp_path / "a.csv", random_rows(seeded, 3000))
    target = tmp_path / "t.cln"
    colonnade("convert", source, "-o", target, "--quiet", "--compression", "none")
    damaged = bytearray(target.read_bytes())
    damaged[2000] ^= 1
    target.write_bytes(damaged)
    run = colonnade("convert", source, "--append", "-o", target, "--quiet", expect=2)
    assert "damaged" in run.errors and str(target) in run.errors and "byte" in run.errors
    assert target.read_bytes() == damaged
    colonnade("merge", target, "-o", tmp_path / "u.cln", expect=2)
    assert not (tmp_path / "u.cln").exists()


def test_dictionaries_that_overflow(colonnade, tmp_path, seeded):
    """More distinct strings than a conversion keeps in one dictionary: columns go on with strings of their own."""
    target, parts = tmp_path / "t.cln", []
    for step in range(4):
        rows = [[f"{step}-{i // 2}-{'x' * 40}", str(i)] for i in range(500_000)]
        parts += rows
        write(tmp_path / "p.csv", rows, ["s", "n"])
        colonnade("convert", tmp_path / "p.csv", "--append", "-o", target, "--quiet")
    assert "intact" in colonnade("verify", target).text
    write(tmp_path / "whole.csv", parts, ["s", "n"])
    ordered = colonnade("agg", target, "--by", "s", "--agg", "count(*), sum(n)").stdout
    assert ordered == colonnade("agg", tmp_path / "whole.csv", "--by", "s", "--agg", "count(*), sum(n)").stdout
    colonnade("merge", target, target, "-o", tmp_path / "twice.cln", "--quiet")
    one = exported(colonnade, target)
    assert exported(colonnade, tmp_path / "twice.cln") == one + one.split(b"\n", 1)[1]


def test_many_columns(colonnade, tmp_path):
    header = [f"column {i}" for i in range(2000)]
    target = tmp_path / "t.cln"
    for step in range(3):
        write(tmp_path / f"{step}.csv", [[f"{step * r * i}" if i % 2 else f"t{i % (step + 2)}" for i in range(2000)] for r in range(5)], header)
        colonnade("convert", tmp_path / f"{step}.csv", "--append", "-o", target, "--quiet", "--delimiter", ",")
        colonnade("convert", tmp_path / f"{step}.csv", "-o", tmp_path / f"{step}.cln", "--quiet", "--delimiter", ",")
    whole = exported(colonnade, target)
    colonnade("merge", *[tmp_path / f"{step}.cln" for step in range(3)], "-o", tmp_path / "m.cln", "--quiet")
    assert exported(colonnade, tmp_path / "m.cln") == whole
    assert len(whole.splitlines()) == 16


@pytest.fixture
def folder(colonnade, tmp_path, seeded):
    """A folder of chunk files with the same columns in other orders and types; and the CSV of all of it."""
    inside = tmp_path / "daily"
    inside.mkdir()
    everything = []
    for step, count in enumerate([300, 0, 1, 2000]):
        rows = random_rows(seeded, count, names=20 * (step + 1), wide=step == 3)
        everything += rows
        order = list(range(len(HEADER)))
        if step:
            seeded.shuffle(order)
        source = write(tmp_path / "part.csv", [[row[i] for i in order] for row in rows], [HEADER[i] for i in order])
        colonnade("convert", source, "-o", inside / f"day-{step}.cln", "--quiet", "--delimiter", ",")
    return inside, write(tmp_path / "everything.csv", everything)


def test_a_folder_is_one_table(colonnade, tmp_path, folder):
    inside, everything = folder
    colonnade("convert", everything, "-o", tmp_path / "one.cln", "--quiet", "--delimiter", ",")
    one = exported(colonnade, tmp_path / "one.cln")
    assert exported(colonnade, inside) == one
    assert exported(colonnade, inside / "*.cln") == one
    for count in [0, 1, 300, 301, 302, 5000]:
        head = colonnade("head", inside, "-n", count, "--format", "csv").stdout
        assert head == colonnade("head", tmp_path / "one.cln", "-n", count, "--format", "csv").stdout
    query = ["--by", "city", "--agg", "count(*), sum(cases), min(rate), max(größe)"]
    assert colonnade("agg", inside, *query).stdout == colonnade("agg", tmp_path / "one.cln", *query).stdout
    lines = csvtext.parse(colonnade("inspect", inside, "--format", "csv").text)
    assert [line[1] for line in lines[1:]] == ["300", "0", "1", "2000"]
    assert colonnade("verify", inside).text.count("intact") == 4
    assert "several files" in colonnade("inspect", inside, "--receipt", expect=2).errors
    colonnade("head", inside, "-n", "400", "-o", tmp_path / "first.cln")
    assert exported(colonnade, tmp_path / "first.cln") == colonnade("head", inside, "-n", 400, "--format", "csv").stdout


def test_a_folder_compares_as_one_table(colonnade, tmp_path):
    inside = tmp_path / "parts"
    inside.mkdir()
    (tmp_path / "all.csv").write_text("id,v\n" + "".join(f"{i},{i % 7}\n" for i in range(100)))
    for part in range(4):
        lines = "".join(f"{i},{i % 7}.0\n" for i in range(part * 25, part * 25 + 25))
        (tmp_path / "p.csv").write_text("id,v\n" + lines)
        colonnade("convert", tmp_path / "p.csv", "-o", inside / f"{part}.cln", "--quiet")
    colonnade("cmp", inside, tmp_path / "all.csv", "--on", "id")
    # CSVs beside chunk files come first, as one table.
    (inside / "9.csv").write_text("v,id\n5,1000\n")
    assert exported(colonnade, inside).decode().splitlines()[:3] == ["v,id", "5.0,1000", "0.0,0"]
    assert colonnade("head", inside, "-n", 1, "--format", "csv").text == "v,id\n5.0,1000\n"
    assert colonnade("agg", inside, "--agg", "count(*), sum(v)").text == "count,v\n101,300.0\n"


def test_a_folder_without_chunk_files(colonnade, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "csvs").mkdir()
    (tmp_path / "csvs/a.csv").write_text("a\n1\n")
    for folder in ["empty", "csvs"]:
        for arguments in [["merge", "-o", tmp_path / "m.cln"], ["inspect"], ["verify"]]:
            run = colonnade(arguments[0], tmp_path / folder, *arguments[1:], expect=2)
            assert "no chunk files" in run.errors and ".csv" not in run.errors.replace("csvs", ""), run.errors


def test_folders_that_are_not_one_table(colonnade, tmp_path):
    inside = tmp_path / "parts"
    inside.mkdir()
    for name, text in [("a", "id,v\n1,2\n"), ("b", "id,w\n1,2\n")]:
        (tmp_path / "p.csv").write_text(text)
        colonnade("convert", tmp_path / "p.csv", "-o", inside / f"{name}.cln", "--quiet")
    for command in [("export", inside), ("head", inside), ("merge", inside, "-o", tmp_path / "m.cln")]:
        errors = colonnade(*command, expect=2).errors
        assert "b.cln" in errors and '"v"' in errors and '"w"' in errors, errors
    # agg needs only what it names.
    assert colonnade("agg", inside, "--agg", "sum(id)").text == "id\n2\n"
    (tmp_path / "p.csv").write_text("id,v\nx,2\n")
    colonnade("convert", tmp_path / "p.csv", "-o", inside / "b.cln", "--quiet")
    errors = colonnade("export", inside, expect=2).errors
    assert 'b.cln: column "id"' in errors and "string" in errors and "int64" in errors
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "x.csv").write_text("a\n1\n")
    assert "no chunk files" in colonnade("verify", empty, expect=2).errors
    assert "no chunk files" in colonnade("merge", empty, "-o", tmp_path / "m.cln", expect=2).errors
    assert "not a chunk file" in colonnade("merge", empty / "x.csv", "-o", tmp_path / "m.cln", expect=2).errors
    assert not (tmp_path / "m.cln").exists()


def test_merging(colonnade, tmp_path, folder):
    inside, everything = folder
    merged = tmp_path / "merged.cln"
    run = colonnade("merge", inside, "-o", merged, "--threads", 1)
    assert "4 files: 2,301 rows" in run.errors
    first = merged.read_bytes()
    for arguments in [(inside,), tuple(sorted(inside.iterdir())), (inside / "*",)]:
        colonnade("merge", *arguments, "-o", merged, "--threads", 2, "--quiet")
        assert merged.read_bytes() == first
    assert_valid(colonnade, merged)
    assert exported(colonnade, merged) == exported(colonnade, inside)
    assert len(json.loads(colonnade("inspect", merged, "--receipt").text)) == 4
    # The same rows give the same pages, however they were cut.
    colonnade("convert", everything, "-o", tmp_path / "one.cln", "--quiet", "--delimiter", ",")
    colonnade("merge", tmp_path / "one.cln", "-o", tmp_path / "two.cln", "--quiet")
    pages = [colonnade("inspect", tmp_path / name, "--pages", "--format", "csv").text for name in ["merged.cln", "two.cln"]]
    assert pages[0] == pages[1]
    assert "also an input" in colonnade("merge", inside, "-o", inside / "day-0.cln", expect=64).errors


def test_merging_makes_full_chunks(colonnade, tmp_path):
    rows = 300_001
    parts = [0, 1, 70_000, 131_072, 131_073, 290_000, rows]
    for step, (start, end) in enumerate(zip(parts, parts[1:])):
        (tmp_path / "p.csv").write_text("id,s\n" + "".join(f"{i},s{i * 7919 % 1000}\n" for i in range(start, end)))
        colonnade("convert", tmp_path / "p.csv", "-o", tmp_path / f"p{step}.cln", "--quiet")
    outputs = []
    for threads in [1, 2, 5]:
        colonnade("merge", tmp_path / "p?.cln", "-o", tmp_path / "m.cln", "--threads", threads, "--quiet")
        outputs.append((tmp_path / "m.cln").read_bytes())
    assert len(set(outputs)) == 1
    lines = csvtext.parse(colonnade("inspect", tmp_path / "m.cln", "--pages", "--format", "csv").text)
    assert [line[2] for line in lines[1:] if line[0] == "id"] == ["131072", "131072", "37857"]
    colonnade("export", tmp_path / "m.cln", "-o", tmp_path / "m.csv", "--quiet")
    count = duckdb.sql(
        f"select count(*), count(*) filter (where id = r - 1 and s = 's' || (id * 7919 % 1000)) "
        f"from (select *, row_number() over () r from read_csv('{tmp_path}/m.csv'))").fetchall()
    assert count == [(rows, rows)]


def test_names_that_were_made_up(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("1,x\n2,y\n")
    target = tmp_path / "t.cln"
    for _ in range(2):
        colonnade("convert", tmp_path / "a.csv", "--no-header", "--append", "-o", target, "--quiet")
    assert exported(colonnade, target) == b"1,x\n2,y\n1,x\n2,y\n"
    colonnade("merge", target, target, "-o", tmp_path / "m.cln", "--quiet")
    assert exported(colonnade, tmp_path / "m.cln") == b"1,x\n2,y\n" * 4


@pytest.fixture(scope="module")
def growing(tmp_path_factory, colonnade):
    """A chunk file, a CSV to append that takes a while, what comes of it, and how long that took."""
    folder = tmp_path_factory.mktemp("growing")
    source, old, new = folder / "cities.csv", folder / "old.cln", folder / "new.cln"
    subprocess.run([sys.executable, ROOT / "Benchmarks/generate_cities.py", source, "--days", "60"], check=True)
    colonnade("convert", source, "-o", old, "--quiet")
    shutil.copy(old, new)
    start = time.perf_counter()
    colonnade("convert", source, "--append", "-o", new, "--quiet")
    return source, old.read_bytes(), new.read_bytes(), time.perf_counter() - start


def test_killed_while_appending(colonnade, growing, tmp_path, seeded):
    source, old, new, seconds = growing
    target = tmp_path / "out.cln"
    outcomes = {"old": 0, "new": 0}
    for round in range(30):
        target.write_bytes(old)
        child = colonnade.start(
            "convert", source, "--append", "-o", target, "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        time.sleep(seeded.random() * seconds * 1.1)
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
        found = target.read_bytes()
        assert found in (old, new), f"round {round}: {len(found)} bytes"
        outcomes["new" if found == new else "old"] += 1
        assert len(strays(tmp_path)) <= 1
    print(outcomes)
    assert outcomes["old"] > 5
    colonnade("convert", source, "--append", "-o", target, "--quiet")
    assert os.listdir(tmp_path) == ["out.cln"]


def test_full_disk_while_appending(colonnade, growing, tmp_path):
    source, old, _, _ = growing
    kept = tmp_path / "kept.cln"
    kept.write_bytes(old)
    target = tmp_path / "disk/out.cln"
    status, errors, found = run_in_mount(
        colonnade, tmp_path, f"size={len(old) * 3 // 2 // 1024}k", f"cp {kept} {target}",
        ["convert", source, "--append", "-o", target, "--quiet"])
    assert status == 2 and "full" in errors and str(target) in errors, errors
    assert os.listdir(found) == ["out.cln"] and (found / "out.cln").read_bytes() == old


@pytest.mark.parametrize("start", ["file", "link", "missing", "dangling"])
def test_appends_at_once_wait_for_each_other(colonnade, tmp_path, start):
    (tmp_path / "first.csv").write_text("a,b\n" + "".join(f"{i},first\n" for i in range(1000)))
    for number in range(4):
        (tmp_path / f"{number}.csv").write_text("a,b\n" + "".join(f"{i},part {number}\n" for i in range(1000 + number)))
    (tmp_path / "inside").mkdir()
    for round in range(10):
        target = real = tmp_path / f"inside/{round}.cln"
        if start in ("link", "dangling"):
            target = tmp_path / f"link {round}.cln"
            target.symlink_to(f"inside/{round}.cln")
        expected = {f"part {number}": 1000 + number for number in range(4)}
        if start in ("file", "link"):
            colonnade("convert", tmp_path / "first.csv", "-o", real, "--quiet")
            expected["first"] = 1000
        # Half of them by another path.
        runs = [
            colonnade.start("convert", tmp_path / f"{number}.csv", "--append", "-o", [target, real][number % 2], "--quiet")
            for number in range(4)]
        assert [run.wait(timeout=60) for run in runs] == [0] * 4
        counts = colonnade("agg", real, "--by", "b", "--agg", "count(*) as n", "--format", "csv").text.splitlines()[1:]
        assert {line.rsplit(",", 1)[0]: int(line.rsplit(",", 1)[1]) for line in counts} == expected, f"round {round}"
        assert_valid(colonnade, real)
        assert target.is_symlink() == (target != real)
    assert not strays(tmp_path / "inside")


def test_another_writer_while_appending(colonnade, growing, tmp_path):
    """What an append would undo stays, also where there was no file when it began."""
    (tmp_path / "other.csv").write_text("date,x\n2020-01-01,1\n")
    colonnade("convert", tmp_path / "other.csv", "-o", tmp_path / "other.cln", "--quiet")
    other = (tmp_path / "other.cln").read_bytes()
    for before in [growing[1], None]:
        target = tmp_path / "out.cln"
        target.unlink(missing_ok=True)
        if before:
            target.write_bytes(before)
        child = colonnade.start(
            "convert", "-", "--append", "-o", target, "--quiet", stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        # It reads, and so has looked at what is there, once more than a pipe holds was taken.
        with open(growing[0], "rb") as source:
            start = source.read(2 << 20)
        child.stdin.write(start[: start.rindex(b"\n") + 1])
        child.stdin.flush()
        shutil.copy(tmp_path / "other.cln", tmp_path / "new.cln")
        os.rename(tmp_path / "new.cln", target)
        errors = child.communicate(timeout=60)[1].decode()
        assert child.returncode == 2 and "changed" in errors, errors
        assert target.read_bytes() == other and not strays(tmp_path)


def test_a_killed_append_holds_nobody_up(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n")
    for _ in range(2):
        child = colonnade.start("convert", "-", "--append", "-o", tmp_path / "t.cln", "--quiet", stdin=subprocess.PIPE)
        child.stdin.write(b"a\n" + b"1\n" * (1 << 20))
        child.stdin.flush()
        waiting = colonnade.start("convert", tmp_path / "a.csv", "--append", "-o", tmp_path / "t.cln", "--quiet")
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(timeout=0.5)
        child.kill()
        child.communicate()
        assert waiting.wait(timeout=60) == 0
    assert exported(colonnade, tmp_path / "t.cln") == b"a\n1\n1\n"
