#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes three roles: of the EC2 machine and of the Fargate task, which may touch the prefix and nothing else, and of
# Fargate itself, which fetches the image and writes the log.
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"

make_role "$role_ec2" policies/trust-ec2.json
make_role "$role_task" policies/trust-task.json
for name in "$role_ec2" "$role_task"; do
  allow "$name" data
  [ -z "$COLONNADE_KMS_KEY" ] || allow "$name" key
done
make_role "$role_execution" policies/trust-execution.json
allow "$role_execution" execution

there=$(find_profile)
if [ -z "$there" ]; then
  aws iam create-instance-profile --instance-profile-name "$role_ec2" >/dev/null
  aws iam wait instance-profile-exists --instance-profile-name "$role_ec2"
fi
inside=$(aws iam get-instance-profile --instance-profile-name "$role_ec2" --query 'InstanceProfile.Roles[].RoleName')
[ -n "$inside" ] || aws iam add-role-to-instance-profile --instance-profile-name "$role_ec2" --role-name "$role_ec2"
say "instance profile $role_ec2 hands role $role_ec2 to a machine"
