# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What people complain about in other readers of CSVs, one test each; the name of the test is the complaint."""

import csv
import json
import random

import csvtext
import pytest

MEGABYTE = 1 << 20


def receipt(colonnade, source, out, *options, expect=0):
    """Converts, and gives the receipt as JSON."""
    path = out.with_suffix(".json")
    colonnade("convert", source, "-o", out, "--receipt", path, *options, expect=expect)
    return json.loads(path.read_text())


def types(told):
    return {column["name"]: column["type"] for column in told["columns"]}


def write_quoted_newlines(path, megabytes, note):
    """Every row has a field of some 100 kB whose lines look like rows, quotes doubled: no border of a chunk, wherever it falls,
    is outside of quotes. `note` makes the text differ."""
    lines = "".join(f'{i},"""no row {note}"",{i}"\n' for i in range(3_500))
    with open(path, "w", newline="") as file:
        file.write("k,text,v\n")
        row = 0
        while file.tell() < megabytes * MEGABYTE:
            text = lines[: len(lines) - row % 97].replace('"', '""')
            file.write(f'{row},"{text}",{row * 7}\n')
            row += 1
    return row


@pytest.mark.parametrize("threads", [1, 2, 7])
def test_a_parallel_split_cuts_records_at_quoted_newlines(colonnade, tmp_path, threads):
    source = tmp_path / "in.csv"
    rows = write_quoted_newlines(source, 40, "of the table")
    told = receipt(colonnade, source, tmp_path / "t.cln", "--threads", threads, "--quiet")
    assert told["rows"] == rows and told["rejected_rows"] == 0 and told["repairs"] == []
    assert types(told) == {"k": "int64", "text": "string", "v": "int64"}
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "out.csv", "--threads", threads)
    csv.field_size_limit(1 << 30)
    with open(source, newline="") as before, open(tmp_path / "out.csv", newline="") as after:
        for old, new in zip(csv.reader(before), csv.reader(after), strict=True):
            assert old == new, old[0]


def test_a_parallel_split_cuts_records_at_quoted_newlines_of_any_size(colonnade, tmp_path, seeded):
    with open(tmp_path / "in.csv", "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["k", "a", "b"])
        pieces = ['x,y\n', '"', '\r\n', "1,2,3\n", "é", " ", '","', "\n\n"]
        for row in range(30_000):
            size = seeded.choice([0, 1, 3, 10, 300, 3000])
            out.writerow([row, "".join(seeded.choices(pieces, k=size)) or "-", seeded.choice(["a", 'b"', "\n"])])
    assert (tmp_path / "in.csv").stat().st_size > 20 * MEGABYTE
    for threads in (1, 2):
        colonnade(
            "convert", tmp_path / "in.csv", "-o", tmp_path / f"{threads}.cln", "--threads", threads, "--quiet", "--strict")
    assert (tmp_path / "1.cln").read_bytes() == (tmp_path / "2.cln").read_bytes()
    colonnade("export", tmp_path / "1.cln", "-o", tmp_path / "out.csv")
    with open(tmp_path / "in.csv", newline="") as before, open(tmp_path / "out.csv", newline="") as after:
        for old, new in zip(csv.reader(before), csv.reader(after), strict=True):
            assert old == new, old[0]


def test_ragged_rows_are_truncated(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    rows = [f"{i},x{i},{i}" for i in range(20_000)]
    rows[15_000] = "15000,too,many,15000"
    rows[17_000] = "17000,short"
    source.write_text("a,b,c\n" + "\n".join(rows) + "\n")
    run = colonnade("convert", source, "-o", tmp_path / "t.cln", expect=2)
    assert "row 15001, line 15002" in run.errors and '"15000,too,many,15000"' in run.errors
    told = receipt(
        colonnade, source, tmp_path / "t.cln", "--on-error", "skip", "--rejects", tmp_path / "rejects.csv", "--quiet")
    assert told["rows"] == 19_999 and told["rejected_rows"] == 1
    assert [(r["kind"], r["rows"], r["first"]["row"]) for r in told["repairs"]] == [("short_row", 1, 17_001)]
    assert "\n15000,too,many,15000\n" in (tmp_path / "rejects.csv").read_text()
    exported = colonnade("export", tmp_path / "t.cln").text.splitlines()
    rows[17_000] += ","
    assert exported == ["a,b,c", *rows[:15_000], *rows[15_001:]]


@pytest.mark.parametrize("at", [10, 50_000, 99_999])
def test_an_open_quote_swallows_the_file(colonnade, tmp_path, at):
    rows = [f"{i},text {i},{i * 3}" for i in range(100_000)]
    rows[at] = f'{at},"text {at},{at * 3}'
    source = tmp_path / "in.csv"
    source.write_text("a,b,c\n" + "\n".join(rows) + "\n")
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet")
    assert told["rows"] == 100_000
    assert [(r["kind"], r["rows"], r["first"]["line"]) for r in told["repairs"]] == [("open_quote", 1, at + 2)]
    with open(source) as file:
        before = [line.rstrip("\n").split(",") for line in file]
    assert csvtext.parse(colonnade("export", tmp_path / "t.cln").text) == before
    run = colonnade("convert", source, "-o", tmp_path / "t.cln", "--strict", expect=2)
    assert f"row {at + 1}, line {at + 2}" in run.errors and "quote" in run.errors


def test_a_skipped_bad_row_is_stored_as_zeros(colonnade, tmp_path):
    rows = [f"{i},{i}.25" for i in range(1, 5_001)]
    rows[2_500] = "2501,n/a"
    source = tmp_path / "in.csv"
    source.write_text("k,v\n" + "\n".join(rows) + "\n")
    options = ["--schema", "v:decimal(10,2)", "--on-error", "skip", "--rejects", tmp_path / "rejects.csv", "--quiet"]
    told = receipt(colonnade, source, tmp_path / "t.cln", *options)
    assert (told["rows"], told["rejected_rows"]) == (4_999, 1)
    assert told["first_rejected"][0]["place"]["row"] == 2_501 and told["first_rejected"][0]["place"]["column"] == "v"
    exported = colonnade("export", tmp_path / "t.cln").text.splitlines()
    assert exported == ["k,v", *rows[:2_500], *rows[2_501:]]
    run = colonnade("agg", tmp_path / "t.cln", "--agg", "count(*) as n, count(v) as v, min(v) as low, min(k) as k")
    assert run.text == "n,v,low,k\n4999,4999,1.25,1\n"


@pytest.mark.parametrize("delimiter, name", [(";", "semicolon"), ("\t", "tab"), ("|", "vertical bar"), (",", "comma")])
def test_a_wrong_delimiter_passes_without_a_word(colonnade, tmp_path, delimiter, name):
    source = tmp_path / "in.csv"
    rows = ["abc", *[[str(i), "x y", "2.5"] for i in range(20)]]
    source.write_text("".join(delimiter.join(row) + "\n" for row in rows))
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet")
    assert types(told) == {"a": "int64", "b": "string", "c": "decimal(2,1)"}
    found = {finding["name"]: finding for finding in told["dialect"]["findings"]}
    assert found["delimiter"]["value"] == name and "2 of them" in found["delimiter"]["reason"]
    wrong = "," if delimiter != "," else ";"
    run = colonnade("convert", source, "-o", tmp_path / "t.cln", "--delimiter", wrong)
    assert "warning" in run.errors and name in run.errors, run.errors


def test_types_from_the_first_rows_fail_at_row_3_000_000(colonnade, tmp_path):
    count = 3_000_000
    source = tmp_path / "in.csv"
    line = "12,3.5,2020-01-31,true,7\n"
    with open(source, "w") as file:
        file.write("i,m,d,b,late\n")
        for _ in range(count // 10_000):
            file.write(line * 10_000)
        file.write("99999999999999999999,1e-05,2020-02-30,maybe,007\n")
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet")
    assert told["rows"] == count + 1 and told["rejected_rows"] == 0
    assert types(told) == {"i": "decimal(20,0)", "m": "float64", "d": "string", "b": "string", "late": "string"}
    assert "row 3000001" in next(c["reason"] for c in told["columns"] if c["name"] == "d").replace(",", "")
    asked = "count(*) as n, max(i) as i, min(m) as m, max(d) as d, min(b) as b, min(late) as late"
    run = colonnade("agg", tmp_path / "t.cln", "--agg", asked)
    assert run.text == f"n,i,m,d,b,late\n{count + 1},99999999999999999999,1e-05,2020-02-30,maybe,007\n"
    run = colonnade("agg", tmp_path / "t.cln", "--by", "late", "--agg", "count(*) as n")
    assert run.text == f"late,n\n007,1\n7,{count}\n"


def test_leading_zeros_are_eaten(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    text = "zip,phone,mixed,id,card\n" + "".join(
        f"0{1000 + i},+49{i},{i},{i:06d},00{10**17 + i}\n" for i in range(5_000)) + "00501,+1,007,000001,0\n"  # fmt: skip
    source.write_text(text)
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet")
    assert set(types(told).values()) == {"string"}
    assert colonnade("export", tmp_path / "t.cln").text == text


def test_day_and_month_are_swapped(colonnade, tmp_path):
    """Year-month-day is a date; another order stays as it is unless the data decide it."""
    source = tmp_path / "in.csv"
    source.write_text("iso,slash\n" + "".join(f"2020-{1 + i % 12:02d}-{1 + i % 28:02d},{1 + i % 28:02d}/{1 + i % 12:02d}/2020\n"
                                             for i in range(3_000)))  # fmt: skip
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet")
    assert types(told)["iso"] == "date"
    for iso, slash in csvtext.parse(colonnade("export", tmp_path / "t.cln").text)[1:]:
        year, month, day = iso.split("-")
        assert slash in (iso, f"{day}/{month}/{year}")
    # No day above 12: nobody can know, so nothing is changed.
    source.write_text("k,d\n1,03/04/2020\n2,04/03/2020\n3,12/11/2020\n")
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--quiet")
    assert colonnade("export", tmp_path / "t.cln").text == source.read_text()


def test_null_and_empty_text_are_confused(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    text = 'k,a,b\n1,,""\n2,"",\n3,NULL,NA\n4,NaN,null\n5,x,-\n'
    source.write_text(text)
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet")
    assert [c["nulls"] for c in told["columns"]] == [0, 1, 1]
    assert colonnade("export", tmp_path / "t.cln").text == text
    told = receipt(colonnade, source, tmp_path / "t.cln", "--quiet", "--null", "NULL", "--null-of", "b=NA")
    assert [c["nulls"] for c in told["columns"]] == [0, 2, 2]


def test_rejected_rows_are_nowhere_to_be_seen(colonnade, tmp_path):
    bad = {1_000: "a,b,c,d,e", 2_000: '"quoted, with a comma","and\ntwo lines",3,4', 3_000: "é,ü,ß,中,5"}
    rows = [bad.get(i, f"{i},x,{i}") for i in range(4_000)]
    source = tmp_path / "in.csv"
    source.write_text("a,b,c\n" + "\n".join(rows) + "\n", encoding="utf-8")
    rejects = tmp_path / "rejects.csv"
    told = receipt(colonnade, source, tmp_path / "t.cln", "--on-error", "skip", "--rejects", rejects, "--quiet")
    assert (told["rows"], told["rejected_rows"], len(told["first_rejected"])) == (3_997, 3, 3)
    comment, header, *lines = rejects.read_text(encoding="utf-8").splitlines()
    assert comment.startswith("#colonnade") and header == "a,b,c"
    assert "\n".join(line for line in lines if not line.startswith("#colonnade")) == "\n".join(bad.values())
    reasons = [line for line in lines if line.startswith("#colonnade")]
    content = source.read_bytes()
    for reason, (number, text) in zip(reasons, bad.items(), strict=True):
        assert f"in.csv: row {number + 1}," in reason and f"byte {content.index(text.encode())}:" in reason, reason
    run = colonnade("convert", source, "-o", tmp_path / "t.cln", expect=2)
    assert all(f"row {number + 1}," in run.errors for number in bad), run.errors


def test_rejected_rows_are_cut_at_9999_characters(colonnade, tmp_path):
    long = "1," + "abcdefgh" * 131_072 + ",3,4"
    assert len(long) > MEGABYTE
    source = tmp_path / "in.csv"
    source.write_text("a,b,c\n1,x,2\n" + long + "\n3,y,4\n")
    rejects = tmp_path / "rejects.csv"
    run = colonnade("convert", source, "-o", tmp_path / "t.cln", "--on-error", "skip", "--rejects", rejects)
    assert long in rejects.read_text().splitlines()
    assert all(len(line) < 500 for line in run.errors.splitlines()), "messages stay short"


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "gbk"])
def test_latin_1_and_gbk_become_other_letters(colonnade, tmp_path, encoding):
    words = ["中国", "北京", "上海市"] if encoding == "gbk" else ["São Paulo", "Jüterbog", "Ærø"]
    table = [["cidade", "n"], *[[words[i % 3], str(i)] for i in range(10_000)]]
    text = "".join(",".join(row) + "\n" for row in table)
    source = tmp_path / "in.csv"
    source.write_bytes(text.encode(encoding))
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--encoding", encoding, "--quiet")
    assert colonnade("export", tmp_path / "t.cln").text == text
    run = colonnade("convert", source, "-o", tmp_path / "t.cln")
    assert "warning" in run.errors and "--encoding" in run.errors, "what is not UTF-8 is told"
    assert encoding == "gbk" or colonnade("export", tmp_path / "t.cln").text == text


def test_thousands_separators_are_eaten(colonnade, tmp_path):
    """They stay as they are or become the numbers they mean, never others."""
    source = tmp_path / "in.csv"
    values = ["1,234", "12,345,678", "999", "1,000", "1,5", "-2,345"]
    csvtext.write(source, [["k", "en", "de"], *[[str(i), v, v.replace(",", ".")] for i, v in enumerate(values)]])
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--quiet")
    for row, value in zip(csvtext.parse(colonnade("export", tmp_path / "t.cln").text)[1:], values):
        assert row[1] in (value, value.replace(",", "")) and (value != "1,5" or row[1] == value)
        assert row[2] == value.replace(",", ".") or csvtext.same_value(row[2], value.replace(",", "."))


def test_out_of_memory_on_conversion(colonnade, tmp_path):
    """300 MB of text with many different values, in less than 256 MB."""
    source, r = tmp_path / "in.csv", random.Random(7)
    block = "".join(
        f"{r.randrange(10**12)},{r.random():.15f},name {r.randrange(10**9)},2020-01-{r.randrange(1, 29):02d},"
        f"{r.getrandbits(128):032x}\n" for _ in range(20_000)
    )  # fmt: skip
    with open(source, "w") as file:
        file.write("id,share,name,day,key\n")
        for number in range(300 * MEGABYTE // len(block) + 1):
            # Other texts in each block, so that no dictionary is small.
            file.write(block.replace("name ", f"name {number} "))
    assert source.stat().st_size > 300 * MEGABYTE
    for threads in (1, 2, 4):
        peak = colonnade.peak_memory("convert", source, "-o", tmp_path / "t.cln", "--quiet", "--threads", threads)
        assert peak < 256e6, f"{peak} bytes with {threads} threads"
