#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""A second reader of the chunk file format, written from SPECIFICATION.md alone. Slow and strict.

reader.py FILE                 prints the rows as in the texts beside the vectors
reader.py --check MANIFEST.tsv checks every vector: rows, or the error code; and that the files are those of SHA256SUMS;
                               exits with 1 if any is not as stated

Needs, from PyPI: xxhash, zstandard.
"""
import datetime
import hashlib
import os
import struct
import sys
import unicodedata
import zlib

import xxhash
import zstandard

MAGIC = bytes.fromhex("89434C4E0D0A1A0A")
END_MAGIC = bytes.fromhex("0A1A0A0D4E4C4389")
NO_VALUES, I64, I128, F64, CODES, STRINGS = range(6)
TYPE_NAMES = {1: "bool", 2: "int64", 3: "decimal", 4: "float64", 5: "date", 6: "string", 7: "timestamp", 8: "timestamp_utc"}
BITS = {I64: 64, I128: 128, CODES: 32}
MAX_ROWS, MAX_RAW, MAX_ENTRIES, MAX_PAGE_ENTRIES = 131_072, 1 << 30, 1 << 24, 65_536


class Refused(Exception):
    """The file breaks a requirement; `code` is that of section 12."""

    def __init__(self, code, text):
        super().__init__(f"chunkfile.{code}: {text}")
        self.code = f"chunkfile.{code}"


def need(condition, text, code="malformed"):
    if not condition:
        raise Refused(code, text)


class Bytes:
    """Numbers read one after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        need(0 <= count <= len(self.data) - self.at, "bytes end too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size, signed=False):
        return int.from_bytes(self.take(size), "little", signed=signed)

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            need(shift < 126 or byte <= 3, "varint past 128 bits")
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                need(byte or not shift, "varint longer than needed")
                return value
            shift += 7

    def zigzag(self):
        value = self.varint()
        return value >> 1 if value % 2 == 0 else -(value >> 1) - 1

    def zeros(self, count):
        need(not any(self.take(count)), "reserved bytes are not zero")

    def end(self):
        need(self.at == len(self.data), "bytes too many")


def text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("malformed", "not UTF-8") from None


# Encodings: parsed into (size, function of bytes to values), so that sizes are known before anything is read.


def packed_size(count, width):
    return 128 * width * (count // 1024) + (width * (count % 1024) + 7) // 8


def unpack(data, count, width):
    values, mask = [], (1 << width) - 1
    word_bits = 32 if width <= 32 else 64
    lanes = 1024 // word_bits
    for block in range(count // 1024):
        words = struct.unpack_from(f"<{width * lanes}{'I' if word_bits == 32 else 'Q'}", data, block * 128 * width)
        streams = []
        for lane in range(lanes):
            bits = 0
            for k in range(width):
                bits |= words[k * lanes + lane] << (k * word_bits)
            streams.append(bits)
        values += [streams[i % lanes] >> (i // lanes * width) & mask for i in range(1024)]
    rest = int.from_bytes(data[128 * width * (count // 1024) :], "little")
    values += [rest >> (r * width) & mask for r in range(count % 1024)]
    return values


def integers(source, count, bits, signed, depth=1):
    need(depth <= 4, "encodings nest too deep", "limit")
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    kind = source.number(1)
    if kind == 1:
        value = source.zigzag()
        need(low <= value <= high, "constant out of range")
        return 0, lambda data: [value] * count
    if kind == 2:
        size = bits // 8
        return size * count, lambda data: [
            int.from_bytes(data[i * size : (i + 1) * size], "little", signed=signed) for i in range(count)
        ]
    if kind == 3:
        width, reference = source.number(1), source.zigzag()
        need(width <= min(64, bits) and low <= reference <= high, "width or reference out of range")

        def add(data):
            values = (reference + offset for offset in unpack(data, count, width))
            return [v if low <= v <= high else (v - low) % (1 << bits) + low for v in values]

        return packed_size(count, width), add
    if kind == 4:
        runs = source.varint()
        need(runs <= count, "more runs than values", "limit")
        need(runs or not count, "no runs")
        value_size, values = integers(source, runs, bits, signed, depth + 1)
        length_size, lengths = integers(source, runs, 32, False, depth + 1)
        return value_size + length_size, lambda data: expand(
            values(data[:value_size]), lengths(data[value_size:]), count
        )
    children = []

    def child(size, child_bits=bits, child_signed=signed):
        children.append(integers(source, size, child_bits, child_signed, depth + 1))

    def parts(data):
        """What each child makes of its bytes."""
        at, found = 0, []
        for size, values in children:
            found.append(values(data[at : at + size]))
            at += size
        return found

    def wrap(value):
        return value if low <= value <= high else (value - low) % (1 << bits) + low

    if kind == 5:
        lag = source.varint()
        need(lag <= count, "a distance past the end", "limit")
        need(0 < lag < count, "a distance of nothing, or nothing left")
        child(lag)
        child(count - lag)

        def undo(data):
            values, differences = parts(data)
            for difference in differences:
                values.append(wrap(values[-lag] + difference))
            return values

        decode = undo
    elif kind == 6:
        patches = source.varint()
        need(patches <= count, "more patches than values", "limit")
        need(patches, "no patches")
        child(count)
        child(patches, 32, False)
        child(patches)

        def patch(data):
            values, positions, others = parts(data)
            patch_at(values, positions, others)
            return values

        decode = patch
    elif kind == 7:
        entries = source.varint()
        need(entries <= min(count, MAX_PAGE_ENTRIES), "a dictionary longer than may be", "limit")
        need(entries, "an empty dictionary")
        child(entries)
        child(count, 32, False)

        def look_up(data):
            values, codes = parts(data)
            need(max(codes) < len(values), "a code past the dictionary")
            return [values[code] for code in codes]

        decode = look_up
    elif kind == 8:
        planes, reference = source.number(1), source.zigzag()
        need(1 <= planes <= min(8, bits // 8) and low <= reference <= high, "planes or reference out of range")
        return planes * count, lambda data: [
            wrap(reference + int.from_bytes(data[i::count], "little")) for i in range(count)
        ]
    elif kind == 9:
        factor, reference = source.zigzag(), source.zigzag()
        need(low <= factor <= high and low <= reference <= high, "factor or reference out of range")
        child(count)
        decode = lambda data: [wrap(reference + factor * value) for value in parts(data)[0]]  # noqa: E731
    else:
        raise Refused("unknown-encoding", f"integer encoding {kind}")
    return sum(size for size, _ in children), decode


def patch_at(values, positions, others):
    need(all(a < b for a, b in zip(positions, positions[1:])), "patches do not ascend")
    need(positions[-1] < len(values), "a patch past the end")
    for position, other in zip(positions, others):
        values[position] = other


def expand(values, lengths, count):
    need(all(lengths) and sum(lengths) == count, "runs do not fill the page")
    return [value for value, length in zip(values, lengths) for _ in range(length)]


def doubles(source, count):
    """Doubles as their 64 bits."""
    kind = source.number(1)
    if kind == 1:
        size, values = integers(source, count, 64, True, 2)
        return size, lambda data: [value % (1 << 64) for value in values(data)]
    need(kind == 2, f"float encoding {kind}", "unknown-encoding")
    exponent, factor, patches = source.number(1), source.number(1), source.varint()
    need(factor <= exponent <= 18, "exponent or factor out of range")
    need(patches <= count, "more patches than values", "limit")
    size, values = integers(source, count, 64, True, 2)
    place_size, places = integers(source, patches, 32, False, 2) if patches else (0, lambda data: [])

    def decode(data):
        # float() and the products round to the nearest double, as the division of two exact powers does.
        found = [float(value) * 10.0**factor * (1.0 / 10.0**exponent) for value in values(data[:size])]
        bits = [struct.unpack("<Q", struct.pack("<d", value))[0] for value in found]
        if patches:
            positions = places(data[size : size + place_size])
            patch_at(bits, positions, struct.unpack_from(f"<{patches}Q", data, size + place_size))
        return bits

    return size + place_size + 8 * patches, decode


def strings(source, count):
    """Size, decoder, and bytes of all strings as they are stored."""
    kind = source.number(1)
    need(kind in (1, 2), f"string encoding {kind}", "unknown-encoding")
    entries = count
    if kind == 2:
        entries = source.varint()
        need(entries <= min(count, MAX_PAGE_ENTRIES), "a dictionary longer than may be", "limit")
        need(entries, "an empty dictionary")
    total = source.varint()
    need(total <= MAX_RAW, "too many bytes of strings", "limit")
    size, lengths = integers(source, entries, 32, False, 2)

    def cut(data):
        found, at = [], size
        counts = lengths(data[:size])
        need(sum(counts) == total, "lengths do not add up")
        for length in counts:
            found.append(text(data[at : at + length]).encode())
            at += length
        return found

    if kind == 1:
        return size + total, cut, total
    code_size, codes = integers(source, count, 32, False, 2)

    def look_up(data):
        found, rows = cut(data), codes(data[size + total :])
        need(max(rows) < entries, "a code past the dictionary")
        need(sum(len(found[code]) for code in rows) <= MAX_RAW, "too many bytes of strings", "limit")
        return [found[code] for code in rows]

    return size + total + code_size, look_up, total


def validity(source, count):
    kind = source.number(1)
    if kind in (0, 1):
        return kind, 0, lambda data: [kind == 0] * count
    if kind == 2:

        def bits(data):
            whole = int.from_bytes(data, "little")
            need(whole >> count == 0, "validity bits past the last row")
            return [whole >> row & 1 == 1 for row in range(count)]

        return kind, (count + 7) // 8, bits
    if kind == 3:
        first, runs = source.number(1), source.varint()
        need(first <= 1, "first run neither valid nor null")
        need(runs <= count, "more runs than rows", "limit")
        size, lengths = integers(source, runs, 32, False, 2)
        return kind, size, lambda data: expand([(run + first) % 2 == 1 for run in range(runs)], lengths(data), count)
    raise Refused("unknown-encoding", f"validity encoding {kind}")


class Extent:
    """An extent record (CF-20)."""

    def __init__(self, source, max_rows, pages_end):
        self.offset, self.checksum = source.number(8), source.number(8)
        self.stored, self.raw, self.rows = source.number(4), source.number(4), source.number(4)
        self.codec, self.physical = source.number(1), source.number(1)
        size = source.number(2)
        need(self.codec <= 2 and self.physical <= 5, "codec or physical type", "unknown-encoding")
        need(1 <= self.rows <= max_rows and size <= 1024, "rows or size of an encoding", "limit")
        tree = Bytes(source.take(size))
        self.value_size, self.values, self.text_size = 0, lambda data: [0] * self.rows, 0
        if self.physical in BITS:
            self.value_size, self.values = integers(tree, self.rows, BITS[self.physical], self.physical != CODES)
        elif self.physical == F64:
            self.value_size, self.values = doubles(tree, self.rows)
        elif self.physical == STRINGS:
            self.value_size, self.values, self.text_size = strings(tree, self.rows)
        self.validity_kind, validity_size, self.validity = validity(tree, self.rows)
        tree.end()
        need((self.physical == NO_VALUES) == (self.validity_kind == 1), "physical type against validity")
        need(self.raw <= MAX_RAW, "raw size", "limit")
        need(self.raw == self.value_size + validity_size, "raw size is not the encoding's")
        self.padded = (self.stored + 63) // 64 * 64
        if self.stored == 0:
            need(self.raw == self.offset == self.checksum == self.codec == 0, "nothing stored, yet a size")
            return
        need(self.raw > 0 and (self.codec or self.stored == self.raw), "stored against raw size")
        need(self.raw <= 32_768 * self.stored, "expansion", "limit")
        need(self.offset % 64 == 0 and 64 <= self.offset <= pages_end - self.padded, "extent out of place")

    def read(self, file):
        """Validity and values, with whatever null slots hold."""
        raw = b""
        if self.stored:
            padded = file[self.offset : self.offset + self.padded]
            need(xxhash.xxh3_64_intdigest(padded) == self.checksum, "extent damaged", "checksum")
            need(not any(padded[self.stored :]), "padding of an extent", "padding")
            raw = self.decompress(padded[: self.stored])
        return self.validity(raw[self.value_size :]), self.values(raw[: self.value_size])

    def decompress(self, stored):
        try:
            if self.codec == 1:
                need(zstandard.frame_content_size(stored) == self.raw, "content size of a zstd frame")
                engine = zstandard.ZstdDecompressor().decompressobj()
                raw = engine.decompress(stored)
                need(len(raw) == self.raw and engine.eof and not engine.unused_data, "zstd frame")
                return raw
            if self.codec == 2:
                engine = zlib.decompressobj()
                raw = engine.decompress(stored, self.raw + 1)
                need(len(raw) == self.raw and engine.eof and not engine.unused_data, "zlib stream")
                return raw
        except (zstandard.ZstdError, zlib.error) as error:
            raise Refused("malformed", str(error)) from None
        return stored


class Page(Extent):
    """A page record (CF-21)."""

    def __init__(self, source, rows, pages_end):
        super().__init__(source, MAX_ROWS, pages_end)
        need(self.rows == rows, "page and chunk differ in rows")
        self.nulls, self.scale, kind = source.number(4), source.number(1), source.number(1)
        source.zeros(2)
        self.hash = source.number(16)
        agrees = {0: self.nulls == 0, 1: self.nulls == rows}.get(self.validity_kind, 0 < self.nulls < rows)
        need(agrees, "null count against validity")
        need(self.scale == 0 or (self.scale <= 38 and self.physical in (I64, I128)), "scale of a page")
        allowed = {NO_VALUES: (0,), I64: (1, 2), I128: (1, 2), F64: (0, 3), CODES: (0, 4, 5), STRINGS: (0, 4, 5)}
        need(kind in allowed[self.physical], "kind of bounds")
        self.kind, self.bounds = kind, ()
        if kind in (1, 2):
            self.bounds = tuple(source.zigzag() for _ in range(kind + 1))
            need(self.bounds[0] <= self.bounds[1], "minimum above maximum")
        elif kind == 3:
            self.bounds = struct.unpack("<dd", source.take(16))
            need(self.bounds[0] <= self.bounds[1], "minimum not below maximum")
        elif kind in (4, 5):
            for _ in range(2):
                length = source.number(1)
                need(length <= 32, "length of a bound", "limit")
                self.bounds += (source.take(length),)
        if self.physical == F64:
            low, high, flag = source.number(2, True), source.number(2, True), source.number(1)
            need(-1074 <= low <= high <= 1024 and flag <= 1, "range of exponents")

    def rows_of(self, file, dictionary):
        """Values as stored, None for null; all that section 7 and CF-40 say of integers is checked."""
        valid, values = self.read(file)
        need(valid.count(False) == self.nulls, "null count is not that of the rows")
        if self.physical in (I64, I128):
            need(all(self.bounds[0] <= v <= self.bounds[1] for v in values), "a value outside its bounds")
            if self.kind == 2:
                need(sum(v for v, there in zip(values, valid) if there) == self.bounds[2], "sum")
        elif self.physical == CODES:
            need(max(values) < len(dictionary), "a code past the dictionary")
        elif self.physical == STRINGS:
            need(all(there or not v for v, there in zip(values, valid)), "a null with bytes")
        need(self.content_hash(values, valid) == self.hash, "hash of the content")
        self.check_bounds([v for v, there in zip(values, valid) if there], dictionary)
        if self.physical == CODES:
            values = [dictionary[v] if there else None for v, there in zip(values, valid)]
        return [v if there else None for v, there in zip(values, valid)]

    def check_bounds(self, values, dictionary):
        """CF-23: kinds 1 to 4 are values, kind 5 bounds them."""
        if self.kind == 3:
            values = [struct.unpack("<d", v.to_bytes(8, "little"))[0] for v in values]
            values = [v for v in values if v == v]
            need(values, "bounds without values")
        elif self.physical == CODES:
            values = [dictionary[v] for v in values]
        if self.kind in (1, 2, 3, 4):
            need((min(values), max(values)) == self.bounds[:2], "minimum or maximum")
        elif self.kind == 5:
            need(self.bounds[0] <= min(values) and max(values) <= self.bounds[1], "a value outside its bounds")

    def content_hash(self, values, valid):
        head = struct.pack("<BBHIII", self.physical, self.scale, 0, self.rows, self.nulls, 0)

        def digest(data):
            return xxhash.xxh3_128_intdigest(data).to_bytes(16, "little")

        if self.physical == NO_VALUES:
            return xxhash.xxh3_128_intdigest(head)
        if self.physical == STRINGS:
            head += digest(b"".join(struct.pack("<I", len(v)) for v in values)) + digest(b"".join(values))
        else:
            size = {I64: 8, I128: 16, F64: 8, CODES: 4}[self.physical]
            signed = self.physical in (I64, I128)
            data = b"".join((v if t else 0).to_bytes(size, "little", signed=signed) for v, t in zip(values, valid))
            head += digest(data)
        if self.nulls:
            bits = sum(1 << row for row, there in enumerate(valid) if there)
            head += digest(bits.to_bytes((self.rows + 7) // 8, "little"))
        return xxhash.xxh3_128_intdigest(head)


class Column:
    """A column section (section 3.4)."""

    def __init__(self, data, number, kind, precision, scale, chunk_rows, pages_end):
        source = Bytes(data)
        need(source.number(4) == number and source.number(4) == len(chunk_rows), "another column's section")
        segments, entries, size, flag = source.number(4), source.number(4), source.number(8), source.number(8)
        need(flag == 1 or flag == segments == entries == size == 0, "neither dictionary nor none")
        need(entries <= MAX_ENTRIES and size <= 1 << 30 and segments <= entries, "dictionary", "limit")
        need(flag == 0 or kind == 6, "a dictionary for another type")
        self.segments = [Extent(source, 65_536, pages_end) for _ in range(segments)]
        need(all(s.physical == STRINGS and s.validity_kind == 0 for s in self.segments), "not a segment")
        sums = sum(s.rows for s in self.segments), sum(s.text_size for s in self.segments)
        need(sums == (entries, size), "segments do not add up")
        self.ranks = Extent(source, MAX_ENTRIES, pages_end) if entries else None
        if self.ranks:
            right = self.ranks.rows == entries and self.ranks.physical == CODES and self.ranks.validity_kind == 0
            need(right, "not ranks")
        self.pages = [Page(source, rows, pages_end) for rows in chunk_rows]
        source.end()
        moments = (-62_135_596_800_000_000, 253_402_300_799_999_999)
        limits = {1: (0, 1), 2: (-(1 << 63), (1 << 63) - 1), 5: (-719_162, 2_932_896), 7: moments, 8: moments}
        low, high = limits.get(kind, (1 - 10**precision, 10**precision - 1))
        for page in self.pages:
            fits = {
                NO_VALUES: True,
                I64: kind in (1, 2, 5, 7, 8) and page.scale == 0 or kind == 3 and page.scale <= scale,
                I128: kind == 3 and precision > 18 and page.scale <= scale,
                F64: kind == 4,
                CODES: kind == 6 and flag == 1,
                STRINGS: kind == 6,
            }
            need(fits[page.physical], "a page that does not fit its column")
            if page.kind in (1, 2):
                factor = 10 ** (scale - page.scale)
                need(low <= page.bounds[0] * factor and page.bounds[1] * factor <= high, "bounds outside the type")

    def extents(self):
        return self.segments + ([self.ranks] if self.ranks else []) + self.pages

    def dictionary(self, file):
        entries = [entry for segment in self.segments for entry in segment.read(file)[1]]
        if self.ranks:
            ranks = self.ranks.read(file)[1]
            need(sorted(ranks) == list(range(len(entries))), "ranks are not a permutation")
            order = sorted(range(len(entries)), key=lambda code: ranks[code])
            pairs = zip(order, order[1:])
            need(all(entries[a] < entries[b] for a, b in pairs), "strings not distinct or not in rank order")
        return entries


class ChunkFile:
    """A whole file, read and checked."""

    def __init__(self, file):
        self.file = file
        need(file[:8] == MAGIC[: len(file)] and file, "magic", "bad-magic")
        need(len(file) >= 256, "too short", "truncated")
        need(not any(file[10:64]), "header", "padding")
        tail = file[-96:]
        need(tail[88:] == END_MAGIC, "end magic", "truncated")
        need(xxhash.xxh3_64_intdigest(tail[:80]) == int.from_bytes(tail[80:88], "little"), "tail", "checksum")
        version = int.from_bytes(tail[72:74], "little")
        need(version == 1, f"version {version}", "unsupported-version")
        need(tail[64:72] == MAGIC and not any(tail[74:80]), "copy of the header")
        need(tail[64:80] == file[:16], "header against its copy", "checksum")
        source = Bytes(tail)
        at, size, checksum, total, self.row_count = (source.number(8) for _ in range(5))
        columns, chunks, features = source.number(4), source.number(4), source.number(8)
        need(features == 0, f"feature bits {features:b}", "unknown-feature")
        need(total == len(file), "size of the file", "truncated")
        need(columns <= 1_000_000, "columns", "limit")
        need(self.row_count <= MAX_ROWS * chunks and (columns or not chunks), "rows against chunks")
        need(size == 32 * (columns + 3) and at == len(file) - 96 - size and at >= 64, "place of the directory")
        self.read_directory(file[at : at + size], at, checksum, columns)
        self.read_sections(columns, chunks)

    def read_directory(self, data, end, checksum, columns):
        need(xxhash.xxh3_64_intdigest(data) == checksum, "directory", "checksum")
        source, self.entries, expected = Bytes(data), [], None
        for number in range(columns + 3):
            kind = source.number(2)
            source.zeros(2)
            column, offset, size, digest = source.number(4), source.number(8), source.number(8), source.number(8)
            is_column = number < columns
            need(kind == (1 if is_column else number - columns + 2), "kind of a section")
            need(column == (number if is_column else 0), "section out of order")
            starts = offset == expected if expected is not None else offset % 64 == 0 and offset >= 64
            need(starts and offset + size <= end, "place of a section")
            need(size <= 1 << 30, "size of a section", "limit")
            expected = offset + size
            self.entries.append((offset, size, digest))
        need(expected == end, "bytes before the directory")

    def section(self, number):
        offset, size, digest = self.entries[number]
        data = self.file[offset : offset + size]
        need(xxhash.xxh3_64_intdigest(data) == digest, "section", "checksum")
        return data

    def read_sections(self, columns, chunks):
        rows = self.section(columns + 1)
        need(len(rows) == 4 * chunks, "chunk rows")
        self.chunk_rows = struct.unpack(f"<{chunks}I", rows)
        need(all(1 <= count <= MAX_ROWS for count in self.chunk_rows), "rows of a chunk", "limit")
        need(sum(self.chunk_rows) == self.row_count, "chunk rows against rows")
        source, self.fields = Bytes(self.section(columns + 2)), []
        for _ in range(columns):
            kind, precision, scale = source.number(1), source.number(1), source.number(1)
            source.zeros(1)
            need(kind in TYPE_NAMES, f"type {kind}", "unknown-encoding")
            decimal = kind == 3
            need(1 <= precision <= 38 and scale <= precision if decimal else precision == scale == 0, "type")
            size = source.number(4)
            need(size <= 65_536, "name", "limit")
            self.fields.append((text(source.take(size)), kind, precision, scale))
        source.end()
        names = {unicodedata.normalize("NFC", field[0]) for field in self.fields}
        need(len(names) == columns, "two columns of one name")
        source, self.metadata = Bytes(self.section(columns)), []
        count = source.number(4)
        need(count <= 65_536, "metadata", "limit")
        for _ in range(count):
            key = text(source.take(source.number(4)))
            self.metadata.append((key, text(source.take(source.number(4)))))
        source.end()
        pages_end = self.entries[0][0]
        self.columns = [
            Column(self.section(number), number, *field[1:], self.chunk_rows, pages_end)
            for number, field in enumerate(self.fields)
        ]
        self.check_layout(pages_end)

    def check_layout(self, pages_end):
        """CF-2: extents fill the space between header and sections."""
        extents = sorted((e.offset, e.padded) for c in self.columns for e in c.extents() if e.stored)
        at = 64
        for offset, size in extents:
            need(offset == at, "gap or overlap of extents")
            at += size
        need(at == pages_end, "gap before the sections")

    def lines(self):
        for key, value in self.metadata:
            yield f"metadata\t{escaped(key)}\t{escaped(value)}"
        yield "\t".join(["columns"] + [f"{escaped(field[0])}:{type_name(*field[1:])}" for field in self.fields])
        printed = []
        for column, (_, kind, _, scale) in zip(self.columns, self.fields):
            dictionary, values = column.dictionary(self.file), []
            for page in column.pages:
                for value in page.rows_of(self.file, dictionary):
                    values.append("\\N" if value is None else shown(value, kind, scale, page.scale))
            printed.append(values)
        for row in zip(*printed):
            yield "\t".join(("row",) + row)


def type_name(kind, precision, scale):
    return f"decimal({precision},{scale})" if kind == 3 else TYPE_NAMES[kind]


def escaped(value):
    value = value.replace("\\", "\\\\")
    return "".join(f"\\x{ord(c):02x}" if ord(c) < 0x20 else c for c in value)


def shown(value, kind, scale, page_scale):
    if kind == 1:
        return "true" if value else "false"
    if kind == 3:
        digits = str(abs(value) * 10 ** (scale - page_scale)).rjust(scale + 1, "0")
        whole = digits if scale == 0 else f"{digits[:-scale]}.{digits[-scale:]}"
        return ("-" if value < 0 else "") + whole
    if kind == 4:
        return f"0x{value:016x}"
    if kind == 5:
        return str(datetime.date.fromordinal(value + 719_163))
    if kind in (7, 8):
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=value)
        return moment.isoformat(timespec="microseconds") + ("Z" if kind == 8 else "")
    return escaped(value.decode()) if kind == 6 else str(value)


def read(path):
    with open(path, "rb") as handle:
        return "".join(line + "\n" for line in ChunkFile(handle.read()).lines())


def check(manifest):
    folder, failures, count = os.path.dirname(os.path.abspath(manifest)), 0, 0
    with open(manifest, encoding="utf-8") as handle:
        lines = handle.read().splitlines()[1:]
    for line in lines:
        name, expectation = line.split("\t")[:2]
        path, count = os.path.join(folder, name), count + 1
        try:
            rows, outcome = read(path), "rows"
        except Refused as refused:
            rows, outcome = str(refused), refused.code
        if outcome == "rows" == expectation:
            with open(path[:-4] + ".txt", encoding="utf-8", newline="") as handle:
                outcome = "rows" if handle.read() == rows else "other rows"
        if outcome != expectation:
            failures += 1
            print(f"{name}: expected {expectation}, found {outcome}: {rows.strip()[:200]}", file=sys.stderr)
    failures += changed_files(folder)
    print(f"{count - failures} of {count} vectors as stated")
    return 1 if failures or not count else 0


def changed_files(folder):
    """Number of files that are not those of SHA256SUMS, or are not in it."""
    with open(os.path.join(folder, "SHA256SUMS"), encoding="utf-8") as handle:
        known = dict(reversed(line.split("  ", 1)) for line in handle.read().splitlines())
    found = {}
    for part in ("valid", "invalid"):
        for name in os.listdir(os.path.join(folder, part)):
            with open(os.path.join(folder, part, name), "rb") as handle:
                found[f"{part}/{name}"] = hashlib.sha256(handle.read()).hexdigest()
    wrong = sorted(name for name in known.keys() | found.keys() if known.get(name) != found.get(name))
    for name in wrong:
        state = "is missing" if name not in found else "is not in SHA256SUMS" if name not in known else "was changed"
        print(f"{name} {state}", file=sys.stderr)
    return len(wrong)


def main(arguments):
    if len(arguments) == 2 and arguments[0] == "--check":
        return check(arguments[1])
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 64
    try:
        sys.stdout.write(read(arguments[0]))
        return 0
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
