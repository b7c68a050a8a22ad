# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A cluster for all tests, an application on it, the command, and tables to work on."""

import gzip
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path += [str(HERE), str(HERE.parent / "EndToEnd"), str(ROOT / "Spark")]

from cluster import Cluster, own_environment
from command import Command

COVID = ROOT / "Examples/covid"
STATES = {"by": "date,state", "agg": "sum(cases), sum(deaths)", "order_by": "date, state desc"}


def pytest_configure(config):
    config.addinivalue_line("markers", "faults: something fails or is killed on the way, which looks the same to every version of Spark")


@pytest.fixture(scope="session")
def colonnade():
    return Command.found()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """Two workers of one core, for all tests of this run. Workers are given what S3 wants, where the environment has it."""
    with Cluster(tmp_path_factory.mktemp("cluster"), workers=2) as started:
        yield started


@pytest.fixture(scope="session")
def spark(cluster, colonnade):
    """An application on the cluster whose executors find the command where the tests have it, and this package only by its own means."""
    os.environ.update(own_environment())
    from pyspark.sql import SparkSession

    settings = {
        "spark.executor.memory": "600m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.executorEnv.COLONNADE_BINARY": colonnade.path,
        # Not two executors of the kind where one is enough for a single task.
        "spark.locality.wait": "0s",
        "spark.sql.shuffle.partitions": "4",
        # Executors of a killed process are started again; a task may fail three times.
        "spark.task.maxFailures": "4",
    }
    builder = SparkSession.builder.master(cluster.url).appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    os.environ["COLONNADE_BINARY"] = colonnade.path
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def free_cluster(tmp_path_factory):
    """For jobs of their own: the application of the other tests keeps both processors of its cluster."""
    with Cluster(tmp_path_factory.mktemp("jobs"), workers=2) as started:
        yield started


class Tables:
    """Files made once: `tables["cities.cln"]` of the real data, `tables["large.cln"]` of 785,370 rows in six chunks, `tables["small/"]` of a sixtieth
    of these in six files of a chunk. `large2` and `small2` are their next versions."""

    def __init__(self, folder):
        self.folder = folder

    def __getitem__(self, name):
        return str(self.folder / name)


@pytest.fixture(scope="session")
def tables(tmp_path_factory, colonnade):
    folder = tmp_path_factory.mktemp("tables")
    (folder / "cities.csv").write_bytes(gzip.decompress((COVID / "brazil_covid19_cities.csv.gz").read_bytes()))
    (folder / "published.csv").write_bytes((COVID / "brazil_covid19.csv").read_bytes())
    generator = [sys.executable, ROOT / "Benchmarks/generate_cities.py", folder / "large.csv", "--changed", folder / "large2.csv", "--days", 141]
    subprocess.run([str(word) for word in generator], check=True)
    for name in "cities", "published", "large", "large2":
        colonnade("convert", folder / f"{name}.csv", "-q", "-o", folder / f"{name}.cln")
    for name in "", "2":
        text = colonnade("export", folder / f"large{name}.cln", "--where", "code % 60 = 0").stdout
        header, *rows = text.splitlines(keepends=True)
        (folder / f"small{name}").mkdir()
        for part in range(6):
            text = header + b"".join(rows[part * len(rows) // 6 : (part + 1) * len(rows) // 6])
            colonnade("convert", "-", "-q", "-o", folder / f"small{name}/{part}.cln", input=text)
    states = ("--by", STATES["by"], "--agg", STATES["agg"], "--order-by", STATES["order_by"])
    colonnade("agg", folder / "cities.cln", *states, "-o", folder / "states.cln")
    return Tables(folder)
