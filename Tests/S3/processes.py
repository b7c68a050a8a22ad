# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Daemons that end with who started them, whatever ends that."""

import contextlib
import ctypes
import os
import pathlib
import signal
import socket
import subprocess
import time

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Daemon:
    """One process in a session of its own, so that Ctrl-C in the terminal leaves it to `stop`.

    It is killed when its parent dies, unless it shall `outlive` it.
    """

    def __init__(self, name, command, folder, outlive=False, environment=None):
        self.name = name
        self.log = pathlib.Path(folder) / f"{name}.out"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=environment,
                start_new_session=True,
                preexec_fn=None if outlive else die_with_parent,
            )
        self.pid = self.process.pid

    def ended(self):
        return self.process.poll() is not None

    def stop(self):
        if not self.ended():
            self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def kill(pid):
    """Ends a process that is not our child, and waits until it is gone."""
    for number, patience_s in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            if not alive(pid):
                return
            time.sleep(0.05)


def alive(pid):
    with contextlib.suppress(OSError):
        return ") Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text()
    return False


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def until(condition, what, daemon=None, seconds=30):
    """Waits for a condition; says what a daemon wrote last when it never holds."""
    end = time.monotonic() + seconds
    while not condition():
        ended = daemon is not None and daemon.ended()
        if ended or time.monotonic() > end:
            said = daemon.log.read_text(errors="replace")[-3000:] if daemon else ""
            raise RuntimeError(f"{what}: {'the process ended' if ended else f'not within {seconds} s'}\n{said}")
        time.sleep(0.05)
