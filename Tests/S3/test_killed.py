# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What is there when the machine goes in the middle, and what does the sweep find of it?"""

import concurrent.futures
import datetime
import signal
import time

import faults
import pytest

OLD = b"what was there before\n"
ROUNDS = 50


def begin_upload(bucket, key, *parts):
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key=key)["UploadId"]
    for number, part in enumerate(parts, 1):
        bucket.client.upload_part(Bucket=bucket.name, Key=key, UploadId=upload, PartNumber=number, Body=part)
    return upload


def test_killed_at_random_moments(colonnade, bucket, tables, seeded):
    started = time.perf_counter()
    arguments = ["export", tables["long.cln"], "-o", bucket.url("dir/out.csv"), "-q"]
    colonnade(*arguments)
    seconds = time.perf_counter() - started
    new = tables["long.csv"].read_bytes()
    outcomes = {"old": 0, "new": 0}
    left = 0
    for round in range(ROUNDS):
        bucket.put("dir/out.csv", OLD)
        child = colonnade.start(*arguments, stderr=-1)
        time.sleep(seeded.random() * seconds * 1.1)
        child.send_signal(signal.SIGKILL)
        errors = child.communicate(timeout=30)[1].decode()
        found = bucket.get("dir/out.csv")
        note = f"round {round}, ended with {child.returncode}: {errors}, {len(found)} bytes there"
        assert child.returncode in (0, -signal.SIGKILL), note
        assert found in (OLD, new), note
        assert found == new or child.returncode != 0, note
        outcomes["new" if found == new else "old"] += 1
        # One run leaves one upload at most; what is complete is none.
        left, before = len(bucket.uploads()), left
        assert left <= before + 1, note
    print(outcomes, f"{left} uploads left")
    assert outcomes["old"] > ROUNDS / 5 and left > 0
    assert bucket.keys() == ["dir/out.csv"]

    kept = bucket.get("dir/out.csv")
    run = colonnade("s3", "sweep", bucket.url("dir/"), "--older-than", "0s", "--dry-run")
    assert run.text.count("dir/out.csv") == left and len(bucket.uploads()) == left
    run = colonnade("s3", "sweep", bucket.url("dir/"), "--older-than", "0s")
    assert run.text.count("dir/out.csv") == left and bucket.uploads() == []
    assert bucket.get("dir/out.csv") == kept and bucket.keys() == ["dir/out.csv"]


def test_the_sweep_keeps_to_its_prefix(colonnade, bucket):
    keys = ["dir/a", "dir/b c+d%/ü", "dirty/e", "other"]
    for key in keys:
        begin_upload(bucket, key, b"some")
    run = colonnade("s3", "sweep", bucket.url("dir/"), "--older-than", "0s", "--dry-run")
    assert sorted(bucket.uploads()) == keys
    assert "dir/b c+d%/ü" in run.text and "dirty" not in run.text and "other" not in run.text
    colonnade("s3", "sweep", bucket.url("dir/"), "--older-than", "0s")
    assert sorted(bucket.uploads()) == ["dirty/e", "other"]
    colonnade("s3", "sweep", bucket.url(), "--older-than", "0s")
    assert bucket.uploads() == []
    colonnade("s3", "sweep", bucket.url(), "--older-than", "0s")


def test_the_sweep_leaves_the_young(colonnade, server, bucket):
    """moto dates every upload to 2010, radosgw to its beginning."""
    begin_upload(bucket, "k", b"some")
    begun = bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"][0]["Initiated"]
    is_old = datetime.datetime.now(datetime.UTC) - begun > datetime.timedelta(days=300)
    assert is_old == (server.name == "moto")
    for more in [], ["--older-than", "1d"], ["--older-than", "30m"], ["--older-than", "2h"]:
        run = colonnade("s3", "sweep", bucket.url(), *more, "--dry-run")
        assert (bucket.url("k") in run.text) == is_old
        if not is_old:
            colonnade("s3", "sweep", bucket.url(), *more)
            assert bucket.uploads() == ["k"]
    if not is_old:
        time.sleep(2.1)
        colonnade("s3", "sweep", bucket.url(), "--older-than", "2s")
        assert bucket.uploads() == []


def test_the_sweep_finds_more_than_one_answer_holds(colonnade, bucket):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: begin_upload(bucket, f"many/{number % 500:04}"), range(1010)))
    colonnade("s3", "sweep", bucket.url("many/"), "--older-than", "0s", "-q", timeout=120)
    assert bucket.uploads() == []


def test_an_upload_that_is_gone_before_it_is_swept(through, proxy, bucket):
    """Somebody else sweeps at the same time."""
    upload = begin_upload(bucket, "k", b"some")
    gone = lambda: bucket.client.abort_multipart_upload(Bucket=bucket.name, Key="k", UploadId=upload)
    proxy.on("AbortMultipartUpload", faults.Calls(gone))
    through("s3", "sweep", bucket.url(), "--older-than", "0s")
    assert bucket.uploads() == []


@pytest.mark.parametrize("arguments", [["s3", "sweep"], ["s3", "sweep", "s3://b/", "--older-than", "soon"], ["s3", "sweep", "here/"]])
def test_wrong_usage_of_the_sweep(local, arguments):
    local(*arguments, expect=64)
