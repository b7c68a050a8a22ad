#!/usr/bin/env bash
# SPDX-FileCopyrightText: 2026 The Colonnade authors
# SPDX-License-Identifier: Apache-2.0
#
# Removes what killed machines left of uploads, if it is older than $1 (1d, if nothing is given).
# shellcheck source=Deploy/aws/begin.sh
. "$(dirname "$0")/begin.sh"
[ -x "$binary" ] || die "$binary is not there: make build, or set COLONNADE_BINARY"
# With the slash: without it uploads of keys such as PREFIX-2/… would go too.
say "colonnade s3 sweep $at/ --older-than ${1:-1d}"
"$binary" s3 sweep "$at/" --older-than "${1:-1d}"
