# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Does each refusal get an error that names what is missing, and no secret?"""

import json

import faults
import pytest
import radosgw
from clients import S3Command, client_of, new_bucket
from proxy import Proxy

ACTIONS = [
    "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts",
    "s3:ListBucketMultipartUploads",
]  # fmt: skip


def calls(tables, url, rest):
    """One call for every kind of request that may be the first: name -> arguments."""
    return {
        "read": ["export", url],
        "write": ["export", tables["expected.cln"], "-o", rest],
        "write much": ["export", tables["long.cln"], "-o", rest],
        "list": ["agg", url.rsplit("/", 1)[0] + "/", "--agg", "count(*)"],
        "look": ["convert", tables["expected.csv"], "--append", "-q", "-o", rest.replace(".csv", ".cln")],
        "sweep": ["s3", "sweep", rest.rsplit("/", 1)[0] + "/", "--older-than", "0s"],
    }


CALLS = ["read", "write", "write much", "list", "look", "sweep"]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("wrong", ["secret", "key"])
def test_wrong_credentials(radosgw_server, stored_on, local, tables, wrong, call):
    bucket = stored_on["radosgw"]
    key, secret = radosgw.ACCESS_KEY, radosgw.SECRET_KEY
    bad_secret = "entirely/wrong+secret0000000000000000000"
    key, secret = (key, bad_secret) if wrong == "secret" else ("NOBODYNOBODYNOBODY00", secret)
    colonnade = S3Command(local.path, radosgw_server.variables()).with_variables(
        AWS_ACCESS_KEY_ID=key, AWS_SECRET_ACCESS_KEY=secret
    )
    before = bucket.keys()
    run = colonnade(*calls(tables, bucket.url("cities.csv"), bucket.url("refused.csv"))[call], expect=2)
    assert bad_secret not in run.errors
    assert "s3://" in run.errors and {"secret": "secret key", "key": "InvalidAccessKeyId"}[wrong] in run.errors, run.errors
    assert bucket.keys() == before and bucket.uploads() == []


@pytest.mark.parametrize("call", CALLS)
def test_a_bucket_that_is_not_there(colonnade, tables, call):
    missing = "no-bucket-of-this-name"
    run = colonnade(*calls(tables, f"s3://{missing}/dir/in.csv", f"s3://{missing}/out.csv")[call], expect=2)
    assert f'bucket "{missing}"' in run.errors or f"bucket {missing}" in run.errors, run.errors


@pytest.fixture(scope="module")
def shared_with_guest(both, tables):
    """A bucket, and a function that lets the guest do what is said there and nothing else."""
    bucket = new_bucket(both["radosgw"])
    bucket.upload("cities.csv", tables["cities.csv"])
    bucket.upload("cities.cln", tables["cities.cln"])

    def allow(*actions):
        guest = {"AWS": ["arn:aws:iam:::user/guest"]}
        resources = [f"arn:aws:s3:::{bucket.name}", f"arn:aws:s3:::{bucket.name}/*"]
        statement = {"Effect": "Allow", "Principal": guest, "Action": list(actions), "Resource": resources}
        policy = {"Version": "2012-10-17", "Statement": [statement] if actions else []}
        bucket.client.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps(policy))

    yield bucket, allow
    bucket.clear()


@pytest.fixture
def guest(radosgw_server, local):
    return S3Command(local.path, radosgw_server.variables()).with_variables(
        AWS_ACCESS_KEY_ID=radosgw.GUEST_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=radosgw.GUEST_SECRET_KEY
    )


@pytest.mark.parametrize(
    "missing, call",
    [
        ("s3:GetObject", "read"),
        ("s3:PutObject", "write"),
        ("s3:PutObject", "write much"),
        ("s3:ListBucket", "list"),
        ("s3:GetObject", "look"),
        ("s3:ListBucketMultipartUploads", "sweep"),
        ("s3:AbortMultipartUpload", "sweep"),
    ],
)
def test_the_action_that_is_missing_is_named(shared_with_guest, guest, tables, missing, call):
    bucket, allow = shared_with_guest
    allow(*(action for action in ACTIONS if action != missing))
    arguments = calls(tables, bucket.url("cities.csv"), bucket.url("guest/refused.csv"))[call]
    if call == "look":
        arguments[-1] = bucket.url("cities.cln")
    upload = bucket.client.create_multipart_upload(Bucket=bucket.name, Key="guest/k")["UploadId"]
    before = {key: bucket.head(key)["ETag"] for key in bucket.keys()}
    try:
        run = guest(*arguments, expect=2)
    finally:
        bucket.client.abort_multipart_upload(Bucket=bucket.name, Key="guest/k", UploadId=upload)
    assert missing in run.errors and bucket.name in run.errors, run.errors
    for other in ACTIONS:
        # Of others, only that without s3:ListBucket a missing object is denied as well may be told.
        assert other in (missing, "s3:ListBucket") or call == "list" or f"{other} " not in run.errors, run.errors
    assert {key: bucket.head(key)["ETag"] for key in bucket.keys()} == before and bucket.uploads() == []


def test_the_actions_that_are_told_suffice(radosgw_server, shared_with_guest, guest, tables):
    bucket, allow = shared_with_guest
    allow("s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload")
    guest("convert", bucket.url("cities.csv"), "-q", "-o", bucket.url("guest/cities.cln"))
    guest("export", tables["long.cln"], "-o", bucket.url("guest/out.csv"))
    # Objects belong to whom wrote them: the bucket's owner may not read them.
    client = client_of(radosgw_server, access_key=radosgw.GUEST_ACCESS_KEY, secret_key=radosgw.GUEST_SECRET_KEY)
    written = client.get_object(Bucket=bucket.name, Key="guest/out.csv")["Body"].read()
    assert written == tables["long.csv"].read_bytes()
    # Folders and the sweep need the two lists; nothing ever needs s3:DeleteObject.
    allow(*ACTIONS)
    bucket.client.create_multipart_upload(Bucket=bucket.name, Key="guest/left")
    guest("agg", bucket.url("guest/*.cln"), "--agg", "count(*)")
    guest("s3", "sweep", bucket.url("guest/"), "--older-than", "0s")
    assert bucket.uploads() == []
    for key in "guest/cities.cln", "guest/out.csv":
        bucket.client.delete_object(Bucket=bucket.name, Key=key)


def test_an_object_that_is_missing_where_lists_are_denied(shared_with_guest, guest):
    """S3 says 403 then; the error must not claim that the object is there."""
    bucket, allow = shared_with_guest
    allow("s3:GetObject", "s3:PutObject")
    run = guest("export", bucket.url("none.csv"), expect=2)
    assert "s3:ListBucket" in run.errors and bucket.url("none.csv") in run.errors


def test_an_upload_that_may_not_be_aborted(radosgw_server, shared_with_guest, local, tables):
    """What was to be told first is, though the upload stays."""
    bucket, allow = shared_with_guest
    allow("s3:GetObject", "s3:PutObject")
    with Proxy(radosgw_server.endpoint) as proxy:
        proxy.on("UploadPart", faults.internal_error(), nth=2, times=None)
        guest = S3Command(local.path, radosgw_server.variables(proxy.endpoint)).with_variables(
            AWS_ACCESS_KEY_ID=radosgw.GUEST_ACCESS_KEY, AWS_SECRET_ACCESS_KEY=radosgw.GUEST_SECRET_KEY
        )
        run = guest("export", tables["long.cln"], "-o", bucket.url("guest/kept.csv"), expect=2)
    assert "InternalError" in run.errors
    assert bucket.uploads() == ["guest/kept.csv"] and "guest/kept.csv" not in bucket.keys()
    for found in bucket.client.list_multipart_uploads(Bucket=bucket.name)["Uploads"]:
        bucket.client.abort_multipart_upload(Bucket=bucket.name, Key=found["Key"], UploadId=found["UploadId"])


ANSWERS = {
    "redirect": (lambda: faults.permanent_redirect("eu-west-3"), "eu-west-3"),
    "malformed": (lambda: faults.wrong_region("eu-west-3"), "eu-west-3"),
    "clock": (lambda: faults.Says(faults.error_answer(403, "RequestTimeTooSkewed")), "clock"),
    "expired": (lambda: faults.expired_token(), "expired"),
    "invalid token": (lambda: faults.Says(faults.error_answer(400, "InvalidToken")), "InvalidToken"),
    "denied": (lambda: faults.access_denied(), "s3:"),
    "a page of some gateway": (lambda: faults.Says(faults.Answer(502, "<html><h1>Bad Gateway")), "502"),
    "no XML": (lambda: faults.Says(faults.Answer(400, b"\x00\xff no xml")), "400"),
    "a bomb": (lambda: faults.Says(faults.Answer(400, "<Error>" + "<a>" * 100_000)), "400"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_of_other_services(through, proxy, bucket, tables, answer, call):
    """To every request; where it is HEAD, without a body."""
    make, word = ANSWERS[answer]
    bucket.upload("in/in.csv", tables["expected.csv"])
    before = bucket.keys()
    proxy.on(None, make(), times=None)
    # Twice is enough to see what an error that stays comes to.
    through = through.with_variables(AWS_MAX_ATTEMPTS=2)
    run = through(*calls(tables, bucket.url("in/in.csv"), bucket.url("out.csv"))[call], expect=2, timeout=120)
    assert "s3://" in run.errors
    is_head = any(exchange.method == "HEAD" for exchange in proxy.log)
    # HEAD has no body that could tell more than the status and the region of a redirect.
    assert word in run.errors or (is_head and answer != "redirect"), run.errors
    assert all(character.isprintable() or character == "\n" for character in run.errors)
    assert bucket.keys() == before and bucket.uploads() == []


@pytest.mark.parametrize("call", CALLS)
def test_no_credentials_at_all(colonnade, bucket, tables, call):
    alone = colonnade.with_variables(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None)
    bucket.put("in/in.csv", b"n\n1\n")
    run = alone(*calls(tables, bucket.url("in/in.csv"), bucket.url("out.csv"))[call], expect=2)
    assert "credentials" in run.errors and "AWS_ACCESS_KEY_ID" in run.errors, run.errors
    assert bucket.keys() == ["in/in.csv"]


def test_half_of_the_credentials(colonnade, bucket):
    half = colonnade.with_variables(AWS_SECRET_ACCESS_KEY=None)
    run = half("export", bucket.url("in.csv"), expect=2)
    assert "AWS_SECRET_ACCESS_KEY" in run.errors, run.errors
