# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""CSVs cut where records end, and the types of all their columns, found by tasks: the steps of `colonnade csv`.

What scans, pieces and types say is known to the command alone; here they are lines that go from one step to the next.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import json
from typing import Any, Callable, Dict, List, Mapping, Sequence, Tuple

from . import streams
from .child import run
from .job import Job, on_executor, say
from .options import CommandLine, accepted
from .session import blobs_of_tasks
from .usage import WrongUsage

# A range is read three times by tasks: scanned, looked at for types, converted.
LEAST_RANGE_BYTES = 16 << 20
# Files are looked at by so many commands at once, on the driver.
LOOKED_AT_ONCE = 16
# After the second look at values all is known; a third round would be the command's mistake.
MOST_ROUNDS = 4


@dataclasses.dataclass(frozen=True)
class CSVPiece:
    """Some records of a file, or all: what --piece takes."""

    file: str
    piece: str


@dataclasses.dataclass(frozen=True)
class CutCSVs:
    """Pieces of all files in order, and what --types takes."""

    pieces: Sequence[CSVPiece]
    types: str


def is_plain_name(path: str) -> bool:
    """False for what may stand for several files, or for none."""
    return path != "-" and not path.endswith("/") and not any(sign in path for sign in "*?[")


def starts_of_csvs(job: Job, line: CommandLine) -> List[bytes]:
    """What a scan of no byte says of each input: its size, and whether ranges can be read of it. Raises `CommandFailed` for what is no CSV,
    `WrongUsage` for what may stand for several.

    Of 1,000 files in S3 at 0.1 s each, 16 at a time, some 6 s.
    """
    for path in line.inputs:
        if not is_plain_name(path):
            raise WrongUsage(f"{WrongUsage.code}: {path}: tasks want each CSV by its name, not a folder, a pattern or standard input")
    words = line.only(accepted(job.binary, "csv", "scan")).option_words()

    def start(path: str) -> bytes:
        return run([job.binary, "csv", "scan", *words, "--bytes", "0:0", "--", path]).output

    with concurrent.futures.ThreadPoolExecutor(LOOKED_AT_ONCE) as pool:
        return list(pool.map(start, line.inputs))


def cut_csvs(job: Job, line: CommandLine, starts: Sequence[bytes]) -> CutCSVs:
    """Finds pieces and types of the inputs of `line`, of which `starts` were found, under its options about CSVs; tells what was odd about them, unless
    it is to be quiet. Raises `CommandFailed`.
    """
    scanning = line.only(accepted(job.binary, "csv", "scan")).option_words()
    cutting = line.only(accepted(job.binary, "csv", "cut")).option_words()
    lines = scans(job, dict(zip(line.inputs, starts)), scanning)
    told = run([job.binary, "csv", "cut", *cutting, "-"], given=joined(lines)).output
    of_file: Dict[str, List[CSVPiece]] = {path: [] for path in line.inputs}
    for one in map(json.loads, told.splitlines()):
        of_file[one["file"]].append(CSVPiece(one["file"], one["piece"]))
    # In the order of the inputs, of which one may stand there twice.
    pieces = [piece for path in line.inputs for piece in of_file[path]]
    found = types_of(job, line, pieces)
    if not line.has("quiet"):
        for warning in found["warnings"]:
            say(f"warning: {warning}\n")
    return CutCSVs(pieces, str(found["types"]))


def scans(job: Job, starts: Mapping[str, bytes], words: Sequence[str]) -> List[bytes]:
    """A line for each range of each file, in any order; one alone for a file that can only be read as a whole."""
    ranges: List[Tuple[str, int, int]] = []
    found: List[bytes] = []
    total = sum(json.loads(start)["size"] or 0 for start in starts.values())
    # As many ranges as processors, unless they get so small that starting tasks is the work.
    size = max(LEAST_RANGE_BYTES, min(job.settings.task_bytes, -(-total // (job.settings.tasks or job.parallelism))))
    for path, start in starts.items():
        known = json.loads(start)
        if known["whole"] is not None or known["size"] == 0:
            found.append(start.strip())
        else:
            ranges += [(path, first, min(first + size, known["size"])) for first in range(0, known["size"], size)]
    wanted = job.settings.binary

    def scan(one: Tuple[str, int, int]) -> bytes:
        path, first, end = one
        return run(on_executor(wanted, ["csv", "scan", *words, "--bytes", f"{first}:{end}", "--", path])).output

    return found + lines_of_tasks(job, ranges, scan)


def types_of(job: Job, line: CommandLine, pieces: Sequence[CSVPiece]) -> Dict[str, Any]:
    """What `csv types --join` says of all pieces. Looks at them once, and once more where numbers or dates are written in two ways."""
    known = accepted(job.binary, "csv", "types")
    words = line.only(known).without(("threads", "quiet", "progress", "memory")).option_words()
    wanted, joining = job.settings.binary, [*words, "--join", "-"]
    before: List[str] = []
    for _ in range(MOST_ROUNDS):
        given = list(before)

        def look(one: CSVPiece) -> bytes:
            each = ["csv", "types", *words, *given, "--quiet", "--threads", "1", "--piece", one.piece, "--", one.file]
            return run(on_executor(wanted, each)).output

        told = run([job.binary, "csv", "types", *joining], given=joined(lines_of_tasks(job, pieces, look))).output
        found: Dict[str, Any] = json.loads(told)
        if found["settled"]:
            return found
        before = ["--types", found["types"]]
    raise RuntimeError(f"spark.types: the types of {line.inputs[0]} are not settled after {MOST_ROUNDS} looks at all values")


def lines_of_tasks(job: Job, units: Sequence[Any], work: Callable[[Any], bytes]) -> List[bytes]:
    """What each task printed, some lines of about 1 KB, in order of the units."""
    if not units:
        return []
    told = blobs_of_tasks(job.session, units, lambda unit: [streams.row(0, work(unit).strip())])
    return [bytes(row[0]) for row in told.select("blob").collect()]


def joined(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
