# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Random queries on random tables against DuckDB: some of what `make queries` asks."""

import os
import subprocess
import sys

from conftest import ROOT

# Always the same ones, so that a failure is of the change at hand; `make queries` asks others each time.
SEED = os.environ.get("COLONNADE_SEED", "5")


def run(colonnade, tmp_path, *arguments):
    return subprocess.run(
        [sys.executable, ROOT / "Tests/Queries/run.py", "--command", colonnade.path, "--keep", tmp_path / "kept", "--rows", "0", *arguments],
        capture_output=True, text=True, timeout=300)  # fmt: skip


def test_random_queries_have_duckdbs_answers(colonnade, tmp_path):
    found = run(colonnade, tmp_path, "--queries", "200", "--seed", SEED)
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr
    assert "200 compared" in found.stdout


def test_a_wrong_answer_is_found_and_told(colonnade, tmp_path):
    """A command that puts out a digit more fails, with what repeats it."""
    wrong = tmp_path / "wrong"
    wrong.write_text(f"""#!/bin/sh
[ "$1" != agg ] && exec {colonnade.path} "$@"
{colonnade.path} "$@" | sed '2s/$/7/'
""")
    wrong.chmod(0o755)
    found = run(colonnade, tmp_path, "--queries", "25", "--seed", "3", "--command", wrong)
    assert found.returncode == 1 and not found.stderr, found.stderr
    assert "again: make queries SEED=3 ONLY=0:" in found.stdout
    assert "SQL: select" in found.stdout and f"command: {wrong} agg {tmp_path}/kept/3-0-" in found.stdout
