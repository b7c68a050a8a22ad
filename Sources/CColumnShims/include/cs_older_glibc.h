// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
#ifndef CS_OLDER_GLIBC_H
#define CS_OLDER_GLIBC_H

#include <stdint.h>

/// The length of (x, y), as hypotf: infinite if one is, else NaN if one is, rounded twice at most.
float cs_hypotf(float x, float y);

/// 32 bits from the kernel's generator, as arc4random; ends the process if it has none.
uint32_t cs_arc4random(void);

#endif
