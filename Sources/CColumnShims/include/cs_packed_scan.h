// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Questions answered on packed integers (layout: cs_bit_packing.h) without writing decoded values to memory. An "offset" is
// what is packed: a value minus the page's reference. All of them read cs_packed_byte_count(count, width) bytes at any address.
#ifndef CS_PACKED_SCAN_H
#define CS_PACKED_SCAN_H
#include <stddef.h>
#include <stdint.h>

/// The exact sum of offsets is high * 2^32 + low, for up to 2^31 of them. `greatest` is of all offsets, selected or not.
typedef struct {
  uint64_t low, high, greatest;
} cs_packed_total;

/// Unpacks `width` (0...8) bits a value.
void cs_unpack_u8(const uint8_t *in, size_t count, unsigned width, uint8_t *out);

/// Unpacks `width` (0...16) bits a value.
void cs_unpack_u16(const uint8_t *in, size_t count, unsigned width, uint16_t *out);

/// Sum and greatest of offsets of `width` (0...64) bits.
void cs_packed_sum(const uint8_t *in, size_t count, unsigned width, cs_packed_total *total);

/// The same, summing only rows whose bit in `selected` (row i: bit i % 64 of word i / 64) is 1.
void cs_packed_sum_selected(const uint8_t *in, size_t count, unsigned width, const uint64_t *selected,
                            cs_packed_total *total);

/// Writes a bit a row, laid out as above, bits past the last row 0: 1 where low <= offset <= high. Returns the greatest offset.
/// With one end at 0 or 2^width - 1 this is <, <=, > and >=; with both the same it is =.
uint64_t cs_packed_in_range(const uint8_t *in, size_t count, unsigned width, uint64_t low, uint64_t high,
                            uint64_t *words);

/// The same for values that are not packed.
void cs_in_range_i64(const int64_t *values, size_t count, int64_t low, int64_t high, uint64_t *words);

#endif
