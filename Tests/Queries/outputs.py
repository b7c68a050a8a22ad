# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What `agg` puts out of a group: its text, the SQL whose cells answer it, and what is made of those cells.

Where DuckDB is exact its cell is the answer. Where it rounds, it gives the values of the group, and `exact` has the answer.
"""

import dataclasses
import decimal
import math
from fractions import Fraction
from typing import Callable

import exact
from check import Refused

MOST_DIGITS = 38


@dataclasses.dataclass
class Output:
    ours: str
    sql: list
    # Of the cells of `sql`; None: the only one is the answer.
    finish: Callable | None = None
    # `top` and `bottom`: a list, a row for each.
    is_ragged: bool = False
    # May leave the range of its type; then both sides must refuse.
    may_overflow: bool = False

    @property
    def is_plain(self):
        return self.finish is None and not self.is_ragged


def rational(value):
    """A fraction, or a double that is not finite."""
    return value if isinstance(value, float) and not math.isfinite(value) else Fraction(value)


def values_of(cell):
    return [rational(value) for value in cell or []]


def total(values):
    """The exact sum, or what infinities and NaN make of it. Doubles are whole numbers of 2^-1074."""
    odd = [value for value in values if isinstance(value, float)]
    if odd:
        return math.nan if any(map(math.isnan, odd)) or min(odd) != max(odd) else odd[0]
    scale = max((value.denominator for value in values), default=1)
    if all(scale % value.denominator == 0 for value in values):
        return Fraction(sum(value.numerator * (scale // value.denominator) for value in values), scale)
    return sum(values)


def summed(cell, divide=False):
    values = values_of(cell)
    if not values:
        return None
    result = total(values)
    return result if isinstance(result, float) else exact.nearest(result / (len(values) if divide else 1))


def summed_decimals(cell):
    """The sum of decimals, which must have room in 38 digits; DuckDB's own stops between 38 and 39."""
    if not cell:
        return None
    with decimal.localcontext(prec=60):
        result = sum(cell)
        if len(result.as_tuple().digits) > MOST_DIGITS:
            raise Refused(f"{result} has more than {MOST_DIGITS} digits")
    return result


def quotient(a, b):
    """IEEE 754 of the exact quotient."""
    if a is None or b is None:
        return None
    if b == 0:
        return math.nan if a == 0 else math.copysign(math.inf, a)
    return exact.nearest(Fraction(a) / Fraction(b))


def pairs(x, y):
    """Rows where both are there. Beside doubles, the other side is the nearest doubles."""
    both = [(a, b) for a, b in zip(x or [], y or []) if a is not None and b is not None]
    if any(isinstance(a, float) != isinstance(b, float) for a, b in both):
        both = [tuple(cell if isinstance(cell, float) else exact.nearest(Fraction(cell)) for cell in pair) for pair in both]
    return [(rational(a), rational(b)) for a, b in both]


def first_of(cell, count, greatest):
    return sorted(cell or [], key=exact.order, reverse=greatest)[:count] or [None]


def listed(x):
    return f"list({x} order by id) filter (({x}) is not null)"


class Outputs:
    """Draws them. Rows of many values have no sums of squares of doubles: fractions would take seconds."""

    def __init__(self, draw, is_long):
        self.draw, self.r, self.is_long = draw, draw.r, is_long

    def output(self):
        return self.r.choices(
            [self.plain, self.ends, self.rounded, self.quantile, self.moment, self.ragged, self.second, self.checked],
            [8, 2, 4, 2, 2, 1, 5, 0.3],
        )[0]()

    def argument(self, *kinds):
        """A column, or an expression, of one of these kinds (all, if none is named)."""
        return self.draw.argument(self.r.choice(kinds or self.draw.ALL))

    def plain(self):
        function = self.r.choice(["count(*)", "count", "count(distinct", "sum", "min", "max", "min", "max"])
        if function == "count(*)":
            return Output(function, [function])
        if function == "sum":
            x = self.argument("whole", "decimal")
            if x == "long":
                return Output("sum(long)", [listed("long")], summed_decimals, may_overflow=True)
        else:
            x = self.argument()
        text = f"{function} {x})" if "(" in function else f"{function}({x})"
        return Output(text, [text])

    def ends(self):
        function, x = self.r.choice(["first", "last", "any"]), self.argument()
        theirs = {"any": "first"}.get(function, function)
        return Output(f"{function}({x})", [f"{theirs}({x} order by id) filter (({x}) is not null)"])

    def rounded(self):
        """Sums and means."""
        if self.r.random() < 0.5:
            x = self.argument("number")
            function = self.r.choice(["sum", "mean", "avg"])
            return Output(f"{function}({x})", [listed(x)], lambda cell: summed(cell, function != "sum"))
        x = self.argument("whole", "decimal", "decimal")
        function = self.r.choice(["mean", "avg"])
        if x == "long":
            return Output(f"{function}({x})", [listed(x)], lambda cell: summed(cell, True))
        return Output(f"{function}({x})", [f"sum({x})", f"count({x})"], lambda s, n: None if n == 0 else quotient(s, n))

    def quantile(self):
        level = self.r.choice(["0", "0.1", "0.25", "0.5", "0.9", "0.333", "1"])
        kind = self.r.choice(self.draw.ALL)
        x = self.argument(kind)
        text = f"median({x})" if level == "0.5" and self.r.random() < 0.5 else f"quantile({x}, {level})"
        if kind in ("whole", "decimal", "number"):
            return Output(text, [listed(x)], lambda cell: exact.quantile(values_of(cell), level))
        return Output(text, [f"quantile_disc({x}, {level})"])

    def moment(self):
        kinds = ["whole", "decimal"] if self.is_long else ["whole", "decimal", "number"]
        if self.r.random() < 0.6:
            function = self.r.choice(["var", "var_pop", "stddev", "stddev_pop", "var_samp", "stddev_samp", "variance"])
            base = {"var_samp": "var", "variance": "var", "stddev_samp": "stddev"}.get(function, function)
            x = self.argument(*kinds)
            return Output(f"{function}({x})", [listed(x)], lambda cell: exact.moment(base, [(v, v) for v in values_of(cell)]))
        function, x, y = self.r.choice(["corr", "covar", "covar_pop", "covar_samp"]), self.argument(*kinds), self.argument(*kinds)
        sql = [f"list({x} order by id)", f"list({y} order by id)"]
        return Output(f"{function}({x}, {y})", sql, lambda a, b: exact.moment(function, pairs(a, b)))

    def ragged(self):
        function, x, count = self.r.choice(["top", "bottom"]), self.argument(), self.r.choice([1, 2, 3, 70])
        return Output(f"{function}({x}, {count})", [listed(x)], lambda cell: first_of(cell, count, function == "top"), is_ragged=True)

    def second(self):
        """Expressions over aggregates."""
        draw, whole, decimal = self.draw, self.argument("whole"), self.draw.decimal(1)
        if self.r.random() < 0.3:
            above = self.r.choice([f"sum({whole})", f"sum({decimal})", f"max({decimal})"])
            below = self.r.choice(["count(*)", f"count({whole})", f"max({whole})", f"sum({decimal})"])
            return Output(f"{above} / {below}", [above, below], quotient)
        text = self.r.choice([
            f"max({draw.whole(1)}) - min({draw.whole(1)})", f"count({self.argument()}) * 2",
            f"coalesce(max({draw.date(1)}), date '2000-01-01') + 1",
            f"upper(min({draw.text(1)}))", f"case when count(*) > 2 then min({draw.decimal(1)}) end", f"sum({draw.decimal(1)}) * 2",
            f"coalesce(sum({draw.whole(1)}), 0) % 7", f"least(min({whole}), count(*))", f"min({draw.text(1)}) || '-' || max({draw.text(1)})",
            f"min({draw.date(0)}) = max({draw.date(1)})", f"max({draw.moment(0)}) > timestamp '2001-02-03 04:05:06'",
            f"greatest(max({draw.number(0)}), min({draw.number(0)}))", f"count(*) > 1 and count(distinct {self.argument()}) < 5",
            f"round(sum({draw.decimal(0)}), 1)", f"abs(min({draw.whole(1)}))", "7", f"year(max({draw.moment(1)}))",
            f"max({draw.date(0)}) - min({draw.date(0)})", f"nullif(count(*), 1)", f"sum(case when {draw.truth(1)} then 1 else 0 end)",
        ])  # fmt: skip
        return Output(text, [text])

    def checked(self):
        """At the limits of int64: both sides refuse, or none does."""
        text = self.r.choice([
            "sum(big + small)", "max(big) - min(small)", "max(big - 1)", "max(big) + 1", "max(abs(big))", "min(big * small)", "max(-big)",
        ])  # fmt: skip
        return Output(text, [text], may_overflow=True)
