# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The chunk files that a table consists of, by the command's own rules of folders, patterns and manifests."""

from __future__ import annotations

import json
import re
from typing import Iterable, List, Optional, Sequence

from .child import CommandFailed, run
from .planning import TableFile


# How the command says so (`input.not-a-chunk-file`, `input.no-chunk-files`): it prints no codes, and tests hold it to these words.
NO_CHUNK_FILES = re.compile(r"error: .*: (this is not a chunk file|the folder holds no chunk files)\n")


# And so, of one or of an Arrow stream where a CSV is expected (`input.already-converted`, `input.arrow`).
CHUNK_FILES = re.compile(r"error: .*: this is (a chunk file already|an Arrow stream or file, where a CSV is expected)\n")


def are_chunk_files(error: CommandFailed) -> bool:
    """Whether a command that takes CSVs failed because one of them is a chunk file, or an Arrow stream."""
    return CHUNK_FILES.match(error.said) is not None


def chunk_files(binary: str, inputs: Sequence[str]) -> Optional[List[TableFile]]:
    """As `table_files`; None if the command says that one of them is no chunk file. Raises `CommandFailed` for all else: files that are absent or
    damaged, credentials that are missing."""
    try:
        return table_files(binary, inputs)
    except CommandFailed as error:
        if NO_CHUNK_FILES.match(error.said):
            return None
        raise


class InputChanged(RuntimeError):
    """A file was replaced while tasks were reading it: they may have read of two versions. `code` is stable."""

    code = "spark.input-changed"


def require_unchanged(binary: str, inputs: Sequence[str], before: Sequence[TableFile]) -> None:
    """Raises `InputChanged` if inputs are not the files that they were. Each task pins what it reads; this is for all of them together."""
    now = table_files(binary, inputs)
    if now == list(before):
        return
    changed = sorted({file.path for file in set(now) ^ set(before)})
    raise InputChanged(
        f"{InputChanged.code}: {', '.join(changed[:3])} changed while the job was reading: nothing was written; run it again, "
        "or read a folder with a manifest, whose parts are never replaced"
    )


def table_files(binary: str, inputs: Iterable[str]) -> List[TableFile]:
    """Files in the order in which the command reads them. Raises `CommandFailed`, for CSVs too.

    The command reads each file's footer: of 10,000 in S3 16 at a time, some 30 s.
    """
    found: List[TableFile] = []
    for one in inputs:
        for line in run(listing(binary, one)).output.splitlines():
            found.append(listed(line))
    return found


def listing(binary: str, path: str) -> List[str]:
    """The command line that lists the files of a path, a line of `listed` each."""
    return [binary, "inspect", "--files", "--format", "ndjson", "--", path]


def listed(line: bytes) -> TableFile:
    file = json.loads(line)
    return TableFile(file["file"], file["rows"], file["chunks"], file["bytes"], file["checksum"])
