// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Steps of integer encodings besides bit-packing: differences at a distance, bytes in planes, multiples.
#ifndef CS_INTEGER_CODING_H
#define CS_INTEGER_CODING_H
#include <stddef.h>
#include <stdint.h>

/// Adds to each value from `lag` on the value `lag` before it, modulo 2^64, front to back. Precondition: lag >= 1.
void cs_sum_at_lag_i64(int64_t *values, size_t count, size_t lag);

/// The same modulo 2^32.
void cs_sum_at_lag_u32(uint32_t *values, size_t count, size_t lag);

/// Byte `plane` of each value minus `reference`, modulo 2^64: plane after plane, `planes` (1...8) times `count` bytes.
void cs_split_planes_i64(const int64_t *values, size_t count, uint64_t reference, unsigned planes, uint8_t *out);

/// The same modulo 2^32, with 1...4 planes.
void cs_split_planes_u32(const uint32_t *values, size_t count, uint32_t reference, unsigned planes, uint8_t *out);

/// The reverse of cs_split_planes_i64, for `count` values of planes of `stride` bytes each.
void cs_join_planes_i64(const uint8_t *in, size_t stride, size_t count, uint64_t reference, unsigned planes,
                        int64_t *out);

/// The reverse of cs_split_planes_u32, likewise.
void cs_join_planes_u32(const uint8_t *in, size_t stride, size_t count, uint32_t reference, unsigned planes,
                        uint32_t *out);

/// Replaces each value by reference + factor * value, modulo 2^64.
void cs_scale_i64(int64_t *values, size_t count, uint64_t factor, uint64_t reference);

/// out[i] = values[i] * power * inverse, the value as the nearest double and each product rounded to the nearest.
void cs_decimals_to_f64(const int64_t *values, size_t count, double power, double inverse, double *out);

/// distances[k] grows by |values[position] - values[position - k - 1]| >> shift, for k below `lags`.
/// Precondition: position >= lags; the difference of any two values fits 64 bits unsigned.
void cs_add_lag_distances_i64(const int64_t *values, size_t position, size_t lags, unsigned shift, uint64_t *distances);

/// The same for codes, without a shift.
void cs_add_lag_distances_u32(const uint32_t *values, size_t position, size_t lags, uint64_t *distances);

#endif
