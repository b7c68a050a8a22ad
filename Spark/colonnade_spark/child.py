# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""One run of the command: started, fed, read to the end, its exit code checked, and gone whatever happens here."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import shlex
import signal
import subprocess
import tempfile
import threading
from typing import IO, Any, Callable, Iterable, Iterator, NamedTuple, Sequence

import pyarrow as pa

PR_SET_PDEATHSIG = 1
F_SETPIPE_SZ = 1031
PIPE_BYTES = 1 << 20
# Of what a failed command said, the end is told.
TOLD_BYTES = 4000
_libc = ctypes.CDLL(None, use_errno=True)


class CommandFailed(RuntimeError):
    """The command ended otherwise than it should. `status` is its exit code, negative for the signal that ended it."""

    code = "spark.command-failed"

    def __init__(self, arguments: Sequence[str], status: int, said: str) -> None:
        self.arguments, self.status, self.said = list(arguments), status, said
        ended = f"was ended by signal {-status}" if status < 0 else f"ended with {status}"
        told = said.strip() or "it said nothing"
        super().__init__(f"{self.code}: {shown(arguments)} {ended}: {told}")

    def __reduce__(self) -> tuple[Any, ...]:
        return (CommandFailed, (self.arguments, self.status, self.said))


class Ended(NamedTuple):
    status: int
    output: bytes
    said: str


def shown(arguments: Sequence[str]) -> str:
    """A command line as a person would write it, without the folder of the command."""
    return " ".join([os.path.basename(arguments[0]), *map(shlex.quote, arguments[1:])])


def _die_with_parent() -> None:
    # A Python worker whose task was killed gets SIGKILL itself: no `finally` runs then, and nobody else would end the command.
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Child:
    """A running command. As a context it is killed and reaped on leaving, if it has not ended.

    `fed`: standard input is a pipe, for `feed`; else it is empty. Whatever it says on standard error is kept in a
    nameless file, so that it can never block there.
    """

    def __init__(self, arguments: Sequence[str], *, fed: bool = False, output: int | None = subprocess.PIPE) -> None:
        self.arguments = list(arguments)
        self._said: IO[bytes] = tempfile.TemporaryFile()
        self._feeder: threading.Thread | None = None
        self._feeding_failed: BaseException | None = None
        try:
            self.process = subprocess.Popen(
                self.arguments,
                stdin=subprocess.PIPE if fed else subprocess.DEVNULL,
                stdout=output,
                stderr=self._said,
                preexec_fn=_die_with_parent,
            )
        except BaseException:
            self._said.close()
            raise
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    fcntl.fcntl(pipe.fileno(), F_SETPIPE_SZ, PIPE_BYTES)

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if self._feeder is not None:
            # Its pipe is broken now, if it was not at its end.
            self._feeder.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        self._said.close()

    def feed(self, write: Callable[[IO[bytes]], None]) -> None:
        """Lets `write` fill standard input in a thread of its own, which closes it, so that output can be read meanwhile."""
        pipe = self.process.stdin
        assert pipe is not None

        def run() -> None:
            try:
                write(pipe)
                pipe.close()
            except BrokenPipeError:
                # The command ended before it had read all: its exit code says why.
                pass
            except BaseException as error:
                self._feeding_failed = error
                # A pipe that is closed looks like the end of a good input: what is half-fed must not be believed.
                self.process.kill()

        self._feeder = threading.Thread(target=run, name="feed", daemon=True)
        self._feeder.start()

    def said(self) -> str:
        """The end of what it wrote on standard error so far."""
        size = os.fstat(self._said.fileno()).st_size
        told = os.pread(self._said.fileno(), TOLD_BYTES, max(0, size - TOLD_BYTES))
        return told.decode(errors="replace")

    def finish(self, accepted: Sequence[int] = (0,)) -> int:
        """Waits for the end. Raises `CommandFailed` for an exit code that is not accepted, and what feeding raised."""
        status = self.process.wait()
        if self._feeder is not None:
            self._feeder.join()
        if self._feeding_failed is not None:
            raise self._feeding_failed
        if status not in accepted:
            raise CommandFailed(self.arguments, status, self.said())
        return status


def run(arguments: Sequence[str], *, given: bytes | None = None, accepted: Sequence[int] = (0,)) -> Ended:
    """Runs a command whose output is small. Raises `CommandFailed`."""
    with Child(arguments, fed=given is not None) as child:
        if given is not None:
            text = given
            child.feed(lambda pipe: _write_all(pipe, text))
        assert child.process.stdout is not None
        output = child.process.stdout.read()
        status = child.finish(accepted)
        return Ended(status, output, child.said())


def _write_all(pipe: IO[bytes], text: bytes) -> None:
    pipe.write(text)


def arrow_batches(arguments: Sequence[str], write: Callable[[IO[bytes]], None] | None = None) -> Iterator[pa.RecordBatch]:
    """The batches of the Arrow stream that a command writes, the first of which may be empty and tells the schema.

    An Arrow stream may end without a mark, so that one cut between two messages looks whole: the end is believed when
    the command has ended well, and what was yielded before is worth nothing if this raises. `write` fills its standard
    input. Raises `CommandFailed`.
    """
    with Child(arguments, fed=write is not None) as child:
        if write is not None:
            child.feed(write)
        assert child.process.stdout is not None
        try:
            with pa.ipc.open_stream(child.process.stdout) as reader:
                yield pa.RecordBatch.from_pylist([], schema=reader.schema)
                for batch in reader:
                    yield batch
        except (pa.ArrowInvalid, OSError) as error:
            # Half a stream is most often half a command: that is the cause to tell.
            child.process.stdout.close()
            child.finish()
            raise CommandFailed(child.arguments, 0, f"its Arrow stream cannot be read: {error}") from error
        child.finish()


def written(batches: Iterable[pa.RecordBatch]) -> Callable[[IO[bytes]], None]:
    """What writes batches of one schema as one Arrow stream, for standard input. There must be one batch."""

    def write(pipe: IO[bytes]) -> None:
        writer = None
        for batch in batches:
            if writer is None:
                writer = pa.ipc.new_stream(pipe, batch.schema)
            if batch.num_rows > 0:
                writer.write_batch(batch)
        if writer is None:
            raise ValueError("a stream of no batches has no schema")
        writer.close()

    return write
