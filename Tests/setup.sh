#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building needs and is not there yet (Debian, Ubuntu); with the word `python`, also the Python
# environment of the tests and benchmarks, in .build-venv. Quick and silent when nothing is missing.
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

if [ "${1:-}" = python ]; then
  if command -v dpkg-query >/dev/null; then install_missing python3 python3-venv util-linux binutils; fi
  wanted=$(sha256sum Tests/requirements.txt)
  if [ "$(cat .build-venv/installed 2>/dev/null)" != "$wanted" ]; then
    echo "installing the Python packages of Tests/requirements.txt into .build-venv"
    python3 -m venv --clear .build-venv
    .build-venv/bin/pip install -q --disable-pip-version-check -r Tests/requirements.txt
    echo "$wanted" >.build-venv/installed
  fi
fi
