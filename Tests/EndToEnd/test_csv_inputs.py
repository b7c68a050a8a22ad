# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Where CSVs come from and what can be said about them: many files, pipes, encodings, names, types; what becomes of rejects."""

import csv
import gzip
import json
import os
import signal
import subprocess
import threading
import time

import csvtext
import duckdb
import pyarrow as pa
import pyarrow.csv
import pytest
import zstandard

SKIP = ["--on-error", "skip", "--rejects"]
OLD = b"what was there before\n"


def convert(colonnade, *arguments, **options):
    """The rows, nulls as None, of what was converted and exported again."""
    target = options.pop("to") / "t.cln"
    colonnade("convert", *arguments, "-o", target, "--quiet", **options)
    colonnade("verify", target)
    return csvtext.parse(colonnade("export", target, "--header-out", "on").text)


# Many files


def test_columns_in_any_order_delimiters_mixed_some_compressed(colonnade, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "1.csv").write_text("a,b,c\n1,x,2.5\n2,y,3.5\n")
    (folder / "2.csv").write_text('c;a;b\n4.5;3;"z;z"\n5.5;4;w\n')
    (folder / "3.tsv.gz").write_bytes(gzip.compress(b"b\ta\tc\nq\t5\t6.5\n"))
    (folder / "4.txt.zst").write_bytes(zstandard.compress("b|c|a\né|7.5|6\n".encode()))
    (folder / "5.csv").write_bytes("a,b,c\r\n7,ü,8.5\r\n".encode("utf-16"))
    (folder / "notes.md").write_text("not a table")
    rows = ["1 x 2.5", "2 y 3.5", "3 z;z 4.5", "4 w 5.5", "5 q 6.5", "6 é 7.5", "7 ü 8.5"]
    expected = [["a", "b", "c"], *[row.split() for row in rows]]
    assert convert(colonnade, folder, to=tmp_path) == expected
    assert convert(colonnade, folder / "[1-5].*", to=tmp_path) == expected
    assert convert(colonnade, folder, "--threads", "1", to=tmp_path) == expected
    (folder / "6.csv").write_text("a,b\n1,x\n")
    run = colonnade("convert", folder, "-o", tmp_path / "t.cln", expect=2)
    assert "6.csv" in run.errors and '"c"' in run.errors
    (folder / "6.csv").write_text("a,b,c,d\n1,x,2,3\n")
    run = colonnade("convert", folder, "-o", tmp_path / "t.cln", expect=2)
    assert "6.csv" in run.errors and '"d"' in run.errors


def test_concatenated_members(colonnade, tmp_path, seeded):
    lines = [f"{i},text {i % 77},{seeded.random():.6f}\n" for i in range(200_000)]
    content = ("k,t,v\n" + "".join(lines)).encode()
    cuts = sorted(seeded.sample(range(len(content)), 20))
    parts = [content[a:b] for a, b in zip([0, *cuts], [*cuts, len(content)])]
    (tmp_path / "t.csv.gz").write_bytes(b"".join(gzip.compress(p, 1) for p in parts))
    (tmp_path / "t.csv.zst").write_bytes(b"".join(zstandard.compress(p, 1) for p in parts))
    (tmp_path / "t.csv").write_bytes(content)
    files = set()
    for name in ("t.csv", "t.csv.gz", "t.csv.zst"):
        colonnade("convert", tmp_path / name, "-o", tmp_path / "t.cln", "--quiet")
        files.add(colonnade("export", tmp_path / "t.cln").stdout)
    assert len(files) == 1


@pytest.mark.parametrize("way", ["fifo", "stdin"])
@pytest.mark.parametrize("late", [False, True])
def test_pipes(colonnade, tmp_path, way, late):
    """Also where a late value makes a second pass over what came only once, and where a pipe comes beside a file."""
    content = ("k,v\n" + "".join(f"{i},{i}\n" for i in range(300_000)) + ("x,y\n" if late else "")).encode()
    (tmp_path / "more.csv").write_text("v,k\n1,1\n")
    pipe = "-"
    options = {"input": content}
    if way == "fifo":
        pipe, options = tmp_path / "pipe", {}
        os.mkfifo(pipe)
        feeder = threading.Thread(target=lambda: pipe.write_bytes(content))
        feeder.start()
    colonnade(
        "convert", pipe, tmp_path / "more.csv", "-o", tmp_path / "t.cln", "--receipt", tmp_path / "r.json", **options)
    told = json.loads((tmp_path / "r.json").read_text())
    assert (told["rows"], told["passes"]) == (300_001 + late, 2 if late else 1)
    assert [c["type"] for c in told["columns"]] == ["string" if late else "int64"] * 2
    assert colonnade("export", tmp_path / "t.cln").stdout == content + b"1,1\n"


# What can be said about a text


def test_types_columns_names_and_nulls_that_are_given(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("id,uf,age,when,note\n1,SP,-1,2020-01-02,NA\n2,NA,30,-,x\n3,,31,2020-01-04,-1\n")
    rows = convert(colonnade, source, "--null", "NA", "--null-of", "age=-1", "--null-of", "when=-", to=tmp_path)
    assert rows[1:] == [
        ["1", "SP", None, "2020-01-02", None], ["2", None, "30", None, "x"], ["3", None, "31", "2020-01-04", "-1"]]
    rows = convert(colonnade, source, "--columns", "age,id", to=tmp_path)
    assert sorted(rows[0]) == ["age", "id"] and len(rows) == 4
    rows = convert(
        colonnade, source, "--rename", "uf=state,when=day", "--schema", "id:decimal(8,2),day:string", "--null-of", "state=NA",
        "--columns", "id,state,day", to=tmp_path)  # fmt: skip
    assert rows == [["id", "state", "day"], ["1.00", "SP", "2020-01-02"], ["2.00", None, "-"], ["3.00", None, "2020-01-04"]]
    rows = convert(colonnade, source, "--rename", "id=uf,uf=id", "--columns", "uf", to=tmp_path)
    assert rows == [["uf"], ["1"], ["2"], ["3"]]
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--all-text", "--receipt", tmp_path / "r.json")
    assert {c["type"] for c in json.loads((tmp_path / "r.json").read_text())["columns"]} == {"string"}
    assert colonnade("export", tmp_path / "t.cln").text == source.read_text()


@pytest.mark.parametrize("arguments, words, status", [
    (["--rename", "uuf=state"], ['"uuf"', '"uf"'], 2), (["--rename", "uf=id"], ['"id"'], 2),
    (["--rename", "uf=x,id=x"], ['"x"'], 2), (["--rename", "uf"], ["old=new"], 64), (["--rename", "uf="], ["uf="], 64),
    (["--columns", "idd"], ['"idd"', '"id"'], 2), (["--schema", "idd:int64"], ['"idd"'], 2),
    (["--schema", "id:integer"], ["integer", "int64"], 64), (["--schema", "uf:int64"], ['"uf"', "SP"], 2),
    (["--null-of", "idd=1"], ['"idd"'], 2), (["--null-of", "id"], ["column=text"], 64),
    (["--encoding", "utf-88"], ["utf-88", "iconv -l"], 2), (["--encoding", ""], ["windows-1252"], 64),
    (["--delimiter", "\n"], ["delimiter"], 64), (["--quote", "ab"], ["quote"], 64), (["--escape", "x"], ["backslash"], 64),
    (["--line-end", "x"], ["mixed"], 64), (["--on-error", "skip"], ["--rejects"], 64),
    (["--rejects", "r.csv"], ["--on-error"], 64),
    (["--on-error", "skip", "--rejects", "r.cln"], [".csv"], 64), (["--no-header", "--header-rows", "2"], ["contradict"], 64),
])  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_advice(colonnade, tmp_path, arguments, words, status):
    (tmp_path / "in.csv").write_text("id,uf\n1,SP\n2,RJ\n")
    (tmp_path / "t.cln").write_bytes(OLD)
    run = colonnade("convert", "in.csv", "-o", "t.cln", *arguments, expect=status, cwd=tmp_path)
    assert all(word.lower() in run.errors.lower() for word in words), run.errors
    assert (tmp_path / "t.cln").read_bytes() == OLD and sorted(os.listdir(tmp_path)) == ["in.csv", "t.cln"]


@pytest.mark.parametrize("encoding, stated", [
    ("utf-8-sig", None), ("utf-16", None), ("utf-16-le", None), ("utf-16-be", None), ("utf-32", None), ("utf-16-le", "utf-16le"),
    ("latin-1", None), ("latin-1", "iso-8859-1"), ("latin-1", "latin-1"), ("gbk", "gbk"), ("shift_jis", "shift_jis"),
])  # fmt: skip
def test_encodings(colonnade, tmp_path, encoding, stated):
    word = {"gbk": "中国,北京", "shift_jis": "東京,ソ表能"}.get(encoding, "São João,ß")
    text = "city,word,n\n" + "".join(f"{word},{i}\n" for i in range(20_000))
    source = tmp_path / "in.csv"
    source.write_bytes(text.encode(encoding))
    colonnade("convert", source, "-o", tmp_path / "t.cln", "--quiet", *(["--encoding", stated] if stated else []))
    assert colonnade("export", tmp_path / "t.cln").text == text


def test_sniff(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("# made up\nid;name;day\n1;Ana;2020-01-02\n2;Bo;2020-01-03\n3;Cy\n4;D;2020-01-05;x\n")
    text = colonnade("sniff", source).text
    for word in ("semicolon", "line 2", "id", "int64", "date", "1 row has fewer", "4 fields where the header has 3"):
        assert word in text, text
    told = json.loads(colonnade("sniff", source, "--json").text)
    dialect = told["dialect"]
    assert (dialect["delimiter"], dialect["quote"], dialect["header_rows"], dialect["preamble_lines"]) == (";", '"', 1, 1)
    assert {"name", "value", "reason", "close_call"} == set(dialect["findings"][0])
    assert [(c["name"], c["type"]) for c in told["columns"]] == [("id", "int64"), ("name", "string"), ("day", "date")]
    assert told["is_whole"] is True and told["rows_looked_at"] == 3
    assert told["rejected_rows"] == 1 and told["repairs"][0]["kind"] == "short_row"
    assert json.loads(colonnade("sniff", "-", "--json", input=source.read_bytes()).text)["columns"] == told["columns"]
    assert "Print JSON" in colonnade("sniff", "--help").text
    assert "semicolon" in colonnade("sniff", source, "--rows", "1").text
    part = json.loads(colonnade("sniff", source, "--rows", "1", "--json").text)
    assert part["is_whole"] is False and part["inputs"][0]["name"] == "in.csv"
    (tmp_path / "lines.csv").write_text('{"a": 1}\n{"a": 2}\n')
    assert "JSON" in colonnade("sniff", tmp_path / "lines.csv", expect=2).errors
    colonnade("sniff", tmp_path, expect=2)
    colonnade("sniff", tmp_path / "none.csv", expect=2)
    colonnade("sniff", expect=64)


# Rejects


def with_bad_rows(path, rows, seeded):
    """Every hundredth row or so has a field too many; returns (good, bad) counts."""
    bad = set(seeded.sample(range(rows), rows // 100))
    with open(path, "w") as file:
        file.write("k,text,v\n")
        for i in range(rows):
            extra = ",\"too\nmany\"" if i in bad else ""
            file.write(f'{i},"text, {i % 100}",{i % 7}.5{extra}\n')
    return rows - len(bad), len(bad)


@pytest.mark.parametrize("threads", [1, 2])
def test_repaired_rejects_are_an_input(colonnade, tmp_path, seeded, threads):
    source, rejects = tmp_path / "in.csv", tmp_path / "rejects.csv"
    good, bad = with_bad_rows(source, 50_000, seeded)
    colonnade(
        "convert", source, "-o", tmp_path / "good.cln", *SKIP, rejects, "--receipt", tmp_path / "r.json", "--threads", threads)
    told = json.loads((tmp_path / "r.json").read_text())
    assert (told["rows"], told["rejected_rows"]) == (good, bad)
    # As they are, they are rejected again, byte for byte.
    colonnade("convert", rejects, "-o", tmp_path / "none.cln", *SKIP, tmp_path / "again.csv", "--quiet")
    records = lambda path: [line for line in path.read_text().split("\n") if not line.startswith("#colonnade")]  # noqa: E731
    assert records(tmp_path / "again.csv") == records(rejects)
    subprocess.run(["sed", "-i", '/^many"$/d; s/,"too$//', rejects], check=True)
    colonnade("convert", rejects, "-o", tmp_path / "repaired.cln", "--quiet")
    sums = ["--agg", "count(*) as n, sum(k) as k, sum(v) as v"]
    run = colonnade("agg", tmp_path / "good.cln", tmp_path / "repaired.cln", *sums)
    rows = 50_000
    assert run.text == f"n,k,v\n{rows},{rows * (rows - 1) // 2},{sum(i % 7 for i in range(rows)) + rows // 2}.0\n"


def test_rejects_are_published_with_the_output_or_not_at_all(colonnade, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("a,b\n1,2\n3,4,5\n" + "6,7\n" * 50_000)
    names = ["in.csv.gz", "out.cln", "rejects.csv"]
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(source.read_bytes())[:-30])
    source.unlink()
    for name in names[1:]:
        (tmp_path / name).write_bytes(OLD)
    ask = ["convert", "in.csv.gz", "-o", "out.cln", *SKIP, "rejects.csv"]
    colonnade(*ask, expect=2, cwd=tmp_path)
    assert sorted(os.listdir(tmp_path)) == names
    assert all((tmp_path / name).read_bytes() == OLD for name in names[1:])
    (tmp_path / "in.csv").write_text("a,b\n1,2\n3,4,5\n")
    for rejects, words, status in [
        ("/dev/full", "full", 2), ("none/rejects.csv", "mkdir", 2), ("in.csv", "input", 64), ("./in.csv", "input", 64),
        ("out.cln", ".csv", 64), ("new.json", ".csv", 64), ("new.txt", "two outputs", 64), ("./new.txt", "two outputs", 64),
        (f"{tmp_path}/new.txt", "two outputs", 64),
    ]:  # fmt: skip
        outputs = ["-o", "out.cln", "--receipt", "new.txt", *SKIP, rejects]
        run = colonnade("convert", "in.csv", *outputs, expect=status, cwd=tmp_path)
        assert words in run.errors, run.errors
        assert sorted(os.listdir(tmp_path)) == sorted(["in.csv", *names])
        assert (tmp_path / "out.cln").read_bytes() == OLD and (tmp_path / "in.csv").read_text() == "a,b\n1,2\n3,4,5\n"
    # A receipt that cannot be written is known before anything is read, and nothing is published.
    run = colonnade("convert", "in.csv", "-o", "out.cln", "--receipt", "none/r.json", *SKIP, "rejects.csv", expect=2, cwd=tmp_path)
    assert "none" in run.errors and all((tmp_path / name).read_bytes() == OLD for name in names[1:])
    colonnade("convert", "in.csv", "-o", "out.cln", *SKIP, "rejects.csv", "--quiet", cwd=tmp_path)
    assert "\n3,4,5\n" in (tmp_path / "rejects.csv").read_text()
    assert colonnade("export", tmp_path / "out.cln").text == "a,b\n1,2\n"
    # Without any left out it is there, and says so by being empty.
    (tmp_path / "in.csv").write_text("a,b\n1,2\n")
    colonnade("convert", "in.csv", "-o", "out.cln", *SKIP, "rejects.csv", "--quiet", cwd=tmp_path)
    assert [line for line in (tmp_path / "rejects.csv").read_text().splitlines() if line[0] != "#"] == ["a,b"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_killed_while_rejecting(colonnade, tmp_path, seeded, number):
    source = tmp_path / "in.csv"
    with_bad_rows(source, 400_000, seeded)
    start = time.perf_counter()
    colonnade("convert", source, "-o", tmp_path / "whole.cln", *SKIP, tmp_path / "whole.csv", "--quiet")
    seconds = time.perf_counter() - start
    whole = {"out.cln": (tmp_path / "whole.cln").read_bytes(), "out.csv": (tmp_path / "whole.csv").read_bytes()}
    folder = tmp_path / "out"
    folder.mkdir()
    for _ in range(8):
        for name in whole:
            (folder / name).write_bytes(OLD)
        child = colonnade.start(
            "convert", source, "-o", folder / "out.cln", *SKIP, folder / "out.csv", "--quiet", stdout=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        time.sleep(seeded.random() * seconds)
        child.send_signal(number)
        assert child.wait(timeout=30) in (0, -number)
        for name, content in whole.items():
            assert (folder / name).read_bytes() in (OLD, content)
        strays = set(os.listdir(folder)) - set(whole)
        assert not strays or number == signal.SIGKILL and len(strays) <= 2, strays
    colonnade("convert", source, "-o", folder / "out.cln", *SKIP, folder / "out.csv", "--quiet")
    assert sorted(os.listdir(folder)) == ["out.cln", "out.csv"]
    assert all((folder / name).read_bytes() == content for name, content in whole.items())


def test_rejects_into_a_closed_pipe(colonnade, tmp_path, seeded):
    source = tmp_path / "in.csv"
    with_bad_rows(source, 400_000, seeded)
    (tmp_path / "t.cln").write_bytes(OLD)
    child = colonnade.start(
        "convert", source, "-o", tmp_path / "t.cln", *SKIP, "-", "--quiet", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    child.stdout.close()
    errors = child.stderr.read()
    assert (child.wait(timeout=60), errors) == (141, b"")
    assert (tmp_path / "t.cln").read_bytes() == OLD and sorted(os.listdir(tmp_path)) == ["in.csv", "t.cln"]


# The same cells as others read


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_cell_as_duckdb_and_pyarrow_read_it(colonnade, tmp_path, seeded, delimiter, line_end):
    pieces = ["x", "é", '"', delimiter, "\n", " ", "12", "0", ".", "2020-01-02", "中", "-", "NA"]
    for _ in range(4):
        width = seeded.randrange(2, 9)
        header = [f"c{i}" for i in range(width)]
        rows = [["".join(seeded.choices(pieces, k=seeded.randrange(1, 5))) for _ in header] for _ in range(2_000)]
        source = tmp_path / "in.csv"
        with open(source, "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
            out.writerows([header, *rows])
        ours = convert(colonnade, source, "--all-text", to=tmp_path)
        assert ours[0] == header and ours[1:] == rows
        duck = duckdb.sql(
            f"from read_csv('{source}', all_varchar=true, header=true, delim='{delimiter}', quote='\"', escape='\"', "
            "auto_detect=false, columns={" + ", ".join(f"'{name}': 'varchar'" for name in header) + "})").fetchall()
        assert ours[1:] == [list(row) for row in duck]
        arrow = pa.csv.read_csv(
            source, parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(
                column_types={name: pa.string() for name in header}, strings_can_be_null=False))
        assert ours[1:] == [list(row.values()) for row in arrow.to_pylist()]


# Extremes


def test_hundred_thousand_columns_are_found(colonnade, tmp_path):
    """Their delimiter too."""
    count = 100_000
    lines = [";".join(f"{name}{i}" for i in range(count)) for name in ("c", "1", "2", "3")]
    (tmp_path / "wide.csv").write_text("\n".join(lines) + "\n")
    rows = convert(colonnade, tmp_path / "wide.csv", to=tmp_path)
    assert [len(row) for row in rows] == [count] * 4
    assert [";".join(row) for row in rows] == lines


def test_a_field_of_200_megabytes(colonnade, tmp_path):
    piece = 'a line, with "quotes" and é\n' * 40_000
    with open(tmp_path / "in.csv", "w", encoding="utf-8") as file:
        file.write("k,text\n1,short\n2,\"")
        quoted = piece.replace('"', '""')
        while file.tell() < 200 << 20:
            file.write(quoted)
        file.write('"\n3,after\n')
    colonnade("convert", tmp_path / "in.csv", "-o", tmp_path / "t.cln", "--quiet")
    colonnade("export", tmp_path / "t.cln", "-o", tmp_path / "out.csv")
    assert subprocess.run(["cmp", tmp_path / "in.csv", tmp_path / "out.csv"]).returncode == 0


def test_a_text_without_header_comes_back_byte_for_byte(colonnade, tmp_path):
    text = "1,x,2020-01-02,2.50\n2,\"y, z\",2020-01-03,3.75\n3,é,,0.10\n" * 500
    (tmp_path / "in.csv").write_text(text)
    colonnade("convert", tmp_path / "in.csv", "-o", tmp_path / "t.cln", "--quiet")
    assert colonnade("export", tmp_path / "t.cln").text == text
    assert colonnade("inspect", tmp_path / "t.cln").text.count("column_") >= 4
