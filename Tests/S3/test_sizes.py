# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is an object whole whatever its size is: none, around a part's, a gigabyte; and how much memory does the command take for it?

COLONNADE_S3_LONG=1: the gigabyte on moto too.
"""

import hashlib
import os

import pytest
from clients import S3Command, new_bucket

MIB = 1 << 20
LINE_BYTES = 64
SIZES = [1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 16 * MIB - 1, 16 * MIB, 16 * MIB + 1, 25 * MIB]


def text_of(byte_count):
    """A CSV of one column of text with exactly so many bytes, as the command writes it; equal lines would hide a swap of parts."""
    lines = [b"t\n"] if byte_count > 1 else []
    left = byte_count - 2
    while left > 0:
        length = left if left < 2 * LINE_BYTES else LINE_BYTES
        lines.append(b"row %0*d\n" % (length - 5, len(lines)) if length > 16 else b"x" * (length - 1) + b"\n")
        left -= length
    return b"".join(lines) if lines else b"\n"


@pytest.mark.parametrize("byte_count", SIZES)
def test_sizes_around_a_part(colonnade, bucket, tmp_path, byte_count):
    text = text_of(byte_count)
    assert len(text) == byte_count
    (tmp_path / "in.csv").write_bytes(text)
    # Up: whole and alone.
    colonnade("export", tmp_path / "in.csv", "--all-text", "-o", bucket.url("up.csv"))
    assert bucket.get("up.csv") == text
    # Down: read in ranges, written to standard output and in parts again.
    assert colonnade("export", bucket.url("up.csv"), "--all-text").stdout == text
    colonnade("export", bucket.url("up.csv"), "--all-text", "-o", bucket.url("again.csv"))
    assert bucket.get("again.csv") == text
    assert bucket.keys() == ["again.csv", "up.csv"] and bucket.uploads() == []


def test_an_object_of_no_bytes(colonnade, local, bucket, tmp_path):
    bucket.put("empty.csv", b"")
    bucket.put("empty.cln", b"")
    (tmp_path / "empty.csv").touch()
    (tmp_path / "empty.cln").touch()
    assert colonnade("export", bucket.url("empty.csv")).text == local("export", tmp_path / "empty.csv").text
    colonnade("convert", bucket.url("empty.csv"), "-q", "-o", bucket.url("out.cln"))
    assert colonnade("agg", bucket.url("out.cln"), "--agg", "count(*)").text == "count\n0\n"
    # A name ending in .cln must have the magic.
    for command in ["head"], ["agg", "--agg", "count(*)"]:
        run = colonnade(command[0], bucket.url("empty.cln"), *command[1:], expect=2)
        expected = local(command[0], tmp_path / "empty.cln", *command[1:], expect=2)
        assert run.errors == expected.errors.replace(str(tmp_path / "empty.cln"), bucket.url("empty.cln"))


def test_an_output_of_no_bytes(colonnade, bucket, tmp_path):
    (tmp_path / "header.csv").write_text("a,b\n")
    bucket.put("out.csv", b"what was there before")
    colonnade("export", tmp_path / "header.csv", "--header-out", "off", "-o", bucket.url("out.csv"))
    assert bucket.get("out.csv") == b""


def digest(server, bucket, key):
    found = hashlib.sha256()
    byte_count = 0
    for piece in bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].iter_chunks(1 << 20):
        found.update(piece)
        byte_count += len(piece)
    return byte_count, found.hexdigest()


@pytest.fixture(scope="module")
def gigabyte(tmp_path_factory, local):
    """A chunk file of some 100 kB that is a gigabyte of CSV, and that CSV."""
    folder = tmp_path_factory.mktemp("gigabyte")
    with (folder / "one.csv").open("w") as file:
        file.write("number,text\n")
        file.writelines(f"{row % 1000},{'one line of a gigabyte that is all alike ' * 6}\n" for row in range(1 << 16))
    local("convert", folder / "one.csv", "-q", "-o", folder / "one.cln")
    local("merge", *[folder / "one.cln"] * 66, "-q", "-o", folder / "all.cln")
    local("export", folder / "all.cln", "-o", folder / "all.csv")
    assert (folder / "all.csv").stat().st_size > 1 << 30
    yield folder
    (folder / "all.csv").unlink()


@pytest.mark.parametrize("server_name", ["radosgw", pytest.param("moto", marks=pytest.mark.skipif(
    "COLONNADE_S3_LONG" not in os.environ, reason="COLONNADE_S3_LONG=1 has moto take a gigabyte too"))])  # fmt: skip
def test_a_gigabyte_up_and_down_in_bounded_memory(both, server_name, local, gigabyte, tmp_path):
    server = both[server_name]
    colonnade, bucket = S3Command(local.path, server.variables()), new_bucket(server)
    try:
        with (gigabyte / "all.csv").open("rb") as file:
            expected = hashlib.file_digest(file, "sha256").hexdigest()
        up = colonnade.peak_memory("export", gigabyte / "all.cln", "-o", bucket.url("all.csv"), "-q")
        assert digest(server, bucket, "all.csv") == ((gigabyte / "all.csv").stat().st_size, expected)
        assert bucket.uploads() == []
        down = colonnade.peak_memory("convert", bucket.url("all.csv"), "-q", "-o", tmp_path / "down.cln")
        assert colonnade("agg", tmp_path / "down.cln", "--agg", "count(*), sum(number)").text == local(
            "agg", gigabyte / "all.cln", "--agg", "count(*), sum(number)"
        ).text
        here = local.peak_memory("convert", gigabyte / "all.csv", "-q", "-o", tmp_path / "here.cln")
        print(f"peak: {up >> 20} MiB up, {down >> 20} MiB down, {here >> 20} MiB from a file")
        # Parts and ranges under way; far from the gigabyte.
        assert up < 200 * MIB and down < 300 * MIB
    finally:
        bucket.clear()


def test_memory_is_kept_to_with_s3_on_both_sides(radosgw_server, local, stored_on, gigabyte):
    colonnade, bucket = S3Command(local.path, radosgw_server.variables()), new_bucket(radosgw_server)
    try:
        source = stored_on["radosgw"].url("random.csv")
        options = ["--sort-by", "a", "--memory", "64MiB", "-q"]
        peak = colonnade.peak_memory("convert", source, *options, "-o", bucket.url("sorted.cln"))
        assert peak <= 64 * MIB, f"{peak / MIB:.1f} MiB"
        assert bucket.keys() == ["sorted.cln"] and bucket.uploads() == []
    finally:
        bucket.clear()
