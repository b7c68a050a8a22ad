# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Damaged chunk files: what verify says of them, and what export --salvage brings back."""

import csv
import json
import random
import subprocess

import pytest

ROWS = 200_000
CHUNK = 131_072


@pytest.fixture(scope="module")
def table():
    numbers = random.Random(4)
    cities = [f"city {i}" for i in range(500)]
    return [[str(numbers.randrange(10**6)), numbers.choice(cities), str(numbers.randrange(10**9))] for _ in range(ROWS)]


@pytest.fixture(scope="module")
def intact(colonnade, table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("intact")
    with open(folder / "t.csv", "w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([["k", "city", "n"], *table])
    colonnade("convert", folder / "t.csv", "-o", folder / "t.cln", "--quiet")
    pages = colonnade("inspect", folder / "t.cln", "--pages", "--format", "csv").text
    return (folder / "t.cln").read_bytes(), list(csv.DictReader(pages.splitlines()))


@pytest.fixture
def damaged(intact, tmp_path):
    """Writes a copy with one bit flipped at each of the offsets."""

    def write(*offsets):
        data = bytearray(intact[0])
        for offset in offsets:
            data[offset] ^= 8
        path = tmp_path / "damaged.cln"
        path.write_bytes(data)
        return path

    return write


def first_byte(intact, column, chunk):
    """Pages of so small a file lie column by column, and in a column chunk by chunk, each padded to 64 bytes."""
    names = ["k", "city", "n"]
    offset = 64
    for page in sorted(intact[1], key=lambda page: (names.index(page["column"]), int(page["chunk"]))):
        if (page["column"], page["chunk"]) == (column, str(chunk)):
            return offset
        offset += -(-int(page["stored_bytes"]) // 64) * 64
    raise KeyError(column)


def rows_of(text):
    return list(csv.reader(text.splitlines()))[1:]


def test_intact_file_loses_nothing(colonnade, intact, damaged, table, tmp_path):
    run = colonnade("export", damaged(), "--salvage", "--lost", tmp_path / "lost.csv", "-o", tmp_path / "out.csv")
    assert run.errors == ""
    assert rows_of((tmp_path / "out.csv").read_text()) == table
    assert (tmp_path / "lost.csv").read_text() == "column,first_row,row_count,reason\n"


def test_damaged_page(colonnade, intact, damaged, table, tmp_path):
    offset = first_byte(intact, "n", 1)
    path = damaged(offset + 100)
    run = colonnade("verify", path, expect=2)
    assert f'page of column "n", chunk 1, rows {CHUNK + 1:,}–{ROWS:,}, bytes {offset}–' in run.text
    # What is not damaged is read as ever, the damaged page by nobody.
    assert colonnade("agg", path, "--agg", "sum(k)").text == f"k\n{sum(int(row[0]) for row in table)}\n"
    colonnade("export", path, "-o", tmp_path / "out.csv", expect=2)
    assert not (tmp_path / "out.csv").exists()
    lost = tmp_path / "lost.ndjson"
    run = colonnade("export", path, "--salvage", "-o", tmp_path / "out.csv", "--lost", lost, expect=2)
    assert 'column "n"' in run.errors and "damaged.cln" in run.errors
    expected = [row[:2] + [row[2] if at < CHUNK else ""] for at, row in enumerate(table)]
    assert rows_of((tmp_path / "out.csv").read_text()) == expected
    losses = [json.loads(line) for line in lost.read_text().splitlines()]
    assert [(loss["column"], loss["first_row"], loss["row_count"]) for loss in losses] == [("n", CHUNK + 1, ROWS - CHUNK)]
    # The same as a chunk file, which is intact.
    colonnade("export", path, "--salvage", "-o", tmp_path / "out.cln", expect=2)
    colonnade("verify", tmp_path / "out.cln")
    assert rows_of(colonnade("export", tmp_path / "out.cln").text) == expected


def test_rows_of_which_nothing_is_left(colonnade, intact, damaged, table, tmp_path):
    path = damaged(*(first_byte(intact, name, 0) for name in ("k", "city", "n")))
    run = colonnade("export", path, "--salvage", "-o", tmp_path / "out.csv", expect=2)
    assert "left out" in run.errors
    assert rows_of((tmp_path / "out.csv").read_text()) == table[CHUNK:]


def test_both_outputs_or_none(colonnade, intact, damaged, tmp_path):
    path = damaged(first_byte(intact, "n", 1) + 100)
    for output, lost in [("out.csv", "missing/lost.csv"), ("missing/out.csv", "lost.csv")]:
        run = colonnade("export", path, "--salvage", "-o", tmp_path / output, "--lost", tmp_path / lost, expect=2)
        assert "missing" in run.errors
        assert [entry.name for entry in tmp_path.iterdir()] == ["damaged.cln"]
    # Whatever becomes of the outputs, what is lost is told.
    child = colonnade.start(
        "export", path, "--salvage", "-o", tmp_path / "out.csv", "--lost", "/dev/full", stderr=subprocess.PIPE)
    errors = child.communicate(timeout=60)[1].decode()
    assert child.returncode == 2 and "/dev/full" in errors and 'lost: column "n"' in errors, errors
    assert not (tmp_path / "out.csv").exists()


def test_damage_that_costs_no_cell_is_told(colonnade, tmp_path):
    (tmp_path / "t.csv").write_text("k,city\n" + "".join(f"{i},city {i * 7919 % 500}\n" for i in range(5000)))
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--quiet", "--compression", "none")
    data = (tmp_path / "t.cln").read_bytes()
    rows = rows_of((tmp_path / "t.csv").read_text())
    path = tmp_path / "damaged.cln"

    def salvaged(offset, expect):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 8]) + data[offset + 1 :])
        colonnade("verify", path, expect=2)
        run = colonnade("export", path, "--salvage", expect=expect)
        return run.errors, rows_of(run.text) == rows

    for offset in (0, 8, 20):
        errors, isWhole = salvaged(offset, 0)
        assert isWhole and errors.count("\n") == 1 and "no cell is lost: header, bytes" in errors, errors
    # The receipt is in the metadata, near the end; the ranks lie behind the dictionary's strings, before the footer.
    errors, isWhole = salvaged(data.index(b'"repairs"'), 2)
    assert isWhole and "no cell is lost" in errors and "receipt" in errors and "0 cells" not in errors, errors
    # Somewhere in the dictionary: its strings cost cells, its ranks do not.
    codes = set()
    for offset in range(64, len(data), 97):
        path.write_bytes(data[:offset] + bytes([data[offset] ^ 8]) + data[offset + 1 :])
        if 'dictionary of column "city"' not in colonnade("verify", path, expect=2).text:
            continue
        child = colonnade.start("export", path, "--salvage", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        text, errors = (part.decode() for part in child.communicate(timeout=60))
        codes.add(child.returncode)
        assert (rows_of(text) == rows) == (child.returncode == 0)
        expected = 'no cell is lost: dictionary of column "city", bytes' if child.returncode == 0 else "cells are lost"
        assert expected in errors and errors.count("\n") == (1 if child.returncode == 0 else 3), errors
    assert codes == {0, 2}


def test_every_part_flipped(colonnade, intact, damaged, table):
    """Anywhere in the file: other cells than the original's are empty, or nothing comes out."""
    numbers = random.Random(9)
    size = len(intact[0])
    for offset in [numbers.randrange(size) for _ in range(4)] + [size - numbers.randrange(2_000) for _ in range(6)]:
        path = damaged(offset)
        assert colonnade("verify", path, expect=2).text.count("\n") >= 2
        run = colonnade("export", path, "--salvage", expect=2)
        rows = rows_of(run.text)
        if not rows:
            assert "nothing can be recovered" in run.errors
            continue
        assert len(rows) == ROWS
        for column in range(3):
            found = {(row[column], cells[column]) for row, cells in zip(rows, table) if row[column] != cells[column]}
            assert all(cell == "" for cell, _ in found), offset


def test_cut_file_says_that_nothing_is_left(colonnade, intact, tmp_path):
    path = tmp_path / "cut.cln"
    for size in (0, 5, 64, 100, len(intact[0]) // 2, len(intact[0]) - 1):
        path.write_bytes(intact[0][:size])
        run = colonnade("export", path, "--salvage", "-o", tmp_path / "out.csv", expect=2)
        assert "nothing can be recovered" in run.errors or "does not start as a chunk file" in run.errors
        assert not (tmp_path / "out.csv").exists()


def test_wrong_usage(colonnade, damaged, tmp_path):
    colonnade("export", damaged(), "--lost", tmp_path / "lost.csv", expect=64)
    colonnade("export", "-", "--salvage", expect=64)
    colonnade("export", damaged(), "--salvage", "--lost", tmp_path / "lost.xyz", expect=64)
    colonnade("export", damaged(), "--salvage", "-o", tmp_path / "o.csv", "--lost", tmp_path / "o.csv", expect=64)
    (tmp_path / "t.csv").write_text("a\n1\n")
    colonnade("export", tmp_path / "t.csv", "--salvage", expect=2)
