# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""spark-submit of the job, as a user runs it."""

import contextlib
import os
import signal
import subprocess

from cluster import ROOT, SPARK, own_environment

JOB = ROOT / "Spark/jobs/colonnade_job.py"


class Submit:
    """Starts jobs on a cluster, with the command carried by --files and nothing set that would lead to it otherwise."""

    def __init__(self, master, command, variables=None, settings=None):
        self.variables = {**own_environment(), **(variables or {})}
        self.variables.pop("COLONNADE_BINARY", None)
        given = {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.executor.memory": "600m",
            **{f"spark.executorEnv.{name}": value for name, value in (variables or {}).items()},
            **(settings or {}),
        }
        self.words = [str(SPARK / "bin/spark-submit"), "--master", master, "--files", command]
        for name, value in given.items():
            self.words += ["--conf", f"{name}={value}"]

    def start(self, *words, **options):
        """In a session of its own, so that all of its processes can be ended at once."""
        return subprocess.Popen(
            [*self.words, str(JOB), *map(str, words)],
            env={name: str(value) for name, value in self.variables.items()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            **options,
        )

    def __call__(self, *words, expect=0, timeout=600, **options):
        """Runs a job to its end; its standard output and what it said."""
        child = self.start(*words, **options)
        try:
            output, said = child.communicate(timeout=timeout)
        finally:
            kill_all(child)
        told = said.decode(errors="replace")
        assert child.returncode == expect, f"{words} ended with {child.returncode}\n{told[-6000:]}\n{output.decode(errors='replace')[-2000:]}"
        return output, told


def kill_all(child):
    """The driver, its Java and its command, at once, as when the machine goes."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
