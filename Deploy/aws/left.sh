#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Lists what there is of these steps; ends with 1 if there is anything, or if that cannot be known.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"

each() { sed "s|^|$1 |"; }
{
  find_instances | each "machine"
  cluster=$(find_cluster)
  if [ -n "$cluster" ]; then
    each "cluster" <<<"$cluster"
    list ecs list-tasks --cluster "$COLONNADE_NAME" --query 'taskArns[]' | each "task"
  fi
  for status in ACTIVE INACTIVE; do find_task_definitions "$status" | each "task definition"; done
  # Not everybody has EMR Serverless, nor leave to ask it.
  if applications=$(find_applications); then
    [ -z "$applications" ] || each "application" <<<"$applications"
  else
    echo "applications of EMR Serverless cannot be listed, for the reason above"
  fi
  find_repository | each "repository"
  find_emr_repository | each "repository"
  find_log_group | each "log group"
  find_bucket | each "bucket"
  find_profile | each "instance profile"
  find_roles | each "role"
} >"$scratch/left"

if [ -s "$scratch/left" ]; then
  cat "$scratch/left"
  exit 1
fi
say "nothing is left of $COLONNADE_NAME in account $account, region $AWS_REGION"
