# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""CSV as RFC 4180 has it, telling an absent value (None) from a quoted empty text, which Python's csv module cannot."""

import re
from decimal import Decimal, InvalidOperation

DAY = re.compile(r"\d{4}-\d\d-\d\d")
CELL_END = re.compile("[,\r\n]")


def write(path, rows, line_end="\n"):
    with open(path, "w", newline="", encoding="utf-8") as file:
        for row in rows:
            file.write(",".join(map(cell, row)) + line_end)
    return path


def cell(value):
    if value is None:
        return ""
    if value == "" or any(c in value for c in ',"\n\r') or value != value.strip():
        return '"' + value.replace('"', '""') + '"'
    return value


def parse(text):
    rows, row, at = [], [], 0
    while at < len(text):
        if text[at] == '"':
            value = ""
            while True:
                end = text.index('"', at + 1)
                value += text[at + 1 : end]
                at = end + 1
                if text[at : at + 1] != '"':
                    break
                value += '"'
        else:
            found = CELL_END.search(text, at)
            end = found.start() if found else len(text)
            value = text[at:end] or None
            at = end
        row.append(value)
        if text[at : at + 1] == ",":
            at += 1
            if at < len(text) and text[at] not in "\r\n":
                continue
            row.append(None)
        assert at == len(text) or text[at] in "\r\n", f"text after a quote at {at}"
        at += 2 if text[at : at + 2] == "\r\n" else 1
        rows.append(row)
        row = []
    return rows


def same_value(before, after):
    """True if a cell kept its value: numbers may be written otherwise (1.5, 1.50), days among
    timestamps are midnights, codes and texts may not."""
    if before == after or before is None or after is None:
        return before == after
    if after == before + "T00:00:00" and DAY.fullmatch(before):
        return True
    digits = before.lstrip("-")
    if before.startswith("+") or (len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()):
        return False
    try:
        if Decimal(before) == Decimal(after):
            return True
        numbers = float(before), float(after)
        return str(numbers[0]) == str(numbers[1]) and any(c in before for c in "eEnN")
    except InvalidOperation:
        return False


def assert_same_tables(before, after, note=""):
    assert len(before) == len(after), f"{len(before)} rows became {len(after)} {note}"
    for number, (old, new) in enumerate(zip(before, after)):
        assert len(old) == len(new), f"row {number}: {old[:20]} became {new[:20]} {note}"
        for column, (a, b) in enumerate(zip(old, new)):
            assert same_value(a, b), f"row {number}, column {column}: {a!r:.200} became {b!r:.200} {note}"
