# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Pipes in and out, standard input, compressed inputs and outputs."""

import gzip
import json
import os
import subprocess
import threading

import zstandard

SUMS = ["--by", "date,state", "--agg", "sum(cases), sum(deaths)", "--order-by", "date, state desc"]


def test_closed_pipe_is_silent(colonnade, covid):
    for arguments in (["agg", covid["cln"], "--by", "date,name,code", "--agg", "sum(cases)"], ["export", covid["cln"]]):
        child = colonnade.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert child.stdout.readline().startswith(b"date,")
        child.stdout.close()
        errors = child.stderr.read()
        assert (child.wait(timeout=30), errors) == (141, b"")


def test_closed_pipe_in_a_shell(colonnade, covid):
    script = f"{colonnade.path} agg {covid['cln']} --by date,name --agg 'sum(cases)' | head -n 1; echo ${{PIPESTATUS[0]}}"
    run = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert (run.stdout, run.stderr) == ("date,name,cases\n141\n", "")


def test_full_standard_output(colonnade, covid):
    with open("/dev/full", "wb") as full:
        run = colonnade("export", covid["cln"], expect=2, stdout=full)
    assert "full" in run.errors
    assert "full" in colonnade("export", covid["cln"], "-o", "/dev/full", "--format", "csv", expect=2).errors


def test_standard_input(colonnade, covid, expected_aggregate, tmp_path):
    right = expected_aggregate.read_bytes()
    plain = covid["csv"].read_bytes()
    for content in (plain, gzip.compress(plain, 1), zstandard.compress(plain, 1)):
        assert colonnade("agg", "-", *SUMS, input=content).stdout == right
    colonnade("convert", "-", "-o", tmp_path / "out.cln", input=plain)
    assert colonnade("agg", tmp_path / "out.cln", *SUMS).stdout == right
    with open(covid["csv"], "rb") as file:
        assert colonnade("agg", "-", *SUMS, stdin=file).stdout == right
    assert colonnade("agg", "-", *SUMS, input=covid["cln"].read_bytes()).stdout == right


def test_compressed_inputs_are_told_by_content(colonnade, covid, expected_aggregate, tmp_path):
    plain = covid["csv"].read_bytes()
    half = len(plain) // 2
    forms = {
        "a.csv.zst": zstandard.compress(plain, 3),
        "misnamed.csv": gzip.compress(plain, 1),
        "members.csv.gz": gzip.compress(plain[:half], 1) + gzip.compress(plain[half:], 1),
        "frames.csv.zst": zstandard.compress(plain[:half], 1) + zstandard.compress(plain[half:], 1),
    }
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
        assert colonnade("agg", tmp_path / name, *SUMS).stdout == expected_aggregate.read_bytes(), name
        (tmp_path / name).write_bytes(content[:-20])
        assert name in colonnade("agg", tmp_path / name, *SUMS, expect=2).errors


def test_named_pipe(colonnade, covid, expected_aggregate, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    feeder = threading.Thread(target=lambda: pipe.write_bytes(covid["csv"].read_bytes()))
    feeder.start()
    assert colonnade("agg", pipe, *SUMS).stdout == expected_aggregate.read_bytes()
    feeder.join()


def test_compressed_outputs(colonnade, covid, expected_aggregate, tmp_path):
    right = expected_aggregate.read_bytes()
    colonnade("agg", covid["cln"], *SUMS, "-o", tmp_path / "out.csv.gz")
    colonnade("agg", covid["cln"], *SUMS, "-o", tmp_path / "out.csv.zst")
    assert gzip.decompress((tmp_path / "out.csv.gz").read_bytes()) == right
    assert zstandard.ZstdDecompressor().stream_reader((tmp_path / "out.csv.zst").open("rb")).read() == right


def test_output_forms(colonnade, covid, tmp_path):
    import json

    ask = [covid["cln"], "--by", "state", "--agg", "sum(cases), count(*) as n", "--limit", "2"]
    rows = [{"state": "Acre", "cases": 142396, "n": 943}]
    table = json.loads(colonnade("agg", *ask, "--format", "json").text)
    assert [list(row) for row in table] == [["state", "cases", "n"]] * 2
    assert table[0]["state"] == rows[0]["state"] and table[0]["n"] == rows[0]["n"]
    lines = colonnade("agg", *ask, "--format", "ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == table
    assert "Alagoas" in colonnade("agg", *ask, "--format", "table").text
    colonnade("agg", *ask, "-o", tmp_path / "out.cln")
    expected = "state,cases,n\n" + "".join(f"{r['state']},{r['cases']},{r['n']}\n" for r in table)
    assert colonnade("export", tmp_path / "out.cln").text == expected


def test_receipt_tells_the_size_of_what_was_piped(colonnade, tmp_path):
    """Also where a late value makes the input be read again from what was kept of it."""
    text = ("n\n" + "1\n" * 200_000 + "x\n").encode()
    colonnade("convert", "-", "-o", tmp_path / "t.cln", "--receipt", tmp_path / "r.json", input=text)
    receipt = json.loads((tmp_path / "r.json").read_text())
    assert receipt["passes"] == 2
    assert receipt["source_bytes"] == receipt["text_bytes"] == len(text)
