# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""One CSV cut into pieces, each read by a process of its own: what comes out is what one process makes of the whole."""

import gzip
import json
import os
import random
import re
import subprocess

import pyarrow as pa
import pytest


def scans(colonnade, path, ranges, *options):
    return [colonnade("csv", "scan", path, "--bytes", f"{a}:{b}", *options).text for a, b in ranges]


def ranges(size, count, seed=1):
    """Some ranges that cover `size` bytes, in any order."""
    cuts = sorted(random.Random(seed).sample(range(1, size), count - 1))
    found = list(zip([0] + cuts, cuts + [size]))
    random.Random(seed).shuffle(found)
    return found


def pieces(colonnade, path, count, *options, seed=1):
    lines = "".join(scans(colonnade, path, ranges(path.stat().st_size, count, seed), *options))
    cut = colonnade("csv", "cut", *options, input=lines.encode())
    return [json.loads(line) for line in cut.text.splitlines()]


def types(colonnade, path, found, *options):
    """What --types takes, after as many rounds as it needs; and how many those were."""
    known, rounds = [], 0
    while True:
        rounds += 1
        lines = "".join(colonnade("csv", "types", path, "--piece", p["piece"], *known, *options).text for p in found)
        joined = json.loads(colonnade("csv", "types", "--join", *options, input=lines.encode()).text)
        if joined["settled"]:
            return joined, rounds
        known = ["--types", joined["types"]]


@pytest.fixture(scope="module")
def varied(tmp_path_factory):
    """Quotes over lines, empty lines in them, dates day first, marks in numbers, short rows, CR LF; a note at the end."""
    rng = random.Random(5)
    path = tmp_path_factory.mktemp("pieces") / "varied.csv"
    notes = ["", "plain", '"a ""quoted"" one"', '"two\r\nlines"', '"para\n\nother, line\n1,2,3,4"', 'stray " quote', '"\n<p>\n"']
    with open(path, "w", newline="", encoding="utf-8") as file:
        file.write("id,day,amount,note\r\n")
        for i in range(3000):
            day, month = (rng.randint(1, 12), rng.randint(1, 12)) if i < 2500 else (rng.randint(13, 28), 7)
            amount = f'"1.{rng.randint(100, 999)},{rng.randint(10, 99)}"'
            row = [str(i), f"{day}/{month}/2020", amount, rng.choice(notes)]
            file.write(",".join(row[: 3 if i % 97 == 0 else 4]) + "\r\n")
            if i % 500 == 0:
                file.write("\r\n")
        file.write("Source: a note that is no row\r\n")
    return path


def test_joining_warns_of_what_the_whole_would(colonnade, varied, tmp_path):
    known, _ = types(colonnade, varied, pieces(colonnade, varied, 7))
    said = colonnade("export", varied, "-o", tmp_path / "out.csv").errors.splitlines()
    assert [f"warning: {warning}" for warning in known["warnings"]] == said
    assert any("end in nulls" in line for line in said) and any("kept as text" in line for line in said) and any("a note" in line for line in said)


def test_a_column_that_is_empty_in_a_piece_is_what_it_is_in_the_whole(colonnade, tmp_path):
    """States of all pieces have one schema, also those of no row."""
    path = tmp_path / "late.csv"
    path.write_text("id,note,none\n" + "".join(f"{i},{f'a note of {i}' if i > 900 else ''},\n" for i in range(1000)))
    found = pieces(colonnade, path, 4)
    known, _ = types(colonnade, path, found)
    query = ("--by", "upper(note) as n", "--agg", "sum(length(note)) as s, max(none) as m, count(*)")
    states = ("agg", "--partial", path, *query, "--types", known["types"], "-q")
    streams = [colonnade(*states, "--piece", p["piece"], "--first-place", str(i * 1000)).stdout for i, p in enumerate(found)]
    streams.append(colonnade(*states, "--chunks", "0:0").stdout)
    names = [tmp_path / f"{i}.arrows" for i in range(len(streams))]
    for name, stream in zip(names, streams):
        name.write_bytes(stream)
    assert len({pa.ipc.open_stream(stream).schema.serialize().to_pybytes() for stream in streams}) == 1
    assert colonnade("merge-partials", *names).stdout == colonnade("agg", path, *query).stdout


def test_joining_warns_of_dates_that_nothing_decides(colonnade, tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("id,day\n" + "".join(f"{i},0{i % 9 + 1}/0{i % 7 + 1}/2020\n" for i in range(500)))
    known, _ = types(colonnade, path, pieces(colonnade, path, 3))
    assert len(known["warnings"]) == 1 and '"day" is kept as text' in known["warnings"][0] and "--date-format" in known["warnings"][0]


@pytest.mark.parametrize("count", [2, 7, 40])
def test_parts_after_each_other_are_the_whole(colonnade, tmp_path, varied, count):
    found = pieces(colonnade, varied, count)
    assert len(found) == count or count == 40
    known, rounds = types(colonnade, varied, found)
    whole = colonnade("export", varied, "-q", "--header-out", "off").text
    parts = [
        colonnade("export", varied, "--piece", p["piece"], "--types", known["types"], "-q", "--header-out", "off").text for p in found
    ]
    assert "".join(parts) == whole
    receipt = tmp_path / "receipt.json"
    colonnade("convert", varied, "-o", tmp_path / "whole.cln", "--receipt", receipt, "-q")
    assert [(c["name"], c["type"]) for c in json.loads(receipt.read_text())["columns"]] == [
        (c["name"], c["type"]) for c in known["columns"]]
    assert [c["type"] for c in known["columns"]] == ["int64", "date", "decimal(6,2)", "string"]
    assert sum(p["rows"] for p in found) == 3000
    for number, piece in enumerate(found):
        colonnade("convert", varied, "--piece", piece["piece"], "--types", known["types"], "-o", tmp_path / f"{number:03}.cln", "-q")
        counted = colonnade("agg", varied, "--piece", piece["piece"], "--types", known["types"], "--agg", "count(*) as n", "-q")
        assert counted.text.split() == ["n", str(piece["rows"])]
    (tmp_path / "whole.cln").rename(tmp_path / "whole")
    merged = colonnade("export", tmp_path, "-q", "--header-out", "off").text
    assert merged == whole


def test_errors_and_rejects_name_places_of_the_whole(colonnade, tmp_path):
    path = tmp_path / "faults.csv"
    lines = ["a,b"] + [f"{i},x" for i in range(400)]
    for row in (90, 250, 251, 399):
        lines[row] += ",surplus"
    path.write_text("\n".join(lines) + "\n")
    found = pieces(colonnade, path, 9, "--delimiter", ",")
    known, _ = types(colonnade, path, found, "--delimiter", ",")
    whole = colonnade("convert", path, "-o", tmp_path / "w.cln", "--delimiter", ",", expect=2).errors.splitlines()
    told = []
    for piece in found:
        arguments = ["convert", path, "--piece", piece["piece"], "--types", known["types"], "--delimiter", ",", "-q"]
        rejects = tmp_path / "rejects.csv"
        colonnade(*arguments, "-o", tmp_path / "p.cln", "--on-error", "skip", "--rejects", rejects)
        told += [line for line in rejects.read_text().splitlines() if "surplus" in line or ": row " in line]
        count = sum(": row " in line for line in rejects.read_text().splitlines())
        failed = colonnade(*arguments, "-o", tmp_path / "p.cln", expect=2 if count else 0)
        if count and len(told) == 2:
            assert failed.errors.splitlines()[:2] == whole[:2]
    colonnade("convert", path, "-o", tmp_path / "w.cln", "--delimiter", ",", "-q", "--on-error", "skip", "--rejects", tmp_path / "all.csv")
    assert told == [line for line in (tmp_path / "all.csv").read_text().splitlines() if "surplus" in line or ": row " in line]


def test_styles_that_only_some_pieces_tell_need_another_round(colonnade, tmp_path):
    path = tmp_path / "styles.csv"
    path.write_text("a;b\n" + "1,234;1\n" * 200 + "5,25;2\n" * 200)
    found = pieces(colonnade, path, 4, "--delimiter", ";")
    known, rounds = types(colonnade, path, found, "--delimiter", ";")
    assert rounds > 1 and known["columns"][0]["type"] == "decimal(4,3)"
    parts = [
        colonnade("export", path, "--piece", p["piece"], "--types", known["types"], "-q", "--delimiter", ";", "--header-out", "off").text
        for p in found]
    assert "".join(parts) == colonnade("export", path, "-q", "--delimiter", ";", "--header-out", "off").text


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "gzip"])
def test_what_has_no_pieces_is_one(colonnade, tmp_path, encoding):
    path = tmp_path / "t.csv"
    text = "a,b\n1,é\n2,x\n"
    path.write_bytes(gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding))
    scanned = json.loads(colonnade("csv", "scan", path, "--bytes", "0:10").text)
    assert scanned["whole"] and scanned["records"] is None
    found = pieces(colonnade, path, 3)
    assert [p["piece"].split("-")[0] for p in found] == ["whole"]
    known, _ = types(colonnade, path, found)
    for piece in ["whole", found[0]["piece"]]:
        part = colonnade("export", path, "--piece", piece, "--types", known["types"], "-q").text
        assert part == colonnade("export", path, "-q").text
    # Another state of the file: by hand, any is taken.
    os.utime(path, ns=(0, 1))
    assert "changed or replaced" in colonnade("export", path, "--piece", found[0]["piece"], expect=2).errors
    colonnade("export", path, "--piece", "whole")


def test_refusals(colonnade, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 100)
    found = pieces(colonnade, path, 2)
    known, _ = types(colonnade, path, found)
    piece = found[1]["piece"]
    # Other options, other bytes, other values.
    assert "options" in colonnade("export", path, "--piece", piece, "--delimiter", ";", expect=2).errors
    lines = scans(colonnade, path, [(0, 10), (20, 404)])
    assert "not scanned" in colonnade("csv", "cut", input="".join(lines).encode(), expect=2).errors
    assert "line of JSON" in colonnade("csv", "cut", input=b"nothing\n", expect=2).errors
    assert "no line" in colonnade("csv", "types", "--join", input=b"", expect=2).errors
    time = path.stat().st_mtime_ns
    path.write_text("a,b\n" + "1,2\n" * 99 + "1,x\n")
    os.utime(path, ns=(time, time))
    assert "all pieces together were int64" in colonnade("export", path, "--piece", piece, "--types", known["types"], expect=2).errors
    path.write_text("a,b\n" + "1,2\n" * 101)
    assert "changed" in colonnade("export", path, "--piece", piece, expect=2).errors
    colonnade("convert", path, "-o", tmp_path / "t.cln", "-q")
    assert "--chunks" in colonnade("export", tmp_path / "t.cln", "--piece", piece, expect=2).errors
    for usage in (["export", path, "--piece", "nonsense"], ["csv", "scan", path, "--bytes", "5"], ["csv", "types", path],
                  ["export", path, "--types", "1,a=0.0.0~"], ["agg", path, path, "--piece", piece, "--agg", "count(*)"]):
        colonnade(*usage, expect=64)


def test_a_file_that_is_replaced_between_two_pieces_is_told(colonnade, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 100)
    found = pieces(colonnade, path, 2)
    colonnade("export", path, "--piece", found[0]["piece"])
    time = path.stat().st_mtime_ns
    (tmp_path / "new.csv").write_text("a,b\n" + "3,4\n" * 100)
    (tmp_path / "new.csv").rename(path)
    errors = colonnade("export", path, "--piece", found[1]["piece"], expect=2).errors
    assert "changed or replaced" in errors and str(path) in errors
    old = scans(colonnade, path, [(0, 200)])[0]
    # A copy that keeps the time is the same file.
    os.utime(path, ns=(time, time))
    colonnade("export", path, "--piece", found[1]["piece"])
    new = scans(colonnade, path, [(200, 404)])[0]
    assert "two different texts" in colonnade("csv", "cut", input=(old + new).encode(), expect=2).errors


def test_a_file_without_any_record_is_a_piece_of_no_rows(colonnade, tmp_path):
    (tmp_path / "c.csv").write_text("a,b\n1,x\n2,y\n")
    (tmp_path / "empty.csv").write_text("")
    files = [tmp_path / "c.csv", tmp_path / "empty.csv"]
    lines = [colonnade("csv", "types", file, "--piece", "whole").text for file in files]
    for order in [lines, lines[::-1]]:
        joined = json.loads(colonnade("csv", "types", "--join", input="".join(order).encode()).text)
        assert joined["settled"] and [c["type"] for c in joined["columns"]] == ["int64", "string"]
    piece = pieces(colonnade, tmp_path / "c.csv", 1)[0]["piece"]
    for file, word in [(files[0], piece), (files[1], "whole")]:
        out = tmp_path / "parts" / f"{file.stem}.cln"
        out.parent.mkdir(exist_ok=True)
        colonnade("convert", file, "--piece", word, "--types", joined["types"], "-o", out, "-q")
    assert colonnade("export", tmp_path / "parts" / "empty.cln").text == "a,b\n"
    colonnade("manifest", tmp_path / "parts")
    assert colonnade("export", tmp_path / "parts").text == "a,b\n1,x\n2,y\n"
    schema = ["--schema", "a:string,b:string"]
    given = "".join(colonnade("csv", "types", file, "--piece", "whole", *schema).text for file in files[::-1])
    known = json.loads(colonnade("csv", "types", "--join", input=given.encode()).text)["types"]
    assert colonnade("export", files[1], "--piece", "whole", "--types", known, *schema).text == "a,b\n"
    # Nothing is known of the columns of files that are all empty.
    alone = json.loads(colonnade("csv", "types", "--join", input=lines[1].encode()).text)
    assert alone["settled"] and alone["columns"] == []
    again = json.loads(colonnade("csv", "types", files[1], "--piece", "whole", "--types", joined["types"]).text)
    assert [c["type"] for c in again["columns"]] == ["int64", "string"] and again["rows"] == 0


def test_pieces_of_other_columns_are_named(colonnade, tmp_path):
    for name, text in [("a.csv", "a,b\n1,2\n"), ("b.csv", "a,c\n1,2\n"), ("e.csv", "")]:
        (tmp_path / name).write_text(text)
    lines = [colonnade("csv", "types", tmp_path / name, "--piece", "whole").text for name in ["e.csv", "a.csv", "b.csv"]]
    (tmp_path / "found").write_text("".join(lines))
    errors = colonnade("csv", "types", "--join", tmp_path / "found", expect=2).errors
    assert f"{tmp_path}/b.csv has no column" in errors and f"{tmp_path}/a.csv has" in errors
    assert f"{tmp_path}/found" in errors and "line 3" in errors
    given = [colonnade("csv", "types", tmp_path / "a.csv", "--piece", "whole", "--schema", f"a:{kind}").text for kind in ["int64", "string"]]
    errors = colonnade("csv", "types", "--join", input="".join(given).encode(), expect=2).errors
    assert "another type" in errors and "line 2" in errors and "same options" in errors


def test_types_of_very_many_columns_come_from_a_file(colonnade, tmp_path):
    names = [f"a_column_with_a_long_name_{n}" for n in range(6000)]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(names) + "\n" + ",".join(["7"] * 6000) + "\n" + ",".join(["x"] * 6000) + "\n")
    line = colonnade("csv", "types", path, "--piece", "whole").text
    joined = colonnade("csv", "types", "--join", input=line.encode()).text
    assert len(json.loads(joined)["types"]) > 128 << 10
    (tmp_path / "line").write_text(joined)
    (tmp_path / "text").write_text(json.loads(joined)["types"] + "\n")
    whole = colonnade("export", path).text
    for name in ["line", "text"]:
        given = ["--types", f"@{tmp_path}/{name}"]
        assert colonnade("export", path, *given).text == whole
        assert colonnade("agg", path, *given, "--agg", "count(*)").text == "count\n2\n"
        colonnade("csv", "types", path, "--piece", "whole", *given)
        colonnade("convert", path, *given, "-o", tmp_path / "w.cln", "-q")
    for text, said in [("nothing", "no line of JSON"), ("", "no line to join"), ("1,a=2.1.0\n1,a=2.1.0\n", "line 2"), ('{"types": "x"}', "are none")]:
        (tmp_path / "bad").write_text(text)
        assert said in colonnade("export", path, "--types", f"@{tmp_path}/bad", expect=2).errors
    (tmp_path / "open").write_text("1,a=2.1.0~")
    assert "not settled" in colonnade("export", path, "--types", f"@{tmp_path}/open", expect=64).errors
    colonnade("export", path, "--types", f"@{tmp_path}/missing", expect=2)
    colonnade("export", path, "--types", "@", expect=64)


def test_pieces_and_types_are_of_csvs_alone(colonnade, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("k\n1\n2\n")
    piece = pieces(colonnade, path, 1)[0]["piece"]
    colonnade("convert", path, "-o", tmp_path / "t.cln", "-q")
    colonnade("export", path, "-o", tmp_path / "t.arrows")
    colonnade("export", path, "-o", tmp_path / "t.arrow")
    for name, said in [("t.cln", "this is a chunk file"), ("t.arrows", "this is an Arrow stream"), ("t.arrow", "this is an Arrow stream")]:
        file = tmp_path / name
        for given in [["--piece", piece], ["--piece", "whole"], ["--types", "1,k=2.1.0"]]:
            assert said in colonnade("export", file, *given, expect=2).errors
            assert said in colonnade("agg", file, *given, "--agg", "count(*)", expect=2).errors
        assert "--chunks" in colonnade("export", file, "--piece", piece, expect=2).errors or name != "t.cln"
        for step in [["csv", "scan", file, "--bytes", "0:9"], ["csv", "types", file, "--piece", "whole"]]:
            assert said in colonnade(*step, expect=2).errors
    colonnade("export", tmp_path / "t.cln", "--chunks", "0:1", "--types", "1,k=2.1.0", expect=64)
    colonnade("export", tmp_path / "t.cln", "--salvage", "--types", "1,k=2.1.0", expect=64)


def test_pieces_that_begin_at_no_record_are_refused(colonnade, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 100)
    piece = pieces(colonnade, path, 2)[1]
    first = piece["bytes"][0]
    for start in [0, 1, first + 1, first + 2]:
        word = piece["piece"].replace(f"-{first}-", f"-{start}-", 1).split("-")
        word[3:5] = ["0", "0"]
        errors = colonnade("export", path, "--piece", "-".join(word), expect=2).errors
        assert "no record begins" in errors and f"byte {start}" in errors


def test_words_of_any_numbers_end_in_words(colonnade, tmp_path, seeded):
    """Scans, pieces and types pass through other programs: whatever their numbers are, they are read or refused."""
    path = tmp_path / "t.csv"
    text = "id,amount,day\n" + "".join(f'{i},"{i}.25",2020-01-{i % 28 + 1:02}\n' for i in range(400))
    path.write_text(text.replace('"7.25"', '"7\n25"'))
    lines = scans(colonnade, path, [(0, 3000), (3000, 6000), (6000, path.stat().st_size)])
    cut = colonnade("csv", "cut", input="".join(lines).encode()).text
    piece = json.loads(cut.splitlines()[1])["piece"]
    found = [colonnade("csv", "types", path, "--piece", json.loads(line)["piece"]).text for line in cut.splitlines()]
    known = json.loads(colonnade("csv", "types", "--join", input="".join(found).encode()).text)["types"]

    def twisted(word):
        numbers = list(re.finditer(r"[0-9]+", word))
        for number in seeded.sample(numbers, min(len(numbers), seeded.choice([1, 1, 1, 2, 3]))):
            other = str(seeded.choice([0, 1, 1 << 32, (1 << 62) - 1, 1 << 62, (1 << 63) - 1, int(number[0]) + 1, max(0, int(number[0]) - 1)]))
            if word[number.start():number.end()] == number[0]:
                word = word[:number.start()] + other + word[number.end():]
        return word

    def run(*arguments, **options):
        done = subprocess.run([colonnade.path, *map(str, arguments)], capture_output=True, timeout=60, **options)
        assert done.returncode in (0, 2, 64), (arguments, options, done.stderr.decode()[-2000:])

    for _ in range(60):
        run("export", path, "--piece", twisted(piece))
        run("export", path, "--types", twisted(known))
        run("csv", "cut", input="".join(twisted(line) if seeded.random() < 0.7 else line for line in lines).encode())
        run("csv", "types", "--join", input="".join(map(twisted, found)).encode())


def test_chunks_of_a_chunk_file(colonnade, tmp_path):
    text = "n\n" + "".join(f"{i}\n" for i in range(300_000))
    (tmp_path / "t.csv").write_text(text)
    colonnade("convert", tmp_path / "t.csv", "-o", tmp_path / "t.cln", "-q")
    chunks = [colonnade("export", tmp_path / "t.cln", "--chunks", f"{k}:{k + 1}", "--header-out", "off").text for k in range(3)]
    assert "n\n" + "".join(chunks) == text
    assert colonnade("export", tmp_path / "t.cln", "--chunks", "1:1").text == "n\n"
    assert colonnade("head", tmp_path / "t.cln", "--chunks", "1:3", "-n", "1").text == "n\n131072\n"
    assert "there are 3" in colonnade("export", tmp_path / "t.cln", "--chunks", "2:4", expect=2).errors
    colonnade("export", tmp_path / "t.csv", "--chunks", "0:1", expect=2)
    colonnade("export", tmp_path / "t.cln", "--chunks", "3:2", expect=64)
