# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Into how many parts are rows of a comparison shuffled? Needs no cluster."""

import types

import pyarrow as pa
import pytest
from colonnade_spark import Settings, WrongUsage
from colonnade_spark.comparison import MOST_PARTS_FOR_MEMORY, bytes_of_rows, part_count
from colonnade_spark.options import bytes_of
from colonnade_spark.planning import TableFile


def parts(rows, size, row_bytes=75, **settings):
    job = types.SimpleNamespace(settings=Settings(**settings), parallelism=2)
    return part_count(job, [TableFile("a", rows // 2, 9, size // 2), TableFile("b", rows // 2, 9, size // 2)], row_bytes)


def test_small_tables_have_a_part_or_two_for_each_processor():
    assert parts(1000, 5000) == 4


def test_a_part_has_room_in_a_tasks_memory_whatever_its_rows_take_in_the_files():
    assert parts(47_000_000, 1000) == 47_000_000 * 75 // ((512 << 20) // 10)
    assert parts(47_000_000, 1000, task_memory="1GiB") == 47_000_000 * 75 // ((1 << 30) // 10)


def test_rows_beyond_all_memory_go_by_the_size_of_files():
    assert parts(10**12, 10**9) == MOST_PARTS_FOR_MEMORY
    assert parts(10**12, 10**13) == 10**13 // (512 << 20)


def test_bytes_of_a_row():
    fields = [("part", pa.int64()), ("is_compare", pa.bool_()), ("k0", pa.string()), ("v0", pa.decimal128(38, 2)), ("v1", pa.date32())]
    assert bytes_of_rows(pa.schema(fields)) == 9 + 1 + 20 + 17 + 5


@pytest.mark.parametrize("text, size", [("512MiB", 512 << 20), ("1g", 1 << 30), ("800MB", 800_000_000), ("1.5 GiB", 3 << 29), ("99", 99)])
def test_sizes(text, size):
    assert bytes_of(text) == size


def test_no_size():
    with pytest.raises(WrongUsage, match="12 miles"):
        bytes_of("12 miles")
