# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""`convert`: a large CSV is cut where records end, and each task makes a part of its own records.

    byte ranges ── csv scan ── csv cut (driver) ── csv types ── one schema (driver) ── convert --piece ── parts
                                                                               ├── a folder: its manifest, last
                                                                               └── one .cln: merge, last
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Iterable, List, Sequence, Tuple, Union

from . import binary as binaries
from . import places
from .child import run
from .csv_pieces import CSVPiece, CutCSVs, cut_csvs, lines_of_tasks, starts_of_csvs
from .job import Job, Settings, on_executor, say
from .options import CommandLine, accepted
from .parts import MANIFEST, new_mark, parts_of, require_written
from .planning import TableFile
from .table_files import listed, listing
from .usage import WrongUsage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

# Of the last step: where it goes, what is said of it, what concerns all rows.
OF_THE_LAST_STEP = ("output", "sort-by", "if-not-exists", "memory", "threads", "quiet", "progress")
# What parts cannot do for the whole, and what can.
REFUSED = {
    "append": "convert into a part of its own, and publish the next manifest",
    "rejects": "colonnade convert alone has all rows that were left out in one file",
    "receipt": "each part keeps its receipt: colonnade inspect PART --receipt",
    "piece": "a job cuts by itself",
    "types": "a job finds types by itself; --schema gives them",
}


def convert(
    spark: SparkSession, inputs: Union[str, Iterable[str]], output: str, *, settings: Settings = Settings(), **options: Any
) -> List[str]:
    """`colonnade convert INPUTS… -o OUTPUT` on the executors of `spark`: a table of the same rows, in the same order, with the same types.

    `output` is one file, whose name ends in .cln, or a folder, which becomes a table of parts with a manifest, published last. It
    returns these parts (none of one file). Inputs are CSVs by their names; compressed ones are a task each. `options` are the command's own.
    Parts of a job that fails are removed, unless it may have published them already. An output that is not in S3 must be a folder that all machines
    share. Raises `CommandFailed` (`status` 2: data or environment; 64: usage), `WrongUsage`, `PartsMissing`.
    """
    line = CommandLine.called([inputs] if isinstance(inputs, str) else inputs, {"output": output, **options})
    return run_convert(spark, line, settings)


def run_convert(spark: SparkSession, line: CommandLine, settings: Settings = Settings()) -> List[str]:
    """The same for a command line that was taken apart."""
    job = Job(spark, settings)
    line = line.checked(accepted(job.binary, "convert"))
    output = line.value("output")
    if output is None or not line.inputs:
        raise WrongUsage(f"{WrongUsage.code}: convert takes inputs and -o OUTPUT")
    for name, instead in REFUSED.items():
        if line.has(name):
            raise WrongUsage(f"{WrongUsage.code}: a job has no --{name}: {instead}")
    line, output = line.for_tasks(), places.absolute(output)
    if places.is_chunk_file(output):
        return convert_to_file(job, line, output)
    if line.has("sort-by"):
        raise WrongUsage(f"{WrongUsage.code}: --sort-by wants one file: -o TABLE.cln")
    return convert_to_folder(job, line, output)


def convert_to_folder(job: Job, line: CommandLine, folder: str) -> List[str]:
    cut = cut_csvs(job, line, starts_of_csvs(job, line))
    with parts_of(job, folder, new_mark(), len(cut.pieces), stay=True) as parts:
        require_written(job, parts.words(), convert_pieces(job, line, cut, parts.paths()))
        words = line.only(accepted(job.binary, "manifest")).without(("output",)).option_words()
        parts.is_publishing = True
        last_words(job, ["manifest", *words, "-o", places.inside(folder, MANIFEST), "--", *parts.words()])
    return parts.paths()


def convert_to_file(job: Job, line: CommandLine, output: str) -> List[str]:
    cut = cut_csvs(job, line, starts_of_csvs(job, line))
    # One piece needs no parts. Its task may run twice, which gives the same file, unless none may be there.
    if len(cut.pieces) == 1 and not line.has("if-not-exists"):
        require_written(job, [output], convert_pieces(job, line, cut, [output], more=line.only(("sort-by",)).option_words()))
        return []
    mark = new_mark()
    with parts_of(job, f"{output}.parts-{mark}", mark, len(cut.pieces), stay=False) as parts:
        require_written(job, parts.words(), convert_pieces(job, line, cut, parts.paths()))
        last_words(job, ["merge", *line.only(accepted(job.binary, "merge")).option_words(), "--", *parts.words()])
    return []


def convert_pieces(job: Job, line: CommandLine, cut: CutCSVs, paths: Sequence[str], more: Sequence[str] = ()) -> List[TableFile]:
    """Has a task write each part; what each wrote, as it saw it. Raises what Spark does when one failed for the last time."""
    words = [*line.without(OF_THE_LAST_STEP).option_words(), *more, "--types", cut.types]
    wanted, each = job.settings.binary, job.task_words()

    def work(unit: Tuple[CSVPiece, str]) -> bytes:
        piece, path = unit
        run(on_executor(wanted, ["convert", *words, *each, "--piece", piece.piece, "-o", path, "--", piece.file]))
        return run(listing(binaries.find(wanted), path)).output

    return [listed(text) for text in lines_of_tasks(job, list(zip(cut.pieces, paths)), work)]


def last_words(job: Job, words: Sequence[str]) -> None:
    """The step that makes the table of its parts; what it says is said here."""
    say(run([job.binary, *words]).said)
