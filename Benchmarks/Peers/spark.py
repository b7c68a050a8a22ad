#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs of Spark/ beside pure PySpark doing the same (spark_batch.py), on the cities file and on ten times of it, in one run.

    spark.py [--repeat 3] [--sizes 1,10] [--python .build-spark43/bin/python] [--command .build/release/colonnade]

Each figure is a whole spark-submit on local[2], start of Spark included: wall seconds, and CPU seconds of all its processes, the best of the
repeats, which take turns. The command alone stands beside them. Answers are checked against each other.
The table goes to Benchmarks/Results/spark.md.
"""

import argparse
import atexit
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import duckdb
from side_by_side import COMMAND, DATA, ROOT, machine, write_result

SUMS = ["--by", "date,state", "--agg", "sum(cases), sum(deaths)", "--order-by", "date, state desc"]
KEYS = ["--on", "date,state,code"]
NAMES = ["source_rows_unmatched", "compare_rows_unmatched", "rows_in_both", "diff_rows"]
# What a comparison is divided into where it is more than one task's work.
TASKS = 2
# Days that a city has rows of: the file has 423.
DAYS = 423


class Accounting:
    """A control group, in which the kernel counts the CPU time of all processes, also of those whose parent never asks: Spark's Python workers."""

    def __init__(self):
        mounts = [line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines()]
        roots = [pathlib.Path(words[1]) for words in mounts if words[2] == "cgroup2"]
        if not roots:
            sys.exit("CPU seconds of all processes need a control group: no cgroup2 is mounted here")
        self.folder = roots[0] / f"colonnade-bench-{os.getpid()}"
        try:
            self.folder.mkdir()
        except OSError as error:
            sys.exit(f"CPU seconds of all processes need a control group: {error}: run as root")
        atexit.register(self.folder.rmdir)

    def enter(self):
        """In a child, before it becomes the command."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))

    def seconds(self):
        counted = dict(line.split() for line in (self.folder / "cpu.stat").read_text().splitlines())
        return int(counted["usage_usec"]) / 1e6

    def wait(self):
        """Until all processes have ended: workers outlive Spark a little."""
        while (self.folder / "cgroup.procs").read_text():
            time.sleep(0.05)


def measured(arguments, environment, accounting, accepted=(0,)):
    """Wall and CPU seconds of a command and of all that it starts."""
    before, start = accounting.seconds(), time.perf_counter()
    child = subprocess.Popen(
        [str(a) for a in arguments], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=accounting.enter
    )
    said = child.stderr.read()
    status = child.wait()
    wall = time.perf_counter() - start
    if status not in accepted:
        sys.exit(f"{' '.join(map(str, arguments))} ended with {status}\n{said.decode()[-3000:]}")
    accounting.wait()
    return wall, accounting.seconds() - before


class Files:
    """Both versions of the cities file, of one size, in all forms."""

    def __init__(self, size, command):
        self.size, self.command = size, command
        self.folder = DATA / f"spark-{size}x"
        self.csv = [self.folder / "cities.csv", self.folder / "cities2.csv"]
        self.cln = [path.with_suffix(".cln") for path in self.csv]
        self.parquet = [path.with_suffix(".parquet") for path in self.csv]
        self.sums, self.batch_sums = self.folder / "sums.csv", self.folder / "batch-sums"
        self.csv_sums = self.folder / "csv-sums.csv"
        self.report, self.batch_report = self.folder / "report.json", self.folder / "batch-report.json"
        self.divided_report = self.folder / "divided-report.json"

    def make(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.csv[1].exists():
            generator = [sys.executable, ROOT / "Benchmarks/generate_cities.py", "--days", DAYS * self.size]
            subprocess.run([str(w) for w in [*generator, self.csv[0], "--changed", self.csv[1]]], check=True)
        for csv, cln in zip(self.csv, self.cln):
            subprocess.run([self.command, "convert", csv, "-o", cln, "--quiet"], check=True)
        self.rows = int(subprocess.check_output([self.command, "agg", self.cln[0], "--agg", "count(*)", "--header-out", "off"]))


def works(files, submit):
    """name -> (command line, exit codes): of each work the batch first, then ours, then the command alone."""
    command = files.command
    job, batch = [*submit, ROOT / "Spark/jobs/colonnade_job.py"], [*submit, ROOT / "Benchmarks/Peers/spark_batch.py"]
    converted = files.folder / "converted"
    return {
        ("sums by date and state", "PySpark, from CSV"): ([*batch, "agg", files.csv[0], files.batch_sums], (0,)),
        ("sums by date and state", "PySpark, from Parquet"): ([*batch, "agg", files.parquet[0], files.batch_sums], (0,)),
        ("sums by date and state", "Colonnade on Spark, from CSV"): ([*job, "agg", files.csv[0], *SUMS, "-o", files.csv_sums], (0,)),
        ("sums by date and state", "Colonnade on Spark, from .cln"): ([*job, "agg", files.cln[0], *SUMS, "-o", files.sums], (0,)),
        ("sums by date and state", "Colonnade alone, from .cln"): (
            [command, "agg", files.cln[0], *SUMS, "-o", files.folder / "alone.csv"], (0,),
        ),
        ("comparison by date, state, code", "PySpark, from CSV"): ([*batch, "cmp", *files.csv, files.batch_report], (0,)),
        ("comparison by date, state, code", "PySpark, from Parquet"): ([*batch, "cmp", *files.parquet, files.batch_report], (0,)),
        ("comparison by date, state, code", "Colonnade on Spark, from .cln, one task's work"): (
            [*job, "cmp", *files.cln, *KEYS, "-o", files.report], (0, 1),
        ),
        ("comparison by date, state, code", "Colonnade on Spark, from .cln, divided"): (
            [*job, "cmp", *files.cln, *KEYS, "-o", files.divided_report, "--spark-tasks", TASKS], (0, 1),
        ),
        ("comparison by date, state, code", "Colonnade alone, from .cln"): (
            [command, "cmp", *files.cln, *KEYS, "-q", "-o", files.folder / "alone.json"], (0, 1),
        ),
        ("CSV to a columnar file", "PySpark, to Parquet"): ([*batch, "parquet", files.csv[0], files.folder / "again.parquet"], (0,)),
        ("CSV to a columnar file", "Colonnade on Spark, to a folder of .cln"): (
            [*job, "convert", files.csv[0], "-o", f"{converted}/"], (0,),
        ),
        ("CSV to a columnar file", "Colonnade alone, to .cln"): (
            [command, "convert", files.csv[0], "-o", files.folder / "alone.cln", "-q"], (0,),
        ),
    }  # fmt: skip


def check(files):
    """All answers are the same: the bytes of ours, the figures of the batch's, and of what was converted rows and sums."""
    alone, ours = files.folder / "alone.csv", files.sums
    if not alone.read_bytes() == ours.read_bytes() == files.csv_sums.read_bytes():
        sys.exit("the sums of the jobs are not those of the command")
    batch = b"".join(path.read_bytes() for path in sorted(files.batch_sums.glob("part-*.csv")))
    if batch != ours.read_bytes():
        sys.exit("the sums of the batch are not those of the job")
    if not files.report.read_bytes() == files.divided_report.read_bytes() == (files.folder / "alone.json").read_bytes():
        sys.exit("the report of the job is not that of the command")
    found, batch = (json.loads(path.read_text()) for path in (files.report, files.batch_report))
    if [found[name] for name in NAMES] != [batch[name] for name in NAMES]:
        sys.exit(f"the figures of the batch are not those of the job: {found} {batch}")
    check_converted(files)


def check_converted(files):
    """Every engine's table has the rows and sums of the CSV, as DuckDB reads it."""
    figures = "count(*), count(distinct date), sum(cases), sum(deaths)"
    read = lambda source: tuple(map(int, duckdb.sql(f"select {figures} from {source}").fetchall()[0]))
    expected = read(f"read_csv('{files.csv[0]}')")
    found = {"PySpark's Parquet": read(f"read_parquet('{files.folder}/again.parquet/*.parquet')")}
    for name, path in {"the job's folder": f"{files.folder}/converted/", "the command's file": files.folder / "alone.cln"}.items():
        told = subprocess.check_output([files.command, "agg", path, "--agg", figures, "--header-out", "off"], text=True)
        found[name] = tuple(map(int, told.split(",")))
    for name, figures in found.items():
        if figures != expected:
            sys.exit(f"{name} has {figures}, and the CSV {expected}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sizes", default="1,10")
    parser.add_argument("--python", default=str(ROOT / ".build-spark43/bin/python"))
    parser.add_argument("--command", default=COMMAND)
    arguments = parser.parse_args()
    accounting = Accounting()
    python = pathlib.Path(arguments.python)
    home = subprocess.check_output([python, "-c", "import pyspark; print(pyspark.__path__[0], pyspark.__version__)"], text=True)
    home, version = home.split()
    environment = {
        **os.environ, "SPARK_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": str(python), "COLONNADE_BINARY": arguments.command,
    }  # fmt: skip
    submit = [f"{home}/bin/spark-submit", "--master", "local[2]", "--driver-memory", "2g", "--conf", "spark.ui.enabled=false"]
    lines = [
        "# Jobs on Spark, beside pure PySpark",
        "",
        f"Spark {version}, local[2], each figure a whole spark-submit. {machine(2)}.",
        f"Best of {arguments.repeat}, taking turns; CPU seconds are those of all processes, as their control group counts them. The batch is `Benchmarks/Peers/spark_batch.py`, which is",
        "told the types of its CSVs. All answers are checked to be equal. `make bench-spark`.",
        "",
        "| rows | work | engine | wall s | CPU s | of PySpark's wall from CSV | of its CPU |",
        "|---|---|---|---|---|---|---|",
    ]
    nothing = [measured([*submit, ROOT / "Benchmarks/Peers/spark_batch.py", "nothing"], environment, accounting) for _ in range(arguments.repeat)]
    wall, cpu = (min(run[place] for run in nothing) for place in (0, 1))
    lines.append(f"| 1 | none: start and end of Spark | PySpark | {wall:.1f} | {cpu:.1f} | | |")
    for size in map(int, arguments.sizes.split(",")):
        files = Files(size, arguments.command)
        files.make()
        for csv, parquet in zip(files.csv, files.parquet):
            measured([*submit, ROOT / "Benchmarks/Peers/spark_batch.py", "parquet", csv, parquet], environment, accounting)
        todo = works(files, submit)
        runs = {name: [] for name in todo}
        for _ in range(arguments.repeat):
            for name, (words, accepted) in todo.items():
                if "to a folder" in name[1]:
                    shutil.rmtree(files.folder / "converted", ignore_errors=True)
                runs[name].append(measured(words, environment, accounting, accepted))
                print(size, *name, *(f"{figure:.2f}" for figure in runs[name][-1]), file=sys.stderr, flush=True)
        check(files)
        reference = {}
        for (work, engine), found in runs.items():
            wall, cpu = (min(run[place] for run in found) for place in (0, 1))
            # Of each work, PySpark with the CSV comes first.
            first = reference.setdefault(work, (wall, cpu))
            ratios = f"{wall / first[0]:.2f} | {cpu / first[1]:.2f}"
            lines.append(f"| {files.rows:,} | {work} | {engine} | {wall:.2f} | {cpu:.2f} | {ratios} |")
    write_result("spark.md", lines)


if __name__ == "__main__":
    main()
