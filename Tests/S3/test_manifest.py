# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is a folder of many writers in S3 exactly the parts that its manifest lists, or an error? How many round trips does that take?"""

import random
import subprocess

import faults
import pytest
from proxy import FAR_S

MANIFEST = "_manifest.cln"
COUNT = ["--agg", "count(*) as n, sum(k)", "--format", "csv"]


@pytest.fixture
def part(local, bucket, tmp_path):
    """Writes a part of rows into the folder `t` of the bucket."""

    def write(name, *rows):
        (tmp_path / "part.csv").write_text("".join(f"{row}\n" for row in ("k", *rows)))
        local("convert", tmp_path / "part.csv", "-q", "-o", tmp_path / "part.cln")
        bucket.put(f"t/{name}", (tmp_path / "part.cln").read_bytes())

    return write


@pytest.fixture
def table(colonnade, bucket, part):
    """Rows 1 to 3 in two parts, published."""
    part("b +%.cln", 3)
    part("a.cln", 1, 2)
    colonnade("manifest", bucket.url("t/"), "-q")
    return bucket.url("t/")


def test_many_writers_one_table(colonnade, bucket, tmp_path):
    """Twelve writers at once, each tried twice; what is read is what the last step listed, the same as from files."""
    writers, folder = [], tmp_path / "t"
    folder.mkdir()
    for number in range(12):
        source = tmp_path / f"{number}.csv"
        source.write_text("k,s\n" + "".join(f"{row},x{row % 7}\n" for row in range(number * 100, number * 100 + 100)))
        for attempt in 1, 2:
            target = bucket.url(f"t/part-{number:02}-{attempt}.cln")
            writers.append(colonnade.start("convert", source, "-q", "-o", target))
    assert [writer.wait(timeout=60) for writer in writers] == [0] * 24
    assert colonnade("agg", bucket.url("t/"), *COUNT).text.split()[1].startswith("2400,")
    colonnade("manifest", bucket.url("t/part-*-2.cln"), "-o", bucket.url(f"t/{MANIFEST}"), "-q")
    for key in bucket.keys():
        (folder / key[2:]).write_bytes(bucket.get(key))
    for command in ["agg", *COUNT], ["export"], ["head", "-n", "250", "--format", "json"], ["agg", "--by", "s", "--agg", "max(k)"]:
        stored = colonnade(command[0], bucket.url("t/"), *command[1:]).text
        assert stored == colonnade(command[0], bucket.url("t"), *command[1:]).text
        assert stored == colonnade(command[0], folder, *command[1:]).text
    assert colonnade("agg", bucket.url("t/"), *COUNT).text == f"n,k\n1200,{sum(range(1200))}\n"
    colonnade("manifest", f"{folder}/part-*-2.cln", "-o", folder / MANIFEST, "-q")
    assert (folder / MANIFEST).read_bytes() == bucket.get(f"t/{MANIFEST}")


def test_what_comes_later_is_not_read(colonnade, bucket, part, table):
    part("c.cln", 50)
    bucket.put("t/late.csv", b"k\n70\n")
    assert colonnade("agg", table, *COUNT).text == "n,k\n3,6\n"
    assert len(colonnade("verify", table).text.splitlines()) == 3
    colonnade("manifest", table, "-q")
    assert colonnade("agg", table, *COUNT).text == "n,k\n4,56\n"
    bucket.client.delete_object(Bucket=bucket.name, Key=f"t/{MANIFEST}")
    assert colonnade("agg", table, *COUNT).text == "n,k\n5,126\n"


@pytest.mark.parametrize("size", ["same", "other"])
def test_a_part_that_was_replaced_is_named(colonnade, bucket, part, table, size):
    part("a.cln", *([1, 3] if size == "same" else [1, 2, 3]))
    run = colonnade("agg", table, *COUNT, expect=2)
    assert bucket.url("t/a.cln") in run.errors and bucket.url(f"t/{MANIFEST}") in run.errors and run.text == ""
    found = colonnade("verify", table, expect=2).text.splitlines()
    assert ["CHANGED" in line for line in found] == [False, True, False]


def test_a_part_that_is_missing_is_named(colonnade, bucket, table):
    bucket.client.delete_object(Bucket=bucket.name, Key="t/b +%.cln")
    run = colonnade("export", table, expect=2)
    assert f"{bucket.url('t/b +%.cln')}: it is not there" in run.errors and run.text == ""
    assert "MISSING" in colonnade("verify", table, expect=2).text


def test_a_part_that_is_replaced_while_it_is_read(through, colonnade, proxy, bucket, part, tmp_path):
    """After its footer was compared, the object is pinned: an error, never rows of both."""
    chance = random.Random(1)
    for name in "a.cln", "b.cln":
        # Larger than what opening fetches.
        part(name, *(chance.getrandbits(48) for _ in range(100_000)))
    colonnade("manifest", bucket.url("t/"), "-q")
    proxy.on("GetObject", faults.Calls(lambda: part("b.cln", 5)), nth=3, key="b.cln")
    run = through("export", bucket.url("t/"), "-o", tmp_path / "out.csv", expect=2)
    assert bucket.url("t/b.cln") in run.errors and not (tmp_path / "out.csv").exists()


def test_of_racing_publishers_one_wins_whole(colonnade, bucket, part):
    for number in range(8):
        part(f"{number}.cln", *range(number + 1))
    runs = [
        colonnade.start(
            "manifest", bucket.url(f"t/{number}.cln"), "-o", bucket.url(f"t/{MANIFEST}"), "--if-not-exists", "-q",
            stderr=subprocess.PIPE)
        for number in range(8)
    ]  # fmt: skip
    errors = [run.communicate(timeout=60)[1].decode() for run in runs]
    ended = [run.returncode for run in runs]
    assert sorted(ended) == [0, *[2] * 7], errors
    assert all("exist" in text or "already" in text for text, code in zip(errors, ended) if code), errors
    winner = ended.index(0)
    assert colonnade("agg", bucket.url("t/"), *COUNT).text == f"n,k\n{winner + 1},{sum(range(winner + 1))}\n"
    assert bucket.uploads() == []


def test_footers_come_several_at_once(through, proxy, bucket, part):
    """Two requests a part, both for publishing and for reading; many of them under way together, and no list of the folder to read it."""
    for number in range(40):
        part(f"{number:02}.cln", number)
    proxy.latency_s = FAR_S
    through("manifest", bucket.url("t/"), "-q")
    assert proxy.count("GetObject") == 80 and most_at_once(proxy) >= 8, proxy.counts()
    proxy.log.clear()
    assert through("agg", bucket.url("t/"), *COUNT).text == f"n,k\n40,{sum(range(40))}\n"
    # The manifest once, its parts once: their pages came with their footers.
    assert proxy.count("GetObject") == 82 and proxy.count("ListObjects") == 0, proxy.counts()
    assert most_at_once(proxy) >= 8


def most_at_once(proxy):
    return max(exchange.in_flight for exchange in proxy.log)


def test_nothing_is_published_if_the_last_request_fails(through, proxy, bucket, part, table):
    before = bucket.get(f"t/{MANIFEST}")
    part("c.cln", 4)
    proxy.on("PutObject", faults.access_denied())
    run = through("manifest", table, expect=2)
    assert "s3:PutObject" in run.errors and bucket.get(f"t/{MANIFEST}") == before
