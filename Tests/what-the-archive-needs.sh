#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Says what the command in archive $1 (of Deploy/archive/archive.sh) needs where it runs, and fails if that is more than Amazon Linux
# 2023 has: by its symbols (glibc 2.34), and by running the main job in a root folder that holds the archive, four files of the C
# library, and nothing else. With $2, a folder of another C library's files, it runs with those.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
archive=$(realpath "${1:?usage: what-the-archive-needs.sh ARCHIVE [FOLDER]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() {
  printf 'what-the-archive-needs.sh: %s\n' "$*" >&2
  exit 1
}

mkdir "$work/once" "$work/bare"
tar --extract -C "$work/bare" -f "$archive"
name=$(basename "$archive" .tar.gz)
[ "$(ls "$work/bare")" = "$name" ] || fail "the archive has more than the folder $name: $(ls "$work/bare")"
cd "$work/bare/$name"
sha256sum --quiet -c SHA256SUMS
listed=$(cut -c 67- SHA256SUMS | LC_ALL=C sort)
there=$(find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort)
[ "$listed" = "$there" ] || fail "SHA256SUMS does not list what is there"
for file in LICENSE README.txt licences/{swift,swift-argument-parser,zstd,zlib,xxhash,libstdc++}.txt; do
  [ -s "$file" ] || fail "$file is not in the archive"
done
again=$("$root/Deploy/archive/archive.sh" "$PWD/colonnade" "$work/once")
cmp "$archive" "$again" || fail "packing the same command again gives other bytes"

# What the dynamic linker will look for.
readelf -dW colonnade >"$work/dynamic"
readelf -VW colonnade >"$work/versions"
if grep -E '\((RPATH|RUNPATH)\)' "$work/dynamic"; then fail "it looks for libraries in folders of the machine that built it"; fi
needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' "$work/dynamic" | sort | paste -sd ' ')
for library in $needed; do
  case $library in
    libc.so.6 | libm.so.6 | libgcc_s.so.1 | ld-linux-x86-64.so.2 | ld-linux-aarch64.so.1) ;;
    *) fail "it needs $library" ;;
  esac
done
wanted=$(grep -oE 'Name: (GLIBC|GLIBCXX|CXXABI|GCC)_[A-Z0-9._]+' "$work/versions" | cut -c 7- | sort -uV)
newest=$(grep -E '^GLIBC_[0-9.]+$' <<<"$wanted" | tail -n 1)
[ "$(printf '%s\n' GLIBC_2.34 "$newest" | sort -V | tail -n 1)" = GLIBC_2.34 ] ||
  fail "it needs $newest, for $(objdump -T colonnade | grep -F "$newest" | awk '{print $NF}' | paste -sd ' ')"
# libgcc_s of GCC 7 has all of these, and Amazon Linux 2023 has that of GCC 11; C++ is linked in; GLIBC_ABI_… are demands on the linker itself.
unknown=$(grep -vE '^GLIBC_[0-9.]+$|^GCC_[3-7]\.[0-9.]+$' <<<"$wanted" || true)
[ -z "$unknown" ] || fail "it needs $(paste -sd ' ' <<<"$unknown")"
if readelf -nW colonnade | grep -E 'x86-64-v[234]'; then fail "it needs a newer processor than x86-64"; fi

# A root folder with nothing else in it: no shell, no devices. It has /proc, though, where the Swift runtime learns where the words of
# the command line are. Debian looks in the folder of its own name, others in /lib64.
cd "$work/bare"
mkdir -p tmp data out lib64 proc
while read -r library path; do
  from=$path
  [ -z "${2:-}" ] || from=$2/$library
  mkdir -p ".$(dirname "$path")"
  cp -L "$from" ".$path"
  [ -e "lib64/$library" ] || cp -L "$from" "lib64/$library"
done < <(ldd "$name/colonnade" | sed -nE 's|^\s*(\S+) => (/\S+) .*|\1 \2|p; s|^\s*(/\S+/(ld-linux\S+)) .*|\2 \1|p')
[ -e lib64/libc.so.6 ] || fail "ldd does not say where the C library is"
cp "$root"/Examples/covid/brazil_covid19* data/
# In a name space of its own: nothing stays mounted when the command has ended.
enter=(unshare --mount)
[ "$(id -u)" -eq 0 ] || enter=(unshare --mount --map-root-user --pid --fork)
colonnade() {
  # shellcheck disable=SC2016 # the inner shell's words
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin "${enter[@]}" sh -c 'mount -t proc none "$0/proc" && exec chroot "$0" "$@"' \
    "$work/bare" "/$name/colonnade" "$@"
}
[ "$(colonnade --version)" = "$(sed -E 's/^colonnade-(.*)-linux-.*/\1/' <<<"$name")" ] || fail "it is of another version than the archive"
colonnade convert --quiet /data/brazil_covid19_cities.csv.gz -o /out/cities.cln
colonnade agg /out/cities.cln --by date,state --agg 'sum(cases), sum(deaths)' --order-by 'date, state desc' -o /out/states.csv
cmp out/states.csv "$root/Examples/covid/expected/new_brazil_covid19.csv" || fail "the sums are wrong"
status=0
colonnade cmp /data/brazil_covid19.csv /out/states.csv --on date,state -o /out/report.json >"$work/said" || status=$?
if [ "$status" -ne 1 ] || [ ! -s out/report.json ]; then fail "cmp ended with $status: $(cat "$work/said")"; fi
# Without libcurl all else works, and s3:// says what it lacks.
status=0
colonnade head s3://bucket/key >"$work/said" 2>&1 || status=$?
if [ "$status" -ne 2 ] || ! grep -q libcurl "$work/said"; then fail "s3:// without libcurl ended with $status: $(cat "$work/said")"; fi

printf '%s: %s bytes, the command %s; needs %s, newest symbols of %s; the main job runs in a bare root folder\n' \
  "${archive##*/}" "$(stat -c %s "$archive")" "$(stat -c %s "$name/colonnade")" "$needed" "$newest"
