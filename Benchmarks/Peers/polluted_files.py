# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The polluted files: one clean table of 80 rows, written with one thing wrong at a time, and what a reader should find in each.

`files()` gives them all, in families. What is expected never includes a row that the pollution itself made unreadable.
"""

import dataclasses
import random

NAMES = ["id", "name", "city", "visits", "price", "day", "active", "note"]
ROWS = 80
# Where a single row is spoiled: near both ends and in the middle, and in which of its columns.
SPOILED_ROWS, SPOILED_COLUMNS = [0, 1, 2, 4, 39, 77, 78, 79], [0, 3, 7]


@dataclasses.dataclass
class Polluted:
    family: str
    name: str
    content: bytes
    # Cells by the content of the first column.
    rows: dict
    # None: names are not counted.
    names: list | None = dataclasses.field(default_factory=lambda: NAMES)
    # Rows that the pollution made unreadable.
    spoiled: int = 0


def clean_table(first=1001, count=ROWS, seed=7):
    pick = random.Random(seed)
    people = ["José Müller", "Ann Lee", "Zoë, the elder", 'Bo "Red" Hill', "O'Neil", "Søren Ek", "Łukasz", "Mia"]
    cities = ["São Paulo", "Köln", "Rio, RJ", "Málaga", "Lyon", "Oslo"]
    notes = ["", "", "late; call again", "on time", "a, b and c", 'said "yes"', "früh", "see 12/3"]

    def row(number):
        day = f"20{pick.randint(10, 24)}-{pick.randint(1, 12):02}-{pick.randint(1, 28):02}"
        price = f"{pick.randint(1, 900)}.{pick.randint(10, 99)}"
        visits = "" if pick.random() < 0.1 else str(pick.randint(0, 9999))
        active = pick.choice(["true", "false"])
        return [str(number), pick.choice(people), pick.choice(cities), visits, price, day, active, pick.choice(notes)]

    return [row(first + index) for index in range(count)]


CLEAN = clean_table()


def cell(text, delimiter, quote='"', escape=None, always=False):
    if quote is None:
        return text.replace("\\", "\\\\").replace(delimiter, "\\" + delimiter) if escape == "\\" else text
    if not (always or any(c in text for c in delimiter + quote + "\r\n") or (quote != '"' and text[:1] == '"')):
        return text
    return quote + text.replace(quote, (escape or quote) + quote) + quote


def lines(rows, delimiter=",", **how):
    return [delimiter.join(cell(c, delimiter, **how) for c in row) for row in rows]


def text(rows, delimiter=",", newline="\n", **how):
    return newline.join(lines(rows, delimiter, **how)) + newline


def expected(rows, without=()):
    return {row[0]: row for index, row in enumerate(rows) if index not in without}


def plain(family, name, content, **what):
    content = content.encode() if isinstance(content, str) else content
    return Polluted(family, name, content, what.pop("rows", expected(CLEAN)), **what)


def replaced(rows, column, change):
    return [[*row[:column], change(row[column]), *row[column + 1 :]] for row in rows]


WHOLE = [NAMES, *CLEAN]
SIMPLE = replaced(replaced(CLEAN, 1, lambda c: c.replace(",", "").replace('"', "")), 2, lambda c: c.replace(",", ""))
SIMPLE = replaced(SIMPLE, 7, lambda c: c.replace(",", "").replace('"', "").replace(";", ""))
SHORT = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def dialects():
    yield plain("none", "clean", text(WHOLE))
    for delimiter in [",", ";", "\t", "|", " ", ":", "~", "^", "\x01", ", ", "; ", " | ", "||", "::", "\t\t", ";;"]:
        quoted = [[c or '""' for c in row] for row in WHOLE] if delimiter == " " else WHOLE
        body = text(quoted, delimiter)
        if delimiter == " ":
            body = text(WHOLE, delimiter).replace("  ", ' "" ').replace("  ", ' "" ').replace(" \n", ' ""\n')
        yield plain("delimiter", repr(delimiter), body)
    for delimiter, word in SHORT.items():
        yield plain("quote", f"single {word}", text(WHOLE, delimiter, quote="'"))
        yield plain("quote", f"all double {word}", text(WHOLE, delimiter, always=True))
        yield plain("quote", f"all single {word}", text(WHOLE, delimiter, quote="'", always=True))
    for delimiter in ["\t", "|"]:
        yield plain("no quotes", SHORT[delimiter], text(WHOLE, delimiter, quote=None))
    simple = [NAMES, *SIMPLE]
    yield plain("no quotes", "comma", text(simple, quote=None), rows=expected(SIMPLE))
    inches = replaced(SIMPLE, 2, lambda c: c + ' 5" pipe')
    yield plain("no quotes", "inches", text([NAMES, *inches], quote=None), rows=expected(inches))
    openings = replaced(SIMPLE, 1, lambda c: '"' + c)
    yield plain("no quotes", "openings", text([NAMES, *openings], "\t", quote=None), rows=expected(openings))
    for delimiter, word in SHORT.items():
        yield plain("escape", f"double {word}", text(WHOLE, delimiter, escape="\\"))
        yield plain("escape", f"single {word}", text(WHOLE, delimiter, quote="'", escape="\\"))
        yield plain("escape", f"delimiter {word}", text(WHOLE, delimiter, quote=None, escape="\\"))
    nulls = [[c or "\\N" for c in row] for row in SIMPLE]
    yield plain("escape", "nulls", text([NAMES, *nulls], "\t", quote=None), rows=expected(SIMPLE))


def line_ends():
    for newline, word in {"\r\n": "CR LF", "\r": "CR"}.items():
        for delimiter in SHORT:
            yield plain("line end", f"{word} {SHORT[delimiter]}", text(WHOLE, delimiter, newline))
    all_lines = lines(WHOLE)
    yield plain("line end", "none at the end", "\n".join(all_lines))
    mixed = ["\n", "\r\n", "\r"]
    yield plain("line end", "three in turn", "".join(l + mixed[i % 3] for i, l in enumerate(all_lines)))
    yield plain("line end", "LF and CR LF", "".join(l + mixed[i % 2] for i, l in enumerate(all_lines)))
    for row in SPOILED_ROWS[:-1]:
        for most, one in [("\n", "\r\n"), ("\n", "\r"), ("\r\n", "\n"), ("\r\n", "\r")]:
            ends = [one if i == row + 1 else most for i in range(len(all_lines))]
            body = "".join(l + e for l, e in zip(all_lines, ends))
            yield plain("line end", f"{most!r}, {one!r} after row {row + 1}", body)
    broken = replaced(CLEAN, 7, lambda c: c + "\nand more" if c else c)
    yield plain("line end", "in quotes", text([NAMES, *broken]), rows=expected(broken))
    yield plain("line end", "in quotes, CR LF", text([NAMES, *broken], newline="\r\n"), rows=expected(broken))


def spoiled_rows():
    for delimiter in [",", ";"]:
        for row in SPOILED_ROWS:
            for column in SPOILED_COLUMNS:
                fields = [cell(c, delimiter) for c in CLEAN[row]]
                place = f"{SHORT[delimiter]} row {row + 1} column {column + 1}"
                extra = delimiter.join([*fields[: column + 1], *fields[column + 1 :]])
                extra = delimiter.join(fields[:column] + [fields[column] + delimiter] + fields[column + 1 :])
                yield with_line("extra delimiter", place, row, extra, delimiter)
                at = min(column, 6)
                fewer = delimiter.join(fields[:at] + [fields[at] + fields[at + 1]] + fields[at + 2 :])
                yield with_line("missing delimiter", place, row, fewer, delimiter)
    for row in SPOILED_ROWS:
        fields = [cell(c, ",") for c in SIMPLE[row]]
        for name, column, change in [
            ("inside", 1, lambda c: c[:2] + '"' + c[2:]),
            ("opened", 1, lambda c: '"' + c),
            ("opened last", 7, lambda c: '"' + c + "x"),
            ("closed", 2, lambda c: c + '"'),
            ("text after", 1, lambda c: f'"{c}" x'),
            ("text before", 2, lambda c: f'x "{c}"'),
        ]:
            spoiled = ",".join([*fields[:column], change(fields[column]), *fields[column + 1 :]])
            yield with_line("stray quotes", f"{name} row {row + 1}", row, spoiled, ",")


def with_line(family, name, row, line, delimiter):
    all_lines = lines(WHOLE, delimiter)
    all_lines[row + 1] = line
    return plain(family, name, "\n".join(all_lines) + "\n", rows=expected(CLEAN, without={row}), spoiled=1)


def headers():
    group = ["", "who", "", "figures", "", "when", "", ""]
    units = ["", "", "", "n", "EUR", "ISO 8601", "yes/no", ""]
    for delimiter, word in SHORT.items():
        yield plain("header rows", f"group {word}", text([group, *WHOLE], delimiter), names=None)
        yield plain("header rows", f"units {word}", text([NAMES, units, *CLEAN], delimiter), names=None)
        yield plain("no header", word, text(CLEAN, delimiter), names=None)
    yield plain("header rows", "three", text([group, NAMES, units, *CLEAN]), names=None)
    yield plain("no header", "CR", text(CLEAN, newline="\r"), names=None)
    yield plain("no header", "all quoted", text(CLEAN, always=True), names=None)
    years = [*NAMES[:3], "2019", "2020", *NAMES[5:]]
    yield plain("header rows", "years as names", text([years, *CLEAN]), names=years)
    yield plain("header rows", "a name is empty", text([["", *NAMES[1:]], *CLEAN]), names=None)


def surroundings():
    titles = {
        "title": "Visits by city\n",
        "title and blank": "Visits by city\n\n",
        "title with comma": "Visits, by city\n",
        "three lines": "Visits by city\nSource: the register\nMade on 2024-05-06\n\n",
        "long sentence": "Note: this table, as all, is made by hand, by many, and may, at times, be wrong, sorry\n",
        "filled up": "Visits by city,,,,,,,\n,,,,,,,\n",
        "quoted": '"Visits by city"\n\n',
        "open quote": 'Visits by "city\n',
        "key and value": "Author: Ann\nDate: 2024-05-06\n\n",
        "ten lines": "".join(f"Remark {i}\n" for i in range(10)),
        "sep=": "sep=,\n",
    }
    for name, top in titles.items():
        yield plain("preamble", name, top + text(WHOLE))
    yield plain("preamble", "semicolon", "Visits, by city, and day\n\n" + text(WHOLE, ";"))
    yield plain("preamble", "sep=;", "sep=;\n" + text(WHOLE, ";"))
    notes = {
        "line": "Source: the register\n",
        "blank and line": "\nSource: the register\n",
        "with commas": "\nSource: the register, 2024, own figures\n",
        "three lines": "\n* preliminary\n** corrected\nSource: the register\n",
        "open quote": 'Source: the "register\n',
        "quoted": '"Source: the register, as of 2024"\n',
        "filled up": ",,,,,,,\nSource: the register,,,,,,,\n",
        "count": "(80 rows)\n",
    }
    for name, bottom in notes.items():
        yield plain("footnote", name, text(WHOLE) + bottom)
    table = lines(WHOLE)
    for prefix in ["#", "//", "%"]:
        for name, places in {"top": [0], "middle": [20], "many": [0, 11, 30, 31, 60], "with commas": [30, 40]}.items():
            out = list(table)
            for place in reversed(places):
                out.insert(place, f"{prefix} a remark" + (", one, two" if name == "with commas" else ""))
            yield plain("comment", f"{prefix} {name}", "\n".join(out) + "\n")
    more = clean_table(2001, 40, seed=8)
    for gap, word in [("", "touching"), ("\n", "blank between"), ("\n\n\n", "three blanks")]:
        both = expected(CLEAN) | expected(more)
        yield plain("stacked", f"same columns, {word}", text(WHOLE) + gap + text([NAMES, *more]), rows=both)
        fewer = [row[:4] for row in [["key", *NAMES[1:]], *more]]
        yield plain("stacked", f"fewer columns, {word}", text(WHOLE) + gap + text(fewer))
        wider = [[*row, *row[1:4]] for row in [["key", *NAMES[1:]], *more]]
        yield plain("stacked", f"more columns, {word}", text(WHOLE) + gap + text(wider))


def bytes_and_cells():
    euro = replaced(CLEAN, 7, lambda c: c.replace("früh", "früh – 5 €"))
    for delimiter in [",", ";", "\t"]:
        word = SHORT[delimiter]
        latin = replaced(CLEAN, 1, lambda c: c.replace("Ł", "L"))
        yield plain("encoding", f"latin-1 {word}", text([NAMES, *latin], delimiter).encode("latin-1"), rows=expected(latin))
        western = replaced(euro, 1, lambda c: c.replace("Ł", "L"))
        body = text([NAMES, *western], delimiter).encode("cp1252")
        yield plain("encoding", f"cp1252 {word}", body, rows=expected(western))
        body = text([NAMES, *euro], delimiter)
        for name, mark in [("utf-16-le", b""), ("utf-16-be", b""), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]:
            label = f"{name} {'with' if mark else 'without'} mark {word}"
            yield plain("encoding", label, mark + body.encode(name), rows=expected(euro))
        yield plain("byte order mark", word, b"\xef\xbb\xbf" + text(WHOLE, delimiter).encode())
        yield plain("byte order mark", f"quoted {word}", b"\xef\xbb\xbf" + text(WHOLE, delimiter, always=True).encode())
        table = lines(WHOLE, delimiter)
        yield plain("trailing delimiter", f"all {word}", "".join(f"{l}{delimiter}\n" for l in table))
        data = [table[0], *(l + delimiter for l in table[1:])]
        yield plain("trailing delimiter", f"data {word}", "\n".join(data) + "\n")
        yield plain("row names", word, "\n".join([table[0].split(delimiter, 1)[1], *table[1:]]) + "\n", names=None)
    table = lines(WHOLE)
    yield plain("blank lines", "everywhere", "\n\n".join(table) + "\n")
    yield plain("blank lines", "everywhere, CR LF", "\r\n\r\n".join(table) + "\r\n")
    yield plain("blank lines", "at the top", "\n\n\n" + text(WHOLE))
    yield plain("blank lines", "at the end", text(WHOLE) + "\n\n\n")
    yield plain("blank lines", "each tenth", "".join(l + ("\n\n" if i % 10 == 0 else "\n") for i, l in enumerate(table)))
    yield plain("blank lines", "of spaces", "".join(l + ("\n  \n" if i % 10 == 5 else "\n") for i, l in enumerate(table)))
    for row in [0, 39, 79]:
        fields = [cell(c, ",") for c in CLEAN[row]]
        for name, line in [
            ("in a cell", ",".join([fields[0], "x\0y", *fields[2:]])),
            ("for a cell", ",".join([fields[0], "\0", *fields[2:]])),
            ("at the end", ",".join(fields) + "\0"),
        ]:
            yield with_line("NUL", f"{name} row {row + 1}", row, line, ",")
    commas = replaced(CLEAN, 4, lambda c: c.replace(".", ","))
    thousands = replaced(CLEAN, 3, lambda c: f"{int(c) * 1000:,}" if c else c)
    points = replaced(thousands, 3, lambda c: c.replace(",", "."))
    for delimiter, word in SHORT.items():
        yield plain("numbers", f"decimal commas {word}", text([NAMES, *commas], delimiter), rows=expected(commas))
        yield plain("numbers", f"thousands {word}", text([NAMES, *thousands], delimiter), rows=expected(thousands))
    both = replaced(points, 4, lambda c: c.replace(".", ","))
    yield plain("numbers", "points and commas", text([NAMES, *both], ";"), rows=expected(both))


def small_and_mixed():
    group = ["", "who", "", "figures", "", "when", "", ""]
    commas = replaced(replaced(CLEAN, 4, lambda c: c.replace(".", ",")), 1, lambda c: c.replace("Ł", "L"))
    words = [["r" + row[0], row[1], row[2], row[7]] for row in CLEAN]
    word_names = [*NAMES[:3], NAMES[7]]
    for delimiter, word in SHORT.items():
        for count in [1, 2, 4]:
            few = CLEAN[:count]
            yield plain("small", f"{count} rows {word}", text([NAMES, *few], delimiter), rows=expected(few))
            few = words[:count]
            body = text([word_names, *few], delimiter)
            yield plain("small", f"{count} rows of text {word}", body, rows=expected(few), names=word_names)
        few = CLEAN[:4]
        yield plain("small", f"title {word}", "Visits by city\n\n" + text([NAMES, *few], delimiter), rows=expected(few))
        yield plain("small", f"no header {word}", text(few, delimiter), rows=expected(few), names=None)
        yield plain("text only", word, text([word_names, *words], delimiter), rows=expected(words), names=word_names)
        single = text([word_names, *words], delimiter, quote="'")
        yield plain("text only", f"single {word}", single, rows=expected(words), names=word_names)
        two = [row[:2] for row in words]
        yield plain("text only", f"two columns {word}", text([NAMES[:2], *two], delimiter), rows=expected(two), names=NAMES[:2])
        for encoding in ["utf-8-sig", "cp1252", "utf-16"]:
            body = "Visits by city\r\n\r\n" + text([NAMES, *commas], delimiter, "\r\n") + "\r\nSource: the register\r\n"
            yield plain("several at once", f"office {encoding} {word}", body.encode(encoding), rows=expected(commas))
        body = "".join(line + delimiter + "\r" for line in lines(CLEAN, delimiter, quote="'"))
        yield plain("several at once", f"CR, no header {word}", body, names=None)
        body = "# made by hand\n" + text([group, *WHOLE], delimiter).replace("\n", "\n\n") + "# the end\n"
        yield plain("several at once", f"groups and blanks {word}", body, names=None)
        body = f"sep={delimiter}\n" + "\n".join(lines(WHOLE, delimiter, escape="\\", always=True))
        yield plain("several at once", f"sep= and backslashes {word}", body)


def files():
    for part in [dialects, line_ends, spoiled_rows, headers, surroundings, bytes_and_cells, small_and_mixed]:
        yield from part()
