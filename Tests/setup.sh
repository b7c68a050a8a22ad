#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building needs and is not there yet (Debian, Ubuntu); with the word `python`, also the Python
# environment of the tests and most benchmarks, in .build-venv, and Chromium, in which a test looks at a page (ten
# seconds); with the word `benchmarks`, also the peers that only benchmarks need; with the word `s3`, the S3 servers of Tests/S3, their
# Python environment .build-s3-venv, in which the AWS CLI is, and shellcheck; with the word `spark`, Java, and both versions of Spark that
# Spark/ is tested with, in .build-spark35 and .build-spark43, 700 MB. Quick and silent when nothing is missing.
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
  install_missing pkg-config zlib1g-dev libzstd-dev libxxhash-dev libcurl4-openssl-dev
fi

install_python() { # file of requirements, stamp, environment
  local wanted
  wanted=$(sha256sum "$1")
  [ "$(cat "$3/$2" 2>/dev/null)" = "$wanted" ] && return
  echo "installing the Python packages of $1 into $3"
  # Stamps are in the environment: the second file's packages are installed again when the first one's are.
  if [ "$2" = installed ]; then python3 -m venv --clear "$3"; fi
  "$3/bin/pip" install -q --disable-pip-version-check -r "$1"
  echo "$wanted" >"$3/$2"
}

case "${1:-}" in
  python | benchmarks)
    if command -v dpkg-query >/dev/null; then install_missing python3 python3-venv util-linux binutils chromium fonts-dejavu-core; fi
    install_python Tests/requirements.txt installed .build-venv
    if [ "$1" = benchmarks ]; then install_python Benchmarks/requirements.txt installed-benchmarks .build-venv; fi
    ;;
  s3)
    if command -v dpkg-query >/dev/null; then
      install_missing python3 python3-venv radosgw ceph-mon ceph-osd ceph-common shellcheck
    fi
    install_python Tests/S3/requirements.txt installed .build-s3-venv
    ;;
  spark)
    if command -v dpkg-query >/dev/null; then install_missing python3 python3-venv openjdk-17-jre-headless procps; fi
    install_python Tests/Spark/requirements-spark35.txt installed .build-spark35
    install_python Tests/Spark/requirements-spark43.txt installed .build-spark43
    ;;
esac
