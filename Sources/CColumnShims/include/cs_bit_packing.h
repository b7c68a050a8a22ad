// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Integers in few bits each, and what an encoder must know of a page before it picks an encoding.
//
// Layout (blocks of 1,024 values with transposed lanes, after Afroozeh and Boncz, "The FastLanes Compression Layout",
// 2023): with T = 32 bits for widths up to 32, else 64, and L = 1024 / T lanes, value i of a full block is in lane i % L at
// row i / L. Each lane packs its T values from the lowest bit up into `width` words of T bits; word k of lane l is word
// k * L + l of the block. The last, short block is one sequence of bits from the lowest bit up, in whole bytes.
// All words are little-endian. No pointer needs any alignment.
#ifndef CS_BIT_PACKING_H
#define CS_BIT_PACKING_H
#include <stddef.h>
#include <stdint.h>

/// What one pass over a page of 64-bit integers tells. For count 0: minimum INT64_MAX, maximum INT64_MIN, the rest 0.
typedef struct {
  int64_t minimum;
  int64_t maximum;
  /// The exact sum is upper_sum * 2^32 + lower_sum, for up to 2^31 values.
  int64_t upper_sum;
  uint64_t lower_sum;
  /// Places where a value differs from the one before.
  uint64_t change_count;
} cs_i64_summary;

/// As cs_i64_summary, for 32-bit codes.
typedef struct {
  uint32_t minimum;
  uint32_t maximum;
  uint64_t change_count;
} cs_u32_summary;

/// Bytes that `count` values of `width` bits take.
static inline size_t cs_packed_byte_count(size_t count, unsigned width) {
  return count / 1024 * 128 * width + (count % 1024 * width + 7) / 8;
}

/// Packs the lowest `width` (0...64) bits of each value minus `reference`, modulo 2^64.
void cs_pack_i64(const int64_t *values, size_t count, uint64_t reference, unsigned width, uint8_t *out);

/// Packs the lowest `width` (0...32) bits of each value minus `reference`, modulo 2^32.
void cs_pack_u32(const uint32_t *values, size_t count, uint32_t reference, unsigned width, uint8_t *out);

/// Unpacks `width` (0...64) bits a value and adds `reference` modulo 2^64. Reads cs_packed_byte_count bytes.
void cs_unpack_i64(const uint8_t *in, size_t count, unsigned width, uint64_t reference, int64_t *out);

/// Unpacks `width` (0...32) bits a value and adds `reference` modulo 2^32. Reads cs_packed_byte_count bytes.
void cs_unpack_u32(const uint8_t *in, size_t count, unsigned width, uint32_t reference, uint32_t *out);

/// The values of `rows` alone, each below `count`, as cs_unpack_u32 has them. O(row_count).
void cs_pick_u32(const uint8_t *in, size_t count, unsigned width, uint32_t reference, const uint32_t *rows,
                 size_t row_count, uint32_t *out);

/// Minimum, maximum, exact sum and number of changes in one pass.
void cs_summarize_i64(const int64_t *values, size_t count, cs_i64_summary *summary);

/// Minimum, maximum and number of changes in one pass.
void cs_summarize_u32(const uint32_t *values, size_t count, cs_u32_summary *summary);

/// Minimum and maximum alone: how a reader holds a page against its statistics.
void cs_bounds_i64(const int64_t *values, size_t count, int64_t *minimum, int64_t *maximum);

/// The same of the values whose bit is set: bit `i % 64` of word `i / 64` belongs to value `i`.
void cs_selected_bounds_i64(const int64_t *values, const uint64_t *bits, size_t count, int64_t *minimum, int64_t *maximum);

/// Greatest value; 0 for none.
uint32_t cs_maximum_u32(const uint32_t *values, size_t count);

/// Highest instruction set level this processor has: 0 baseline, 1 AVX2, 2 AVX-512 (F, BW, DQ, VL).
int cs_bit_packing_highest_level(void);

/// For tests: uses `level` from now on, for the whole process; a negative level goes back to the highest. Levels the
/// processor lacks are lowered to its highest.
void cs_bit_packing_force_level(int level);

#endif
