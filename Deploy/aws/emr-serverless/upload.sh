#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Brings data, job, the archive of the command and the Python packages into the bucket.
# shellcheck source=Deploy/aws/emr-serverless/begin.sh
. "$(dirname "$0")/begin.sh"
archive=$(find_archive)
[ -f "$root/Spark/jobs/colonnade_job.py" ] || die "$root/Spark is not there: these steps want the whole project"

# The package as one file for --py-files.
mkdir "$scratch/package"
(cd "$root/Spark" && find colonnade_spark -name '*.py' -exec cp --parents {} "$scratch/package" \;)
(cd "$scratch/package" && python3 -m zipfile -c "$scratch/colonnade_spark.zip" colonnade_spark)

if [ -z "$COLONNADE_EMR_IMAGE" ]; then
  # Wheels of that Python and of Amazon Linux, whatever runs here.
  # shellcheck disable=SC2086 # several words each
  $COLONNADE_PIP install --quiet --disable-pip-version-check --target "$scratch/python" --only-binary=:all: --implementation cp \
    --python-version "$COLONNADE_EMR_PYTHON" --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 $COLONNADE_EMR_PACKAGES
  tar --create --sort=name --owner=0 --group=0 -C "$scratch/python" . | gzip -n >"$scratch/python.tar.gz"
  aws s3 cp --only-show-errors "$scratch/python.tar.gz" "$at/bin/python.tar.gz"
  # With one name, so that a job's parameters do not depend on the version; the folder inside says it.
  aws s3 cp --only-show-errors "$archive" "$at/bin/colonnade.tar.gz"
fi
aws s3 cp --only-show-errors "$scratch/colonnade_spark.zip" "$at/bin/colonnade_spark.zip"
aws s3 cp --only-show-errors "$root/Spark/jobs/colonnade_job.py" "$at/bin/colonnade_job.py"
for file in brazil_covid19_cities.csv.gz brazil_covid19.csv; do
  aws s3 cp --only-show-errors "$root/Examples/covid/$file" "$at/data/$file"
done
say "in $at:"
aws s3 ls --recursive "$at/"
