# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The list of behaviours that stores in memory and in folders are held to as well, against both servers."""

import os
import pathlib
import subprocess

from clients import new_bucket

ROOT = pathlib.Path(__file__).resolve().parents[2]


def test_every_store_behaves_alike(both):
    for server in both.values():
        bucket = new_bucket(server)
        try:
            run = subprocess.run(
                ["swift", "test", "--filter", "S3StorageTests.StoreBehaviours/service"], cwd=ROOT, text=True, capture_output=True,
                timeout=900, env={**os.environ, **{name: value for name, value in server.variables().items() if value is not None}, "COLONNADE_S3_BEHAVIOURS": f"s3://{bucket.name}/stores"},
            )  # fmt: skip
            assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-1000:]
            # Thirteen and more behaviours, none left out.
            assert "skipped" not in run.stdout and "fakeS3" not in run.stdout and "passing 1 argument behaviour" in run.stdout, run.stdout[-3000:]
        finally:
            bucket.clear()
