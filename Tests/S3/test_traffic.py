# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""How many requests, bytes and round trips does reading take? By the log of the proxy, not by the clock.

COLONNADE_S3_ROWS=10000000: the table of the db-benchmark in full (a million rows otherwise).
"""

import csv
import os
import re
import subprocess
import sys
import time

import faults
import pytest
from clients import new_bucket
from command import ROOT
from proxy import FAR_S

ROWS = int(os.environ.get("COLONNADE_S3_ROWS", 1_000_000))
KIB = 1024
# What opening fetches: the end of a file, and its start.
EDGES_BYTES = 260 * KIB
TWO_COLUMNS = ["--by", "id1", "--agg", "sum(v1)"]
UNITS = {"B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9}


@pytest.fixture(scope="module")
def groupby(tmp_path_factory, local, both):
    """The chunk file and, for each server, a bucket that has it; stored bytes of each column."""
    folder = tmp_path_factory.mktemp("groupby")
    make = [sys.executable, ROOT / "Benchmarks/generate_groupby.py", folder / "groupby.csv", "--rows", str(ROWS)]
    subprocess.run(make, check=True)
    local("convert", folder / "groupby.csv", "-q", "-o", folder / "groupby.cln", timeout=300)
    described = local("inspect", folder / "groupby.cln").text.splitlines()
    sizes = {row["column"]: int(row["stored_bytes"]) for row in csv.DictReader(described)}
    assert len(sizes) == 9
    buckets = {}
    for name, server in both.items():
        buckets[name] = new_bucket(server)
        buckets[name].upload("groupby.cln", folder / "groupby.cln")
    yield folder / "groupby.cln", sizes, buckets
    for bucket in buckets.values():
        bucket.clear()


def received(proxy):
    return sum(exchange.response_bytes for exchange in proxy.log)


def sent(proxy):
    return sum(exchange.request_bytes for exchange in proxy.log)


def test_two_of_nine_columns_move_their_bytes_alone(through, proxy, server, groupby, local):
    path, sizes, buckets = groupby
    run = through("agg", buckets[server.name].url("groupby.cln"), *TWO_COLUMNS)
    assert run.text == local("agg", path, *TWO_COLUMNS).text
    wanted = sizes["id1"] + sizes["v1"]
    print(f"{wanted} bytes of {path.stat().st_size} wanted, {received(proxy)} moved, {proxy.counts()}")
    assert set(proxy.counts()) <= {"GetObject", "HeadObject"}
    # Besides: what opening brings, and gaps that are cheaper to read than another request.
    assert wanted <= received(proxy) + EDGES_BYTES and received(proxy) <= wanted * 1.1 + 2 * EDGES_BYTES
    assert len(proxy.log) <= 12 + ROWS / 200_000


def test_less_than_ten_round_trips_wait_for_one_another(through, proxy, server, groupby, local):
    path, _, buckets = groupby
    proxy.latency_s = FAR_S
    started = time.perf_counter()
    run = through("agg", buckets[server.name].url("groupby.cln"), *TWO_COLUMNS)
    seconds = time.perf_counter() - started
    assert run.text == local("agg", path, *TWO_COLUMNS).text
    print(f"{proxy.generations()} generations of {len(proxy.log)} requests, {seconds:.2f} s")
    assert proxy.generations() < 10


@pytest.mark.parametrize("name", ["cities.cln", "expected.cln"])
def test_a_small_file_takes_two_round_trips(through, proxy, stored, name):
    """Opening brings all of it, or all but one range."""
    proxy.latency_s = FAR_S
    through("agg", stored.url(name), "--by", "state", "--agg", "sum(cases)")
    assert proxy.generations() <= (2 if name == "cities.cln" else 1), proxy.log


@pytest.mark.parametrize("name, command", [("random.csv", "agg"), ("long.csv", "convert"), ("cities.csv.gz", "agg")])
def test_text_is_read_in_parallel_ranges_and_once(through, proxy, stored, tables, tmp_path, name, command):
    proxy.latency_s = FAR_S
    more = ["--agg", "count(*)"] if command == "agg" else ["-q", "-o", tmp_path / "out.cln"]
    through(command, stored.url(name), *more)
    size = tables[name].stat().st_size
    print(f"{name}: {size} bytes, {received(proxy)} moved in {len(proxy.log)} requests, {proxy.generations()} generations")
    assert size <= received(proxy) <= size * 1.05 + 2 * EDGES_BYTES
    if size > 16 << 20:
        assert max(exchange.in_flight for exchange in proxy.log) > 1
        assert proxy.generations() < len(proxy.log)


def test_parts_go_up_while_others_do(through, proxy, bucket, tables):
    proxy.latency_s = FAR_S
    through("export", tables["long.cln"], "-o", bucket.url("out.csv"))
    parts = [exchange for exchange in proxy.log if exchange.operation == "UploadPart"]
    assert len(parts) == 3 and max(exchange.in_flight for exchange in parts) > 1
    assert sum(part.request_bytes for part in parts) == tables["long.csv"].stat().st_size


def test_head_reads_the_start_alone(through, proxy, stored):
    through("head", stored.url("random.csv"))
    assert received(proxy) <= 9 << 20
    proxy.reset()
    through("inspect", stored.url("random.cln"))
    assert received(proxy) <= 2 * EDGES_BYTES


def test_connections_are_used_again(server, through, proxy, bucket, tables):
    if server.name == "moto":
        pytest.skip("moto closes after each answer")
    through("export", tables["long.cln"], "-o", bucket.url("out.csv"))
    assert proxy.connections < len(proxy.log)
    at_once = max(exchange.in_flight for exchange in proxy.log)
    assert proxy.connections <= at_once + 1


def parsed(text):
    """The least and the most that it may stand for: tenths are cut off."""
    number, unit = re.fullmatch(r"([\d,.]+) (\w+)", text).groups()
    least = round(float(number.replace(",", "")) * UNITS[unit])
    return least, least + (UNITS[unit] / 10 - 1 if UNITS[unit] > 1 else 0)


@pytest.mark.parametrize("retries", [0, 2])
def test_stats_agree_with_the_log(through, proxy, server, groupby, retries):
    _, _, buckets = groupby
    if retries:
        proxy.on("GetObject", faults.slow_down(), nth=2, times=retries)
    run = through("agg", buckets[server.name].url("groupby.cln"), *TWO_COLUMNS, "--stats")
    line = next(line for line in run.errors.splitlines() if "request" in line)
    assert int(re.search(r"([\d,]+) requests?", line)[1].replace(",", "")) == len(proxy.log), line
    told = re.search(r"\((\d+) of them", line)
    assert int(told[1] if told else 0) == retries, line
    for what, counted in ("received", received(proxy)), ("sent", sent(proxy)):
        least, most = parsed(re.search(r"([\d,.]+ \w+) " + what, line)[1])
        assert least <= counted <= most, f"{line}: {counted} {what}"
