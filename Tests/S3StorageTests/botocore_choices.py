# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Asks botocore which profile, region, endpoints and credentials it takes in random surroundings, and writes the answers down, one JSON
object a line, for BotocoreChoicesTests.swift to compare with.

    python3 Tests/S3StorageTests/botocore_choices.py [SEED] [COUNT] > Tests/S3StorageTests/BotocoreChoices.jsonl

Needs botocore (the answers kept here are of 1.43.11). Nothing of this account and of the network is used: the home folder is a new
one, the environment is replaced, and the servers of containers, instances and roles are stood in for.
"""

import json
import os
import random
import sys
import tempfile

import botocore.credentials as credentials
import botocore.session
import botocore.utils as utils

LATER = "2099-01-01T00:00:00Z"


def temporary(name):
    return {"AccessKeyId": f"{name}-KEY", "SecretAccessKey": f"{name}-SECRET", "Token": f"{name}-TOKEN", "Expiration": LATER}


def assumed(kind, kwargs, source):
    told = [kind, kwargs.get("RoleArn"), kwargs.get("ExternalId"), kwargs.get("DurationSeconds"), source]
    if not str(kwargs.get("RoleSessionName")).startswith("botocore-session-"):
        told.append(kwargs.get("RoleSessionName"))
    key = "/".join(str(part) for part in told if part is not None)
    return {"Credentials": {"AccessKeyId": key, "SecretAccessKey": "ROLE-SECRET", "SessionToken": "ROLE-TOKEN", "Expiration": LATER}}


def stand_in(case):
    """Puts servers that answer at once in the place of the real ones."""
    def role(self):
        return assumed("role", self._assume_role_kwargs(), self._source_credentials.get_frozen_credentials().access_key)

    def web_identity(self):
        kwargs = self._assume_role_kwargs()
        return assumed("web", kwargs, kwargs["WebIdentityToken"])

    def instance(self):
        if not case["instance"] or self._disabled:
            return {}
        found = temporary("INSTANCE")
        return {"role_name": "r", "access_key": found["AccessKeyId"], "secret_key": found["SecretAccessKey"],
                "token": found["Token"], "expiry_time": LATER}

    def container(self, url, headers=None):
        self._validate_allowed_url(url)
        return temporary("CONTAINER")

    credentials.AssumeRoleCredentialFetcher._get_credentials = role
    credentials.AssumeRoleWithWebIdentityCredentialFetcher._get_credentials = web_identity
    utils.InstanceMetadataFetcher.retrieve_iam_role_credentials = instance
    utils.ContainerMetadataFetcher.retrieve_full_uri = container


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, *choices):
        return self.random.choice(choices)

    def case(self):
        case = {"environment": self.environment(), "instance": self.chance(0.5), "files": {}}
        if self.chance(0.85):
            case["files"][self.pick(".aws/config", ".aws/config", "other config")] = self.file(is_config=True)
        if self.chance(0.6):
            case["files"][self.pick(".aws/credentials", ".aws/credentials", "other credentials")] = self.file(is_config=False)
        if "other config" in case["files"]:
            case["environment"]["AWS_CONFIG_FILE"] = self.pick("~/other config", "$HOME/other config", "${HOME}/other config")
        if "other credentials" in case["files"]:
            case["environment"]["AWS_SHARED_CREDENTIALS_FILE"] = "~/other credentials"
        case["files"]["token"] = "WEB-TOKEN"
        return case

    def environment(self):
        found = {}

        def may(probability, name, *values):
            if self.chance(probability):
                found[name] = self.pick(*values)

        may(0.6, "AWS_PROFILE", *"abcabcabcabcabc", "default", "with blank", "missing")
        may(0.1, "AWS_DEFAULT_PROFILE", "a", "default")
        may(0.15, "AWS_ACCESS_KEY_ID", "ENV-KEY")
        may(0.8 if "AWS_ACCESS_KEY_ID" in found else 0.05, "AWS_SECRET_ACCESS_KEY", "ENV-SECRET")
        may(0.1, "AWS_SESSION_TOKEN", "ENV-TOKEN")
        may(0.05, "AWS_SECURITY_TOKEN", "ENV-OLD-TOKEN")
        may(0.3, "AWS_DEFAULT_REGION", "eu-west-1", "us-gov-west-1", "cn-north-1")
        may(0.15, "AWS_ENDPOINT_URL", "http://127.0.0.1:9000", "https://all.example/")
        may(0.15, "AWS_ENDPOINT_URL_S3", "https://s3.example:8443/under")
        may(0.1, "AWS_ENDPOINT_URL_STS", "https://sts.example")
        may(0.1, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true", "TRUE", "false", "1")
        may(0.1, "AWS_USE_DUALSTACK_ENDPOINT", "true", "false")
        may(0.1, "AWS_USE_FIPS_ENDPOINT", "true", "false")
        may(0.1, "AWS_WEB_IDENTITY_TOKEN_FILE", "TOKENFILE", "TOKENFILE", "/missing-token")
        may(0.7 if "AWS_WEB_IDENTITY_TOKEN_FILE" in found else 0.05, "AWS_ROLE_ARN", "arn:aws:iam::1:role/env")
        may(0.05, "AWS_ROLE_SESSION_NAME", "env-session")
        may(0.1, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x")
        may(0.1, "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:1/x", "http://127.0.0.9/x", "https://anywhere/x", "http://[::1]:7/x",
            "http://169.254.170.23/v1", "http://[fd00:ec2::23]/v1", "http://example.com/x", "http://169.254.170.2.example.com/x",
            "http://localhost.example/x")
        may(0.1, "AWS_EC2_METADATA_DISABLED", "true", "false", "True")
        may(0.1, "AWS_MAX_ATTEMPTS", "7")
        may(0.1, "AWS_CA_BUNDLE", "/etc/own.pem")
        return found

    def file(self, is_config):
        names = [name for name in ("default", "a", "b", "c", "with blank") if self.chance(0.85)]
        self.random.shuffle(names)
        lines = self.noise()
        for name in names:
            lines += ["[" + self.heading(name, is_config) + "]" + self.pick("", "", " # comment")] + self.profile(is_config)
        if is_config and self.chance(0.5):
            lines += ["[services own]", "s3 =", "  endpoint_url = https://service.example", "sts =", "  endpoint_url=http://10.0.0.1:1/"]
        if self.chance(0.02):
            lines += ["[default]", "region = eu-south-1"]
        if self.chance(0.02):
            lines += ["no separator here"]
        if self.chance(0.04):
            lines += ["[DEFAULT]", "region = sa-east-1", "aws_secret_access_key = DEFAULT-SECRET"]
        return self.pick("\n", "\n", "\r\n").join(lines) + self.pick("", "\n")

    def heading(self, name, is_config):
        if not is_config:
            return name
        if name == "default":
            return self.pick("default", "default", "profile default")
        quoted = f'"{name}"' if " " in name else self.pick(name, name, f'"{name}"', f"'{name}'")
        return self.pick(f"profile {quoted}", f"profile {quoted}", f"profile   {quoted} ", name)

    def profile(self, is_config):
        found = []

        def may(probability, name, *values):
            if self.chance(probability):
                found.append((name, self.pick(*values)))

        prefix = self.pick("CONFIG", "C2") if is_config else self.pick("FILE", "F2")
        has_keys = self.chance(0.35 if is_config else 0.6)
        may(0.95 if has_keys else 0.03, "aws_access_key_id", prefix + "-KEY")
        may(0.95 if has_keys else 0.03, "aws_secret_access_key", prefix + "/SECRET=+x", prefix + "-SECRET;#")
        may(0.2, "aws_session_token", prefix + "-TOKEN==")
        may(0.05, "aws_security_token", prefix + "-OLD-TOKEN")
        if is_config or self.chance(0.1):
            if self.chance(0.3):
                may(0.95, "role_arn", "arn:aws:iam::1:role/one", "arn:aws:iam::2:role/two")
                may(0.65, "source_profile", "a", "b", "c", "default", "with blank", "missing")
                may(0.3, "credential_source", "Environment", "EcsContainer", "Ec2InstanceMetadata", "environment")
                may(0.2, "external_id", "EXT/1")
                may(0.2, "role_session_name", "own-session")
                may(0.2, "duration_seconds", "1800")
            may(0.06, "web_identity_token_file", "TOKENFILE")
            may(0.12, "credential_process", """/bin/echo '{"Version": 1, "AccessKeyId": "PROCESS-KEY", "SecretAccessKey": "PS"}'""",
                """/bin/echo  "{\\"Version\\": 1, \\"AccessKeyId\\": \\"PROCESS-2\\", \\"SecretAccessKey\\": \\"P\\\\ S\\"}" """,
                """/bin/sh -c 'echo \\{"Version\\": 1}'""", "/bin/false x", "/missing/program",
                """/bin/echo {\\"Version\\":1,\\"AccessKeyId\\":\\"PROCESS-3\\",\\"SecretAccessKey\\":\\"$HOME;|*\\"}""")
            may(0.04, "sso_account_id", "123")
            may(0.5, "region", "eu-central-1", "us-west-2", "us-iso-east-1", "ap-south-1")
            may(0.15, "endpoint_url", "http://profile.example:81")
            may(0.15, "services", "own", "own", "missing")
            may(0.05, "ignore_configured_endpoint_urls", "true")
            may(0.05, "use_fips_endpoint", "true", "false")
            may(0.05, "use_dualstack_endpoint", "true", "false")
            may(0.1, "max_attempts", "4")
            may(0.1, "ca_bundle", "/etc/profile.pem")
            may(0.15, "s3", "\n    addressing_style = path\n  max_concurrent_requests=5", "\n\n  addressing_style=virtual",
                "\n # comment\n\tuse_dualstack_endpoint = true")
        self.random.shuffle(found)
        if found and self.chance(0.01):
            found.append(found[0])
        lines = []
        blank = self.pick("", "", "   ")
        for name, value in found:
            name = self.pick(name, name, name.upper(), name.title())
            text = name + self.pick(" = ", "=", ": ", " =\t", ":") + value + self.pick("", " ")
            lines += [blank + line for line in text.split("\n")] + self.noise()
        return lines

    def noise(self):
        return [self.pick("", "# a = b", "; [x]", "   ", "  # indented") for _ in range(self.pick(0, 0, 1, 2))]


def choice(make):
    try:
        return make()
    except Exception as error:  # any refusal is one: the tests compare that there is one
        return {"error": type(error).__name__}


def answers(case, home):
    os.environ.clear()
    os.environ.update({"HOME": home, "PATH": "/usr/bin:/bin"})
    os.environ.update({name: value.replace("TOKENFILE", home + "/token") for name, value in case["environment"].items()})
    for path, text in case["files"].items():
        os.makedirs(os.path.dirname(os.path.join(home, path)), exist_ok=True)
        with open(os.path.join(home, path), "w", newline="") as file:
            file.write(text.replace("TOKENFILE", home + "/token"))
    stand_in(case)

    def variable(name):
        return lambda: botocore.session.Session().get_config_variable(name)

    def profile():
        session = botocore.session.Session()
        session.get_scoped_config()
        return session.get_config_variable("profile") or "default"

    def endpoint(service):
        def make():
            # Clients are made for a region, and with credentials, that are beside the question.
            session = botocore.session.Session()
            region = session.get_config_variable("region") or "us-east-2"
            client = session.create_client(service, region_name=region, aws_access_key_id="x", aws_secret_access_key="y")
            operation = client.meta.service_model.operation_model({"s3": "ListBuckets", "sts": "GetCallerIdentity"}[service])
            context = {"client_region": region, "client_config": client.meta.config, "has_streaming_input": False, "auth_type": None}
            return client._resolve_endpoint_ruleset(operation, {}, context)[0]
        return make

    def found():
        frozen = botocore.session.Session().get_credentials()
        frozen = frozen and frozen.get_frozen_credentials()
        return frozen and {"key": frozen.access_key, "secret": frozen.secret_key, "token": frozen.token}

    def style():
        s3 = botocore.session.Session().get_scoped_config().get("s3")
        return s3.get("addressing_style") if isinstance(s3, dict) else None

    return {"profile": choice(profile), "region": choice(variable("region")), "s3": choice(endpoint("s3")),
            "sts": choice(endpoint("sts")), "credentials": choice(found), "style": choice(style),
            "attempts": choice(variable("max_attempts")), "ca": choice(variable("ca_bundle"))}


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 150
    maker = Maker(seed)
    for _ in range(count):
        case = maker.case()
        with tempfile.TemporaryDirectory() as home:
            told = json.dumps(answers(case, home)).replace(home, "HOMEFOLDER")
        print(json.dumps({**case, "answers": json.loads(told)}, ensure_ascii=False))


main()
