#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Compiles all C for AArch64, without warnings. Compares, in an emulated AArch64 processor, the CSV scanner's NEON level with the plain one, without and with the carry-less
# product, and the kernels on packed integers with plain loops. Needs: apt-get install qemu-user gcc-aarch64-linux-gnu
# libc6-dev-arm64-cross

set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
build() {
  aarch64-linux-gnu-gcc -std=gnu11 -O2 -Wall -Wextra -Werror -march="$1" -static -ISources/CColumnShims/include \
    -ISources/CColumnShims $2 -o "$work/$3"
}
# With the compiler that SwiftPM takes. The headers of libcurl and xxHash are the same for all processors.
for file in Sources/CColumnShims/*.c Sources/CCurlShims/*.c Sources/CXXHash/*.c; do
  clang -target aarch64-unknown-linux-gnu -std=gnu11 -O2 -Wall -Wextra -Werror -ISources/CColumnShims/include -ISources/CColumnShims \
    -ISources/CCurlShims/include -ISources/CXXHash/include -isystem /usr/aarch64-linux-gnu/include \
    -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include -c "$file" -o "$work/object.o"
done
echo "all C compiles"
for machine in armv8-a armv8-a+crypto; do
  build $machine 'Tests/scan-levels.c Sources/CColumnShims/cs_csv_scan.c' scan
  printf '%s: ' $machine
  qemu-aarch64 "$work/scan"
done
build armv8-a \
  'Tests/packed-levels.c Sources/CColumnShims/cs_packed_scan.c Sources/CColumnShims/cs_bit_packing.c' packed
printf 'armv8-a: '
qemu-aarch64 "$work/packed"
