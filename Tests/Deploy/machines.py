# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Plays what moto only writes down: EC2 machines that run their user data, and Fargate tasks that run their image.

Each runs here, in a folder of its own, with keys of the role that it was started with and nothing else of the
environment. Not played: the image's Debian (packages are looked up instead), metadata services, networks.
"""

import base64
import json
import pathlib
import subprocess
import tempfile
import threading
import time


class Player:
    """While in `with`, calls `step` every so many seconds in a thread of its own; what that raises fails the test."""

    def __init__(self, seconds):
        self.seconds = seconds
        self.finished = threading.Event()
        self.failure = None

    def __enter__(self):
        self.thread = threading.Thread(target=self.play, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.finished.set()
        self.thread.join(timeout=120)
        if self.failure:
            raise self.failure

    def play(self):
        try:
            while not self.finished.is_set():
                self.step()
                time.sleep(self.seconds)
        except Exception as failure:  # noqa: BLE001 - told in __exit__
            self.failure = failure


class Machines(Player):
    """While in `with`, runs whatever is started in the cloud; a task or machine whose failure is the player's fails the test."""

    def __init__(self, cloud, tools, images, region="us-east-1"):
        super().__init__(seconds=0.1)
        self.cloud, self.tools, self.images, self.region = cloud, tools, images, region
        self.seen = set()
        self.installed = []

    def step(self):
        for run, what in [*self.waiting_instances(), *self.waiting_tasks()]:
            run(what)

    def new(self, name):
        fresh = name not in self.seen
        self.seen.add(name)
        return fresh

    def waiting_instances(self):
        instances = self.cloud.backend("ec2", self.region).all_instances()
        return [(self.run_instance, one) for one in instances if one.state == "running" and self.new(one.id)]

    def waiting_tasks(self):
        tasks = [task for of_cluster in self.cloud.backend("ecs", self.region).tasks.values() for task in of_cluster.values()]
        return [(self.run_task, one) for one in tasks if one.last_status == "RUNNING" and self.new(one.task_arn)]

    def environment(self, role, path):
        return {
            "PATH": path,
            "LANG": "C.UTF-8",
            "AWS_REGION": self.region,
            "AWS_ENDPOINT_URL": self.cloud.url,
            **self.cloud.keys_of(role),
        }

    def run_instance(self, instance):
        ec2 = self.cloud.client("ec2", self.region)
        started = ec2.describe_instances(InstanceIds=[instance.id])["Reservations"][0]["Instances"][0]
        assert started["MetadataOptions"]["HttpTokens"] == "required"
        attribute = ec2.describe_instance_attribute(InstanceId=instance.id, Attribute="userData")
        user_data = base64.b64decode(attribute["UserData"]["Value"])
        assert len(user_data) < 16384, "EC2 takes 16 KiB of user data"
        profile = started["IamInstanceProfile"]["Arn"].split("/")[-1]
        [role] = self.cloud.client("iam").get_instance_profile(InstanceProfileName=profile)["InstanceProfile"]["Roles"]
        trusted(role["AssumeRolePolicyDocument"], "ec2.amazonaws.com")
        with tempfile.TemporaryDirectory() as folder:
            bin_folder = pathlib.Path(folder, "bin")
            bin_folder.mkdir()
            script(bin_folder / "apt-get", f'echo "$@" >>{folder}/apt-get')
            script(bin_folder / "shutdown", f'echo "$@" >{folder}/shutdown')
            (bin_folder / "aws").symlink_to(self.tools / "aws")
            environment = self.environment(role["RoleName"], f"{bin_folder}:/usr/bin:/bin")
            environment["TMPDIR"] = folder
            run = subprocess.run(["bash", "-c", user_data], env=environment, capture_output=True, timeout=300, cwd=folder)
            self.console = run.stdout.decode() + run.stderr.decode()
            self.installed += packages(pathlib.Path(folder, "apt-get").read_text())
            # The only way out of a machine that goes away when it is shut down.
            assert pathlib.Path(folder, "shutdown").read_text() == "-h now\n", self.console
            behaviour = ec2.describe_instance_attribute(InstanceId=instance.id, Attribute="instanceInitiatedShutdownBehavior")
            assert behaviour["InstanceInitiatedShutdownBehavior"]["Value"] == "terminate"
            ec2.terminate_instances(InstanceIds=[instance.id])

    def run_task(self, task):
        ecs = self.cloud.client("ecs", self.region)
        definition = ecs.describe_task_definition(taskDefinition=task.task_definition_arn)["taskDefinition"]
        [container] = definition["containerDefinitions"]
        for arn in (definition["taskRoleArn"], definition["executionRoleArn"]):
            role = self.cloud.client("iam").get_role(RoleName=arn.split("/")[-1])["Role"]
            assert role["Arn"] == arn
            trusted(role["AssumeRolePolicyDocument"], "ecs-tasks.amazonaws.com")
        image = self.images / container["image"].split("@")[1].replace(":", "-")
        entrypoint = [str(image / pathlib.Path(word).name) for word in json.loads((image / "entrypoint.json").read_text())]
        environment = self.environment(definition["taskRoleArn"].split("/")[-1], f"{image}:/usr/bin:/bin")
        environment |= {one["name"]: one["value"] for one in container["environment"]}
        run = subprocess.run(
            [*entrypoint, *container["command"]], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, cwd="/"
        )
        self.log(container, task, run.stdout.decode())
        task.containers[0].exitCode = run.returncode
        task.last_status = "STOPPED"

    def log(self, container, task, text):
        options = container["logConfiguration"]["options"]
        assert container["logConfiguration"]["logDriver"] == "awslogs" and options["awslogs-region"] == self.region
        logs = self.cloud.client("logs", self.region)
        stream = f"{options['awslogs-stream-prefix']}/{container['name']}/{task.id}"
        logs.create_log_stream(logGroupName=options["awslogs-group"], logStreamName=stream)
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line or " "} for line in text.splitlines()]
        logs.put_log_events(logGroupName=options["awslogs-group"], logStreamName=stream, logEvents=events)


def trusted(policy, service):
    """Fails unless the trust policy lets exactly this service take the role."""
    [statement] = policy["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "sts:AssumeRole")
    assert statement["Principal"] == {"Service": service}


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def packages(text):
    """The packages that calls of apt-get install name."""
    words = [word for line in text.splitlines() if " install " in line for word in line.split(" install ")[1].split()]
    return [word for word in words if not word.startswith("-")]
