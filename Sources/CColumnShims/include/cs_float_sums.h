// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Doubles as integers: exact sums of some hundred at once, exponents, and images that compare as integers.
#ifndef CS_FLOAT_SUMS_H
#define CS_FLOAT_SUMS_H
#include <stddef.h>
#include <stdint.h>

/// Most values that cs_split_sum_f64 takes at once.
enum { cs_split_sum_count = 512 };

/// high * 2^exponent + low * 2^(exponent - 44).
typedef struct {
  /// Magnitude at most 2^52.
  int64_t high;
  /// Magnitude at most 2^52.
  int64_t low;
  /// The values' greatest exponent (of a number in 1 ..< 2 it is 0) less 42.
  int32_t exponent;
} cs_split_sum;

/// The exact sum of `count` values, at most cs_split_sum_count. Returns 0 and tells nothing where one is not finite, or where they lie further
/// apart than the two parts reach: the last bit of each must weigh at least 2^-86 of the greatest's first.
///
/// Each value is cut, without error, into a multiple of 2^q and what is left, and that once more; so few bits are in each part that adding
/// them up as doubles rounds nothing, in any order. (Rump, Ogita, Oishi: "Accurate floating-point summation, part I", 2008, section 3;
/// Demmel, Nguyen: "Parallel reproducible summation", 2015.)
int cs_split_sum_f64(const double *values, size_t count, cs_split_sum *sum);

/// Least and greatest exponent field (11 bits) of the values, zeros left out of the least: beyond 11 bits if there is nothing but zeros.
/// Numbers that are 2^n may count as one less in the least.
void cs_exponents_f64(const double *values, size_t count, uint32_t *least, uint32_t *greatest);

/// Integers that order as the doubles do: -infinity first, -0.0 equal to 0.0, every NaN equal and last.
void cs_ordered_bits_f64(const double *values, size_t count, int64_t *out);

/// Values whose bit is set, 0 for the others; bit `i % 64` of word `i / 64` belongs to value `i`.
void cs_selected_f64(const double *values, const uint64_t *bits, size_t count, double *out);

#endif
