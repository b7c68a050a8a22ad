# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""How tests call the command, in this folder and in Tests/S3."""

import contextlib
import os
import pathlib
import re
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Command:
    """Runs `colonnade`. Whatever it is given, it must end by itself, never by a signal or a trap."""

    def __init__(self, path, variables=None):
        self.path = str(pathlib.Path(path).resolve())
        # Of the environment; None takes one away.
        self.variables = variables or {}

    @classmethod
    def found(cls):
        """The release binary, or the one that COLONNADE names."""
        path = pathlib.Path(os.environ.get("COLONNADE", ROOT / ".build/release/colonnade"))
        assert path.exists(), f"{path} is not there: make build, or set COLONNADE"
        return cls(path)

    def with_variables(self, **variables):
        """The same command, told more by its environment."""
        return type(self)(self.path, {**self.variables, **variables})

    def environment(self):
        known = {**environment(), **self.variables}
        return {name: str(value) for name, value in known.items() if value is not None}

    def __call__(self, *arguments, expect=0, **options):
        if "input" not in options:
            options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        # Against a run that hangs: a machine that does six things at once takes ten times as long as one that does this alone.
        options.setdefault("timeout", 300)
        run = subprocess.run(
            [self.path, *map(str, arguments)], stderr=subprocess.PIPE, env=self.environment(), **options
        )
        errors = run.stderr.decode()
        said = f"colonnade {' '.join(map(str, arguments))[:500]}\nended with {run.returncode}: {errors[-2000:]}"
        assert run.returncode >= 0, said
        assert run.returncode == expect, said
        assert "Fatal error" not in errors, said
        if expect == 2:
            # What verify finds is its data, and goes to standard output.
            assert errors.strip() or "verify" in arguments, said
            # Of rows that cannot be read the first ten are told, a line for each after the first; so are ten losses, and
            # the places where no credentials were.
            lists = ("  also ", "  and perhaps more", "  lost: ", "  looked at ")
            listed = [line for line in errors.strip().splitlines() if line.startswith(lists)]
            # Where credentials are looked for, nine places may have to be told.
            most = 9 if "no credentials for S3" in errors else 3
            assert len(errors.strip().splitlines()) - len(listed) <= most and len(listed) <= 11, said
        run.errors = errors
        # Arrow and chunk files are no text.
        with contextlib.suppress(UnicodeDecodeError):
            run.text = run.stdout.decode() if run.stdout is not None else ""
        return run

    def start(self, *arguments, **options):
        """Starts it without waiting; signals as in a terminal, even where the tests run in the background."""
        return subprocess.Popen([self.path, *map(str, arguments)], env=self.environment(), restore_signals=True, **options)

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
