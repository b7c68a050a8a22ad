# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The two S3 servers of the tests: radosgw, which checks signatures, and moto, which honours conditional completion.

    servers.py run -- COMMAND…   starts both, runs COMMAND with AWS_… and MOTO_URL set, ends both
    servers.py up                starts both and leaves them; prints the variables to set
    servers.py down              ends those that `up` left
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request

from processes import Daemon, alive, free_port, kill, until
from radosgw import ACCESS_KEY, SECRET_KEY, Radosgw

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Where `up` notes what it left running.
STATE = ROOT / ".build-s3" / "up.json"
PREFIX = "colonnade-s3-"


class Moto:
    def __init__(self, folder, outlive=False):
        self.folder = pathlib.Path(folder) / "moto"
        self.outlive = outlive
        self.port = free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.daemons = []

    def start(self):
        self.folder.mkdir()
        # It takes no credentials from outside, and keeps large bodies in temporary files.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {"TMPDIR": str(self.folder), "MOTO_S3_DEFAULT_MAX_KEYS": "1000"}
        command = [sys.executable, ROOT / "Tests/S3/moto_server.py", str(self.port)]
        self.daemons.append(Daemon("moto", command, self.folder, self.outlive, environment))

    def wait(self):
        until(self.answers, "moto answers", self.daemons[0], seconds=60)

    def answers(self):
        try:
            urllib.request.urlopen(f"{self.endpoint}/moto-api/", timeout=2).close()
        except OSError:
            return False
        return True

    def stop(self):
        for daemon in self.daemons:
            daemon.stop()
        self.daemons = []


class Servers:
    """Both servers in one temporary folder. As a context they end, and the folder goes, whatever happens inside."""

    def __init__(self, outlive=False):
        remove_left_folders()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        if outlive:
            (self.folder / "up").touch()
        # memstore starts in 1.4 s and needs 1.7 times its objects in memory; bluestore 9 s, 0.2 GB and the disk.
        self.radosgw = Radosgw(self.folder, os.environ.get("COLONNADE_S3_STORE", "memstore"), outlive)
        self.moto = Moto(self.folder, outlive)

    def __enter__(self):
        try:
            self.moto.start()
            self.radosgw.start()
            self.moto.wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.radosgw.stop()
        self.moto.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def variables(self):
        """What a client needs: radosgw for whoever says nothing, and where moto is."""
        return {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": self.radosgw.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "MOTO_URL": self.moto.endpoint,
        }

    def pids(self):
        return [daemon.pid for daemon in (*self.radosgw.daemons, *self.moto.daemons)]


def remove_left_folders():
    """Folders of runs that were killed; their servers died with them."""
    for folder in pathlib.Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = folder.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not alive(int(owner)) and not (folder / "up").exists():
            shutil.rmtree(folder, ignore_errors=True)


def run(command):
    # SIGTERM unwinds as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Servers() as servers:
        child = subprocess.Popen(command, env={**os.environ, **servers.variables()})
        while True:
            try:
                return child.wait()
            except KeyboardInterrupt:
                # The child had it too, from the terminal: its end is waited for.
                continue
            except SystemExit:
                child.terminate()
                raise


def up():
    if STATE.exists():
        if any(alive(pid) for pid in json.loads(STATE.read_text())["pids"]):
            sys.exit(f"they are up already: {STATE}; end them with `servers.py down`")
        down()
    servers = Servers(outlive=True)
    servers.__enter__()
    STATE.parent.mkdir(exist_ok=True)
    state = {"pids": servers.pids(), "folder": str(servers.folder), "variables": servers.variables()}
    STATE.write_text(json.dumps(state, indent=2))
    for name, value in servers.variables().items():
        print(f"export {name}={shlex.quote(value)}")


def down():
    if not STATE.exists():
        sys.exit("nothing is up")
    state = json.loads(STATE.read_text())
    for pid in reversed(state["pids"]):
        kill(pid)
    shutil.rmtree(state["folder"], ignore_errors=True)
    STATE.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=("run", "up", "down"))
    parser.add_argument("command", nargs="*")
    arguments = parser.parse_args()
    if arguments.action == "run":
        if not arguments.command:
            parser.error("run needs a command")
        code = run(arguments.command)
        sys.exit(code if code >= 0 else 128 - code)
    {"up": up, "down": down}[arguments.action]()


if __name__ == "__main__":
    main()
