# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""That Deploy/archive/archive.sh, which `make dist` packs the command with, gives the same bytes for the same command, whoever calls it.

    make test-deploy
    .build-s3-venv/bin/python -m pytest -q Tests/Deploy -k archive
"""

import os
import shutil
import subprocess

import pytest
from conftest import ARCHIVE, COMMAND, ROOT

PATH = os.environ["PATH"]


@pytest.fixture
def packed(tmp_path):
    """Packs a copy of the command, of this date and mode, and gives the archive's bytes."""

    def pack(name, date, mode, umask, **environment):
        folder = tmp_path / name
        folder.mkdir()
        copy = shutil.copy(COMMAND, folder / "command")
        os.utime(copy, (date, date))
        os.chmod(copy, mode)
        done = subprocess.run(
            [ROOT / "Deploy/archive/archive.sh", copy, folder / "out"], umask=umask, env={"PATH": PATH, **environment},
            capture_output=True, text=True, cwd=folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        [made] = (folder / "out").iterdir()
        assert done.stdout == f"{made}\n" and made.name == ARCHIVE.name
        return made.read_bytes()

    return pack


def test_the_archive_has_the_same_bytes_for_the_same_command(packed):
    first = packed("first", date=1_000_000_000, mode=0o755, umask=0o022)
    second = packed("second", date=1_700_000_000, mode=0o500, umask=0o077, TZ="Asia/Tokyo", LC_ALL="C.UTF-8", HOME="/nowhere")
    assert first == second
    if COMMAND == (ROOT / ".build/release/colonnade").resolve():
        assert first == ARCHIVE.read_bytes(), "the archive is of another build: make dist"
    # That a date would show.
    assert packed("dated", date=1_000_000_000, mode=0o755, umask=0o022, SOURCE_DATE_EPOCH="86400") != first
