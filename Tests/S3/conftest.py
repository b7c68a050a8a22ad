# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The servers, a bucket for each test, the proxy, and the command with what it needs to reach them."""

import contextlib
import fcntl
import gzip
import hashlib
import os
import pathlib
import random
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
# After this folder's own modules: the way to call the command is that of the tests without S3.
sys.path += [str(HERE), str(HERE.parent / "EndToEnd")]

import proxy as proxies
import servers
from clients import Bucket, S3Command, Server, new_bucket, without_own
from command import ROOT, Command

COVID = ROOT / "Examples/covid"


@pytest.fixture(scope="session")
def both():
    """name -> server. Those of `servers.py up` and `run` are taken where the environment names them."""
    if "MOTO_URL" in os.environ:
        yield {"radosgw": Server("radosgw", os.environ["AWS_ENDPOINT_URL_S3"]), "moto": Server("moto", os.environ["MOTO_URL"])}
        return
    with servers.Servers() as started:
        yield {"radosgw": Server("radosgw", started.radosgw.endpoint), "moto": Server("moto", started.moto.endpoint)}


@pytest.fixture(params=["radosgw", "moto"])
def server(request, both):
    """The test runs once with each."""
    return both[request.param]


@pytest.fixture
def radosgw_server(both):
    """Where only a server that checks signatures and rights tells something."""
    return both["radosgw"]


@pytest.fixture
def bucket(server):
    made = new_bucket(server)
    yield made
    made.clear()


@pytest.fixture
def proxy(server):
    with proxies.Proxy(server.endpoint) as started:
        yield started


@pytest.fixture(scope="session")
def local():
    """The command without anything that leads to S3: what it makes of files is what must come of objects."""
    return Command.found().with_variables(**without_own())


@pytest.fixture
def colonnade(server, local):
    return S3Command(local.path, server.variables())


@pytest.fixture
def through(server, proxy, local):
    """The command with the proxy between it and the server."""
    return S3Command(local.path, server.variables(proxy.endpoint))


@pytest.fixture
def seeded():
    """A random generator; COLONNADE_SEED repeats a run."""
    seed = int(os.environ.get("COLONNADE_SEED", random.randrange(1 << 32)))
    print(f"COLONNADE_SEED={seed}")
    return random.Random(seed)


class Tables:
    """Files to read from, made once: `tables["cities.csv"]`.

    cities   the real ones: 179 thousand rows, 8.4 MB, a chunk file that opening fetches most of
    long     little to read, much to write: a chunk file of some kB that is 18 MB of CSV, three parts
    random   much to read: values that cannot be compressed, a chunk file of 13 MB in many chunks and six columns
    """

    def __init__(self, folder):
        self.folder = folder

    def __getitem__(self, name):
        return self.folder / name


def make_tables(folder, local):
    cities = gzip.decompress((COVID / "brazil_covid19_cities.csv.gz").read_bytes())
    (folder / "cities.csv").write_bytes(cities)
    (folder / "cities.csv.gz").write_bytes((COVID / "brazil_covid19_cities.csv.gz").read_bytes())
    (folder / "published.csv").write_bytes((COVID / "brazil_covid19.csv").read_bytes())
    (folder / "expected.csv").write_bytes((COVID / "expected/new_brazil_covid19.csv").read_bytes())
    with (folder / "long.csv").open("w") as file:
        file.write("number,text\n")
        file.writelines(f"{row},{'colonnade ' * 10}\n" for row in range(170_000))
    chance = random.Random(1)
    with (folder / "random.csv").open("w") as file:
        file.write("a,b,c,d,e,f\n")
        for _ in range(300_000):
            bits = chance.getrandbits(6 * 56)
            file.write(",".join(str(bits >> 56 * place & (1 << 56) - 1) for place in range(6)) + "\n")
    for name in "cities", "published", "expected", "long", "random":
        local("convert", folder / f"{name}.csv", "-q", "-o", folder / f"{name}.cln")


@contextlib.contextmanager
def first_of_all(folder, what):
    """True for the first of the processes that run tests side by side; the others wait until it is done."""
    with (folder / f"{what}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / f"{what}.done"
        yield not done.exists()
        done.touch()


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """One for all processes of this run of the tests."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def tables(shared_folder, local):
    folder = shared_folder / "tables"
    with first_of_all(shared_folder, "tables") as is_first:
        if is_first:
            folder.mkdir(exist_ok=True)
            make_tables(folder, local)
    return Tables(folder)


@pytest.fixture(scope="session")
def stored_on(both, tables, shared_folder):
    """name of a server -> bucket with all tables, for reading alone. It stays, for the next run against the same servers."""
    buckets = {name: Bucket(server, "tables") for name, server in both.items()}
    with first_of_all(shared_folder, "stored") as is_first:
        for bucket in buckets.values() if is_first else []:
            for path in sorted(tables.folder.iterdir()):
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                if bucket.digest(path.name) != digest:
                    bucket.upload(path.name, path, digest=digest)
    return buckets


@pytest.fixture
def stored(server, stored_on):
    return stored_on[server.name]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A certificate authority of our own and what it signed for 127.0.0.1: (authority, certificate, key)."""
    folder = tmp_path_factory.mktemp("certificates")
    openssl = lambda *arguments: subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=Authority of the tests")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=127.0.0.1")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl("x509", "-req", "-in", "server.csr", *signed, "-out", "server.pem")
    return folder / "ca.pem", folder / "server.pem", folder / "server.key"
