#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# The main job on the real data: demo.sh COMMAND OUTPUT-FOLDER
set -euo pipefail
command=$(realpath "$1")
mkdir -p "$2"
out=$(realpath "$2")
cd "$(dirname "$0")/covid"

show() {
  printf '\n$ colonnade'
  for word in "$@"; do
    case $word in *[!A-Za-z0-9_./,=-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
  done
  printf '\n'
  "$command" "$@"
}

show convert brazil_covid19_cities.csv.gz -o "$out/cities.cln"
show agg "$out/cities.cln" --by date,state --agg 'sum(cases), sum(deaths)' --order-by 'date, state desc' \
  -o "$out/new_brazil_covid19.csv"
cmp "$out/new_brazil_covid19.csv" expected/new_brazil_covid19.csv
echo "$out/new_brazil_covid19.csv is the expected file, byte for byte:"
head -n 4 "$out/new_brazil_covid19.csv"

# 1 says that there are differences, and there are: the published file holds later corrections.
status=0
show cmp brazil_covid19.csv "$out/new_brazil_covid19.csv" --on date,state -o "$out/diff_report.json" || status=$?
if [ "$status" -ne 1 ]; then
  echo "cmp should have found differences (exit 1), but ended with $status" >&2
  exit 1
fi
echo "(exit code 1: there are differences; $out/diff_report.json has them all)"
