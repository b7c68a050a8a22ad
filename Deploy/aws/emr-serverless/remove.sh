#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Cancels the jobs that have not ended, stops the application, which cannot be removed while it runs, and removes it. Part of
# ../clean-up.sh, and good by itself; roles and bucket stay.
# shellcheck source=Deploy/aws/emr-serverless/begin.sh
. "$(dirname "$0")/begin.sh"

unfinished() {
  list emr-serverless list-job-runs --application-id "$application" --query 'jobRuns[].id' \
    --states SUBMITTED QUEUED PENDING SCHEDULED RUNNING CANCELLING
}

applications=$(find_applications)
for application in $applications; do
  runs=$(unfinished)
  for run in $runs; do
    aws emr-serverless cancel-job-run --application-id "$application" --job-run-id "$run" >/dev/null
    say "cancelled job $run"
  done
  end=$((SECONDS + COLONNADE_WAIT_MINUTES * 60))
  while [ -n "$runs" ]; do
    sleep "$COLONNADE_POLL_SECONDS"
    runs=$(unfinished)
    [ "$SECONDS" -lt "$end" ] || die "jobs do not end: $runs"
  done

  settle
  if [ "$state" = STARTED ]; then aws emr-serverless stop-application --application-id "$application"; fi
  if [ "$state" != CREATED ]; then wait_for_application STOPPED; fi
  aws emr-serverless delete-application --application-id "$application"
  say "removed application $application"
done
