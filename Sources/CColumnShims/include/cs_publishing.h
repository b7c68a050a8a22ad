// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_PUBLISHING_H
#define CS_PUBLISHING_H
#include <stddef.h>
#include <stdint.h>

#endif
