# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The command under test and its inputs."""

import os
import pathlib
import random
import sys

import pytest
from command import Command, environment

ROOT = pathlib.Path(__file__).resolve().parents[2]
COVID = ROOT / "Examples/covid"
# Random queries and exact arithmetic are shared with `make queries`.
sys.path.insert(0, str(ROOT / "Tests/Queries"))


@pytest.fixture(scope="session")
def colonnade():
    return Command.found()


@pytest.fixture
def seeded(request):
    """A random generator; COLONNADE_SEED repeats a run."""
    seed = int(os.environ.get("COLONNADE_SEED", random.randrange(1 << 32)))
    print(f"COLONNADE_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(scope="session")
def covid(tmp_path_factory, colonnade):
    """The cities file in every form: name -> path."""
    import gzip

    folder = tmp_path_factory.mktemp("covid")
    packed = COVID / "brazil_covid19_cities.csv.gz"
    plain = folder / "cities.csv"
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    chunks = folder / "cities.cln"
    colonnade("convert", packed, "-o", chunks)
    return {"csv": plain, "csv.gz": packed, "cln": chunks}


@pytest.fixture(scope="session")
def expected_aggregate():
    return COVID / "expected/new_brazil_covid19.csv"
