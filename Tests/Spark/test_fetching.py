# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Do blobs come to the driver in the order of their tasks, many of them by few jobs of Spark?"""

import pytest
from colonnade_spark import job, session, streams


@pytest.fixture
def stored(spark):
    """Two blobs of each of twelve tasks, and their bytes."""

    def work(unit):
        yield streams.row(0, b"first of %d" % unit)
        yield streams.row(0, b"second of %d" % unit)

    found = job.kept(session.blobs_of_tasks(session.job_session(spark), range(12), work))
    yield found
    found[0].unpersist()


@pytest.mark.parametrize("together, jobs", [(True, 0), (False, 4)])
def test_in_order(spark, stored, monkeypatch, together, jobs):
    blobs, size = stored
    expected = [b"%s of %d" % (which, unit) for unit in range(12) for which in (b"first", b"second")]
    assert size == sum(map(len, expected))
    monkeypatch.setattr(job, "TOGETHER_BYTES", size if together else size - 1)
    monkeypatch.setattr(job, "FETCHED_BYTES", -(-size // 4))
    ran = []
    real = spark.sparkContext.runJob
    monkeypatch.setattr(type(spark.sparkContext), "runJob", lambda self, *words: ran.append(1) or real(*words))
    assert list(job.fetched(blobs, size)) == expected and len(ran) == jobs
