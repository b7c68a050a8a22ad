// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_block_arithmetic.h"
#include "cs_dispatch.h"

#define DEFINE_BY_TYPE(T, UINT)                                                                                       \
  INLINED void affine_##T(const UINT *restrict values, size_t count, UINT factor, UINT addend, UINT *restrict out) {  \
    for (size_t i = 0; i < count; i++) out[i] = values[i] * factor + addend;                                          \
  }                                                                                                                   \
  INLINED void sums_##T(const UINT *a, const UINT *b, size_t count, UINT *restrict out) {                             \
    for (size_t i = 0; i < count; i++) out[i] = a[i] + b[i];                                                          \
  }                                                                                                                   \
  INLINED void differences_##T(const UINT *a, const UINT *b, size_t count, UINT *restrict out) {                      \
    for (size_t i = 0; i < count; i++) out[i] = a[i] - b[i];                                                          \
  }                                                                                                                   \
  INLINED void products_##T(const UINT *a, const UINT *b, size_t count, UINT *restrict out) {                         \
    for (size_t i = 0; i < count; i++) out[i] = a[i] * b[i];                                                          \
  }                                                                                                                   \
  INLINED void look_up_##T(const uint32_t *restrict places, size_t count, const UINT *restrict table,                 \
                           UINT *restrict out) {                                                                      \
    for (size_t i = 0; i < count; i++) out[i] = table[places[i]];                                                     \
  }                                                                                                                   \
  INLINED uint64_t total_##T(const UINT *restrict values, size_t count) {                                             \
    uint64_t total = 0;                                                                                               \
    for (size_t i = 0; i < count; i++) total += values[i];                                                            \
    return total;                                                                                                     \
  }

DEFINE_BY_TYPE(u32, uint32_t)
DEFINE_BY_TYPE(u64, uint64_t)

INLINED void affine_wide(const uint32_t *restrict values, size_t count, uint64_t factor, uint64_t addend,
                         uint64_t *restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = (uint64_t)values[i] * factor + addend;
}

INLINED void products_wide(const uint32_t *a, const uint32_t *b, size_t count, uint64_t *restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = (uint64_t)a[i] * b[i];
}

#define DISPATCHED_BY_TYPE(T, UINT)                                                                                   \
  DISPATCHED(void, affine_##T, (const UINT *values, size_t count, UINT factor, UINT addend, UINT *out),               \
             (values, count, factor, addend, out))                                                                    \
  DISPATCHED(void, sums_##T, (const UINT *a, const UINT *b, size_t count, UINT *out), (a, b, count, out))             \
  DISPATCHED(void, differences_##T, (const UINT *a, const UINT *b, size_t count, UINT *out), (a, b, count, out))      \
  DISPATCHED(void, products_##T, (const UINT *a, const UINT *b, size_t count, UINT *out), (a, b, count, out))         \
  DISPATCHED(void, look_up_##T, (const uint32_t *places, size_t count, const UINT *table, UINT *out),                 \
             (places, count, table, out))                                                                             \
  DISPATCHED(uint64_t, total_##T, (const UINT *values, size_t count), (values, count))

DISPATCHED_BY_TYPE(u32, uint32_t)
DISPATCHED_BY_TYPE(u64, uint64_t)
DISPATCHED(void, affine_wide,
           (const uint32_t *values, size_t count, uint64_t factor, uint64_t addend, uint64_t *out),
           (values, count, factor, addend, out))
DISPATCHED(void, products_wide, (const uint32_t *a, const uint32_t *b, size_t count, uint64_t *out),
           (a, b, count, out))
