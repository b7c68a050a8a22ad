# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Plays what moto's EMR Serverless only writes down: applications and jobs take time, go through the states of the service, and refuse
what it refuses; a job runs the command that it carries.

Not played is Spark: the command gets the job's arguments as they are, in one process, with keys of the job's role. So this shows
that requests, roles, uploads, waiting, logs and clean-up are right, and not that a job runs on EMR Serverless.
"""

import ast
import glob
import gzip
import os
import pathlib
import shlex
import subprocess
import tarfile
import tempfile
import zipfile
from unittest import mock

import boto3
from machines import Player, trusted
from moto.emrserverless import models
from moto.emrserverless.exceptions import ValidationException

# Worker sizes that are offered: vCPUs, least and most GB, step ("Supported worker configurations" of the user guide).
SIZES = {1: (2, 8, 1), 2: (4, 16, 1), 4: (8, 30, 1), 8: (16, 60, 4), 16: (32, 120, 8)}
UNFINISHED = ("SUBMITTED", "QUEUED", "PENDING", "SCHEDULED", "RUNNING", "CANCELLING")


class Jobs(Player):
    """While in `with`, applications and jobs go on; with `stuck`, jobs never leave SUBMITTED unless they are cancelled."""

    def __init__(self, cloud, images, region="us-east-1", stuck=False):
        super().__init__(seconds=0.3)
        self.cloud, self.images, self.region, self.stuck = cloud, images, region, stuck

    def __enter__(self):
        backend = models.EMRServerlessBackend
        create_application, start_run, get_run = backend.create_application, backend.start_job_run, backend.get_job_run
        # A job leaves a state only when that has been told: so who waits sees them all.
        self.told = set()

        def create(it, *, client_token, **rest):
            application = create_application(it, client_token=client_token, **rest)
            # moto forgets the image, which the service tells.
            asked = next(body for *_, body in self.cloud.emr_requests if body.get("clientToken") == client_token)
            application.image_configuration = asked.get("imageConfiguration")
            return application

        def start(it, application_id):
            require(it, application_id, "CREATED", "STOPPED")
            it.applications[application_id].state = "STARTING"

        def stop(it, application_id):
            require(it, application_id, "STARTED")
            if any(job.state in UNFINISHED for job in it.job_runs[application_id]):
                raise ValidationException(f"Application {application_id} has unfinished jobs")
            it.applications[application_id].state = "STOPPING"

        def start_job_run(it, *, application_id, **rest):
            require(it, application_id, "STARTED")
            return start_run(it, application_id=application_id, **rest)

        def get_job_run(it, application_id, job_run_id):
            job = get_run(it, application_id, job_run_id)
            self.told.add((job.id, job.state))
            return job

        def cancel(it, application_id, job_run_id):
            job = get_run(it, application_id, job_run_id)
            if job.state not in UNFINISHED:
                raise ValidationException(f"Job {job_run_id} is {job.state}")
            job.state = "CANCELLING"
            return application_id, job_run_id

        self.patches = [
            mock.patch.object(models, "APPLICATION_STATUS", "CREATING"),
            mock.patch.object(models, "JOB_STATUS", "SUBMITTED"),
            mock.patch.object(backend, "create_application", create),
            mock.patch.object(backend, "start_application", start),
            mock.patch.object(backend, "stop_application", stop),
            mock.patch.object(backend, "start_job_run", start_job_run),
            mock.patch.object(backend, "get_job_run", get_job_run),
            mock.patch.object(backend, "cancel_job_run", cancel),
        ]
        for patch in self.patches:
            patch.start()
        return super().__enter__()

    def __exit__(self, *failure):
        try:
            super().__exit__(*failure)
        finally:
            for patch in self.patches:
                patch.stop()

    def step(self):
        backend = self.cloud.backend("emr-serverless", self.region)
        for application in list(backend.applications.values()):
            # The service lists no jobs of a new application; moto says that there is no such application.
            backend.job_runs.setdefault(application.id, [])
            done = {"CREATING": "CREATED", "STARTING": "STARTED", "STOPPING": "STOPPED"}
            application.state = done.get(application.state, application.state)
            for job in list(backend.job_runs[application.id]):
                if job.state == "CANCELLING":
                    job.state = "CANCELLED"
                elif (job.id, job.state) in self.told and not self.stuck:
                    if job.state == "RUNNING":
                        self.run(job)
                    following = {"SUBMITTED": "PENDING", "PENDING": "SCHEDULED", "SCHEDULED": "RUNNING"}
                    job.state = following.get(job.state, job.state)

    def run(self, job):
        role = self.cloud.client("iam").get_role(RoleName=job.execution_role_arn.split("/")[-1])["Role"]
        assert role["Arn"] == job.execution_role_arn
        trusted(role["AssumeRolePolicyDocument"], "emr-serverless.amazonaws.com")
        keys = self.cloud.keys_of(role["RoleName"])
        s3 = boto3.client(
            "s3", region_name=self.region, endpoint_url=self.cloud.url, aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"], aws_session_token=keys["AWS_SESSION_TOKEN"],
        )  # fmt: skip
        submit = job.job_driver["sparkSubmit"]
        files, conf = parameters(submit["sparkSubmitParameters"])
        sizes_are_offered(conf)
        with tempfile.TemporaryDirectory() as folder:
            fetch(s3, submit["entryPoint"], f"{folder}/job.py")
            is_python(pathlib.Path(folder, "job.py").read_text())
            fetch(s3, files["--py-files"], f"{folder}/package.zip")
            with zipfile.ZipFile(f"{folder}/package.zip") as package:
                assert package.testzip() is None and "colonnade_spark/__init__.py" in package.namelist()
                for name in package.namelist():
                    is_python(package.read(name).decode())
            for archive in files.get("--archives", "").split(",") if "--archives" in files else []:
                source, _, name = archive.partition("#")
                fetch(s3, source, f"{folder}/{name}.tar.gz")
                with tarfile.open(f"{folder}/{name}.tar.gz") as opened:
                    opened.extractall(f"{folder}/{name}", filter="data")
            driver, executor = ({key[len(p) :]: value for key, value in conf.items() if key.startswith(p)} for p in ENVIRONMENTS)
            assert driver == executor, "driver and executors run the same command"
            run = subprocess.run(
                [self.command(folder, driver), *submit["entryPointArguments"]], cwd=folder, capture_output=True, timeout=300,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "AWS_ENDPOINT_URL": self.cloud.url, **driver, **keys},
            )  # fmt: skip
        logs = job.configuration_overrides["monitoringConfiguration"]["s3MonitoringConfiguration"]["logUri"]
        bucket, _, prefix = logs.removeprefix("s3://").partition("/")
        assert prefix.endswith("/")
        for stream in ("stdout", "stderr"):
            key = f"{prefix}applications/{job.application_id}/jobs/{job.id}/SPARK_DRIVER/{stream}.gz"
            s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(getattr(run, stream)))
        job.state_details = f"Job failed, exit code {run.returncode}" if run.returncode else "JobRun succeeded"
        job.state = "FAILED" if run.returncode else "SUCCESS"

    def command(self, folder, environment):
        """Where the job would find the command: in the archive, or in the application's image."""
        if "COLONNADE_BINARY" not in environment:
            assert environment["PYTHONPATH"] == "./python" and os.listdir(f"{folder}/python")
            [found] = glob.glob(f"{folder}/colonnade/*/colonnade")
            return found
        assert environment["COLONNADE_BINARY"] == "/opt/colonnade/colonnade"
        [created] = [body for method, path, _, body in self.cloud.emr_requests if (method, path) == ("POST", "/applications")][-1:]
        digest = created["imageConfiguration"]["imageUri"].split("@")[1]
        return self.images / digest.replace(":", "-") / "colonnade"


ENVIRONMENTS = ("spark.emr-serverless.driverEnv.", "spark.executorEnv.")


def is_python(source):
    """Fails unless the text parses as the Python that EMR 7 has; that what it imports is there too, it does not show."""
    ast.parse(source, feature_version=(3, 9))


def require(backend, application_id, *states):
    state = backend.get_application(application_id).state
    if state not in states:
        raise ValidationException(f"Application {application_id} is {state}, and must be one of {states}")


def parameters(text):
    """The options of spark-submit, and those of --conf."""
    words = shlex.split(text)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    conf = dict(value.split("=", 1) for option, value in pairs if option == "--conf")
    files = {option: value for option, value in pairs if option != "--conf"}
    assert files.keys() <= {"--py-files", "--archives"}, files
    return files, conf


def sizes_are_offered(conf):
    for who in ("driver", "executor"):
        cores = int(conf[f"spark.{who}.cores"])
        memory = sum(int(conf[f"spark.{who}.{name}"].removesuffix("g")) for name in ("memory", "memoryOverhead"))
        least, most, step = SIZES[cores]
        assert least <= memory <= most and memory % step == 0, (who, cores, memory)


def fetch(s3, url, path):
    bucket, _, key = url.removeprefix("s3://").partition("/")
    s3.download_file(bucket, key, path)
