# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Dates and times, with and without offsets: the moments are those that DuckDB reads from the same text."""

import datetime
import json

import csvtext
import duckdb
import pytest

FIRST = datetime.datetime(1, 1, 2)
SECONDS = 3652056 * 86400
# What DuckDB cannot read of what is a timestamp here: small letters, a space before an offset.
AS_TIME = "epoch_us(cast(upper({0}) as timestamp))"
AS_INSTANT = "epoch_us(cast(regexp_replace(upper({0}), ' ([-+Z])', '\\1') as timestamptz))"


def moment(r):
    """A date and time in one of the ways to write it."""
    near = datetime.datetime(2020, 3, 1) + datetime.timedelta(seconds=r.randrange(5 * 86400))
    at = near if r.random() < 0.7 else FIRST + datetime.timedelta(seconds=r.randrange(SECONDS))
    text = f"{at.date().isoformat()}{r.choice(' TTt')}{at.time().isoformat()}"
    if r.random() < 0.2:
        return text[:16]
    if r.random() < 0.4:
        text += "." + "".join(r.choice("0123456789") for _ in range(r.randrange(1, 7))) + r.choice(["", "", "000"])
    # More than six digits only with zeros behind the sixth.
    return text if len(text) <= 26 or set(text[26:]) == {"0"} else text[:26]


def offset(r):
    hours, minutes = r.randrange(18), r.choice(["00", "30", "45", "59"])
    zone = r.choice([f"{hours:02d}", f"{hours:02d}{minutes}", f"{hours:02d}:{minutes}", "18", "0000"])
    return r.choice(["", "", " "]) + r.choice(["Z", "z", r.choice("+-") + zone])


def types(colonnade, path):
    run = colonnade("inspect", path, "--format", "json")
    return {row["column"]: row for row in json.loads(run.text)}


@pytest.mark.parametrize("threads", [1, 2])
def test_random_timestamps_are_those_of_duckdb(colonnade, tmp_path, seeded, threads):
    rows = 30_000
    table = [["row", "local", "instant", "late", "mixed"]]
    for row in range(rows):
        day = (datetime.date(2020, 1, 1) + datetime.timedelta(days=seeded.randrange(60))).isoformat()
        at = moment(seeded)
        table.append([
            str(row), None if seeded.random() < 0.1 else at, None if seeded.random() < 0.1 else moment(seeded) + offset(seeded),
            day if row < rows - 7 else at, at if row < rows - 1 else at + "Z",
        ])  # fmt: skip
    source = csvtext.write(tmp_path / "in.csv", table)
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--threads", threads, "--quiet")
    colonnade("verify", tmp_path / "t.cln")
    found = {name: column["type"] for name, column in types(colonnade, tmp_path / "t.cln").items()}
    assert found == {
        "row": "int64", "local": "timestamp", "instant": "timestamp_utc", "late": "timestamp", "mixed": "string",
    }  # fmt: skip
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "out.csv")

    database = duckdb.connect()
    names = "{'row': 'int', 'local': 'text', 'instant': 'text', 'late': 'text', 'mixed': 'text'}"
    for name, file in (("a", source), ("b", tmp_path / "out.csv")):
        database.execute(f"create table {name} as from read_csv('{file}', header=true, columns={names})")
    for column, read in (("local", AS_TIME), ("instant", AS_INSTANT), ("late", AS_TIME)):
        wrong = database.execute(
            f"""select row, a.{column}, b.{column} from a join b using (row)
            where {read.format(f"a.{column}")} is distinct from {read.format(f"b.{column}")}"""
        ).fetchall()
        assert not wrong, wrong[:5]
    assert database.execute("select count(*) from a join b using (row) where a.mixed = b.mixed").fetchall() == [(rows,)]
    written = database.execute("select local, instant from b").fetchall()
    assert all(v is None or (v[10] == "T" and not (v[19:] and v.endswith("0"))) for v, _ in written)
    assert all(v is None or v.endswith("Z") for _, v in written)

    # What was written comes back as it is.
    colonnade("convert", tmp_path / "out.csv", "-o", tmp_path / "again.cln", "--quiet")
    assert colonnade("export", tmp_path / "again.cln").stdout == (tmp_path / "out.csv").read_bytes()
    colonnade("cmp", tmp_path / "t.cln", tmp_path / "out.csv", "--on", "row,late", "-o", tmp_path / "r.json")


def test_groups_and_extremes_are_those_of_duckdb(colonnade, tmp_path, seeded):
    table = [["t", "u"]]
    for _ in range(20_000):
        at = f"2020-03-0{seeded.randrange(1, 4)} {seeded.randrange(24):02d}:{seeded.randrange(60):02d}"
        table.append([None if seeded.random() < 0.05 else at, None if seeded.random() < 0.3 else moment(seeded) + offset(seeded)])
    source = csvtext.write(tmp_path / "in.csv", table)
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--quiet")
    ask = ["--by", "t", "--agg", "min(u) as low, max(u) as high, count(u) as n, count(*) as rows"]
    answers = [colonnade("agg", tmp_path / name, *ask).text for name in ("in.csv", "t.cln")]
    assert answers[0] == answers[1]
    header, *found = csvtext.parse(answers[0])
    keys = [(row[0] is None, row[0] or "") for row in found]
    assert keys == sorted(keys)
    database = duckdb.connect()
    database.execute(f"create table a as from read_csv('{source}', header=true, columns={{'t': 'text', 'u': 'text'}})")
    time, instant = AS_TIME.format("t"), AS_INSTANT.format("u")
    expected = database.execute(
        f"select {time}, min({instant}), max({instant}), count(u), count(*) from a group by 1 order by 1 nulls last"
    ).fetchall()
    assert [tuple(microseconds(cell) for cell in row[:3]) + (int(row[3]), int(row[4])) for row in found] == expected
    for function in ("sum", "mean"):
        assert "timestamp_utc" in colonnade("agg", source, "--by", "t", "--agg", f"{function}(u)", expect=2).errors


def microseconds(text):
    if text is None:
        return None
    at = datetime.datetime.fromisoformat(text.removesuffix("Z"))
    return (at - datetime.datetime(1970, 1, 1)) // datetime.timedelta(microseconds=1)


def test_types_that_are_given(colonnade, tmp_path):
    source = csvtext.write(tmp_path / "in.csv", [["k", "t"], ["1", "2020-01-02"], ["2", "2020-01-03"]])
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--schema", "t:timestamp", "--quiet")
    assert colonnade("export", tmp_path / "t.cln").text == "k,t\n1,2020-01-02T00:00:00\n2,2020-01-03T00:00:00\n"
    assert types(colonnade, tmp_path / "t.cln")["t"]["max"] == "2020-01-03T00:00:00"
    # Days and midnights are the same moments.
    colonnade("cmp", source, tmp_path / "t.cln", "--on", "k")
    colonnade("cmp", source, tmp_path / "t.cln", "--on", "t")
    run = colonnade("convert", source, "-o", tmp_path / "u.cln", "--schema", "t:timestamp_utc", expect=2)
    assert '"2020-01-02" is no timestamp_utc' in run.errors


def test_every_output_writes_them(colonnade, tmp_path):
    source = csvtext.write(tmp_path / "in.csv", [["t", "u"], ["0001-01-01T00:00:00", "2020-03-28T14:05:09.500+02:00"]])
    expected = "0001-01-01T00:00:00", "2020-03-28T12:05:09.5Z"
    for format in ("csv", "json", "ndjson", "md", "table"):
        text = colonnade("head", source, "--format", format).text
        assert all(f'"{value}"' in text if "json" in format else value in text for value in expected), text
