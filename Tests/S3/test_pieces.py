# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Pieces of a CSV in S3: each step moves its own bytes, and the parts after each other are the whole."""

import json

KIB = 1024
# What opening a text fetches, and what a record may take behind a range.
AROUND_BYTES = (256 + 2 * 256) * KIB


def received(proxy):
    return sum(exchange.response_bytes for exchange in proxy.log)


def test_each_step_moves_its_own_bytes(through, proxy, stored, tables, local):
    url, size = stored.url("random.csv"), tables["random.csv"].stat().st_size
    cuts = [size * part // 4 for part in range(5)]
    scans = []
    for first, end in zip(cuts, cuts[1:]):
        proxy.reset()
        scans.append(through("csv", "scan", url, "--bytes", f"{first}:{end}").text)
        assert end - first - 256 * KIB <= received(proxy) <= end - first + AROUND_BYTES, proxy.log
    proxy.reset()
    lines = through("csv", "cut", input="".join(scans).encode()).text.splitlines()
    pieces = [json.loads(line) for line in lines]
    # Every scan met the true way at once: nothing had to be looked at.
    assert len(pieces) == 4 and received(proxy) == 0
    found = "".join(through("csv", "types", url, "--piece", piece["piece"]).text for piece in pieces)
    joined = json.loads(through("csv", "types", "--join", input=found.encode()).text)
    assert joined["settled"] and {column["type"] for column in joined["columns"]} == {"int64"}
    parts = []
    for piece in pieces:
        proxy.reset()
        options = ["--piece", piece["piece"], "--types", joined["types"], "--header-out", "off", "-q"]
        parts.append(through("export", url, *options).text)
        bytes_of_piece = piece["bytes"][1] - piece["bytes"][0]
        assert received(proxy) <= bytes_of_piece + AROUND_BYTES, proxy.log
    assert "".join(parts) == local("export", tables["random.csv"], "--header-out", "off", "-q").text


def test_an_object_that_is_replaced_between_two_pieces_is_told(colonnade, bucket):
    bucket.put("t.csv", b"a,b\n" + b"1,2\n" * 100)
    url = bucket.url("t.csv")
    lines = "".join(colonnade("csv", "scan", url, "--bytes", bytes_).text for bytes_ in ["0:200", "200:404"])
    pieces = [json.loads(line)["piece"] for line in colonnade("csv", "cut", input=lines.encode()).text.splitlines()]
    # The same bytes are the same object, whenever they were put there.
    bucket.put("t.csv", b"a,b\n" + b"1,2\n" * 100)
    assert colonnade("export", url, "--piece", pieces[0]).text.startswith("a,b\n1,2\n")
    bucket.put("t.csv", b"a,b\n" + b"3,4\n" * 100)
    assert "changed or replaced" in colonnade("export", url, "--piece", pieces[1], expect=2).errors
