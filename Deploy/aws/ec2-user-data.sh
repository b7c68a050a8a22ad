#!/bin/bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# What the EC2 machine does when it first starts, as root: fetches the command, runs the job, leaves log and exit code
# in the bucket, and goes away. ec2.sh fills in what stands between @.
set -uo pipefail
export AWS_REGION=@REGION@ AWS_DEFAULT_REGION=@REGION@ DEBIAN_FRONTEND=noninteractive
work=$(mktemp -d)
cd "$work" || exit 1

(
  set -e
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends \
    awscli ca-certificates libcurl4 libssl3 >/dev/null
  aws s3 cp --only-show-errors @AT@/bin/colonnade colonnade
  aws s3 cp --only-show-errors @AT@/bin/job.sh job.sh
  chmod +x colonnade
  PATH=$work:$PATH sh job.sh @AT@
) >log.txt 2>&1
echo $? >exit-code

aws s3 cp --only-show-errors log.txt @AT@/log/@RUN@/log.txt
aws s3 cp --only-show-errors exit-code @AT@/log/@RUN@/exit-code
cat log.txt exit-code # into the machine's console, should S3 be out of reach
shutdown -h now
