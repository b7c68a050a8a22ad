#!/bin/sh
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# The main job over the objects under $1 (s3://BUCKET/PREFIX, or a folder): $1/data/… in, $1/out/… out. It needs
# nothing but the command `colonnade`, and ends with 0 when all is written, whether or not the tables differ.
set -eu
at=${1:?usage: job.sh s3://BUCKET/PREFIX}
data=$at/data
out=$at/out

colonnade --version
colonnade convert "$data/brazil_covid19_cities.csv.gz" -o "$out/cities.cln"
colonnade agg "$out/cities.cln" --by date,state --agg 'sum(cases), sum(deaths)' --order-by 'date, state desc' \
  -o "$out/new_brazil_covid19.csv"

# 0: equal; 1: there are differences, which is what the report is for; anything else: it went wrong.
status=0
colonnade cmp "$data/brazil_covid19.csv" "$out/new_brazil_covid19.csv" --on date,state -o "$out/diff_report.json" || status=$?
case $status in
  0) echo "job: done, no differences; the report is $out/diff_report.json" ;;
  1) echo "job: done, there are differences; the report is $out/diff_report.json" ;;
  *) exit "$status" ;;
esac
