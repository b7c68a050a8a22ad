# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Does --if-not-exists replace nothing, and does one of many win? On completing an upload moto alone heeds the condition."""

import faults
import pytest

OLD = b"what was there before\n"
COMMANDS = {
    "convert": ["convert", "expected.csv", "-q"],
    "agg": ["agg", "expected.cln", "--agg", "count(*)"],
    "export": ["export", "expected.cln"],
    "merge": ["merge", "expected.cln", "expected.cln", "-q"],
    "cmp": ["cmp", "expected.cln", "expected.csv", "--by-position"],
}


def arguments(tables, command):
    return [tables[word] if "." in word else word for word in COMMANDS[command]]


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_replaced(colonnade, bucket, tables, command):
    output = ["-o", bucket.url("out.cln" if command in ("convert", "merge") else "out.json")]
    key = output[1].rsplit("/", 1)[1]
    colonnade(*arguments(tables, command), *output, "--if-not-exists")
    first = bucket.head(key)["ETag"]
    run = colonnade(*arguments(tables, command), *output, "--if-not-exists", expect=2)
    assert output[1] in run.errors and "exist" in run.errors
    assert bucket.head(key)["ETag"] == first and bucket.keys() == [key] and bucket.uploads() == []


@pytest.mark.parametrize("command", COMMANDS)
def test_local_files_are_not_replaced_either(local, tables, tmp_path, command):
    path = tmp_path / ("out.cln" if command in ("convert", "merge") else "out.json")
    local(*arguments(tables, command), "-o", path, "--if-not-exists")
    path.write_bytes(OLD)
    run = local(*arguments(tables, command), "-o", path, "--if-not-exists", expect=2)
    assert str(path) in run.errors and "exist" in run.errors and path.read_bytes() == OLD


def test_a_comparison_replaces_none_of_its_outputs(colonnade, bucket, tables):
    bucket.put("rows.csv", OLD)
    colonnade(
        "cmp", tables["expected.cln"], tables["published.csv"], "--on", "date,state", "--if-not-exists",
        "-o", bucket.url("report.json"), "--rows", bucket.url("rows.csv"), expect=2,
    )  # fmt: skip
    assert bucket.get("rows.csv") == OLD and bucket.uploads() == []


def test_a_large_object_that_is_there_is_found_before_it_is_written(through, proxy, bucket, tables):
    bucket.put("out.csv", OLD)
    through("export", tables["long.cln"], "-o", bucket.url("out.csv"), "--if-not-exists", expect=2)
    assert proxy.count("UploadPart", "CreateMultipartUpload") == 0
    assert bucket.get("out.csv") == OLD


@pytest.mark.parametrize("name", ["expected", "long"])
def test_an_object_that_comes_meanwhile_is_not_replaced(through, proxy, server, bucket, tables, name):
    if name == "long" and not server.conditional:
        pytest.skip("radosgw 16.2 overlooks the condition on completing")
    last = "PutObject" if name == "expected" else "CompleteMultipartUpload"
    proxy.on(last, faults.Calls(lambda: bucket.put("out.csv", OLD)))
    run = through("export", tables[f"{name}.cln"], "-o", bucket.url("out.csv"), "--if-not-exists", expect=2)
    assert bucket.url("out.csv") in run.errors and "exist" in run.errors
    assert bucket.get("out.csv") == OLD and bucket.uploads() == []


@pytest.mark.parametrize("where", ["object", "file"])
def test_one_of_sixteen_wins(colonnade, bucket, tmp_path, where):
    output = bucket.url("out.csv") if where == "object" else tmp_path / "out.csv"
    texts = []
    for number in range(16):
        texts.append(f"n\n{number}\n".encode())
        (tmp_path / f"{number}.csv").write_bytes(texts[-1])
    runs = [
        colonnade.start("export", tmp_path / f"{number}.csv", "-o", output, "--if-not-exists", "-q", stderr=-1)
        for number in range(16)
    ]
    errors = [run.communicate(timeout=60)[1].decode() for run in runs]
    ended = [run.returncode for run in runs]
    assert sorted(ended) == [0, *[2] * 15], errors
    assert all("exist" in text for text, code in zip(errors, ended) if code), errors
    winner = texts[ended.index(0)]
    assert (bucket.get("out.csv") if where == "object" else output.read_bytes()) == winner
    if where == "object":
        assert bucket.keys() == ["out.csv"] and bucket.uploads() == []
    else:
        assert len(list(tmp_path.iterdir())) == 17


def test_one_of_four_large_ones_wins(colonnade, server, bucket, tables):
    if not server.conditional:
        pytest.skip("radosgw 16.2 overlooks the condition on completing")
    runs = [
        colonnade.start("export", tables["long.cln"], "-o", bucket.url("out.csv"), "--if-not-exists", "-q", stderr=-1)
        for _ in range(4)
    ]
    assert sorted(run.wait(timeout=60) for run in runs) == [0, 2, 2, 2]
    late = colonnade.start("export", tables["expected.cln"], "-o", bucket.url("out.csv"), "--if-not-exists", "-q", stderr=-1)
    assert late.wait(timeout=60) == 2
    assert bucket.get("out.csv") == tables["long.csv"].read_bytes() and bucket.uploads() == []


@pytest.mark.parametrize("name", ["expected", "long"])
@pytest.mark.parametrize("fault", [faults.internal_error_afterwards, faults.DropResponse], ids=["internal error", "no answer"])
def test_an_answer_that_is_lost_is_not_taken_for_somebody_else(through, proxy, bucket, tables, name, fault):
    """The second try finds the object there: it is our own."""
    last = "PutObject" if name == "expected" else "CompleteMultipartUpload"
    rule = proxy.on(last, fault())
    through("export", tables[f"{name}.cln"], "-o", bucket.url("out.csv"), "--if-not-exists")
    assert rule.hits == 1
    assert bucket.get("out.csv") == tables[f"{name}.csv"].read_bytes() and bucket.uploads() == []


def test_a_conflict_is_asked_again(through, proxy, bucket, tables):
    """409: S3 does not know yet which of two writers is first."""
    conflict = faults.Says(faults.error_answer(409, "ConditionalRequestConflict"))
    proxy.on("PutObject", conflict)
    through("export", tables["expected.cln"], "-o", bucket.url("out.csv"), "--if-not-exists")
    assert bucket.get("out.csv") == tables["expected.csv"].read_bytes()
