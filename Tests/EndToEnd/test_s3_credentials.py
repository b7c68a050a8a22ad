# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Credentials from each source, over the real transport: servers on this machine stand for STS, a container, the instance metadata and S3,
and check each signature by their own reckoning of AWS Signature Version 4."""

import hashlib
import hmac
import http.server
import json
import os
import threading
import urllib.parse

import pytest

TABLE = b"state,cases\nAC,1\nBA,2\n"
LATER = "2099-01-01T00:00:00Z"
ROLE_XML = """<{0}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{0}Result><Credentials><AccessKeyId>{1}</AccessKeyId>
<SecretAccessKey>{2}</SecretAccessKey><SessionToken>{3}</SessionToken><Expiration>{4}</Expiration></Credentials></{0}Result></{0}Response>"""


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Servers(http.server.ThreadingHTTPServer):
    """`keys`: access key -> (secret key, session token); `log`: what was asked, `faults`: what was wrong with it."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.keys = {"FILE-KEY": ("FILE/SECRET+1=", None)}
        self.log, self.faults, self.expired = [], [], set()

    def new_keys(self, name):
        self.keys[name] = (f"{name}/SECRET+2=", f"{name}/TOKEN+==")
        return (name, *self.keys[name])


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def refuse(self, fault):
        self.server.faults.append(f"{self.command} {self.path}: {fault}")
        self.reply(403, f"<Error><Code>AccessDenied</Code><Message>{fault}</Message></Error>".encode())

    def fault_of_signature(self, body, service):
        """What is wrong with it; None: nothing."""
        scheme, _, rest = self.headers.get("authorization", "").partition(" ")
        if scheme != "AWS4-HMAC-SHA256":
            return "not signed"
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        key, date, region, signed_service, _ = parts["Credential"].split("/")
        secret, token = self.server.keys[key]
        if (signed_service, region) != (service, "eu-west-1"):
            return f"signed for {signed_service} in {region}"
        if token != self.headers.get("x-amz-security-token"):
            return "another session token"
        digest = hashlib.sha256(body).hexdigest()
        if self.headers.get("x-amz-content-sha256", digest) != digest:
            return "another body"
        names = parts["SignedHeaders"].split(";")
        if "host" not in names or token and "x-amz-security-token" not in names:
            return "headers are not signed"
        path, _, query = self.path.partition("?")
        headers = [f"{name}:{' '.join(self.headers[name].split())}" for name in names]
        canonical = "\n".join([self.command, path, query, *headers, "", ";".join(names), digest])
        scope = f"{date}/{region}/{service}/aws4_request"
        text = "\n".join(
            ["AWS4-HMAC-SHA256", self.headers["x-amz-date"], scope, hashlib.sha256(canonical.encode()).hexdigest()]
        )
        signing_key = ("AWS4" + secret).encode()
        for part in scope.split("/"):
            signing_key = mac(signing_key, part)
        return None if mac(signing_key, text).hex() == parts["Signature"] else "another signature"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        form = dict(urllib.parse.parse_qsl(body.decode()))
        self.server.log.append(form)
        is_signed = form["Action"] == "AssumeRole"
        if fault := self.fault_of_signature(body, "sts") if is_signed else self.headers.get("authorization"):
            return self.refuse(fault)
        name = form["RoleArn"].rsplit("/", 1)[-1].upper() + f"-{len(self.server.log)}"
        self.reply(200, ROLE_XML.format(form["Action"], *self.server.new_keys(name), LATER).encode())

    def do_PUT(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        is_right = self.path == "/latest/api/token" and self.headers.get("x-aws-ec2-metadata-token-ttl-seconds") == "21600"
        self.reply(200, b"METADATA-TOKEN") if is_right else self.refuse("no request for a token")

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        if self.path.startswith("/bucket/"):
            return self.get_object()
        if self.path.startswith("/container/"):
            if self.headers.get("authorization") != "CONTAINER-TOKEN":
                return self.refuse("no token")
            return self.reply_keys("CONTAINER")
        if self.headers.get("x-aws-ec2-metadata-token") != "METADATA-TOKEN":
            return self.refuse("the first version of the metadata service")
        if self.path.endswith("/security-credentials/"):
            return self.reply(200, b"its-role")
        self.reply_keys("INSTANCE")

    def reply_keys(self, name):
        key, secret, token = self.server.new_keys(name)
        keys = {"AccessKeyId": key, "SecretAccessKey": secret, "Token": token, "Expiration": LATER, "Code": "Success"}
        self.reply(200, json.dumps(keys).encode())

    def get_object(self):
        if fault := self.fault_of_signature(b"", "s3"):
            return self.refuse(fault)
        key = self.headers["authorization"].split("Credential=")[1].split("/")[0]
        self.server.log.append(key)
        if key in self.server.expired:
            return self.reply(400, b"<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>")
        start, end = 0, len(TABLE) - 1
        headers = {"etag": '"1"', "accept-ranges": "bytes"}
        if wanted := self.headers.get("range"):
            first, last = wanted.removeprefix("bytes=").split("-")
            if first:
                start, end = int(first), min(end, int(last or end))
            else:
                start = max(0, len(TABLE) - int(last))
            headers["content-range"] = f"bytes {start}-{end}/{len(TABLE)}"
        self.reply(206 if wanted else 200, TABLE[start : end + 1], headers)


@pytest.fixture
def servers():
    with Servers() as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield found
        found.shutdown()
        thread.join()


@pytest.fixture
def surroundings(monkeypatch, servers, tmp_path):
    """A home folder of its own, and no variable of this account; gives a way to set some and to write the two files."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "COLONNADE_S3")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    folder = tmp_path / ".aws"
    folder.mkdir()

    def place(config="", credentials="", **variables):
        (folder / "config").write_text(config)
        (folder / "credentials").write_text(credentials)
        given = {"HOME": tmp_path, "AWS_REGION": "eu-west-1", "AWS_ENDPOINT_URL_S3": servers.url}
        # What is not meant is not reached: the metadata service of the machine that this runs on, if it is an instance.
        given |= {"AWS_ENDPOINT_URL_STS": servers.url, "AWS_EC2_METADATA_SERVICE_ENDPOINT": servers.url}
        for name, value in {**given, **variables}.items():
            monkeypatch.setenv(name, str(value))

    return place


KEYS = "[default]\naws_access_key_id = FILE-KEY\naws_secret_access_key = FILE/SECRET+1=\n"


def read(colonnade, servers):
    """Reads an object; gives the key that its last request was signed with."""
    run = colonnade("head", "s3://bucket/table.csv", "--format", "csv")
    assert run.text.encode() == TABLE and servers.faults == []
    assert "SECRET" not in run.errors and "TOKEN" not in run.errors
    return [entry for entry in servers.log if isinstance(entry, str)][-1]


def test_environment_before_files(colonnade, servers, surroundings):
    name, secret, token = servers.new_keys("ENV")
    surroundings(credentials=KEYS, AWS_ACCESS_KEY_ID=name, AWS_SECRET_ACCESS_KEY=secret, AWS_SESSION_TOKEN=token)
    assert read(colonnade, servers) == "ENV"


def test_credentials_file(colonnade, servers, surroundings):
    surroundings(credentials=KEYS)
    assert read(colonnade, servers) == "FILE-KEY"


def test_a_chain_of_roles(colonnade, servers, surroundings):
    config = """
[profile one]
role_arn = arn:aws:iam::1:role/one
source_profile = default
external_id = a b+c/é
[profile two]
role_arn = arn:aws:iam::1:role/two
source_profile = one
role_session_name = me
"""
    surroundings(config, KEYS, AWS_PROFILE="two")
    assert read(colonnade, servers) == "TWO-2"
    first, second = servers.log[:2]
    assert first["ExternalId"] == "a b+c/é" and second["RoleSessionName"] == "me"


def test_web_identity(colonnade, servers, surroundings, tmp_path):
    (tmp_path / "token").write_text("WEB.TOKEN+/=\n")
    surroundings(AWS_WEB_IDENTITY_TOKEN_FILE=tmp_path / "token", AWS_ROLE_ARN="arn:aws:iam::1:role/web")
    assert read(colonnade, servers) == "WEB-1"
    assert servers.log[0]["WebIdentityToken"] == "WEB.TOKEN+/="


def test_program(colonnade, servers, surroundings, tmp_path):
    name, secret, token = servers.new_keys("PROGRAM")
    keys = {"Version": 1, "AccessKeyId": name, "SecretAccessKey": secret, "SessionToken": token}
    (tmp_path / "its keys.json").write_text(json.dumps(keys))
    surroundings(f"[default]\ncredential_process = cat '{tmp_path}/its keys.json'\n")
    assert read(colonnade, servers) == "PROGRAM"


def test_container(colonnade, servers, surroundings):
    surroundings(
        AWS_CONTAINER_CREDENTIALS_FULL_URI=servers.url + "/container/x", AWS_CONTAINER_AUTHORIZATION_TOKEN="CONTAINER-TOKEN"
    )
    assert read(colonnade, servers) == "CONTAINER"


def test_instance(colonnade, servers, surroundings):
    surroundings()
    assert read(colonnade, servers) == "INSTANCE"


def test_expired_ones_are_fetched_anew_once(colonnade, servers, surroundings):
    surroundings("[profile one]\nrole_arn = arn:aws:iam::1:role/one\nsource_profile = default\n", KEYS, AWS_PROFILE="one")
    servers.expired.add("ONE-1")
    key = read(colonnade, servers)
    assert key != "ONE-1" and key.startswith("ONE-")
    assert sum(isinstance(entry, dict) for entry in servers.log) == 2
