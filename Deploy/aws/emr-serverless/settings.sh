# shellcheck shell=bash disable=SC2034
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Settings of EMR Serverless, besides those of ../settings.sh (region, name, bucket, prefix, key, waiting). What is set in the
# environment wins.

# The release, which decides on Spark and Python: see README.md.
COLONNADE_EMR_RELEASE=${COLONNADE_EMR_RELEASE:-emr-7.10.0}
# The Python that pyspark runs with there, and what it lacks for mapInArrow; all have wheels for it.
COLONNADE_EMR_PYTHON=${COLONNADE_EMR_PYTHON:-3.9}
COLONNADE_EMR_PACKAGES=${COLONNADE_EMR_PACKAGES:-pyarrow==19.0.1 pandas==2.2.3 numpy==2.0.2}
# The program that fetches them (with network), and the archive of the command, made by `make dist`.
COLONNADE_PIP=${COLONNADE_PIP:-python3 -m pip}
COLONNADE_ARCHIVE=${COLONNADE_ARCHIVE:-}
# Set to an image of image.sh, command and packages come with it and not with each job; empty means Amazon's own image.
COLONNADE_EMR_IMAGE=${COLONNADE_EMR_IMAGE:-}

# Workers: vCPUs 1, 2, 4, 8 or 16; GB of the JVM, and beside it, where Python and the command live. Their sum must be a size that is
# offered: for 2 vCPUs 4 to 16, for 4 vCPUs 8 to 30. A new account may use 16 vCPUs at once, all jobs together.
COLONNADE_EMR_DRIVER_CORES=${COLONNADE_EMR_DRIVER_CORES:-2}
COLONNADE_EMR_DRIVER_HEAP=${COLONNADE_EMR_DRIVER_HEAP:-4}
COLONNADE_EMR_DRIVER_BESIDE=${COLONNADE_EMR_DRIVER_BESIDE:-4}
COLONNADE_EMR_EXECUTOR_CORES=${COLONNADE_EMR_EXECUTOR_CORES:-4}
COLONNADE_EMR_EXECUTOR_HEAP=${COLONNADE_EMR_EXECUTOR_HEAP:-4}
COLONNADE_EMR_EXECUTOR_BESIDE=${COLONNADE_EMR_EXECUTOR_BESIDE:-8}
COLONNADE_EMR_EXECUTORS=${COLONNADE_EMR_EXECUTORS:-3}
# Of a worker's disk: shuffled rows, and what the command spills. 20 GB are free of charge.
COLONNADE_EMR_DISK=${COLONNADE_EMR_DISK:-20}
