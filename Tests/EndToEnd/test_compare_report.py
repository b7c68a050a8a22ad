# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The report of `cmp`: every figure of it beside DuckDB's, its schema, checksums, and the forms that it is printed in."""

import decimal
import fcntl
import gzip
import json
import math
import os
import pty
import re
import struct
import termios
from fractions import Fraction

import duckdb
import jsonschema
import pytest
import xxhash
from conftest import COVID, ROOT, environment

PUBLISHED = COVID / "brazil_covid19.csv"
COMPUTED = COVID / "expected/new_brazil_covid19.csv"
SCHEMA = json.loads((ROOT / "Formats/CompareReport/SCHEMA.json").read_text())
PERCENTILES = {"median": 50, "p95": 95, "p99": 99}


def read(text):
    """With all digits of numbers; NaN and the like are no JSON."""

    def refuse(name):
        raise AssertionError(f"{name} is no number")

    report = json.loads(text, parse_float=decimal.Decimal, parse_constant=refuse)
    jsonschema.validate(json.loads(text), SCHEMA)
    return report


class Reference:
    """Two tables `a` and `b` in DuckDB, and what a report must say of them."""

    def __init__(self, database, keys, columns):
        """`columns`: name -> (kind, tolerance); kind is one of number, float, other."""
        self.database, self.keys, self.columns = database, keys, columns
        on = " and ".join(f"a.{key} is not distinct from b.{key}" for key in keys)
        self.both, self.on = f"from a join b on {on}", on

    def one(self, query):
        return self.database.execute(query).fetchone()

    def near(self, name):
        """Whether unequal numbers are within the tolerance."""
        kind, tolerance = self.columns[name]
        if tolerance is None:
            return "false"
        part = tolerance.endswith("%")
        number = decimal.Decimal(tolerance.rstrip("%")) / (100 if part else 1)
        if kind == "number":
            limit = f"abs(a.{name}) * {number:f}" if part else f"{number:f}"
            return f"abs(a.{name} - b.{name}) <= {limit}"
        # In doubles, one unit in the last place of the greatest is granted.
        limit = f"({number:f}::double * abs(a.{name}::double))" if part else f"{number:f}::double"
        greatest = f"greatest(abs(a.{name}::double), abs(b.{name}::double), {limit})"
        slack = f"(nextafter({greatest}, 'infinity'::double) - {greatest})"
        return f"abs(a.{name}::double - b.{name}::double) <= {limit} + {slack}"

    def differs(self, name):
        return f"(a.{name} is distinct from b.{name} and not coalesce({self.near(name)}, false))"

    def check(self, report):
        self.check_rows(report)
        assert [column["name"] for column in report["columns"]] == list(self.columns)
        for column in report["columns"]:
            self.check_counts(column, report["rows_in_both"])
            self.check_examples(column)
            if self.columns[column["name"]][0] == "other":
                assert column["sums"] is column["absolute_difference"] is column["relative_difference"] is None
            else:
                self.check_sums(column)
                self.check_distances(column)

    def check_rows(self, report):
        any_differs = " or ".join(self.differs(name) for name in self.columns)
        both, different = self.one(f"select count(*), count(*) filter ({any_differs}) {self.both}")
        rows = [self.one(f"select count(*) from {table}")[0] for table in "ab"]
        names = ["source_rows", "compare_rows", "rows_in_both", "diff_rows", "equal_rows"]
        assert [report[name] for name in names] == [*rows, both, different, both - different]
        assert [report[f"{side}_rows_unmatched"] for side in ("source", "compare")] == [rows[0] - both, rows[1] - both]
        for side, own, other in (("source", "a", "b"), ("compare", "b", "a")):
            expected = self.database.execute(
                f"select {own}.rowid + 1, {self.key_texts(own)} from {own} where not exists (select 1 from {other}"
                f" where {self.on}) order by 1 limit 10"
            ).fetchall()
            found = report[f"{side}_only_examples"]
            assert [(row["row"], *map(text, row["key"])) for row in found] == expected
        count = " + ".join(f"{self.differs(name)}::int" for name in self.columns)
        expected = self.database.execute(
            f"select a.rowid + 1, b.rowid + 1, {count} as columns, {self.key_texts('a')} {self.both} where ({any_differs})"
            " order by columns desc, a.rowid limit 10"
        ).fetchall()
        found = [
            (row["source_row"], row["compare_row"], row["different_columns"], *map(text, row["key"]))
            for row in report["most_different_rows"]
        ]
        assert found == expected

    def key_texts(self, side):
        return ", ".join(f"{side}.{key}::varchar" for key in self.keys)

    def check_counts(self, column, total):
        name = column["name"]
        a, b = f"a.{name}", f"b.{name}"
        expected = self.one(
            f"select count(*) filter ({a} is not distinct from {b}), count(*) filter ({self.differs(name)}),"
            f" count(*) filter ({a} is null and {b} is not null), count(*) filter ({b} is null and {a} is not null) {self.both}"
        )
        names = ["equal", "different", "source_null", "compare_null"]
        assert tuple(column[figure] for figure in names) == expected, name
        assert column["equal"] + column["within_tolerance"] + column["different"] == total
        assert column["tolerance"] == self.columns[name][1]

    def check_examples(self, column):
        name = column["name"]
        expected = self.database.execute(
            f"select a.rowid + 1, b.rowid + 1, a.{name}, b.{name}, {self.key_texts('a')} {self.both} where {self.differs(name)}"
            " order by a.rowid limit 10"
        ).fetchall()
        assert len(column["examples"]) == len(expected)
        for example, row in zip(column["examples"], expected):
            assert (example["source_row"], example["compare_row"], *map(text, example["key"])) == (*row[:2], *row[4:])
            for found, value in zip((example["source"], example["compare"]), row[2:4]):
                assert (float(found) if isinstance(value, float) else found) == (
                    str(value) if hasattr(value, "isoformat") else value
                )

    def check_sums(self, column):
        name, sums = column["name"], column["sums"]
        types = [column["source_type"], column["compare_type"]]
        for side, kind, type_ in zip("ab", ("source", "compare"), types):
            if type_ == "float64":
                values = self.database.execute(
                    f"select {side}.{name} {self.both} where {side}.{name} is not null"
                ).fetchall()
                # The correctly rounded sum, and DuckDB's compensated one near it.
                assert float(sums[kind]) == math.fsum(value for (value,) in values)
                assert float(sums[kind]) == pytest.approx(self.one(f"select fsum({side}.{name}) {self.both}")[0], rel=1e-12)
            else:
                assert sums[kind] == self.one(f"select sum({side}.{name}) {self.both}")[0]
        if "float64" not in types:
            assert sums["difference"] == sums["compare"] - sums["source"]
        elif types == ["float64", "float64"]:
            pairs = self.database.execute(f"select -a.{name}, b.{name} {self.both}").fetchall()
            difference = math.fsum(value for pair in pairs for value in pair if value is not None)
            assert float(sums["difference"]) == difference
        else:
            assert float(sums["difference"]) == float(sums["compare"]) - float(sums["source"])

    def check_distances(self, column):
        name, kind = column["name"], self.columns[column["name"]][0]
        cast = "::double" if kind == "float" else ""
        a, b = f"a.{name}{cast}", f"b.{name}{cast}"
        self.database.execute(
            f"create or replace temp table apart as select abs({a} - {b}) as d, {b} > {a} as up,"
            f" abs({a} - {b})::double / abs({a})::double as part, {a} <> 0 as has_part {self.both} where {a} <> {b}"
        )
        found = column["absolute_difference"]
        rows, up, least, most, total = self.one("select count(*), count(*) filter (up), min(d), max(d), sum(d) from apart")
        if rows == 0:
            assert found is None and column["relative_difference"] is None
            return
        assert (found["rows"], found["up"], found["down"]) == (rows, up, rows - up)
        expected = {"min": least, "max": most, **self.percentiles("d", "true")}
        if kind == "number":
            assert {figure: found[figure] for figure in expected} == expected
            assert float(found["mean"]) == float(Fraction(total) / rows)
        else:
            assert {figure: float(found[figure]) for figure in expected} == expected
            assert float(found["mean"]) == pytest.approx(self.one("select avg(d) from apart")[0], rel=1e-12)
        self.check_parts(column["relative_difference"])

    def check_parts(self, found):
        rows, least, most, mean = self.one("select count(*), min(part), max(part), avg(part) from apart where has_part")
        if rows == 0:
            assert found is None
            return
        assert found["rows"] == rows
        expected = {"min": least, "max": most, "mean": mean, **self.percentiles("part", "has_part")}
        assert {figure: float(found[figure]) for figure in expected} == pytest.approx(expected, rel=1e-12)

    def percentiles(self, what, condition):
        """By their definition: of n in order, number ceil(p / 100 * n)."""
        numbered = f"select {what} as x, row_number() over (order by {what}) as r, count(*) over () as n from apart where {condition}"
        return {
            figure: self.one(f"select x from ({numbered}) where r = greatest(1, (n * {p} + 99) // 100)")[0]
            for figure, p in PERCENTILES.items()
        }


def text(key):
    return None if key is None else str(key)


def test_covid(colonnade):
    """All figures of the real pair, and those that its README gives."""
    run = colonnade("cmp", PUBLISHED, COMPUTED, "--on", "date,state", "--format", "json", expect=1)
    report = read(run.text)
    database = duckdb.connect()
    for name, path in (("a", PUBLISHED), ("b", COMPUTED)):
        database.execute(
            f"create table {name} as from read_csv('{path}', types={{'date': 'date', 'cases': 'bigint', 'deaths': 'bigint'}})"
        )
    Reference(database, ["date", "state"], {"cases": ("number", None), "deaths": ("number", None)}).check(report)
    assert {column["name"]: column["different"] for column in report["columns"]} == {"cases": 827, "deaths": 446}
    assert [column["sums"]["compare"] for column in report["columns"]] == [15434631, 924994]
    assert (report["equal_rows"], report["diff_rows"], report["source_rows_unmatched"]) == (1189, 836, 384)
    assert report["schema"] == {
        "only_in_source": [{"name": "region", "type": "string"}], "only_in_compare": [], "type_differences": [],
    }  # fmt: skip


TYPES = {
    "k": ("bigint", "bigint"), "g": ("varchar", "varchar"), "n": ("bigint", "bigint"), "big": ("bigint", "bigint"),
    "d": ("decimal(18,2)", "decimal(18,3)"), "f": ("double", "double"), "m": ("bigint", "double"), "w": ("double", "decimal(9,1)"),
    "s": ("varchar", "varchar"), "t": ("date", "date"),
}  # fmt: skip


def random_row(seeded, key):
    few = seeded.choice([-2, -1, 0, 0, 1, 2, 3])
    return {
        "k": key, "g": seeded.choice(["x", "y", ""]), "n": few, "big": seeded.randrange(-(10**18), 10**18),
        "d": decimal.Decimal(seeded.randrange(-500, 500)) / 100, "f": seeded.choice([0.0, seeded.uniform(-1, 1) * 10 ** seeded.randrange(-8, 8)]),
        "m": seeded.randrange(-9, 9), "w": seeded.randrange(-50, 50) / 10, "s": seeded.choice("abc"), "t": f"2020-0{seeded.randrange(1, 9)}-11",
    }  # fmt: skip


def changed_row(seeded, row):
    row = dict(row)
    changes = {
        "n": lambda n: n + seeded.choice([-2, -1, 1, 1, 5]), "big": lambda n: seeded.randrange(-(10**18), 10**18),
        "d": lambda d: d + decimal.Decimal(seeded.randrange(-20, 20)) / 1000,
        "f": lambda f: seeded.choice([f + seeded.uniform(-1, 1), f * (1 + seeded.uniform(-1e-3, 1e-3)), -f]),
        "m": lambda m: m + seeded.choice([0.5, -0.25, 1]), "w": lambda w: round(w + seeded.choice([0.1, -0.3]), 1),
        "s": lambda s: seeded.choice("abcd"), "t": lambda t: f"2020-0{seeded.randrange(1, 9)}-12",
    }  # fmt: skip
    for name in seeded.sample(sorted(changes), seeded.randrange(0, 4)):
        row[name] = changes[name](row[name])
    return row


def write(path, seeded, rows, side):
    lines = [",".join(TYPES)]
    for row in rows:
        cells = []
        for name, value in row.items():
            isnull = name not in ("k", "g") and seeded.random() < 0.06
            if TYPES[name][side] == "double" and not isnull:
                # An exponent makes the column one of doubles.
                value = f"{float(value):.17e}" if name == "f" else f"{float(value):.4e}"
            cells.append("" if isnull else str(value))
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("form", ["csv", "cln"])
@pytest.mark.parametrize("tolerances", ["", "n=1, big=0.5%, d=0.005, f=0.1%, m=0.5, w=2%", "*=0.1", "*=10%"])
@pytest.mark.parametrize("size", [30, 3000])
def test_random_tables(colonnade, seeded, tmp_path, form, tolerances, size):
    rows = [random_row(seeded, key // 2 if key % 2 else key) for key in range(1, size)]
    rows = list({(row["k"], row["g"]): row for row in rows}.values())
    others = [changed_row(seeded, row) for row in rows if seeded.random() < 0.95]
    others += [random_row(seeded, 10**6 + key) for key in range(seeded.randrange(14))]
    if seeded.random() < 0.7:
        seeded.shuffle(others)
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for side, (path, table) in enumerate(zip(paths, (rows, others))):
        write(path, seeded, table, side)
    database = duckdb.connect()
    for side, (name, path) in enumerate(zip("ab", paths)):
        types = ", ".join(f"'{column}': '{kinds[side]}'" for column, kinds in TYPES.items())
        database.execute(f"create table {name} as from read_csv('{path}', types={{{types}}}, header=true)")
    if form == "cln":
        for path in paths:
            colonnade("convert", path, "-o", path.with_suffix(".cln"), "-q")
        paths = [path.with_suffix(".cln") for path in paths]
    options = ["--tolerance", tolerances] if tolerances else []
    reports = []
    for threads in (1, 2):
        run = colonnade(
            "cmp", *paths, "--on", "k,g", *options, "--format", "json", "--threads", threads, "--fail-on", "schema",
            expect=1,
        )  # fmt: skip
        reports.append(run.text)
    assert reports[0] == reports[1]
    given = dict(re.findall(r"([\w*]+)=([\d.]+%?)", tolerances))
    kinds = {"n": "number", "big": "number", "d": "number", "f": "float", "m": "float", "w": "float"}
    columns = {
        name: (kinds.get(name, "other"), given.get(name, given.get("*")) if name in kinds else None)
        for name in TYPES
        if name not in ("k", "g")
    }
    report = read(reports[0])
    Reference(database, ["k", "g"], columns).check(report)
    if size == 3000:
        # All that is looked at is there.
        assert all(column["different"] and column["source_null"] for column in report["columns"])
        toleranced = [column for column in report["columns"] if column["tolerance"]]
        assert len(toleranced) == (6 if tolerances else 0)
        assert not tolerances or sum(column["within_tolerance"] > 0 for column in toleranced) >= 3


def hash_of(path, last=None):
    content = path.read_bytes()
    return xxhash.xxh3_128(content[-last:] if last else content).hexdigest()


def test_inputs_and_their_checksums(colonnade, tmp_path):
    lines = "".join(f"{k},{k % 7}\n" for k in range(50_000))
    plain, packed, chunks, folder = (tmp_path / name for name in ("p.csv", "p.csv.gz", "p.cln", "parts"))
    plain.write_text("k,v\n" + lines)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    colonnade("convert", plain, "-o", chunks, "-q")
    folder.mkdir()
    for part, (start, end) in enumerate(((0, 20_000), (20_000, 50_000))):
        (folder / f"{part}.csv").write_text("k,v\n" + "".join(f"{k},{k % 7}\n" for k in range(start, end)))
    colonnade("convert", folder / "0.csv", "-o", folder / "2.cln", "-q")
    (folder / "0.csv").unlink()

    def inputs(source, compare, **options):
        run = colonnade("cmp", source, compare, "--on", "k", "--format", "json", **options)
        return read(run.text)["inputs"]

    whole = {"name": str(plain), "bytes": plain.stat().st_size, "xxh128": hash_of(plain), "xxh128_of": "file"}
    tail = {"name": str(chunks), "bytes": chunks.stat().st_size, "xxh128": hash_of(chunks, 96), "xxh128_of": "tail"}
    assert inputs(plain, chunks) == {"source": [whole], "compare": [tail]}
    stored = {"name": str(packed), "bytes": packed.stat().st_size, "xxh128": hash_of(packed), "xxh128_of": "file"}
    parts = [
        {"name": str(folder / "1.csv"), "bytes": (folder / "1.csv").stat().st_size, "xxh128": hash_of(folder / "1.csv"), "xxh128_of": "file"},
        {"name": str(folder / "2.cln"), "bytes": (folder / "2.cln").stat().st_size, "xxh128": hash_of(folder / "2.cln", 96), "xxh128_of": "tail"},
    ]  # fmt: skip
    assert inputs(packed, folder) == {"source": [stored], "compare": parts}
    for path, expected in ((plain, whole), (packed, stored), (chunks, tail)):
        with path.open("rb") as stream:
            assert inputs("-", plain, stdin=stream) == {"source": [{**expected, "name": "-"}], "compare": [whole]}


def test_a_late_value_does_not_change_the_checksum(colonnade, tmp_path):
    """Widened after a pass over the text, the column is read again."""
    path = tmp_path / "late.csv"
    path.write_text("k,v\n" + "".join(f"{k},{k}\n" for k in range(300_000)) + "300000,x\n")
    report = read(colonnade("cmp", path, path, "--on", "k", "--format", "json").text)
    assert [file["xxh128"] for side in report["inputs"].values() for file in side] == [hash_of(path)] * 2


def test_the_examples_follow_the_schema():
    examples = sorted((ROOT / "Formats/CompareReport/examples").glob("*.json"))
    assert [path.name for path in examples] == ["awkward.json", "covid.json", "request.json"]
    for path in examples:
        read(path.read_text())


def test_matching_request_and_repeats(colonnade, tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for path, content in zip(paths, ("uf,n,x\nSP,1,0\nSP,2,0\nRJ,3,0\n", "state,m\nsp,1\nSP,3\nAM,0\n")):
        path.write_text(content)

    def report(*options, expect=1):
        return read(colonnade("cmp", *paths, *options, "--format", "json", expect=expect).text)

    found = report("--on", "uf=state", "--rename", "n=m", "--duplicates", "count", "--ignore-case", "--ignore", "x")
    assert found["matching"] == "keys"
    assert [(key["name"], key["compare_name"]) for key in found["keys"]] == [("uf", "state")]
    assert [(column["name"], column["compare_name"]) for column in found["columns"]] == [("n", "m")]
    assert found["request"] == {
        "on": [{"source": "uf", "compare": "state"}], "columns": None, "ignore": ["x"], "rename": [{"source": "n", "compare": "m"}],
        "tolerance": [], "ignore_case": True, "trim": False, "empty_as_null": False, "duplicates": "count",
    }  # fmt: skip
    repeated = {"keys": 1, "unequal_keys": 0, "source_rows": 2, "compare_rows": 2}
    assert found["repeated_keys"] == {**repeated, "examples": [{"key": ["sp"], "source_rows": 2, "compare_rows": 2}]}
    found = report("--by-position", "--rename", "uf=state,n=m", "--columns", "uf")
    assert (found["matching"], found["keys"], found["request"]["on"], found["request"]["columns"]) == ("positions", [], None, ["uf"])
    found = report("--rename", "uf=state,n=m", "--columns", "uf")
    assert (found["matching"], [key["name"] for key in found["keys"]]) == ("found_keys", ["n"])
    assert found["repeated_keys"] is None


def test_forms(colonnade, tmp_path):
    arguments = ["cmp", PUBLISHED, COMPUTED, "--on", "date,state"]
    report, page, plain, packed = (tmp_path / name for name in ("r.json", "r.md", "r.txt", "r.md.gz"))
    summary = colonnade(*arguments, expect=1).text
    for path in (report, page, plain, packed):
        assert colonnade(*arguments, "-o", path, expect=1).text == summary
    assert plain.read_text() == summary and "\x1b" not in summary
    printed = {form: colonnade(*arguments, "--format", form, expect=1).text for form in ("text", "md", "markdown", "json")}
    assert printed["text"] == summary
    assert printed["json"] == report.read_text() == colonnade(*arguments, "-o", "-", expect=1).text
    assert printed["md"] == printed["markdown"] == page.read_text() == gzip.decompress(packed.read_bytes()).decode()
    assert colonnade(*arguments, "--quiet", expect=1).text == ""
    assert colonnade(*arguments, "--quiet", "--format", "md", expect=1).text == page.read_text()
    for wrong in (["-o", "-", "--format", "md"], ["--format", "html"]):
        colonnade(*arguments, *wrong, expect=64)
    # Rows go under these names, and a page under the last.
    for name, option in {**dict.fromkeys(["d.csv", "d.ndjson.gz", "d.cln", "d.arrow", "d.arrows.zst"], "--rows"), "d.html": "--html"}.items():
        assert option in colonnade(*arguments, "-o", tmp_path / name, expect=64).errors
        assert not (tmp_path / name).exists()
    lines = page.read_text().splitlines()
    assert "| cases | 827 | 40.8% | 15,495,731 | 15,434,631 | -61,100 | 75 | 752 | 23 | 304 | 2,485 |" in lines
    assert "| in both | 2,025 | 836 (41.3%) different |" in lines
    assert "<summary>Rows only in source: first 10 of 384</summary>" in lines


def test_markdown_is_not_taken_over_by_values(colonnade, tmp_path):
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    evil = ["a|b", "</details>", "`x`", "@everyone", "[x](http://x)", "a\\|b", "line\nbreak", "![i](j)", "<!--", "$x$"]
    quoted = ['"' + text.replace('"', '""') + '"' for text in evil]
    paths[0].write_text("k,<b>|x\n" + "".join(f"{text},1\n" for text in quoted))
    paths[1].write_text("k,<b>|x\n" + "".join(f"{text},2\n" for text in quoted))
    page = colonnade("cmp", *paths, "--on", "k", "--format", "md", expect=1).text
    tables = [line for line in page.splitlines() if line.startswith("|")]
    examples = tables[-len(evil) :]
    for text, line in zip(evil, examples):
        cells = line.strip("| ").split(" | ")
        assert len(cells) == 5 and cells[1:] == [cells[1], cells[1], "1", "2"]
        shown = re.sub(r"&#(\d+);", lambda match: chr(int(match[1])), re.sub("</?code>", "", cells[0]))
        assert shown == text.replace("\n", "␊")
    # Of what the data have, no sign that Markdown or HTML could read is left.
    bare = re.sub(r"</?(code|details|summary)>|&#\d+;|&nbsp;", "", page)
    assert not re.search(r"[<>`@\[\]\\$!]", bare)


def on_terminal(command, arguments, width, no_colour=False):
    """What a terminal of that width is sent."""
    child, terminal = pty.fork()
    if child == 0:
        variables = {name: value for name, value in environment().items() if name != "NO_COLOR" or no_colour}
        os.read(0, 1)
        os.execve(command.path, [command.path, *map(str, arguments)], variables)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    attributes = termios.tcgetattr(terminal)
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)
    os.write(terminal, b"\n")
    sent = b""
    try:
        while piece := os.read(terminal, 65_536):
            sent += piece
    except OSError:
        pass  # The other end is closed.
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    return sent.decode().replace("\r\n", "\n")


def test_on_a_terminal(colonnade):
    arguments = ["cmp", PUBLISHED, COMPUTED, "--on", "date,state", "--progress", "off"]
    plain = colonnade(*arguments, expect=1).text
    wide = on_terminal(colonnade, arguments, 200)
    assert "\x1b[1;31mdiffer\x1b[0m" in wide
    assert re.sub("\x1b\\[[0-9;]*m", "", wide) == plain
    assert on_terminal(colonnade, arguments, 200, no_colour=True) == plain
    narrow = on_terminal(colonnade, arguments, 60, no_colour=True).splitlines()
    assert all(len(line) <= 60 for line in narrow[1:])
    assert any(line.split() == ["column", "different", "share", "sum", "change", "median", "|d|", "max", "|d|"] for line in narrow)
    assert "\x1b" not in on_terminal(colonnade, [*arguments, "--format", "md"], 80)
