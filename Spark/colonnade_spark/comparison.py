# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`compare`: tasks part the rows of both sides by their keys, others compare whole parts, the driver's command makes the one report.

    chunks of both sides ── cmp --part-rows ── shuffle by part ── cmp --partial ── cmp --from-partials
"""

from __future__ import annotations

import dataclasses
import itertools
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Sequence, Tuple

import pyarrow as pa

from . import streams
from .child import arrow_batches, written
from .job import OF_EACH_PROCESS, Job, Settings, alone, as_stream, fetched, kept, last_step, on_executor
from .options import CommandLine, accepted, bytes_of
from .places import absolute
from .placing import key_of_each_reducer
from .planning import TableFile, ranges, task_count
from .session import blobs_of_tasks
from .table_files import chunk_files
from .usage import WrongUsage

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SIDES = ("source", "compare")
# What a job says itself: which step of the three it is.
STEPS = ("part-rows", "partial", "from-partials", "parts", "chunks")
OUTPUTS = ("output", "rows")
# Rows that a task gathers before it deals them out to their parts.
DEALT_BYTES = 48 << 20
# Rows that come to a reducer are in memory once as they came, once in order, and are compared, for which the command reckons with numbers that all differ and
# keys that repeat. With parts of a tenth of its memory none goes to disk, to be parted again: that takes three times as long.
PART_SHARE = 10
# More make blobs of a few rows each.
MOST_PARTS_FOR_MEMORY = 1024
# Bytes of a text, where nothing is known of it.
TEXT_BYTES = 20


@dataclasses.dataclass(frozen=True)
class Comparison:
    """`status` is the command's exit code: 0 equal, 1 different. `summary` is what it printed."""

    status: int
    summary: bytes

    @property
    def equal(self) -> bool:
        return self.status == 0


def compare(
    spark: SparkSession, source: str, compared: str, *, settings: Settings = Settings(), **options: Any
) -> Comparison:
    """`colonnade cmp SOURCE COMPARE …` on the executors of `spark`: report, rows and exit code are the same, to the byte.

    Both sides are a chunk file, or a folder or pattern of them, here (where every machine has them) or in S3; CSVs are compared by the driver alone, which
    says so, as are tables of which each is no more than what a task reads (`Settings.task_bytes`). `options` are the command's own:
    `on="date,state", output="report.json", tolerance="rate=0.1%"`; keys must be given.
    Raises `CommandFailed` (`status` 2: data or environment; 64: usage), `WrongUsage`.
    """
    return run_compare(spark, CommandLine.called([source, compared], options), settings)


def run_compare(spark: SparkSession, line: CommandLine, settings: Settings = Settings()) -> Comparison:
    """The same for a command line that was taken apart."""
    if len(line.inputs) != 2:
        raise WrongUsage(f"{WrongUsage.code}: cmp compares two tables, not {len(line.inputs)}")
    job = Job(spark, settings)
    line = line.checked(accepted(job.binary, "cmp")).without_any(STEPS)
    found_by_tasks = line.for_tasks()
    for name in OUTPUTS:
        absolute(line.value(name) or "-")
    sides = [chunk_files(job.binary, [one]) for one in line.inputs]
    if None in sides:
        return Comparison(*alone(job, ["cmp", *line.words()], "tables that are not chunk files are compared", accepted=(0, 1)))
    files = [side or [] for side in sides]
    if is_work_of_one(job, files):
        return Comparison(*alone(job, ["cmp", *line.words()], "each table is no more than what a task reads: they are compared", "", accepted=(0, 1)))
    # Also outputs: whether rows are kept depends on them; they are written by the last step alone.
    rules = found_by_tasks.without(OF_EACH_PROCESS).words()
    tasks = [piece for name, side in zip(SIDES, files) for piece in pieces_of_side(job, name, side)]
    parts = settings.parts or part_count(job, [*files[0], *files[1]], travelling_bytes(job, rules))

    # What is found of no rows tells the columns of a partial comparison, and whether the request can be fulfilled, before a task is started.
    nothing = list(arrow_batches([job.binary, "cmp", "--partial", *rules], written(no_rows(job, rules, parts))))
    partials, size = kept(compared_parts(job, rules, parted_rows(job, rules, tasks, parts), parts))
    try:
        found = itertools.chain(streams.blobs(nothing), fetched(partials, size))
        words = [job.binary, "cmp", "--from-partials", "-", *line.words()]
        return Comparison(*last_step(words, as_stream(nothing[0], found), accepted=(0, 1)))
    finally:
        partials.unpersist()


def is_work_of_one(job: Job, sides: Sequence[Sequence[TableFile]]) -> bool:
    """Whether each side is no more than what a task reads. One process then compares it in less time than tasks take to start, without sending
    rows around. Not where the user says into how many tasks or parts it goes."""
    settings = job.settings
    return settings.tasks is None and settings.parts is None and all(
        sum(file.bytes for file in side) <= settings.task_bytes for side in sides
    )


def no_rows(job: Job, rules: Sequence[str], parts: int) -> Iterator[pa.RecordBatch]:
    return arrow_batches([job.binary, "cmp", "--part-rows", SIDES[0], "--chunks", "0:0", "--parts", str(parts), *rules])


# The side, and its chunks: half open, counted over all files of the side.
SidePiece = Tuple[str, int, int]


def pieces_of_side(job: Job, side: str, files: Sequence[TableFile]) -> List[SidePiece]:
    count = job.settings.tasks or task_count(files, job.parallelism, job.settings.task_bytes)
    return [(side, first, end) for first, end in ranges(sum(file.chunks for file in files), count)]


def travelling_bytes(job: Job, rules: Sequence[str]) -> int:
    """About so many bytes a row of this comparison has on its way. Raises `CommandFailed` for what is wrong with it."""
    (nothing,) = no_rows(job, rules, 1)
    return bytes_of_rows(nothing.schema)


def bytes_of_rows(schema: pa.Schema) -> int:
    """The same by the types of a row's columns."""
    return sum(TEXT_BYTES if pa.types.is_string(field.type) else field.type.bit_width // 8 + 1 for field in schema)


def part_count(job: Job, files: Iterable[TableFile], row_bytes: int) -> int:
    """Parts of the shuffle, each for a reducer: enough for all processors, and each small enough for a task's memory, beyond which it is parted
    again on disk."""
    task_bytes = bytes_of(job.settings.task_memory)
    listed = list(files)
    by_size = sum(file.bytes for file in listed) // (2 * job.settings.task_bytes)
    by_memory = min(MOST_PARTS_FOR_MEMORY, sum(file.rows for file in listed) * row_bytes // max(1, task_bytes // PART_SHARE))
    return max(2 * job.parallelism, by_size, by_memory)


def parted_rows(job: Job, rules: Sequence[str], tasks: Sequence[SidePiece], parts: int) -> DataFrame:
    """Blobs of rows, each of one part, under a number that leads to the part's own reducer."""
    wanted, each = job.settings.binary, job.task_words()
    keys = key_of_each_reducer(parts)

    def work(piece: SidePiece) -> Iterator[pa.RecordBatch]:
        side, first, end = piece
        words = ["cmp", "--part-rows", side, "--chunks", f"{first}:{end}", "--parts", str(parts), *each, *rules]
        for batches in gathered(arrow_batches(on_executor(wanted, words)), DEALT_BYTES):
            for part, rows in dealt(batches):
                for text in streams.blobs(rows):
                    yield streams.row(keys[part], text)

    return blobs_of_tasks(job.session, tasks, work)


def gathered(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[List[pa.RecordBatch]]:
    """Neighbouring batches with rows, in lists of about `size` bytes, so that each part gets more than a few rows of each."""
    found: List[pa.RecordBatch] = []
    gathered_bytes = 0
    for batch in batches:
        if batch.num_rows == 0:
            continue
        found.append(batch)
        gathered_bytes += batch.nbytes
        if gathered_bytes >= size:
            yield found
            found, gathered_bytes = [], 0
    if found:
        yield found


def dealt(batches: Iterable[pa.RecordBatch]) -> Iterator[Tuple[int, List[pa.RecordBatch]]]:
    """The batches of each part that has some: the command writes none of two parts."""
    of_part: Dict[int, List[pa.RecordBatch]] = {}
    for batch in batches:
        of_part.setdefault(batch.column(0)[0].as_py(), []).append(batch)
    yield from sorted(of_part.items())


def compared_parts(job: Job, rules: Sequence[str], rows: DataFrame, parts: int) -> DataFrame:
    """Blobs of partial comparisons. All rows of a part come to its reducer."""
    wanted, each = job.settings.binary, job.task_words()

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        texts = streams.texts(batches)
        first = next(texts, None)
        if first is None:
            return

        def rows_of_parts() -> Iterator[pa.RecordBatch]:
            yield from streams.batches_of(first)
            for text in texts:
                yield from streams.batches_of(text)

        words = ["cmp", "--partial", *each, *rules]
        for text in streams.blobs(arrow_batches(on_executor(wanted, words), written(rows_of_parts()))):
            yield streams.row(0, text)

    return rows.repartition(parts, "part").mapInArrow(work, streams.BLOB_COLUMNS)
