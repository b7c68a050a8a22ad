// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__x86_64__)
// Before the target changes: these stay as they are for all.
#include <assert.h>
#include <immintrin.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define XXH_VECTOR XXH_AVX2
#define CX_LEVEL avx2
#include "cx_level.h"
#pragma clang attribute pop
#endif
