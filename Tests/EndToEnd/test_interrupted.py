# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Outputs appear whole or not at all, whatever ends the process: signals, full disks, folders that may not be written."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import pytest
from conftest import ROOT

OLD = b"what was there before\n"
ROUNDS = 50


@pytest.fixture(scope="module")
def cities(tmp_path_factory, colonnade):
    """A file that takes a while to convert, its conversion, and how long that took."""
    folder = tmp_path_factory.mktemp("cities")
    source, whole = folder / "cities.csv", folder / "cities.cln"
    subprocess.run([sys.executable, ROOT / "Benchmarks/generate_cities.py", source, "--days", "120"], check=True)
    start = time.perf_counter()
    colonnade("convert", source, "-o", whole, "--quiet")
    return source, whole.read_bytes(), time.perf_counter() - start


def strays(folder):
    return [name for name in os.listdir(folder) if "colonnade-tmp" in name]


def test_killed_at_random_moments(colonnade, cities, tmp_path, seeded):
    source, whole, seconds = cities
    target = tmp_path / "out.cln"
    outcomes = {"old": 0, "new": 0}
    for round in range(ROUNDS):
        number = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT][round % 3]
        had_old = seeded.random() < 0.7
        target.unlink(missing_ok=True)
        if had_old:
            target.write_bytes(OLD)
        left_before = strays(tmp_path)
        child = colonnade.start(
            "convert", source, "-o", target, "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )  # fmt: skip
        time.sleep(seeded.random() * seconds * 1.1)
        child.send_signal(number)
        errors = child.communicate(timeout=30)[1].decode()
        note = f"round {round}, {number.name}, ended with {child.returncode}: {errors}"

        found = target.read_bytes() if target.exists() else None
        if child.returncode == 0 or found == whole:
            assert found == whole, note
            outcomes["new"] += 1
        else:
            assert child.returncode == -number, note
            assert found == (OLD if had_old else None), note
            outcomes["old"] += 1
        # A run that begins removes what a killed one left; one that is killed leaves one at most.
        left = strays(tmp_path)
        if number == signal.SIGKILL:
            assert len(left) <= 1, f"{note}: {left}"
        else:
            assert set(left) <= set(left_before), f"{note}: {left}"
    print(outcomes)
    assert outcomes["old"] > ROUNDS / 5
    colonnade("convert", source, "-o", target, "--quiet")
    assert os.listdir(tmp_path) == ["out.cln"]


def test_two_runs_to_one_target_do_not_disturb_each_other(colonnade, cities, tmp_path):
    source, whole, _ = cities
    target = tmp_path / "out.cln"
    runs = [colonnade.start("convert", source, "-o", target, "--quiet") for _ in range(3)]
    assert [run.wait(timeout=60) for run in runs] == [0, 0, 0]
    assert target.read_bytes() == whole
    assert os.listdir(tmp_path) == ["out.cln"]


def run_in_mount(colonnade, tmp_path, options, after_mount, arguments):
    """Runs the command with `disk`, a small file system of its own, and copies what is there afterwards to `found`."""
    disk, found = tmp_path / "disk", tmp_path / "found"
    disk.mkdir()
    found.mkdir()
    script = f"""
      mount -t tmpfs -o {options} tmpfs {disk} || exit 99
      printf '{OLD.decode().strip()}\\n' > {disk}/out.cln
      {after_mount}
      "$@"
      status=$?
      cp -a {disk}/. {found}/
      exit $status"""
    namespace = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
    run = subprocess.run(
        [*namespace, "sh", "-c", script, "sh", colonnade.path, *map(str, arguments)], capture_output=True, timeout=60
    )
    if run.returncode == 99 or b"unshare failed" in run.stderr:
        pytest.skip(f"mounting is not permitted here: {run.stderr.decode().strip()}")
    return run.returncode, run.stderr.decode(), found


def assert_old_file_alone(found):
    assert os.listdir(found) == ["out.cln"]
    assert (found / "out.cln").read_bytes() == OLD


def test_full_disk(colonnade, cities, tmp_path):
    source, _, _ = cities
    target = tmp_path / "disk/out.cln"
    status, errors, found = run_in_mount(
        colonnade, tmp_path, "size=128k", "", ["convert", source, "-o", target, "--quiet"]
    )
    assert status == 2 and "full" in errors and str(target) in errors, errors
    assert len(errors.splitlines()) <= 3
    assert_old_file_alone(found)


def test_read_only_disk(colonnade, covid, tmp_path):
    target = tmp_path / "disk/out.cln"
    status, errors, found = run_in_mount(
        colonnade, tmp_path, "size=1m", f"mount -o remount,ro {tmp_path}/disk", ["convert", covid["csv"], "-o", target]
    )
    assert status == 2 and "read-only" in errors and str(target) in errors, errors
    assert_old_file_alone(found)


def test_folder_without_permission(colonnade, covid):
    """As another user where the tests run as root, whom no permission stops."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="colonnade-readonly-"))
    try:
        program = shutil.copy(colonnade.path, folder / "colonnade")
        source = shutil.copy(covid["csv"], folder / "cities.csv")
        os.chmod(source, 0o644)
        os.chmod(folder, 0o555)
        other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        run = subprocess.run(
            [*other, program, "convert", source, "-o", folder / "out.cln"], capture_output=True, text=True, timeout=60
        )
        assert run.returncode == 2 and "permission" in run.stderr and str(folder / "out.cln") in run.stderr, run.stderr
        assert sorted(os.listdir(folder)) == ["cities.csv", "colonnade"]
    finally:
        os.chmod(folder, 0o755)
        shutil.rmtree(folder)


def test_missing_output_folder(colonnade, covid, tmp_path):
    run = colonnade("convert", covid["csv"], "-o", tmp_path / "none/out.cln", expect=2)
    assert f"mkdir -p {tmp_path}/none" in run.errors


def test_a_failed_conversion_leaves_the_old_file(colonnade, covid, tmp_path):
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(covid["csv.gz"].read_bytes()[:-100])
    target = tmp_path / "out.cln"
    target.write_bytes(OLD)
    run = colonnade("convert", cut, "-o", target, expect=2)
    assert str(cut) in run.errors
    assert target.read_bytes() == OLD
    assert sorted(os.listdir(tmp_path)) == ["cut.csv.gz", "out.cln"]


def test_links_and_rights_stay(colonnade, covid, tmp_path):
    (tmp_path / "real.cln").write_bytes(OLD)
    os.chmod(tmp_path / "real.cln", 0o640)
    (tmp_path / "link.cln").symlink_to("real.cln")
    colonnade("convert", covid["csv"], "-o", tmp_path / "link.cln")
    assert (tmp_path / "link.cln").is_symlink()
    assert (tmp_path / "real.cln").stat().st_mode & 0o777 == 0o640
    colonnade("verify", tmp_path / "real.cln")
