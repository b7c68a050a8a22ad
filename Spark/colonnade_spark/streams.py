# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Arrow tables as opaque bytes in one column of Spark.

What the tasks of one step hand to the next is nobody's business but theirs: as a `blob`, a small whole Arrow stream, it goes through Spark's
shuffle and to the driver without being taken apart into rows and put together again, and keeps its types and metadata to the byte.
"""

from __future__ import annotations

from typing import Iterable, Iterator, List, Tuple

import pyarrow as pa

# Spark hands rows on by the number, whatever their size; see `session.ROWS_PER_BATCH`.
BLOB_BYTES = 256 << 10

# part: which reducer it is for; size: bytes of the blob; blob.
BLOB_COLUMNS = "part int, size bigint, blob binary"
_BLOB_SCHEMA = pa.schema([("part", pa.int32()), ("size", pa.int64()), ("blob", pa.binary())])
# Written once and read once: zstd would halve them again, at twice the cost of all else that Python does to them.
# Blobs are small: handing their columns to other threads takes a fourth of the time that is spent here.
_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4" if pa.Codec.is_available("lz4") else None, use_threads=False)
_READING = pa.ipc.IpcReadOptions(use_threads=False)


def blob(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> bytes:
    """One whole Arrow stream. Strings in dictionaries, other types and metadata stay as they are."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=_OPTIONS) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return bytes(sink.getvalue())


def batches_of(text: bytes) -> Iterator[pa.RecordBatch]:
    """The batches of a blob. Raises `pyarrow.ArrowInvalid`."""
    with pa.ipc.open_stream(pa.py_buffer(text), options=_READING) as reader:
        for batch in reader:
            yield batch


def schema_of(text: bytes) -> pa.Schema:
    with pa.ipc.open_stream(pa.py_buffer(text)) as reader:
        return reader.schema


def blobs(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """Batches gathered and cut to blobs of about `BLOB_BYTES` before compression. None for no rows."""
    gathered: List[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        for piece, piece_size in cut(batch):
            gathered.append(piece)
            size += piece_size
            if size >= BLOB_BYTES:
                yield blob(gathered, piece.schema)
                gathered, size = [], 0
    if gathered:
        yield blob(gathered, gathered[0].schema)


def cut(batch: pa.RecordBatch) -> Iterator[Tuple[pa.RecordBatch, int]]:
    """Slices of a batch of about `BLOB_BYTES` at most, by the mean size of its rows, with their sizes. None for no rows."""
    if batch.num_rows == 0:
        return
    size: int = batch.nbytes
    rows = max(1, batch.num_rows * BLOB_BYTES // max(1, size))
    if rows >= batch.num_rows:
        yield batch, size
        return
    for start in range(0, batch.num_rows, rows):
        piece = batch.slice(start, rows)
        yield piece, size * piece.num_rows // batch.num_rows


def row(part: int, text: bytes) -> pa.RecordBatch:
    """One blob as a row of Spark."""
    return rows([(part, text)])


def rows(found: Iterable[Tuple[int, bytes]]) -> pa.RecordBatch:
    pairs = list(found)
    columns = [
        pa.array([part for part, _ in pairs], pa.int32()),
        pa.array([len(text) for _, text in pairs], pa.int64()),
        pa.array([text for _, text in pairs], pa.binary()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=_BLOB_SCHEMA)


def texts(batches: Iterable[pa.RecordBatch]) -> Iterator[bytes]:
    """The blobs of rows that Spark handed on, one at a time."""
    for batch in batches:
        for value in batch.column(batch.schema.get_field_index("blob")):
            yield value.as_py()
