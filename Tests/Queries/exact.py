# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Results that are doubles, from exact fractions rounded once: what `agg` must give to the last bit."""

import math
from fractions import Fraction


def nearest(fraction):
    try:
        return float(fraction)
    except OverflowError:
        return math.inf if fraction > 0 else -math.inf


def nearest_root(fraction):
    """The double nearest to the root, which an integer root of 200 bits and whether it is exact decide."""
    if fraction == 0:
        return 0.0
    shift = 200 - (fraction.numerator.bit_length() - fraction.denominator.bit_length()) // 2
    scaled = fraction * Fraction(4) ** shift
    root = math.isqrt(scaled.numerator // scaled.denominator)
    more = 0 if root * root == scaled else 1
    return nearest(Fraction(2 * root + more, 2) / Fraction(2) ** shift)


def moment(function, pairs):
    """Variances and the like from the distances from the means, as their definitions say."""
    sample = not function.endswith("_pop")
    n = len(pairs)
    if n < (2 if sample else 1):
        return None
    if not all(isinstance(value, Fraction) for pair in pairs for value in pair):
        return math.nan
    mean_x, mean_y = sum(x for x, _ in pairs) / n, sum(y for _, y in pairs) / n
    xy = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    if function == "corr":
        product = sum((x - mean_x) ** 2 for x, _ in pairs) * sum((y - mean_y) ** 2 for _, y in pairs)
        return None if product == 0 else nearest_root(xy * xy / product) * (1 if xy >= 0 else -1)
    quotient = xy / (n - 1 if sample else n)
    return nearest_root(quotient) if function.startswith("stddev") else nearest(quotient)


def order(value):
    """NaN last."""
    return (1, 0) if isinstance(value, float) and math.isnan(value) else (0, value)


def quantile(values, level):
    if not values:
        return None
    values = sorted(values, key=order)
    place = (len(values) - 1) * Fraction(level)
    lower, part = values[math.floor(place)], place - math.floor(place)
    if part == 0 or lower == values[math.floor(place) + 1]:
        return nearest(lower) if isinstance(lower, Fraction) else lower
    upper = values[math.floor(place) + 1]
    if isinstance(lower, Fraction) and isinstance(upper, Fraction):
        return nearest(lower + (upper - lower) * part)
    return float(lower) + float(upper) if not isinstance(upper, float) or not math.isinf(upper) else (
        math.nan if lower == -math.inf else upper
    )


def pick(values, level):
    """Of what is no number: the first one up to which that share lies."""
    values = sorted(values)
    return values[max(0, math.ceil(len(values) * Fraction(level)) - 1)] if values else None


def same(found, wanted):
    """The text of a double stands for the very double."""
    if wanted is None:
        return found is None
    if found is None:
        return False
    value = float(found)
    return math.isnan(value) if math.isnan(wanted) else value == wanted
