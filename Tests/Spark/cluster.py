# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A standalone cluster of Spark on 127.0.0.1: a master and workers of one core, gone with who started them."""

import contextlib
import json
import os
import pathlib
import re
import signal
import sys
import time
import urllib.request

import pyspark

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Tests/S3"))

from processes import Daemon, alive, free_port, until

SPARK = pathlib.Path(pyspark.__file__).parent
CLASSES = "org.apache.spark.deploy"


class Cluster:
    """Processes of one master and of workers, each of which starts one executor for an application."""

    def __init__(self, folder, workers=2, variables=None):
        self.folder = pathlib.Path(folder)
        self.port, self.page = free_port(), free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.workers = workers
        self.daemons = []
        self.environment = {**own_environment(), **(variables or {})}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        master = self.run("master", "master.Master", "--host", "127.0.0.1", "--port", self.port, "--webui-port", self.page)
        until(lambda: self.state() is not None, "the master of Spark answers", master, seconds=90)
        for number in range(self.workers):
            work = self.folder / f"work-{number}"
            self.run(
                f"worker-{number}", "worker.Worker", "--host", "127.0.0.1", "--cores", 1, "--memory", "2g", "--webui-port", 0,
                "--work-dir", work, self.url,
            )  # fmt: skip
        until(lambda: self.alive_workers() == self.workers, "all workers are there", self.daemons[-1], seconds=90)

    def run(self, name, what, *arguments):
        command = [SPARK / "bin/spark-class", f"{CLASSES}.{what}", *arguments]
        self.daemons.append(Daemon(name, [str(word) for word in command], self.folder, environment=self.environment))
        return self.daemons[-1]

    def state(self):
        """What the master's page tells; None before it answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5) as answer:
                return json.load(answer)
        except (OSError, ValueError):
            return None

    def alive_workers(self):
        return sum(worker["state"] == "ALIVE" for worker in (self.state() or {"workers": []})["workers"])

    def executors(self):
        """Process numbers of executors that are running now: descendants of this cluster's workers, and nobody else's."""
        workers = {daemon.pid for daemon in self.daemons if daemon.name.startswith("worker")}
        return sorted(pid for pid, parent, words in processes() if parent in workers and b"CoarseGrainedExecutorBackend" in words)

    def kill_executors(self, count):
        """Kills so many executors as a lost machine would, and waits until they are gone."""
        killed = self.executors()[:count]
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(alive, killed)), "killed executors are gone")
        return len(killed)

    def stop(self):
        for daemon in reversed(self.daemons):
            daemon.stop()
        # Executors end when their worker has; one that was busy takes a moment.
        end = time.monotonic() + 10
        while self.executors() and time.monotonic() < end:
            time.sleep(0.1)
        self.daemons = []


def processes():
    """(number, parent's number, command line) of each process of this machine."""
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes()
                parent = re.sub(r".*\) \S ", "", (folder / "stat").read_text(), count=1).split()[0]
                yield int(folder.name), int(parent), words


def own_environment():
    """Of this process, without what another Spark on this machine set; only this address, and this Python."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK_", "PYSPARK_"))}
    return {
        **kept,
        "SPARK_HOME": str(SPARK),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        # Neither log files nor process files beside the package.
        "SPARK_LOG_DIR": os.environ.get("TMPDIR", "/tmp"),
        "SPARK_NO_DAEMONIZE": "1",
        "SPARK_DAEMON_MEMORY": "384m",
    }
