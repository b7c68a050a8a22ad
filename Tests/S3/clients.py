# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The servers as boto3 sees them: what is really there, whatever the command says."""

import itertools
import os

import boto3
import botocore.config
import botocore.exceptions
import radosgw
from command import Command

SECRETS = (radosgw.SECRET_KEY, radosgw.GUEST_SECRET_KEY)


class S3Command(Command):
    """The command as a client of a server. No secret may be in what it prints, whatever becomes of it."""

    def __call__(self, *arguments, **options):
        run = super().__call__(*arguments, **options)
        for secret in SECRETS:
            assert secret not in run.errors and secret not in run.text
        return run


def without_own():
    """Nothing of the developer's own may lead the command anywhere: what takes his variables away."""
    nowhere = {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "HOME": "/nonexistent"}
    own = {name: None for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")}
    return {**own, **nowhere, "AWS_EC2_METADATA_DISABLED": "true"}


class Server:
    """One of the two; `checks` signatures and bodies, or is `conditional` where an upload is completed."""

    def __init__(self, name, endpoint):
        self.name, self.endpoint = name, endpoint
        self.checks = name == "radosgw"
        self.conditional = name == "moto"
        self.client = client_of(self)

    def variables(self, endpoint=None):
        """The environment of a client."""
        return {
            **without_own(),
            "AWS_ACCESS_KEY_ID": radosgw.ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": radosgw.SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": endpoint or self.endpoint,
        }


def client_of(server, endpoint=None, access_key=radosgw.ACCESS_KEY, secret_key=radosgw.SECRET_KEY, attempts=3, service="s3"):
    return boto3.client(
        service,
        endpoint_url=endpoint or server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        config=botocore.config.Config(
            retries={"total_max_attempts": attempts, "mode": "standard"},
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


class Bucket:
    def __init__(self, server, name):
        self.server, self.name, self.client = server, name, server.client
        self.client.create_bucket(Bucket=name)

    def url(self, key=""):
        return f"s3://{self.name}/{key}"

    def put(self, key, body, **more):
        return self.client.put_object(Bucket=self.name, Key=key, Body=body, **more)

    def upload(self, key, path, **metadata):
        """A file of any size."""
        self.client.upload_file(str(path), self.name, key, ExtraArgs={"Metadata": metadata})

    def digest(self, key):
        """What `upload` was told of it; nothing if it is not there."""
        try:
            return self.head(key)["Metadata"].get("digest")
        except botocore.exceptions.ClientError:
            return None

    def get(self, key):
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def head(self, key):
        return self.client.head_object(Bucket=self.name, Key=key)

    def keys(self):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def uploads(self):
        """Keys of unfinished uploads."""
        pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.name)
        return [found["Key"] for page in pages for found in page.get("Uploads", [])]

    def clear(self):
        for key in self.keys():
            self.client.delete_object(Bucket=self.name, Key=key)
        pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.name)
        for found in [found for page in pages for found in page.get("Uploads", [])]:
            self.client.abort_multipart_upload(Bucket=self.name, Key=found["Key"], UploadId=found["UploadId"])


numbers = itertools.count(1)


def new_bucket(server):
    return Bucket(server, f"test-{os.getpid()}-{next(numbers)}")
