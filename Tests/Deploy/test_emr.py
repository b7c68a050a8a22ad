# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The runbook Deploy/aws/emr-serverless/README.md, run as it is written against a stand-in for AWS (cloud.py, emr.py).

    make test-deploy
    .build-s3-venv/bin/python -m pytest -q Tests/Deploy -k emr
"""

import json
import re
import subprocess
import sys

import pytest
from cloud import ACCOUNT
from conftest import ARCHIVE, AWS, OUTPUTS, ROOT, blocks, everything, same_as_local
from emr import SIZES, Jobs
from requests_of_model import problems

EMR = AWS / "emr-serverless"
RUNBOOK = (EMR / "README.md").read_text()
BUCKET = f"colonnade-{ACCOUNT}-us-east-1"
SUBMIT = "Deploy/aws/emr-serverless/submit.sh"


@pytest.fixture
def emr_shell(shell, tmp_path):
    """The runbook's shell, with a pip that fetches nothing and notes what it was asked for."""
    pip = tmp_path / "pip"
    pip.write_text('#!/bin/sh\necho "$@" >>"$HOME/pip.txt"\n'
                   'while [ "$1" != --target ]; do shift; done\nmkdir -p "$2/pyarrow"\n')  # fmt: skip
    pip.chmod(0o755)
    assert ARCHIVE.exists(), "there is no archive: make dist"
    (shell.folder / "Spark").symlink_to(ROOT / "Spark")
    return lambda block, expect=0, **settings: shell(block, expect, COLONNADE_PIP=str(pip), **settings)


def requests_are_valid(cloud):
    assert cloud.emr_requests
    for request in cloud.emr_requests:
        assert problems("emr-serverless", *request) == [], request


def step_of(block):
    words = block.splitlines()[-1].split()
    return " ".join(words[:2]).replace("Deploy/aws/", "").replace("emr-serverless/", "")


def test_every_block_of_emr_as_written(cloud, emr_shell, shell, local, tmp_path):
    """From nothing to results and back to nothing."""
    assert everything(cloud) == []
    s3, at, steps = cloud.client("s3"), f"s3://{BUCKET}/covid", []
    with Jobs(cloud, tmp_path / "images"):
        for block in blocks(RUNBOOK):
            steps.append(step_of(block))
            if steps[-1] == "clean-up.sh --yes":
                break
            if steps[-1] == "sweep.sh 1d":
                s3.create_multipart_upload(Bucket=BUCKET, Key="covid/out/killed.cln")
            said = emr_shell(block)
            if SUBMIT in block:
                states = re.findall(r"^job \w+ is (\w+)$", said, re.M)
                assert states == ["SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "SUCCESS"], said
            if steps[-1] == "application.sh":
                assert re.findall(r" is ([A-Z]+)$", said, re.M)[-1] == "STARTED"
                assert [path.split("/")[-1] for method, path, _, _ in cloud.emr_requests if method == "POST"] == ["applications", "start"]
            if steps[-1] == "upload.sh":
                words = (tmp_path / "pip.txt").read_text()
                assert "--python-version 3.9" in words and "pyarrow==" in words and "pandas==" in words
            if steps[-1] == "download.sh colonnade-results":
                for name in OUTPUTS:
                    same_as_local(name, (shell.folder / "colonnade-results" / name).read_bytes(), local, at)
                s3.delete_object(Bucket=BUCKET, Key="covid/out/new_brazil_covid19.csv")
            if steps[-1] == "sweep.sh 1d":
                assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)
        assert steps == [
            "aws sts", "permissions.sh", "upload.sh", "application.sh", "submit.sh convert", "submit.sh agg", "submit.sh cmp",
            "download.sh colonnade-results", "sweep.sh 1d", "submit.sh agg", "clean-up.sh --yes",
        ]  # fmt: skip
        # The image's job has made it again.
        again = s3.get_object(Bucket=BUCKET, Key="covid/out/new_brazil_covid19.csv")["Body"].read()
        same_as_local("new_brazil_covid19.csv", again, local, at)
        assert not cloud.refused
        # What the role is asked for, no more; the logs are written by it too.
        assert cloud.used["colonnade-emr"] >= {"s3:GetObject", "s3:PutObject"}
        # The last application was made with an image, which who submits names too.
        emr = cloud.client("emr-serverless")
        [application] = [one for one in emr.list_applications()["applications"] if one["state"] != "TERMINATED"]
        image = emr.get_application(applicationId=application["id"])["application"]["imageConfiguration"]["imageUri"]
        a_job_that_fails_is_told(cloud, lambda words, expect: emr_shell(words, expect, COLONNADE_EMR_IMAGE=image))
        words = ("application", "repository", "bucket", "role")
        said = emr_shell(blocks(RUNBOOK)[-1], expect=1)
        for word in words:
            assert re.search(rf"^{word} \S+$", said, re.M), word
        said = emr_shell(block)
        assert "is STOPPED" in said, "stopped before it is removed"
        assert everything(cloud) == []
        emr_shell(blocks(RUNBOOK)[-1])
        requests_are_valid(cloud)
    the_image_is_as_the_service_wants_it(tmp_path)


def a_job_that_fails_is_told(cloud, shell):
    said = shell(f"{SUBMIT} agg @/out/missing.cln --agg 'count(*)' -o @/out/x.csv", expect=1)
    assert "missing.cln" in said and re.search(r"submit.sh: job \w+ \(agg\) is FAILED: Job failed, exit code 2", said)
    # Where tables differ and nothing is allowed, the job fails, and the report is there all the same.
    said = shell(f"{SUBMIT} cmp @/data/brazil_covid19.csv @/out/new_brazil_covid19.csv --on date,state -o @/out/differ.json", expect=1)
    assert "exit code 1" in said


def the_image_is_as_the_service_wants_it(tmp_path):
    lines = (EMR / "Dockerfile").read_text().splitlines()
    assert [line for line in lines if line.startswith("USER")][-1] == "USER hadoop:hadoop"
    assert lines.index("USER root") < lines.index("USER hadoop:hadoop")
    for line in lines:
        if line.startswith("COPY"):
            assert line.split()[-1].startswith("/opt/"), line
    arguments = json.loads((tmp_path / "images/built/build-args.json").read_text())
    assert arguments[0].startswith("RELEASE=emr-7.") and arguments[1].startswith("PACKAGES=pyarrow==")


def test_jobs_that_never_end_are_cancelled_and_clean_up_ends_what_runs(cloud, emr_shell, tmp_path):
    with Jobs(cloud, tmp_path / "images", stuck=True):
        emr_shell("Deploy/aws/bucket.sh; Deploy/aws/emr-serverless/permissions.sh; Deploy/aws/emr-serverless/application.sh")
        said = emr_shell(f"{SUBMIT} agg @/out/cities.cln --agg 'count(*)'", expect=1, COLONNADE_WAIT_MINUTES="0")
        assert "was not done after 0 minutes" in said
        emr = cloud.client("emr-serverless")
        [application] = emr.list_applications()["applications"]
        [job] = emr.list_job_runs(applicationId=application["id"])["jobRuns"]
        assert job["state"] in ("CANCELLING", "CANCELLED")
        # Somebody's application of the same name, without the tag.
        other = emr.create_application(name="colonnade", type="SPARK", releaseLabel="emr-7.10.0", clientToken="x")["applicationId"]
        role = cloud.client("iam").get_role(RoleName="colonnade-emr")["Role"]["Arn"]
        driver = {"sparkSubmit": {"entryPoint": "s3://b/k"}}
        emr.start_job_run(applicationId=application["id"], clientToken="y", executionRoleArn=role, jobDriver=driver)
        said = emr_shell("Deploy/aws/clean-up.sh --yes")
        assert "cancelled job" in said and "is STOPPED" in said and "removed application" in said
        states = {one["id"]: one["state"] for one in emr.list_applications()["applications"]}
        assert states == {application["id"]: "TERMINATED", other: "CREATED"}


def test_lost_answers_do_not_cancel_a_job(cloud, emr_shell, tmp_path):
    """Asking for a job's state fails ten times in a row, then for good."""
    start = "Deploy/aws/bucket.sh; Deploy/aws/emr-serverless/permissions.sh; Deploy/aws/emr-serverless/application.sh"
    asked = []

    def fails(service, operation):
        if not re.fullmatch(r"GET /applications/\w+/jobruns/\w+", operation):
            return False
        asked.append(operation)
        return len(asked) <= lost

    cloud.fails = fails
    submit = f"{SUBMIT} agg s3://{BUCKET}/covid/data/brazil_covid19.csv --agg 'count(*)' -o @/out/count.csv"
    with Jobs(cloud, tmp_path / "images"):
        emr_shell(f"{start}; Deploy/aws/emr-serverless/upload.sh")
        lost = 10
        said = emr_shell(submit)
        assert " is SUCCESS" in said and len(asked) > lost
        lost = 1000
        said = emr_shell(submit, expect=1)
        assert "not now" in said and "stopped at line" in said
        emr = cloud.client("emr-serverless")
        [application] = emr.list_applications()["applications"]
        states = [job["state"] for job in emr.list_job_runs(applicationId=application["id"])["jobRuns"]]
        assert sorted(states)[1] == "SUCCESS" and sorted(states)[0] in ("CANCELLED", "CANCELLING"), states


def test_an_application_made_with_other_settings_is_refused(cloud, emr_shell, tmp_path):
    application, image = "Deploy/aws/emr-serverless/application.sh", "123456789012.dkr.ecr.us-east-1.amazonaws.com/colonnade-emr@sha256:" + "0" * 64
    submit = f"{SUBMIT} agg @/out/cities.cln --agg 'count(*)'"
    with Jobs(cloud, tmp_path / "images", stuck=True):
        emr_shell(f"{application}; {application}")
        for settings, words in (
            ({"COLONNADE_EMR_EXECUTORS": "200"}, "may use 14 (cores), but driver and executors of these settings use 802"),
            ({"COLONNADE_EMR_EXECUTOR_HEAP": "5"}, "may use 44 (memory), but driver and executors of these settings use 47"),
            ({"COLONNADE_EMR_DISK": "21"}, "may use 80 (disk), but driver and executors of these settings use 84"),
            ({"COLONNADE_EMR_IMAGE": image}, f"has the image of Amazon, but COLONNADE_EMR_IMAGE is {image}"),
            ({"COLONNADE_EMR_RELEASE": "emr-7.5.0"}, "is of release emr-7.10.0, but COLONNADE_EMR_RELEASE is emr-7.5.0"),
        ):
            assert words in emr_shell(application, expect=1, **settings), settings
        assert "use 802" in emr_shell(submit, expect=1, COLONNADE_EMR_EXECUTORS="200")
        # Fewer executors than there is room for are no fault of a job.
        fewer = {"COLONNADE_EMR_EXECUTORS": "1"}
        assert "may use 14 (cores)" in emr_shell(application, expect=1, **fewer)
        assert "was not done after 0 minutes" in emr_shell(submit, expect=1, COLONNADE_WAIT_MINUTES="0", **fewer)
        emr_shell(f"Deploy/aws/emr-serverless/remove.sh; {application}; {application}", COLONNADE_EMR_IMAGE=image)
        assert "COLONNADE_EMR_IMAGE is empty" in emr_shell(submit, expect=1)


def test_who_may_not_use_emr_serverless_can_clean_up_all_else(cloud, shell):
    """No leave to ask for applications; then no such service in the region."""
    unreachable = {"AWS_ENDPOINT_URL_EMR_SERVERLESS": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    cloud.fails = lambda service, operation: service == "emr-serverless"
    shell("Deploy/aws/bucket.sh; Deploy/aws/permissions.sh; Deploy/aws/fargate-image.sh")
    said = shell("Deploy/aws/left.sh\n", expect=1)
    for words in ("repository ", "bucket ", "instance profile ", "role ", "applications of EMR Serverless cannot be listed"):
        assert re.search(f"^{words}", said, re.M), words
    for settings, reason in (({}, "(AccessDeniedException)"), (unreachable, "Could not connect to the endpoint")):
        shell("Deploy/aws/bucket.sh")
        said = shell("Deploy/aws/clean-up.sh --yes", expect=1, **settings)
        assert reason in said and "removed bucket" in said and "stopped at line" in said
        assert said.endswith("clean-up.sh: applications and jobs of EMR Serverless were not removed, for the reason that remove.sh gave above; all else was\n")
        cloud.fails = lambda service, operation: False
        assert everything(cloud) == []


def test_arguments_and_settings_reach_the_job_as_they_are(cloud, emr_shell, tmp_path):
    key = "arn:aws:kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    settings = {"AWS_REGION": "eu-central-1", "COLONNADE_NAME": "other", "COLONNADE_PREFIX": "a/b.c", "COLONNADE_KMS_KEY": key}
    steps = "Deploy/aws/bucket.sh; Deploy/aws/emr-serverless/permissions.sh; Deploy/aws/emr-serverless/application.sh"
    hostile = ["@/in \"quoted\" & 'single'.cln", "--where", r"name = 'a\b' and x < 1", "é@/not-this", "$HOME", "*"]
    with Jobs(cloud, tmp_path / "images", region="eu-central-1", stuck=True):
        for _ in range(2):  # the second time everything is there already
            emr_shell(steps, **settings)
        quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in hostile)
        emr_shell(f"{SUBMIT} agg {quoted}", expect=1, **settings, COLONNADE_WAIT_MINUTES="0")
    [submitted] = [body for method, path, _, body in cloud.emr_requests if method == "POST" and path.endswith("/jobruns")]
    at = f"s3://other-{ACCOUNT}-eu-central-1/a/b.c"
    assert submitted["jobDriver"]["sparkSubmit"]["entryPointArguments"] == ["agg", f"{at}/{hostile[0][2:]}", *hostile[1:]]
    assert submitted["executionRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/other-emr"
    assert submitted["executionTimeoutMinutes"] == 5
    logs = submitted["configurationOverrides"]["monitoringConfiguration"]["s3MonitoringConfiguration"]
    assert logs == {"logUri": f"{at}/log/emr/", "encryptionKeyArn": key}
    [created] = [body for method, path, _, body in cloud.emr_requests if (method, path) == ("POST", "/applications")]
    assert created["maximumCapacity"] == {"cpu": "14 vCPU", "memory": "44 GB", "disk": "80 GB"}
    assert created["tags"] == {"colonnade-deploy": "other"} and created["architecture"] == "X86_64"
    requests_are_valid(cloud)


def test_the_packages_have_wheels_for_the_python_of_emr(cloud, emr_shell, tmp_path):
    """What upload.sh asks of pip, asked of the real one, which looks all up on PyPI and then fetches nothing."""
    emr_shell("Deploy/aws/bucket.sh; Deploy/aws/emr-serverless/upload.sh")
    words = (tmp_path / "pip.txt").read_text().split()
    for unheard, expect in (([], 0), (["pyarrow==0.0.1"], 1)):
        pip = subprocess.run([sys.executable, "-m", "pip", *words, *unheard, "--dry-run"], capture_output=True, text=True, timeout=300)
        assert pip.returncode == expect, pip.stderr


def test_the_role_may_delete_parts_of_conversions_and_nothing_else(cloud, emr_shell):
    emr_shell("Deploy/aws/bucket.sh; Deploy/aws/emr-serverless/permissions.sh")
    for key, allowed in (("covid/out/cities.cln.parts-0a1/part-1.cln", True), ("covid/out/cities.cln", False), ("x/c.cln.parts-1/p", False)):
        assert cloud.allows("colonnade-emr", "s3:DeleteObject", f"arn:aws:s3:::{BUCKET}/{key}", {}) is allowed, key


def test_usage_and_settings_that_cannot_be_are_refused(emr_shell):
    assert "usage: submit.sh" in emr_shell(f"{SUBMIT} frob", expect=1)
    assert "application.sh first" in emr_shell(f"{SUBMIT} agg x", expect=1)
    assert "COLONNADE_EMR_EXECUTORS must be" in emr_shell(f"{SUBMIT} agg x", expect=1, COLONNADE_EMR_EXECUTORS="0")
    assert "there is no archive" in emr_shell("Deploy/aws/emr-serverless/upload.sh", expect=1, COLONNADE_ARCHIVE="/missing.tar.gz")


def test_the_check_of_requests_finds_faults():
    """Else the test above could not fail."""
    good = {"applicationId": "a", "clientToken": "t", "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/r"}
    path = "/applications/abc/jobruns"
    del good["applicationId"]
    assert problems("emr-serverless", "POST", path, {}, dict(good)) == []
    for change in ({"clientToken": "a b"}, {"executionRoleArn": "arn:aws:iam::1:role/r"}, {"frob": 1}, {"jobDriver": {"sparkSubmit": {}}},
                   {"mode": "FAST"}, {"executionTimeoutMinutes": "x"}, {"clientToken": "x" * 65}):  # fmt: skip
        assert problems("emr-serverless", "POST", path, {}, good | change), change
    assert problems("emr-serverless", "POST", path, {}, {key: good[key] for key in good if key != "clientToken"})
    assert problems("emr-serverless", "GET", "/applications", {"frob": ["1"]}, {})
    assert problems("emr-serverless", "PATCH", "/nowhere", {}, {})


def test_the_sizes_that_the_settings_allow_are_offered():
    defaults = dict(re.findall(r"^COLONNADE_EMR_(\w+)=\$\{\w+:-(\d+)\}$", (EMR / "settings.sh").read_text(), re.M))
    for who in ("DRIVER", "EXECUTOR"):
        least, most, step = SIZES[int(defaults[f"{who}_CORES"])]
        memory = int(defaults[f"{who}_HEAP"]) + int(defaults[f"{who}_BESIDE"])
        assert least <= memory <= most and memory % step == 0
    total = int(defaults["DRIVER_CORES"]) + int(defaults["EXECUTORS"]) * int(defaults["EXECUTOR_CORES"])
    assert total <= 16, "what a new account may use"


def test_the_costs_are_reckoned_right():
    """The sums in the README, from the prices that it assumes."""
    cpu, memory = 0.052624, 0.0057785
    small = (14 * 2 / 60 * cpu, 44 * 2 / 60 * memory)
    assert f"${small[0]:.3f}" in RUNBOOK and f"${small[1]:.3f}" in RUNBOOK
    large = (800 * cpu, 2400 * memory)
    assert f"${large[0]:.0f} + ${large[1]:.0f} = **${sum(large):.0f}**" in RUNBOOK


def test_the_scripts_of_emr_are_clean():
    scripts = sorted(EMR.glob("*.sh"))
    assert len(scripts) > 6
    other = [*(ROOT / "Deploy/archive").glob("*.sh"), *(ROOT / "Tests").glob("what-*.sh")]
    done = subprocess.run(["shellcheck", "-x", *scripts, *other], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    for path in scripts:
        assert (path.stat().st_mode & 0o111 != 0) == (path.name not in ("begin.sh", "settings.sh")), path
