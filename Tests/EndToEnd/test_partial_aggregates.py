# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""agg --partial and merge-partials: whatever the split, the order and the nesting, the bytes of plain agg. (random; COLONNADE_SEED=n)"""

import contextlib
import csv
import decimal
import fractions
import io
import math
import os
import random
import struct
import subprocess
import sys

import csvtext
import pyarrow
import pyarrow.ipc
import pytest
from conftest import ROOT
from test_memory import MANY_GROUPS, MEBIBYTE, groupby  # noqa: F401

sys.path.append(str(ROOT / "Tests/Queries"))
sys.path.append(str(ROOT / "Formats/PartialAggregate"))

import states  # noqa: E402
from check import Command, Refused  # noqa: E402
from queries import random_query  # noqa: E402
from tables import Table, random_rows  # noqa: E402

VECTORS = ROOT / "Formats/PartialAggregate/v1"


def chunk_counts(colonnade, inputs):
    found = []
    for path in inputs:
        pages = list(csv.DictReader(io.StringIO(colonnade("inspect", path, "--pages", "--format", "csv").text)))
        found.append(max((int(page["chunk"]) + 1 for page in pages), default=0))
    return found


def split(r, count):
    """Ranges that cover 0..<count, some of them empty."""
    cuts = sorted([0, count, *(r.randrange(count + 1) for _ in range(r.randrange(4)))])
    return list(zip(cuts, cuts[1:]))


def partials(r, colonnade, inputs, options, folder):
    """Streams of random pieces of the inputs: of chunks over all of them, or of one after the other with places."""
    counts, streams = chunk_counts(colonnade, inputs), []
    types = types_of_each(colonnade, inputs, options, folder)

    def make(*arguments):
        streams.append(folder / f"s{len(streams)}.arrows")
        colonnade("agg", *arguments, *options, "--partial", "--threads", str(r.choice([1, 2, 3])), "-o", streams[-1])

    if r.random() < 0.5 and all(each == types[0] for each in types[1:]):
        for place, (path, count) in enumerate(zip(inputs, counts)):
            for first, last in split(r, count):
                make(path, "--chunks", f"{first}:{last}", "--first-place", sum(counts[:place]) + first)
    else:
        for first, last in split(r, sum(counts)):
            make(*inputs, "--chunks", f"{first}:{last}")
    return streams


def types_of_each(colonnade, inputs, options, folder):
    """What states say of themselves: of all inputs, then of each alone; None where a query does not fit one alone."""
    found, probe = [], folder / "probe.arrows"
    for paths in [inputs, *([path] for path in inputs)]:
        words = ["agg", *paths, *options, "--partial", "--chunks", "0:0", "-o", probe]
        run = subprocess.run([colonnade.path, *map(str, words)], stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        assert run.returncode in (0, 2, 64), run.stderr
        found.append(pyarrow.ipc.open_stream(probe).schema.metadata if run.returncode == 0 else None)
    return found


def merged(r, colonnade, streams, folder, output, *options):
    """Merges random sets of streams to states, as often as chance will have it, then the rest to a result."""
    streams = list(streams)
    number = 0
    while len(streams) > 1 and r.random() < 0.5:
        r.shuffle(streams)
        count = r.randrange(1, len(streams) + 1)
        number += 1
        made = folder / f"m{number}.arrows"
        colonnade("merge-partials", *streams[:count], "--partial", "-o", made)
        streams = [made, *streams[count:]]
    r.shuffle(streams)
    colonnade("merge-partials", *streams, "-o", output, *options)
    return output.read_bytes()


def passed_through_spark(r, paths, output):
    """What Spark makes of streams: one, of nullable columns without metadata, rows in any order, batches cut anew."""
    tables = [pyarrow.ipc.open_stream(path).read_all() for path in paths]
    table = pyarrow.concat_tables(tables)
    fields = []
    for field in table.schema:
        kind = field.type
        if pyarrow.types.is_decimal(kind) and r.random() < 0.5:
            kind = pyarrow.decimal128(38, kind.scale)
        if pyarrow.types.is_string(kind) and r.random() < 0.3:
            kind = pyarrow.large_string()
        fields.append(pyarrow.field(field.name, kind, nullable=True))
    order = list(range(table.num_rows))
    r.shuffle(order)
    shuffled = table.cast(pyarrow.schema(fields)).replace_schema_metadata(None).take(order) if order else table.cast(pyarrow.schema(fields))
    shuffled = shuffled.replace_schema_metadata(None).combine_chunks()
    with pyarrow.ipc.new_stream(output, shuffled.schema) as writer:
        for batch in shuffled.to_batches(max_chunksize=r.choice([1, 7, 10_000])):
            writer.write_batch(batch)
    return output


@pytest.mark.parametrize("number", range(24))
def test_random_queries_merge_to_the_bytes_of_agg(colonnade, tmp_path, number):
    r = random.Random(f"{os.environ.get('COLONNADE_SEED', '8')}/{number}")
    command = Command(colonnade.path)
    rows = random_rows(r, 0)
    table = Table(command, tmp_path, rows, 1 if not rows else r.choice([1, 3, 6]), r.choice([1, 2]))
    compared = 0
    for place in range(6):
        query = random_query(r, rows)
        options = query.arguments()
        folder = tmp_path / str(place)
        folder.mkdir()
        form = r.choice(["csv", "json", "cln", "md"])
        whole, found = folder / f"whole.{form}", folder / f"found.{form}"
        try:
            command("agg", *table.inputs, *options, "-o", whole)
        except Refused:
            continue
        streams = partials(r, colonnade, table.inputs, options, folder)
        assert merged(r, colonnade, streams, folder, found) == whole.read_bytes(), options
        passed = passed_through_spark(r, streams, folder / "spark.arrows")
        again = colonnade("merge-partials", "--schema-from", streams[0], "-o", found, input=passed.read_bytes())
        assert not again.text and found.read_bytes() == whole.read_bytes(), options
        compared += 1
    assert compared > 0


CALLS = (
    "count(*); count(n); sum(n); min(n); max(n); mean(n); var(n); stddev_pop(n); median(n); quantile(n, 0.9); count(distinct n); first(n); last(n); any(n); "
    "top(n, 2); bottom(n, 70); corr(n, p); covar(p, x); sum(p) / count(*); sum(x); min(x); var(x); first(x); median(x); count(distinct x); top(x, 3); "
    "min(k); first(k); median(k); count(distinct k); top(k, 1); max(b); first(d); median(d); last(t); sum(w); var(w); max(w); median(w); corr(w, n); "
    "sum(p * 2); first(w)"
)
ALL = ", ".join(f"{call} as r{place}" for place, call in enumerate(CALLS.split("; ")))


@pytest.fixture(scope="module")
def every(tmp_path_factory, colonnade):
    """Values of every type, nulls, NaN, infinities, -0.0 and a group of nulls: a chunk file of five chunks."""
    folder = tmp_path_factory.mktemp("every")
    r, chunks = random.Random(5), folder / "every.cln"
    schema = "k:string,n:int64,p:decimal(9,2),x:float64,b:bool,d:date,t:timestamp,w:decimal(38,3)"
    for piece in range(5):
        rows = [["k", "n", "p", "x", "b", "d", "t", "w"]]
        for _ in range(40):
            row = [
                r.choice(["a", "b", "", "é", None]), str(r.choice([-(2**63), 2**63 - 1, 0, r.randrange(-9, 9)])), f"{r.randrange(-999, 999)}.{r.randrange(100):02}",
                r.choice(["nan", "inf", "-inf", "-0.0", "0.0", "1e308", "5e-324", repr(r.random())]), r.choice(["true", "false"]),
                f"20{r.randrange(10, 30)}-0{r.randrange(1, 9)}-11", f"2024-01-0{r.randrange(1, 9)}T00:00:0{r.randrange(9)}", f"{r.randrange(-(10**34), 10**34)}.125",
            ]  # fmt: skip
            rows.append([row[0], *(None if r.random() < 0.2 or row[0] == "b" and piece % 2 else cell for cell in row[1:])])
        source = folder / f"{piece}.csv"
        csvtext.write(source, rows)
        colonnade("convert", source, "-o", chunks, "--schema", schema, "--quiet", *(["--append"] if piece else []))
    return chunks


@pytest.mark.parametrize("keys", [["--by", "k"], [], ["--by", "b,d"], ["--by", "x"], ["--by", "w,p,t"]])
def test_every_function_of_every_type(colonnade, every, tmp_path, seeded, keys):
    options = [*keys, "--agg", ALL]
    expected = colonnade("agg", every, *options).stdout
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        streams = partials(seeded, colonnade, [every], options, folder)
        assert merged(seeded, colonnade, streams, folder, folder / "found.csv") == expected
        passed = passed_through_spark(seeded, streams, folder / "spark.arrows")
        assert colonnade("merge-partials", passed, "--schema-from", streams[0]).stdout == expected


def test_states_of_all_are_those_of_parts_merged_whatever_the_threads(colonnade, every, tmp_path):
    """States are canonical: equal ones have equal bytes."""
    options = ["--by", "k", "--agg", ALL, "--partial"]
    found = tmp_path / "found.arrows"

    def made(*arguments):
        colonnade(*arguments, "-o", found)
        return found.read_bytes()

    whole = made("agg", every, *options, "--threads", "1")
    assert made("agg", every, *options, "--threads", "4") == whole
    parts = []
    for chunk in range(5):
        parts.append(tmp_path / f"{chunk}.arrows")
        colonnade("agg", every, *options, "--chunks", f"{chunk}:{chunk + 1}", "-o", parts[-1])
    assert made("merge-partials", *reversed(parts), "--partial") == whole


def test_files_one_by_one_need_their_place(colonnade, tmp_path):
    for name, value in [("a", 1), ("b", 2), ("c", 3)]:
        (tmp_path / f"{name}.csv").write_text(f"v\n{value}\n")
        colonnade("convert", tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.cln", "--quiet")
    query = ["--agg", "first(v) as f, last(v) as l"]
    for place, name in enumerate("cba"):
        colonnade("agg", tmp_path / f"{name}.cln", *query, "--partial", "--first-place", place, "-o", tmp_path / f"{name}.arrows")
    streams = [tmp_path / f"{name}.arrows" for name in "abc"]
    assert colonnade("merge-partials", *streams).text == "f,l\n3,1\n"
    run = colonnade("merge-partials", streams[0], streams[0], expect=2)
    assert "another state holds the same row" in run.errors


def test_no_rows_and_no_chunks(colonnade, every, tmp_path):
    for options in (["--by", "k", "--agg", ALL], ["--agg", ALL], ["--by", "k"], ["--agg", "count(*), sum(n)", "--where", "n > 3 and n < 3"]):
        empty, rest = tmp_path / "empty.arrows", tmp_path / "rest.arrows"
        colonnade("agg", every, *options, "--partial", "--chunks", "0:0", "-o", empty)
        assert pyarrow.ipc.open_stream(empty).read_all().num_rows == 0
        none = colonnade("merge-partials", empty).text.splitlines()
        assert len(none) == (1 if "--by" in options else 2)
        colonnade("agg", every, *options, "--partial", "-o", rest)
        assert colonnade("merge-partials", empty, rest, empty).stdout == colonnade("agg", every, *options).stdout
    run = colonnade("agg", every, "--by", "k", "--partial", "--chunks", "3:9", "-o", tmp_path / "x.arrows", expect=2)
    assert "3:9" in run.errors and not (tmp_path / "x.arrows").exists()


def test_types_are_those_of_all_inputs(colonnade, tmp_path):
    """A file of whole numbers and one of decimals: each alone has other types, together the joined ones."""
    for name, value in [("a", "1"), ("b", "2.50"), ("c", "")]:
        (tmp_path / f"{name}.csv").write_text(f"k,v\nx,{value}\n")
        colonnade("convert", tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.cln", "--quiet")
    inputs, options = [tmp_path / f"{name}.cln" for name in "abc"], ["--by", "k", "--agg", "sum(v), max(v) as m"]
    streams = [tmp_path / f"{n}.arrows" for n in range(3)]
    for n, stream in enumerate(streams):
        colonnade("agg", inputs[n], *options, "--partial", "-o", stream)
    run = colonnade("merge-partials", *streams, expect=2)
    assert "decimal" in run.errors and "--chunks" in run.errors
    for n, stream in enumerate(streams):
        colonnade("agg", *inputs, *options, "--partial", "--chunks", f"{n}:{n + 1}", "-o", stream)
    assert colonnade("merge-partials", *streams).stdout == colonnade("agg", *inputs, *options).stdout


def test_groups_without_room_come_several_times(colonnade, groupby, tmp_path):  # noqa: F811
    stream, whole = tmp_path / "states.arrows", tmp_path / "whole.csv"
    arguments = ["agg", groupby[1], *MANY_GROUPS, "--partial", "--memory", "64MiB", "-o", stream]
    assert colonnade.peak_memory(*arguments) <= 64 * MEBIBYTE
    colonnade("agg", groupby[1], *MANY_GROUPS, "-o", whole)
    assert colonnade("merge-partials", stream).stdout == whole.read_bytes()
    run = colonnade("merge-partials", stream, "--memory", "64MiB", expect=2)
    assert "merging holds" in run.errors and "--memory" in run.errors
    again = tmp_path / "again.arrows"
    arguments = ["merge-partials", stream, "--partial", "--memory", "64MiB", "-o", again]
    assert colonnade.peak_memory(*arguments) <= 64 * MEBIBYTE
    assert colonnade("merge-partials", again).stdout == whole.read_bytes()


def test_streams_say_of_which_query_they_are(colonnade, every, tmp_path):
    stream, other = tmp_path / "a.arrows", tmp_path / "b.arrows"
    query = ["--by", "upper(k) as u", "--agg", "sum(n) + 1", "--where", "n < 5", "--having", "u > ''", "--order-by", "u desc", "--limit", "2", "--distinct"]
    colonnade("agg", every, *query, "--partial", "-o", stream)
    said = {name.decode().removeprefix("colonnade.partial."): value.decode() for name, value in pyarrow.ipc.open_stream(stream).schema.metadata.items()}
    assert said == {
        "version": "1", "keys": "1", "by": "upper(k) as u", "agg": 'sum(n) + 1 as "sum(n) + 1"', "where": "n < 5", "having": "u > ''",
        "order-by": "u desc", "distinct": "true", "limit": "2", "column.0": "string k", "column.1": "int64 n", "check": states.description_check(said),
    }  # fmt: skip
    # Blanks do not make another query.
    colonnade("agg", every, *query[:3], "sum( n )+1", *query[4:], "--partial", "-o", other, "--chunks", "0:0")
    colonnade("merge-partials", stream, other)
    colonnade("agg", every, "--by", "k", "--partial", "-o", other)
    assert "another query" in colonnade("merge-partials", stream, other, expect=2).errors
    assert "another query" in colonnade("merge-partials", stream, "--schema-from", other, expect=2).errors
    bare = tmp_path / "bare.arrows"
    passed_through_spark(random.Random(1), [stream], bare)
    assert "--schema-from" in colonnade("merge-partials", bare, expect=2).errors
    assert "not" in colonnade("merge-partials", bare, "--schema-from", other, expect=2).errors


def test_wrong_usage(colonnade, every, tmp_path):
    stream = tmp_path / "s.arrows"
    states = ["agg", every, "--by", "k", "--partial", "-o", stream]
    for more in (["--format", "csv"], ["--null-as", "x"], ["--explain"], ["--stats"], ["--chunks", "3"], ["--first-place", "-1"]):
        colonnade(*states, *more, expect=64)
    colonnade("agg", every, "--by", "k", "--first-place", "3", expect=64)
    colonnade(*states)
    colonnade("merge-partials", "-", "-", expect=64)
    colonnade("merge-partials", stream, "--partial", "--format", "csv", expect=64)
    colonnade("merge-partials", stream, "-o", stream, "--partial", expect=64)
    colonnade("merge-partials", every, expect=2)


def test_agg_of_some_chunks_alone(colonnade, every, tmp_path):
    """Without --partial: the result over these chunks."""
    both = colonnade("agg", every, "--agg", "count(*)", "--chunks", "1:3").text
    assert both == "count\n80\n"


@pytest.fixture(scope="module")
def damageable(tmp_path_factory, colonnade, every):
    """A stream of states of every function, and by the form of the output what it merges to."""
    folder = tmp_path_factory.mktemp("damageable")
    query = ["--by", "k,d", "--agg", ALL, "--where", "n > -5"]
    colonnade("agg", every, *query, "--partial", "-o", folder / "s.arrows")
    whole = {}
    for form in ("csv", "cln"):
        colonnade("agg", every, *query, "-o", folder / f"whole.{form}")
        whole[form] = (folder / f"whole.{form}").read_bytes()
    return folder / "s.arrows", whole


def merged_or_refused(r, colonnade, stream, folder):
    """The form that chance chose and what a stream merges to in it, None where it is refused. Anything but exit 0 and 2 is a failure."""
    form = r.choice(["csv", "cln"])
    found = folder / f"found.{form}"
    try:
        Command(colonnade.path)("merge-partials", stream, "-o", found)
    except Refused:
        return form, None
    return form, found.read_bytes()


def test_damaged_streams_are_refused_or_give_the_same(colonnade, damageable, tmp_path, seeded):
    """A bit flipped: an error with exit 2, or, where it says nothing, the same result."""
    stream, expected = damageable
    whole, damaged = stream.read_bytes(), tmp_path / "damaged.arrows"
    refused = 0
    for _ in range(100):
        data = bytearray(whole)
        place, bit = seeded.randrange(len(data)), seeded.randrange(8)
        data[place] ^= 1 << bit
        damaged.write_bytes(data)
        form, found = merged_or_refused(seeded, colonnade, damaged, tmp_path)
        assert found in (None, expected[form]), (place, bit)
        refused += found is None
    assert refused > 20
    for length in (0, 7, 8, 100, len(whole) // 2, len(whole) - 8, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        colonnade("merge-partials", damaged, expect=2)
    damaged.write_bytes(whole + b"x")
    colonnade("merge-partials", damaged, expect=2)


def written(table, path, rows_of_a_batch=None):
    with pyarrow.ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=rows_of_a_batch)
    return path


def with_cells(table, cells, rechecked=True):
    """A stream's table with other values, by column and row; `rechecked`: and the checks that go with them."""
    columns = []
    for name, column in zip(table.schema.names, table.columns):
        values = column.to_pylist()
        for row, value in cells.get(name, {}).items():
            values[row] = value
        columns.append(pyarrow.array(values, column.type))
    if rechecked:
        columns[-1] = pyarrow.array(states.row_checks(columns[:-1], states.description(table.schema)), pyarrow.int64())
    # Cells may be null that were not.
    fields = [pyarrow.field(field.name, field.type) for field in table.schema]
    return pyarrow.Table.from_arrays(columns, schema=pyarrow.schema(fields, table.schema.metadata))


def other_cell(r, table, name, row):
    """Another value for a cell: one of another row or column, one at the end of its type, one cut or with a bit flipped, none."""
    column = table.column(name)
    kind, value = column.type, column[row].as_py()
    choices = [other for other in column.to_pylist() if other != value]
    if pyarrow.types.is_int64(kind):
        choices += [0, 1, -1, 2**62, 2**63 - 1, -(2**63)]
    elif pyarrow.types.is_decimal(kind):
        choices += [decimal.Decimal(0), decimal.Decimal(-1)]
    elif pyarrow.types.is_binary(kind):
        binary = [place for place, field in enumerate(table.schema) if pyarrow.types.is_binary(field.type)]
        choices += [table.column(r.choice(binary))[row].as_py(), b"", r.randbytes(r.randrange(1, 20))]
        if value:
            flipped = bytearray(value)
            flipped[r.randrange(len(value))] ^= 1 << r.randrange(8)
            choices += 4 * [bytes(flipped)] + [value[: r.randrange(len(value))], value + value[1:]]
    choices = [other for other in choices if other != value]
    return None if value is not None and r.random() < 0.05 or not choices else r.choice(choices)


def test_changed_cells_are_refused(colonnade, damageable, tmp_path, seeded):
    """Whatever the cell and its new value, keys included: the row's check tells. With a check that goes with the new value, no trap."""
    table = pyarrow.ipc.open_stream(damageable[0]).read_all()
    refused = 0
    for _ in range(60):
        name, row = seeded.choice(table.schema.names[:-1]), seeded.randrange(table.num_rows)
        cells = {name: {row: other_cell(seeded, table, name, row)}}
        if cells[name][row] == table.column(name)[row].as_py():
            continue
        changed = written(with_cells(table, cells, rechecked=False), tmp_path / "changed.arrows")
        run = colonnade("merge-partials", changed, expect=2)
        assert f"row {row + 1}" in run.errors.replace(",", ""), run.errors
        assert "is not as it was written" in run.errors, run.errors
        believed = written(with_cells(table, cells), tmp_path / "believed.arrows")
        refused += merged_or_refused(seeded, colonnade, believed, tmp_path)[1] is None
    assert refused > 5


def test_lists_that_go_on_are_merged_with_little_memory(colonnade, tmp_path):
    """Where groups have no room, states go out while some of a list's rows are still to come."""
    source, chunks, stream = tmp_path / "v.csv", tmp_path / "v.cln", tmp_path / "s.arrows"
    r = random.Random(9)
    source.write_text("k,v\n" + "".join(f"{row % 2},{r.getrandbits(60)}\n" for row in range(1_500_000)))
    colonnade("convert", source, "-o", chunks, "--quiet")
    for keys in (["--by", "k"], []):
        query = [*keys, "--agg", "median(v), count(distinct v), count(*)"]
        expected = colonnade("agg", chunks, *query).stdout
        colonnade("agg", chunks, *query, "--partial", "-o", stream)
        assert colonnade("merge-partials", stream).stdout == expected
        again, at_once, turned = (tmp_path / f"{name}.arrows" for name in ("again", "at-once", "turned"))
        table = pyarrow.ipc.open_stream(stream).read_all()
        written(table.take(list(range(table.num_rows))[::-1]), turned, rows_of_a_batch=2)
        colonnade("merge-partials", turned, "--partial", "--memory", "64MiB", "-o", again)
        colonnade("merge-partials", turned, "--partial", "-o", at_once)
        assert at_once.read_bytes() == stream.read_bytes()
        # Some went out before all was there: the greatest values.
        assert again.read_bytes() != stream.read_bytes()
        assert colonnade("merge-partials", again).stdout == expected
        # A row of a list that is lost is still told.
        table = pyarrow.ipc.open_stream(again).read_all()
        goes_on = table.column("count(v)").to_pylist().index(0)
        written(pyarrow.concat_tables([table.slice(0, goes_on), table.slice(goes_on + 1)]), stream)
        assert "lists of" in colonnade("merge-partials", stream, expect=2).errors


def test_long_strings_are_cut_by_bytes(colonnade, tmp_path):
    """300 rows of one string of a mebibyte, which a dictionary has once: as a list, and as the key of 300 groups."""
    source, chunks, stream = tmp_path / "a.arrows", tmp_path / "a.cln", tmp_path / "s.arrows"
    strings = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 300, pyarrow.int32()), ["x" * MEBIBYTE])
    written(pyarrow.table({"a": strings, "n": list(range(300))}), source)
    colonnade("export", source, "-o", chunks, "--quiet")
    for query in (["--agg", "top(a, 1), count(*)"], ["--by", "a,n", "--agg", "sum(n), first(a) as f", "--order-by", "n", "--limit", "2"]):
        expected = colonnade("agg", chunks, *query).stdout
        assert expected.count(b"x") >= MEBIBYTE
        colonnade("agg", chunks, *query, "--partial", "-o", stream)
        with pyarrow.ipc.open_stream(stream) as reader:
            batches = [batch for batch in reader]
        assert max(batch.nbytes for batch in batches) < 260 * MEBIBYTE
        if "--by" not in query:
            lists = [len(value) for batch in batches for value in batch.column("values(a)").to_pylist()]
            assert lists == 4 * [63 * (MEBIBYTE + 4)] + [48 * (MEBIBYTE + 4)]
        else:
            assert [batch.num_rows for batch in batches] == [128, 128, 44]
        assert colonnade("merge-partials", stream).stdout == expected


# What the vectors are made of: rows, query, where the rows are cut.
VECTOR_QUERIES = {
    "example": (["--by", "k", "--agg", "count(*), count(v) as c, sum(v), mean(v) as m, var(v) as s, median(v) as md, sum(f), min(f) as l"], [3, 5]),
    "kinds": (
        ["--by", "k", "--agg", "count(distinct v) as d, first(v) as f, last(v) as l, max(w) as g, sum(w), var(w) as vw, median(f) as mf, var(f) as vf, "
         "mean(f) as m, min(k) as lk, first(f) as ff, sum(v), count(distinct k) as dk, median(w) as mw"], [1, 2, 5],
    ),
}  # fmt: skip
ROWS = [["a", "1", "0.5", "123456789012345678901234567890.25"], ["b", None, "nan", "-1.00"], ["a", "-3", "0.25", None], ["b", "200", None, "0.75"],
        ["a", "5", "1e300", "-99999999999999999999999999999999.99"]]  # fmt: skip


def make_vectors(colonnade, folder):
    """Streams of each vector's pieces, and what they merge to."""
    made = {}
    for name, (query, cuts) in VECTOR_QUERIES.items():
        chunks, first = folder / f"{name}.cln", 0
        for piece, cut in enumerate(cuts):
            csvtext.write(folder / "piece.csv", [["k", "v", "f", "w"], *ROWS[first:cut]])
            colonnade("convert", folder / "piece.csv", "-o", chunks, "--schema", "k:string,v:int64,f:float64,w:decimal(38,2)", "--quiet",
                      *(["--append"] if piece else []))  # fmt: skip
            first = cut
        for piece in range(len(cuts)):
            stream = folder / f"{name}-{piece}.arrows"
            colonnade("agg", chunks, *query, "--partial", "--chunks", f"{piece}:{piece + 1}", "-o", stream)
            made[stream.name] = stream.read_bytes()
        made[f"{name}.csv"] = colonnade("agg", chunks, *query).stdout
    return made


INVALID = VECTORS / "invalid"


def with_entries(table, **entries):
    """A table whose stream says other things of itself, and checks what it says."""
    said = {**states.description(table.schema), **{name.replace("_", "."): value for name, value in entries.items()}}
    said = {name: value for name, value in said.items() if value is not None}
    said.setdefault("check", "")
    if "check" not in entries:
        said["check"] = states.description_check(said)
    return table.replace_schema_metadata({states.PREFIX.decode() + name: value for name, value in said.items()})


def make_invalid_vectors(colonnade, folder):
    """Tables of streams with one fault each: by name the table, the error's code, row and column, and what it shows."""
    made = make_vectors(colonnade, folder)
    first, last = (pyarrow.ipc.open_stream(made[name]).read_all() for name in ("example-0.arrows", "kinds-2.arrows"))
    (folder / "days.csv").write_text("k,d,t\na,2024-02-29,2024-02-29T12:00:00\n")
    colonnade("agg", folder / "days.csv", "--by", "k", "--agg", "top(d, 1), bottom(t, 1)", "--partial", "-o", folder / "days.arrows")
    days = pyarrow.ipc.open_stream(folder / "days.arrows").read_all()
    twice = pyarrow.concat_tables([last.slice(0, 1), last.slice(0, 1)])

    def cell(table, column, data, what, code="partial.damaged", row=1, rechecked=True):
        data = bytes.fromhex(data) if pyarrow.types.is_binary(table.schema.field(column).type) else data
        return with_cells(table, {column: {row - 1: data}}, rechecked), code, row, column if rechecked else "check", what

    def said(what, code="partial.damaged", **entries):
        return with_entries(first, **entries), code, None, None, what

    return {
        "a-cell-changed": cell(first, "rows", 3, "A count that the row's check is not of.", "partial.changed", rechecked=False),
        "a-key-changed": cell(first, "k", "b", "A key that the row's check is not of.", "partial.changed", rechecked=False),
        "no-check": cell(first, "check", None, "A row whose check is null.", "partial.changed", rechecked=False),
        "of-another-query": (
            with_entries(first, where="v > 1"), "partial.changed", 1, "check", "Rows of a query, and the metadata of another."),
        "the-querys-check": said("Metadata that its check is not of.", "partial.changed", check="0123456789abcdef"),
        "version-2": said("A version that is not known.", "partial.version", version="2"),
        "seven-keys": said("More keys than --by has.", keys="7"),
        "a-column-too-many": said("Columns of inputs that leave a gap.", column_9="int64 z"),
        "a-limit-that-is-none": said("A limit that is no number.", limit="x"),
        "distinct-false": said("What is not so is missing in the metadata.", distinct="false"),
        "no-query": (first.replace_schema_metadata(None), "partial.no-query", None, None, "A stream without metadata."),
        "another-order-of-columns": (
            first.select([1, 0, *range(2, first.num_columns)]), "partial.columns", None, None, "Columns in another order."),
        "more-values-than-rows": cell(first, "count(v)", 2, "More values than rows.", row=2),
        "null-beside-a-count": cell(first, "min(f)", None, "No least value of two."),
        "a-spare-byte": cell(first, "squares(v)", "0A00", "An integer in more bytes than hold it."),
        "an-even-magnitude": cell(first, "sum(f)", "00FDFF06", "An exact sum whose magnitude is even."),
        "a-wide-list": cell(first, "values(v)", "02FDFF0100", "A list of a wider width than its numbers need."),
        "a-list-out-of-order": cell(first, "values(v)", "0101FD", "A list that is not in ascending order."),
        "a-value-lost": (
            with_cells(first, {"values(v)": {0: b"\x01\xfd"}}), "partial.damaged", None, "values(v)", "A list of fewer values than were counted."),
        "a-distinct-value-twice": cell(last, "distinct(v)", "010505", "A value twice among the different ones."),
        "a-list-that-is-cut": cell(last, "distinct(k)", "0900000061", "A string that is shorter than it should be."),
        "doubles-of-one-byte": cell(last, "values(f)", "010001", "Doubles that are not of 8 bytes."),
        "minus-zero-in-a-list": cell(last, "values(f)", "080000000000000080000000000000F03F", "-0.0, which lists have as 0.0."),
        "one-place-twice": (twice, "partial.places", 2, "first_place(v)", "Two rows that say to hold the same row."),
        "a-day-after-9999": cell(days, "top_1(d)", "04FFFFFF7F", "A date outside of the years 1 to 9999."),
        "a-moment-before-1": cell(days, "bottom_1(t)", "080000000000000080", "A timestamp outside of the years 1 to 9999."),
    }  # fmt: skip


def test_invalid_vectors_are_those_of_the_manifest(colonnade, tmp_path):
    """One fault each. COLONNADE_WRITE_VECTORS=1 adds those that are new. (Codes and places: InvalidStatesTests.swift.)"""
    made = make_invalid_vectors(colonnade, tmp_path)
    lines = ["file\tcode\trow\tcolumn\twhat it shows"]
    lines += ["\t".join([f"{name}.arrows", code, str(row or "-"), column or "-", what]) for name, (_, code, row, column, what) in made.items()]
    manifest = "\n".join(lines) + "\n"
    if os.environ.get("COLONNADE_WRITE_VECTORS"):
        INVALID.mkdir(exist_ok=True)
        (INVALID / "MANIFEST.tsv").write_text(manifest)
        for name, (table, *_) in made.items():
            if not (INVALID / f"{name}.arrows").exists():
                written(table, INVALID / f"{name}.arrows")
    assert (INVALID / "MANIFEST.tsv").read_text() == manifest
    assert sorted(path.stem for path in INVALID.glob("*.arrows")) == sorted(made)
    for name, (table, _, row, _, _) in made.items():
        path = INVALID / f"{name}.arrows"
        assert pyarrow.ipc.open_stream(path).read_all().equals(table, check_metadata=True), name
        for output in ("x.csv", "x.cln"):
            run = colonnade("merge-partials", path, "-o", tmp_path / output, expect=2)
            assert row is None or f"row {row}" in run.errors, run.errors
            assert not (tmp_path / output).exists()


# What the second reader has no eye for: whether columns are those of the query, counts go together, and places come twice.
NOT_SEEN = {"seven-keys", "a-column-too-many", "a-limit-that-is-none", "distinct-false", "no-query", "another-order-of-columns",
            "more-values-than-rows", "null-beside-a-count", "a-value-lost", "one-place-twice"}  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.stem for path in INVALID.glob("*.arrows") if path.stem not in NOT_SEEN))
def test_a_second_reader_refuses_them_too(name):
    with pytest.raises(AssertionError):
        states.merged([INVALID / f"{name}.arrows"])


def test_vectors_are_those_of_todays_writer_and_merge_to_their_tables(colonnade, tmp_path):
    """COLONNADE_WRITE_VECTORS=1 adds those that are new."""
    made = make_vectors(colonnade, tmp_path)
    if os.environ.get("COLONNADE_WRITE_VECTORS"):
        for name, data in made.items():
            if not (VECTORS / name).exists():
                (VECTORS / name).write_bytes(data)
    assert sorted([*made, "invalid"]) == sorted(path.name for path in VECTORS.iterdir())
    for name in VECTOR_QUERIES:
        streams = sorted(VECTORS.glob(f"{name}-*.arrows"))
        assert colonnade("merge-partials", *streams).stdout == (VECTORS / f"{name}.csv").read_bytes()
        for stream in streams:
            assert stream.read_bytes() == made[stream.name], stream


@pytest.mark.parametrize("name", VECTOR_QUERIES)
def test_a_second_reader_merges_the_vectors_to_the_same(name):
    """In fractions, from the specification alone."""
    decimal.getcontext().prec = 80
    metadata, keys, columns, groups = states.merged(sorted(VECTORS.glob(f"{name}-*.arrows")))
    assert keys == ["k"]
    expected = {row["k"]: row for row in csv.DictReader(io.StringIO((VECTORS / f"{name}.csv").read_text()))}
    assert set(expected) == {key for (key,) in groups}
    for item in metadata["agg"].split(", "):
        call, _, alias = item.partition(" as ")
        function, _, column = call.rstrip(")").partition("(")
        if column.startswith("distinct "):
            function, column = "count distinct", column.removeprefix("distinct ")
        for (key,), group in groups.items():
            cell, found = expected[key][(alias or call).strip('"')], states.finished(group, columns, function, column)
            if isinstance(found, float):
                assert struct.pack("<d", float(cell)) == struct.pack("<d", found) or math.isnan(found) and math.isnan(float(cell)), (item, key)
            elif isinstance(found, fractions.Fraction):
                assert fractions.Fraction(decimal.Decimal(cell)) == found, (item, key)
            else:
                assert cell == states.text(found), (item, key)
