#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Removes all that these steps have made, the data in the bucket too. Without --yes it only lists it. Where EMR Serverless does not answer, all
# else is removed, and it ends with 1.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"

if [ "${1:-}" != --yes ]; then
  "$here/left.sh" || true
  die "nothing was removed; clean-up.sh --yes removes what is listed here, with all objects in the bucket"
fi

# What runs comes first: it would go on writing.
instances=$(find_instances)
for instance in $instances; do
  aws ec2 terminate-instances --instance-ids "$instance" >/dev/null
  aws ec2 wait instance-terminated --instance-ids "$instance"
  say "stopped machine $instance"
done
cluster=$(find_cluster)
if [ -n "$cluster" ]; then
  tasks=$(list ecs list-tasks --cluster "$COLONNADE_NAME" --query 'taskArns[]')
  for task in $tasks; do
    aws ecs stop-task --cluster "$COLONNADE_NAME" --task "$task" --reason clean-up >/dev/null
    aws ecs wait tasks-stopped --cluster "$COLONNADE_NAME" --tasks "$task"
    say "stopped task ${task##*/}"
  done
fi
emr=removed
"$here/emr-serverless/remove.sh" || emr=unknown

definitions=$(find_task_definitions ACTIVE)
for definition in $definitions; do
  aws ecs deregister-task-definition --task-definition "$definition" >/dev/null
done
definitions=$(find_task_definitions INACTIVE)
for definition in $definitions; do
  failed=$(aws ecs delete-task-definitions --task-definitions "$definition" --query 'failures[0].reason')
  [ "$failed" = None ] || die "task definition ${definition##*/} cannot be removed: $failed"
  say "removed task definition ${definition##*/}"
done
if [ -n "$cluster" ]; then
  # A task that has just stopped still counts for some seconds.
  patiently ClusterContainsTasksException aws ecs delete-cluster --cluster "$COLONNADE_NAME" >/dev/null
  say "removed cluster $COLONNADE_NAME"
fi
repositories=$(find_repository; find_emr_repository)
for repository in $repositories; do
  aws ecr delete-repository --repository-name "${repository##*/}" --force >/dev/null
  say "removed repository ${repository##*/} with its images"
done
log_group=$(find_log_group)
if [ -n "$log_group" ]; then
  aws logs delete-log-group --log-group-name "/$COLONNADE_NAME"
  say "removed log group /$COLONNADE_NAME"
fi

there=$(find_bucket)
if [ -n "$there" ]; then
  mine=$(bucket_tag)
  [ "$mine" = "$COLONNADE_NAME" ] || die "bucket $bucket was not made by these steps (no tag $tag=$COLONNADE_NAME): it is left alone"
  aws s3api list-multipart-uploads --bucket "$bucket" --query 'Uploads[].[UploadId, Key]' >"$scratch/uploads"
  while IFS=$'\t' read -r upload key; do
    [ -n "$key" ] || continue # "None": there is no upload
    aws s3api abort-multipart-upload --bucket "$bucket" --key "$key" --upload-id "$upload"
    say "aborted the unfinished upload of $key"
  done <"$scratch/uploads"
  removed=0
  while :; do
    # A thousand at most, which is what delete-objects takes. Objects without versioning have the version "null".
    # shellcheck disable=SC2016 # the quotes are of the query
    aws s3api list-object-versions --bucket "$bucket" --no-paginate --output json \
      --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}, Quiet: `true`}' >"$scratch/objects.json"
    count=$(grep -c '"Key":' "$scratch/objects.json") || break
    failed=$(aws s3api delete-objects --bucket "$bucket" --delete "file://$scratch/objects.json" --query 'Errors[0].[Key, Message]')
    case $failed in '' | None) ;; *) die "an object cannot be removed: $failed" ;; esac
    removed=$((removed + count))
  done
  aws s3api delete-bucket --bucket "$bucket"
  aws s3api wait bucket-not-exists --bucket "$bucket"
  say "removed bucket $bucket with $removed objects and versions"
fi

profile=$(find_profile)
if [ -n "$profile" ]; then
  inside=$(list iam get-instance-profile --instance-profile-name "$role_ec2" --query 'InstanceProfile.Roles[].RoleName')
  for name in $inside; do
    aws iam remove-role-from-instance-profile --instance-profile-name "$role_ec2" --role-name "$name"
  done
  aws iam delete-instance-profile --instance-profile-name "$role_ec2"
  say "removed instance profile $role_ec2"
fi
roles=$(find_roles)
for name in $roles; do
  policies=$(list iam list-role-policies --role-name "$name" --query 'PolicyNames[]')
  for policy in $policies; do aws iam delete-role-policy --role-name "$name" --policy-name "$policy"; done
  policies=$(list iam list-attached-role-policies --role-name "$name" --query 'AttachedPolicies[].PolicyArn')
  for policy in $policies; do aws iam detach-role-policy --role-name "$name" --policy-arn "$policy"; done
  aws iam delete-role --role-name "$name"
  say "removed role $name with its policies"
done

if [ "$emr" = unknown ]; then
  "$here/left.sh" || true
  die "applications and jobs of EMR Serverless were not removed, for the reason that remove.sh gave above; all else was"
fi
"$here/left.sh"
