# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a table that tasks write: their names, whether all of them came here, and which of them stay when a job fails."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import re
import uuid
from typing import Iterator, List, Optional, Sequence, Set

from . import places
from .child import CommandFailed, run
from .job import Job, say
from .planning import TableFile
from .session import with_tasks_ended
from .table_files import table_files

MANIFEST = "_manifest.cln"
# How the command says so; tests hold it to these words.
NOT_THERE = re.compile(r"error: .*: (it does not exist|no file matches the pattern)\n")
TOLD = 3


class PartsMissing(RuntimeError):
    """Parts that tasks wrote are not where the driver looks for them. `code` is stable."""

    code = "spark.parts-missing"


@dataclasses.dataclass
class Parts:
    """Names of parts in a folder: in the order of their bytes, which is that of the rows, and known before a task starts, so that one that is tried
    again replaces its own. `mark` makes them this job's own: a part that a manifest lists is never replaced.

    `is_publishing`: whether the last step began, which may have published them however it ended.
    """

    folder: str
    mark: str
    count: int
    is_publishing: bool = False

    def paths(self) -> List[str]:
        return [places.inside(self.folder, f"part-{self.mark}-{number:06}.cln") for number in range(self.count)]

    def words(self) -> List[str]:
        """What stands for all of them on a command line: a pattern, unless the folder's own name looks like one."""
        if any(sign in self.folder for sign in "*?["):
            return self.paths()
        return [places.inside(self.folder, f"part-{self.mark}-*.cln")]


def require_written(job: Job, inputs: Sequence[str], written: Sequence[TableFile]) -> None:
    """Raises `PartsMissing` if the driver does not see of `inputs` the very files that tasks have `written`, by their checksums: where a path that is not in S3
    leads to a disk of each machine, every one has only its own. Reads all footers: of 10,000 in S3 some 30 s."""
    try:
        seen = {file.path: file for file in table_files(job.binary, inputs)}
    except CommandFailed as error:
        if not NOT_THERE.match(error.said):
            raise
        seen = {}
    missing = [file.path for file in written if seen.pop(file.path, None) != file]
    if missing or seen:
        told = ", ".join((missing or sorted(seen))[:TOLD])
        raise PartsMissing(
            f"{PartsMissing.code}: of {len(written)} files that tasks wrote, the driver does not see {len(missing)} as they were written ({told}): "
            "an output that is not in S3 must be a folder that all machines share"
        )


def new_mark() -> str:
    return uuid.uuid4().hex[:12]


@contextlib.contextmanager
def parts_of(job: Job, folder: str, mark: str, count: int, *, stay: bool) -> Iterator[Parts]:
    """Parts in a folder, which is made where it is not there. At the end they are removed, and the folder if it was made here, unless all went well and they
    are to `stay`, or the folder's manifest has them already, however the job ended. Before that all tasks have ended, that none writes a part later.
    """
    parts = Parts(folder, mark, count)
    is_new = places.make_folder(folder)
    try:
        with with_tasks_ended(job.session):
            yield parts
    except BaseException as error:
        if stay and parts.is_publishing and not is_unpublished(job, parts, error):
            note(parts, "the job failed when it had begun to publish, and the table may have them")
            raise
        remove(job, parts, is_new)
        raise
    if not stay:
        remove(job, parts, is_new)


def is_unpublished(job: Job, parts: Parts, error: BaseException) -> bool:
    """Whether it is certain that no manifest has the parts after the last step ended with `error`."""
    listed = in_manifest(job, parts.folder)
    if listed is None or listed & {os.path.basename(path) for path in parts.paths()}:
        return False
    # A request that was sent when the command was ended may be carried out yet.
    return not places.is_remote(parts.folder) or (isinstance(error, CommandFailed) and error.status > 0)


def in_manifest(job: Job, folder: str) -> Optional[Set[str]]:
    """Names that the folder's manifest lists; empty where there is none, None where it cannot be read."""
    words = ["export", "--format", "ndjson", "--columns", "part", "--quiet", "--", places.inside(folder, MANIFEST)]
    try:
        return {json.loads(line)["part"] for line in run([job.binary, *words]).output.splitlines()}
    except CommandFailed as error:
        return set() if NOT_THERE.match(error.said) else None


def remove(job: Job, parts: Parts, with_folder: bool) -> None:
    """Removes them, and what commands that were killed had begun. Where that is not allowed it says which stay, and does not fail what else went well, or
    hide why it did not."""
    try:
        places.remove(job.binary, parts.paths() + places.beginning(parts.folder, f".part-{parts.mark}-"))
    except (CommandFailed, OSError) as error:
        note(parts, f"they may be removed: {error}")
    if with_folder:
        places.remove_folder(parts.folder)


def note(parts: Parts, why: str) -> None:
    say(f"note: {parts.count} parts stay, {places.inside(parts.folder, f'part-{parts.mark}-*.cln')}: {why}\n")
