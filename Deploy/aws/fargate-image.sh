#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds the image of command and job and brings it into a repository of ECR.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"
[ -x "$binary" ] || die "$binary is not there: make build, or set COLONNADE_BINARY"
command -v "$COLONNADE_DOCKER" >/dev/null || die "$COLONNADE_DOCKER is not installed; set COLONNADE_DOCKER to docker or podman"

repository=$(find_repository)
if [ -z "$repository" ]; then
  aws ecr create-repository --repository-name "$COLONNADE_NAME" --tags "Key=$tag,Value=$COLONNADE_NAME" >/dev/null
  say "made repository $COLONNADE_NAME"
fi
image=$(find_repository):latest
cp "$binary" "$scratch/colonnade"
cp "$here/job.sh" "$here/Dockerfile" "$scratch/"
chmod 755 "$scratch/colonnade" "$scratch/job.sh"
"$COLONNADE_DOCKER" build --platform linux/amd64 --tag "$image" "$scratch"
aws ecr get-login-password | "$COLONNADE_DOCKER" login --username AWS --password-stdin "${image%%/*}"
"$COLONNADE_DOCKER" push "$image"
say "pushed $image"
