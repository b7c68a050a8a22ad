#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Makes the role that jobs run as: it may touch the prefix, where data, command and logs lie, and nothing
# else; delete, only the parts that a conversion makes beside its output.
# shellcheck source=Deploy/aws/emr-serverless/begin.sh
. "$(dirname "$0")/begin.sh"

make_role "$role_emr" emr-serverless/policies/trust-emr.json
allow "$role_emr" data
allow "$role_emr" parts
[ -z "$COLONNADE_KMS_KEY" ] || allow "$role_emr" key
