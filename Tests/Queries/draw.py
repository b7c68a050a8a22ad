# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Random expressions that `agg` and DuckDB read alike, and the columns that they are over."""

import datetime

COLUMNS = {
    "id": ("BIGINT", None),
    "small": ("BIGINT", lambda r: str(r.randrange(-9, 10))),
    "large": ("BIGINT", lambda r: str(r.randrange(-10**9, 10**9))),
    "price": ("DECIMAL(9,2)", lambda r: f"{r.randrange(-10**4, 10**4)}.{r.randrange(100):02d}"),
    "rate": ("DECIMAL(5,4)", lambda r: f"0.{r.randrange(10**4):04d}"),
    "ratio": ("DOUBLE", lambda r: repr(r.choice([r.gauss(0, 1) * 10.0 ** r.randrange(-9, 9), 0.5, -0.0, 1e300]))),
    "day": ("DATE", lambda r: (datetime.date(1890, 1, 31) + datetime.timedelta(days=r.randrange(90_000))).isoformat()),
    "moment": ("TIMESTAMP", lambda r: (datetime.datetime(1960, 1, 1) + datetime.timedelta(seconds=r.randrange(4 * 10**9)))
               .isoformat(sep=" ", timespec="seconds")),
    "state": ("VARCHAR", lambda r: r.choice(["SP", "RJ", "São Paulo", "it's", "Acre", "acre", "Ácre", "10%", "a_b", "  x "])),
    "text": ("VARCHAR", lambda r: "T" + str(r.randrange(10**6)) + r.choice(["", "é", "ção", " "])),
    "flag": ("BOOLEAN", lambda r: r.choice(["true", "false"])),
}


class Draw:
    """Random expressions that both sides read alike, by kind. No row of them overflows."""

    def __init__(self, r):
        self.r = r

    def one(self, *options):
        return self.r.choice(options)

    def chosen(self, kind, depth):
        a, b = self.draw(kind, depth - 1), self.draw(kind, depth - 1)
        return self.one(
            f"case when {self.truth(depth - 1)} then {a} else {b} end", f"coalesce({a}, {b})", f"least({a}, {b})",
            f"greatest({a}, {b})", f"nullif({a}, {b})", f"case when {self.truth(0)} then {a} end",
        )

    def draw(self, kind, depth):
        return getattr(self, kind)(depth)

    def whole(self, depth):
        if depth <= 0:
            return self.one("small", "large", str(self.r.randrange(1, 9)), "small")
        a = self.whole(depth - 1)
        return self.one(
            f"({a} {self.one('+', '-')} {self.whole(depth - 1)})", f"(small * {self.whole(0)})",
            f"({a} % nullif({self.whole(depth - 1)}, 0))", f"abs({a})", f"(-{a})", f"length({self.text(depth - 1)})",
            f"{self.one('year', 'month', 'day', 'quarter', 'week', 'dayofweek', 'dayofyear')}({self.date(depth - 1)})",
            f"{self.one('hour', 'minute', 'second', 'year')}(moment)", f"({self.date(depth - 1)} - {self.date(0)})",
            f"cast({self.decimal(0)} as bigint)", f"extract(month from {self.date(0)})", self.chosen("whole", depth),
        )

    def decimal(self, depth):
        if depth <= 0:
            return self.one("price", "rate", "1.25", "price")
        a = self.decimal(depth - 1)
        return self.one(
            f"({a} {self.one('+', '-')} {self.decimal(depth - 1)})", f"(price * ({self.one('1 - rate', '1 + rate')}))",
            f"(price * rate * small)", f"({a} + small)", f"abs({a})", f"(-{a})", f"floor({a})", f"ceil({a})",
            f"round({self.decimal(0)}, {self.r.randrange(0, 4)})", f"({self.decimal(0)} % nullif({self.decimal(0)}, 0))",
            f"cast({self.whole(0)} as decimal(18,3))", f"case when {self.truth(depth - 1)} then price else price end",
        )

    def number(self, depth):
        """Of float64."""
        if depth <= 0:
            return "ratio"
        return self.one(
            f"({self.number(depth - 1)} {self.one('+', '-', '*')} {self.number(0)})", f"({self.whole(0)} / nullif(small, 0))",
            f"({self.decimal(0)} / nullif({self.decimal(0)}, 0))", f"({self.number(depth - 1)} * small)", f"abs({self.number(depth - 1)})",
            f"floor({self.number(0)})", f"cast({self.decimal(0)} as double)", self.chosen("number", depth),
        )

    def text(self, depth):
        if depth <= 0:
            return self.one("state", "text", "'it''s'", "state")
        a = self.text(depth - 1)
        return self.one(
            f"lower({a})", f"upper({a})", f"trim({a})", f"({a} || {self.text(0)})", f"substring({a}, {self.r.randrange(1, 5)})",
            f"substring({a}, {self.r.randrange(1, 4)}, {self.r.randrange(0, 5)})", f"cast({self.whole(0)} as varchar)",
            self.chosen("text", depth),
        )

    def date(self, depth):
        if depth <= 0:
            return self.one("day", "day", "date '2020-02-29'", "cast(moment as date)")
        a = self.date(depth - 1)
        span = f"interval '{self.r.randrange(0, 30)}' {self.one('day', 'month', 'year', 'week')}"
        return self.one(
            f"cast({a} {self.one('+', '-')} {span} as date)", f"({a} {self.one('+', '-')} {self.r.randrange(0, 999)})",
            f"cast(date_trunc('{self.one('year', 'quarter', 'month', 'week', 'day')}', {a}) as date)", self.chosen("date", depth),
        )

    def truth(self, depth):
        if depth <= 0:
            return self.one("flag", "small > 0", "state = 'SP'", "day < '1990-05-01'", "text is null", "price between 1 and 900")
        kind = self.one("whole", "decimal", "text", "date", "number", "whole")
        a, b = self.draw(kind, depth - 1), self.draw(kind, depth - 1)
        return self.one(
            f"({a} {self.one('<', '<=', '>', '>=', '=', '<>')} {b})", f"({a} {self.one('', 'not ')}between {b} and {self.draw(kind, 0)})",
            f"({a} {self.one('', 'not ')}in ({b}, {self.draw(kind, 0)}))", f"({a} is {self.one('', 'not ')}null)",
            f"(not {self.truth(depth - 1)})", f"({self.truth(depth - 1)} {self.one('and', 'or')} {self.truth(depth - 1)})",
            f"({self.text(depth - 1)} {self.one('', 'not ')}{self.one('like', 'ilike')} {self.one(chr(39) + '%a%' + chr(39), chr(39) + '_c%' + chr(39), chr(39) + 'S%o' + chr(39))})",
            "(state like '10!%' escape '!')", "(moment >= date_trunc('month', moment) + interval '36' hour)",
        )
