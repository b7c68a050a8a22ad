# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Does a job tell inputs from options as the command does, and hand every option on?"""

import pytest
from colonnade_spark.main import cause, settings_of
from colonnade_spark.options import CommandLine, WrongUsage, accepted


def parsed(colonnade, *words, of="agg"):
    return CommandLine.parsed(words, accepted(colonnade.path, of))


def test_inputs_and_options(colonnade):
    line = parsed(colonnade, "a.cln", "--by", "x", "-o", "out.csv", "--where=x = 1", "b.cln", "--strict", "-q", "--", "--odd")
    assert line.inputs == ["a.cln", "b.cln", "--odd"]
    assert line.options == [("by", "x"), ("output", "out.csv"), ("where", "x = 1"), ("strict", None), ("quiet", None)]
    assert line.value("output") == "out.csv" and line.value("having") is None and line.has("strict")
    assert parsed(colonnade, *line.words()) == line


def test_a_value_that_looks_like_an_option(colonnade):
    line = parsed(colonnade, "a.cln", "--where", "-x > 5", "-")
    assert line.options == [("where", "-x > 5")] and line.inputs == ["a.cln", "-"]
    assert line.words() == ["--where=-x > 5", "a.cln", "-"]


@pytest.mark.parametrize("words", [["--bye", "x"], ["a.cln", "--by"], ["--strict=yes", "a.cln"]])
def test_wrong_usage(colonnade, words):
    with pytest.raises(WrongUsage):
        parsed(colonnade, *words)


def test_options_of_python(colonnade):
    line = CommandLine.called(["a"], {"by": "x", "order_by": "y", "strict": True, "null": ["NA", "-"], "having": None, "all_text": False})
    assert line.options == [("by", "x"), ("order-by", "y"), ("strict", None), ("null", "NA"), ("null", "-")]
    line.checked(accepted(colonnade.path, "agg"))
    with pytest.raises(WrongUsage):
        CommandLine.called(["a"], {"order": "y"}).checked(accepted(colonnade.path, "agg"))


def test_options_about_spark():
    settings, rest = settings_of(["agg", "in", "--spark-tasks", "3", "--spark-binary=colonnade", "-o", "out"])
    assert (settings.tasks, settings.binary, rest) == (3, "colonnade", ["agg", "in", "-o", "out"])
    for words in (["agg", "--spark-task", "3"], ["agg", "--spark-tasks", "0"], ["agg", "--spark-tasks"], ["--spark-tasks", "1"]):
        with pytest.raises(WrongUsage):
            settings_of(words)


def test_the_cause_in_a_page_of_java():
    page = (
        "An error occurred while calling o1.x.\n: org.apache.spark.SparkException: Job aborted: Traceback (most recent call last):\n"
        '  File "worker.py", line 1, in main\ncolonnade_spark.child.CommandFailed: spark.command-failed: colonnade agg x ended with 2: '
        "error: x: it is damaged\n  advice: mend it\n\n\tat org.apache.spark.X\n"
    )
    assert cause(RuntimeError(page)) == (
        "spark.command-failed: colonnade agg x ended with 2: error: x: it is damaged\n  advice: mend it"
    )
