#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Prints the rows of a folder with a manifest, written from README.md alone: reader.py FOLDER

Exit code 2 where the manifest or a part is not as it has to be. The parts' columns must stand in the same order and have the same types:
joining others is not the manifest's matter.
"""

import os
import re
import sys

import xxhash

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../ChunkFile"))
import reader as chunkfile

NAME = "_manifest.cln"
TYPES = {"part": "string", "rows": "int64", "bytes": "int64", "checksum": "string"}


class Refused(Exception):
    """What is wrong, with the rule that says so."""


def need(holds, rule, what):
    if not holds:
        raise Refused(f"{rule}: {what}")


def file_bytes(path):
    with open(path, "rb") as handle:
        return handle.read()


def lines_of(data):
    """(metadata, columns with their types, rows): texts as the chunk file's reader prints them."""
    lines = [line.split("\t") for line in chunkfile.ChunkFile(data).lines()]
    metadata = [tuple(line[1:]) for line in lines if line[0] == "metadata"]
    columns = next(line[1:] for line in lines if line[0] == "columns")
    return metadata, columns, [line[1:] for line in lines if line[0] == "row"]


def parts(folder):
    metadata, columns, rows = lines_of(file_bytes(os.path.join(folder, NAME)))
    versions = [value for key, value in metadata if key == "manifest"]
    need(versions[:1] == ["1"], "MF-1", "not a manifest of version 1")
    places = {}
    for place, column in enumerate(columns):
        name, kind = column.rsplit(":", 1)
        places.setdefault(name, (place, kind))
    for name, kind in TYPES.items():
        need(places.get(name, (0, ""))[1] == kind, "MF-2", f"no column {name} of type {kind}")
    need(1 <= len(rows) <= 100_000, "MF-3", f"{len(rows)} parts")
    listed = [[row[places[name][0]] for name in TYPES] for row in rows]
    for part, count, size, checksum in listed:
        need("\\N" not in (part, count, size, checksum), "MF-2", "a null")
        good = part.split("/")
        need(not {"", ".", ".."} & set(good) and good[-1] != NAME and "\0" not in part, "MF-4", f"a part called {part}")
        need(int(count) >= 0 and int(size) >= 1, "MF-2", f"{count} rows, {size} bytes")
        need(re.fullmatch("[0-9a-f]{32}", checksum), "MF-2", f"a checksum {checksum}")
    names = [part.encode() for part, *_ in listed]
    need(all(a < b for a, b in zip(names, names[1:])), "MF-3", "names out of order")
    return listed


def read(folder):
    """The table's columns and rows, each as one line."""
    first = None
    for part, count, size, checksum in parts(folder):
        try:
            data = file_bytes(os.path.join(folder, part))
        except FileNotFoundError:
            raise Refused(f"MF-7: {part} is missing") from None
        need(len(data) == int(size) and xxhash.xxh3_128(data[-96:]).hexdigest() == checksum, "MF-7", f"{part} was replaced")
        _, columns, rows = lines_of(data)
        need(len(rows) == int(count), "MF-7", f"{part} has {len(rows)} rows")
        if first is None:
            first = columns
            yield "\t".join(columns)
        need(columns == first, "README", f"{part} has other columns")
        yield from ("\t".join(row) for row in rows)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 64
    try:
        for line in list(read(arguments[0])):
            print(line)
        return 0
    except (Refused, chunkfile.Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
