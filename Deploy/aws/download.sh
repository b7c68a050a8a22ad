#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Fetches the results into folder $1 (colonnade-results, if none is given).
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"
into=${1:-colonnade-results}
for file in cities.cln new_brazil_covid19.csv diff_report.json; do
  aws s3 cp --only-show-errors "$at/out/$file" "$into/$file" || die "$at/out/$file cannot be fetched (see above): has the job run?"
done
say "in $into:"
ls -l "$into"
