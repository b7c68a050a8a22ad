# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is every key the one that was written, whatever it is made of; and what do folders and patterns of keys stand for?"""

import concurrent.futures
import gzip
import unicodedata

import pytest

ODD = [
    "a b.csv", "a+b.csv", "a=b.csv", "a%b.csv", "a%25b.csv", "a%2Fb.csv", "a&b.csv", "a#b.csv", "a?b.csv", "a~b.csv", "a*b.csv",
    "a'b.csv", "a(b).csv", "a[b].csv", "a{b}.csv", "a;b:c@d,e$f!g.csv", 'a"b<c>d.csv', "a\\b.csv", "a|b^c`d.csv", " a .csv",
    "day=2020-03-28/state=São Paulo/part 0.csv", "ü/" + unicodedata.normalize("NFC", "Ünïcödé.csv"),
    "ü/" + unicodedata.normalize("NFD", "Ünïcödé.csv"), "漢字/😀.csv", "a//b.csv", "/lead.csv", "//lead.csv", "a/./b.csv", "a/../b.csv",
    "../up.csv", "a/\u0301combining.csv", "a\u200db.csv", "x" * 500 + ".csv",
]  # fmt: skip


@pytest.mark.parametrize("key", ODD, ids=ascii)
def test_an_odd_key_is_written_and_read(colonnade, bucket, tables, key):
    text = tables["expected.csv"].read_bytes()
    colonnade("export", tables["expected.cln"], "-o", bucket.url(key))
    assert bucket.keys() == [key]
    assert bucket.get(key) == text
    assert colonnade("export", bucket.url(key)).stdout == text
    # Parts have the key in their requests too.
    colonnade("export", tables["cities.cln"], "-o", bucket.url(key))
    assert bucket.keys() == [key] and bucket.uploads() == []
    assert colonnade("agg", bucket.url(key), "--agg", "count(*)").text == "count\n178992\n"


def test_keys_that_only_look_alike_are_two(colonnade, bucket):
    composed, decomposed = (unicodedata.normalize(form, "dir/é.csv") for form in ("NFC", "NFD"))
    bucket.put(composed, b"n\n1\n")
    bucket.put(decomposed, b"n\n20\n")
    assert colonnade("export", bucket.url(composed)).text == "n\n1\n"
    assert colonnade("export", bucket.url(decomposed)).text == "n\n20\n"
    assert colonnade("agg", bucket.url("dir/"), "--agg", "sum(n)").text == "n\n21\n"
    assert colonnade("agg", bucket.url(composed), bucket.url(decomposed), "--agg", "sum(n)").text == "n\n21\n"
    assert colonnade("cmp", bucket.url(composed), bucket.url(decomposed), "--by-position", expect=1).text


def test_odd_keys_are_found_in_a_folder(colonnade, bucket):
    """Each listed under its own name: none comes back as another, and none is left out."""
    keys = [key for key in ODD if "/" not in key]
    for number, key in enumerate(keys):
        bucket.put(f"dir/{key}", f"n\n{1 << number}\n".encode())
    everything = (1 << len(keys)) - 1
    assert colonnade("agg", bucket.url("dir/"), "--agg", "sum(n)").text == f"n\n{everything}\n"
    assert colonnade("agg", bucket.url("dir/*.csv"), "--agg", "sum(n)").text == f"n\n{everything}\n"


@pytest.fixture
def folder(bucket):
    """Bits say which objects were read."""
    keys = ["dir/a.csv", "dir/b.csv", "dir/c.tsv", "dir/d.csv.gz", "dir/sub/e.csv", "dir/notes.md", "dirty.csv", "dir/", "other/f.csv"]
    bits = {}
    for number, key in enumerate(keys):
        bits[key] = 1 << number
        text = f"n\n{1 << number}\n".encode()
        bucket.put(key, b"" if key == "dir/" else gzip.compress(text) if key.endswith(".gz") else text)
    return bits


@pytest.mark.parametrize(
    "pattern, wanted",
    [
        ("dir/", ["dir/a.csv", "dir/b.csv", "dir/c.tsv", "dir/d.csv.gz"]),
        ("dir", ["dir/a.csv", "dir/b.csv", "dir/c.tsv", "dir/d.csv.gz"]),
        ("", ["dirty.csv"]),
        ("dir/*.csv", ["dir/a.csv", "dir/b.csv"]),
        ("dir/*", ["dir/a.csv", "dir/b.csv", "dir/c.tsv", "dir/d.csv.gz", "dir/notes.md"]),
        ("dir/?.csv", ["dir/a.csv", "dir/b.csv"]),
        ("dir/[bc].?sv", ["dir/b.csv", "dir/c.tsv"]),
        ("*/*.csv", ["dir/a.csv", "dir/b.csv", "other/f.csv"]),
        ("d*/s*/*.csv", ["dir/sub/e.csv"]),
        ("*.csv", ["dirty.csv"]),
    ],
)
def test_folders_and_patterns(colonnade, bucket, folder, pattern, wanted):
    assert colonnade("agg", bucket.url(pattern), "--agg", "sum(n)").text == f"n\n{sum(folder[key] for key in wanted)}\n"


@pytest.mark.parametrize("pattern", ["none/", "none/*.csv", "dir/z*.csv", "dir/sub/sub/"])
def test_nothing_there(colonnade, bucket, folder, pattern):
    run = colonnade("agg", bucket.url(pattern), "--agg", "count(*)", expect=2)
    assert bucket.url(pattern) in run.errors


def test_a_name_is_taken_as_it_is_before_it_is_a_pattern(colonnade, bucket):
    bucket.put("a*.csv", b"n\n1\n")
    bucket.put("ab.csv", b"n\n2\n")
    assert colonnade("agg", bucket.url("a*.csv"), "--agg", "sum(n)").text == "n\n1\n"
    assert colonnade("agg", bucket.url("*.csv"), "--agg", "sum(n)").text == "n\n3\n"


def test_a_folder_of_more_keys_than_one_answer_holds(colonnade, bucket):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bucket.put(f"many/{number:04} x.csv", f"n\n{number}\n".encode()), range(1203)))
    run = colonnade("agg", bucket.url("many/"), "--agg", "count(*), sum(n)")
    assert run.text == f"count,n\n1203,{1202 * 1203 // 2}\n"


def test_a_missing_object_is_named(colonnade, bucket):
    bucket.put("dir/cities.csv", b"n\n1\n")
    run = colonnade("export", bucket.url("dir/citys.csv"), expect=2)
    assert bucket.url("dir/citys.csv") in run.errors and "not exist" in run.errors
    assert bucket.url("dir/cities.csv") in run.errors, "the name that was perhaps meant"


@pytest.mark.parametrize("address", ["s3://", "s3:///key.csv", "s3://bucket", "s3://Bad Bucket/k.csv", "s3://b\u0301/k.csv"])
def test_what_is_no_address_for_an_output(colonnade, tables, address):
    run = colonnade("export", tables["expected.cln"], "-o", address, expect=2)
    assert address in run.errors


def test_a_folder_is_no_output(colonnade, bucket, tables):
    run = colonnade("export", tables["expected.cln"], "--format", "csv", "-o", bucket.url("dir/"), expect=2)
    assert bucket.url("dir/") in run.errors and bucket.keys() == []
