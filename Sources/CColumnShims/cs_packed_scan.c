// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_packed_scan.h"
#include "cs_dispatch.h"
#include <string.h>

// A row of a full block: one value of each lane, in the order of the values (see cs_bit_packing.h). Compilers split these
// vectors into as many registers as a level needs. They are passed by address: by value, their ABI would depend on the level.
typedef uint32_t row_32 __attribute__((vector_size(128)));
typedef uint64_t row_64 __attribute__((vector_size(128)));
typedef uint64_t wide_row_32 __attribute__((vector_size(256)));
typedef uint8_t bytes_32 __attribute__((vector_size(32)));
typedef uint16_t shorts_32 __attribute__((vector_size(64)));

enum { lanes_32 = 32, lanes_64 = 16 };

// Where the next row of a block starts.
typedef struct {
  const uint8_t *in;
  unsigned shift;
} cursor;

#define DEFINE_NEXT_ROW(T)                                                                                            \
  INLINED void next_row_##T(cursor *at, unsigned width, row_##T *row) {                                               \
    const uint##T##_t mask = (uint##T##_t)(~UINT64_C(0) >> (64 - width));                                             \
    row_##T words;                                                                                                    \
    memcpy(&words, at->in, sizeof words);                                                                             \
    words >>= at->shift;                                                                                              \
    if (at->shift + width > T) {                                                                                      \
      row_##T above;                                                                                                  \
      memcpy(&above, at->in + sizeof words, sizeof above);                                                            \
      words |= above << (T - at->shift);                                                                              \
    }                                                                                                                 \
    *row = words & mask;                                                                                              \
    at->shift += width;                                                                                               \
    if (at->shift >= T) {                                                                                             \
      at->shift -= T;                                                                                                 \
      at->in += sizeof words;                                                                                         \
    }                                                                                                                 \
  }                                                                                                                   \
  INLINED void raise_##T(const row_##T *row, row_##T *greatest) {                                                     \
    const row_##T is_greater = (row_##T)(*row > *greatest);                                                            \
    *greatest = (*row & is_greater) | (*greatest & ~is_greater);                                                        \
  }                                                                                                                   \
  INLINED uint64_t greatest_lane_##T(const row_##T *row) {                                                            \
    uint64_t greatest = 0;                                                                                            \
    for (unsigned lane = 0; lane < lanes_##T; lane++) greatest = (*row)[lane] > greatest ? (*row)[lane] : greatest;   \
    return greatest;                                                                                                  \
  }

DEFINE_NEXT_ROW(32)
DEFINE_NEXT_ROW(64)

// A bit a lane of rows of zeros and all ones.
#if defined(__clang__)
typedef _Bool bits_of_32 __attribute__((ext_vector_type(32)));
typedef _Bool bits_of_16 __attribute__((ext_vector_type(16)));
INLINED uint32_t bits_32(const row_32 *row) {
  const bits_of_32 bits = __builtin_convertvector(*row, bits_of_32);
  uint32_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}
INLINED uint32_t bits_64(const row_64 *row) {
  const bits_of_16 bits = __builtin_convertvector(*row, bits_of_16);
  uint16_t word;
  memcpy(&word, &bits, sizeof word);
  return word;
}
#else
INLINED uint32_t bits_32(const row_32 *row) {
  uint32_t word = 0;
  for (unsigned lane = 0; lane < lanes_32; lane++) word |= ((*row)[lane] & 1) << lane;
  return word;
}
INLINED uint32_t bits_64(const row_64 *row) {
  uint32_t word = 0;
  for (unsigned lane = 0; lane < lanes_64; lane++) word |= (uint32_t)((*row)[lane] & 1) << lane;
  return word;
}
#endif

// The reverse: all ones in the lanes whose bit is 1.
#define FOUR_BITS(first) 1u << (first), 2u << (first), 4u << (first), 8u << (first)
#define SIXTEEN_BITS(first) FOUR_BITS(first), FOUR_BITS(first + 4), FOUR_BITS(first + 8), FOUR_BITS(first + 12)
static const row_32 bit_of_lane_32 = {SIXTEEN_BITS(0), SIXTEEN_BITS(16)};
static const row_64 bit_of_lane_64 = {SIXTEEN_BITS(0)};

INLINED void lanes_of_bits_32(uint32_t word, row_32 *row) { *row = (row_32)((bit_of_lane_32 & word) != 0); }

INLINED void lanes_of_bits_64(uint32_t word, row_64 *row) { *row = (row_64)((bit_of_lane_64 & (uint64_t)word) != 0); }

// The last, short block: one sequence of bits.

typedef struct {
  const uint8_t *in;
  unsigned __int128 pending;
  unsigned filled;
} bit_reader;

INLINED uint64_t next_offset(bit_reader *reader, unsigned width) {
  for (; reader->filled < width; reader->filled += 8)
    reader->pending |= (unsigned __int128)*reader->in++ << reader->filled;
  const uint64_t offset = (uint64_t)reader->pending & (~UINT64_C(0) >> (64 - width));
  reader->pending >>= width;
  reader->filled -= width;
  return offset;
}

// Unpacking into narrow types.

#define DEFINE_UNPACK(SUFFIX, VALUE, ROW)                                                                             \
  INLINED void unpack_##SUFFIX(const uint8_t *in, size_t count, unsigned width, VALUE *out) {                         \
    if (width == 0) {                                                                                                 \
      memset(out, 0, count * sizeof *out);                                                                            \
      return;                                                                                                         \
    }                                                                                                                 \
    for (; count >= 1024; count -= 1024, in += 128 * width) {                                                         \
      cursor at = {in, 0};                                                                                            \
      for (unsigned i = 0; i < 32; i++, out += lanes_32) {                                                            \
        row_32 row;                                                                                                   \
        next_row_32(&at, width, &row);                                                                                \
        const ROW narrow = __builtin_convertvector(row, ROW);                                                         \
        memcpy(out, &narrow, sizeof narrow);                                                                          \
      }                                                                                                               \
    }                                                                                                                 \
    bit_reader reader = {in, 0, 0};                                                                                   \
    for (size_t i = 0; i < count; i++) out[i] = (VALUE)next_offset(&reader, width);                                   \
  }

DEFINE_UNPACK(u8, uint8_t, bytes_32)
DEFINE_UNPACK(u16, uint16_t, shorts_32)

// Sums. `selected` is null, known when compiling, where all rows are.

INLINED uint32_t selected_bits(const uint64_t *selected, size_t row, uint32_t mask) {
  return (uint32_t)(selected[row / 64] >> (row % 64)) & mask;
}

// Up to 27 bits the 32 rows of a block add up in 32 bits.
INLINED void sum_block_27(const uint8_t *in, unsigned width, const uint64_t *selected, row_32 *greatest,
                          cs_packed_total *total) {
  cursor at = {in, 0};
  row_32 sums = {0};
  for (unsigned i = 0; i < 32; i++) {
    row_32 row;
    next_row_32(&at, width, &row);
    raise_32(&row, greatest);
    if (selected) {
      row_32 lanes;
      lanes_of_bits_32(selected_bits(selected, i * lanes_32, UINT32_MAX), &lanes);
      row &= lanes;
    }
    sums += row;
  }
  for (unsigned lane = 0; lane < lanes_32; lane++) total->low += sums[lane];
}

INLINED void sum_block_32(const uint8_t *in, unsigned width, const uint64_t *selected, row_32 *greatest,
                          cs_packed_total *total) {
  cursor at = {in, 0};
  wide_row_32 sums = {0};
  for (unsigned i = 0; i < 32; i++) {
    row_32 row;
    next_row_32(&at, width, &row);
    raise_32(&row, greatest);
    if (selected) {
      row_32 lanes;
      lanes_of_bits_32(selected_bits(selected, i * lanes_32, UINT32_MAX), &lanes);
      row &= lanes;
    }
    sums += __builtin_convertvector(row, wide_row_32);
  }
  for (unsigned lane = 0; lane < lanes_32; lane++) total->low += sums[lane];
}

INLINED void sum_block_64(const uint8_t *in, unsigned width, const uint64_t *selected, row_64 *greatest,
                          cs_packed_total *total) {
  cursor at = {in, 0};
  row_64 low = {0}, high = {0};
  for (unsigned i = 0; i < 64; i++) {
    row_64 row;
    next_row_64(&at, width, &row);
    raise_64(&row, greatest);
    if (selected) {
      row_64 lanes;
      lanes_of_bits_64(selected_bits(selected, i * lanes_64, UINT16_MAX), &lanes);
      row &= lanes;
    }
    low += row & UINT64_C(0xFFFFFFFF);
    high += row >> 32;
  }
  for (unsigned lane = 0; lane < lanes_64; lane++) {
    total->low += low[lane];
    total->high += high[lane];
  }
}

INLINED void sum(const uint8_t *in, size_t count, unsigned width, const uint64_t *selected, cs_packed_total *result) {
  cs_packed_total total = {0, 0, 0};
  row_32 greatest_32 = {0};
  row_64 greatest_64 = {0};
  if (width == 0) count = 0;
  for (; count >= 1024; count -= 1024, in += 128 * width) {
    if (width <= 27) sum_block_27(in, width, selected, &greatest_32, &total);
    else if (width <= 32) sum_block_32(in, width, selected, &greatest_32, &total);
    else sum_block_64(in, width, selected, &greatest_64, &total);
    if (selected) selected += 16;
  }
  const uint64_t narrow = greatest_lane_32(&greatest_32), wide = greatest_lane_64(&greatest_64);
  total.greatest = narrow > wide ? narrow : wide;
  bit_reader reader = {in, 0, 0};
  for (size_t i = 0; i < count; i++) {
    const uint64_t offset = next_offset(&reader, width);
    total.greatest = offset > total.greatest ? offset : total.greatest;
    if (selected && !selected_bits(selected, i, 1)) continue;
    total.low += (uint32_t)offset;
    total.high += offset >> 32;
  }
  *result = total;
}

INLINED void packed_sum(const uint8_t *in, size_t count, unsigned width, cs_packed_total *total) {
  sum(in, count, width, NULL, total);
}

INLINED void packed_sum_selected(const uint8_t *in, size_t count, unsigned width, const uint64_t *selected,
                                 cs_packed_total *total) {
  sum(in, count, width, selected, total);
}

// Comparisons: low <= x <= high is one comparison, x - low <= high - low, modulo 2^T.

INLINED void range_block_32(const uint8_t *in, unsigned width, uint32_t low, uint32_t span, row_32 *greatest,
                            uint64_t *words) {
  cursor at = {in, 0};
  for (unsigned i = 0; i < 32; i += 2) {
    uint64_t word = 0;
    for (unsigned half = 0; half < 2; half++) {
      row_32 row;
      next_row_32(&at, width, &row);
      raise_32(&row, greatest);
      row = (row_32)(row - low <= span);
      word |= (uint64_t)bits_32(&row) << (32 * half);
    }
    words[i / 2] = word;
  }
}

INLINED void range_block_64(const uint8_t *in, unsigned width, uint64_t low, uint64_t span, row_64 *greatest,
                            uint64_t *words) {
  cursor at = {in, 0};
  for (unsigned i = 0; i < 64; i += 4) {
    uint64_t word = 0;
    for (unsigned part = 0; part < 4; part++) {
      row_64 row;
      next_row_64(&at, width, &row);
      raise_64(&row, greatest);
      row = (row_64)(row - low <= span);
      word |= (uint64_t)bits_64(&row) << (16 * part);
    }
    words[i / 4] = word;
  }
}

INLINED uint64_t packed_in_range(const uint8_t *in, size_t count, unsigned width, uint64_t low, uint64_t high,
                                 uint64_t *words) {
  const uint64_t limit = width == 0 ? 0 : ~UINT64_C(0) >> (64 - width);
  const int is_empty = low > high || low > limit;
  // An empty range has no span: its words are cleared in the end, so that the greatest offset is found all the same.
  const uint64_t span = (high < limit ? high : limit) - low;
  row_32 greatest_32 = {0};
  row_64 greatest_64 = {0};
  uint64_t greatest = 0;
  uint64_t *const start = words;
  const size_t word_count = (count + 63) / 64;
  if (width > 0) {
    for (; count >= 1024; count -= 1024, in += 128 * width, words += 16) {
      if (width <= 32) range_block_32(in, width, (uint32_t)low, (uint32_t)span, &greatest_32, words);
      else range_block_64(in, width, low, span, &greatest_64, words);
    }
    const uint64_t narrow = greatest_lane_32(&greatest_32), wide = greatest_lane_64(&greatest_64);
    greatest = narrow > wide ? narrow : wide;
  }
  bit_reader reader = {in, 0, 0};
  for (size_t i = 0; i < count; i++) {
    const uint64_t offset = width == 0 ? 0 : next_offset(&reader, width);
    greatest = offset > greatest ? offset : greatest;
    if (i % 64 == 0) words[i / 64] = 0;
    words[i / 64] |= (uint64_t)(offset - low <= span) << (i % 64);
  }
  if (is_empty) memset(start, 0, word_count * sizeof *start);
  return greatest;
}

INLINED void in_range_i64(const int64_t *values, size_t count, int64_t low, int64_t high, uint64_t *words) {
  if (low > high) {
    memset(words, 0, (count + 63) / 64 * sizeof *words);
    return;
  }
  const uint64_t span = (uint64_t)high - (uint64_t)low;
  for (; count >= 64; count -= 64, values += 64, words++) {
    uint64_t word = 0;
    for (unsigned part = 0; part < 4; part++) {
      row_64 row;
      memcpy(&row, values + part * lanes_64, sizeof row);
      row = (row_64)(row - (uint64_t)low <= span);
      word |= (uint64_t)bits_64(&row) << (16 * part);
    }
    *words = word;
  }
  if (count == 0) return;
  *words = 0;
  for (size_t i = 0; i < count; i++) *words |= (uint64_t)((uint64_t)values[i] - (uint64_t)low <= span) << i;
}

DISPATCHED(void, unpack_u8, (const uint8_t *in, size_t count, unsigned width, uint8_t *out), (in, count, width, out))
DISPATCHED(void, unpack_u16, (const uint8_t *in, size_t count, unsigned width, uint16_t *out), (in, count, width, out))
DISPATCHED(void, packed_sum, (const uint8_t *in, size_t count, unsigned width, cs_packed_total *total),
           (in, count, width, total))
DISPATCHED(void, packed_sum_selected,
           (const uint8_t *in, size_t count, unsigned width, const uint64_t *selected, cs_packed_total *total),
           (in, count, width, selected, total))
DISPATCHED(uint64_t, packed_in_range,
           (const uint8_t *in, size_t count, unsigned width, uint64_t low, uint64_t high, uint64_t *words),
           (in, count, width, low, high, words))
DISPATCHED(void, in_range_i64, (const int64_t *values, size_t count, int64_t low, int64_t high, uint64_t *words),
           (values, count, low, high, words))
