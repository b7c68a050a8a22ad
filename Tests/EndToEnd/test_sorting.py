# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Sorting while converting and merging: order, stability, memory. The order is held against one written in Python, and DuckDB's."""

import functools
import subprocess
import sys

import csvtext
import duckdb
import pytest
from conftest import ROOT


def order(rows, keys):
    """Rows stably sorted: nulls last whatever the direction, NaN greatest, strings by UTF-8 bytes."""

    def compare(a, b):
        for position, kind, descending in keys:
            x, y = a[position], b[position]
            if x is None or y is None:
                if (x is None) != (y is None):
                    return 1 if x is None else -1
                continue
            if kind is str:
                x, y = x.encode(), y.encode()
            else:
                x, y = kind(x), kind(y)
                if kind is float:
                    x, y = (x != x, 0 if x != x else x), (y != y, 0 if y != y else y)
            if x != y:
                return (-1 if x < y else 1) * (-1 if descending else 1)
        return 0

    return sorted(rows, key=functools.cmp_to_key(compare))


def random_table(random, count):
    header = ["i", "f", "s", "d", "wide", "row"]
    rows = []
    for row in range(count):
        rows.append([
            random.choice([None, str(random.randrange(-5, 5)), str(-(2**63)), str(2**63 - 1)]),
            random.choice([None, "NaN", "-inf", "inf", "1.5e-300", "-2.5", "0.0", f"{random.randrange(9)}.25"]),
            random.choice([None, "", "é", "z", "ﬀ", "\U0001F600", f"name {random.randrange(50)}"]),
            random.choice([None, f"2020-01-{random.randrange(1, 29):02}"]),
            random.choice([None, f"{random.randrange(-10**20, 10**20)}", "0"]),
            str(row),
        ])  # fmt: skip
    return [header, *rows]


@pytest.mark.parametrize(
    "text, keys",
    [
        ("i", [(0, int, False)]), ("i desc, s", [(0, int, True), (2, str, False)]),
        ("f desc", [(1, float, True)]), ("s desc, d", [(2, str, True), (3, str, False)]),
        ("d,f,i desc", [(3, str, False), (1, float, False), (0, int, True)]),
        ("wide desc, s asc", [(4, int, True), (2, str, False)]),
    ],
)  # fmt: skip
def test_order(colonnade, tmp_path, seeded, text, keys):
    table = random_table(seeded, 3000)
    source = csvtext.write(tmp_path / "t.csv", table)
    options = ["--delimiter", ",", "--schema", "f:float64", "--quiet"]
    colonnade("convert", source, "-o", tmp_path / "t.cln", *options)
    colonnade("convert", source, "-o", tmp_path / "s.cln", "--sort-by", text, *options)
    colonnade("verify", tmp_path / "s.cln")
    found = csvtext.parse(colonnade("export", tmp_path / "s.cln").text)
    expected = order(table[1:], keys)
    assert [row[5] for row in found[1:]] == [row[5] for row in expected]
    plain = {row[5]: row for row in csvtext.parse(colonnade("export", tmp_path / "t.cln").text)[1:]}
    assert found[1:] == [plain[row[5]] for row in expected]
    colonnade("merge", tmp_path / "t.cln", "-o", tmp_path / "m.cln", "--sort-by", text, "--quiet")
    assert csvtext.parse(colonnade("export", tmp_path / "m.cln").text) == found


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_few_rows(colonnade, tmp_path, rows):
    (tmp_path / "t.csv").write_text("a,b\n" + "".join(f"{9 - i},x{i}\n" for i in range(rows)))
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--sort-by", "a", "--quiet")
    expected = "a,b\n" + "".join(f"{9 - i},x{i}\n" for i in reversed(range(rows)))
    assert colonnade("export", tmp_path / "t.cln", "--format", "csv").text == expected
    colonnade("verify", tmp_path / "t.cln")


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """1.2 million rows: numbers that repeat, strings that do not, nulls."""
    path = tmp_path_factory.mktemp("large") / "large.csv"
    with open(path, "w") as file:
        file.write("k,s,v,id\n")
        for i in range(1_200_000):
            mixed = i * 2_654_435_761 % 4_294_967_296
            key = "" if mixed % 97 == 0 else mixed % 5000
            file.write(f"{key},name {mixed % 3001},{mixed / 100:.2f},{mixed:08x}-{i}\n")
    return path


@pytest.mark.parametrize("by", ["k,s desc", "id desc"])
def test_same_bytes_for_any_memory_and_threads(colonnade, large, tmp_path, by):
    sources = ["convert", large], ["merge", tmp_path / "plain.cln"]
    colonnade("convert", large, "-o", tmp_path / "plain.cln", "--quiet")
    for command in sources:
        results = set()
        for memory, threads in [("1GiB", 2), ("1GiB", 1), ("192MiB", 2), ("192MiB", 1)]:
            colonnade(
                *command, "-o", tmp_path / "s.cln", "--sort-by", by, "--memory", memory, "--threads", threads, "--quiet")
            exported = colonnade("export", tmp_path / "s.cln", "--format", "csv").stdout
            results.add((hash((tmp_path / "s.cln").read_bytes()) if command[0] == "merge" else memory, hash(exported)))
        # A conversion's dictionaries depend on its memory, its rows do not.
        assert len({row for _, row in results}) == 1
        assert len(results) == (1 if command[0] == "merge" else 2)
    lines = exported.decode().splitlines()[1:]
    assert len(lines) == 1_200_000
    rows = [line.split(",") for line in lines]
    order_by = "id desc" if by == "id desc" else "k nulls last, s desc, cast(split_part(id, '-', 2) as bigint)"
    wanted = duckdb.sql(f"select id from read_csv('{large}', types={{'k': 'bigint'}}) order by {order_by}").fetchall()
    assert [row[3] for row in rows] == [id for (id,) in wanted]
    if by == "id desc":
        assert all(a[3] > b[3] for a, b in zip(rows, rows[1:]))
    else:
        keys = [(row[0] == "", int(row[0] or 0), [-byte for byte in row[1].encode()] + [1]) for row in rows]
        assert all(a <= b for a, b in zip(keys, keys[1:]))
        # Stable: among equal keys the rows are in the order of the input, which the id ends with.
        numbers = [int(row[3].split("-")[1]) for row in rows]
        assert all(keys[i] != keys[i + 1] or numbers[i] < numbers[i + 1] for i in range(len(rows) - 1))


@pytest.mark.parametrize("memory", [64, 96, 160, 256])
@pytest.mark.parametrize("by", ["k,s desc", "id"])
def test_memory_is_a_bound(colonnade, large, tmp_path, memory, by):
    """The whole process, program and libraries included, stays within what --memory allows."""
    target = tmp_path / "s.cln"
    found = colonnade.peak_memory(
        "convert", large, "-o", target, "--sort-by", by, "--memory", f"{memory}MiB", "--threads", "2", "--quiet")
    print(f"{memory} MiB allowed, {found / 2**20:.1f} MiB taken")
    assert found <= memory << 20


@pytest.mark.parametrize("memory", [96, 256])
def test_memory_is_a_bound_for_wide_and_for_long_rows(colonnade, tmp_path, memory):
    wide = tmp_path / "wide.csv"
    with open(wide, "w") as file:
        file.write(",".join(f"c{i}" for i in range(1000)) + "\n")
        for row in range(3000):
            file.write(",".join(str((row * 7919 + i * 31) % 1013) for i in range(1000)) + "\n")
    long = tmp_path / "long.csv"
    with open(long, "w") as file:
        file.write("n,text\n")
        for row in range(40_000):
            mixed = row * 2_654_435_761 % 4_294_967_296
            file.write(f"{mixed % 100},{mixed:x}{'long text ' * (mixed % 200)}{row}\n")
    for source, by in [(wide, "c999,c0 desc"), (long, "n,text desc"), (long, "text")]:
        target = tmp_path / "s.cln"
        found = colonnade.peak_memory(
        "convert", source, "-o", target, "--sort-by", by, "--memory", f"{memory}MiB", "--threads", "2",
            "--quiet")
        print(f"{source.name}: {memory} MiB allowed, {found / 2**20:.1f} MiB taken")
        assert found <= memory << 20
        assert "intact" in colonnade("verify", target).text


def test_what_makes_no_sense(colonnade, tmp_path):
    (tmp_path / "t.csv").write_text("state,b\nx,1\n")
    target = tmp_path / "t.cln"
    for by, word in [("", "no column"), ("a,a", "twice"), ("a desc desc", "comma"), ("sum(a)", "comma")]:
        errors = colonnade("convert", tmp_path / "t.csv", "-o", target, "--sort-by", by, expect=64).errors
        assert "--sort-by" in errors and word in errors, errors
    for memory in ["63MiB", "0", "lots", "-1", "1.5", "1e9", "12XB", "64MB"]:
        errors = colonnade("convert", tmp_path / "t.csv", "-o", target, "--sort-by", "b", f"--memory={memory}", expect=64).errors
        assert "--memory" in errors, errors
    assert "no effect" in colonnade("merge", tmp_path / "t.cln", "-o", target, "--memory", "1GiB", expect=64).errors
    errors = colonnade("convert", tmp_path / "t.csv", "-o", target, "--sort-by", "stat", expect=2).errors
    assert 'did you mean "state"' in errors
    assert not target.exists()
    for memory in ["64MiB", "1.5GiB", "1g", "67108864", "800mb"]:
        colonnade("convert", tmp_path / "t.csv", "-o", target, "--sort-by", "b", "--memory", memory, "--quiet")


def test_sorted_files_are_smaller_and_say_so(colonnade, tmp_path):
    source = tmp_path / "cities.csv"
    subprocess.run([sys.executable, ROOT / "Benchmarks/generate_cities.py", source, "--days", "30"], check=True)
    run = colonnade("convert", source, "-o", tmp_path / "s.cln", "--sort-by", "state,name,date")
    assert "sorted by state, name, date" in run.errors
    assert '"sorted_by"' in colonnade("inspect", tmp_path / "s.cln", "--receipt").text
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--quiet")
    query = ["--by", "date,state", "--agg", "sum(cases), sum(deaths), count(*)"]
    assert colonnade("agg", tmp_path / "s.cln", *query).stdout == colonnade("agg", tmp_path / "t.cln", *query).stdout


def test_sizes_of_memory(colonnade, tmp_path):
    (tmp_path / "t.csv").write_text("a\n2\n1\n")
    command = ["convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--quiet", "--sort-by", "a", "--memory"]
    colonnade(*command, "64 MiB")
    assert "64MiB or more, not 63 MiB" in colonnade(*command, "63 MiB", expect=64).errors
    wrong = colonnade(*command, "1e9", expect=64).errors
    assert "KiB" in wrong and "whole bytes" in wrong and "or more" not in wrong
    merged = colonnade("merge", tmp_path / "t.cln", "-o", tmp_path / "m.cln").errors
    assert "2 rows, 1 chunk became 1" in merged


def test_rows_of_very_different_widths_stay_within_memory(colonnade, tmp_path):
    """120 MB of text in 30 rows, then 300,000 short ones: what a row takes on the average says nothing."""
    with open(tmp_path / "skew.csv", "w") as file:
        file.write("k,s\n")
        for row in range(30):
            file.write(f"{row * 7919 % 300007},{chr(97 + row % 26) * 4_000_000}\n")
        for row in range(30, 300_000):
            file.write(f"{row * 7919 % 300007},x{row}\n")
    colonnade("convert", tmp_path / "skew.csv", "-o", tmp_path / "skew.cln", "--quiet")
    command = ["merge", tmp_path / "skew.cln", "--sort-by", "k", "--quiet"]
    peak = colonnade.peak_memory(*command, "-o", tmp_path / "little.cln", "--memory", "144MiB")
    assert peak <= 144 << 20
    colonnade(*command, "-o", tmp_path / "one.cln", "--threads", "1")
    assert (tmp_path / "little.cln").read_bytes() == (tmp_path / "one.cln").read_bytes()
    colonnade("cmp", tmp_path / "skew.cln", tmp_path / "one.cln", "--on", "k", "--quiet")


@pytest.mark.parametrize("by", [["--sort-by", "k"], []])
def test_huge_fields_of_a_csv_stay_within_memory(colonnade, tmp_path, by):
    """25 rows of 8 MB, all different, then 200,000 short ones: buffers that a huge field took are not held for the rows after it."""
    with open(tmp_path / "skew.csv", "w") as file:
        file.write("k,s\n")
        for row in range(25):
            file.write(f"{row * 7919 % 200003},{row}{chr(97 + row) * 8_000_000}\n")
        file.writelines(f"{row * 7919 % 200003},x{row}\n" for row in range(25, 200_000))
    target = tmp_path / "t.cln"
    command = ["convert", tmp_path / "skew.csv", "-o", target, *by, "--memory", "128MiB", "--quiet"]
    found = colonnade.peak_memory(*command, "--threads", "2")
    print(f"128 MiB allowed, {found / 2**20:.1f} MiB taken")
    assert found <= 128 << 20
    two = target.read_bytes()
    colonnade(*command, "--threads", "1")
    assert target.read_bytes() == two
    assert "intact" in colonnade("verify", target).text


def test_many_files_take_no_more_memory_than_one(colonnade, large, tmp_path):
    """What is kept for the next page is not kept once for each file that is open."""
    folder = tmp_path / "many"
    folder.mkdir()
    colonnade("convert", large, "-o", folder / "00.cln", "--columns", "k,v", "--quiet")
    for number in range(1, 12):
        (folder / f"{number:02}.cln").write_bytes((folder / "00.cln").read_bytes())
    found = colonnade.peak_memory("merge", folder, "-o", tmp_path / "m.cln", "--quiet", "--threads", "2")
    print(f"{found / 2**20:.1f} MiB taken")
    one = colonnade.peak_memory("merge", folder / "00.cln", "-o", tmp_path / "o.cln", "--quiet", "--threads", "2")
    print(f"{one / 2**20:.1f} MiB of one file")
    assert found < one + (8 << 20)
    merged = tmp_path / "s.cln"
    found = colonnade.peak_memory("merge", folder, "-o", merged, "--sort-by", "v,k", "--memory", "64MiB", "--quiet")
    print(f"64 MiB allowed, {found / 2**20:.1f} MiB taken")
    assert found <= 64 << 20
    colonnade("merge", folder, "-o", tmp_path / "o.cln", "--sort-by", "v,k", "--memory", "1GiB", "--quiet")
    assert merged.read_bytes() == (tmp_path / "o.cln").read_bytes()


def test_codes_beside_text_become_no_more_text_than_fits(colonnade, tmp_path):
    """Few long strings many times over (stored as codes), after a file of text: as text they are 1.3 GB, and one page would hold all."""
    with open(tmp_path / "long.csv", "w") as file:
        file.write("g,s\n")
        file.writelines(f"{row % 10},{chr(97 + row % 26) * 22_000}{row % 40}\n" for row in range(1_200))
    with open(tmp_path / "short.csv", "w") as file:
        file.write("g,s\n")
        file.writelines(f"{row % 10},text {row * 7919 % 1_000_003:032}\n" for row in range(140_000))
    for name in ["long", "short"]:
        colonnade("convert", tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.cln", "--quiet")
    # One dictionary: that of each of 50 files would take memory.
    colonnade("merge", *[tmp_path / "long.cln"] * 50, "-o", tmp_path / "many.cln", "--quiet")
    files = [tmp_path / "short.cln", tmp_path / "many.cln"]
    merged = tmp_path / "merged.cln"
    assert colonnade.peak_memory("merge", *files, "-o", merged, "--quiet") < 256 << 20
    colonnade("verify", merged)
    # A chunk's text, too, is what a conversion would give it: an export takes little memory.
    assert colonnade.peak_memory("export", merged, "--format", "csv") < 256 << 20
