# shellcheck shell=bash disable=SC2034
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# All settings of the steps, read by each of them. What is set in the environment wins. Nothing secret belongs here: keys
# come from where the AWS tools find them (AWS_PROFILE, aws sso login, an instance profile, …).

# The region of everything. Set it, or edit it here: the region of a profile is not asked.
export AWS_REGION=${AWS_REGION:-us-east-1}

# Name of the cluster, repository and log group, and the beginning of the roles' names; two of them live side by side.
COLONNADE_NAME=${COLONNADE_NAME:-colonnade}
# Names of buckets are taken world-wide; empty means NAME-ACCOUNT-REGION.
COLONNADE_BUCKET=${COLONNADE_BUCKET:-}
# Where in the bucket all objects lie: PREFIX/data, bin, out, log. Neither begins nor ends with a slash.
COLONNADE_PREFIX=${COLONNADE_PREFIX:-covid}
# ARN of a KMS key that encrypts the objects; empty means keys that S3 keeps itself (SSE-S3).
COLONNADE_KMS_KEY=${COLONNADE_KMS_KEY:-}

# The command, built by `make build` on Debian 12 or Ubuntu 22.04 and later, x86-64; relative to the project's folder.
COLONNADE_BINARY=${COLONNADE_BINARY:-.build/release/colonnade}

# EC2: type of the machine; image (empty means the newest Debian 12).
COLONNADE_INSTANCE_TYPE=${COLONNADE_INSTANCE_TYPE:-t3.medium}
COLONNADE_AMI=${COLONNADE_AMI:-}
# Fargate: a pair that it offers (1024 is one vCPU; MiB), and the program that builds images (docker, podman).
COLONNADE_TASK_CPU=${COLONNADE_TASK_CPU:-1024}
COLONNADE_TASK_MEMORY=${COLONNADE_TASK_MEMORY:-2048}
COLONNADE_DOCKER=${COLONNADE_DOCKER:-docker}
# Subnets from which S3 can be reached, parted by commas; empty means those of the default VPC.
COLONNADE_SUBNETS=${COLONNADE_SUBNETS:-}

# How long to wait for a job before it is stopped, and how often to look.
COLONNADE_WAIT_MINUTES=${COLONNADE_WAIT_MINUTES:-60}
COLONNADE_POLL_SECONDS=${COLONNADE_POLL_SECONDS:-10}
