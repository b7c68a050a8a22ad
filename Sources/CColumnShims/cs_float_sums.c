// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_float_sums.h"

#include <string.h>

#include "cs_dispatch.h"

// Values side by side: sums of their own, which vectors hold.
enum { lanes = 16 };

/// Bits that a double has behind its first.
enum { fraction_bits = 52 };

static const uint64_t magnitude_mask = UINT64_MAX >> 1;

INLINED uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// 2^exponent, for exponents of normal numbers.
INLINED double power_of_two(int exponent) {
  const uint64_t bits = (uint64_t)(exponent + 1023) << fraction_bits;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

INLINED uint64_t greatest_magnitude(const double *values, size_t count) {
  uint64_t greatest[lanes] = {0};
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    for (size_t lane = 0; lane < lanes; lane++) {
      const uint64_t magnitude = bits_of(values[i + lane]) & magnitude_mask;
      greatest[lane] = magnitude > greatest[lane] ? magnitude : greatest[lane];
    }
  }
  for (size_t lane = 0; i < count; i++, lane++) {
    const uint64_t magnitude = bits_of(values[i]) & magnitude_mask;
    greatest[lane] = magnitude > greatest[lane] ? magnitude : greatest[lane];
  }
  uint64_t all = 0;
  for (size_t lane = 0; lane < lanes; lane++) all = greatest[lane] > all ? greatest[lane] : all;
  return all;
}

/// Sums of some lanes; `rest` has a bit set where a value has bits that neither part holds.
typedef struct {
  double high[lanes];
  double low[lanes];
  uint64_t rest[lanes];
} split_lanes;

/// Adding 1.5 * 2^(q + 52) to a value and taking it away again rounds it to a multiple of 2^q; what is left is exact.
INLINED void add_lanes(const double *values, double first, double second, split_lanes *sums) {
  for (size_t lane = 0; lane < lanes; lane++) {
    const double high = (values[lane] + first) - first;
    const double left = values[lane] - high;
    const double low = (left + second) - second;
    sums->high[lane] += high;
    sums->low[lane] += low;
    // But for the sign of a zero.
    sums->rest[lane] |= bits_of(left - low) << 1;
  }
}

INLINED int split_sum_f64(const double *values, size_t count, cs_split_sum *sum) {
  const uint64_t greatest = greatest_magnitude(values, count);
  *sum = (cs_split_sum){0, 0, 0};
  if (greatest == 0) return 1;
  const int exponent = (int)(greatest >> fraction_bits) - 1023;
  // Beyond, what cuts the values is no normal number: NaN and infinities are there too.
  if (exponent < -900 || exponent > 1000) return 0;
  const int high_exponent = exponent - 42, low_exponent = high_exponent - 44;
  const double first = 1.5 * power_of_two(high_exponent + fraction_bits);
  const double second = 1.5 * power_of_two(low_exponent + fraction_bits);
  split_lanes sums;
  memset(&sums, 0, sizeof sums);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) add_lanes(values + i, first, second, &sums);
  if (i < count) {
    double last[lanes] = {0};
    memcpy(last, values + i, (count - i) * sizeof *values);
    add_lanes(last, first, second, &sums);
  }
  double high = 0, low = 0;
  uint64_t rest = 0;
  for (size_t lane = 0; lane < lanes; lane++) {
    high += sums.high[lane];
    low += sums.low[lane];
    rest |= sums.rest[lane];
  }
  if (rest != 0) return 0;
  sum->high = (int64_t)(high * power_of_two(-high_exponent));
  sum->low = (int64_t)(low * power_of_two(-low_exponent));
  sum->exponent = high_exponent;
  return 1;
}

INLINED void exponents_f64(const double *values, size_t count, uint32_t *least, uint32_t *greatest) {
  uint32_t low = UINT32_MAX, high = 0;
  for (size_t i = 0; i < count; i++) {
    const uint64_t magnitude = bits_of(values[i]) & magnitude_mask;
    // Zero wraps round to all ones and so takes no part in the minimum.
    const uint32_t below = (uint32_t)((magnitude - 1) >> fraction_bits), own = (uint32_t)(magnitude >> fraction_bits);
    low = below < low ? below : low;
    high = own > high ? own : high;
  }
  *least = low;
  *greatest = high;
}

INLINED void ordered_bits_f64(const double *values, size_t count, int64_t *out) {
  for (size_t i = 0; i < count; i++) {
    // Adding 0.0 turns -0.0 into 0.0. Negative doubles order against their bits: all but the sign are flipped.
    const uint64_t own = bits_of(values[i] + 0.0);
    const uint64_t bits = (own & magnitude_mask) > 0x7FF0000000000000u ? 0x7FF8000000000000u : own;
    out[i] = (int64_t)(bits ^ ((uint64_t)((int64_t)bits >> 63) & magnitude_mask));
  }
}

INLINED void selected_f64(const double *values, const uint64_t *bits, size_t count, double *out) {
  for (size_t i = 0; i < count; i++) {
    const uint64_t kept = bits_of(values[i]) & (0 - (bits[i / 64] >> (i % 64) & 1));
    memcpy(out + i, &kept, sizeof kept);
  }
}

DISPATCHED(int, split_sum_f64, (const double *values, size_t count, cs_split_sum *sum), (values, count, sum))
DISPATCHED(void, exponents_f64, (const double *values, size_t count, uint32_t *least, uint32_t *greatest),
           (values, count, least, greatest))
DISPATCHED(void, ordered_bits_f64, (const double *values, size_t count, int64_t *out), (values, count, out))
DISPATCHED(void, selected_f64, (const double *values, const uint64_t *bits, size_t count, double *out),
           (values, bits, count, out))
