# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Are credentials, regions, endpoints and certificates found where the AWS tools find them; does encryption arrive?"""

import pytest
import radosgw
from clients import S3Command, client_of
from proxy import Proxy

KEYS = f"aws_access_key_id = {radosgw.ACCESS_KEY}\naws_secret_access_key = {radosgw.SECRET_KEY}\n"
WRONG = "aws_access_key_id = NOBODYNOBODYNOBODY00\naws_secret_access_key = wrong\n"


@pytest.fixture
def bare(radosgw_server, local):
    """The command that knows the endpoint, and no credentials: the server that checks them is asked."""
    variables = radosgw_server.variables()
    for name in "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION":
        variables[name] = None
    return S3Command(local.path, variables)


def files(tmp_path, credentials="", config=""):
    (tmp_path / "credentials").write_text(credentials)
    (tmp_path / "config").write_text(config)
    return {"AWS_SHARED_CREDENTIALS_FILE": tmp_path / "credentials", "AWS_CONFIG_FILE": tmp_path / "config"}


@pytest.fixture
def url(stored_on):
    return stored_on["radosgw"].url("expected.csv")


@pytest.fixture
def expected(tables):
    return tables["expected.csv"].read_bytes()


def test_credentials_file(bare, url, expected, tmp_path):
    assert bare.with_variables(**files(tmp_path, f"[default]\n{KEYS}"))("export", url).stdout == expected


def test_config_file(bare, url, expected, tmp_path):
    assert bare.with_variables(**files(tmp_path, config=f"[default]\n{KEYS}"))("export", url).stdout == expected


def test_credentials_in_the_home_folder(bare, url, expected, tmp_path):
    (tmp_path / ".aws").mkdir()
    files(tmp_path / ".aws", f"[default]\n{KEYS}")
    at_home = bare.with_variables(HOME=tmp_path, AWS_SHARED_CREDENTIALS_FILE=None, AWS_CONFIG_FILE=None)
    assert at_home("export", url).stdout == expected


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"])
def test_profiles(bare, url, expected, tmp_path, name):
    both = files(tmp_path, f"[default]\n{WRONG}\n[other one]\n{KEYS}", "[default]\nregion=us-east-1\n")
    assert bare.with_variables(**both, **{name: "other one"})("export", url).stdout == expected
    run = bare.with_variables(**both, **{name: "none"})("export", url, expect=2)
    assert "none" in run.errors
    bare.with_variables(**both)("export", url, expect=2)


def test_the_environment_comes_before_files(bare, url, expected, tmp_path):
    told = {"AWS_ACCESS_KEY_ID": radosgw.ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": radosgw.SECRET_KEY}
    assert bare.with_variables(**files(tmp_path, f"[default]\n{WRONG}"), **told)("export", url).stdout == expected


def test_session_tokens(radosgw_server, bare, url, expected, tmp_path):
    """Keys of a role, which the server takes with their token alone."""
    service = client_of(radosgw_server, service="sts")
    role = f"arn:aws:iam:::role/{radosgw.ROLE}"
    given = service.assume_role(RoleArn=role, RoleSessionName="tests", DurationSeconds=900)["Credentials"]
    keys = {"AWS_ACCESS_KEY_ID": given["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"]}
    with_token = bare.with_variables(**keys, AWS_SESSION_TOKEN=given["SessionToken"])
    assert with_token("export", url).stdout == expected
    for token in None, given["SessionToken"][:-8] + "AAAAAAA=":
        run = bare.with_variables(**keys, AWS_SESSION_TOKEN=token)("export", url, expect=2)
        assert given["SessionToken"] not in run.errors and given["SecretAccessKey"] not in run.errors
    text = f"[default]\naws_access_key_id={given['AccessKeyId']}\naws_secret_access_key={given['SecretAccessKey']}\n"
    both = files(tmp_path, f"{text}aws_session_token={given['SessionToken']}\n")
    assert bare.with_variables(**both)("export", url).stdout == expected


def signed_region(proxy):
    return {exchange.header("authorization").split("Credential=")[1].split("/")[2] for exchange in proxy.log}


@pytest.mark.parametrize(
    "variables, config, region",
    [
        ({"AWS_REGION": "eu-west-3"}, "", "eu-west-3"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "", "eu-west-2"),
        ({"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-2"}, "[default]\nregion = eu-west-1\n", "eu-west-3"),
        ({}, "[default]\nregion = eu-west-1\n", "eu-west-1"),
        ({"AWS_PROFILE": "p"}, "[default]\nregion = eu-west-1\n[profile p]\nregion = eu-north-1\n", "eu-north-1"),
    ],
)
def test_regions_are_signed_for(through, proxy, stored, expected, tmp_path, variables, config, region):
    found = {**files(tmp_path, f"[p]\n{KEYS}", config), "AWS_REGION": None, **variables}
    assert through.with_variables(**found)("export", stored.url("expected.csv")).stdout == expected
    assert signed_region(proxy) == {region}


@pytest.mark.parametrize("form", ["S3", "both", "plain", "slash", "profile", "services"])
def test_endpoints(through, proxy, stored, expected, tmp_path, form):
    url = stored.url("expected.csv")
    nowhere = "http://127.0.0.1:9"
    profile = f"[default]\nendpoint_url = {proxy.endpoint}\n"
    services = f"[default]\nservices = mine\n[services mine]\ns3 =\n  endpoint_url = {proxy.endpoint}\n"
    variables = {
        "S3": {"AWS_ENDPOINT_URL_S3": proxy.endpoint},
        "both": {"AWS_ENDPOINT_URL_S3": proxy.endpoint, "AWS_ENDPOINT_URL": nowhere},
        "plain": {"AWS_ENDPOINT_URL": proxy.endpoint},
        "slash": {"AWS_ENDPOINT_URL": proxy.endpoint + "/"},
        "profile": files(tmp_path, config=profile),
        "services": files(tmp_path, config=services),
    }[form]
    assert through.with_variables(**{"AWS_ENDPOINT_URL_S3": None, **variables})("export", url).stdout == expected
    assert proxy.count("GetObject") >= 1


@pytest.mark.parametrize("endpoint", ["127.0.0.1:9", "ftp://127.0.0.1", "http://", "http://no host/"])
def test_an_endpoint_that_is_none(colonnade, stored, endpoint):
    run = colonnade.with_variables(AWS_ENDPOINT_URL_S3=endpoint)("export", stored.url("expected.csv"), expect=2, timeout=120)
    assert "AWS_ENDPOINT_URL" in run.errors, run.errors


def test_a_certificate_of_an_authority_of_ones_own(server, local, stored, bucket, tables, expected, certificates, tmp_path):
    authority, certificate, key = certificates
    with Proxy(server.endpoint, certificate=(certificate, key)) as proxy:
        assert proxy.endpoint.startswith("https://")
        strict = S3Command(local.path, server.variables(proxy.endpoint))
        known = strict.with_variables(AWS_CA_BUNDLE=authority)
        assert known("export", stored.url("expected.csv")).stdout == expected
        known("export", tables["long.cln"], "-o", bucket.url("out.csv"))
        assert bucket.get("out.csv") == tables["long.csv"].read_bytes()
        (tmp_path / "config").write_text(f"[default]\nca_bundle = {authority}\n")
        by_profile = strict.with_variables(AWS_CONFIG_FILE=tmp_path / "config")
        assert by_profile("export", stored.url("expected.csv")).stdout == expected
        asked = len(proxy.log)
        run = strict("export", stored.url("expected.csv"), expect=2)
        assert "certificate" in run.errors.lower() and "AWS_CA_BUNDLE" in run.errors, run.errors
        # Not even asked: whoever answers may be anybody.
        assert len(proxy.log) == asked
        run = strict.with_variables(AWS_CA_BUNDLE=tmp_path / "none.pem")("export", stored.url("expected.csv"), expect=2)
        assert str(tmp_path / "none.pem") in run.errors, run.errors


@pytest.mark.parametrize("name", ["expected", "long"])
def test_encryption_with_a_key(colonnade, bucket, tables, name):
    more = ["--sse", "aws:kms", "--sse-kms-key-id", radosgw.KMS_KEY]
    colonnade("export", tables[f"{name}.cln"], "-o", bucket.url("out.csv"), *more)
    head = bucket.head("out.csv")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", radosgw.KMS_KEY)
    assert bucket.get("out.csv") == tables[f"{name}.csv"].read_bytes() and bucket.uploads() == []
    # Readers need no option.
    assert colonnade("agg", bucket.url("out.csv"), "--agg", "count(*)").text.startswith("count\n")


@pytest.mark.parametrize("name", ["expected", "long"])
def test_encryption_headers(through, proxy, bucket, tables, name):
    through("export", tables[f"{name}.cln"], "-o", bucket.url("out.csv"), "--sse", "AES256")
    first = next(e for e in proxy.log if e.operation in ("PutObject", "CreateMultipartUpload"))
    assert first.header("x-amz-server-side-encryption") == "AES256"
    assert bucket.get("out.csv") == tables[f"{name}.csv"].read_bytes()


@pytest.mark.parametrize(
    "command", [["convert", "expected.csv", "-q"], ["agg", "expected.cln", "--agg", "count(*)"], ["merge", "expected.cln", "-q"]]
)
def test_encryption_of_other_outputs(colonnade, bucket, tables, command):
    words = [tables[word] if "." in word else word for word in command]
    colonnade(*words, "-o", bucket.url("out.cln"), "--sse", "aws:kms", "--sse-kms-key-id", radosgw.KMS_KEY)
    assert bucket.head("out.cln")["SSEKMSKeyId"] == radosgw.KMS_KEY


def test_a_key_for_encryption_that_is_not_there(radosgw_server, local, stored_on, tables):
    colonnade, bucket = S3Command(local.path, radosgw_server.variables()), stored_on["radosgw"]
    before = bucket.keys()
    more = ["--sse", "aws:kms", "--sse-kms-key-id", "no-such-key"]
    run = colonnade("export", tables["expected.cln"], "-o", bucket.url("out.csv"), *more, expect=2)
    assert bucket.url("out.csv") in run.errors and bucket.keys() == before


def test_what_is_written_says_what_it_is(colonnade, bucket, tables):
    colonnade("export", tables["expected.cln"], "-o", bucket.url("out.csv"))
    head = bucket.head("out.csv")
    assert head["ContentLength"] == tables["expected.csv"].stat().st_size
    assert head.get("ContentEncoding") in (None, "")


@pytest.mark.parametrize(
    "options",
    [["--sse", "rot13"], ["--sse-kms-key-id", "k"], ["--sse", "AES256", "--sse-kms-key-id", "k"]],
)
def test_wrong_usage_of_encryption(local, tables, options):
    local("export", tables["expected.cln"], "-o", "s3://b/out.csv", *options, expect=64)


def test_encryption_of_a_local_file_is_wrong_usage(local, tables, tmp_path):
    local("export", tables["expected.cln"], "-o", tmp_path / "out.csv", "--sse", "AES256", expect=64)
