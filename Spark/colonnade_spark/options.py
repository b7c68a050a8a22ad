# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The command's own options, as the command itself lists them: which words are inputs, and which step of a job an option is for.

Nothing here knows what an option means. `colonnade SUBCOMMAND --experimental-dump-help` tells names and which of them
take a value, so a new option of the command needs no change of this package.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import re
from typing import Any, Collection, Dict, Iterable, List, Mapping, Sequence, Tuple

from .child import run
from .places import absolute
from .usage import WrongUsage


UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
UNITS.update((f"{letter}{end}", 1 << 10 * power) for power, letter in enumerate("KMGT", 1) for end in ("", "IB"))


def bytes_of(size: str) -> int:
    """Bytes of a size, written as for the command's --memory. Raises `WrongUsage`."""
    found = re.fullmatch(r"([0-9.]+) ?([A-Z]*)", size.upper())
    if found is None or found[2] not in UNITS:
        raise WrongUsage(f"{WrongUsage.code}: {size} is no size: write a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB behind it")
    return int(float(found[1]) * UNITS[found[2]])


@dataclasses.dataclass(frozen=True)
class Accepted:
    """What one subcommand takes: every spelling (`-o`, `--output`) -> the long name; and the names that take a value."""

    subcommand: str
    spellings: Mapping[str, str]
    valued: Collection[str]

    def __contains__(self, name: str) -> bool:
        return name in self.spellings.values()


@functools.lru_cache(maxsize=None)
def accepted(binary: str, *subcommand: str) -> Accepted:
    """Asks the command, once in each process. Raises `CommandFailed`."""
    told = json.loads(run([binary, *subcommand, "--experimental-dump-help"]).output)["command"]
    if told["commandName"] != subcommand[-1]:
        raise WrongUsage(f"{WrongUsage.code}: this command has no `{' '.join(subcommand)}`: {binary} is too old for this package")
    spellings: Dict[str, str] = {}
    valued = set()
    for argument in told["arguments"]:
        if argument["kind"] == "positional":
            continue
        names = {("-" if name["kind"] == "short" else "--") + name["name"] for name in argument["names"]}
        long = max(names, key=len).lstrip("-")
        spellings.update(dict.fromkeys(names, long))
        if argument["kind"] == "option":
            valued.add(long)
    return Accepted(" ".join(subcommand), spellings, frozenset(valued))


# A long name and its value; None for a flag.
Option = Tuple[str, Any]


@dataclasses.dataclass(frozen=True)
class CommandLine:
    """Words of a command line, taken apart: inputs, and options in the order in which they stood."""

    inputs: Sequence[str]
    options: Sequence[Option]

    @classmethod
    def parsed(cls, words: Sequence[str], known: Accepted) -> CommandLine:
        """Raises `WrongUsage` for an option that the command does not have, and for one without its value."""
        inputs: List[str] = []
        options: List[Option] = []
        rest = list(words)
        while rest:
            word = rest.pop(0)
            if word == "--":
                inputs += rest
                break
            if word == "-" or not word.startswith("-"):
                inputs.append(word)
                continue
            spelling, equals, value = word.partition("=")
            name = known.spellings.get(spelling)
            if name is None:
                raise WrongUsage(f"{WrongUsage.code}: {known.subcommand} has no option {spelling}; see colonnade help {known.subcommand}")
            if name not in known.valued:
                if equals:
                    raise WrongUsage(f"{WrongUsage.code}: {spelling} takes no value")
                options.append((name, None))
            elif equals:
                options.append((name, value))
            elif rest:
                options.append((name, rest.pop(0)))
            else:
                raise WrongUsage(f"{WrongUsage.code}: {spelling} needs a value")
        return cls(inputs, options)

    @classmethod
    def called(cls, inputs: Iterable[str], options: Mapping[str, Any]) -> CommandLine:
        """Of Python's named arguments: `order_by="date"` is --order-by date, `strict=True` a flag, a list an option several times.

        None and False say nothing.
        """
        found: List[Option] = []
        for key, value in options.items():
            name = key.rstrip("_").replace("_", "-")
            for one in value if isinstance(value, (list, tuple)) else [value]:
                if one is not None and one is not False:
                    found.append((name, None if one is True else str(one)))
        return cls(list(inputs), found)

    def checked(self, known: Accepted) -> CommandLine:
        """The same, if the command has all options. Raises `WrongUsage`."""
        return self.parsed(self.words(), known)

    def value(self, name: str) -> str | None:
        """The last value that an option was given; None where it is absent."""
        return next((value for found, value in reversed(self.options) if found == name), None)

    def has(self, name: str) -> bool:
        return any(found == name for found, _ in self.options)

    def only(self, names: Accepted | Collection[str]) -> CommandLine:
        return CommandLine(self.inputs, [option for option in self.options if option[0] in names])

    def without(self, names: Accepted | Collection[str]) -> CommandLine:
        return CommandLine(self.inputs, [option for option in self.options if option[0] not in names])

    def without_any(self, names: Collection[str]) -> CommandLine:
        """The same. Raises `WrongUsage` if it has one of these, which a job says itself."""
        for name, _ in self.options:
            if name in names:
                raise WrongUsage(f"{WrongUsage.code}: --{name} is for one process; a job says it itself")
        return self

    def for_tasks(self) -> CommandLine:
        """The same with inputs that tasks find, in whatever folder they work. Raises `WrongUsage` for addresses of other stores than S3."""
        return CommandLine([absolute(path) for path in self.inputs], self.options)

    def option_words(self) -> List[str]:
        """Each option as one or two words; a value that looks like an option is tied to its name."""
        words: List[str] = []
        for name, value in self.options:
            if value is None:
                words.append(f"--{name}")
            elif value.startswith("-"):
                words.append(f"--{name}={value}")
            else:
                words += [f"--{name}", value]
        return words

    def words(self) -> List[str]:
        """Options, then inputs; `--` keeps an input that begins with a dash an input."""
        dashed = any(one.startswith("-") and one != "-" for one in self.inputs)
        return [*self.option_words(), *(["--"] if dashed else []), *self.inputs]
