#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the application, which bounds what all jobs together may use, starts it, and waits until it has started. One that was made with
# other settings is not changed: that is an error.
# shellcheck source=Deploy/aws/emr-serverless/begin.sh
. "$(dirname "$0")/begin.sh"

application=$(find_my_application)
if [ -n "$application" ]; then
  say "application $application is there already"
  application_must_fit -eq
else
  image=()
  [ -z "$COLONNADE_EMR_IMAGE" ] || image=(--image-configuration "imageUri=$COLONNADE_EMR_IMAGE")
  application=$(patiently 'service.linked role' aws emr-serverless create-application --name "$COLONNADE_NAME" --type SPARK \
    --release-label "$COLONNADE_EMR_RELEASE" --architecture X86_64 "${image[@]}" \
    --maximum-capacity "cpu=$cores vCPU,memory=$memory GB,disk=$disk GB" \
    --auto-start-configuration enabled=true --auto-stop-configuration enabled=true,idleTimeoutMinutes=5 \
    --tags "$tag=$COLONNADE_NAME" --client-token "$COLONNADE_NAME-$(date -u +%Y%m%dT%H%M%SZ)-$$" --query applicationId) ||
    die "the application cannot be made (see above)"
  say "made application $application: $COLONNADE_EMR_RELEASE, at most $cores vCPUs, $memory GB of memory and $disk GB of disk"
fi

# A new one is made in some seconds, and can be started only then; one that is stopping must have stopped.
settle
case $state in
  CREATED | STOPPED) aws emr-serverless start-application --application-id "$application" ;;
esac
wait_for_application STARTED
