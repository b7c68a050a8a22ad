# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Random queries over the whole language of `agg`, each as the command's arguments and as SQL."""

import dataclasses

from conditions import condition
from draw import Draw
from outputs import Output, Outputs
from tables import COLUMNS

CONDITIONED = {name: kind for name, kind in COLUMNS.items() if name != "id"}


class QueryDraw(Draw):
    """Expressions over all columns. Doubles are of operations that both sides round alike: no quotients of decimals."""

    ALL = ["whole", "decimal", "number", "text", "date", "moment", "truth"]
    BARE = {
        "whole": ["small", "large", "big", "many", "id"], "decimal": ["price", "rate", "price", "long"],
        "number": ["ratio", "wild", "odd"],
        "text": ["k", "state", "text"], "date": ["day"], "moment": ["moment"], "truth": ["flag"],
    }  # fmt: skip

    def argument(self, kind):
        if self.r.random() < 0.55:
            return self.one(*self.BARE[kind])
        return self.draw(kind, self.r.randrange(0, 3))

    def number(self, depth):
        if depth <= 0:
            return self.one("ratio", "ratio", "wild", "odd")
        return self.one(
            f"({self.number(depth - 1)} {self.one('+', '-', '*')} {self.number(0)})", f"({self.whole(0)} / small)",
            f"({self.number(depth - 1)} * small)", f"abs({self.number(depth - 1)})", f"(-{self.number(0)})",
            f"({self.number(0)} / {self.number(0)})", f"{self.one('floor', 'ceil', 'round')}({self.number(0)})",
            f"({self.number(depth - 1)} % {self.one('2.5', 'ratio', 'wild')})", f"cast({self.one('price', 'rate')} as double)",
            f"({self.number(0)} + price)",
            self.chosen("number", depth),
        )

    def moment(self, depth):
        if depth <= 0:
            return self.one("moment", "moment", "timestamp '2020-02-29 12:34:56'")
        a = self.moment(depth - 1)
        unit = self.one("day", "month", "year", "hour", "minute", "second", "week")
        return self.one(
            f"({a} {self.one('+', '-')} interval '{self.r.randrange(0, 30)}' {unit})",
            f"date_trunc('{self.one('year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second')}', {a})",
            self.chosen("moment", depth), f"cast({self.date(0)} as timestamp)",
        )

    def truth(self, depth):
        comparison = self.one("<", "<=", ">", ">=", "=", "<>")
        if depth > 0 and self.r.random() < 0.1:
            return f"({self.moment(depth - 1)} {comparison} {self.moment(0)})"
        if depth > 0 and self.r.random() < 0.1:
            # Of different types: exact beside exact, as doubles beside a double.
            sides = [self.one("big", "many", self.whole(depth - 1)), self.one("long", self.decimal(depth - 1)), self.number(depth - 1)]
            self.r.shuffle(sides)
            return f"({sides[0]} {comparison} {sides[1]})"
        return super().truth(depth)

    def text(self, depth):
        if self.r.random() < 0.2:
            return self.one("k", "k", f"{self.one('ltrim', 'rtrim', 'upper', 'lower')}(k)", "cast(day as varchar)", "cast(price as varchar)",
                            "cast(flag as varchar)", "coalesce(k, state, text)", "substring(k, 2)")
        return super().text(depth)

    def whole(self, depth):
        if depth > 0 and self.r.random() < 0.1:
            return self.one("length(k)", "cast(cast(small as varchar) as bigint)", "cast(flag as bigint)", "greatest(small, length(k), 3)")
        return super().whole(depth)


@dataclasses.dataclass
class Query:
    """Keys are pairs of kind and text; conditions and order are pairs of our text and DuckDB's."""

    keys: list
    outputs: list
    where: str | None = None
    having: tuple | None = None
    order: list = dataclasses.field(default_factory=list)
    limit: int | None = None
    is_distinct: bool = False
    options: list = dataclasses.field(default_factory=list)

    @property
    def is_ragged(self):
        return any(output.is_ragged for output in self.outputs)

    @property
    def names(self):
        return [f"k{n}" for n in range(len(self.keys))] + [f"r{n}" for n in range(len(self.outputs))]

    def arguments(self):
        made = []
        if self.keys:
            made += ["--by", ", ".join(f"{text} as k{n}" for n, (_, text) in enumerate(self.keys))]
        if self.outputs:
            made += ["--agg", ", ".join(f"{output.ours} as r{n}" for n, output in enumerate(self.outputs))]
        if self.where:
            made += ["--where", self.where]
        if self.having:
            made += ["--having", self.having[0]]
        if self.order:
            made += ["--order-by", ", ".join(ours for ours, _ in self.order)]
        if self.limit is not None:
            made += ["--limit", str(self.limit)]
        return [*made, *(["--distinct"] if self.is_distinct else []), *self.options]

    def sql(self):
        """Keys are named in a select of their own: constants and whole numbers are places in DuckDB's group by."""
        names = [f"k{n}" for n in range(len(self.keys))]
        inner = "select *" + "".join(f", {text} as k{n}" for n, (_, text) in enumerate(self.keys)) + " from t"
        if self.where:
            inner += f" where {self.where}"
        cells = [*names, *(cell for output in self.outputs for cell in output.sql)]
        made = f"select {', '.join(cells)} from ({inner})"
        if names:
            made += f" group by {', '.join(names)}"
        if self.having:
            made += f" having {self.having[1]}"
        order = [f"{theirs} nulls last" for _, theirs in self.order] + [f"{name} nulls last" for name in names]
        if order:
            made += f" order by {', '.join(order)}"
        # Rows of top and bottom are counted after they are made.
        if self.limit is not None and not self.is_ragged:
            made += f" limit {self.limit}"
        return made.replace("upper(", "plain_upper(")


def of_key(r, kind, text):
    """An expression over a key: our text and DuckDB's."""
    form = r.choice({
        "text": ["upper({})", "{} || '!'", "coalesce({}, 'none')", "length({})"],
        "date": ["{} + 1", "year({})"], "truth": ["not {}", "{}"],
        "moment": ["day({})", "{} + interval '1' day"],
        "decimal": ["{}", "{} is null"], "number": ["{}", "abs({})"], "whole": ["{}", "{} is null"],
    }[kind])  # fmt: skip
    return form, text


def random_query(r, rows):
    draw = QueryDraw(r)
    drawn = Outputs(draw, is_long=len(rows) > 5000)
    keys = []
    for _ in range(r.choice([0, 0, 1, 1, 1, 2, 2, 3])):
        kind = r.choice(draw.ALL)
        keys.append((kind, draw.argument(kind)))
    outputs = [drawn.output() for _ in range(r.choice([1, 1, 2, 3, 4, 6]))]
    if keys and r.random() < 0.05:
        outputs = []
    if keys and r.random() < 0.2:
        place = r.randrange(len(keys))
        form, text = of_key(r, *keys[place])
        outputs.append(drawn_of_key(form, text, place))
    if not keys and all(output.ours == "7" for output in outputs):
        outputs = [Output("count(*)", ["count(*)"])]
    query = Query(keys, outputs)
    if r.random() < 0.55:
        query.where = r.choice([
            lambda: condition(r, CONDITIONED, rows), lambda: draw.truth(r.randrange(0, 4)),
            lambda: f"{condition(r, CONDITIONED, rows, 1)} {r.choice(['and', 'or'])} {draw.truth(r.randrange(0, 3))}",
        ])()
    if not any(output.may_overflow for output in outputs):
        frame(r, draw, drawn, query)
    query.options = ["--threads", str(r.randrange(1, 5))]
    query.options += ["--memory", "64MiB"] if r.random() < (0.4 if drawn.is_long else 0.1) else []
    query.options += ["--ignore-statistics"] if r.random() < 0.15 else []
    return query


def drawn_of_key(form, text, place):
    return Output(form.format(f"({text})" if "{} " in form or form.startswith("not") else text), [form.format(f"k{place}")])


def frame(r, draw, drawn, query):
    """Which groups are put out, and in which order."""
    plain = [(f"r{n}", output.sql[0]) for n, output in enumerate(query.outputs) if output.is_plain]
    keys = [(f"k{n}", f"k{n}") for n in range(len(query.keys))]
    if r.random() < 0.25:
        query.having = having(r, draw, plain, keys)
    if r.random() < 0.35 and not query.is_ragged and keys:
        for _ in range(r.choice([1, 1, 2])):
            text = r.choice([f"min({draw.argument('decimal')})", "count(*)", f"abs(max({draw.whole(1)}))", f"max({draw.argument('text')})"])
            ours, theirs = r.choice([*plain, *keys, *plain, (text, text)])
            direction = r.choice(["", " desc", " asc"])
            # A constant would be the number of a column in DuckDB.
            if theirs != "7":
                query.order.append((ours + direction, f"({theirs}){direction}"))
    if r.random() < 0.3:
        query.limit = r.choice([0, 1, 2, 3, 10, 1000])
    query.is_distinct = r.random() < (0.5 if query.is_ragged else 0.08)


def having(r, draw, plain, keys, depth=1):
    if depth and r.random() < 0.3:
        sides = having(r, draw, plain, keys, 0), having(r, draw, plain, keys, 0)
        word = r.choice(["and", "or"])
        return tuple(f"({a}) {word} ({b})" for a, b in zip(*sides))
    named = [(f"{ours} is not null", f"({theirs}) is not null") for ours, theirs in [*plain, *keys]]
    text = r.choice([
        f"count(*) > {r.randrange(4)}", f"max({draw.argument('whole')}) > 3", f"sum({draw.decimal(0)}) < 100 or count(*) = 1",
        f"min({draw.argument('text')}) like '%a%'", f"max({draw.argument('date')}) >= date '1990-05-01'",
        f"count(distinct {draw.argument(r.choice(draw.ALL))}) between 2 and 9", f"not min({draw.argument('number')}) > 0",
    ])  # fmt: skip
    return r.choice([*named[:2], (text, text), (text, text)])
