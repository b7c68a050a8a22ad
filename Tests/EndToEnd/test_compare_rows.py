# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`cmp --rows`: applied to the first table they give the second (CR-22), in every form; `--sample`."""

import json
import os
import subprocess
from collections import Counter
from decimal import Decimal, InvalidOperation

import pytest

import csvtext

# Random pairs for each form; `COMPARE_ROUNDS` says another number for all three.
ROUNDS = int(os.environ.get("COMPARE_ROUNDS", 120)) // 3
FIXED = ["change", "columns", "source_row", "compare_row"]
TEXTS = ["", "s3", "São Paulo", "a,b", 'say "x"', "two\nlines", "null", "=1+1"]


def json_cell(value):
    """A JSON value as a CSV's cell: None is no value, an empty text is one."""
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def read_rows(colonnade, path):
    """The rows that `--rows` wrote: a list of names, then cells as texts."""
    if path.suffix == ".ndjson":
        records = [json.loads(line, parse_float=Decimal) for line in path.read_text().splitlines()]
        return [list(records[0])] + [[json_cell(cell) for cell in record.values()] for record in records] if records else []
    if path.suffix == ".cln":
        exported = path.with_suffix(".exported.csv")
        colonnade("export", path, "-o", exported)
        path = exported
    return csvtext.parse(path.read_text())


def apply(rows, keys, columns, told):
    """`rows`: names, then cells, of keys and compared columns; `told`: what read_rows gives. Nothing but the rule CR-22."""
    kept = dict(enumerate(([*row] for row in rows), start=1))
    added = []
    first = len(keys)
    if told:
        names = told[0]
        assert names[first : first + 4] == FIXED and len(names) == first + 4 + 2 * len(columns), names
    for row in told[1:]:
        change, differing, source_row, compare_row = row[first : first + 4]
        ours, theirs = row[first + 4 :: 2], row[first + 5 :: 2]
        if change == "compare_only":
            assert source_row is None and differing is None and compare_row is not None
            added.append(row[:first] + theirs)
            continue
        number = int(source_row)
        before = kept[number]
        assert same(before, row[:first] + ours), f"the record does not tell what row {number} was"
        if change == "source_only":
            assert compare_row is None and differing is None
            del kept[number]
        else:
            assert change == "different" and compare_row is not None
            named = csvtext.parse(differing)[0]
            assert named and set(named) <= set(columns)
            for name, our, their in zip(columns, ours, theirs):
                assert name not in named or our != their
            kept[number] = before[:first] + theirs
    return list(kept.values()) + added


def normal(cell):
    """Numbers by their value."""
    try:
        return cell if cell is None else Decimal(cell)
    except InvalidOperation:
        return cell


def same(left, right):
    return [normal(cell) for cell in left] == [normal(cell) for cell in right]


def value(random, kind):
    if random.random() < 0.12:
        return None
    if kind == "int":
        return str(random.randrange(-3, 4))
    if kind == "decimal":
        return f"{random.randrange(-300, 400) / 100:.2f}"
    if kind == "float":
        return repr(random.choice([0.1, 1e-7, 2.5e20, -3.25, 1.0]))
    if kind == "date":
        return f"2020-0{random.randrange(1, 4)}-{random.randrange(1, 29):02}"
    return random.choice(TEXTS)


def retyped(cell, kind):
    """The same value as another type writes it."""
    return cell if cell is None or kind != "int" else cell + ".0"


def pair(random, repeats):
    """Two tables with names: (names, rows) each. Columns k, l are keys (k: K on the other side), b is B there, one is on one side only."""
    kinds = [random.choice(["int", "text", "date"]), "int"] + [random.choice(["int", "decimal", "float", "date", "text"]) for _ in "abc"]
    changed_type = [random.random() < 0.3 for _ in kinds]
    left, right, seen = [], [], set()
    for _ in range(random.randrange(0, 40)):
        key = [value(random, kinds[0]), str(random.randrange(3 if repeats else 1000))]
        if not repeats and tuple(key) in seen:
            continue
        seen.add(tuple(key))
        row = key + [value(random, kind) for kind in kinds[2:]]
        left.append(row + ["left"])
        fate = random.random()
        if fate < 0.15:
            continue
        other = [value(random, kind) if at > 1 and fate < 0.6 and random.random() < 0.4 else cell for at, (cell, kind) in enumerate(zip(row, kinds))]
        right.append([retyped(cell, kind) if changed else cell for cell, kind, changed in zip(other, kinds, changed_type)] + ["right"])
    for _ in range(random.randrange(0, 8)):
        key = [value(random, kinds[0]), str(random.randrange(3 if repeats else 1000))]
        if repeats or tuple(key) not in seen:
            seen.add(tuple(key))
            right.append([retyped(cell, kind) if changed else cell for cell, kind, changed in zip(key + [value(random, kind) for kind in kinds[2:]], kinds, changed_type)] + ["right"])
    random.shuffle(right)
    return (["k", "l", "a", "b", "c", "only_left"], left), (["K", "l", "a", "B", "c", "only_right"], right)


@pytest.mark.parametrize("form", ["csv", "ndjson", "cln"])
def test_rows_applied_to_the_first_give_the_second(seeded, colonnade, tmp_path, form):
    told_something = 0
    for _ in range(ROUNDS):
        repeats = seeded.random() < 0.4
        by_position = seeded.random() < 0.2
        rules = seeded.choice([[], [], ["--tolerance", "*=0.5"], ["--tolerance", "*=50%"], ["--ignore-case", "--trim", "--empty-as-null"]])
        (names, left), (other_names, right) = pair(seeded, repeats)
        csvtext.write(tmp_path / "a.csv", [names, *left])
        csvtext.write(tmp_path / "b.csv", [other_names, *right])
        # A column of CSVs without numbers can be of any type; tolerances are for numbers alone.
        how = ["--by-position"] if by_position else ["--on", "k,l", "--duplicates", "pair-in-order"]
        request = [*how, *rules, "--rename", "k=K,b=B"]
        keys, columns = ([], names[:5]) if by_position else (names[:2], names[2:5])
        rows = tmp_path / f"rows.{form}"
        run = [colonnade.path, "cmp", tmp_path / "a.csv", tmp_path / "b.csv", *request, "--rows", rows, "-q"]
        differs = subprocess.run(run, timeout=60).returncode
        assert differs in (0, 1)
        told = read_rows(colonnade, rows)
        applied = apply([row[:5] for row in left], keys, columns, told)
        told_something += differs
        if not rules:
            ours, theirs = ([[normal(cell) for cell in row[:5]] for row in table] for table in (applied, right))
            assert ours == theirs if by_position else Counter(map(tuple, ours)) == Counter(map(tuple, theirs))
        # With rules: nothing is left that they tell apart.
        csvtext.write(tmp_path / "c.csv", [names[:5], *applied])
        colonnade("cmp", tmp_path / "c.csv", tmp_path / "b.csv", *request, expect=0)
    assert told_something > 20


def test_many_rows_from_many_chunks(seeded, colonnade, tmp_path):
    """Every row differs, and the other table's rows are in no order: pieces of the result lie all over it."""
    header = ["id", "n", "text"]
    left = [[str(row), str(row % 97), f"t{row % 1000}"] for row in range(300_000)]
    right = [[row[0], str(int(row[1]) + 1), row[2]] for row in left if int(row[0]) % 10]
    seeded.shuffle(right)
    for name, rows in (("a", left), ("b", right)):
        csvtext.write(tmp_path / f"{name}.csv", [header, *rows])
        colonnade("convert", tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.cln", "-q")
    texts = set()
    for threads in (1, 2):
        run = [tmp_path / "a.cln", tmp_path / "b.cln", "--on", "id", "--threads", threads, "-q"]
        colonnade("cmp", *run, "--rows", tmp_path / "rows.csv", expect=1)
        texts.add((tmp_path / "rows.csv").read_text())
    assert len(texts) == 1
    applied = apply(left, ["id"], ["n", "text"], csvtext.parse(texts.pop()))
    assert sorted(applied) == sorted(right)


def test_a_sample_is_some_of_the_rows(colonnade, tmp_path):
    csvtext.write(tmp_path / "a.csv", [["k", "v"], *([str(k), "0"] for k in range(5_000))])
    csvtext.write(tmp_path / "b.csv", [["k", "v"], *([str(k), str(k % 2)] for k in range(1_000, 6_000))])
    run = [tmp_path / "a.csv", tmp_path / "b.csv", "--on", "k", "-q", "--rows", tmp_path / "rows.csv"]
    colonnade("cmp", *run, expect=1)
    everything = (tmp_path / "rows.csv").read_text().splitlines()
    assert len(everything) == 1 + 4_000
    for size in (1, 100, 3_999, 4_000, 9_999):
        colonnade("cmp", *run, "--sample", size, expect=1)
        sample = (tmp_path / "rows.csv").read_text().splitlines()
        assert len(sample) == 1 + min(size, 4_000)
        rest = iter(everything)
        assert all(line in rest for line in sample), "not in the order of all rows"
        if size == 100:
            kinds = Counter(line.split(",")[1] for line in sample[1:])
            assert kinds["source_only"] > 10 and kinds["compare_only"] > 10 and kinds["different"] > 25


@pytest.mark.parametrize("options", [["--sample", "5"], ["--rows", "r.csv", "--sample", "0"], ["--rows", "r.csv", "--sample", "x"]])
def test_wrong_usage(colonnade, tmp_path, options):
    csvtext.write(tmp_path / "a.csv", [["k"], ["1"]])
    colonnade("cmp", tmp_path / "a.csv", tmp_path / "a.csv", *options, cwd=tmp_path, expect=64)
