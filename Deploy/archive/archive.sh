#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Packs the command $1, with licences, into $2/colonnade-VERSION-linux-ARCHITECTURE.tar.gz and prints that path. The same files
# give the same bytes: order, owners, modes and dates are fixed ($SOURCE_DATE_EPOCH, else 1970).
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
binary=${1:?usage: archive.sh BINARY FOLDER}
into=${2:?usage: archive.sh BINARY FOLDER}

version=$("$binary" --version)
case $(LC_ALL=C readelf -h "$binary" | sed -n 's/^ *Machine: *//p') in
  *X86-64) architecture=x86_64 ;;
  AArch64) architecture=aarch64 ;;
  *) echo "archive.sh: $binary is for a machine that no archive is made for" >&2 && exit 1 ;;
esac
name=colonnade-$version-linux-$architecture
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
folder=$scratch/$name
mkdir -p "$folder/licences" "$into"

cp "$binary" "$folder/colonnade"
cp "$root/LICENSE" "$folder/LICENSE"
sed -e "s|@VERSION@|$version|; s|@ARCHITECTURE@|$architecture|; s|@FOLDER@|$name|" "$here/README.txt" >"$folder/README.txt"

# Of what is linked in: the Swift runtime, ArgumentParser, and the static libraries of the system.
# The toolchain's folder lib/swift, also where `swift` is a link or a script.
swift=$(swiftc -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)".*|\1|p')
licence() { # name in the archive, file
  [ -s "$2" ] || { echo "archive.sh: the licence $2 is not there" >&2 && exit 1; }
  cp -L "$2" "$folder/licences/$1.txt"
}
licence swift "$swift/../../share/swift/LICENSE.txt"
licence swift-argument-parser "$root/.build/checkouts/swift-argument-parser/LICENSE.txt"
licence zstd /usr/share/doc/libzstd-dev/copyright
licence zlib /usr/share/doc/zlib1g-dev/copyright
licence xxhash /usr/share/doc/libxxhash-dev/copyright
licence libstdc++ /usr/share/doc/libstdc++6/copyright

(cd "$folder" && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum) >"$scratch/sums"
mv "$scratch/sums" "$folder/SHA256SUMS"
chmod -R u=rwX,go=rX "$folder"
chmod 755 "$folder/colonnade"
tar --create --format=ustar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner \
  -C "$scratch" "$name" | gzip -9n >"$into/$name.tar.gz.part"
mv "$into/$name.tar.gz.part" "$into/$name.tar.gz"
echo "$into/$name.tar.gz"
