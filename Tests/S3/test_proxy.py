# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Does the test bed do what the tests take for granted? Looked at with boto3 and plain sockets."""

import concurrent.futures
import http.client
import time
import urllib.request

import botocore.exceptions
import faults
import pytest
from clients import client_of
from proxy import FAR_S

MIB = 1024 * 1024


@pytest.fixture
def through(server, proxy):
    """boto3 through the proxy, with one attempt for each request."""
    return client_of(server, endpoint=proxy.endpoint, attempts=1)


def put_in_parts(client, bucket, key, *parts):
    upload = client.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    finished = []
    for number, part in enumerate(parts, 1):
        tag = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=part)["ETag"]
        finished.append({"ETag": tag, "PartNumber": number})
    return upload, {"Parts": finished}


def test_signatures_hold_through_the_proxy(through, proxy, bucket):
    key = "a b+c=d%25&#?/~*'()ü/ü.csv"
    through.put_object(Bucket=bucket.name, Key=key, Body=b"0123456789")
    assert through.get_object(Bucket=bucket.name, Key=key, Range="bytes=2-4")["Body"].read() == b"234"
    assert [page["Key"] for page in through.list_objects_v2(Bucket=bucket.name)["Contents"]] == [key]
    assert [e.operation for e in proxy.log] == ["PutObject", "GetObject", "ListObjects"]
    assert proxy.log[1].range == "bytes=2-4" and proxy.log[1].response_bytes == 3 and proxy.log[1].status == 206
    assert proxy.log[0].key == f"/{bucket.name}/{key}"


def test_parts_go_through_and_are_told_apart(through, proxy, bucket):
    parts = bytes(range(256)) * (5 * MIB // 256), b"last"
    upload, finished = put_in_parts(through, bucket.name, "k", *parts)
    through.complete_multipart_upload(Bucket=bucket.name, Key="k", UploadId=upload, MultipartUpload=finished)
    assert bucket.get("k") == b"".join(parts)
    assert proxy.counts() == {"CreateMultipartUpload": 1, "UploadPart": 2, "CompleteMultipartUpload": 1}
    assert [e.request_bytes for e in proxy.log][1:3] == [5 * MIB, 4]


@pytest.mark.parametrize(
    "fault, code",
    [
        (faults.slow_down(), "SlowDown"),
        (faults.internal_error(), "InternalError"),
        (faults.expired_token(), "ExpiredToken"),
        (faults.not_found(), "NoSuchKey"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_answers_of_the_proxy_are_errors_once(through, proxy, bucket, fault, code):
    bucket.put("k", b"text")
    rule = proxy.on("GetObject", fault, nth=2)
    read = lambda: through.get_object(Bucket=bucket.name, Key="k")["Body"].read()
    assert read() == b"text"
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        read()
    assert caught.value.response["Error"]["Code"] == code
    assert read() == b"text" and rule.hits == 1


def test_after_an_error_afterwards_the_object_is_there(through, proxy, bucket):
    proxy.on("CompleteMultipartUpload", faults.internal_error_afterwards())
    upload, finished = put_in_parts(through, bucket.name, "k", b"only")
    with pytest.raises(botocore.exceptions.ClientError):
        through.complete_multipart_upload(Bucket=bucket.name, Key="k", UploadId=upload, MultipartUpload=finished)
    assert bucket.get("k") == b"only" and bucket.uploads() == []


@pytest.mark.parametrize("afterwards", [False, True])
def test_an_error_in_200(through, proxy, bucket, afterwards):
    proxy.on("CompleteMultipartUpload", faults.error_in_200_afterwards() if afterwards else faults.error_in_200())
    upload, finished = put_in_parts(through, bucket.name, "k", b"only")
    with pytest.raises(botocore.exceptions.ClientError):
        through.complete_multipart_upload(Bucket=bucket.name, Key="k", UploadId=upload, MultipartUpload=finished)
    assert bucket.keys() == (["k"] if afterwards else [])
    assert len(bucket.uploads()) == (0 if afterwards else 1)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("after_bytes", [-1, 0, 1, 100_000, 999_999])
def test_a_dropped_answer_ends_where_it_is_said(server, proxy, bucket, after_bytes, reset):
    text = bytes(1_000_000)
    bucket.put("k", text)
    url = bucket.client.generate_presigned_url("get_object", {"Bucket": bucket.name, "Key": "k"})
    proxy.on("GetObject", faults.DropResponse(after_bytes, reset))
    # Signed for the server's address, which the proxy leaves alone as a header.
    asked = urllib.request.Request(url.replace(server.endpoint, proxy.endpoint), headers={"Host": server.endpoint[7:]})
    with pytest.raises((OSError, http.client.HTTPException)):
        urllib.request.urlopen(asked).read()
    assert proxy.log[0].response_bytes == max(0, after_bytes)


def test_a_dropped_request_leaves_nothing(through, proxy, bucket):
    proxy.on("PutObject", faults.DropRequest(1000))
    with pytest.raises((botocore.exceptions.HTTPClientError, botocore.exceptions.ClientError)):
        through.put_object(Bucket=bucket.name, Key="k", Body=bytes(100_000))
    assert bucket.keys() == []


def test_a_shortened_answer_is_whole_by_its_own_length(through, proxy, bucket):
    bucket.put("k", bytes(1000))
    proxy.on("GetObject", faults.Shorten(10))
    assert len(through.get_object(Bucket=bucket.name, Key="k")["Body"].read()) == 990


def test_stalls_and_pace(through, proxy, bucket):
    bucket.put("k", bytes(50_000))
    read = lambda: through.get_object(Bucket=bucket.name, Key="k")["Body"].read()
    for fault in faults.Stall(0.3), faults.Stall(0.3, after_bytes=10_000), faults.Slow(100_000):
        proxy.on("GetObject", fault)
        started = time.monotonic()
        assert read() == bytes(50_000)
        assert time.monotonic() - started >= 0.29
    through.put_object(Bucket=bucket.name, Key="other", Body=bytes(10))


def test_a_bit_that_changes_on_the_way_up_is_refused(through, proxy, bucket, server):
    if not server.checks:
        pytest.skip("moto takes any body")
    proxy.on("PutObject", faults.FlipRequest(5))
    with pytest.raises(botocore.exceptions.ClientError):
        through.put_object(Bucket=bucket.name, Key="k", Body=bytes(100))
    assert bucket.keys() == []


def test_generations_are_requests_that_waited_for_one_another(through, proxy, bucket):
    bucket.put("k", bytes(100))
    proxy.latency_s = FAR_S
    read = lambda _: through.get_object(Bucket=bucket.name, Key="k")["Body"].read()
    for number in range(3):
        read(number)
    assert proxy.generations() == 3
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(read, range(8)))
    assert proxy.generations() == 4 and max(e.in_flight for e in proxy.log) > 1
