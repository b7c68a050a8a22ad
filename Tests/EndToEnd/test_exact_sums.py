# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Sums of doubles that break addition, against exact arithmetic rounded once. COLONNADE_DOUBLES=10000000 asks for more of them."""

import os
from fractions import Fraction

import numpy as np
import pytest
from pyarrow import csv, table

import csvtext

COUNT = int(os.environ.get("COLONNADE_DOUBLES", "200000"))
ADVERSARIAL = {
    "great ones that cancel": [1e308, 1.0, -1e308, 1e-308],
    "past the greatest on the way": [1.7e308, 1.7e308, -1.7e308, -1.7e308, 5e-324],
    "ten tenths": [0.1] * 10,
    "half of the last bit": [1.0, 2.0**-53, 2.0**-106],
    "just below half": [1.0, 2.0**-53, -(2.0**-106)],
    "denormals": [5e-324] * 3 + [-5e-324],
    "alternating": [1e16, 1.0, -1e16] * 1000,
    "a tie to even": [9007199254740992.0, 1.0, 9007199254740994.0, 1.0],
    "nothing is left": [1e300, -1e300],
}


def exact_sum(values):
    """The sum as a Fraction: each double is a whole number of 2^-1074; those of one exponent are added as integers."""
    mantissas, exponents = np.frexp(np.asarray(values, dtype=np.float64))
    whole = (mantissas * 2.0**53).astype(np.int64)
    total = 0
    for exponent in np.unique(exponents):
        chosen = whole[exponents == exponent]
        # 2^53 times 512 stays below 2^63.
        parts = [int(chosen[i : i + 512].sum()) for i in range(0, len(chosen), 512)]
        total += sum(parts) << (int(exponent) + 1127)
    return Fraction(total, 2 ** (1127 + 53))


def sums(colonnade, path, threads):
    run = colonnade("agg", path, "--by", "k", "--agg", "sum(x) as s, mean(x) as m, count(x) as n", "--threads", threads)
    return run.stdout, {row[0]: row[1:] for row in csvtext.parse(run.text)[1:]}


def write(path, keys, values):
    csv.write_csv(table({"k": keys, "x": values}), path)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_sums_that_break_addition(colonnade, tmp_path, seeded, threads):
    rows = [(name, value) for name, values in ADVERSARIAL.items() for value in values]
    answers = set()
    for _ in range(3):
        seeded.shuffle(rows)
        # An exponent keeps the column a float64 one.
        text = "k,x\n" + "".join(f"{name},{value:e}\n" if value == 0 else f"{name},{value!r}\n" for name, value in rows)
        (tmp_path / "in.csv").write_text(text)
        answer, found = sums(colonnade, tmp_path / "in.csv", threads)
        answers.add(answer)
    assert len(answers) == 1
    for name, values in ADVERSARIAL.items():
        exact = sum(map(Fraction, values))
        assert exact == exact_sum(values)
        total, mean, count = found[name]
        assert (float(total), float(mean), int(count)) == (float(exact), float(exact / len(values)), len(values)), name


def test_doubles_of_all_exponents_in_any_order_and_any_pieces(colonnade, tmp_path, seeded):
    random = np.random.default_rng(seeded.randrange(2**32))
    # All exponents, denormals among them, but for the greatest few: the sum stays a double.
    exponents = random.integers(0, 2047 - 30, COUNT, dtype=np.uint64) << np.uint64(52)
    bits = random.integers(0, 2**64, COUNT, dtype=np.uint64) & np.uint64((1 << 63) | ((1 << 52) - 1))
    values = (bits | exponents).view(np.float64)
    # Half of them are near each other, so that they cancel.
    values[::2] = random.normal(0, 1, len(values[::2]))
    keys = random.integers(0, 3, COUNT)
    answers = set()
    for round in range(3):
        order = random.permutation(COUNT)
        pieces = [order] if round == 0 else np.array_split(order, 1 + seeded.randrange(2, 9))
        folder = tmp_path / str(round)
        folder.mkdir()
        for number, piece in enumerate(pieces):
            write(folder / f"{number}.csv", keys[piece], values[piece])
        colonnade("convert", folder, "-o", folder.with_suffix(".cln"), "--quiet")
        for path, threads in [(folder, 2), (folder.with_suffix(".cln"), 1), (folder.with_suffix(".cln"), 3)]:
            answer, found = sums(colonnade, path, threads)
            answers.add(answer)
    assert len(answers) == 1
    for key in range(3):
        chosen = values[keys == key]
        exact = exact_sum(chosen)
        total, mean, count = found[str(key)]
        assert (float(total), float(mean), int(count)) == (float(exact), float(exact / len(chosen)), len(chosen))
