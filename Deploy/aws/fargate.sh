#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs the job as a task on Fargate, waits for it, shows its log and ends as the job ended.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"

repository=$(find_repository)
[ -n "$repository" ] || die "there is no repository $COLONNADE_NAME in $AWS_REGION: fargate-image.sh first"
digest=$(aws ecr describe-images --repository-name "$COLONNADE_NAME" --image-ids imageTag=latest --query 'imageDetails[0].imageDigest') ||
  die "there is no image in repository $COLONNADE_NAME: fargate-image.sh first"
image=$repository@$digest

there=$(find_log_group)
if [ -z "$there" ]; then
  aws logs create-log-group --log-group-name "/$COLONNADE_NAME"
  aws logs put-retention-policy --log-group-name "/$COLONNADE_NAME" --retention-in-days 7
  say "made log group /$COLONNADE_NAME; events are kept for 7 days"
fi
there=$(find_cluster)
if [ -z "$there" ]; then
  # The first cluster of an account makes a role for ECS, which is not there at once.
  patiently 'service linked role' aws ecs create-cluster --cluster-name "$COLONNADE_NAME" \
    --tags "key=$tag,value=$COLONNADE_NAME" >/dev/null
  say "made cluster $COLONNADE_NAME"
fi
fill task-definition.json >"$scratch/task-definition.json"
definition=$(aws ecs register-task-definition --cli-input-json "file://$scratch/task-definition.json" --query taskDefinition.taskDefinitionArn)

subnets=$COLONNADE_SUBNETS
# Fargate is not offered in the oldest zone of us-east-1.
[ -n "$subnets" ] || subnets=$(list ec2 describe-subnets --filters Name=default-for-az,Values=true \
  --query "Subnets[?AvailabilityZoneId!='use1-az3'].SubnetId" | paste -sd ,)
[ -n "$subnets" ] || die "there is no default VPC in $AWS_REGION: set COLONNADE_SUBNETS to subnets from which S3 and ECR can be reached"
vpc=$(aws ec2 describe-subnets --subnet-ids "${subnets%%,*}" --query 'Subnets[0].VpcId')
group=$(aws ec2 describe-security-groups --filters "Name=vpc-id,Values=$vpc" Name=group-name,Values=default --query 'SecurityGroups[0].GroupId')

# What ECS cannot do is in the answer's failures, beside exit code 0.
started=$(patiently 'unable to assume|service linked role' aws ecs run-task --cluster "$COLONNADE_NAME" --launch-type FARGATE \
  --task-definition "$definition" --count 1 --query '[tasks[0].taskArn, failures[0].reason]' \
  --network-configuration "awsvpcConfiguration={subnets=[$subnets],securityGroups=[$group],assignPublicIp=ENABLED}") ||
  die "the task cannot be started (see above)"
IFS=$'\t' read -r task reason <<<"$started"
[ "$task" != None ] || die "ECS did not start the task: $reason"
trap 'aws ecs stop-task --cluster "$COLONNADE_NAME" --task "$task" >/dev/null; rm -rf "$scratch"' EXIT
say "task ${task##*/} runs the job ($COLONNADE_TASK_CPU CPU units, $COLONNADE_TASK_MEMORY MiB); waiting"

end=$((SECONDS + COLONNADE_WAIT_MINUTES * 60))
# A lost answer is no reason to stop a job that runs.
state() { patiently . aws ecs describe-tasks --cluster "$COLONNADE_NAME" --tasks "$task" --query "tasks[0].$1"; }
while :; do
  status=$(state lastStatus)
  [ "$status" != STOPPED ] || break
  [ "$SECONDS" -lt "$end" ] || die "the job was not done after $COLONNADE_WAIT_MINUTES minutes; the task is being stopped"
  sleep "$COLONNADE_POLL_SECONDS"
done
trap 'rm -rf "$scratch"' EXIT

# One column of one message a line; without a stream the container has never run.
aws logs filter-log-events --log-group-name "/$COLONNADE_NAME" --log-stream-names "job/colonnade/${task##*/}" \
  --query 'events[].[message]' || say "there is no log: the container has not run"
status=$(state 'containers[0].exitCode')
[ "$status" != None ] || die "the task has no exit code: $(state stoppedReason); $(state 'containers[0].reason')"
say "the job in task ${task##*/} ended with $status; its log is in CloudWatch, group /$COLONNADE_NAME"
exit "$status"
