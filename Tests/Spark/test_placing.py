# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is the shuffle even?"""

from colonnade_spark.placing import hash_of_int, key_of_each_reducer


def test_it_is_spark_s_hash(spark):
    values = [0, 1, 2, 42, 1000, -1, 2**31 - 1, -(2**31)]
    frame = spark.createDataFrame([(value,) for value in values], "n int").selectExpr("n", "hash(n) as h")
    assert {row.n: row.h for row in frame.collect()} == {value: hash_of_int(value) for value in values}


def test_each_reducer_gets_its_own(spark):
    keys = key_of_each_reducer(7)
    frame = spark.createDataFrame([(key,) for key in keys], "part int").repartition(7, "part")
    assert sorted(len(part) for part in frame.rdd.glom().collect()) == [1] * 7
