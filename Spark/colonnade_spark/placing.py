# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Which numbers Spark's shuffle brings to which reducer, so that each gets as many parts as the others.

Spark takes a row to the reducer of its key's hash; of a few small numbers some reducers would get several and others none.
Only evenness rests on this: were the hash another one, the same rows would still come together.
"""

from __future__ import annotations

from typing import Dict, List

MASK = 0xFFFFFFFF
# Of `HashPartitioning`, in Spark since 1.6.
SEED = 42


def hash_of_int(value: int) -> int:
    """Spark's hash of an `int`: Murmur3, x86, 32 bits (Appleby, MurmurHash3, 2011), as a signed number."""
    word = value & MASK
    word = word * 0xCC9E2D51 & MASK
    word = (word << 15 | word >> 17) & MASK
    word = word * 0x1B873593 & MASK
    state = SEED ^ word
    state = (state << 13 | state >> 19) & MASK
    state = state * 5 + 0xE6546B64 & MASK
    state ^= 4
    state = (state ^ state >> 16) * 0x85EBCA6B & MASK
    state = (state ^ state >> 13) * 0xC2B2AE35 & MASK
    state ^= state >> 16
    return state - (1 << 32) if state >> 31 else state


def key_of_each_reducer(count: int) -> List[int]:
    """For each of `count` reducers a number that `repartition(count, …)` takes to it. Costs some n log n hashes."""
    found: Dict[int, int] = {}
    key = 0
    while len(found) < count:
        found.setdefault(hash_of_int(key) % count, key)
        key += 1
    return [found[reducer] for reducer in range(count)]
