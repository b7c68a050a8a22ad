# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Every value survives CSV -> .cln -> CSV, and sums are right to the last digit."""

import csv
import datetime
import io
import math
import string
from fractions import Fraction

import csvtext
import duckdb
import pytest

AWKWARD = "aé,\"\n\r 'ß中\U0001f600;\t\\" + string.ascii_letters


def random_text(r):
    return "".join(r.choice(AWKWARD) for _ in range(r.randrange(12)))


def random_decimal(r, digits=12, scale=6):
    number = str(r.randrange(10 ** r.randrange(1, digits)))
    part = "".join(r.choice("0123456789") for _ in range(r.randrange(scale + 1)))
    return r.choice(["", "-"]) + number + ("." + part if part else "")


def random_float(r):
    return repr(r.choice([r.gauss(0, 1) * 10.0 ** r.randrange(-300, 300), r.random(), 1e-5]))


def random_moment(r):
    fraction = r.choice(["", "", ".5", ".000001", ".123456"])
    at = datetime.datetime(1, 1, 1) + datetime.timedelta(seconds=r.randrange(3652058 * 86400))
    return at.isoformat(timespec="seconds") + fraction


KINDS = {
    "int": lambda r: str(r.randrange(-1000, 1000)),
    "wide": lambda r: str(r.choice([0, 1, -1]) * (2**63 - 1 - r.randrange(3)) - r.choice([0, 0, 1])),
    "beyond": lambda r: str(r.randrange(-(10**30), 10**30)),
    "decimal": random_decimal,
    "long": lambda r: random_decimal(r, 28, 10),
    "float": random_float,
    "date": lambda r: (datetime.date(1, 1, 1) + datetime.timedelta(days=r.randrange(3652058))).isoformat(),
    "timestamp": lambda r: random_moment(r),
    "instant": lambda r: random_moment(r) + "Z",
    "almost timestamp": lambda r: r.choice(["2020-02-29T10:00:00", "2020-02-29T24:00:00", "2020-02-29T10:00:60Z"]),
    "almost date": lambda r: r.choice(["2020-02-29", "2021-02-29", "2021-1-1", "0000-01-01", "2021-12-31"]),
    "bool": lambda r: r.choice(["true", "false"]),
    "code": lambda r: f"{r.randrange(1000):04d}",
    "text": random_text,
    "few": lambda r: r.choice(["", "São Paulo", "NA", "null", "nan", "inf", "-", "."]),
    "identifier": lambda r: f"{r.randrange(10)}E{r.randrange(40)}",
    "plus": lambda r: r.choice(["+1", "1", "-0", "0"]),
    "blank": lambda r: r.choice([" 1", "1 ", "1"]),
}


def random_column(r, rows):
    kind = r.choice(list(KINDS))
    intruder = r.choice(list(KINDS)) if r.random() < 0.3 else kind
    null_share = r.choice([0, 0, 0.1, 0.9])
    intruded_at = r.randrange(rows)
    return [
        None if r.random() < null_share else KINDS[intruder if row >= intruded_at else kind](r) for row in range(rows)
    ]


@pytest.mark.parametrize("threads", [1, 2])
def test_random_awkward_tables_come_back(colonnade, tmp_path, seeded, threads):
    for round in range(12):
        rows = seeded.choice([1, 2, 100, 3000])
        columns = [random_column(seeded, rows) for _ in range(seeded.randrange(2, 12))]
        header = [seeded.choice(["", "c ", "ç,", 'q"', "n\n"]) + str(i) for i in range(len(columns))]
        table = [header, *map(list, zip(*columns))]
        source = csvtext.write(tmp_path / "in.csv", table, seeded.choice(["\n", "\r\n"]))
        colonnade("convert", source, "-o", tmp_path / "t.cln", "--threads", threads, "--quiet", "--delimiter", ",")
        colonnade("verify", tmp_path / "t.cln")
        exported = colonnade("export", tmp_path / "t.cln").text
        csvtext.assert_same_tables(table, csvtext.parse(exported), f"round {round}")
        again = [[v or "" for v in row] for row in csvtext.parse(exported)]
        assert list(csv.reader(io.StringIO(exported, newline=""))) == again


def test_real_data_comes_back(colonnade, covid):
    exported = colonnade("export", covid["cln"]).stdout
    assert exported == covid["csv"].read_bytes().replace(b"\r\n", b"\n")


def test_late_contradictions_widen(colonnade, tmp_path):
    """The sample says one thing, the last row another."""
    rows = 300_000
    last = ["2.50", "1e300", "abc", "2020-13-01", "007", "yes", "12345678901234567890123456789012345678"]
    early = ["2", "2.5", "12.50", "2020-12-01", "7", "true", "3"]
    source = tmp_path / "late.csv"
    header = [f"c{i}" for i in range(len(last))]
    with open(source, "w") as file:
        file.write(",".join(header) + "\n" + (",".join(early) + "\n") * rows + ",".join(last) + "\n")
    for threads in (1, 2):
        colonnade("convert", source, "-o", tmp_path / f"{threads}.cln", "--threads", threads, "--quiet")
    assert (tmp_path / "1.cln").read_bytes() == (tmp_path / "2.cln").read_bytes()
    exported = csvtext.parse(colonnade("export", tmp_path / "1.cln").text)
    csvtext.assert_same_tables([header, *[early] * rows, last], exported)


def test_random_aggregates(colonnade, tmp_path, seeded):
    """Whole and decimal numbers against DuckDB, doubles against math.fsum, means as exact fractions."""
    for round in range(6):
        rows = seeded.choice([1, 50, 20_000])
        keys = seeded.choice([1, 7, 5000])
        table = [["k", "d", "i", "m", "w", "f"]]
        for row in range(rows):
            null_share = 0.1
            table.append([
                seeded.choice([None, "", "Ω", "a,b"]) if seeded.random() < 0.2 else f"key {seeded.randrange(keys)}",
                None if seeded.random() < null_share else f"2020-01-{seeded.randrange(1, 29):02d}",
                None if seeded.random() < null_share else str(seeded.randrange(-(2**63), 2**63)),
                None if seeded.random() < null_share else f"{seeded.randrange(-(10**6), 10**6)}.{seeded.randrange(10000):04d}",
                f"{seeded.randrange(10**25)}.{seeded.randrange(1000):03d}",
                repr(seeded.gauss(0, 1) * 10.0 ** seeded.randrange(-20, 20)) if seeded.random() < 0.9 else "1e-7",
            ])  # fmt: skip
        source = csvtext.write(tmp_path / "in.csv", table)
        colonnade("convert", source, "-o", tmp_path / "in.cln", "--quiet")

        database = duckdb.connect()
        columns = "{'k': 'text', 'd': 'date', 'i': 'hugeint', 'm': 'decimal(38,4)', 'w': 'decimal(38,3)', 'f': 'double'}"
        database.execute(
            f"create table t as from read_csv('{source}', header=true, allow_quoted_nulls=false, columns={columns})"
        )
        query = """select k, d, sum(i), sum(m), sum(w), count(*), count(i), min(i), max(m), min(w), count(m), list(f)
          from t group by k, d"""
        expected = {(k, None if d is None else str(d)): rest for k, d, *rest in database.execute(query).fetchall()}

        asked = (
            "sum(i) as si, sum(m) as sm, sum(w) as sw, count(*) as n, count(i) as ni, min(i) as mi, max(m) as mm, "
            "min(w) as mw, sum(f) as sf, mean(i) as ai, mean(m) as am"
        )
        answers = []
        for source, threads in [("in.cln", 1), ("in.cln", 2), ("in.csv", 2)]:
            run = colonnade("agg", tmp_path / source, "--by", "k,d", "--agg", asked, "--threads", threads)
            answers.append(run.stdout)
        assert answers[0] == answers[1] == answers[2]
        header, *found = csvtext.parse(answers[0].decode())
        assert header == ["k", "d", "si", "sm", "sw", "n", "ni", "mi", "mm", "mw", "sf", "ai", "am"]
        assert len(found) == len(expected)
        for k, d, *cells in found:
            si, sm, sw, n, ni, mi, mm, mw, nm, floats = expected[(k, d)]
            note = f"round {round}, group {k!r}, {d}"
            for cell, value in zip(cells, (si, sm, sw, n, ni, mi, mm, mw)):
                assert (cell is None) == (value is None), note
                assert cell is None or Fraction(cell) == Fraction(value), note
            assert float(cells[8]) == math.fsum(floats), note
            assert cells[9] is None if ni == 0 else float(cells[9]) == float(Fraction(si) / ni), note
            assert cells[10] is None if nm == 0 else float(cells[10]) == float(Fraction(sm) / nm), note
        # The default order: keys ascending by bytes, nulls last.
        order = [[(v is None, (v or "").encode()) for v in row[:2]] for row in found]
        assert order == sorted(order)


def test_sums_past_128_bits_are_refused(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("k,w\n" + ("a," + "9" * 38 + "\n") * 3)
    run = colonnade("agg", source, "--by", "k", "--agg", "sum(w)", expect=2)
    assert "w" in run.errors


def test_special_doubles(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("k,f\na,1e308\na,1e308\na,-1e308\na,-1e308\na,5e-324\nb,1e16\nb,1e0\nb,-1e16\n")
    header, *sums = csvtext.parse(colonnade("agg", source, "--by", "k", "--agg", "sum(f)").text)
    assert [(k, float(f)) for k, f in sums] == [("a", 5e-324), ("b", 1.0)]


def test_random_comparisons(colonnade, tmp_path, seeded):
    """Against the same comparison made with dictionaries."""
    import json

    for round in range(8):
        size = seeded.choice([1, 40, 3000])
        keys = [(f"2020-01-{1 + i % 28:02d}", f"k{i}") for i in range(size)]
        make = lambda: [seeded.choice([None, "1", "2", "2.0", "3.50"]), seeded.choice([None, "x", "y", ""])]  # noqa: E731
        sides = []
        for _ in range(2):
            chosen = [k for k in keys if seeded.random() < 0.8]
            seeded.shuffle(chosen)
            sides.append({k: make() for k in chosen})
        for name, side in zip("ab", sides):
            csvtext.write(tmp_path / f"{name}.csv", [["d", "k", "v", "t"], *[[*k, *v] for k, v in side.items()]])
            colonnade("convert", tmp_path / f"{name}.csv", "-o", tmp_path / f"{name}.cln", "--quiet")
        both = sides[0].keys() & sides[1].keys()

        def same(a, b):
            return a == b or (a not in (None, "") and b not in (None, "") and csvtext.same_value(a, b))

        differ = sum(not all(map(same, sides[0][k], sides[1][k])) for k in both)
        expected = {
            "source_rows": len(sides[0]), "compare_rows": len(sides[1]),
            "source_rows_unmatched": len(sides[0]) - len(both), "compare_rows_unmatched": len(sides[1]) - len(both),
            "rows_in_both": len(both), "equal_rows": len(both) - differ, "diff_rows": differ,
        }  # fmt: skip
        clean = differ == 0 and len(sides[0]) == len(sides[1]) == len(both)
        for forms in (("a.csv", "b.csv"), ("a.cln", "b.cln"), ("a.cln", "b.csv")):
            report = tmp_path / "report.json"
            paths = [tmp_path / f for f in forms]
            colonnade("cmp", *paths, "--on", "d,k", "-o", report, expect=0 if clean else 1)
            found = json.loads(report.read_text())
            assert {name: found[name] for name in expected} == expected, f"round {round} {forms}"


def test_rows_of_a_csv_are_counted_without_reading_a_column(colonnade, tmp_path):
    (tmp_path / "t.csv").write_text("a,b\n1,x\n,\n3,z\n")
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln")
    for name in ("t.csv", "t.cln"):
        assert colonnade("agg", tmp_path / name, "--agg", "count(*)").text == "count\n3\n", name


def test_aggregates_are_the_same_bytes_over_thread_counts(colonnade, covid, tmp_path):
    ask = ["--by", "state,name", "--agg", "sum(cases), mean(deaths) as d, count(*) as n, max(name) as m"]
    for name in ("csv", "cln"):
        forms = set()
        for threads in (1, 2, 3, 8):
            for _ in range(3):
                out = tmp_path / "out.cln"
                colonnade("agg", covid[name], *ask, "-o", out, "--threads", threads)
                forms.add(out.read_bytes())
        assert len(forms) == 1, name


def test_three_passes_over_standard_input(colonnade, tmp_path):
    """Each part contradicts the type that those before it gave the column: decimal, another decimal, float or text."""
    count = 131_072
    values = ["0.5"] * count + ["9007199254740993.1"] * count + ["1e-05"] * count
    content = ("v\n" + "\n".join(values) + "\n").encode()
    colonnade("convert", "-", "-o", tmp_path / "t.cln", "--quiet", input=content)
    colonnade("verify", tmp_path / "t.cln")
    exported = colonnade("export", tmp_path / "t.cln").text.split()
    assert exported[0] == "v" and len(exported) == 3 * count + 1
    assert {Fraction(v) for v in set(exported[1:])} == {Fraction(v) for v in set(values)}
    (tmp_path / "t.csv").write_bytes(content)
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "f.cln", "--quiet")
    assert colonnade("export", tmp_path / "f.cln").text.split() == exported


def test_wide_decimals_of_any_size_are_stored(colonnade, seeded, tmp_path):
    """Most values of one width past 64 bits, a few of another: packed integers reach 64 bits, and no further."""
    columns = {f"w{digits}": [digits, rare] for digits, rare in ((20, 3), (22, 34), (30, 34), (33, 5), (34, 33), (34, 1))}
    names = [f"{name}_{rare}" for name, (_, rare) in columns.items()]
    rows = []
    for _ in range(6000):
        row = []
        for digits, rare in columns.values():
            most = 10 ** (rare if seeded.random() < 0.02 else digits)
            number = seeded.randrange(-most, most)
            row.append(f"{'-' * (number < 0)}{abs(number) // 10_000}.{abs(number) % 10_000:04}")
        rows.append(",".join(row))
    text = ",".join(names) + "\n" + "".join(row + "\n" for row in rows)
    (tmp_path / "w.csv").write_text(text)
    schema = ",".join(f"{name}:decimal(38,4)" for name in names)
    colonnade("convert", tmp_path / "w.csv", "-o", tmp_path / "w.cln", "--schema", schema)
    assert "intact" in colonnade("verify", tmp_path / "w.cln").text
    assert colonnade("export", tmp_path / "w.cln", "--format", "csv").text == text


def test_a_column_of_strings_without_values_has_strings(colonnade, tmp_path):
    (tmp_path / "e.csv").write_text("k,s\n1,\n")
    ask = ["agg", tmp_path / "e.csv", "--schema", "s:string", "--by", "k", "--format", "csv"]
    assert colonnade(*ask, "--agg", "upper(min(s)) || 'x' as u, count(s)").text == "k,u,count_s\n1,,0\n"
    assert colonnade(*ask, "--agg", "max(s) as m", "--having", "min(s) like '%a%' or count(s) = 0").text == "k,m\n1,\n"
    # Where numbers are needed, it is one of numbers: a sum of nothing.
    assert colonnade(*ask, "--agg", "sum(s) as t").text == "k,t\n1,\n"
    colonnade("agg", tmp_path / "e.csv", "--schema", "s:string", "--agg", "min(s) as m", "-o", tmp_path / "m.cln")
    assert "m,string" in colonnade("inspect", tmp_path / "m.cln", "--format", "csv").text


def test_nulls_of_any_type_are_strings_or_numbers_as_asked(colonnade, tmp_path):
    """What is worked out of columns without a value, in a second stage too; of no rows, and of some."""
    schema = ["--schema", "s:string,t:string", "--format", "csv"]
    for rows, groups in (("", ""), ("1,,\n1,,\n", "1,,,\n")):
        (tmp_path / "n.csv").write_text("k,s,t\n" + rows)
        ask = ["agg", tmp_path / "n.csv", *schema, "--by"]
        assert colonnade(*ask, "k", "--agg", "upper(min(case when k > 0 then s else t end)) as u, sum(s) as n, max(null) as m").text == "k,u,n,m\n" + groups
        assert colonnade(*ask, "greatest(s, t) as g", "--agg", "greatest(s, t) || 'x' as x").text == "g,x\n" + (rows and ",\n")
