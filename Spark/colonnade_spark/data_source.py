# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The data source itself. Importing this needs Spark 4: see `reading.register`."""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, List, Sequence

import pyarrow as pa
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import StructType

from . import binary as binaries
from .child import arrow_batches
from .job import TypesDiffer, on_executor
from .places import absolute
from .planning import TASK_BYTES, Piece, task_count, tasks_of_pieces
from .pushing import condition_of, fits, quoted
from .spark_types import ddl, name_of
from .table_files import table_files
from .usage import WrongUsage


class ColonnadeSource(DataSource):
    """Options: `path`, and as of jobs `binary`, `taskBytes`, `tasks`, `parallelism` (tasks at the same time, 2)."""

    @classmethod
    def name(cls) -> str:
        return "colonnade"

    def schema(self) -> str:
        """All columns of the files."""
        return ddl(schema_of(binaries.find(self.options.get("binary")), self.path))

    @property
    def path(self) -> str:
        path = self.options.get("path")
        if not path:
            raise WrongUsage(f"{WrongUsage.code}: load() takes the path of a chunk file, a folder or a pattern")
        return absolute(path)

    def reader(self, schema: StructType) -> DataSourceReader:
        return ColonnadeReader(self.path, dict(self.options), schema)


class PushingColonnadeSource(ColonnadeSource):
    """The same for sessions in which filters are pushed; Spark refuses it in others."""

    def reader(self, schema: StructType) -> DataSourceReader:
        return PushingColonnadeReader(self.path, dict(self.options), schema)


class Task(InputPartition):
    """What one task reads."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        super().__init__(None)
        self.pieces = list(pieces)


class ColonnadeReader(DataSourceReader):
    """Reads some columns, of rows for which all conditions are true."""

    def __init__(self, path: str, options: Dict[str, Any], schema: StructType) -> None:
        self.path = path
        self.binary = options.get("binary")
        # Names of options come in lower case.
        self.task_bytes = int(options.get("taskbytes", TASK_BYTES))
        self.tasks = int(options.get("tasks", 0))
        self.parallelism = int(options.get("parallelism", 2))
        self.names = [field.name for field in schema.fields]
        self.wanted = {field.name: field.dataType.simpleString() for field in schema.fields}
        self.conditions: List[str] = []

    def partitions(self) -> Sequence[InputPartition]:
        command = binaries.find(self.binary)
        there = {field.name: name_of(field) for field in schema_of(command, self.path)}
        for name, kind in self.wanted.items():
            if there.get(name) != kind:
                told = f"is {there[name]}" if name in there else "is not there"
                raise WrongUsage(f"{WrongUsage.code}: column {name} of the schema is {kind}, but in {self.path} it {told}")
        files = table_files(command, [self.path])
        count = self.tasks or task_count(files, self.parallelism, self.task_bytes)
        return [Task(pieces) for pieces in tasks_of_pieces(files, count)]

    def read(self, partition: InputPartition) -> Iterator[pa.RecordBatch]:
        assert isinstance(partition, Task)
        words = ["export", "--format", "arrow", "--threads", "1", "--quiet"]
        words += ["--columns", ",".join(map(quoted, self.names))]
        if self.conditions:
            words += ["--where", " and ".join(self.conditions)]
        for piece in single(partition.pieces):
            for batch in arrow_batches(on_executor(self.binary, [*words, *piece.words()])):
                if batch.num_rows > 0:
                    yield plain(batch, self.wanted)


class PushingColonnadeReader(ColonnadeReader):
    """One that takes filters as well."""

    def pushFilters(self, filters: List[Any]) -> Iterable[Any]:
        """Takes the conditions that the command decides as Spark would; gives back the others."""
        for one in filters:
            condition = condition_of(one, self.wanted)
            if condition is not None and fits([*self.conditions, f"({condition})"]):
                self.conditions.append(f"({condition})")
            else:
                yield one


def single(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The same, each of one file: `export` takes one input."""
    for piece in pieces:
        for path in piece.paths:
            yield Piece((path,), piece.chunks, piece.first_chunk)


def plain(batch: pa.RecordBatch, wanted: Dict[str, str]) -> pa.RecordBatch:
    """Strings without dictionaries, which Spark's reader does not know. Raises `TypesDiffer` for columns of other types than Spark was told."""
    columns = [column.dictionary_decode() if pa.types.is_dictionary(column.type) else column for column in batch.columns]
    for field in batch.schema:
        if name_of(field) != wanted[field.name]:
            raise TypesDiffer(
                f"{TypesDiffer.code}: column {field.name} is {name_of(field)} in one file and {wanted[field.name]} in another: "
                "colonnade merge, or convert with one --schema, makes them one"
            )
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def schema_of(command: str, path: str) -> pa.Schema:
    """Columns of a table as the command hands them on: those of its first file, which all others must have."""
    first = table_files(command, [path])[0].path
    return next(arrow_batches([command, "export", "--format", "arrow", "--chunks", "0:0", "--quiet", "--", first])).schema
