#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Fills folder $1 with links to the static forms of the libraries that the command uses. A linker that looks there first takes
# these, so that the command starts without looking for seven shared ones, and where they are not installed.
set -euo pipefail
into=${1:?usage: static-libraries.sh FOLDER}
compiler=$(command -v clang || command -v gcc) || { echo "neither clang nor gcc is installed" >&2; exit 1; }
mkdir -p "$into"
for name in zstd z xxhash stdc++; do
  # Without such a file the compiler answers with the bare name.
  file=$("$compiler" -print-file-name="lib$name.a")
  if [ -f "$file" ]; then
    ln -sfn "$(realpath "$file")" "$into/lib$name.a"
  else
    rm -f "$into/lib$name.a"
    echo "static-libraries.sh: lib$name.a is not installed: the command will need the shared library where it runs" >&2
  fi
done

# What pkg-config says of the two that the package asks it for, so that the linker looks here before it looks in the system's folder.
into=$(realpath "$into")
for module in libzstd:zstd zlib:z; do
  printf 'Name: %s\nDescription: the static form\nVersion: 1\nLibs: -L%s -l%s\n' "${module%:*}" "$into" "${module#*:}" >"$into/${module%:*}.pc"
done
