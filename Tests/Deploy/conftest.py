# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What the runbooks' tests share: the stand-in for AWS, a shell for their blocks, the results of this machine, and what is in the account."""

import os
import pathlib
import re
import subprocess
import sys

import pytest
from cloud import Cloud
from machines import Machines

ROOT = pathlib.Path(__file__).resolve().parents[2]
AWS = ROOT / "Deploy/aws"
COMMAND = pathlib.Path(os.environ.get("COLONNADE", ROOT / ".build/release/colonnade")).resolve()
# Of `make dist`; there is one version at a time.
ARCHIVE = next((ROOT / ".build-dist").glob("colonnade-*-linux-x86_64.tar.gz"), ROOT / ".build-dist/missing")
OUTPUTS = ["cities.cln", "new_brazil_covid19.csv", "diff_report.json"]


def blocks(runbook):
    """What a runbook tells to run."""
    return re.findall(r"^```sh\n(.*?)^```$", runbook, re.M | re.S)


@pytest.fixture
def cloud():
    started = Cloud()
    yield started
    started.stop()


@pytest.fixture
def shell(cloud, tmp_path):
    """Runs a block of the runbook in a shell of its own, as somebody would who has just logged in."""
    assert COMMAND.exists(), f"{COMMAND} is not there: make build, or set COLONNADE"
    stand_ins = tmp_path / "stand-ins"
    stand_ins.mkdir()
    docker = stand_ins / "docker"
    docker.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/Tests/Deploy/docker "$@"\n')
    docker.chmod(0o755)
    tools = pathlib.Path(sys.executable).parent

    def run(block, expect=0, **settings):
        environment = {
            "PATH": f"{stand_ins}:{tools}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "AWS_ACCESS_KEY_ID": "admin",
            "AWS_SECRET_ACCESS_KEY": "admin",
            "AWS_ENDPOINT_URL": cloud.url,
            "COLONNADE_BINARY": str(COMMAND),
            "COLONNADE_ARCHIVE": str(ARCHIVE),
            "COLONNADE_POLL_SECONDS": "1",
            "COLONNADE_AMI": cloud.client("ec2").describe_images()["Images"][0]["ImageId"],
            "IMAGES": str(tmp_path / "images"),
            "REGISTRY_URL": cloud.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            **settings,
        }
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block], cwd=run.folder, env=environment, capture_output=True, text=True, timeout=600
        )
        said = f"$ {block}{done.stdout}{done.stderr}"
        assert done.returncode == expect, f"{said}\nended with {done.returncode}"
        return said

    # Results land in a folder of the test; paths in the runbook are from the project's folder.
    run.folder = tmp_path / "project"
    run.folder.mkdir()
    for name in ("Deploy", "Examples"):
        (run.folder / name).symlink_to(ROOT / name)
    run.players = lambda region="us-east-1": Machines(cloud, tools, tmp_path / "images", region)
    return run


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """What the job writes on this machine's own disk."""
    folder = tmp_path_factory.mktemp("local")
    (folder / "data").mkdir()
    (folder / "out").mkdir()
    for name in ("brazil_covid19_cities.csv.gz", "brazil_covid19.csv"):
        (folder / "data" / name).write_bytes((ROOT / "Examples/covid" / name).read_bytes())
    job = subprocess.run(["sh", AWS / "job.sh", folder], env={"PATH": f"{COMMAND.parent}:/usr/bin:/bin"}, capture_output=True)
    assert job.returncode == 0, job.stderr.decode()
    assert (folder / "out/new_brazil_covid19.csv").read_bytes() == (ROOT / "Examples/covid/expected/new_brazil_covid19.csv").read_bytes()
    return folder


def same_as_local(name, content, local, at):
    expected = (local / "out" / name).read_bytes()
    if name == "diff_report.json":
        expected = expected.replace(f"{local}/".encode(), f"{at}/".encode())
    assert content == expected, name


def everything(cloud):
    """Whatever there is in the account that costs or grants something, asked in other ways than the scripts ask."""
    found = []
    iam = cloud.client("iam")
    found += [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]
    found += [role["RoleName"] for role in iam.list_roles()["Roles"] if not role["Path"].startswith("/aws-service-role/")]
    found += [profile["InstanceProfileName"] for profile in iam.list_instance_profiles()["InstanceProfiles"]]
    for policy in iam.list_policies(Scope="Local")["Policies"]:
        if policy["PolicyName"] == "of-somebody-else":
            found += ["attached policy"] * policy["AttachmentCount"]
        else:
            found.append(policy["Arn"])
    for group in cloud.client("ec2").describe_instances()["Reservations"]:
        found += [one["InstanceId"] for one in group["Instances"] if one["State"]["Name"] != "terminated"]
    ecs = cloud.client("ecs")
    clusters = ecs.list_clusters()["clusterArns"]
    for cluster in ecs.describe_clusters(clusters=clusters)["clusters"] if clusters else []:
        if cluster["status"] != "INACTIVE":
            found.append(cluster["clusterArn"])
            found += ecs.list_tasks(cluster=cluster["clusterArn"])["taskArns"]
    for status in ("ACTIVE", "INACTIVE"):
        found += ecs.list_task_definitions(status=status)["taskDefinitionArns"]
    found += [one["repositoryName"] for one in cloud.client("ecr").describe_repositories()["repositories"]]
    applications = cloud.client("emr-serverless").list_applications()["applications"]
    found += [one["id"] for one in applications if one["state"] != "TERMINATED"]
    found += [one["logGroupName"] for one in cloud.client("logs").describe_log_groups()["logGroups"]]
    return found
