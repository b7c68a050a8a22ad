# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Arrow streams and files: others read what is written here, and what others write is read here."""

import datetime
import decimal
import gzip
import json
import math
import subprocess

import csvtext
import duckdb
import polars
import pyarrow as pa
import pytest

D = decimal.Decimal
UTC = datetime.timezone.utc
CONTEXT = decimal.Context(prec=60)
SCHEMA = "b:bool,i:int64,m:decimal(18,2),w:decimal(38,10),f:float64,día:date,t:timestamp,u:timestamp_utc,s:string,c:string"
NAMES = ["b", "i", "m", "w", "f", "día", "t", "u", "s", "c"]
TYPES = [
    pa.bool_(), pa.int64(), pa.decimal128(18, 2), pa.decimal128(38, 10), pa.float64(), pa.date32(),
    pa.timestamp("us"), pa.timestamp("us", "UTC"), pa.string(), pa.string(),
]


def random_row(random):
    moment = datetime.datetime(1, 1, 1) + datetime.timedelta(microseconds=random.randrange(10**6 * 86400 * 3_652_000))
    row = [
        random.random() < 0.5,
        random.choice([-(2**63), 2**63 - 1, 0, random.randrange(-(2**63), 2**63)]),
        D(random.randrange(-(10**18) + 1, 10**18)).scaleb(-2),
        CONTEXT.scaleb(D(random.choice([10**38 - 1, 1 - 10**38, random.randrange(10**38)])), -10),
        random.choice([math.nan, math.inf, -math.inf, -0.0, 5e-324, 1.7976931348623157e308, random.gauss(0, 1e6)]),
        moment.date(),
        moment,
        moment.replace(tzinfo=UTC),
        random.choice(["", "NA", 'quote "', "line\nfeed", "日本 é 🙂", "x" * random.randrange(100)]),
        f"city {random.randrange(20)}",
    ]
    return [None if random.random() < 0.1 else value for value in row]


def random_columns(random, row_count):
    rows = [random_row(random) for _ in range(row_count)]
    return [[row[column] for row in rows] for column in range(len(NAMES))]


def arrow_table(columns):
    return pa.table({name: pa.array(column, kind) for name, column, kind in zip(NAMES, columns, TYPES)})


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return {math.inf: "inf", -math.inf: "-inf"}.get(value, "NaN" if math.isnan(value) else repr(value))
    if isinstance(value, D):
        return f"{value:f}"
    if isinstance(value, datetime.datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, str):
        return csvtext.cell(value) if value else '""'
    return str(value)


def write_csv(path, columns):
    lines = [",".join(NAMES)] + [",".join(map(cell, row)) for row in zip(*columns)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")


def write_arrow(path, table, kind="stream", batch_rows=None, **options):
    new = pa.ipc.new_stream if kind == "stream" else pa.ipc.new_file
    with pa.OSFile(str(path), "wb") as sink:
        with new(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(table, max_chunksize=batch_rows)
    return path


def same(found, expected):
    """Equal as Python has them; NaN is NaN, and zeros keep their sign."""
    def form(value):
        return (value.hex() if not math.isnan(value) else "nan") if isinstance(value, float) else value
    return [[form(v) for v in column] for column in found] == [[form(v) for v in column] for column in expected]


@pytest.mark.parametrize("row_count", [0, 1, 1000])
def test_others_read_what_is_exported(colonnade, tmp_path, seeded, row_count):
    columns = random_columns(seeded, row_count)
    write_csv(tmp_path / "t.csv", columns)
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--quiet", "--schema", SCHEMA, "--delimiter", ",")
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "t.arrows")
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "t.arrow")
    stream = pa.ipc.open_stream((tmp_path / "t.arrows").read_bytes()).read_all()
    stream.validate(full=True)
    assert stream.schema == pa.schema(list(zip(NAMES, TYPES)))
    assert same([c.to_pylist() for c in stream.columns], columns)
    file = pa.ipc.open_file(tmp_path / "t.arrow").read_all()
    assert file.equals(stream) or any(math.isnan(v) for v in columns[4] if v is not None)
    assert same([c.to_pylist() for c in file.columns], columns)
    for frame in [polars.read_ipc(tmp_path / "t.arrow"), polars.read_ipc_stream(tmp_path / "t.arrows")]:
        assert same([frame[name].to_list() for name in NAMES], columns)
    found = duckdb.sql("select count(*), count(c), sum(i::hugeint) from stream").fetchall()[0]
    integers = [i for i in columns[1] if i is not None]
    assert found == (row_count, sum(c is not None for c in columns[9]), sum(integers) if integers else None)


@pytest.mark.parametrize("form", ["arrows", "arrow"])
def test_a_table_comes_back_as_it_went(colonnade, tmp_path, seeded, form):
    write_csv(tmp_path / "t.csv", random_columns(seeded, 3000))
    arguments = ["--quiet", "--schema", SCHEMA, "--delimiter", ","]
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", *arguments)
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / f"t.{form}")
    colonnade("export", tmp_path / f"t.{form}", "-o", tmp_path / "back.cln")
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "there.csv")
    colonnade("export", tmp_path / "back.cln", "-o", tmp_path / "back.csv")
    assert (tmp_path / "back.csv").read_bytes() == (tmp_path / "there.csv").read_bytes()
    colonnade("export", tmp_path / "back.cln", "-o", tmp_path / f"again.{form}")
    assert (tmp_path / f"again.{form}").read_bytes() == (tmp_path / f"t.{form}").read_bytes()


def test_the_cities_come_back_byte_by_byte(colonnade, covid, tmp_path):
    colonnade("export", covid["cln"], "-o", tmp_path / "c.arrows")
    for threads in ["1", "4"]:
        colonnade("export", tmp_path / "c.arrows", "-o", tmp_path / f"c{threads}.cln", "--threads", threads)
    assert (tmp_path / "c1.cln").read_bytes() == (tmp_path / "c4.cln").read_bytes()
    # Strings that come again got codes, as those of CSVs do: the file is no larger.
    assert (tmp_path / "c1.cln").stat().st_size < covid["cln"].stat().st_size * 1.01
    there = colonnade("export", covid["cln"]).stdout
    assert colonnade("export", tmp_path / "c1.cln").stdout == there
    one = colonnade("export", covid["cln"], "--format", "arrow", "--threads", "1").stdout
    assert one == (tmp_path / "c.arrows").read_bytes()


def test_agg_reads_and_writes_arrow(colonnade, covid, tmp_path):
    query = ["--by", "date,state", "--agg", "sum(cases), sum(deaths)"]
    colonnade("export", covid["cln"], "-o", tmp_path / "c.arrows")
    expected = colonnade("agg", covid["cln"], *query).stdout
    assert colonnade("agg", tmp_path / "c.arrows", *query).stdout == expected
    stream = colonnade("agg", tmp_path / "c.arrows", *query, "--format", "arrow").stdout
    found = pa.ipc.open_stream(stream).read_all()
    assert found.column_names == ["date", "state", "cases", "deaths"]
    total = duckdb.sql("select sum(cases) from found").fetchall()[0][0]
    assert str(total) == colonnade("agg", covid["cln"], "--agg", "sum(cases)").text.split()[1]
    # Standard input, of which nothing but the columns asked for is kept.
    piped = colonnade("agg", "-", *query, input=(tmp_path / "c.arrows").read_bytes())
    assert piped.stdout == expected
    assert colonnade("agg", tmp_path / "c.arrows", "--agg", "count(*)").text == colonnade("agg", covid["cln"], "--agg", "count(*)").text


@pytest.mark.parametrize("kind", ["stream", "file"])
@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_what_pyarrow_writes_is_read(colonnade, tmp_path, seeded, kind, compression):
    columns = random_columns(seeded, 2500)
    table = arrow_table(columns)
    coded = table.set_column(9, "c", table["c"].dictionary_encode())
    write_csv(tmp_path / "t.csv", columns)
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--quiet", "--schema", SCHEMA, "--delimiter", ",")
    expected = colonnade("export", tmp_path / "t.cln").stdout
    path = write_arrow(tmp_path / "t.bin", coded, kind, batch_rows=seeded.choice([1, 7, 100, 2500]), compression=compression)
    assert colonnade("export", path).stdout == expected
    assert colonnade("export", "-", input=path.read_bytes()).stdout == expected
    assert colonnade("head", path, "-n", "5", "--format", "csv").stdout == colonnade("head", tmp_path / "t.cln", "-n", "5", "--format", "csv").stdout


def test_what_polars_and_duckdb_write_is_read(colonnade, tmp_path, seeded):
    columns = random_columns(seeded, 1500)
    frame = polars.from_arrow(arrow_table(columns)).with_columns(polars.col("c").cast(polars.Categorical))
    write_csv(tmp_path / "t.csv", columns)
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--quiet", "--schema", SCHEMA, "--delimiter", ",")
    expected = colonnade("export", tmp_path / "t.cln").stdout
    for compression in ["uncompressed", "zstd", "lz4"]:
        frame.write_ipc(tmp_path / "p.arrow", compression=compression)
        assert colonnade("export", tmp_path / "p.arrow").stdout == expected
        frame.write_ipc_stream(tmp_path / "p.arrows", compression=compression)
        assert colonnade("export", tmp_path / "p.arrows").stdout == expected
    made = arrow_table(columns)
    read = duckdb.sql("select * from made").to_arrow_table()
    assert made.num_rows == 1500
    assert colonnade("export", write_arrow(tmp_path / "d.arrows", read)).stdout == expected


def test_cmp_takes_arrow_on_either_side(colonnade, tmp_path):
    table = pa.table({"k": [1, 2, 3], "v": ["a", "b", "c"]})
    other = pa.table({"k": [1, 2, 3], "v": ["a", "b", "x"]})
    source = write_arrow(tmp_path / "a.arrows", table)
    compare = write_arrow(tmp_path / "b.arrow", other, "file")
    (tmp_path / "b.csv").write_text("k,v\n1,a\n2,b\n3,x\n")
    colonnade("cmp", source, source, "--on", "k", "--quiet")
    colonnade("cmp", compare, tmp_path / "b.csv", "--on", "k", "--quiet")
    colonnade("cmp", source, compare, "--on", "k", "--quiet", "-o", tmp_path / "r.json", "--rows", tmp_path / "r.arrows", expect=1)
    rows = pa.ipc.open_stream((tmp_path / "r.arrows").read_bytes()).read_all()
    assert rows["k"].to_pylist() == [3]
    assert str(source) in (tmp_path / "r.json").read_text()


def test_names_that_were_made_up_stay_away(colonnade, tmp_path):
    (tmp_path / "t.csv").write_text("1,a\n2,b\n")
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "--no-header", "--quiet")
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "t.arrows")
    assert colonnade("export", tmp_path / "t.arrows").text == "1,a\n2,b\n"
    assert colonnade("head", tmp_path / "t.arrows", "--format", "csv").text == "1,a\n2,b\n"


def test_streams_and_files_lie_in_folders_and_under_gzip(colonnade, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    write_arrow(folder / "1.arrows", pa.table({"a": [1, 2]}))
    write_arrow(folder / "2.arrow", pa.table({"a": [3]}), "file")
    whole = write_arrow(tmp_path / "3", pa.table({"a": [4]}), "file").read_bytes()
    (folder / "3.arrow.gz").write_bytes(gzip.compress(whole))
    assert colonnade("agg", folder, "--agg", "sum(a), count(*)").text == "a,count\n10,4\n"
    for name in ["x.arrow.gz", "x.arrows.zst"]:
        colonnade("export", folder, "-o", tmp_path / name)
        assert colonnade("export", tmp_path / name).text == "a\n1\n2\n3\n4\n"


def test_batches_of_other_widths_become_whole_chunks(colonnade, tmp_path):
    table = pa.table({"n": pa.array(range(300_000)), "s": pa.array([f"s{i % 7}" for i in range(300_000)])})
    expected = None
    for rows in [1024, 100_000, 300_000]:
        write_arrow(tmp_path / "t.arrows", table, batch_rows=rows)
        found = colonnade("agg", tmp_path / "t.arrows", "--by", "s", "--agg", "sum(n), count(*), min(n), max(n)").stdout
        expected = expected or found
        assert found == expected


@pytest.mark.parametrize("kind", [pa.string(), pa.binary(), pa.large_binary()])
def test_one_long_string_of_many_rows_is_kept_once(colonnade, tmp_path, kind):
    """5,000 rows have one text of 1 MB: written out they would be 5 GB."""
    entries = pa.array([b"a" * 1_000_000 if pa.types.is_large_binary(kind) or pa.types.is_binary(kind) else "a" * 1_000_000], kind)
    codes = pa.array([0] * 5000, pa.int8())
    path = write_arrow(tmp_path / "t.arrows", pa.table({"s": pa.DictionaryArray.from_arrays(codes, entries)}))
    colonnade("export", path, "-o", tmp_path / "t.cln")
    assert (tmp_path / "t.cln").stat().st_size < 2_000_000
    assert colonnade("agg", tmp_path / "t.cln", "--agg", "count(*) as n, min(length(s)) as l").text == "n,l\n5000,1000000\n"


def test_entries_that_are_no_text_matter_where_a_row_has_them(colonnade, tmp_path):
    entries = pa.array([b"a", b"\xff", b"\xc3\xa9"])
    for codes, row in [([0, 2, 0], None), ([0, None, 2, 1, 1], 4)]:
        path = write_arrow(tmp_path / "t.arrows", pa.table({"s": pa.DictionaryArray.from_arrays(pa.array(codes, pa.int8()), entries)}))
        errors = colonnade("export", path, "-o", tmp_path / "t.csv", expect=2 if row else 0).errors
        assert f"row {row}" in errors and "not UTF-8" in errors if row else errors == ""


def deltas(path, kind, batches):
    """A stream whose dictionary grows with every batch."""
    seen = []
    with pa.OSFile(str(path), "wb") as sink:
        options = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True)
        schema = pa.schema([("i", pa.int64()), ("v", pa.dictionary(pa.int32(), kind))])
        with pa.ipc.new_stream(sink, schema, options=options) as writer:
            for number, (new, codes) in enumerate(batches):
                seen += new
                coded = pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(seen, kind))
                writer.write_batch(pa.record_batch([pa.array([number] * len(codes), pa.int64()), coded], schema=schema))


@pytest.mark.parametrize("kind", [pa.string(), pa.binary(), pa.float64()])
def test_dictionaries_that_grow_batch_by_batch(colonnade, tmp_path, seeded, kind):
    batches, count, rows = [], 0, []
    values = []
    for number in range(300):
        size = seeded.choice([0, 1, 1, 5, 40]) if number else 3
        new = [float(count + n) / 4 if kind == pa.float64() else f"text {count + n}" for n in range(size)]
        values += new
        count += size
        codes = [seeded.choice([None, seeded.randrange(count), count - 1]) for _ in range(seeded.randrange(1, 60))]
        batches.append(([v.encode() for v in new] if kind == pa.binary() else new, codes))
        rows += [f"{number},{'' if code is None else values[code]}" for code in codes]
    deltas(tmp_path / "d.arrows", kind, batches)
    for threads in ["1", "4"]:
        colonnade("export", tmp_path / "d.arrows", "-o", tmp_path / f"d{threads}.cln", "--threads", threads)
    assert (tmp_path / "d1.cln").read_bytes() == (tmp_path / "d4.cln").read_bytes()
    found = colonnade("export", tmp_path / "d1.cln").text.splitlines()
    if kind == pa.float64():
        found = [line if line.endswith(",") else f"{line.split(',')[0]},{float(line.split(',')[1])}" for line in found[1:]]
        rows = [row if row.endswith(",") else f"{row.split(',')[0]},{float(row.split(',')[1])}" for row in rows]
    else:
        found = found[1:]
    assert found == rows
    # Small batches become one chunk, though each has a larger dictionary than the one before.
    pages = colonnade("inspect", tmp_path / "d1.cln", "--pages", "--format", "ndjson").text.splitlines()
    assert {json.loads(page)["chunk"] for page in pages} == {0}


@pytest.mark.parametrize("values", [pa.nulls((1 << 31) - 1), pa.FixedSizeBinaryArray.from_buffers(pa.binary(0), (1 << 31) - 1, [None, pa.py_buffer(b"")])])
def test_values_that_take_no_bytes_are_not_made(colonnade, tmp_path, values):
    coded = pa.DictionaryArray.from_arrays(pa.array([0], pa.int32()), values)
    path = write_arrow(tmp_path / "t.arrows", pa.table({"a": coded}))
    assert path.stat().st_size < 1000
    assert "2147483647 values in dictionary" in colonnade("export", path, "-o", tmp_path / "o.cln", expect=2).errors


def test_long_strings(colonnade, tmp_path):
    texts = ["a" * 50_000_000, "", "b" * 40_000_000 + "é", None]
    for kind in [pa.string(), pa.large_string(), pa.string_view()]:
        write_arrow(tmp_path / "t.arrows", pa.table({"t": pa.array(texts, kind)}))
        colonnade("export", tmp_path / "t.arrows", "-o", tmp_path / "t.arrow")
        assert pa.ipc.open_file(tmp_path / "t.arrow").read_all()["t"].to_pylist() == texts


@pytest.mark.parametrize("column, code", [
    (pa.array([[1]]), "list"), (pa.array([{"a": 1}]), "struct"), (pa.array([datetime.time(1)]), "time of day"),
    (pa.array([datetime.timedelta(1)]), "duration"), (pa.array([1001], pa.timestamp("ns")), "1001 ns"),
    (pa.array([2_932_897], pa.int32()).cast(pa.date32()), "years 1 to 9999"), (pa.array([253402300800], pa.timestamp("s")), "years 1 to 9999"),
    (pa.array([-(1 << 63)], pa.timestamp("us", "UTC")), "years 1 to 9999"),
    (pa.array([b"\xff"]), "not UTF-8"), (pa.array([D(1)], pa.decimal256(60, 2)), "decimal(60,2)"),
])
def test_what_is_not_read_is_said(colonnade, tmp_path, column, code):
    path = write_arrow(tmp_path / "t.arrows", pa.table({"ok": [1], "bad": column}))
    errors = colonnade("export", path, expect=2).errors
    assert code in errors and "bad" in errors and str(path) in errors


def test_cut_and_misnamed_inputs_are_told(colonnade, tmp_path):
    whole = write_arrow(tmp_path / "t.arrows", pa.table({"a": [1]})).read_bytes()
    (tmp_path / "cut.arrows").write_bytes(whole[:-8])
    assert "end mark" in colonnade("agg", tmp_path / "cut.arrows", "--agg", "sum(a)", expect=2).errors
    (tmp_path / "text.arrow").write_text("a\n1\n")
    assert "no Arrow" in colonnade("head", tmp_path / "text.arrow", expect=2).errors
    assert "Arrow" in colonnade("convert", tmp_path / "t.arrows", "-o", tmp_path / "t.cln", expect=2).errors
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["x", "x"])
    assert '"x"' in colonnade("head", write_arrow(tmp_path / "x.arrows", twice), expect=2).errors
    none = pa.table({})
    assert "no columns" in colonnade("head", write_arrow(tmp_path / "n.arrows", none), expect=2).errors


def test_damaged_streams_end_in_words(colonnade, tmp_path, seeded):
    columns = random_columns(seeded, 50)
    whole = write_arrow(tmp_path / "t.arrows", arrow_table(columns), batch_rows=20).read_bytes()
    for _ in range(40):
        damaged = bytearray(whole)
        for _ in range(seeded.randrange(1, 4)):
            damaged[seeded.randrange(8, len(damaged))] = seeded.randrange(256)
        path = tmp_path / "d.arrows"
        path.write_bytes(damaged)
        run = subprocess.run([colonnade.path, "export", path, "-o", tmp_path / "o.csv"], capture_output=True, timeout=60)
        assert run.returncode in (0, 2), run.stderr.decode()


def test_arrow_leaves_no_choice_of_spelling(colonnade, covid):
    errors = colonnade("export", covid["cln"], "--format", "arrow", "--null-as", "x", expect=64).errors
    assert "Arrow" in errors
