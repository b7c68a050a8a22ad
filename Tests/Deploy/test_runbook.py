# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The runbook Deploy/aws/README.md, run as it is written against a stand-in for AWS (cloud.py, machines.py).

    make test-deploy
    COLONNADE=path .build-s3-venv/bin/python -m pytest -q Tests/Deploy -k policy
"""

import json
import pathlib
import re
import subprocess
import time

from cloud import ACCOUNT
from conftest import AWS, COMMAND, OUTPUTS, ROOT, blocks, everything, same_as_local
from machines import packages

RUNBOOK = (AWS / "README.md").read_text()
BLOCKS = blocks(RUNBOOK)
BUCKET = f"colonnade-{ACCOUNT}-us-east-1"
DATA_ACTIONS = {
    "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:ListBucket", "s3:ListBucketMultipartUploads",
}  # fmt: skip


def test_every_block_as_written(cloud, shell, local):
    """From nothing to results and back to nothing."""
    assert everything(cloud) == []
    s3 = cloud.client("s3")
    at = f"s3://{BUCKET}/covid"
    steps, started = [], time.monotonic()

    def results_are_right():
        """… and are removed, so that the next step has to make them again."""
        for name in OUTPUTS:
            same_as_local(name, s3.get_object(Bucket=BUCKET, Key=f"covid/out/{name}")["Body"].read(), local, at)
            if "fargate.sh" not in steps:
                s3.delete_object(Bucket=BUCKET, Key=f"covid/out/{name}")
        assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)

    with shell.players() as machines:
        for block in BLOCKS:
            step = (re.search(r"Deploy/aws/([\w-]+\.sh)", block) or [None, "account"])[1]
            steps.append(step)
            if step == "clean-up.sh":
                break
            if step == "sweep.sh":
                s3.create_multipart_upload(Bucket=BUCKET, Key="covid/out/killed.cln")
            print(f"{time.monotonic() - started:.0f} s: {block}", end="", flush=True)  # of a run that fails, how far it came
            if step in LOST:
                cloud.fails = answers_are_lost(LOST[step])
            said = shell(block)
            if step == "bucket.sh":
                bucket_is_closed(s3)
            cloud.fails = lambda service, operation: False
            if step == "ec2.sh":
                assert "there are differences; the report is s3://" in said and "ended with 0" in said
                results_are_right()
            if step == "fargate.sh":
                assert "there are differences; the report is s3://" in said and "ended with 0" in said
                results_are_right()
            if step == "download.sh":
                for name in OUTPUTS:
                    same_as_local(name, (shell.folder / "colonnade-results" / name).read_bytes(), local, at)
            if step == "sweep.sh":
                # moto dates every upload to 2010: old enough. That younger ones stay, Tests/S3 shows on another server.
                assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)
        a_job_that_fails_is_told(cloud, shell)
    jobs_that_never_end_are_stopped(cloud, shell)
    assert steps == [
        "account", "bucket.sh", "permissions.sh", "upload.sh", "ec2.sh", "fargate-image.sh", "fargate.sh", "download.sh", "sweep.sh", "clean-up.sh",
    ]  # fmt: skip
    assert not cloud.refused
    assert {"colonnade-ec2", "colonnade-task"} <= cloud.used.keys()
    assert cloud.used["colonnade-task"] <= DATA_ACTIONS and cloud.used["colonnade-ec2"] <= DATA_ACTIONS
    assert set(machines.installed) == set(image_packages()) | {"awscli"}

    litter(cloud)
    shell("Deploy/aws/clean-up.sh", expect=1)
    assert len(everything(cloud)) > 10
    said = shell(BLOCKS[-1], expect=1)
    for word in ("machine", "cluster", "task", "task definition", "repository", "log group", "bucket", "instance profile", "role"):
        assert re.search(rf"^{word} \S+$", said, re.M), word
    assert [block for block in BLOCKS[-2:]] == ["Deploy/aws/clean-up.sh --yes\n", "Deploy/aws/left.sh\n"]
    shell(BLOCKS[-2])
    assert everything(cloud) == []
    shell(BLOCKS[-1])
    shell(BLOCKS[-2])


# What ec2.sh and fargate.sh ask again and again.
LOST = {"ec2.sh": "DescribeInstances", "fargate.sh": "DescribeTasks"}


def answers_are_lost(operation):
    """Three of four such questions are refused: no step may stop a job for that."""
    asked = []

    def fails(_, name):
        if name == operation:
            asked.append(name)
        return name == operation and len(asked) % 4 != 0

    return fails


def a_job_that_fails_is_told(cloud, shell):
    """Its input is missing: the exit code is the command's, the log has its error."""
    cloud.client("s3").delete_object(Bucket=BUCKET, Key="covid/data/brazil_covid19_cities.csv.gz")
    said = shell("Deploy/aws/ec2.sh", expect=2)
    assert "brazil_covid19_cities.csv.gz" in said and re.search(r"the job on i-\w+ ended with 2", said)
    said = shell("Deploy/aws/fargate.sh", expect=2)
    assert "brazil_covid19_cities.csv.gz" in said and re.search(r"the job in task [\w-]+ ended with 2", said)


def jobs_that_never_end_are_stopped(cloud, shell):
    """Nobody plays the machines now: they stay as they were started."""
    for step in ("ec2.sh", "fargate.sh"):
        said = shell(f"Deploy/aws/{step}", expect=1, COLONNADE_WAIT_MINUTES="0")
        assert "the job was not done after 0 minutes" in said
    assert {task.last_status for task in cloud.backend("ecs").tasks["colonnade"].values()} == {"STOPPED"}
    assert {one.state for one in cloud.backend("ec2").all_instances()} == {"terminated"}


def bucket_is_closed(s3):
    assert s3.get_bucket_location(Bucket=BUCKET)["LocationConstraint"] is None
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    [rule] = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    [rule] = s3.get_bucket_lifecycle_configuration(Bucket=BUCKET)["Rules"]
    assert rule["Status"] == "Enabled" and rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert rule["Filter"] == {"Prefix": ""}
    assert "Status" not in s3.get_bucket_versioning(Bucket=BUCKET)


def litter(cloud):
    """What may lie about when somebody cleans up: versions, markers, uploads, running things, another policy."""
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    for content in (b"old", b"new"):
        s3.put_object(Bucket=BUCKET, Key="covid/out/a b+c=ü.csv", Body=content)
    s3.delete_object(Bucket=BUCKET, Key="covid/data/brazil_covid19.csv")
    # More than one answer of list-object-versions has.
    for number in range(1001):
        cloud.backend("s3", "aws").put_object(BUCKET, f"covid/many/{number}", b"")
    for key in ("covid/out/big.cln", "elsewhere/with space & 'quotes'"):
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key=key)["UploadId"]
        s3.upload_part(Bucket=BUCKET, Key=key, UploadId=upload, PartNumber=1, Body=b"x" * 5)
    ec2 = cloud.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "colonnade-deploy", "Value": "colonnade"}]}]
    ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, TagSpecifications=tags)
    subnet = ec2.describe_subnets()["Subnets"][0]
    group = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [subnet["VpcId"]]}])["SecurityGroups"][0]["GroupId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet["SubnetId"]], "securityGroups": [group]}}
    cloud.client("ecs").run_task(cluster="colonnade", taskDefinition="colonnade", launchType="FARGATE", networkConfiguration=network)
    iam = cloud.client("iam")
    document = (AWS / "policies/key.json").read_text().replace("@KMS_KEY@", "*")
    policy = iam.create_policy(PolicyName="of-somebody-else", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="colonnade-task", PolicyArn=policy)


def image_packages():
    return packages((AWS / "Dockerfile").read_text().replace("\\\n", "").replace("&&", "\n"))


def policy(name):
    return {statement["Sid"]: statement for statement in json.loads((AWS / f"policies/{name}.json").read_text())["Statement"]}


def test_the_policies_allow_exactly_what_is_listed():
    objects, bucket = "arn:@PARTITION@:s3:::@BUCKET@/@PREFIX@/*", "arn:@PARTITION@:s3:::@BUCKET@"
    data = policy("data")
    assert {sid: (statement["Action"], statement["Resource"]) for sid, statement in data.items()} == {
        "ReadAndWriteObjects": (["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], objects),
        "ListObjects": ("s3:ListBucket", bucket),
        "ListUnfinishedUploads": ("s3:ListBucketMultipartUploads", bucket),
    }
    assert data["ListObjects"]["Condition"] == {"StringLike": {"s3:prefix": ["@PREFIX@", "@PREFIX@/*"]}}
    assert [(one["Action"], one["Resource"]) for one in policy("key").values()] == [(["kms:GenerateDataKey", "kms:Decrypt"], "@KMS_KEY@")]
    everywhere = [sid for sid, statement in policy("execution").items() if statement["Resource"] == "*"]
    assert everywhere == ["LogInToTheRegistry"]
    for path in (AWS / "policies").glob("*.json"):
        assert not re.search(r'"[\w-]+:\*"|"Action": *"\*"', path.read_text()), f"{path} allows whole services"


def permission_table():
    """command cell -> (actions, actions when it fails), from the runbook."""
    rows = re.findall(r"^\| ([^|]+) \| (`s3:[^|]+) \|([^|]*)\|$", RUNBOOK, re.M)
    return {command: (set(re.findall(r"s3:\w+", needs)), set(re.findall(r"s3:\w+", fails))) for command, needs, fails in rows}


def test_the_table_of_permissions(cloud, tmp_path):
    """Each command with the keys of a role that has data.json: it asks for what the table says, and for nothing else."""
    s3, iam, bucket = cloud.client("s3"), cloud.client("iam"), "somewhere"
    s3.create_bucket(Bucket=bucket)
    trust = (AWS / "policies/trust-ec2.json").read_text()
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)
    document = (AWS / "policies/data.json").read_text()
    for name, value in {"@PARTITION@": "aws", "@BUCKET@": bucket, "@PREFIX@": "p"}.items():
        document = document.replace(name, value)
    iam.put_role_policy(RoleName="reader", PolicyName="data", PolicyDocument=document)
    environment = {"PATH": "/usr/bin:/bin", "AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": cloud.url, **cloud.keys_of("reader")}

    def asks(command, expect=0):
        cloud.used.clear()
        words = [word.replace("@", f"s3://{bucket}/p") for word in command.split()]
        done = subprocess.run([COMMAND, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == expect, f"{command}\n{done.stderr}"
        return cloud.used.get("reader", set())

    local = tmp_path / "t.csv"
    local.write_text("k,v\na,1\nb,2\n")
    for key in ("t.csv", "data/1.csv", "data/2.csv"):
        s3.upload_file(str(local), bucket, f"p/{key}")
    asks("convert t.csv -o t.cln")
    s3.upload_file(str(tmp_path / "t.cln"), bucket, "p/t.cln")

    read, listed, written, appended, swept = permission_table().values()
    assert len(permission_table()) == 5
    for command in (
        "head @/t.cln", "inspect @/t.cln", "sniff @/t.csv", "verify @/t.cln", "export @/t.cln", "agg @/t.cln --by k --agg sum(v)",
        "cmp @/t.cln @/t.csv --on k",
    ):  # fmt: skip
        assert (asks(command), set()) == read, command
    for command in ("agg @/data/ --by k --agg sum(v)", "agg @/data/*.csv --by k --agg sum(v)", "convert @/data/ -o both.cln"):
        assert (asks(command), set()) == listed, command
    assert asks("head @/missing.cln", expect=2) == listed[0]
    for command in (
        "convert t.csv -o @/w.cln", "agg t.csv --by k --agg sum(v) -o @/w.csv", "cmp t.csv t.cln --on k -o @/w.json", "export t.cln -o @/w.csv",
        "merge t.cln t.cln -o @/w.cln",
    ):  # fmt: skip
        assert asks(command) == written[0], command
    for command in ("convert t.csv --append -o @/w.cln", "convert t.csv --append -o @/new.cln"):
        assert asks(command) == appended[0], command
    assert written[1] == appended[1] == {"s3:AbortMultipartUpload", "s3:GetObject"}

    # The prefix of somebody else begins with the same letters.
    uploads = {}
    for key in ("p/killed.cln", "p-other/killed.cln"):
        uploads[key] = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
    assert (asks("s3 sweep @/ --older-than 0s"), set()) == swept
    assert [one["Key"] for one in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]] == ["p-other/killed.cln"]
    assert not cloud.refused
    assert set().union(*(needs | fails for needs, fails in permission_table().values())) == DATA_ACTIONS - {"s3:ListMultipartUploadParts"}

    # What lies elsewhere is neither read, written nor listed, and the message names the action.
    for command, action in (
        ("head s3://somewhere/q/t.cln", "s3:GetObject"),
        ("convert t.csv -o s3://somewhere/q/t.cln", "s3:PutObject"),
        ("agg s3://somewhere/*.csv --by k --agg sum(v)", "s3:ListBucket"),
    ):
        words = command.split()
        done = subprocess.run([COMMAND, *words], env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert done.returncode == 2 and action in done.stderr, f"{command}\n{done.returncode}: {done.stderr}"


def test_the_packages_of_image_and_machine_hold_what_the_command_loads():
    """libcurl and libcrypto are opened by name on the first s3://; the C library, and what only comes with another, need no name."""
    loaded = re.findall(r"=> (/\S+)", subprocess.run(["ldd", COMMAND], check=True, capture_output=True, text=True).stdout)
    names = {pathlib.Path(path).name for path in loaded} | {"libcurl.so.4", "libcrypto.so.3"}
    owners = set()
    for name in names:
        found = subprocess.run(["dpkg", "-S", f"*/{name}"], check=True, capture_output=True, text=True).stdout
        owners |= {line.split(":")[0] for line in found.splitlines() if "cross" not in line}
    assert owners - {"libc6", "libgcc-s1"} <= set(image_packages())
    assert "ca-certificates" in image_packages()


def test_another_region_another_name_and_a_key(cloud, shell):
    s3, iam = cloud.client("s3", "eu-central-1"), cloud.client("iam")
    key = cloud.client("kms", "eu-central-1").create_key()["KeyMetadata"]["Arn"]
    bucket = f"other-{ACCOUNT}-eu-central-1"
    settings = {"AWS_REGION": "eu-central-1", "COLONNADE_NAME": "other", "COLONNADE_PREFIX": "a/b.c", "COLONNADE_KMS_KEY": key}
    # The second time everything is there already.
    for _ in range(2):
        shell("Deploy/aws/bucket.sh; Deploy/aws/permissions.sh", **settings)
        assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] == "eu-central-1"
        [rule] = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        for role in ("other-ec2", "other-task"):
            assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["data", "key"]
            data = iam.get_role_policy(RoleName=role, PolicyName="data")["PolicyDocument"]["Statement"]
            assert [one["Resource"] for one in data] == [f"arn:aws:s3:::{bucket}/a/b.c/*", f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}"]
            [use] = iam.get_role_policy(RoleName=role, PolicyName="key")["PolicyDocument"]["Statement"]
            assert use["Resource"] == key
    said = shell("Deploy/aws/bucket.sh", expect=1, **settings | {"AWS_REGION": "us-west-2", "COLONNADE_BUCKET": bucket})
    assert f"bucket {bucket} is in eu-central-1, but AWS_REGION is us-west-2" in said


def test_a_bucket_of_somebody_else_is_left_alone(cloud, shell):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="precious")
    s3.put_object(Bucket="precious", Key="covid/data/x", Body=b"x")
    assert "was not made by this step" in shell("Deploy/aws/bucket.sh", expect=1, COLONNADE_BUCKET="precious")
    assert "left alone" in shell("Deploy/aws/clean-up.sh --yes", expect=1, COLONNADE_BUCKET="precious")
    assert s3.get_object(Bucket="precious", Key="covid/data/x")["Body"].read() == b"x"


def test_settings_that_cannot_be_are_refused(shell):
    assert "COLONNADE_PREFIX may hold" in shell("Deploy/aws/bucket.sh", expect=1, COLONNADE_PREFIX="/covid/")
    assert "COLONNADE_NAME may hold" in shell("Deploy/aws/left.sh", expect=1, COLONNADE_NAME="Colonnade Test")


def test_scripts_are_clean():
    scripts = sorted(AWS.glob("*.sh"))
    assert len(scripts) > 10
    done = subprocess.run(["shellcheck", "-x", *scripts], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for path in scripts:
        assert (path.stat().st_mode & 0o111 != 0) == (path.name not in ("begin.sh", "settings.sh", "ec2-user-data.sh")), path
