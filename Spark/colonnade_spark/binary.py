# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""Where the command is on this machine, driver or executor."""

from __future__ import annotations

import glob
import os
import pathlib
import shutil
import stat
import tempfile

NAME = "colonnade"
VARIABLE = "COLONNADE_BINARY"
# Of an archive unpacked under the name `colonnade`: at its top, in bin/, or in a folder of its own.
IN_ARCHIVE = (f"{NAME}/{NAME}", f"{NAME}/bin/{NAME}", f"{NAME}/*/{NAME}", f"{NAME}/*/bin/{NAME}")


class BinaryMissing(RuntimeError):
    """No place had the command; the message lists them all. `code` is stable."""

    code = "spark.no-binary"


def find(wanted: str | None = None) -> str:
    """The path of a command that can be started.

    Looked for in this order: `wanted` (a path, or the name under which `--files` carried it), $COLONNADE_BINARY, what
    `--files` and `--archives` brought (Spark's folder of files, then the working folder: YARN, Kubernetes and EMR
    unpack there), $PATH. A file that cannot be started, as `--files` brings it, is made so, or copied if it is not ours.
    """
    tried: list[str] = []
    for place in places(wanted):
        tried.append(place)
        for path in sorted(glob.glob(place)) or [place]:
            if os.path.isfile(path):
                return startable(path)
    on_path = shutil.which(wanted or NAME)
    if on_path is not None:
        return on_path
    raise BinaryMissing(
        f"{BinaryMissing.code}: the command {wanted or NAME} is not on this machine: not at {', '.join(tried)}, nor on PATH; "
        f"carry it with --files or --archives …#{NAME}, or set {VARIABLE}"
    )


def places(wanted: str | None) -> list[str]:
    """Paths and patterns to look at, best first."""
    if wanted is not None and os.sep in wanted:
        # What is asked for by path is taken from there or not at all.
        return [wanted]
    found = [] if wanted is not None else [path for path in (os.environ.get(VARIABLE),) if path]
    for folder in (spark_folder(), os.getcwd()):
        if folder is not None:
            found += [os.path.join(folder, name) for name in (wanted or NAME, *IN_ARCHIVE)]
    return found


def spark_folder() -> str | None:
    """Where Spark keeps files that it carried here; None outside of an application."""
    from pyspark import SparkFiles

    try:
        return SparkFiles.getRootDirectory()
    # It asserts that there is a context, in another way in each version.
    except Exception:
        return None


def startable(path: str) -> str:
    if os.access(path, os.X_OK):
        return path
    try:
        os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) | 0o755)
        return path
    except OSError:
        return own_copy(path)


def own_copy(path: str) -> str:
    """A copy in the temporary folder that may be started; made once for each version of the file, and put there whole.

    Its name can be foreseen, so what is there already is started only if it is ours. Raises `BinaryMissing` where somebody else's stays in the way.
    """
    seen = os.stat(path)
    target = pathlib.Path(tempfile.gettempdir()) / f"{NAME}-{os.getuid()}-{seen.st_ino}-{seen.st_mtime_ns}"
    if is_ours(target):
        return str(target)
    handle, beside = tempfile.mkstemp(prefix=f"{NAME}-", dir=target.parent)
    try:
        os.close(handle)
        shutil.copyfile(path, beside)
        os.chmod(beside, 0o755)
        os.replace(beside, target)
    except OSError as error:
        os.remove(beside)
        raise BinaryMissing(f"{BinaryMissing.code}: {path} may not be started, and cannot be copied to {target}: {error}") from error
    return str(target)


def is_ours(path: pathlib.Path) -> bool:
    """True of a plain file of this user that nobody else may write to; also not by way of a link."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return False
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.getuid() and found.st_mode & 0o022 == 0
