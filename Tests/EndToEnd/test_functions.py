# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Functions of `agg`: against exact fractions of Python, against DuckDB, and the same bytes for any threads, chunks and order."""

import datetime
import math
from fractions import Fraction

import csvtext
import duckdb
import pytest
from exact import moment, nearest, order, quantile, same

BIG = 2**63 - 1
# Name, type in --schema, and a random value as a CSV has it.
COLUMNS = {
    "k": ("string", lambda r: r.choice(["a", "b", "São Paulo", "c", ""])),
    "flag": ("bool", lambda r: r.choice(["true", "false"])),
    "small": ("int64", lambda r: str(r.randrange(-9, 10))),
    "big": ("int64", lambda r: str(r.choice([-1, 1]) * (BIG - r.randrange(3)) - r.randrange(2))),
    "price": ("decimal(12,2)", lambda r: f"{r.randrange(-10**6, 10**6)}.{r.randrange(100):02d}"),
    "long": ("decimal(38,4)", lambda r: f"{r.choice([10**34 - 1, -(10**34 - 1), 5, r.randrange(10**33)])}.{r.randrange(10**4):04d}"),
    "ratio": ("float64", lambda r: repr(r.gauss(0, 1) * 10.0 ** r.randrange(-9, 9))),
    "wild": ("float64", lambda r: repr(r.choice([1e308, -1e308, 5e-324, 1e15 + r.randrange(4), 0.0, r.random(), 1e-200]))),
    "odd": ("float64", lambda r: r.choice(["nan", "inf", "-inf", "1.5", "2.5", "0.0", "-7.0"])),
    "day": ("date", lambda r: (datetime.date(2020, 1, 1) + datetime.timedelta(days=r.randrange(40))).isoformat()),
    "text": ("string", lambda r: "t" + str(r.randrange(60))),
}
NUMBERS = ["small", "big", "price", "long", "ratio", "wild", "odd"]
FLOATS = ["ratio", "wild", "odd"]
SCHEMA = ",".join(f"{name}:{kind}" for name, (kind, _) in COLUMNS.items())
LEVELS = ["0", "0.1", "0.25", "0.5", "0.9", "0.333", "1"]


def random_table(r, rows):
    null_share = r.choice([0, 0.1, 0.6])
    return [[None if r.random() < null_share else make(r) for _, make in COLUMNS.values()] for _ in range(rows)]


def number(name, cell):
    """An exact fraction, or a double that is not finite."""
    if name in FLOATS:
        value = float(cell)
        return Fraction(value) if math.isfinite(value) else value
    return Fraction(cell)


def groups_of(table, keys):
    groups = {}
    for row in table:
        groups.setdefault(tuple(row[list(COLUMNS).index(key)] for key in keys), []).append(row)
    return groups if keys else {(): table}


def cells(rows, name):
    column = list(COLUMNS).index(name)
    return [row[column] for row in rows if row[column] is not None]


def pairs_of(rows, x, y):
    names = list(COLUMNS)
    both = [(row[names.index(x)], row[names.index(y)]) for row in rows]
    pairs = [(number(x, a), number(y, b)) for a, b in both if a is not None and b is not None]
    if (x in FLOATS) == (y in FLOATS):
        return pairs
    # Beside doubles, the other side is the nearest doubles.
    return [tuple(Fraction(nearest(v)) if isinstance(v, Fraction) else v for v in pair) for pair in pairs]


def convert(colonnade, folder, name, table, pieces):
    """A chunk file of so many pieces, each a chunk of its own."""
    chunks = folder / f"{name}.cln"
    for piece in range(pieces):
        part = table[len(table) * piece // pieces : len(table) * (piece + 1) // pieces]
        source = csvtext.write(folder / f"{name}.csv", [list(COLUMNS), *part], "\n")
        colonnade("convert", source, "-o", chunks, "--schema", SCHEMA, "--quiet", *(["--append"] if piece else []))
    return chunks


def random_doubles(r):
    """Aggregates whose results are doubles: text, and what they are of a group's rows."""
    wanted = {}
    for _ in range(12):
        x, y, level = r.choice(NUMBERS), r.choice(NUMBERS), r.choice(LEVELS)
        single = r.choice(["var", "var_pop", "stddev", "stddev_pop", "var_samp", "stddev_samp", "variance"])
        double = r.choice(["corr", "covar", "covar_pop", "covar_samp"])
        base = {"var_samp": "var", "variance": "var", "stddev_samp": "stddev"}.get(single, single)
        wanted[f"{single}({x})"] = lambda rows, x=x, f=base: moment(f, [(number(x, c),) * 2 for c in cells(rows, x)])
        wanted[f"{double}({x}, {y})"] = lambda rows, x=x, y=y, f=double: moment(f, pairs_of(rows, x, y))
        wanted[f"quantile({x}, {level})"] = lambda rows, x=x, q=level: quantile([number(x, c) for c in cells(rows, x)], q)
        wanted[f"median({y})"] = lambda rows, y=y: quantile([number(y, c) for c in cells(rows, y)], "0.5")
    return wanted


@pytest.mark.parametrize("rows", [0, 1, 2, 30, 400])
def test_moments_and_quantiles_equal_fractions_rounded_once(colonnade, tmp_path, seeded, rows):
    for turn in range(4):
        table = random_table(seeded, rows)
        wanted = random_doubles(seeded)
        texts = ", ".join(f"{text} as a{index}" for index, text in enumerate(wanted))
        pieces = seeded.choice([1, 1, 3])
        chunks = convert(colonnade, tmp_path, f"t{turn}", table, pieces)
        for keys in ([], ["k"]):
            by = ["--by", ",".join(keys)] if keys else []
            run = colonnade("agg", chunks, *by, "--agg", texts, "--threads", seeded.choice([1, 2, 3]))
            found = csvtext.parse(run.text)[1:]
            groups = groups_of(table, keys)
            assert len(found) == len(groups)
            for row in found:
                own = groups[tuple(row[: len(keys)])]
                for cell, (text, function) in zip(row[len(keys) :], wanted.items()):
                    assert same(cell, function(own)), f"{text} of {row[:len(keys)]}: {cell}, not {function(own)!r}"


EXACT = {
    "count(distinct small)": "count(distinct small)",
    "count(distinct big)": "count(distinct big)",
    "count(distinct price)": "count(distinct price)",
    "count(distinct long)": "count(distinct long)",
    "count(distinct ratio)": "count(distinct ratio)",
    "count(distinct odd)": "count(distinct odd)",
    "count(distinct day)": "count(distinct day)",
    "count(distinct text)": "count(distinct text)",
    "count(distinct k)": "count(distinct k)",
    "first(small)": "first(small order by rowid) filter (small is not null)",
    "last(text)": "last(text order by rowid) filter (text is not null)",
    "first(day)": "first(day order by rowid) filter (day is not null)",
    "last(long)": "last(long order by rowid) filter (long is not null)",
    "any(flag)": "first(flag order by rowid) filter (flag is not null)",
    "first(k)": "first(k order by rowid) filter (k is not null)",
    "median(small)": "median(small)",
    "median(text)": "quantile_disc(text, 0.5)",
    "quantile(day, 0.9)": "quantile_disc(day, 0.9)",
    "quantile(text, 0.25)": "quantile_disc(text, 0.25)",
    "median(flag)": "quantile_disc(flag, 0.5)",
    "min(text)": "min(text)",
    "max(odd)": "max(odd)",
}
# DuckDB rounds on the way: these agree to some digits only.
ROUNDED = {
    "var(price)": "var_samp(price)", "stddev_pop(small)": "stddev_pop(small)", "corr(small, ratio)": "corr(small, ratio)",
    "covar(price, small)": "covar_samp(price, small)", "quantile(ratio, 0.9)": "quantile_cont(ratio, 0.9)",
    "median(price)": "median(price::double)",
}


def load(table, source):
    base = duckdb.connect()
    kinds = {"int64": "BIGINT", "float64": "DOUBLE", "string": "VARCHAR", "bool": "BOOLEAN"}
    types = ", ".join(f"{name} {kinds.get(kind, kind)}" for name, (kind, _) in COLUMNS.items())
    base.execute(f"create table t ({types})")
    if table:
        base.executemany(f"insert into t values ({', '.join('?' * len(COLUMNS))})", table)
    return base


def plain(value):
    """As the command prints it, where that is one way only."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else repr(value).removesuffix(".0")
    return str(value)


def trimmed(cell):
    return cell.removesuffix(".0") if cell is not None else None


@pytest.mark.parametrize("rows", [0, 1, 60, 700])
def test_functions_as_duckdb_has_them(colonnade, tmp_path, seeded, rows):
    table = random_table(seeded, rows)
    base = load(table, tmp_path)
    chunks = convert(colonnade, tmp_path, "t", table, seeded.choice([1, 2, 5]))
    texts = ", ".join(f"{text} as a{index}" for index, text in enumerate([*EXACT, *ROUNDED]))
    for keys in ([], ["k"], ["small", "k"]):
        columns = ", ".join([*keys, *EXACT.values(), *ROUNDED.values()])
        group = f"group by {', '.join(keys)} order by " + ", ".join(f"{k} nulls last" for k in keys) if keys else ""
        wanted = base.execute(f"select {columns} from t {group}").fetchall()
        run = colonnade("agg", chunks, *(["--by", ",".join(keys)] if keys else []), "--agg", texts)
        found = csvtext.parse(run.text)[1:]
        assert len(found) == len(wanted)
        exact = len(keys) + len(EXACT)
        for own, theirs in zip(found, wanted):
            assert [trimmed(cell) for cell in own[:exact]] == [plain(value) for value in theirs[:exact]], f"{keys}"
            for text, cell, value in zip(ROUNDED, own[exact:], theirs[exact:]):
                if cell is None:
                    # DuckDB has NaN where a correlation is not defined.
                    assert value is None or math.isnan(value), text
                else:
                    assert math.isclose(float(cell), value, rel_tol=1e-9, abs_tol=1e-9), f"{text}: {cell}, {value}"


@pytest.mark.parametrize("name,k", [("small", 2), ("long", 1), ("odd", 3), ("text", 4), ("day", 70), ("ratio", 2)])
def test_tops_are_rows_per_group(colonnade, tmp_path, seeded, name, k):
    table = random_table(seeded, seeded.choice([1, 50, 900]))
    chunks = convert(colonnade, tmp_path, "t", table, 3)
    value = (lambda cell: cell) if name in ("text", "day") else lambda cell: number(name, cell)
    for function in ("top", "bottom"):
        run = colonnade("agg", chunks, "--by", "k", "--agg", f"count(*) as n, {function}({name}, {k}) as v", "--threads", "2")
        found = {}
        for key, n, cell in csvtext.parse(run.text)[1:]:
            found.setdefault(key, []).append((n, None if cell is None else order(value(cell))))
        for (key,), rows in groups_of(table, ["k"]).items():
            best = sorted((order(value(c)) for c in cells(rows, name)), reverse=function == "top")[:k] or [None]
            assert found[key] == [(str(len(rows)), v) for v in best], f"{function}({name}, {k}) of {key!r}"


def test_any_order_threads_and_chunks_give_the_same_bytes(colonnade, tmp_path, seeded):
    table = random_table(seeded, 3000)
    texts = ", ".join(
        [f"{f}({x}) as {f}_{x}" for f in ("var", "stddev_pop", "median", "sum", "mean") for x in NUMBERS if (f, x) != ("sum", "long")]
        + [f"quantile({x}, 0.9) as q_{x}, top({x}, 2), bottom({x}, 66), count(distinct {x})" for x in COLUMNS if x != "k"]
        + ["corr(ratio, wild), corr(small, price), corr(long, big), covar(wild, small), covar_pop(long, price)"]
    )
    answers = set()
    for turn in range(6):
        seeded.shuffle(table)
        chunks = convert(colonnade, tmp_path, f"t{turn}", table, seeded.choice([1, 2, 7]))
        answers.add(colonnade("agg", chunks, "--by", "k", "--agg", texts, "--threads", turn % 3 + 1).text)
    # The same rows as several inputs.
    parts = [convert(colonnade, tmp_path, f"p{i}", table[i::3], 1) for i in range(3)]
    answers.add(colonnade("agg", *parts, "--by", "k", "--agg", texts).text)
    assert len(answers) == 1


def test_first_and_last_go_by_inputs_and_rows(colonnade, tmp_path):
    for name, rows in {"a": ["1,", "2,x", "1,p"], "b": ["2,y", "1,q", "2,"]}.items():
        (tmp_path / f"{name}.csv").write_text("k,s\n" + "\n".join(rows) + "\n")
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    for threads in (1, 2):
        ask = lambda *inputs: colonnade("agg", *inputs, "--by", "k", "--agg", "first(s), last(s), any(s)", "--threads", threads).text
        assert ask(a, b) == "k,first_s,last_s,any_s\n1,p,q,p\n2,x,y,x\n"
        assert ask(b, a) == "k,first_s,last_s,any_s\n1,q,p,q\n2,y,x,y\n"


@pytest.mark.parametrize(
    "aggregates,status,message,advice",
    [
        ("quantile(cases, 1.5)", 64, 'a level is a number from 0 to 1', "quantile(x, 0.9)"),
        ("quantile(cases)", 64, "quantile takes 2 arguments, not 1", "--help"),
        ("corr(cases)", 64, "corr takes 2 arguments, not 1", "--help"),
        ("top(cases, 0)", 64, 'top takes from 1 to 1000000 values, not "0", at character 12', "top(x, 2)"),
        ("medain(cases)", 64, 'no function "medain", at character 1', 'did you mean "median"?'),
        ("stddev(state)", 2, "stddev(state): the column is string, which has no stddev", "--schema 'state:int64'"),
        ("corr(cases, statte)", 2, 'no column "statte"', 'did you mean "state"?'),
    ],
)
def test_what_is_wrong_with_a_call(colonnade, covid, aggregates, status, message, advice):
    run = colonnade("agg", covid["cln"], "--agg", aggregates, expect=status)
    assert message.replace("a level is", "a quantile's level is") in run.errors
    assert advice in run.errors
