#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Compares the CSV scanner's NEON level with the plain one in an emulated AArch64 processor, without and with the
# carry-less product. Needs: apt-get install qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross

set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for machine in armv8-a armv8-a+crypto; do
  aarch64-linux-gnu-gcc -std=gnu11 -O2 -Wall -Wextra -Werror -march=$machine -static -ISources/CColumnShims/include \
    Tests/scan-levels.c Sources/CColumnShims/cs_csv_scan.c -o "$work/scan"
  printf '%s: ' $machine
  qemu-aarch64 "$work/scan"
done
