# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Paths of this machine and addresses in S3, where a job leaves parts and removes them."""

from __future__ import annotations

import contextlib
import os
import posixpath
import re
from typing import Iterable, List, Sequence

from .child import run
from .usage import WrongUsage

# What begins an address: of these only S3's are known.
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/")
# Names of so many objects go on one command line.
REMOVED_AT_ONCE = 500


def is_remote(path: str) -> bool:
    return path.startswith("s3://")


def is_chunk_file(path: str) -> bool:
    """True for the name of one file, false for the folder of a table."""
    return path.endswith(".cln")


def inside(folder: str, name: str) -> str:
    return posixpath.join(folder, name) if is_remote(folder) else os.path.join(folder, name)


def absolute(path: str) -> str:
    """The same place for every process of a machine, whatever folder it works in. A slash at the end stays: it makes a folder.

    Raises `WrongUsage` for `s3a://…`, `hdfs://…`, `file:/…` and the like, which would be names of local folders.
    """
    if is_remote(path) or path == "-":
        return path
    if SCHEME.match(path):
        raise WrongUsage(f"{WrongUsage.code}: {path}: s3:// or a path; the command reads and writes no other addresses")
    return os.path.abspath(path) + ("/" if path.endswith("/") and path != "/" else "")


def make_folder(path: str) -> bool:
    """Makes the folder, where folders are a thing, and tells whether it did."""
    if is_remote(path) or os.path.isdir(path):
        return False
    os.makedirs(path)
    return True


def beginning(folder: str, start: str) -> List[str]:
    """Files of a folder whose names begin so. In S3 none: what is not complete there is no object."""
    if is_remote(folder) or not os.path.isdir(folder):
        return []
    return [inside(folder, name) for name in os.listdir(folder) if name.startswith(start)]


def remove_folder(path: str) -> None:
    """Removes a folder that is empty; one with something in it stays. In S3 there are none."""
    if not is_remote(path):
        with contextlib.suppress(OSError):
            os.rmdir(path)


def remove(binary: str, paths: Sequence[str]) -> None:
    """Removes files or objects that may not be there. Raises `CommandFailed` or `OSError`, after trying all."""
    for path in paths:
        if not is_remote(path):
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
    objects = [path for path in paths if is_remote(path)]
    for some in batched(objects, REMOVED_AT_ONCE):
        run([binary, "s3", "remove", "--quiet", "--", *some])


def batched(items: Sequence[str], size: int) -> Iterable[List[str]]:
    for start in range(0, len(items), size):
        yield list(items[start : start + size])
