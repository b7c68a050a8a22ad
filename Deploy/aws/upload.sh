#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Brings the data, the command and the job into the bucket.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"
[ -x "$binary" ] || die "$binary is not there: make build, or set COLONNADE_BINARY"

for file in brazil_covid19_cities.csv.gz brazil_covid19.csv; do
  aws s3 cp --only-show-errors "$root/Examples/covid/$file" "$at/data/$file"
done
aws s3 cp --only-show-errors "$binary" "$at/bin/colonnade"
aws s3 cp --only-show-errors "$here/job.sh" "$at/bin/job.sh"
say "in $at:"
aws s3 ls --recursive "$at/"
