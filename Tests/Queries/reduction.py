# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Makes what fails small: parts of the query, then rows of the table are left out while the two sides still differ."""

import dataclasses
import re

import csvtext
import duckdb
from check import CannotPlan, Refused, difference
from tables import COLUMNS, Table


def fails(table, command, query):
    try:
        return difference(table, command, query) is not None
    except (CannotPlan, Refused, duckdb.Error):
        return False


def simpler(query):
    """The query with one part less, each in turn."""
    for name, nothing in [("where", None), ("having", None), ("limit", None), ("is_distinct", False)]:
        if getattr(query, name) != nothing:
            yield dataclasses.replace(query, **{name: nothing})
    if query.order:
        yield dataclasses.replace(query, order=[])
    for place in range(0, len(query.options)):
        if query.options[place].startswith("--"):
            width = 1 if query.options[place] == "--ignore-statistics" else 2
            yield dataclasses.replace(query, options=query.options[:place] + query.options[place + width :])
    named = " ".join(ours for ours, _ in [*query.order, *([query.having] if query.having else [])])
    for name, list_ in [("outputs", query.outputs), ("keys", query.keys)]:
        # What is named by number elsewhere stays.
        others = named + (" ".join(cell for output in query.outputs for cell in output.sql) if name == "keys" else "")
        if not re.search(r"\b[rk]\d", others):
            for place in range(len(list_)):
                yield dataclasses.replace(query, **{name: list_[:place] + list_[place + 1 :]})


def reduced(table, command, query, folder):
    query = smallest_query(table, command, query)
    pieces, files = 1, 1
    whole = table
    kept = list(table.rows)
    make = lambda rows: Table(command, folder, rows, pieces, files)
    if not fails(make(kept), command, query):
        # It takes several pieces, or a CSV: the table stays.
        return whole, query
    width = max(1, len(kept) // 2)
    for _ in range(400):
        found = False
        for start in range(0, len(kept), width):
            rest = kept[:start] + kept[start + width :]
            if fails(make(rest), command, query):
                kept, found = rest, True
                break
        if not found:
            if width == 1:
                break
            width //= 2
    table = make(kept)
    return table, smallest_query(table, command, query)


def smallest_query(table, command, query):
    progress = True
    while progress:
        progress = False
        for candidate in simpler(query):
            if (candidate.keys or candidate.outputs) and fails(table, command, candidate):
                query, progress = candidate, True
                break
    return query


def shown_table(table, query):
    """As CSV, columns that the query names."""
    words = set(re.findall(r"\w+", query.sql())) | {"id"}
    places = [place for place, name in enumerate(COLUMNS) if name in words]
    lines = [",".join(list(COLUMNS)[place] for place in places)]
    return ["  " + line for line in [*lines, *(",".join(csvtext.cell(row[place]) for place in places) for row in table.rows)]]
