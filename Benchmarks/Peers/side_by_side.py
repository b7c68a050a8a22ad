# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What the side-by-side benchmarks share: where the data are, how a run is measured, and how a table says where it was made."""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / ".build-bench"
CITIES, GROUPBY = DATA / "cities.csv", DATA / "groupby.csv"
# The second version of CITIES, to compare with.
CHANGED = DATA / "cities2.csv"
COMMAND = str(ROOT / ".build/release/colonnade")


def need(path, generator, *more):
    """Makes `path` by a generator of Benchmarks/ unless it is there."""
    DATA.mkdir(exist_ok=True)
    if not path.exists():
        subprocess.run([sys.executable, ROOT / "Benchmarks" / generator, path, *more], check=True)


def need_both_cities():
    """Makes CITIES and CHANGED unless both are there."""
    DATA.mkdir(exist_ok=True)
    if not (CITIES.exists() and CHANGED.exists()):
        subprocess.run([sys.executable, ROOT / "Benchmarks/generate_cities.py", CITIES, "--changed", CHANGED], check=True)


def side_by_side_options(documentation, repeat):
    """A parser of what most of these scripts take, for others to be added to: threads of each engine, runs of each, and our command."""
    parser = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=repeat)
    parser.add_argument("--command", default=COMMAND)
    return parser


def run_child(arguments, source=None, environment=None):
    """Runs a program; its wall and CPU seconds, peak memory in MiB, exit code and output.

    `source`: what its standard input comes from. The peak counts from this process's own size, so nothing large may be
    imported here.
    """
    start = time.perf_counter()
    child = subprocess.Popen([str(a) for a in arguments], stdin=source, stdout=subprocess.PIPE, env=environment)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, child.returncode, output


def repeats(count, seconds=0.5):
    """So many times, and until so much time has gone: the speed of a machine changes within a second, and a short task sees one moment of it."""
    start, done = time.perf_counter(), 0
    while done < count or time.perf_counter() - start < seconds:
        yield done
        done += 1


def timed(task):
    """Wall and CPU seconds of calling `task` in this process, and what it returned."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    answer = task()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, answer


def run_self(script, *arguments):
    """Runs `script`, which prints JSON, in a process of its own: what it printed, and its peak memory in MiB."""
    _, _, memory, status, output = run_child([sys.executable, script, *arguments])
    if status != 0:
        sys.exit(f"{pathlib.Path(script).name} {' '.join(map(str, arguments))} ended with {status}")
    return json.loads(output), memory


def machine(threads):
    name = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "?")
    return f"{name}, {threads} threads, {platform.system()} {platform.machine()}, {datetime.date.today()}"


def write_result(name, lines):
    """Keeps a table in Benchmarks/Results and prints it."""
    results = ROOT / "Benchmarks/Results"
    results.mkdir(exist_ok=True)
    (results / name).write_text("\n".join(lines) + "\n")
    print("\n".join(lines))
