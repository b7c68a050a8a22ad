# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`aggregate`: each task makes exact states of its chunks, the driver's command merges them and writes the one output.

    chunks, or pieces of CSVs
      └── agg --partial ──────┬─────────────── few groups ──────────────┬── merge-partials -o OUT
                              └─ by keys ── merge-partials --partial ───┘
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Callable, Iterable, Iterator, List, Optional, Sequence, Union

import pyarrow as pa

from . import streams
from .child import CommandFailed, arrow_batches, written
from .csv_pieces import cut_csvs, is_plain_name, starts_of_csvs
from .job import OF_EACH_PROCESS, Job, Settings, alone, as_stream, fetched, kept, last_step, on_executor, same_columns
from .options import CommandLine, accepted
from .places import absolute
from .planning import task_count, tasks_of_all, tasks_of_pieces
from .session import blobs_of_tasks, parallelism
from .spark_types import ddl
from .table_files import are_chunk_files, chunk_files, require_unchanged

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# States of more bytes than this, compressed, are merged by key on the executors before they come to the driver.
DRIVER_BYTES = 64 << 20
# States for each reducer, compressed, where they are many.
REDUCER_BYTES = 64 << 20
# A table of more files is read file by file: then a column must have one type in all of them.
FILES_OPENED_BY_EACH = 64
# --first-place takes numbers below this.
PLACES = 1 << 30
# What a job says itself, and what only one process could tell.
OF_ONE_PROCESS = ("partial", "first-place", "chunks", "piece", "explain", "stats")


def aggregate(
    spark: SparkSession,
    inputs: Union[str, Iterable[str]],
    output: str = "-",
    *,
    settings: Settings = Settings(),
    **options: Any,
) -> bytes:
    """`colonnade agg INPUTS… -o OUTPUT` on the executors of `spark`: the output has the same bytes.

    Inputs are chunk files, folders and patterns of them, or CSVs by their names, here (where every machine has them) or in S3. `options` are the command's
    own, as Python writes them: `by="date,state", agg="sum(cases)", order_by="date, state desc"`.
    Returns what was printed: the table for output "-", else nothing.
    Raises `CommandFailed` (`status` 2: data or environment; 64: usage), `WrongUsage`, `TypesDiffer`.
    """
    words = CommandLine.called([inputs] if isinstance(inputs, str) else inputs, {"output": output, **options})
    return run_aggregate(spark, words, settings)


def run_aggregate(spark: SparkSession, line: CommandLine, settings: Settings = Settings()) -> bytes:
    """The same for a command line that was taken apart."""
    job = Job(spark, settings)
    line = line.checked(accepted(job.binary, "agg")).without_any(OF_ONE_PROCESS)
    merging = accepted(job.binary, "merge-partials")
    # What merging takes is about the output; the rest is the query.
    query = line.without(OF_EACH_PROCESS).without(merging).option_words()
    found = line.for_tasks()
    absolute(line.value("output") or "-")
    work = work_on_chunk_files(job, found, query) or work_on_csvs(job, found, query)
    if work is None:
        return alone(job, ["agg", *line.words()], "inputs that are neither chunk files nor CSVs by their names are aggregated")[1]

    schema = work.schema
    states, size = kept(partial_states(job, query, work.tasks))
    merged = None
    try:
        if size > DRIVER_BYTES and key_count(schema.schema) > 0:
            merged, size = kept(merged_by_key(job, states, schema, size))
        words = [job.binary, "merge-partials", *line.only(merging).option_words(), "-"]
        return last_step(words, as_stream(schema, of_one_version(fetched(merged or states, size), work)))[1]
    finally:
        for frame in (merged, states):
            if frame is not None:
                frame.unpersist()


# What says to one run of the command what to read: where it stands in the order of all rows, options, inputs.
Run = List[str]


@dataclasses.dataclass(frozen=True)
class Work:
    """What tasks are to make states of.

    `schema`: an empty batch with the schema, and its metadata, of all states. `tasks`: the runs of each. `require_unchanged` raises if what they read was
    not all of one version.
    """

    schema: pa.RecordBatch
    tasks: Sequence[Sequence[Run]]
    require_unchanged: Callable[[], None]


def of_one_version(blobs: Iterator[bytes], work: Work) -> Iterator[bytes]:
    """The same. Raises at the end `InputChanged` if inputs were replaced: blobs that were lost with an executor are made again when they are wanted."""
    yield from blobs
    work.require_unchanged()


def work_on_chunk_files(job: Job, line: CommandLine, query: Sequence[str]) -> Optional[Work]:
    """None if inputs are other than chunk files. Raises `CommandFailed` for what cannot be read."""
    files = chunk_files(job.binary, line.inputs)
    if files is None:
        return None
    listed = files
    count = job.settings.tasks or task_count(files, job.parallelism, job.settings.task_bytes)
    # Each run opens all files, unless they are so many that opening would be the work.
    are_few = len(files) <= FILES_OPENED_BY_EACH
    schema = schema_of_states(job.binary, query, [file.path for file in (files if are_few else files[:1])])
    pieces = (tasks_of_all if are_few else tasks_of_pieces)(files, count)
    tasks = [[["--first-place", str(piece.first_chunk), *piece.words()] for piece in task] for task in pieces]
    return Work(schema, tasks, lambda: require_unchanged(job.binary, line.inputs, listed))


def work_on_csvs(job: Job, line: CommandLine, query: Sequence[str]) -> Optional[Work]:
    """None if inputs are other than CSVs by their names, or rows may be left out, of which one process tells. The command finds by itself if a CSV has
    changed since it was cut. Raises `CommandFailed` for what cannot be read."""
    if line.value("on-error") == "skip" or not all(map(is_plain_name, line.inputs)):
        return None
    try:
        starts = starts_of_csvs(job, line)
    except CommandFailed as error:
        if are_chunk_files(error):
            # Among CSVs, or an Arrow stream.
            return None
        raise
    cut = cut_csvs(job, line, starts)
    known = ["--types", cut.types]
    schema = schema_of_states(job.binary, [*query, *known], [line.inputs[0]])
    # More chunks than any piece has, for each.
    stride = PLACES // max(1, len(cut.pieces))
    runs = [
        ["--first-place", str(number * stride), "--piece", piece.piece, *known, "--", piece.file] for number, piece in enumerate(cut.pieces)
    ]
    return Work(schema, [[run] for run in runs], lambda: None)


def schema_of_states(binary: str, query: Sequence[str], paths: Sequence[str]) -> pa.RecordBatch:
    """An empty batch with the schema, and its metadata, of the states of a query over files. Reads the footers alone; of a CSV, its start.

    It also finds what is wrong with a query before a task is started.
    """
    return next(arrow_batches([binary, "agg", "--partial", "--chunks", "0:0", *query, "--quiet", "--", *paths]))


def partial_states(job: Job, query: Sequence[str], tasks: Sequence[Sequence[Run]]) -> DataFrame:
    """Blobs of states; a task makes its runs one after the other."""
    wanted, each = job.settings.binary, job.task_words()

    def work(runs: Sequence[Run]) -> Iterator[pa.RecordBatch]:
        for run in runs:
            for text in streams.blobs(arrow_batches(on_executor(wanted, ["agg", "--partial", *query, *each, *run]))):
                yield streams.row(0, text)

    return blobs_of_tasks(job.session, tasks, work)


def key_count(schema: pa.Schema) -> int:
    """How many of the first columns are keys: Formats/PartialAggregate."""
    return int((schema.metadata or {})[b"colonnade.partial.keys"])


def merged_by_key(job: Job, states: DataFrame, first: pa.RecordBatch, size: int) -> DataFrame:
    """Blobs of states in which each key comes once, merged where Spark's shuffle brings all states of a key together, which are `size` bytes before.

    Spark takes the states' columns apart and forgets the stream's metadata, so the reducers are given the schema. Should two spellings of a key
    (0.0 and -0.0) come to two reducers, the driver merges them.
    """
    schema, wanted, each = first.schema, job.settings.binary, job.task_words()
    message = bytes(schema.serialize())
    columns = [f"c{place}" for place in range(len(schema))]
    bare = pa.schema([pa.field(name, field.type) for name, field in zip(columns, schema)])

    def opened(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        original = pa.ipc.read_schema(pa.py_buffer(message))
        for text in streams.texts(batches):
            for batch in streams.batches_of(text):
                yield pa.RecordBatch.from_arrays(same_columns(batch, original).columns, schema=bare)

    def merge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        original = pa.ipc.read_schema(pa.py_buffer(message))

        def states() -> Iterator[pa.RecordBatch]:
            yield pa.RecordBatch.from_pylist([], schema=original)
            for batch in batches:
                yield as_before(batch, original)

        words = ["merge-partials", "--partial", *each, "-"]
        for text in streams.blobs(arrow_batches(on_executor(wanted, words), written(states()))):
            yield streams.row(0, text)

    # Asked now: where executors come as they are needed, there are few before the first task has run.
    parts = job.settings.parts or max(2 * parallelism(job.session), -(-size // REDUCER_BYTES))
    return (
        states.select("blob")
        .mapInArrow(opened, ddl(bare))
        .repartition(parts, *columns[: key_count(schema)])
        .mapInArrow(merge, streams.BLOB_COLUMNS)
    )


def as_before(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """A batch as it was before Spark: names, metadata, and the types that Spark writes in its own way (the zone of timestamps)."""
    return pa.RecordBatch.from_arrays([column.cast(field.type) for column, field in zip(batch.columns, schema)], schema=schema)
