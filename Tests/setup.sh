#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building needs and is not there yet (Debian, Ubuntu); with the word `python`, also the Python
# environment of the tests and most benchmarks, in .build-venv, and Chromium, in which a test looks at a page (ten
# seconds); with the word `benchmarks`, also the peers that only benchmarks need. Quick and silent when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v swift >/dev/null; then
  echo "swift is not installed: get Swift 6.1 or later from https://www.swift.org/install/linux" >&2
  exit 1
fi

install_missing() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  local root=()
  [ "$(id -u)" -eq 0 ] || root=(sudo)
  echo "installing ${missing[*]}"
  "${root[@]}" apt-get update -qq
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

if command -v dpkg-query >/dev/null; then
  install_missing pkg-config zlib1g-dev libzstd-dev libxxhash-dev
fi

install_python() { # file of requirements, stamp
  local wanted
  wanted=$(sha256sum "$1")
  [ "$(cat ".build-venv/$2" 2>/dev/null)" = "$wanted" ] && return
  echo "installing the Python packages of $1 into .build-venv"
  # Stamps are in the environment: the second file's packages are installed again when the first one's are.
  if [ "$1" = Tests/requirements.txt ]; then python3 -m venv --clear .build-venv; fi
  .build-venv/bin/pip install -q --disable-pip-version-check -r "$1"
  echo "$wanted" >".build-venv/$2"
}

case "${1:-}" in
  python | benchmarks)
    if command -v dpkg-query >/dev/null; then install_missing python3 python3-venv util-linux binutils chromium fonts-dejavu-core; fi
    install_python Tests/requirements.txt installed
    if [ "$1" = benchmarks ]; then install_python Benchmarks/requirements.txt installed-benchmarks; fi
    ;;
esac
