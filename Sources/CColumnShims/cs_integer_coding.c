// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_integer_coding.h"
#include "cs_dispatch.h"

#define DEFINE_SUM_AT_LAG(SUFFIX, VALUE, UNSIGNED)                                                                    \
  INLINED void sum_at_lag_##SUFFIX(VALUE *values, size_t count, size_t lag) {                                         \
    if (lag == 1) {                                                                                                   \
      UNSIGNED sum = 0;                                                                                               \
      for (size_t i = 0; i < count; i++) values[i] = (VALUE)(sum += (UNSIGNED)values[i]);                             \
      return;                                                                                                         \
    }                                                                                                                 \
    for (size_t start = lag; start < count; start += lag) {                                                           \
      /* What is read was finished by the step before: the two do not overlap. */                                     \
      const VALUE *restrict before = values + start - lag;                                                            \
      VALUE *restrict now = values + start;                                                                           \
      const size_t length = count - start < lag ? count - start : lag;                                                \
      for (size_t i = 0; i < length; i++) now[i] = (VALUE)((UNSIGNED)now[i] + (UNSIGNED)before[i]);                   \
    }                                                                                                                 \
  }

DEFINE_SUM_AT_LAG(i64, int64_t, uint64_t)
DEFINE_SUM_AT_LAG(u32, uint32_t, uint32_t)

#define DEFINE_PLANES(SUFFIX, VALUE, UNSIGNED)                                                                        \
  INLINED void split_planes_##SUFFIX(const VALUE *restrict values, size_t count, UNSIGNED reference, unsigned planes, \
                                     uint8_t *restrict out) {                                                         \
    for (unsigned plane = 0; plane < planes; plane++, out += count)                                                   \
      for (size_t i = 0; i < count; i++) out[i] = (uint8_t)(((UNSIGNED)values[i] - reference) >> (8 * plane));        \
  }                                                                                                                   \
  INLINED void join_planes_##SUFFIX(const uint8_t *restrict in, size_t stride, size_t count, UNSIGNED reference,      \
                                    unsigned planes, VALUE *restrict out) {                                           \
    /* Planes with constant trip counts, in blocks that stay in the cache. */                                         \
    enum { block = 1024 };                                                                                            \
    for (size_t start = 0; start < count; start += block) {                                                           \
      const size_t length = count - start < block ? count - start : block;                                            \
      const uint8_t *restrict first = in + start;                                                                     \
      VALUE *restrict target = out + start;                                                                           \
      for (size_t i = 0; i < length; i++) target[i] = (VALUE)(reference + first[i]);                                  \
      for (unsigned plane = 1; plane < planes; plane++) {                                                             \
        const uint8_t *restrict bytes = first + plane * stride;                                                       \
        for (size_t i = 0; i < length; i++)                                                                           \
          target[i] = (VALUE)((UNSIGNED)target[i] + ((UNSIGNED)bytes[i] << (8 * plane)));                             \
      }                                                                                                               \
    }                                                                                                                 \
  }

DEFINE_PLANES(i64, int64_t, uint64_t)
DEFINE_PLANES(u32, uint32_t, uint32_t)

INLINED void scale_i64(int64_t *values, size_t count, uint64_t factor, uint64_t reference) {
  for (size_t i = 0; i < count; i++) values[i] = (int64_t)((uint64_t)values[i] * factor + reference);
}

INLINED void decimals_to_f64(const int64_t *restrict values, size_t count, double power, double inverse,
                             double *restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = (double)values[i] * power * inverse;
}

INLINED void add_lag_distances_i64(const int64_t *values, size_t position, size_t lags, unsigned shift,
                                   uint64_t *distances) {
  const int64_t value = values[position];
  const int64_t *before = values + position - 1;
  for (size_t k = 0; k < lags; k++) {
    const int64_t other = *(before - k);
    const uint64_t distance = value > other ? (uint64_t)value - (uint64_t)other : (uint64_t)other - (uint64_t)value;
    distances[k] += distance >> shift;
  }
}

INLINED void add_lag_distances_u32(const uint32_t *values, size_t position, size_t lags, uint64_t *distances) {
  const uint32_t value = values[position];
  const uint32_t *before = values + position - 1;
  for (size_t k = 0; k < lags; k++) {
    const uint32_t other = *(before - k);
    distances[k] += value > other ? value - other : other - value;
  }
}

DISPATCHED(void, sum_at_lag_i64, (int64_t *values, size_t count, size_t lag), (values, count, lag))
DISPATCHED(void, sum_at_lag_u32, (uint32_t *values, size_t count, size_t lag), (values, count, lag))
DISPATCHED(void, split_planes_i64,
           (const int64_t *values, size_t count, uint64_t reference, unsigned planes, uint8_t *out),
           (values, count, reference, planes, out))
DISPATCHED(void, split_planes_u32,
           (const uint32_t *values, size_t count, uint32_t reference, unsigned planes, uint8_t *out),
           (values, count, reference, planes, out))
DISPATCHED(void, join_planes_i64,
           (const uint8_t *in, size_t stride, size_t count, uint64_t reference, unsigned planes, int64_t *out),
           (in, stride, count, reference, planes, out))
DISPATCHED(void, join_planes_u32,
           (const uint8_t *in, size_t stride, size_t count, uint32_t reference, unsigned planes, uint32_t *out),
           (in, stride, count, reference, planes, out))
DISPATCHED(void, scale_i64, (int64_t *values, size_t count, uint64_t factor, uint64_t reference),
           (values, count, factor, reference))
DISPATCHED(void, decimals_to_f64,
           (const int64_t *values, size_t count, double power, double inverse, double *out),
           (values, count, power, inverse, out))
DISPATCHED(void, add_lag_distances_i64,
           (const int64_t *values, size_t position, size_t lags, unsigned shift, uint64_t *distances),
           (values, position, lags, shift, distances))
DISPATCHED(void, add_lag_distances_u32,
           (const uint32_t *values, size_t position, size_t lags, uint64_t *distances),
           (values, position, lags, distances))
