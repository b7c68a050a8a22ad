#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Says which shared libraries the binary $1 loads and which C library it needs at least, with the symbols that ask for
# more than 2.34 (that of Amazon Linux 2023). Fails if the Swift runtime is not inside it.
set -euo pipefail
ldd "$1"
newest() { objdump -T "$1" | grep -oE "\b$2_[0-9.]+" | sort -uV | tail -n 1; }
echo "needs $(newest "$1" GLIBC), $(newest "$1" GLIBCXX || echo no GLIBCXX); $(stat -Lc %s "$1") bytes"
objdump -T "$1" | grep -E 'GLIBC_2\.(3[5-9]|[4-9][0-9])' || true
if ldd "$1" | grep -q libswift; then
  echo "the Swift runtime is not linked statically" >&2
  exit 1
fi
