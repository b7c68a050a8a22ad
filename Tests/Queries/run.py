#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Random queries on random tables: `colonnade agg` against DuckDB. `make queries QUERIES=10000 SEED=1`.

Every query is asked of the command (a process each) and of DuckDB on the same rows, and rows, their order and every cell are compared.
Integers, decimals, counts, texts, dates, least and greatest values, and all expressions over them are DuckDB's. Results that DuckDB rounds
on the way (sums, means, variances, correlations of doubles; means, quotients, quantiles) are worked out from its exact cells in fractions
and rounded once: they must be equal to the last bit. Nothing is compared within a tolerance.

Where the two mean different things, what is asked is written so that both are asked the same:

| what | the command | DuckDB | here |
|---|---|---|---|
| sums of int64 | exact, up to 38 digits | HUGEINT, exact | equal |
| overflow of int64 | an error of the row | an error | both must refuse, or none |
| sums, means, moments of doubles | the exact one, rounded once | rounded on the way | fractions over DuckDB's list of the group's values |
| mean, `/` of integers and decimals | exact quotient, rounded once | of rounded doubles | fraction of DuckDB's two sides |
| `/` of decimals inside of other expressions | as above | as above | not drawn: only of sides that are doubles without rounding |
| quantiles of numbers | between neighbours, rounded once | so, rounded on the way | fractions over the list |
| quantiles of what is no number | the first value up to which the share lies | `quantile_disc` | equal |
| var, stddev of one value; corr of constants | null | null; NaN | by definition, from the list |
| a NaN or infinity in moments | NaN | an error, or NaN | by definition |
| NaN | greatest, equal to itself, one group | the same | equal |
| -0.0 and 0.0 | equal, one group; which of them stands for it is open | the same | equal without the sign |
| doubles as text | the command's shortest form | another | read back; `cast` of a double to text is not drawn |
| decimals | scale of the rule in README | zeros behind the point differ | equal as numbers |
| first, last, any | by inputs and rows | by `order by id` | equal; any is first |
| top, bottom | rows of the group, nulls behind the last | – | DuckDB's list, sorted |
| division by 0 | infinite, NaN; `%` an error | so; `%` is null | `%` by nullif(x, 0) only |
| `upper('ß')` | `ß`: one-to-one mappings | `ẞ` | DuckDB's is turned back |
| substring from 0 or less | – | counts from the end | from 1 on only |
| a key that is a constant or number | a value | the place of a column | keys are named in an inner select |
| order of rows | keys ascending after --order-by, nulls last | none | `nulls last`, then the keys |
| constants with an exponent beside int64 | exact | doubles | beside doubles only |
"""

import argparse
import collections
import multiprocessing
import os
import pathlib
import random
import shlex
import shutil
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# csvtext.py is the end-to-end tests'.
sys.path.append(str(ROOT / "Tests/EndToEnd"))

import reduction  # noqa: E402
from check import CannotPlan, Command, Refused, difference  # noqa: E402
from queries import random_query  # noqa: E402
from tables import random_table  # noqa: E402

QUERIES_A_TABLE = 25


def seeded(*parts):
    return random.Random("/".join(map(str, parts)))


def asked(task):
    """Queries of one table: how many were compared, refused by both, and what failed."""
    path, seed, number, chosen, most, reduce, kept = task
    counts, failures = collections.Counter(), []
    folder = pathlib.Path(tempfile.mkdtemp(prefix="queries"))
    try:
        command = Command(path)
        try:
            table = random_table(seeded(seed, number), command, folder, most)
        except (AssertionError, Refused) as error:
            told_table = f"=== {seed}-{number}: the table is not converted: {error}\nagain: make queries SEED={seed} ONLY={number}"
            return number, counts, [told_table]
        for place in chosen:
            for attempt in range(20):
                query = random_query(seeded(seed, number, place, attempt), table.rows)
                try:
                    found = difference(table, command, query)
                    break
                except CannotPlan:
                    counts["DuckDB cannot plan"] += 1
            counts["compared"] += 1
            if found:
                failures.append(told(table, command, query, found, f"{seed}-{number}-{place}", reduce, kept))
    finally:
        shutil.rmtree(folder)
    return number, counts, failures


def told(table, command, query, found, name, reduce, kept):
    """All that repeats a failure; the table and the inputs stay in a folder."""
    place = pathlib.Path(kept) / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    if reduce:
        table, query = reduction.reduced(table, command, query, place)
        found = difference(table, command, query) or f"(only before it was reduced) {found}"
    for path in table.inputs:
        if path.parent != place:
            shutil.copy(path, place)
    inputs = [place / path.name for path in table.inputs]
    seed, number, query_number = name.split("-")
    lines = [f"=== {name}: {found}", f"table, {len(table.rows)} rows:"]
    lines += reduction.shown_table(table, query) if len(table.rows) <= 40 else [f"  in {place}"]
    lines += ["SQL: " + query.sql(), "command: " + shlex.join([command.path, "agg", *map(str, inputs), *table.options, *query.arguments()])]
    lines += [f"again: make queries SEED={seed} ONLY={number}:{query_number}"]
    (place / "failure.txt").write_text("\n".join(lines) + "\n")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--only", help="one query again, TABLE:QUERY, or all of a TABLE")
    parser.add_argument("--rows", type=int, default=150_000, help="of the greatest tables; 0: none of more than 3,000")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--reduce", action="store_true", help="make failing queries and tables small")
    parser.add_argument("--command", default=os.environ.get("COLONNADE", ROOT / ".build/release/colonnade"))
    parser.add_argument("--keep", default=ROOT / ".build-queries", help="folder for what failed")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.queries} queries of {options.command}", flush=True)
    chosen = {
        first // QUERIES_A_TABLE: range(min(QUERIES_A_TABLE, options.queries - first))
        for first in range(0, options.queries, QUERIES_A_TABLE)
    }
    if options.only:
        table, _, query = options.only.partition(":")
        chosen = {int(table): [int(query)] if query else range(QUERIES_A_TABLE)}
    rest = (options.rows, options.reduce, str(options.keep))
    tasks = [(str(options.command), options.seed, n, queries, *rest) for n, queries in chosen.items()]
    start, counts, failed = time.monotonic(), collections.Counter(), 0
    with multiprocessing.Pool(options.processes) as pool:
        for _, more, failures in pool.imap_unordered(asked, tasks):
            counts += more
            failed += len(failures)
            for text in failures:
                print(text + "\n", flush=True)
    print(f"{', '.join(f'{count} {name}' for name, count in counts.items())}; {failed} differ; {time.monotonic() - start:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
