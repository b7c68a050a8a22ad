# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What a job needs of Spark: settings of its own that leave the user's alone, this package on every executor, tasks, and their end."""

from __future__ import annotations

import contextlib
import os
import pathlib
import tempfile
import time
import uuid
import zipfile
from typing import TYPE_CHECKING, Callable, Dict, Iterable, Iterator, Optional, Sequence, TypeVar

from .streams import BLOB_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark import SparkContext
    from pyspark.sql import DataFrame, SparkSession

# So many blobs at a time go from Spark to Python: 256 MiB of them at most, where its default of 10,000 would be 2.5 GiB.
ROWS_PER_BATCH = 1024
SETTINGS = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(ROWS_PER_BATCH),
    # A part of the work is a partition: none are to be joined.
    "spark.sql.adaptive.enabled": "false",
    # Timestamps go through as they are.
    "spark.sql.session.timeZone": "UTC",
}
GROUP = "spark.jobGroup.id"
# A task that is to end has 2 s, then Spark kills its Python; an executor that does not answer is given up.
ENDING_SECONDS = 30.0
Unit = TypeVar("Unit")
# application -> the folder of its zip, which Spark reads from as executors come; gone at the end of this process.
_shipped: Dict[str, Optional["tempfile.TemporaryDirectory[str]"]] = {}


def job_session(spark: SparkSession) -> SparkSession:
    """A session of the same application with the settings above; the package is on its executors from now on."""
    session = spark.newSession()
    for name, value in SETTINGS.items():
        session.conf.set(name, value)
    ship(session)
    return session


def ship(session: SparkSession) -> None:
    """Sends this package to the executors, once in an application: a zip, as --py-files would carry it."""
    context = session.sparkContext
    if context.applicationId in _shipped:
        return
    folder = pathlib.Path(__file__).parent
    kept = None
    if folder.is_dir():
        kept = tempfile.TemporaryDirectory(prefix="colonnade-spark-")
        target = os.path.join(kept.name, "colonnade_spark.zip")
        with zipfile.ZipFile(target, "w") as archive:
            for path in sorted(folder.glob("*.py")):
                archive.write(path, f"{folder.name}/{path.name}")
        context.addPyFile(target)
    # Else it came in a zip by --py-files: then it is there already.
    _shipped[context.applicationId] = kept


def blobs_of_tasks(
    session: SparkSession, units: Sequence[Unit], work: Callable[[Unit], Iterable[pa.RecordBatch]]
) -> DataFrame:
    """A table of blobs with one task for each unit; `work` makes its rows.

    Units travel inside the function. A task of Spark is a number of a range: the same number is the same unit whenever it is tried again.
    """
    listed = list(units)

    def task(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield from work(listed[number])

    # Not one partition for no units: the range is empty then.
    numbers = session.range(0, len(listed), 1, max(1, len(listed)))
    return numbers.mapInArrow(task, BLOB_COLUMNS)


def parallelism(session: SparkSession) -> int:
    """Tasks that run at the same time, as far as Spark knows it now."""
    return max(1, session.sparkContext.defaultParallelism)


@contextlib.contextmanager
def with_tasks_ended(session: SparkSession) -> Iterator[None]:
    """When left by an exception, the tasks that were started inside are cancelled, and have ended, as far as Spark knows within `ENDING_SECONDS`.

    Spark tells that a job failed as soon as one task has for the last time: its neighbours go on for a while.
    """
    context = session.sparkContext
    # The user's own group stays, by which he may cancel what he started.
    given = context.getLocalProperty(GROUP)
    tag, group = f"colonnade-{uuid.uuid4().hex}", given or f"colonnade-{uuid.uuid4().hex}"
    before = set(context.statusTracker().getJobIdsForGroup(group))
    context.setLocalProperty(GROUP, group)
    context.addJobTag(tag)
    try:
        yield
    except BaseException:
        context.cancelJobsWithTag(tag)
        wait_for_end(context, group, before)
        raise
    finally:
        context.removeJobTag(tag)
        context.setLocalProperty(GROUP, given)  # type: ignore[arg-type]


def wait_for_end(context: SparkContext, group: str, but: Iterable[int]) -> None:
    """Waits until no task of the group's jobs runs, `but` of these; not longer than `ENDING_SECONDS`."""
    tracker = context.statusTracker()
    end, quiet = time.monotonic() + ENDING_SECONDS, 0
    # Looked at twice: what Spark tells of tasks comes a moment after they are.
    while quiet < 2 and time.monotonic() < end:
        time.sleep(0.1)
        jobs = [tracker.getJobInfo(job) for job in set(tracker.getJobIdsForGroup(group)) - set(but)]
        stages = [tracker.getStageInfo(stage) for job in jobs if job is not None for stage in job.stageIds]
        quiet = 0 if any(stage is not None and stage.numActiveTasks > 0 for stage in stages) else quiet + 1
