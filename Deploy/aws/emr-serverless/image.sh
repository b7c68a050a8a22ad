#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Builds an image of Amazon's for this release with command and Python packages in it, brings it into a repository of ECR that EMR Serverless
# may read, and prints what to set COLONNADE_EMR_IMAGE to.
# shellcheck source=Deploy/aws/emr-serverless/begin.sh
. "$(dirname "$0")/begin.sh"
command -v "$COLONNADE_DOCKER" >/dev/null || die "$COLONNADE_DOCKER is not installed; set COLONNADE_DOCKER to docker or podman"
archive=$(find_archive)

repository=$(find_emr_repository)
if [ -z "$repository" ]; then
  aws ecr create-repository --repository-name "$role_emr" --tags "Key=$tag,Value=$COLONNADE_NAME" >/dev/null
  say "made repository $role_emr"
fi
fill emr-serverless/policies/repository.json >"$scratch/policy.json"
aws ecr set-repository-policy --repository-name "$role_emr" --policy-text "file://$scratch/policy.json" >/dev/null
image=$(find_emr_repository):$COLONNADE_EMR_RELEASE

mkdir "$scratch/image"
tar --extract --strip-components=1 -C "$scratch/image" -f "$archive"
cp "$emr/Dockerfile" "$scratch/image/"
"$COLONNADE_DOCKER" build --platform linux/amd64 --build-arg "RELEASE=$COLONNADE_EMR_RELEASE" --build-arg "PACKAGES=$COLONNADE_EMR_PACKAGES" \
  --tag "$image" "$scratch/image"
aws ecr get-login-password | "$COLONNADE_DOCKER" login --username AWS --password-stdin "${image%%/*}"
"$COLONNADE_DOCKER" push "$image"
digest=$(aws ecr describe-images --repository-name "$role_emr" --image-ids "imageTag=$COLONNADE_EMR_RELEASE" --query 'imageDetails[0].imageDigest')
say "pushed $image; for application.sh, upload.sh and submit.sh:"
say "export COLONNADE_EMR_IMAGE=${image%:*}@$digest"
