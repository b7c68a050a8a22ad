# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The jobs: `agg`, `cmp` and `convert` with the command's own options and exit codes, and a few about Spark that begin with --spark-."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Dict, List, Optional, Sequence, Tuple

from . import binary as binaries
from .aggregation import run_aggregate
from .child import CommandFailed
from .comparison import run_compare
from .conversion import run_convert
from .job import Settings
from .options import CommandLine, accepted
from .usage import WrongUsage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

USAGE = """\
colonnade_job.py agg|cmp|convert INPUT… OPTIONS…   the command's own options: see colonnade help agg
  --spark-binary PATH          the command on every machine, or the name under which --files carried it
  --spark-task-memory SIZE     what each run of the command in a task keeps to (512MiB)
  --spark-task-bytes N         stored bytes for a task to read (268435456)
  --spark-tasks N              so many tasks, whatever their size
  --spark-parts N              parts of the shuffle
"""
EXIT_OF_DATA, EXIT_OF_USAGE = 2, 64
# What a task raised, in the text that Spark makes of it.
RAISED_IN_A_TASK = re.compile(r"^(?:[\w.]+: )?((?:spark\.[a-z-]+): .*(?:\n(?!\s*(?:at |\t)|\n).*){0,4})", re.MULTILINE)


def main(words: Sequence[str]) -> int:
    """Runs a job in the session that spark-submit gives. Its exit code is the command's: 0, cmp's 1, 2 for data or environment, 64 for usage."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0 if words else EXIT_OF_USAGE
    try:
        settings, rest = settings_of(words)
    except WrongUsage as error:
        return told(str(error), EXIT_OF_USAGE)

    from pyspark.sql import SparkSession

    spark = SparkSession.builder.appName(f"colonnade {rest[0]}").getOrCreate()
    try:
        return run_job(spark, rest[0], rest[1:], settings)
    except WrongUsage as error:
        return told(str(error), EXIT_OF_USAGE)
    except CommandFailed as error:
        return told(str(error), error.status if error.status in (EXIT_OF_DATA, EXIT_OF_USAGE) else EXIT_OF_DATA)
    except Exception as error:
        # Spark wraps what a task raised, often more than once, in a page of Java: the cause is told, the page is in its log.
        return told(cause(error), EXIT_OF_DATA)
    finally:
        spark.stop()


def run_job(spark: SparkSession, work: str, words: Sequence[str], settings: Settings) -> int:
    if work not in ("agg", "cmp", "convert"):
        raise WrongUsage(f"{WrongUsage.code}: no job is called {work}: agg, cmp or convert")
    line = CommandLine.parsed(words, accepted(binaries.find(settings.binary), work))
    if work == "agg":
        sys.stdout.buffer.write(run_aggregate(spark, line, settings))
    elif work == "cmp":
        found = run_compare(spark, line, settings)
        sys.stdout.buffer.write(found.summary)
        return found.status
    else:
        run_convert(spark, line, settings)
    return 0


def settings_of(words: Sequence[str]) -> Tuple[Settings, List[str]]:
    """Takes the options about Spark out of a command line. Raises `WrongUsage`."""
    found: Dict[str, str] = {}
    rest: List[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("--spark-"):
            rest.append(word)
            continue
        name, equals, value = word.partition("=")
        if not equals and not left:
            raise WrongUsage(f"{WrongUsage.code}: {name} needs a value")
        found[name] = value if equals else left.pop(0)
    settings = Settings(
        binary=found.pop("--spark-binary", None),
        task_memory=found.pop("--spark-task-memory", Settings.task_memory),
        task_bytes=number(found, "--spark-task-bytes") or Settings.task_bytes,
        tasks=number(found, "--spark-tasks"),
        parts=number(found, "--spark-parts"),
    )
    for name in found:
        raise WrongUsage(f"{WrongUsage.code}: there is no option {name}\n{USAGE}")
    if not rest:
        raise WrongUsage(f"{WrongUsage.code}: which job?\n{USAGE}")
    return settings, rest


def number(found: Dict[str, str], name: str) -> Optional[int]:
    text = found.pop(name, None)
    if text is None:
        return None
    if not text.isdigit() or int(text) == 0:
        raise WrongUsage(f"{WrongUsage.code}: {name} takes a whole number above 0, not {text}")
    return int(text)


def told(text: str, status: int) -> int:
    print(f"error: {text}", file=sys.stderr, flush=True)
    return status


def cause(error: BaseException) -> str:
    """What went wrong, in the words of whoever found it."""
    text = str(error)
    found = RAISED_IN_A_TASK.search(text)
    return found.group(1).strip() if found else f"{type(error).__name__}: {text[:2000]}"
