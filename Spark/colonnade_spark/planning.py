# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""How a table of chunk files is divided into tasks. Pure arithmetic: nothing is read or started here.

A task costs Spark some 50 ms and the command a few more to start, so it should have seconds of work; and all processors
should have some. The order of all chunks of the table is kept: a task has neighbours, and knows its place among all.
"""

from __future__ import annotations

import dataclasses
from typing import Iterable, List, Optional, Sequence, Tuple

# Read, decoded and grouped in some seconds, from S3 too.
TASK_BYTES = 256 << 20
# A million rows: below, starting the task costs more than its work.
LEAST_CHUNKS = 8


@dataclasses.dataclass(frozen=True)
class TableFile:
    """A chunk file, as `inspect --files` tells it. The checksum stands for all of its bytes."""

    path: str
    rows: int
    chunks: int
    bytes: int
    checksum: str = ""


@dataclasses.dataclass(frozen=True)
class Piece:
    """One run of the command: whole files, or some chunks of one or of all.

    `chunks`: half open, counted from 0 over `paths`; None for whole files. `first_chunk`: place of its first chunk among all chunks of the
    table.
    """

    paths: Tuple[str, ...]
    chunks: Optional[Tuple[int, int]]
    first_chunk: int

    def words(self) -> List[str]:
        """What says this piece on a command line: --chunks, then inputs."""
        chosen = [] if self.chunks is None else ["--chunks", f"{self.chunks[0]}:{self.chunks[1]}"]
        dashed = any(path.startswith("-") for path in self.paths)
        return [*chosen, *(["--"] if dashed else []), *self.paths]


def task_count(files: Iterable[TableFile], parallelism: int, task_bytes: int = TASK_BYTES) -> int:
    """As many tasks as there are `task_bytes` in the files, and more where processors would be idle, but none of less than a million rows."""
    listed = list(files)
    chunks = sum(file.chunks for file in listed)
    by_size = -(-sum(file.bytes for file in listed) // max(1, task_bytes))
    by_processors = min(parallelism, -(-chunks // LEAST_CHUNKS))
    return min(chunks, max(by_size, by_processors))


def tasks_of_pieces(files: Sequence[TableFile], count: int) -> List[List[Piece]]:
    """All chunks of the files, in order, divided into `count` tasks of nearly equal stored bytes, none of them empty.

    Costs O(files + tasks), however many chunks they have. There are at most as many tasks as chunks.
    """
    files = [file for file in files if file.chunks > 0]
    total = sum(file.bytes for file in files)
    count = min(count, sum(file.chunks for file in files))
    tasks: List[List[Piece]] = [[] for _ in range(count)]
    task = first_chunk = bytes_before = 0
    for file in files:
        chunk = 0
        while chunk < file.chunks:
            # Where this task ends, in chunks of this file, were bytes spread evenly over them.
            border = total * (task + 1) / count - bytes_before
            last = task == count - 1
            end = file.chunks if last else min(file.chunks, round(border * file.chunks / file.bytes))
            if end > chunk:
                add(tasks[task], Piece((file.path,), None if (chunk, end) == (0, file.chunks) else (chunk, end), first_chunk))
                first_chunk += end - chunk
                chunk = end
            if chunk < file.chunks or border <= file.bytes:
                task = min(task + 1, count - 1)
        bytes_before += file.bytes
    return [pieces for pieces in tasks if pieces]


def add(pieces: List[Piece], piece: Piece) -> None:
    """Whole files that follow each other are read by one run."""
    if pieces and pieces[-1].chunks is None and piece.chunks is None:
        before = pieces.pop()
        piece = Piece(before.paths + piece.paths, None, before.first_chunk)
    pieces.append(piece)


def tasks_of_all(files: Sequence[TableFile], count: int) -> List[List[Piece]]:
    """The same where each run is given all files, and so knows what types their columns have together; a piece a task."""
    paths = tuple(file.path for file in files)
    return [[Piece(paths, chosen, chosen[0])] for chosen in ranges(sum(file.chunks for file in files), count)]


def ranges(count: int, parts: int) -> List[Tuple[int, int]]:
    """0..<count in at most `parts` neighbouring ranges of nearly equal length, none empty."""
    parts = min(parts, count)
    return [(count * part // parts, count * (part + 1) // parts) for part in range(parts)]
