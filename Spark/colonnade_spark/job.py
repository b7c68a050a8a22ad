# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What all jobs share: the command on both ends, how large tasks are, and the last step, which alone writes the output."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import sys
from typing import IO, TYPE_CHECKING, Callable, Iterable, Iterator, List, Optional, Sequence, Tuple

import pyarrow as pa

from . import binary as binaries
from . import streams
from .child import Child, run, written
from .planning import TASK_BYTES, ranges
from .session import job_session, parallelism

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row, SparkSession

# Said to each process by the job, whatever the user said of his one.
OF_EACH_PROCESS = ("memory", "threads", "quiet", "progress", "temp", "stats")
# Blobs of so many bytes come to the driver by one job of Spark; more come by several, of about so many each, to hold few of them at a time.
TOGETHER_BYTES = 256 << 20
FETCHED_BYTES = 64 << 20


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a job divides its work. Nothing here changes a byte of the answer.

    `binary`: path of the command, or the name under which --files carried it; else it is looked for (`binary.find`).
    `task_memory`: what each run of the command in a task keeps to (its --memory), outside of the JVM's heap: an executor needs
    spark.executor.memoryOverhead of its cores times that and 300 MiB for Python. `task_bytes`: stored bytes that a task reads.
    `tasks`: so many tasks instead. `parts`: parts of the shuffle.
    """

    binary: Optional[str] = None
    task_memory: str = "512MiB"
    task_bytes: int = TASK_BYTES
    tasks: Optional[int] = None
    parts: Optional[int] = None


class Job:
    """One job: a session of its own of the user's application, and the command of the driver."""

    def __init__(self, spark: SparkSession, settings: Settings) -> None:
        self.session = job_session(spark)
        self.settings = settings
        self.binary = binaries.find(settings.binary)
        self.parallelism = parallelism(self.session)

    def task_words(self) -> List[str]:
        """What every run in a task is told: a processor, its memory, no talk."""
        cores = self.session.sparkContext.getConf().get("spark.task.cpus", "1") or "1"
        return ["--threads", cores, "--memory", self.settings.task_memory, "--quiet"]


CHUNK_FILES_ARE_SHARED = "; colonnade convert makes chunk files, which tasks share"


def alone(
    job: Job, words: Sequence[str], what: str, advice: str = CHUNK_FILES_ARE_SHARED, *, accepted: Sequence[int] = (0,)
) -> tuple[int, bytes]:
    """Runs the whole work on the driver, and says so: what tasks cannot divide, or what dividing costs more than it brings. Its exit code and what it printed."""
    say(f"note: {what} by one process, on the driver{advice}\n")
    ended = run([job.binary, *words], accepted=accepted)
    say(ended.said)
    return ended.status, ended.output


def say(text: str) -> None:
    """To standard error. Where nobody listens any more, work that went well has not failed for that."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def on_executor(wanted: str | None, words: Sequence[str]) -> List[str]:
    """A command line with the command of the machine on which this is called."""
    return [binaries.find(wanted), *words]


def kept(blobs: DataFrame) -> tuple[DataFrame, int]:
    """Has all tasks run, keeps what they made on the executors (in memory, else on disk), and tells its bytes.

    Blobs that are lost with an executor are made again. `unpersist` them.
    """
    from pyspark import StorageLevel
    from pyspark.sql import functions

    stored = blobs.persist(StorageLevel.MEMORY_AND_DISK)
    try:
        size = stored.agg(functions.sum("size")).collect()[0][0]
    except BaseException:
        stored.unpersist()
        raise
    return stored, int(size or 0)


def fetched(stored: DataFrame, size: int) -> Iterator[bytes]:
    """The blobs, of `size` bytes, at the driver, in order of the tasks. Some neighbouring partitions come by one job of Spark, by their mean size: a job for each
    would cost more than what it brings."""
    wanted = stored.select("blob")
    if size <= TOGETHER_BYTES:
        yield from (bytes(row[0]) for row in wanted.collect())
        return
    context, rdd = stored.sparkSession.sparkContext, wanted.rdd
    count = rdd.getNumPartitions()
    for first, end in ranges(count, -(-size // FETCHED_BYTES)):
        yield from context.runJob(rdd, blobs_of_rows, range(first, end))


def blobs_of_rows(rows: Iterable[Row]) -> Iterator[bytes]:
    return (bytes(row[0]) for row in rows)


def as_stream(first: pa.RecordBatch, texts: Iterator[bytes]) -> Callable[[IO[bytes]], None]:
    """What writes blobs as one Arrow stream. `first` gives the schema, with its metadata, also where there are no blobs.

    Raises `TypesDiffer` inside the writer for a blob of another schema, and whatever `texts` raises; then the stream has no mark of its end.
    """
    batches = (same_columns(batch, first.schema) for text in texts for batch in streams.batches_of(text))
    return written(itertools.chain([first], batches))


class TypesDiffer(RuntimeError):
    """Files of one table have columns of different types, which pieces cannot be joined over. `code` is stable."""

    code = "spark.types-differ"


def same_columns(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch, if it has the columns of the schema and its metadata, which tell the types of what states were made of: sums of int64 and of decimals look
    alike. Raises `TypesDiffer`."""
    if not batch.schema.equals(schema, check_metadata=True):
        told = "; ".join(f"{mine} against {first}" for mine, first in described(batch.schema, schema) if mine != first)
        raise TypesDiffer(
            f"{TypesDiffer.code}: the files of the table have columns of different types ({told or 'in number'}): "
            "colonnade merge, or convert with one --schema, makes them one"
        )
    return batch


def described(*schemas: pa.Schema) -> Iterator[Tuple[str, ...]]:
    """What stands for each column in all of the schemas, then for each metadatum."""
    yield from zip(*([str(field) for field in schema] for schema in schemas))
    known = [schema.metadata or {} for schema in schemas]
    for name in sorted(set().union(*known)):
        yield tuple(some.get(name, b"nothing").decode(errors="replace") for some in known)


def last_step(
    arguments: Sequence[str], write: Callable[[IO[bytes]], None], *, accepted: Sequence[int] = (0,), show: bool = True
) -> tuple[int, bytes]:
    """Runs the command that puts the parts together and publishes the output, if all goes well to the end; else nothing is there.

    Its exit code, and what it printed; what it said is said here. Raises `CommandFailed`.
    """
    with Child(arguments, fed=True) as child:
        child.feed(write)
        assert child.process.stdout is not None
        output = child.process.stdout.read()
        status = child.finish(accepted)
        said = child.said()
    if show:
        say(said)
    return status, output
