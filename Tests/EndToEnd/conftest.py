# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The command under test, and how tests call it."""

import contextlib
import os
import pathlib
import random
import re
import subprocess
import sys
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COVID = ROOT / "Examples/covid"
# Random queries and exact arithmetic are shared with `make queries`.
sys.path.insert(0, str(ROOT / "Tests/Queries"))


class Command:
    """Runs `colonnade`. Whatever it is given, it must end by itself, never by a signal or a trap."""

    def __init__(self, path):
        self.path = str(pathlib.Path(path).resolve())

    def __call__(self, *arguments, expect=0, **options):
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        run = subprocess.run(
            [self.path, *map(str, arguments)], stderr=subprocess.PIPE, timeout=60, env=environment(), **options
        )
        errors = run.stderr.decode()
        said = f"colonnade {' '.join(map(str, arguments))[:500]}\nended with {run.returncode}: {errors[-2000:]}"
        assert run.returncode >= 0, said
        assert run.returncode == expect, said
        assert "Fatal error" not in errors, said
        if expect == 2:
            # What verify finds is its data, and goes to standard output.
            assert errors.strip() or "verify" in arguments, said
            # Of rows that cannot be read the first ten are told, a line for each after the first; so are ten losses.
            lists = ("  also ", "  and perhaps more", "  lost: ")
            listed = [line for line in errors.strip().splitlines() if line.startswith(lists)]
            assert len(errors.strip().splitlines()) - len(listed) <= 3 and len(listed) <= 11, said
        run.errors = errors
        run.text = run.stdout.decode() if run.stdout is not None else ""
        return run

    def start(self, *arguments, **options):
        """Starts it without waiting; signals as in a terminal, even where the tests run in the background."""
        return subprocess.Popen([self.path, *map(str, arguments)], env=environment(), restore_signals=True, **options)

    def peak_memory(self, *arguments):
        """Most bytes that one run had resident: VmHWM, looked at from outside every millisecond.

        Not ru_maxrss, which begins with what the process that started it had.
        """
        child = self.start(*arguments, stdout=subprocess.DEVNULL)
        peak = 0
        while child.poll() is None:
            with contextlib.suppress(OSError), open(f"/proc/{child.pid}/status") as status:
                found = re.search(r"^Name:\tcolonnade\n[^$]*^VmHWM:\s+(\d+) kB", status.read(), re.M)
                peak = max(peak, int(found[1]) * 1024 if found else 0)
            time.sleep(0.001)
        assert child.returncode == 0
        return peak


def environment():
    return {**os.environ, "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1"}


@pytest.fixture(scope="session")
def colonnade():
    path = pathlib.Path(os.environ.get("COLONNADE", ROOT / ".build/release/colonnade"))
    assert path.exists(), f"{path} is not there: make build, or set COLONNADE"
    return Command(path)


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
