#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Says which C library the binary $1 needs at least, and fails if that is newer than 2.34 (Amazon Linux 2023, Debian 12),
# or if the Swift runtime is not inside it.
set -euo pipefail
newest() { objdump -T "$1" | grep -oE "\b$2_[0-9.]+" | sed "s/$2_//" | sort -uV | tail -n 1; }
glibc=$(newest "$1" GLIBC)
cxx=$(newest "$1" GLIBCXX || true)
echo "needs GLIBC_$glibc, GLIBCXX_${cxx:-none}; $(stat -c %s "$1") bytes"
if [ "$(printf '%s\n2.34\n' "$glibc" | sort -V | tail -n 1)" != 2.34 ]; then
  echo "newer than GLIBC_2.34:" >&2
  objdump -T "$1" | grep -E 'GLIBC_2\.(3[5-9]|[4-9][0-9])' >&2
  exit 1
fi
if [ -n "$cxx" ] && [ "$(printf '%s\n3.4.29\n' "$cxx" | sort -V | tail -n 1)" != 3.4.29 ]; then
  echo "newer than GLIBCXX_3.4.29:" >&2
  objdump -T "$1" | grep "GLIBCXX_$cxx" >&2
  exit 1
fi
if ldd "$1" | grep -q libswift; then
  echo "the Swift runtime is not linked statically" >&2
  exit 1
fi
