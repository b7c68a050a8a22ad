# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`spark.read.format("colonnade")`: chunk files as a table of Spark 4, to read only.

    register(spark)
    cities = spark.read.format("colonnade").schema("date date, state string, cases bigint").load("s3://bucket/tables/cities/")

A schema that is given is a projection: other columns are not read. With Spark 4.1 and spark.sql.python.filterPushdown.enabled, conditions that the
command can decide, on what the files say about their chunks or row by row, are decided there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .session import ship
from .usage import WrongUsage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PUSHING = "spark.sql.python.filterPushdown.enabled"


def register(spark: SparkSession) -> None:
    """Makes `spark.read.format("colonnade")` known to a session. Raises `WrongUsage` before Spark 4.

    Filters are pushed if the session's setting for that is on now: set it before, or register again.
    """
    try:
        from .data_source import ColonnadeSource, PushingColonnadeSource
    except ImportError as error:
        raise WrongUsage(
            f"{WrongUsage.code}: data sources in Python begin with Spark 4; with {spark.version}, aggregate and compare work, "
            "and colonnade export --format arrow gives any other program the rows"
        ) from error
    ship(spark)
    pushes = str(spark.conf.get(PUSHING, "false")).lower() == "true"
    spark.dataSource.register(PushingColonnadeSource if pushes else ColonnadeSource)
