#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What the Spark batch did, in PySpark alone; `spark.py` measures it, by spark-submit.

    spark_batch.py agg INPUT OUTPUT           sums of cases and deaths by date and state, in order, as one CSV in the folder OUTPUT
    spark_batch.py cmp SOURCE COMPARE OUTPUT  the nine figures of a comparison by date, state and code, as JSON
    spark_batch.py parquet INPUT OUTPUT       a CSV as Parquet
    spark_batch.py nothing                    what starting and ending Spark costs

Inputs are CSVs, with the schema given, so that they are read once; or folders of Parquet.
"""

import json
import pathlib
import sys

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

SCHEMA = "date date, state string, name string, code bigint, cases bigint, deaths bigint"
KEYS = ["date", "state", "code"]
VALUES = ["name", "cases", "deaths"]


def read(spark, path):
    if path.endswith(".csv"):
        return spark.read.csv(path, header=True, schema=SCHEMA)
    return spark.read.parquet(path)


def aggregate(spark, source, target):
    sums = read(spark, source).groupBy("date", "state").agg(F.sum("cases").alias("cases"), F.sum("deaths").alias("deaths"))
    sums.orderBy(F.asc("date"), F.desc("state")).coalesce(1).write.csv(target, header=True, mode="overwrite")


def compare(spark, source, other, target):
    left = read(spark, source).withColumn("there", F.lit(1)).alias("a")
    right = read(spark, other).withColumn("there", F.lit(1)).alias("b")
    both = left.join(right, [F.col(f"a.{key}").eqNullSafe(F.col(f"b.{key}")) for key in KEYS], "full")
    is_left, is_right = F.col("a.there").isNotNull(), F.col("b.there").isNotNull()
    equal = F.lit(True)
    for value in VALUES:
        equal = equal & F.col(f"a.{value}").eqNullSafe(F.col(f"b.{value}"))
    count = lambda condition: F.count(F.when(condition, 1))
    found = both.agg(
        count(is_left).alias("source_rows"),
        count(is_right).alias("compare_rows"),
        count(is_left & ~is_right).alias("source_rows_unmatched"),
        count(~is_left & is_right).alias("compare_rows_unmatched"),
        count(is_left & is_right).alias("rows_in_both"),
        count(is_left & is_right & equal).alias("equal_rows"),
        count(is_left & is_right & ~equal).alias("diff_rows"),
    ).first()
    figures = {"file_source": source, "file_compare": other, **found.asDict()}
    pathlib.Path(target).write_text(json.dumps(figures, indent=2))


def main(work, *paths):
    spark = SparkSession.builder.appName(f"batch {work}").getOrCreate()
    if work == "agg":
        aggregate(spark, *paths)
    elif work == "cmp":
        compare(spark, *paths)
    elif work == "parquet":
        read(spark, paths[0]).write.parquet(paths[1], mode="overwrite")
    else:
        spark.range(1).count()
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
