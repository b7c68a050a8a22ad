# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""What convert.py and size.py share: the CSVs, how each engine makes a columnar file of one, and whether that holds the same."""

import functools
import importlib.util
import os
import shutil
import subprocess
import sys
import typing
from pathlib import Path

from side_by_side import CITIES, DATA, GROUPBY, run_child, run_self, timed


class Source(typing.NamedTuple):
    path: Path
    generator: str
    # Columns of numbers with a point, and the decimal type that holds them: what a peer is told that shall not take float64.
    decimals: dict = {}


FILES = {
    "cities": Source(CITIES, "generate_cities.py"),
    "groupby": Source(GROUPBY, "generate_groupby.py", {"v3": (8, 6)}),
    "lineitem": Source(
        DATA / "lineitem.csv",
        "generate_lineitem.py",
        {"l_extendedprice": (15, 2), "l_discount": (15, 2), "l_tax": (15, 2)},
    ),
    "covid": Source(DATA / "covid.csv", "generate_covid.py"),
}


# --- peers: each prepares outside the clock, then gives a function to time; `decimals` as in `Source` ---


def duckdb_csv(source, decimals):
    types = {name: f"decimal{digits}" for name, digits in decimals.items()}
    return f"read_csv('{source}', types = {types})" if types else f"'{source}'"


def duckdb_task(source, target, threads, decimals, version="v1"):
    import duckdb

    database = duckdb.connect(config={"threads": threads})
    how = f"format parquet, compression zstd, parquet_version {version}"
    return lambda: database.execute(f"copy (from {duckdb_csv(source, decimals)}) to '{target}' ({how})")


def duckdb_own_task(source, target, threads, decimals):
    import duckdb

    database = duckdb.connect(config={"threads": threads})

    def convert():
        text = duckdb_csv(source, decimals)
        database.execute(f"attach '{target}' as own; create table own.data as from {text}; detach own")

    return convert


def polars_task(source, target, threads, decimals):
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    import polars as pl

    types = {name: pl.Decimal(*digits) for name, digits in decimals.items()}

    def convert():
        pl.scan_csv(source, try_parse_dates=True, schema_overrides=types).sink_parquet(target, compression="zstd")

    return convert


def pyarrow_csv(source, threads, decimals):
    """A function that reads the CSV into an Arrow table."""
    import pyarrow as pa
    from pyarrow import csv

    pa.set_cpu_count(threads)
    types = {name: pa.decimal128(*digits) for name, digits in decimals.items()}
    return lambda: csv.read_csv(source, convert_options=csv.ConvertOptions(column_types=types))


def pyarrow_task(source, target, threads, decimals):
    from pyarrow import parquet as pq

    read = pyarrow_csv(source, threads, decimals)
    return lambda: pq.write_table(read(), target, compression="zstd", store_decimal_as_integer=True)


def pyarrow_streaming_task(source, target, threads, decimals):
    import pyarrow as pa
    from pyarrow import csv
    from pyarrow import parquet as pq

    pa.set_cpu_count(threads)

    def convert():
        reader = csv.open_csv(source, csv.ReadOptions(block_size=8 << 20))
        with pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
            for batch in reader:
                writer.write_batch(batch)

    return convert


def chdb_task(source, target, threads, decimals):
    from chdb.session import Session

    session = Session()
    settings = f"max_threads = {threads}, max_insert_threads = {threads}, output_format_parquet_compression_method = 'zstd'"
    if decimals:
        types = ", ".join(f"{name} Nullable(Decimal{digits})" for name, digits in decimals.items())
        settings += f", schema_inference_hints = '{types}'"
    query = f"insert into function file('{target}', Parquet) select * from file('{source}', CSVWithNames) settings {settings}"
    return lambda: session.query(query)


def vortex_task(source, target, threads, decimals, options="default"):
    import vortex
    from vortex.io import VortexWriteOptions

    vortex.set_worker_threads(threads)
    writer = getattr(VortexWriteOptions, options)()
    read = pyarrow_csv(source, threads, decimals)
    return lambda: writer.write(read(), str(target))


def lance_task(source, target, threads, decimals):
    os.environ["LANCE_CPU_THREADS"] = str(threads)
    import lance
    import pyarrow as pa

    read = pyarrow_csv(source, threads, decimals)

    def convert():
        table = read()
        # This is how a column is said to be compressed by zstd; without, files are larger.
        fields = [field.with_metadata({"lance-encoding:compression": "zstd"}) for field in table.schema]
        lance.write_dataset(table.cast(pa.schema(fields)), target)

    return convert


class Engine(typing.NamedTuple):
    # What must be installed for it, and the ending of what it writes.
    module: str | None
    ending: str
    task: typing.Callable | None


ENGINES = {
    "colonnade": Engine(None, "cln", None),
    "duckdb": Engine("duckdb", "parquet", duckdb_task),
    "duckdb v2": Engine("duckdb", "parquet", functools.partial(duckdb_task, version="v2")),
    "duckdb own file": Engine("duckdb", "duckdb", duckdb_own_task),
    "polars": Engine("polars", "parquet", polars_task),
    "pyarrow": Engine("pyarrow", "parquet", pyarrow_task),
    "pyarrow streaming": Engine("pyarrow", "parquet", pyarrow_streaming_task),
    "chdb": Engine("chdb", "parquet", chdb_task),
    "vortex": Engine("vortex", "vortex", vortex_task),
    "vortex compact": Engine("vortex", "vortex", functools.partial(vortex_task, options="compact")),
    "lance": Engine("lance", "lance", lance_task),
}


def installed(names):
    """Those of `names` that can run here; says which cannot."""
    found = []
    for name in names:
        module = ENGINES[name].module
        if module is None or importlib.util.find_spec(module):
            found.append(name)
        else:
            print(f"{name}: {module} is not installed, skipped (Tests/setup.sh benchmarks installs it)", file=sys.stderr)
    return found


# --- what is written: a file, of Lance a folder ---


def target(engine, file):
    return DATA / f"columnar-{file}-{engine.replace(' ', '-')}.{ENGINES[engine].ending}"


def size(path):
    """Bytes of a file, or of all in a folder."""
    return sum(f.stat().st_size for f in path.rglob("*") if f.is_file()) if path.is_dir() else path.stat().st_size


def remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def run_peer_task(engine, file, threads, decimals={}):
    wall, cpu, _ = timed(ENGINES[engine].task(FILES[file].path, target(engine, file), threads, decimals))
    return {"wall": wall, "cpu": cpu}


def measure(script, engine, file, arguments):
    """One run: wall and CPU seconds, peak memory in MiB. What the last run wrote is removed before.

    A peer's task runs in a process of its own: `script --task`, which calls `run_peer_task`.
    """
    remove(target(engine, file))
    # What others left to be written to disk is not this run's to wait for.
    os.sync()
    if engine != "colonnade":
        found, memory = run_self(script, "--task", f"{engine}:{file}", "--threads", arguments.threads)
        return found["wall"], found["cpu"], memory
    options = ["-o", target(engine, file), "--threads", arguments.threads, "--quiet"]
    wall, cpu, memory, status, _ = run_child([arguments.command, "convert", FILES[file].path, *options])
    if status != 0:
        sys.exit(f"colonnade convert of {file} ended with {status}")
    return wall, cpu, memory


# --- the answer: each file's columns, read again, hold what the CSV's do ---


def read_again(engine, file, command):
    """What was written, as an Arrow table, by another program than the one that wrote it, if there is one; `csv`: the source."""
    from pyarrow import csv, parquet

    if engine == "csv":
        return csv.read_csv(FILES[file].path)
    path = target(engine, file)
    if engine == "colonnade":
        text = path.with_suffix(".csv")
        subprocess.run([command, "export", path, "-o", text, "--format", "csv", "--quiet"], check=True)
        try:
            return csv.read_csv(text)
        finally:
            text.unlink()
    if engine == "duckdb own file":
        import duckdb

        return duckdb.connect(path, read_only=True).sql("from data").to_arrow_table()
    if engine.startswith("vortex"):
        import vortex

        return vortex.open(str(path)).to_arrow().read_all()
    if engine == "lance":
        import lance

        return lance.dataset(path).to_table()
    if engine.startswith("pyarrow"):
        import duckdb

        return duckdb.sql(f"from '{path}'").to_arrow_table()
    return parquet.read_table(path)


def facts(table):
    """Rows, and of each column nulls, sum, least, greatest and distinct values; texts are summed by their bytes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    found = {"rows": table.num_rows}
    for name in table.column_names:
        values = table[name]
        if pa.types.is_decimal(values.type):
            values = values.cast(pa.float64())
        if pa.types.is_floating(values.type):
            # Whole millionths, as the generators write them at most: their sum does not depend on the order of rows.
            values = pc.round(pc.multiply(values, 1e6)).cast(pa.int64())
        elif not pa.types.is_integer(values.type) and not pa.types.is_date(values.type):
            values = values.cast(pa.string())
        if pa.types.is_string(values.type):
            numbers = pc.binary_length(values)
        else:
            numbers = values.cast(pa.int32()) if pa.types.is_date(values.type) else values
        least, greatest = pc.min_max(values).as_py().values()
        distinct = pc.count_distinct(values).as_py()
        found[name] = [values.null_count, pc.sum(numbers).as_py(), str(least), str(greatest), distinct]
    return found


def facts_of(script, engine, file, command):
    """What the file that `engine` wrote holds, found in a process of its own, which takes the table's memory with it."""
    return run_self(script, "--facts", f"{engine}:{file}", "--command", command)[0]


def run_facts(engine, file, command):
    return facts(read_again(engine, file, command))


def check(engine, file, found, expected):
    """Ends the benchmark unless the file holds what the CSV does; says so otherwise."""
    differ = [name for name in expected if expected[name] != found.get(name)]
    if differ or len(found) != len(expected):
        sys.exit(f"{engine} {file}: another answer than the CSV's in {', '.join(differ) or 'more columns'}")
    return f"{found['rows']:,} rows, equal"
