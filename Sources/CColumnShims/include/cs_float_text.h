// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_FLOAT_TEXT_H
#define CS_FLOAT_TEXT_H
#include <stddef.h>
#include <stdint.h>

#endif
