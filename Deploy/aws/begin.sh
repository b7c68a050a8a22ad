# shellcheck shell=bash disable=SC2034 # the steps use what is set here
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# How each step begins (it is sourced): strict mode, settings, who is asking, and what is already there.
set -euo pipefail
shopt -s inherit_errexit
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
# shellcheck source=Deploy/aws/settings.sh
. "$here/settings.sh"
# Version 1 of the AWS CLI reads AWS_DEFAULT_REGION only; version 2 pages its output unless told otherwise.
export AWS_DEFAULT_REGION=$AWS_REGION AWS_PAGER='' AWS_DEFAULT_OUTPUT=text

say() { printf '%s\n' "$*"; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  trap - ERR
  exit 1
}
trap 'echo "${0##*/}: stopped at line $LINENO; the reason is above. Once it is mended, run the step again." >&2' ERR
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

command -v aws >/dev/null || die "the AWS CLI is not installed; see https://aws.amazon.com/cli/, or pip install awscli"
[[ $COLONNADE_NAME =~ ^[a-z][a-z0-9-]{1,30}$ ]] || die "COLONNADE_NAME may hold small letters, digits and hyphens: $COLONNADE_NAME"
[[ $COLONNADE_PREFIX =~ ^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$ ]] ||
  die "COLONNADE_PREFIX may hold letters, digits, . _ - and single slashes between them: $COLONNADE_PREFIX"
identity=$(aws sts get-caller-identity --query '[Account, Arn]') ||
  die "AWS does not say who you are (see above): aws configure, aws sso login, or AWS_PROFILE"
account=${identity%%[[:space:]]*}
partition=$(cut -d : -f 2 <<<"$identity")
bucket=${COLONNADE_BUCKET:-$COLONNADE_NAME-$account-$AWS_REGION}
at=s3://$bucket/$COLONNADE_PREFIX
binary=$(cd "$root" && realpath -m "$COLONNADE_BINARY")
tag=colonnade-deploy # on what may be removed again; its value is COLONNADE_NAME
role_ec2=$COLONNADE_NAME-ec2
role_task=$COLONNADE_NAME-task
role_execution=$COLONNADE_NAME-execution
role_emr=$COLONNADE_NAME-emr

# Template $1 with what stands between @ filled in.
fill() {
  sed -e "s|@AT@|$at|g; s|@BUCKET@|$bucket|g; s|@PREFIX@|$COLONNADE_PREFIX|g; s|@REGION@|$AWS_REGION|g; s|@ACCOUNT@|$account|g" \
    -e "s|@PARTITION@|$partition|g; s|@NAME@|$COLONNADE_NAME|g; s|@KMS_KEY@|$COLONNADE_KMS_KEY|g; s|@RUN@|${run:-}|g" \
    -e "s|@IMAGE@|${image:-}|g; s|@CPU@|$COLONNADE_TASK_CPU|g; s|@MEMORY@|$COLONNADE_TASK_MEMORY|g" "$here/$1"
}

# Repeats a command while it fails with a message like $1, twelve times at the most: a new role takes some seconds until every
# service knows it, and a question may be lost.
patiently() {
  local pattern=$1 tries
  shift
  for tries in {1..12}; do
    if "$@" 2>"$scratch/errors"; then return; fi
    if [ "$tries" -eq 12 ] || ! grep -Eq "$pattern" "$scratch/errors"; then break; fi
    sleep "$COLONNADE_POLL_SECONDS"
  done
  cat "$scratch/errors" >&2
  return 1
}

# Makes role $1, or trusts it anew, as template $2 says.
make_role() {
  local there
  there=$(find_roles)
  fill "$2" >"$scratch/trust.json"
  if grep -qxF "$1" <<<"$there"; then
    aws iam update-assume-role-policy --role-name "$1" --policy-document "file://$scratch/trust.json"
    say "role $1 is there already; it is trusted as ${2##*/} says"
  else
    aws iam create-role --role-name "$1" --assume-role-policy-document "file://$scratch/trust.json" \
      --tags "Key=$tag,Value=$COLONNADE_NAME" >/dev/null
    aws iam wait role-exists --role-name "$1"
    say "made role $1, trusted as ${2##*/} says"
  fi
}

# Lets role $1 do what template policies/$2.json says.
allow() {
  fill "policies/$2.json" >"$scratch/policy.json"
  aws iam put-role-policy --role-name "$1" --policy-name "$2" --policy-document "file://$scratch/policy.json"
  say "role $1 may do what policies/$2.json says"
}

# What an AWS command answers, a line for each; nothing where there is nothing. A refusal is an error, never "nothing":
# assign the answer to a name before asking about it, as bash does not see errors inside [ … ] and for … in.
list() { aws "$@" | tr '\t' '\n' | sed '/^None$/d; /^$/d'; }

find_bucket() { list s3api list-buckets --query "Buckets[?Name=='$bucket'].Name"; }
bucket_tag() {
  aws s3api get-bucket-tagging --bucket "$bucket" --query "TagSet[?Key=='$tag'].Value" 2>"$scratch/errors" ||
    grep -q NoSuchTagSet "$scratch/errors" || cat "$scratch/errors" >&2
}
find_roles() {
  list iam list-roles --query "Roles[?contains(['$role_ec2', '$role_task', '$role_execution', '$role_emr'], RoleName)].RoleName"
}
find_profile() { list iam list-instance-profiles --query "InstanceProfiles[?InstanceProfileName=='$role_ec2'].InstanceProfileName"; }
find_instances() {
  list ec2 describe-instances --query 'Reservations[].Instances[].InstanceId' \
    --filters "Name=tag:$tag,Values=$COLONNADE_NAME" Name=instance-state-name,Values=pending,running,shutting-down,stopping,stopped
}
find_cluster() { list ecs describe-clusters --clusters "$COLONNADE_NAME" --query "clusters[?status!='INACTIVE'].clusterName"; }
find_task_definitions() { # ACTIVE or INACTIVE
  list ecs list-task-definitions --family-prefix "$COLONNADE_NAME" --status "$1" \
    --query "taskDefinitionArns[?contains(@, ':task-definition/$COLONNADE_NAME:')]"
}
find_repository() { list ecr describe-repositories --query "repositories[?repositoryName=='$COLONNADE_NAME'].repositoryUri"; }
find_emr_repository() { list ecr describe-repositories --query "repositories[?repositoryName=='$role_emr'].repositoryUri"; }
find_applications() { # of EMR Serverless; names need not be unique there, so their tag decides
  local found one mine
  found=$(list emr-serverless list-applications --query "applications[?name=='$COLONNADE_NAME' && state!='TERMINATED'].id") || return
  for one in $found; do
    mine=$(aws emr-serverless get-application --application-id "$one" --query "application.tags.\"$tag\"") || return
    [ "$mine" != "$COLONNADE_NAME" ] || printf '%s\n' "$one"
  done
}
find_log_group() {
  list logs describe-log-groups --log-group-name-prefix "/$COLONNADE_NAME" --query "logGroups[?logGroupName=='/$COLONNADE_NAME'].logGroupName"
}
