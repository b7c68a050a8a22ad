# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What is written, other programs read as the same values; what is asked for without effect is wrong usage."""

import csv
import io
import json
import math
import os
import pty
import resource
import subprocess
from decimal import Decimal

import csvtext
import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pytest

TEXTS = ["plain", "", None, 'quote " backslash \\', "line\nfeed\r\n", "tab\t", "\x01\x1f\x7f", "\u2028 é 中 \U0001f600", "NA", "#x"]
INTEGERS = ["-9223372036854775808", "9223372036854775807", "9007199254740993", "0", "-1", None, "7", "8", "9", "10"]
WIDE = ["9" * 38, "-" + "9" * 38, "0", "1", None, "-1", "12345678901234567890", "2", "3", "4"]
MONEY = ["0.05", "-0.05", "12345678901234567.89", None, "1.00", "2.50", "0.00", "-1.10", "3.00", "4.00"]
DOUBLES = ["0.1", "-0.0", "5e-324", "1.7976931348623157e+308", "NaN", "inf", "-inf", None, "1e-05", "1e22"]
DATES = ["0001-01-01", "9999-12-31", "1970-01-01", "1969-12-31", "2020-02-29", None, "2020-01-01"] + ["2021-01-01"] * 3
FLAGS = ["true", "false", None] + ["true"] * 7
NAMES = ["s", "i", "w", "m", "f", "d", 'b "\n']
SCHEMA = 's:string,f:float64,d:date'


@pytest.fixture(scope="module")
def extremes(colonnade, tmp_path_factory):
    """A chunk file of every type's extremes, and its values as Python has them, by row."""
    folder = tmp_path_factory.mktemp("extremes")
    columns = [TEXTS, INTEGERS, WIDE, MONEY, DOUBLES, DATES, FLAGS]
    with open(folder / "t.csv", "w", newline="", encoding="utf-8") as file:
        file.write(",".join(csvtext.cell(name) for name in NAMES) + "\n")
        for row in zip(*columns):
            file.write(",".join(quoted(value) for value in row) + "\n")
    colonnade("convert", folder / "t.csv", "-o", folder / "t.cln", "--quiet", "--schema", SCHEMA, "--delimiter", ",")
    kinds = [str, int, int, Decimal, float, str, lambda flag: flag == "true"]
    rows = [tuple(None if v is None else kind(v) for kind, v in zip(kinds, row)) for row in zip(*columns)]
    return folder / "t.cln", rows


def quoted(value):
    """Quotes texts with control characters too."""
    if value is None:
        return ""
    return csvtext.cell(value) if value.isprintable() else '"' + value.replace('"', '""') + '"'


def same(found, expected):
    if isinstance(expected, float) and isinstance(found, (float, int, Decimal)):
        found = float(found)
        return (math.isnan(found) and math.isnan(expected)) or (
            found == expected and math.copysign(1, found) == math.copysign(1, expected))
    return found == expected and (found is None) == (expected is None)


def assert_same(found, expected):
    assert len(found) == len(expected)
    for a, b in zip(found, expected):
        assert len(a) == len(b)
        for x, y in zip(a, b):
            assert same(x, y), f"{y!r} became {x!r}"


WORDS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


@pytest.mark.parametrize("form", ["json", "ndjson"])
@pytest.mark.parametrize("threads", [1, 2])
def test_json_as_python_reads_it(colonnade, extremes, form, threads):
    path, rows = extremes
    text = colonnade("export", path, "--format", form, "--threads", threads).text
    exact = dict(parse_float=Decimal, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    objects = json.loads(text, **exact) if form == "json" else [json.loads(l, **exact) for l in text.split("\n")[:-1]]
    assert all(list(o) == NAMES for o in objects)
    found = [[WORDS.get(v, v) if n == "f" else v for n, v in o.items()] for o in objects]
    assert_same(found, rows)
    assert all(ord(c) >= 0x20 or c == "\n" for c in text), "control characters are escaped"


def test_json_as_duckdb_reads_it(colonnade, extremes, tmp_path):
    path, rows = extremes
    types = ["varchar", "bigint", "varchar", "decimal(38,2)", "double", "varchar", "boolean"]
    columns = ", ".join(f"'{n}': '{t}'" for n, t in zip(["s", "i", "w", "m", "f", "d", 'b "\n'], types))
    for name in ("t.json", "t.ndjson"):
        colonnade("export", path, "-o", tmp_path / name)
        query = f"select * from read_json('{tmp_path / name}', columns = {{{columns}}})"
        found = duckdb.sql(query).fetchall()
        # Its reader goes by doubles for decimals, and for whole numbers past 64 bits, whatever type is asked for.
        plain = lambda r: [*r[:2], None if r[3] is None else float(r[3]), *r[4:]]  # noqa: E731
        assert_same([plain(r) for r in found], [plain(r) for r in rows])


def test_ndjson_as_pyarrow_reads_it(colonnade, extremes, tmp_path):
    path, rows = extremes
    # JSON has no NaN: the strings for it are none of pyarrow's numbers, so that column is left out here.
    csv_text = colonnade("export", path).text
    cells = [[v for n, v in zip(NAMES, row) if n not in "fw"] for row in csvtext.parse(csv_text)]
    csvtext.write(tmp_path / "t.csv", [[quoted_name for quoted_name in cells[0]], *cells[1:]])
    colonnade("export", tmp_path / "t.csv", "-o", tmp_path / "t.ndjson", "--delimiter", ",", "--schema", "s:string,d:date")
    schema = pa.schema([("s", pa.string()), ("i", pa.int64()), ("m", pa.decimal128(38, 2)), ("d", pa.string()), (NAMES[6], pa.bool_())])
    table = pa.json.read_json(
        tmp_path / "t.ndjson", parse_options=pa.json.ParseOptions(explicit_schema=schema, newlines_in_values=False))
    kept = [[row[i] for i in (0, 1, 3, 5, 6)] for row in rows]
    found = [list(row.values()) for row in table.to_pylist()]
    assert found == kept


@pytest.mark.parametrize("style", ["minimal", "all"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("null", ["", "NA", "0"])
def test_csv_as_others_read_it(colonnade, extremes, tmp_path, style, delimiter, null):
    path, rows = extremes
    out = tmp_path / "t.csv"
    asked = ["--quote-style", style, "--delimiter-out", "tab" if delimiter == "\t" else delimiter, "--null-as", null]
    colonnade("export", path, "-o", out, *asked)
    text = out.read_text(encoding="utf-8", newline="") if hasattr(out, "newline") else out.read_bytes().decode()
    header, *found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    assert header == NAMES and len(found) == len(rows)
    for cells, row in zip(found, rows):
        assert [c for c, v in zip(cells, row) if v is None] == [null] * sum(v is None for v in row)
        assert cells[0] == (null if row[0] is None else row[0])
    # Whoever tells quoted cells from bare ones, as DuckDB and our own reader do, tells nulls from all else.
    columns = ", ".join(f"'c{i}': 'varchar'" for i in range(len(NAMES)))
    read = duckdb.sql(
        f"select * from read_csv('{out}', header=false, skip=0, columns={{{columns}}}, delim='{delimiter}', quote='\"', "
        f"escape='\"', nullstr='{null}', allow_quoted_nulls=false, strict_mode=true, auto_detect=false, new_line='\\n')"
    ).fetchall()[1:] if null != "0" else None
    if read is not None:
        assert [[v is None for v in row] for row in read] == [[v is None for v in row] for row in rows]
    back = tmp_path / "back.cln"
    nulls = ["--null", null] if null else []
    colonnade(
        "convert", out, "-o", back, "--quiet", "--delimiter", "tab" if delimiter == "\t" else delimiter, *nulls,
        "--schema", SCHEMA)
    assert colonnade("export", back).text == colonnade("export", path).text


def test_a_hundred_thousand_columns_as_json(colonnade, tmp_path):
    """In time and memory that grow with the cells, not with their square."""
    count, rows = 100_000, 30
    names = ",".join(f"column {i}" for i in range(count))
    line = ",".join(str(i % 1000) for i in range(count))
    (tmp_path / "wide.csv").write_text(names + "\n" + (line + "\n") * rows)
    colonnade("convert", tmp_path / "wide.csv", "-o", tmp_path / "wide.cln", "--quiet")
    for name in ("wide.json", "wide.ndjson", "wide.csv"):
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        peak = colonnade.peak_memory("export", tmp_path / "wide.cln", "-o", tmp_path / name)
        seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
        assert seconds < 10, f"{seconds} CPU s for {name}: with columns squared it takes minutes"
        assert peak < 700e6, f"{peak} bytes for {name}"
    objects = json.loads((tmp_path / "wide.json").read_text())
    assert len(objects) == rows
    assert objects[0] == objects[-1] == {f"column {i}": i % 1000 for i in range(count)}
    assert [json.loads(l) for l in open(tmp_path / "wide.ndjson")] == objects


@pytest.mark.parametrize(
    "arguments, option",
    [
        (["-o", "x.json", "--null-as", "NA"], "--null-as"), (["--format", "ndjson", "--null-as", ""], "--null-as"),
        (["-o", "x.cln", "--null-as", "NA"], "--null-as"), (["-o", "x.json", "--quote-style", "all"], "--quote-style"),
        (["-o", "x.md", "--quote-style", "minimal"], "--quote-style"), (["-o", "x.md", "--header-out", "off"], "--header-out"),
        (["--format", "table", "--delimiter-out", ";"], "--delimiter-out"), (["--null-as", "a,b"], "null"),
        (["--format", "csv", "--delimiter-out", " "], "--null-as"),
        (["--delimiter-out", "ab"], "delimiter"), (["--quote-style", "some"], "--quote-style"),
    ],
)  # fmt: skip
def test_styles_without_effect_are_wrong_usage(colonnade, covid, tmp_path, arguments, option):
    for command in (["export"], ["head"], ["agg", "--by", "state"]):
        run = colonnade(*command, "no such file.cln", *arguments, expect=64, cwd=tmp_path)
        assert option in run.errors and "no such file" not in run.errors
    assert not list(tmp_path.iterdir())


def test_styles_of_compared_rows(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("k,v\n1,\n2,x\n")
    (tmp_path / "b.csv").write_text("k,v\n1,y\n2,x\n")
    sides = ["cmp", tmp_path / "a.csv", tmp_path / "b.csv", "--on", "k", "--quiet"]
    colonnade(*sides, "--rows", tmp_path / "r.csv", "--null-as", "NA", "--delimiter-out", ";", expect=1)
    assert (tmp_path / "r.csv").read_text() == "k;change;columns;source_row;compare_row;v_source;v_compare\n1;different;v;1;1;NA;y\n"
    assert "--rows" in colonnade(*sides, "--null-as", "NA", expect=64).errors


def test_headers_are_left_out_when_asked(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("k,v\n1,x\n")
    assert colonnade("export", tmp_path / "a.csv", "--header-out", "off").text == "1,x\n"
    assert colonnade("head", tmp_path / "a.csv", "--header-out", "auto").text == "k,v\n1,x\n"
    agg = colonnade("agg", tmp_path / "a.csv", "--by", "k", "--agg", "count(*)", "--header-out", "off", "--quote-style", "all")
    assert agg.text == '"1","1"\n'


def test_made_up_names_are_not_exported(colonnade, tmp_path):
    (tmp_path / "a.csv").write_text("1,x\n2,y\n")
    colonnade("convert", "a.csv", "--no-header", "-o", "a.cln", "--quiet", cwd=tmp_path)
    for name in ("a.csv", "a.cln"):
        how = ["--no-header"] if name == "a.csv" else []
        for command in ("export", "head"):
            assert colonnade(command, tmp_path / name, *how).text == "1,x\n2,y\n", (command, name)
        named = colonnade("export", tmp_path / name, *how, "--header-out", "on").text
        assert named.endswith("\n1,x\n2,y\n") and named.count("\n") == 3
    colonnade("head", tmp_path / "a.cln", "-n", "1", "-o", tmp_path / "b.cln")
    assert colonnade("export", tmp_path / "b.cln").text == "1,x\n"


def terminal_lines(colonnade, folder, *arguments):
    """What the command writes where standard error is a terminal, as the lines that it rewrites."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen([colonnade.path, *arguments], cwd=folder, stderr=theirs, stdout=subprocess.DEVNULL)
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65536):
            said += chunk
    except OSError:
        pass  # the terminal's other end is closed
    os.close(ours)
    assert run.wait() == 0, said
    assert not said or said.endswith(b"\r\x1b[K"), said
    return [line for line in said.decode().split("\r\x1b[K") if line]


def test_agg_shows_how_far_it_is(colonnade, tmp_path):
    """On a terminal, rows of all rows, and what is done with them where they are spilled; nothing with --quiet."""
    with open(tmp_path / "big.csv", "w") as file:
        file.write("k,s\n")
        for start in range(0, 2_000_000, 100_000):
            file.write("".join(f"{i * 7919 % 2_000_003},text {i}\n" for i in range(start, start + 100_000)))
    colonnade("convert", "big.csv", "-o", "big.cln", "--quiet", cwd=tmp_path)
    spilling = ["agg", "big.cln", "--by", "s,k", "--agg", "count(*)", "--memory", "72MiB", "--temp", ".", "--threads", "1",
                "-o", "out.csv"]
    lines = terminal_lines(colonnade, tmp_path, *spilling)
    assert all(len(line) <= 79 and "\n" not in line and " of " in line for line in lines), lines
    assert any("of 2,000,000 rows" in line and "parting rows" in line for line in lines), lines
    assert any("grouping parts" in line for line in lines), lines
    assert terminal_lines(colonnade, tmp_path, *spilling, "--quiet") == []
    # What is over in a moment leaves the terminal alone.
    assert terminal_lines(colonnade, tmp_path, "agg", "big.cln", "--agg", "count(*)") == []
    assert not colonnade(*spilling, cwd=tmp_path).errors


def test_progress_stays_on_one_line(colonnade, tmp_path):
    """On a terminal: a line of at most 79 characters, rewritten, and gone at the end."""
    with open(tmp_path / "big.csv", "w") as file:
        file.write("a,b,c\n")
        for start in range(0, 3_000_000, 100_000):
            file.write("".join(f"{i},{i % 977}.25,text {i % 1013}\n" for i in range(start, start + 100_000)))
    for arguments in (["convert", "big.csv", "-o", "big.cln"], ["export", "big.cln", "-o", "out.json", "--threads", "1"]):
        main, other = pty.openpty()
        run = subprocess.Popen([colonnade.path, *arguments, "--progress", "on", *(["--quiet"] if "convert" in arguments else [])],
                               cwd=tmp_path, stderr=other, stdout=subprocess.DEVNULL)
        os.close(other)
        said = b""
        try:
            while chunk := os.read(main, 65536):
                said += chunk
        except OSError:
            pass  # the terminal's other end is closed
        assert run.wait() == 0
        os.close(main)
        lines = [l for l in said.decode().split("\r\x1b[K") if l]
        assert lines and said.endswith(b"\r\x1b[K"), said
        assert all(len(l) <= 79 and "\n" not in l for l in lines), lines
        assert any("rows/s" in l and "B/s" in l for l in lines), lines
