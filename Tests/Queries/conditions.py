# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Random conditions on single columns, as `--where` and DuckDB read them: constants are values of the table, or near them."""

COMPARISONS = ["<", "<=", ">", ">=", "=", "!=", "<>"]


def constant(r, columns, table, name):
    kind, make = columns[name]
    value = (r.choice(table)[list(columns).index(name)] if table else None) or make(r)
    if kind in ("DATE", "TIMESTAMP", "VARCHAR"):
        if kind == "VARCHAR" and r.random() < 0.3:
            value = value[: r.randrange(len(value) + 1)]
        quoted = "'" + value.replace("'", "''") + "'"
        return r.choice(["", kind.lower() + " "]) + quoted if kind != "VARCHAR" else quoted
    if kind == "DOUBLE":
        # DuckDB reads long literals as decimals of fewer digits than a double has.
        return r.choice(["0.5", "0", "-1.25", "1000", "1e300", "-0.001"])
    if kind.startswith("DECIMAL") and r.random() < 0.3:
        return value[:-1] if not value[:-1].endswith(".") else value
    if kind == "BIGINT" and name == "small" and r.random() < 0.3:
        return value + r.choice([".5", ".0", ".25"])
    return value


def condition(r, columns, table, depth=3):
    kind = r.randrange(10)
    if depth and kind < 5:
        parts = [condition(r, columns, table, depth - 1) for _ in range(r.randrange(1, 4))]
        if kind == 0:
            return f"not ({parts[0]})"
        return "(" + r.choice([" and ", " or "]).join(parts) + ")"
    name = r.choice(list(columns))
    value = lambda: constant(r, columns, table, name)
    negation = r.choice(["", "", "not "])
    if kind == 5:
        return f"{name} is {negation}null"
    if kind == 6:
        return f"{name} {negation}between {value()} and {value()}"
    if kind == 7:
        options = [value() for _ in range(r.randrange(1, 9))] + (["null"] if r.random() < 0.1 else [])
        return f"{name} {negation}in ({', '.join(options)})"
    if kind == 8:
        return f"{value()} {r.choice(COMPARISONS)} {name}" if name != "flag" else f"{negation}flag"
    return f"{name} {r.choice(COMPARISONS)} {value()}"
