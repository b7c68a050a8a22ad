#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A file shaped as Examples/covid's cities, of any size: one row per city and day, running totals of cases and deaths.

    generate_cities.py cities.csv --changed cities2.csv     5,570 cities, 423 days: 2,356,110 rows, 115 MB

The second file has 1 % of cases and 0.1 % of deaths changed, 0.02 % of the rows gone, and the rest shuffled.
The same seed gives the same bytes.
"""

import argparse
import datetime

import numpy as np
import pyarrow as pa
from pyarrow import csv

# Name, first two digits of its cities' codes, cities it has of 5,570.
STATES = [
    ("Acre", 12, 22), ("Alagoas", 27, 102), ("Amapá", 16, 16), ("Amazonas", 13, 62), ("Bahia", 29, 417),
    ("Ceará", 23, 184), ("Distrito Federal", 53, 1), ("Espírito Santo", 32, 78), ("Goiás", 52, 246),
    ("Maranhão", 21, 217), ("Mato Grosso", 51, 141), ("Mato Grosso do Sul", 50, 79), ("Minas Gerais", 31, 853),
    ("Paraná", 41, 399), ("Paraíba", 25, 223), ("Pará", 15, 144), ("Pernambuco", 26, 185), ("Piauí", 22, 224),
    ("Rio Grande do Norte", 24, 167), ("Rio Grande do Sul", 43, 497), ("Rio de Janeiro", 33, 92),
    ("Rondônia", 11, 52), ("Roraima", 14, 15), ("Santa Catarina", 42, 295), ("Sergipe", 28, 75),
    ("São Paulo", 35, 645), ("Tocantins", 17, 139),
]  # fmt: skip
STARTS = ["São ", "Santa ", "Nova ", "Barra do ", "Porto ", "", "", "", "", "Rio "]
SYLLABLES = ["ca", "ra", "na", "pi", "ta", "ma", "çu", "gua", "ri", "ti", "bo", "lé", "mí", "são", "pa", "jo", "do", "vê"]


def city_names(random, count):
    names = []
    for _ in range(count):
        syllables = random.integers(0, len(SYLLABLES), random.integers(3, 5))
        names.append(STARTS[random.integers(len(STARTS))] + "".join(SYLLABLES[s] for s in syllables).capitalize())
    return names


def cities_table(random, city_count, day_count):
    """Rows by day, then state, then city."""
    total = sum(count for _, _, count in STATES)
    of_city = []
    for name, prefix, count in STATES:
        scaled = max(1, round(count * city_count / total))
        of_city += [(name, prefix * 10000 + 5 * i + int(random.integers(5))) for i in range(scaled)]
    of_city = of_city[:city_count]
    cities = len(of_city)

    size = np.exp(random.normal(4.0, 1.6, cities))
    growth = np.linspace(0, 1, day_count)[:, None] ** 2
    daily = random.poisson(np.broadcast_to(size * growth, (day_count, cities)) * 0.6)
    cases = daily.cumsum(axis=0)
    deaths = random.binomial(daily, 0.027).cumsum(axis=0)

    first = datetime.date(2020, 3, 28)
    dates = [(first + datetime.timedelta(days=d)).isoformat() for d in range(day_count)]
    rows_of_city = np.tile(np.arange(cities, dtype=np.int32), day_count)

    def per_city(values):
        return pa.DictionaryArray.from_arrays(rows_of_city, pa.array(values)).dictionary_decode()

    return pa.table({
        "date": pa.DictionaryArray.from_arrays(
            np.repeat(np.arange(day_count, dtype=np.int32), cities), pa.array(dates)
        ).dictionary_decode(),
        "state": per_city([state for state, _ in of_city]),
        "name": per_city(city_names(random, cities)),
        "code": per_city([code for _, code in of_city]),
        "cases": cases.ravel(),
        "deaths": deaths.ravel(),
    })  # fmt: skip


def changed(random, table):
    rows = table.num_rows
    cases = table["cases"].to_numpy() + (random.random(rows) < 0.01) * random.integers(1, 100, rows)
    deaths = table["deaths"].to_numpy() + (random.random(rows) < 0.001) * random.integers(1, 5, rows)
    kept = np.flatnonzero(random.random(rows) >= 0.0002)
    random.shuffle(kept)
    table = table.set_column(4, "cases", pa.array(cases)).set_column(5, "deaths", pa.array(deaths))
    return table.take(kept)


def write(table, path):
    csv.write_csv(table, path, csv.WriteOptions(quoting_style="none", quoting_header="none"))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output")
    parser.add_argument("--changed", metavar="FILE", help="also write a second version")
    parser.add_argument("--cities", type=int, default=5570)
    parser.add_argument("--days", type=int, default=423)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    table = cities_table(np.random.default_rng(arguments.seed), arguments.cities, arguments.days)
    write(table, arguments.output)
    if arguments.changed:
        write(changed(np.random.default_rng(arguments.seed + 1), table), arguments.changed)


if __name__ == "__main__":
    main()
