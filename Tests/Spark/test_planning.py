# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Is every chunk read once, in order, by tasks of nearly equal size?"""

import os
import random

import pytest
from colonnade_spark.planning import LEAST_CHUNKS, Piece, TableFile, ranges, task_count, tasks_of_pieces


def chunks_of(tasks, files):
    """(path, chunk) of all that the tasks read, in their order; first places are checked on the way."""
    counts = {file.path: file.chunks for file in files}
    found = []
    for pieces in tasks:
        assert pieces
        for piece in pieces:
            assert piece.first_chunk == len(found)
            for path in piece.paths:
                first, end = piece.chunks or (0, counts[path])
                assert 0 <= first < end <= counts[path]
                found += [(path, chunk) for chunk in range(first, end)]
    return found


def test_all_chunks_once_in_order():
    seed = int(os.environ.get("COLONNADE_SEED", random.randrange(1 << 32)))
    print(f"COLONNADE_SEED={seed}")
    chance = random.Random(seed)
    for _ in range(3000):
        files = [
            TableFile(f"f{number}", 0, chance.choice([0, 0, 1, 2, 5, 50]), chance.randint(1, 10**6))
            for number in range(chance.randint(0, 8))
        ]
        count = chance.randint(1, 20)
        tasks = tasks_of_pieces(files, count)
        assert len(tasks) <= count
        assert chunks_of(tasks, files) == [(file.path, chunk) for file in files for chunk in range(file.chunks)]


def test_tasks_are_nearly_equal():
    files = [TableFile("a", 0, 1000, 10**9), TableFile("b", 0, 500, 10**9)]
    tasks = tasks_of_pieces(files, 8)
    share = {"a": 10**9 / 1000, "b": 10**9 / 500}
    sizes = [sum((piece.chunks[1] - piece.chunks[0]) * share[piece.paths[0]] for piece in pieces) for pieces in tasks]
    assert len(sizes) == 8 and max(sizes) - min(sizes) <= 2 * share["b"]


def test_whole_neighbours_are_one_run():
    files = [TableFile(f"f{number}", 0, 1, 1000) for number in range(4)]
    assert tasks_of_pieces(files, 2) == [
        [Piece(("f0", "f1"), None, 0)],
        [Piece(("f2", "f3"), None, 2)],
    ]


@pytest.mark.parametrize(
    "chunks, size, parallelism, expected",
    [
        (0, 0, 8, 0),  # an empty table
        (1, 100, 8, 1),  # not more tasks than chunks
        (LEAST_CHUNKS * 4, 1000, 8, 4),  # none of less than a million rows
        (10_000, 1000, 8, 8),  # one for each processor
        (10_000, 10 * 256 << 20, 4, 10),  # by size
    ],
)
def test_how_many_tasks(chunks, size, parallelism, expected):
    assert task_count([TableFile("f", 0, chunks, size)], parallelism) == expected


def test_words_of_a_piece():
    assert Piece(("a.cln",), (2, 5), 0).words() == ["--chunks", "2:5", "a.cln"]
    assert Piece(("-a.cln", "b.cln"), None, 0).words() == ["--", "-a.cln", "b.cln"]


def test_ranges():
    assert ranges(10, 3) == [(0, 3), (3, 6), (6, 10)]
    assert ranges(2, 5) == [(0, 1), (1, 2)]
    assert ranges(0, 5) == []
