# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
"""The command behind a script that makes it fail as machines do."""

import pathlib
import time

# Tells runs in tasks from those of the driver, by their command lines: patterns of bash.
IN_A_TASK = {
    "agg": '*" --first-place "*',
    "cmp": '*" --memory "*',
    "rows of cmp": '*" --part-rows "*" --memory "*',
    "parts of cmp": '*" --partial --threads "*',
    "convert": '" convert "*"--types "*',
    # What a task tells of its part.
    "second part": '*" inspect "*"-000001.cln "*',
}


class Faulty:
    """A command in a folder of its own, where it also notes what happened."""

    def __init__(self, folder, real, job="agg"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = str(self.folder / "colonnade")
        self.real = real
        self.pattern = IN_A_TASK.get(job, job)

    def script(self, body, always=""):
        """`body` is run in place of the command where its words fit, or before it if it does not end; `always` first, in every run."""
        text = f'#!/bin/bash\nreal={self.real}\nnotes={self.folder}\n{always}\ncase " $* " in {self.pattern})\n{body}\n;; esac\nexec "$real" "$@"\n'
        pathlib.Path(self.path).write_text(text)
        pathlib.Path(self.path).chmod(0o755)
        return self

    def dies_once(self):
        """The first run in a task is killed before it writes anything."""
        return self.script('mkdir "$notes/died" 2>/dev/null && kill -9 $$')

    def dies_half_way(self, byte_count):
        """The first run in a task is killed after so many bytes of its output."""
        return self.script(f'if mkdir "$notes/died" 2>/dev/null; then "$real" "$@" | head -c {byte_count}; kill -9 $$; fi')

    def dies_writing(self, kibibytes):
        """The first run in a task is killed when a file that it writes has so many KiB."""
        return self.script(f'if mkdir "$notes/died" 2>/dev/null; then ulimit -f {kibibytes}; "$real" "$@"; kill -9 $$; fi')

    def dies_always(self):
        return self.script('mkdir -p "$notes/died"; echo "error: no luck today" >&2; kill -9 $$')

    def dies_of_one(self, sign, seconds):
        """Every run whose words have the sign is killed at once; the others take their time."""
        return self.script(f'case "$*" in *{sign}*) echo "error: no luck today" >&2; kill -9 $$;; *) sleep {seconds};; esac')

    def loses(self):
        """The file named last is gone when it was looked at, as if the machine had a disk of its own."""
        return self.script('"$real" "$@"; rm -- "${@: -1}"; exit 0')

    def fails_after(self):
        """The work is done, then it does not end well."""
        return self.script('"$real" "$@"; kill -9 $$')

    def notes_words(self):
        """Every run notes its command line."""
        return self.script('echo "$*" >> "$notes/words"')

    @property
    def words(self):
        """Command lines that were noted, each of one line."""
        noted = self.folder / "words"
        return noted.read_text().splitlines() if noted.exists() else []

    def waits(self, seconds):
        """Each run in a task notes that it is there, then takes its time."""
        return self.script(f'mktemp -p "$notes" started.XXXXXX >/dev/null; sleep {seconds}')

    @property
    def died(self):
        return (self.folder / "died").exists()

    def started(self):
        return len(list(self.folder.glob("started.*")))

    def until_started(self, count, seconds=120):
        end = time.monotonic() + seconds
        while self.started() < count:
            assert time.monotonic() < end, f"{self.started()} of {count} tasks started"
            time.sleep(0.05)
