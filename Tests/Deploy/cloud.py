# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The stand-in for AWS: moto in this process, with a gate before it that holds requests of roles against their policies.

moto gives out keys for roles, but lets any key do anything (its own check knows no conditions). So whoever acts for a
machine or a task asks `Cloud.keys_of` for keys of its role; what is done with these in S3 is noted, and refused unless
the role's policies in moto's IAM allow it.
"""

import fnmatch
import io
import json
import re
import threading
import urllib.parse
import urllib.request

import boto3
from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

ACCOUNT = "123456789012"
# The key of the tests and of what plays the machines: nothing is refused to these.
OWN_KEY = "tests"
REFUSED_XML = b"<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>not now</Message></Error></Errors></Response>"


class Cloud:
    """A running stand-in, empty at first. `used` has for each role the S3 actions that it asked for, `refused` those that it did not get;
    `emr_requests` all requests to EMR Serverless: method, path, query, body. Whatever of EC2, ECS and EMR Serverless `fails(service,
    operation)` says yes to is refused, which the CLI does not try again by itself; of EMR Serverless an operation is its method and path."""

    def __init__(self):
        self.role_of_key = {}
        self.used = {}
        self.refused = []
        self.emr_requests = []
        self.fails = lambda service, operation: False
        self.lock = threading.Lock()
        self.moto = DomainDispatcherApplication(create_backend_app)
        self.server = make_server("127.0.0.1", 0, self.answer, threaded=True, request_handler=Quiet)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        # moto keeps its state outside of the server: what a test before this one has left.
        urllib.request.urlopen(f"{self.url}/moto-api/reset", data=b"").close()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def client(self, service, region="us-east-1"):
        return boto3.client(
            service, region_name=region, endpoint_url=self.url, aws_access_key_id=OWN_KEY, aws_secret_access_key=OWN_KEY
        )

    def backend(self, service, region="us-east-1"):
        """moto's own state, for what its API cannot be told: how a task ended."""
        return get_backend(service)[ACCOUNT][region]

    def keys_of(self, role):
        """Environment variables with temporary keys of a role, as a machine or a task would be given."""
        arn = self.client("iam").get_role(RoleName=role)["Role"]["Arn"]
        keys = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        self.role_of_key[keys["AccessKeyId"]] = role
        return {
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def answer(self, environ, start_response):
        found = re.search(r"Credential=([^/]+)/[^/]+/[^/]+/s3/", environ.get("HTTP_AUTHORIZATION", ""))
        role = self.role_of_key.get(found[1]) if found else None
        if role:
            for action, resource, context in needs(environ):
                allowed = self.allows(role, action, resource, context)
                with self.lock:
                    self.used.setdefault(role, set()).add(action)
                    if not allowed:
                        self.refused.append((role, action, resource, context))
                if not allowed:
                    start_response("403 Forbidden", [("Content-Type", "application/xml")])
                    return [f"<Error><Code>AccessDenied</Code><Message>{action} is not allowed</Message></Error>".encode()]
        found = re.search(r"Credential=([^/]+)/[^/]+/[^/]+/(ec2|ecs|emr-serverless)/", environ.get("HTTP_AUTHORIZATION", ""))
        if found and self.refuses(found[2], environ, is_own=found[1] == OWN_KEY):
            start_response("403 Forbidden", [("x-amzn-ErrorType", "AccessDeniedException")])
            return [REFUSED_XML if found[2] == "ec2" else b'{"message": "not now"}']
        return self.moto(environ, start_response)

    def refuses(self, service, environ, is_own):
        """Whether `fails` says so of a request that is not `is_own`; notes requests to EMR Serverless."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if service == "emr-serverless":
            with self.lock:
                query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""))
                self.emr_requests.append((method, path, query, json.loads(body or b"{}")))
            return not is_own and self.fails(service, f"{method} {path}")
        target = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[-1]
        return not is_own and self.fails(service, target or urllib.parse.parse_qs(body.decode())["Action"][0])

    def allows(self, role, action, resource, context):
        policies = [json.loads(text) for text in self.backend("iam", "aws").get_role(role).policies.values()]
        return any(statement_allows(statement, action, resource, context) for policy in policies for statement in policy["Statement"])


class Quiet(WSGIRequestHandler):
    def log(self, *_):
        pass


def as_list(value):
    return value if isinstance(value, list) else [value]


def statement_allows(statement, action, resource, context):
    """IAM's rule for the policies of this project: Allow, actions, resources with `*`, and StringLike."""
    assert statement["Effect"] == "Allow", statement
    like = statement.get("Condition", {}).get("StringLike", {})
    assert statement.get("Condition", {}).keys() <= {"StringLike"}, statement
    return (
        action in as_list(statement["Action"])
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in as_list(statement["Resource"]))
        and all(
            key in context and any(fnmatch.fnmatchcase(context[key], pattern) for pattern in as_list(patterns))
            for key, patterns in like.items()
        )
    )


def needs(environ):
    """(action, resource, context) for each action that a path-style S3 request needs, after the table
    "Required permissions for Amazon S3 API operations" of the S3 user guide."""
    method = environ["REQUEST_METHOD"]
    query = dict(urllib.parse.parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    # WSGI hands the path over with escapes undone, as latin-1.
    bucket, _, key = environ["PATH_INFO"].encode("latin-1").decode().lstrip("/").partition("/")
    if not key:
        action = {"HEAD": "ListBucket", "GET": "ListBucket", "POST": "DeleteObject", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}[method]
        if method == "GET" and "uploads" in query:
            action = "ListBucketMultipartUploads"
        elif method == "GET" and "location" in query:
            action = "GetBucketLocation"
        # Only listings of objects know s3:prefix (Service Authorization Reference, Amazon S3).
        context = {"s3:prefix": query["prefix"]} if action == "ListBucket" and "prefix" in query else {}
        return [(f"s3:{action}", f"arn:aws:s3:::{bucket}", context)]
    action = {"HEAD": "GetObject", "GET": "GetObject", "PUT": "PutObject", "POST": "PutObject", "DELETE": "DeleteObject"}[method]
    if "uploadId" in query and method in ("GET", "DELETE"):
        action = {"GET": "ListMultipartUploadParts", "DELETE": "AbortMultipartUpload"}[method]
    wanted = [(f"s3:{action}", f"arn:aws:s3:::{bucket}/{key}", {})]
    if "HTTP_X_AMZ_COPY_SOURCE" in environ:
        source = urllib.parse.unquote(environ["HTTP_X_AMZ_COPY_SOURCE"]).lstrip("/")
        wanted.append(("s3:GetObject", f"arn:aws:s3:::{source}", {}))
    return wanted

