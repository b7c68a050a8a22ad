# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Runs every command that README.md shows in a `console` block and compares what it prints with what the README says.

A `…` in the README stands for anything on that line (times, memory).
"""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMAND = pathlib.Path(os.environ.get("COLONNADE", ROOT / ".build/release/colonnade")).resolve()


def console_blocks():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"```console\n(.*?)```", text, re.S)


def steps(block):
    """(command, expected output) pairs of one block."""
    command, expected = None, []
    for line in block.splitlines():
        if line.startswith("$ "):
            if command is not None:
                yield command, expected
            command, expected = line[2:], []
        elif command is not None and command.endswith("\\"):
            command = command[:-1] + line.strip()
        else:
            expected.append(line)
    if command is not None:
        yield command, expected


def matches(expected, printed):
    pattern = ".*".join(re.escape(part) for part in expected.rstrip().split("…"))
    return re.fullmatch(pattern, printed.rstrip()) is not None


def test_readme_commands(tmp_path):
    assert console_blocks(), "README.md shows no commands"
    for name in ("brazil_covid19.csv", "brazil_covid19_cities.csv.gz"):
        shutil.copy(ROOT / "Examples/covid" / name, tmp_path)
    environment = dict(os.environ, PATH=f"{COMMAND.parent}:{os.environ['PATH']}")
    ran = 0
    for block in console_blocks():
        for command, expected in steps(block):
            if command.startswith(("make ", "git ", "sudo ")):
                continue
            done = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
            assert done.returncode in (0, 1), f"{command}: exit {done.returncode}\n{done.stdout.decode()}"
            printed = done.stdout.decode().splitlines()
            assert len(printed) == len(expected), f"{command} printed:\n{done.stdout.decode()}"
            for shown, line in zip(expected, printed):
                assert matches(shown, line), f"{command}: README says {shown!r}, the command prints {line!r}"
            ran += 1
    assert ran >= 3


@pytest.mark.parametrize("shown, printed, same", [("a … b", "a 12 b", True), ("a.c", "abc", False), ("…", "", True)])
def test_pattern(shown, printed, same):
    assert matches(shown, printed) is same


def test_every_file_of_these_tests_has_a_line():
    here = pathlib.Path(__file__).parent
    told = re.findall(r"^\| `(test_\w+\.py)` \| \S", (here / "README.md").read_text(encoding="utf-8"), re.M)
    assert sorted(told) == sorted(path.name for path in here.glob("test_*.py"))


def test_swift_examples_are_those_that_are_tested():
    """Each line of the README's Swift examples stands in the tests that compile and run them, paths aside."""
    tested = {
        line.strip().replace('covid("brazil_covid19_cities.csv.gz")', '"brazil_covid19_cities.csv.gz"')
        for file in (ROOT / "Tests/ColonnadeTests").glob("*.swift")
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    blocks = re.findall(r"```swift\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    lines = [line for block in blocks if "import " in block for line in block.splitlines() if line.strip()]
    assert len(lines) >= 8
    for line in lines:
        assert line.strip() in tested or line.startswith("import "), line
