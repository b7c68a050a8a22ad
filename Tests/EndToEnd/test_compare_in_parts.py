# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`cmp --part-rows`, `--partial` and `--from-partials`: in any pieces and parts, rewritten on the way, what a plain `cmp` gives."""

import decimal
import io
import json
import os
import pty
import random
import struct
import tempfile

import pyarrow as pa
import pyarrow.compute as pc
import pytest

# Random pairs; each is compared by four or five processes and more.
ROUNDS = int(os.environ.get("COMPARE_ROUNDS", 120)) // 5
WORDS = ["", " ", "São Paulo", "SÃO PAULO", "são paulo ", "a,b", "null", "1", "1.0", "x" * 40]


def value(draw, kind):
    """A cell as a CSV has it."""
    if draw.random() < 0.1:
        return ""
    if kind == "int":
        return str(draw.randrange(-50, 50))
    if kind == "decimal":
        return f"{draw.randrange(-500, 500) / 100:.2f}"
    if kind == "wide":
        return f"{draw.choice([-1, 1]) * draw.randrange(10**20)}.{draw.randrange(100):02d}"
    if kind == "float":
        return draw.choice(["nan", "inf", "-inf", "-0.0", "0.1", "1e300", "1e-300", repr(draw.uniform(-3, 3))])
    if kind == "date":
        return f"2020-0{draw.randrange(1, 9)}-1{draw.randrange(10)}"
    if kind == "timestamp":
        return f"2020-01-1{draw.randrange(10)}T0{draw.randrange(10)}:00:00"
    if kind == "instant":
        return f"2020-01-1{draw.randrange(10)}T0{draw.randrange(10)}:00:00Z"
    if kind == "bool":
        return draw.choice(["true", "false"])
    return '"' + draw.choice(WORDS) + '"'


KINDS = {
    "int": "int64",
    "decimal": "decimal(9,2)",
    "wide": "decimal(30,2)",
    "float": "float64",
    "date": "date",
    "timestamp": "timestamp",
    "instant": "timestamp_utc",
    "bool": "bool",
    "text": "string",
}


def convert(colonnade, draw, path, columns, rows):
    """A chunk file of rows of texts, in chunks of a few rows."""
    schema = ",".join(f"{name}:{KINDS[kind]}" for name, kind in columns)
    csv = path.with_suffix(".part.csv")
    while True:
        piece, rows = rows[: (count := draw.randrange(20, 200))], rows[count:]
        csv.write_text(",".join(name for name, _ in columns) + "\n" + "".join(",".join(row) + "\n" for row in piece))
        colonnade("convert", csv, "-o", path, "--schema", schema, "--append", "-q")
        if not rows:
            csv.unlink()
            return


def write(colonnade, draw, path, columns, rows):
    """A table as a chunk file, now and then as a folder of two."""
    if draw.random() < 0.3:
        path.mkdir()
        cut = draw.randrange(len(rows) + 1)
        convert(colonnade, draw, path / "0.cln", columns, rows[:cut])
        convert(colonnade, draw, path / "1.cln", columns, rows[cut:])
        return path
    path = path.with_suffix(".cln")
    convert(colonnade, draw, path, columns, rows)
    return path


def pair(colonnade, draw, folder):
    """Two tables with many equal rows, and the options to compare them with."""
    kinds = [draw.choice(list(KINDS)) for _ in range(5)]
    others = [kind if draw.random() < 0.75 else draw.choice(list(KINDS)) for kind in kinds]
    names = ["k", "l", "a", "b", "c"]
    count = draw.randrange(50, 400)
    if draw.random() < 0.4:
        kinds[0] = others[0] = "int"
    rows = [[value(draw, kind) for kind in kinds] for _ in range(count)]
    if kinds[0] == others[0] == "int":
        # Keys that tell all rows apart, most of the time.
        for number, row in enumerate(rows):
            row[0] = str(number * 7 % 1009)
    right = []
    for row in rows:
        if draw.random() < 0.05:
            continue
        right.append(
            [
                cell if kind == other and draw.random() < 0.9 else value(draw, other)
                for cell, kind, other in zip(row, kinds, others)
            ]
        )
    if kinds[0] == others[0] == "int":
        for number, row in enumerate(right):
            row[0] = rows[number][0]
    draw.shuffle(right)
    left = write(colonnade, draw, folder / "a", list(zip(names, kinds)), rows)
    theirs = ["k", "L", "a", "B", "c"]
    right = write(colonnade, draw, folder / "b", list(zip(theirs, others)), right)
    options = ["--rename", "b=B,l=L"]
    if draw.random() < 0.2:
        options += ["--by-position"]
    else:
        options += ["--on", draw.choice(["k", "k,l"])]
        options += ["--duplicates", draw.choice(["error", "pair-in-order", "count"])]
    options += [flag for flag in ["--ignore-case", "--trim", "--empty-as-null"] if draw.random() < 0.3]
    if draw.random() < 0.5:
        options += ["--tolerance", draw.choice(["*=0.1", "*=5%", "*=0"])]
    if draw.random() < 0.3:
        options += ["--columns", "a,c"]
    if draw.random() < 0.3:
        options += ["--fail-on", draw.choice(["schema", "rows", "rows,values,schema"])]
    if draw.random() < 0.3:
        options += ["--max-different", str(draw.randrange(200))]
    return left, right, options


def step(colonnade, *arguments, **options):
    """The Arrow stream that a step writes, as a table."""
    with tempfile.TemporaryFile() as file:
        colonnade("cmp", *arguments, stdout=file, **options)
        file.seek(0)
        return pa.ipc.open_stream(io.BytesIO(file.read())).read_all()


def rewritten(draw, table):
    """What Spark and others make of a stream: rows and columns in any order, any batches, no metadata, wide decimals."""
    order = list(range(table.num_rows))
    draw.shuffle(order)
    table = table.take(pa.array(order, pa.int64()))
    columns = table.column_names
    draw.shuffle(columns)
    table = table.select(columns).replace_schema_metadata(None)
    for position, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            wide = pa.field(field.name, pa.decimal128(38, field.type.scale))
            table = table.set_column(position, wide, table.column(position).cast(wide.type))
    target = io.BytesIO()
    with pa.ipc.new_stream(target, table.schema) as writer:
        writer.write_table(table, max_chunksize=draw.randrange(1, 300))
    return target.getvalue()


def chunk_count(colonnade, path):
    files = sorted(path.glob("*.cln")) if path.is_dir() else [path]
    count = 0
    for file in files:
        pages = json.loads(colonnade("inspect", file, "--pages", "--format", "json").stdout)
        count += len({page["chunk"] for page in pages})
    return count


def part_rows(colonnade, draw, left, right, options, parts):
    """The rows of both sides, from pieces of a few chunks."""
    tables = []
    for side, path in (("source", left), ("compare", right)):
        count = chunk_count(colonnade, path)
        borders = sorted({0, count, *(draw.randrange(count + 1) for _ in range(2))})
        for first, last in list(zip(borders, borders[1:])) or [(0, 0)]:
            more = ["--part-rows", side, "--chunks", f"{first}:{last}", "--parts", parts]
            tables.append(step(colonnade, left, right, *options, *more))
    assert all(table.schema == tables[0].schema for table in tables)
    return pa.concat_tables(tables)


def partials(colonnade, draw, left, right, options, rows, tasks):
    found = []
    for task in range(tasks):
        own = rows.filter(pc.equal(pc.bit_wise_and(rows["part"], tasks - 1), task))
        found.append(step(colonnade, left, right, *options, "--partial", input=rewritten(draw, own)))
    return pa.concat_tables(found)


def outputs(folder, run):
    """All that a comparison wrote."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    return run.returncode, run.stdout, run.stderr, files


def compared(colonnade, left, right, options, folder, more):
    folder.mkdir()
    for expect in (0, 1, 2):
        try:
            run = colonnade("cmp", left, right, *options, *more(folder), expect=expect)
            return outputs(folder, run)
        except AssertionError as error:
            if expect == 2 or "ended with -" in str(error) or "Fatal" in str(error):
                raise
    raise AssertionError("no exit code fits")


@pytest.mark.parametrize("round", range(ROUNDS))
def test_parts_give_what_a_plain_comparison_gives(colonnade, tmp_path, round):
    draw = random.Random(90_000 + round)
    left, right, options = pair(colonnade, draw, tmp_path)
    kept = draw.sample(["--rows", "--html", "-o"], draw.randrange(4))
    printed = draw.choice([[], ["--format", "json"], ["--format", "md"]])
    sample = ["--sample", "7"] if "--rows" in kept and draw.random() < 0.5 else []
    names = {"--rows": draw.choice(["rows.csv", "rows.ndjson"]), "--html": "page.html", "-o": "report.json"}

    def written(folder):
        return [*(word for option in kept for word in (option, folder / names[option])), *printed, *sample]

    expected = compared(colonnade, left, right, options, tmp_path / "plain", written)
    steps = [*options, *written(tmp_path / "parts")]
    rows = part_rows(colonnade, draw, left, right, steps, draw.randrange(1, 12))
    small = ["--memory", "64MiB"] if draw.random() < 0.2 else []
    found = partials(colonnade, draw, left, right, steps + small, rows, draw.choice([1, 2, 4]))
    assert not (tmp_path / "parts").exists(), "only the last step writes"
    joined = tmp_path / "joined.arrows"
    joined.write_bytes(rewritten(draw, found))
    got = compared(
        colonnade, left, right, options, tmp_path / "parts",
        lambda folder: [*written(folder), "--from-partials", joined],
    )
    assert got == expected, " ".join(map(str, options))


def small_pair(colonnade, folder):
    """Two tables that differ, and the rows of both in four parts."""
    draw = random.Random(4)
    for name, change in (("a", 0), ("b", 1)):
        rows = [[str(k), str(k % 5 + (change if k % 9 == 0 else 0)), f"{k}.5"] for k in range(200 - change)]
        (folder / f"{name}.csv").write_text("k,n,x\n" + "".join(",".join(row) + "\n" for row in rows))
        convert(colonnade, draw, folder / f"{name}.cln", [("k", "int"), ("n", "int"), ("x", "decimal")], rows)
    left, right = folder / "a.cln", folder / "b.cln"
    options = ["--on", "k", "--rows", folder / "rows.csv"]
    return draw, left, right, options, part_rows(colonnade, draw, left, right, options, 4)


def joined_error(colonnade, left, right, options, stream):
    run = colonnade("cmp", left, right, *options, "--from-partials", "-", input=stream, expect=2)
    return run.stderr.decode()


def stream_of(table):
    target = io.BytesIO()
    with pa.ipc.new_stream(target, table.schema) as writer:
        writer.write_table(table)
    return target.getvalue()


def test_a_batch_has_rows_of_one_part(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("id,x\n" + "".join(f"{i},{i % 7}\n" for i in range(70_000)))
    colonnade("convert", tmp_path / "a.csv", "-o", tmp_path / "a.cln", "-q")
    words = ("cmp", tmp_path / "a.cln", tmp_path / "a.cln", "--on", "id", "--part-rows", "source", "--parts", "5")
    batches = list(pa.ipc.open_stream(io.BytesIO(colonnade(*words).stdout)))
    assert len(batches) >= 5 and all(pc.count_distinct(batch.column("part")).as_py() == 1 for batch in batches)
    rows = pa.Table.from_batches(batches)
    assert sorted(rows.column(2).to_pylist()) == list(range(70_000))


def test_damaged_partials_are_errors(colonnade, tmp_path):
    draw, left, right, options, rows = small_pair(colonnade, tmp_path)
    found = partials(colonnade, draw, left, right, options, rows, 2)
    whole = stream_of(found)
    colonnade("cmp", left, right, *options, "--from-partials", "-", input=whole, expect=1)
    (tmp_path / "rows.csv").unlink()
    for row in range(found.num_rows):
        without = pa.concat_tables([found.slice(0, row), found.slice(row + 1)])
        assert "error: " in joined_error(colonnade, left, right, options, stream_of(without))
    assert "error: " in joined_error(colonnade, left, right, options, stream_of(pa.concat_tables([found, found])))
    for _ in range(60):
        damaged = bytearray(whole)
        damaged[draw.randrange(len(damaged))] ^= 1 << draw.randrange(8)
        # What does not count (padding, slots of nulls) may change; nothing else may, and nothing else may come out.
        try:
            joined_error(colonnade, left, right, options, bytes(damaged))
        except AssertionError:
            plain = colonnade("cmp", left, right, "--on", "k", "--format", "json", expect=1).stdout
            again = colonnade(
                "cmp", left, right, *options, "--format", "json", "--from-partials", "-", input=bytes(damaged), expect=1
            ).stdout
            assert again == plain
    for end in range(0, len(whole), max(1, len(whole) // 50)):
        joined_error(colonnade, left, right, options, whole[:end])


def test_rows_of_half_a_part_and_rows_that_are_missing_are_errors(colonnade, tmp_path):
    draw, left, right, options, rows = small_pair(colonnade, tmp_path)
    halves = [rows.slice(0, 150), rows.slice(150)]
    found = [step(colonnade, left, right, *options, "--partial", input=stream_of(half)) for half in halves]
    assert "in two pieces" in joined_error(colonnade, left, right, options, stream_of(pa.concat_tables(found)))
    lone = rows.filter(pc.less(rows["part"], 3))
    found = step(colonnade, left, right, *options, "--partial", input=stream_of(lone))
    assert "rows of" in joined_error(colonnade, left, right, options, stream_of(found))
    twice = stream_of(pa.concat_tables([rows, rows]))
    run = colonnade("cmp", left, right, *options, "--partial", input=twice, expect=2)
    assert "there twice" in run.stderr.decode()


MASK = (1 << 64) - 1


def mixed(hashed, word):
    product = (hashed ^ word) * 0x9E37_79B9_7F4A_7C15 & MASK
    return product ^ product >> 29


def words_of(cell):
    """What stands for a cell in `check`, as the specification has it."""
    if cell is None:
        return [0x6E75_6C6C]
    if isinstance(cell, float):
        return [0x6E61_6E21 if cell != cell else 0 if cell == 0 else struct.unpack("<Q", struct.pack("<d", cell))[0]]
    if isinstance(cell, str):
        data = cell.encode()
        whole = len(data) // 8 * 8
        return [len(data), *struct.unpack(f"<{whole // 8}Q", data[:whole]), int.from_bytes(data[whole:], "big")]
    value = int(cell)
    return [value & MASK] if -(2**63) <= value < 2**63 else [value & MASK, value >> 64 & MASK]


def whole_numbers(column):
    """Dates, moments and decimals as the integers that they are stored as."""
    kind = column.type
    if pa.types.is_decimal(kind):
        return [None if cell is None else int(cell.scaleb(kind.scale, decimal.Context(prec=80))) for cell in column.to_pylist()]
    if pa.types.is_date(kind):
        return column.cast(pa.int32()).to_pylist()
    return column.cast(pa.int64()).to_pylist() if pa.types.is_timestamp(kind) else column.to_pylist()


def test_checks_of_rows_are_those_of_the_specification(colonnade, tmp_path):
    for round in range(12):
        draw = random.Random(95_000 + round)
        (tmp_path / str(round)).mkdir()
        left, right, options = pair(colonnade, draw, tmp_path / str(round))
        rows = part_rows(colonnade, draw, left, right, options, 5)
        assert rows.column_names[-1] == "check"
        cells = [whole_numbers(rows.column(name)) for name in rows.column_names]
        for *row, check in zip(*cells):
            hashed = 0
            for word in (word for cell in row for word in words_of(cell)):
                hashed = mixed(hashed, word)
            assert hashed == check & MASK, row


def test_rows_that_changed_on_the_way_are_errors(colonnade, tmp_path):
    draw, left, right, options, rows = small_pair(colonnade, tmp_path)
    colonnade("cmp", left, right, *options, "--partial", input=rewritten(draw, rows))
    count = rows.num_rows

    def with_column(name, values):
        position = rows.column_names.index(name)
        return rows.set_column(position, rows.schema.field(name).with_nullable(True), pa.array(values, rows.schema.field(name).type))

    for name in rows.column_names:
        cells = rows.column(name).to_pylist()
        one = draw.randrange(count)
        changes = [[None] * count, cells[:one] + [None] + cells[one + 1 :], cells[1:] + cells[:1]]
        if name in ("k0", "v0"):
            changes += [[-1] * count, cells[:one] + [cells[one] + 1] + cells[one + 1 :]]
        for changed in changes:
            run = colonnade("cmp", left, right, *options, "--partial", input=stream_of(with_column(name, changed)), expect=2)
            assert "--part-rows" in run.errors, run.errors
    without = rows.drop_columns(["check"])
    assert '"check"' in colonnade("cmp", left, right, *options, "--partial", input=stream_of(without), expect=2).errors


def test_no_partial_is_overwritten(colonnade, tmp_path):
    draw, left, right, options, rows = small_pair(colonnade, tmp_path)
    found = tmp_path / "found.arrows"
    whole = stream_of(partials(colonnade, draw, left, right, options, rows, 1))
    found.write_bytes(whole)
    (tmp_path / "link.json").symlink_to(found)
    for path in (found, tmp_path / "link.json"):
        for option in ("-o", "--rows", "--html"):
            run = colonnade("cmp", left, right, "--on", "k", "--from-partials", found, option, path, expect=64)
            assert "an input" in run.errors or "--rows" in run.errors, run.errors
    assert found.read_bytes() == whole
    more = ["--from-partials", "-", "--from-partials", "-"]
    run = colonnade("cmp", left, right, *options, *more, input=whole, expect=64)
    assert "given twice" in run.errors


def test_streams_do_not_go_to_a_terminal(colonnade, tmp_path):
    _, left, right, options, _ = small_pair(colonnade, tmp_path)
    for step in (["--partial"], ["--part-rows", "source", "--parts", "3"]):
        ours, theirs = pty.openpty()
        run = colonnade("cmp", left, right, *options, *step, stdout=theirs, expect=64)
        assert "terminal" in run.errors, run.errors
        os.close(theirs)
        os.close(ours)


def test_steps_of_another_comparison_are_errors(colonnade, tmp_path):
    draw, left, right, options, rows = small_pair(colonnade, tmp_path)
    found = stream_of(partials(colonnade, draw, left, right, options, rows, 1))
    other = [*options, "--tolerance", "n=1"]
    assert "other inputs" in joined_error(colonnade, left, right, other, found)
    run = colonnade("cmp", left, right, *other, "--partial", input=stream_of(rows), expect=2)
    assert "other inputs" in run.stderr.decode()
    fewer = [*options, "--ignore", "x"]
    assert "same inputs and options" in joined_error(colonnade, left, right, fewer, found)
    run = colonnade("cmp", left, right, *fewer, "--partial", input=stream_of(rows), expect=2)
    assert "other inputs" in run.stderr.decode()
    # The same rows in another file: nobody knows what was in the old one.
    colonnade("merge", left, "-o", tmp_path / "merged.cln", "-q")
    (tmp_path / "merged.cln").rename(left)
    assert "other inputs" in joined_error(colonnade, left, right, options, found)


def test_what_no_step_can_do_is_told(colonnade, tmp_path):
    draw, left, right, options, rows = small_pair(colonnade, tmp_path)
    for arguments in (
        ["--part-rows", "source"],
        ["--parts", "3"],
        ["--chunks", "0:1"],
        ["--part-rows", "both", "--parts", "3"],
        ["--part-rows", "source", "--parts", "0"],
        ["--part-rows", "source", "--parts", "3", "--partial"],
        ["--partial", "--from-partials", "-"],
    ):
        colonnade("cmp", left, right, "--on", "k", *arguments, expect=64)
    run = colonnade("cmp", left, right, "--partial", expect=64)
    assert "--on" in run.stderr.decode()
    run = colonnade("cmp", tmp_path / "a.csv", right, "--on", "k", "--part-rows", "source", "--parts", 3, expect=2)
    assert "convert" in run.stderr.decode()
    run = colonnade(
        "cmp", left, right, "--on", "k", "--part-rows", "source", "--parts", 3, "--chunks", "2:9", expect=2
    )
    assert "chunks 2:9" in run.stderr.decode()
    found = stream_of(partials(colonnade, draw, left, right, ["--on", "k"], rows, 1))
    assert "--rows" in joined_error(colonnade, left, right, options, found)


def test_tables_without_rows(colonnade, tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("k,n\n")
        colonnade("convert", tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.cln", "-q")
    left, right = tmp_path / "a.cln", tmp_path / "b.cln"
    draw = random.Random(1)
    options = ["--on", "k", "--rows", tmp_path / "rows.csv"]
    rows = part_rows(colonnade, draw, left, right, options, 3)
    found = partials(colonnade, draw, left, right, options, rows, 1)
    run = colonnade("cmp", left, right, *options, "--from-partials", "-", input=stream_of(found))
    assert run.stdout == colonnade("cmp", left, right, "--on", "k").stdout
    assert (tmp_path / "rows.csv").read_text().startswith("k,change")
