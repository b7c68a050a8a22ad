#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs the job on an EC2 machine of its own, which goes away afterwards; waits for it; ends as the job ended.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"

run=ec2-$(date -u +%Y%m%dT%H%M%SZ)-$$
machine_image=$COLONNADE_AMI
[ -n "$machine_image" ] ||
  machine_image=$(aws ssm get-parameter --name /aws/service/debian/release/12/latest/amd64 --query Parameter.Value) ||
  die "no image of Debian 12 is listed in $AWS_REGION (see above): set COLONNADE_AMI to one with glibc 2.34 or later"
place=()
[ -z "$COLONNADE_SUBNETS" ] || place=(--subnet-id "${COLONNADE_SUBNETS%%,*}")
fill ec2-user-data.sh >"$scratch/user-data.sh"

# IMDSv2 only, and no hop further: the role's keys stay on the machine. Shutting down means going away.
instance=$(patiently 'Invalid IAM Instance Profile' aws ec2 run-instances --image-id "$machine_image" "${place[@]}" \
  --instance-type "$COLONNADE_INSTANCE_TYPE" --iam-instance-profile "Name=$role_ec2" --count 1 --client-token "$run" \
  --user-data "file://$scratch/user-data.sh" --instance-initiated-shutdown-behavior terminate \
  --metadata-options HttpTokens=required,HttpEndpoint=enabled,HttpPutResponseHopLimit=1 \
  --tag-specifications "ResourceType=instance,Tags=[{Key=$tag,Value=$COLONNADE_NAME},{Key=Name,Value=$run}]" \
  --query 'Instances[0].InstanceId') || die "the machine cannot be started (see above)"
trap 'aws ec2 terminate-instances --instance-ids "$instance" >/dev/null; rm -rf "$scratch"' EXIT
say "machine $instance ($COLONNADE_INSTANCE_TYPE, $machine_image) runs the job; waiting"

patiently . aws ec2 wait instance-exists --instance-ids "$instance"
end=$((SECONDS + COLONNADE_WAIT_MINUTES * 60))
while :; do
  # A lost answer is no reason to stop a job that runs.
  state=$(patiently . aws ec2 describe-instances --instance-ids "$instance" --query 'Reservations[0].Instances[0].State.Name')
  [ "$state" != terminated ] || break
  [ "$SECONDS" -lt "$end" ] || die "the job was not done after $COLONNADE_WAIT_MINUTES minutes; the machine is being stopped"
  sleep "$COLONNADE_POLL_SECONDS"
done

if ! aws s3 cp --only-show-errors "$at/log/$run/exit-code" "$scratch/exit-code"; then
  aws ec2 get-console-output --instance-id "$instance" --query Output | tail -n 50
  die "the machine went away without an exit code at $at/log/$run/exit-code; its console (above, if it was kept) may say why"
fi
aws s3 cp --only-show-errors "$at/log/$run/log.txt" -
status=$(<"$scratch/exit-code")
say "the job on $instance ended with $status; its log is $at/log/$run/log.txt"
exit "$status"
