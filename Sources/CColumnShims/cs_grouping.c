// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_grouping.h"
#include "cs_dispatch.h"

INLINED void add_codes(const uint32_t *restrict codes, size_t count, uint32_t factor, uint32_t *restrict groups) {
  for (size_t i = 0; i < count; i++) groups[i] += codes[i] * factor;
}

INLINED void spread_groups(size_t count, uint32_t copies, uint32_t step, uint32_t *groups) {
  for (size_t i = 0; i < count; i++) groups[i] += ((uint32_t)i & (copies - 1)) * step;
}

INLINED void place_u32(const uint32_t *restrict values, size_t count, unsigned shift, uint64_t start,
                       uint64_t *restrict words) {
  for (size_t i = 0; i < count; i++) words[i] = start + ((uint64_t)values[i] << shift);
}

INLINED void add_placed_u32(const uint32_t *restrict values, size_t count, unsigned shift, uint64_t *restrict words) {
  for (size_t i = 0; i < count; i++) words[i] += (uint64_t)values[i] << shift;
}

INLINED void add_placed_u64(const uint64_t *restrict values, size_t count, unsigned drop, uint64_t mask, unsigned shift,
                            uint64_t *restrict words) {
  for (size_t i = 0; i < count; i++) words[i] += (values[i] >> drop & mask) << shift;
}

INLINED void add_products(const uint32_t *x, const uint32_t *y, size_t count, unsigned drop, uint64_t mask,
                          unsigned shift, uint64_t *restrict words) {
  for (size_t i = 0; i < count; i++) words[i] += ((uint64_t)x[i] * y[i] >> drop & mask) << shift;
}

INLINED void add_zeros_u32(const uint32_t *restrict values, size_t count, unsigned shift, uint64_t *restrict words) {
  for (size_t i = 0; i < count; i++) words[i] += (uint64_t)(values[i] == 0) << shift;
}

INLINED void add_zeros_u64(const uint64_t *restrict values, size_t count, unsigned shift, uint64_t *restrict words) {
  for (size_t i = 0; i < count; i++) words[i] += (uint64_t)(values[i] == 0) << shift;
}

INLINED void scale_u64(uint64_t *values, size_t count, uint64_t factor, uint64_t addend) {
  for (size_t i = 0; i < count; i++) values[i] = values[i] * factor + addend;
}

INLINED void narrow_u64(const uint64_t *restrict values, size_t count, uint32_t *restrict narrow) {
  for (size_t i = 0; i < count; i++) narrow[i] = (uint32_t)values[i];
}

#define DEFINE_BY_TYPE(T, UINT)                                                                                       \
  INLINED void replace_unset_##T(UINT *values, size_t count, const uint64_t *bits, UINT other) {                      \
    for (size_t i = 0; i < count; i++) values[i] = bits[i / 64] >> (i % 64) & 1 ? values[i] : other;                  \
  }                                                                                                                   \
  INLINED void compact_##T(UINT *values, const uint32_t *rows, size_t count) {                                        \
    for (size_t k = 0; k < count; k++) values[k] = values[rows[k]];                                                   \
  }                                                                                                                   \
  INLINED void rising_##T(const UINT *restrict values, size_t count, UINT shift, UINT *restrict keys) {               \
    for (size_t i = 0; i < count; i++) keys[i] = values[i] + shift;                                                   \
  }                                                                                                                   \
  INLINED void falling_##T(const UINT *restrict values, size_t count, UINT top, int keeps_zero,                       \
                           UINT *restrict keys) {                                                                     \
    const UINT kept = keeps_zero ? 0 : top;                                                                           \
    for (size_t i = 0; i < count; i++) keys[i] = values[i] == 0 ? kept : top - values[i];                             \
  }                                                                                                                   \
  INLINED void scatter_##T(const UINT *restrict values, const uint32_t *restrict places, size_t count,                \
                           UINT *restrict out) {                                                                      \
    for (size_t i = 0; i < count; i++) out[places[i]] = values[i];                                                    \
  }

DEFINE_BY_TYPE(u32, uint32_t)
DEFINE_BY_TYPE(u64, uint64_t)

INLINED size_t count_bits(const uint64_t *words, size_t word_count) {
  size_t count = 0;
  for (size_t i = 0; i < word_count; i++) count += (size_t)__builtin_popcountll(words[i]);
  return count;
}

DISPATCHED(size_t, count_bits, (const uint64_t *words, size_t word_count), (words, word_count))

size_t cs_set_rows(const uint64_t *bits, size_t count, uint32_t *rows) {
  size_t found = 0;
  for (size_t first = 0; first < count; first += 64) {
    uint64_t word = bits[first / 64];
    if (count - first < 64) word &= (UINT64_C(1) << (count - first)) - 1;
    for (; word != 0; word &= word - 1) rows[found++] = (uint32_t)(first + (size_t)__builtin_ctzll(word));
  }
  return found;
}

// Records of a width known when compiling: their loop over words is unrolled.
INLINED void add_wide(uint64_t *restrict records, const unsigned width, const uint32_t *restrict groups,
                      const uint64_t *restrict words, size_t stride, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t *const record = records + (size_t)groups[i] * width;
    for (unsigned w = 0; w < width; w++) record[w] += words[w * stride + i];
  }
}

// Calls `ADD` with a width that is known when compiling, up to eight words.
#define OF_WIDTH(ADD, WIDTH)                                                                                          \
  case WIDTH: ADD(records, WIDTH, groups, words, stride, count); return;
#define BY_WIDTH(ADD)                                                                                                 \
  switch (width) {                                                                                                    \
    case 0: return;                                                                                                   \
      OF_WIDTH(ADD, 1) OF_WIDTH(ADD, 2) OF_WIDTH(ADD, 3) OF_WIDTH(ADD, 4)                                             \
      OF_WIDTH(ADD, 5) OF_WIDTH(ADD, 6) OF_WIDTH(ADD, 7) OF_WIDTH(ADD, 8)                                             \
    default: ADD(records, width, groups, words, stride, count); return;                                               \
  }

void cs_add_records(uint64_t *records, unsigned width, const uint32_t *groups, const uint64_t *words, size_t stride,
                    size_t count) {
  BY_WIDTH(add_wide)
}

// Far enough ahead for a record to arrive from the third-level cache.
enum { rows_ahead = 32 };

INLINED void add_far(uint64_t *restrict records, const unsigned width, const uint32_t *restrict groups,
                     const uint64_t *restrict words, size_t stride, size_t count) {
  for (size_t i = 0; i < count; i++) {
    __builtin_prefetch(records + (size_t)groups[i + rows_ahead < count ? i + rows_ahead : i] * width, 1);
    uint64_t *const record = records + (size_t)groups[i] * width;
    for (unsigned w = 0; w < width; w++) record[w] += words[w * stride + i];
  }
}

void cs_add_far_records(uint64_t *records, unsigned width, const uint32_t *groups, const uint64_t *words, size_t stride,
                        size_t count) {
  BY_WIDTH(add_far)
}

#define DEFINE_KEPT(T, UINT, KEY)                                                                                     \
  void cs_raise_##T(UINT *kept, const uint32_t *groups, const KEY *keys, size_t count) {                              \
    for (size_t i = 0; i < count; i++) {                                                                              \
      const UINT key = (UINT)keys[i], known = kept[groups[i]];                                                        \
      kept[groups[i]] = key > known ? key : known;                                                                    \
    }                                                                                                                 \
  }                                                                                                                   \
  INLINED void greater_##T(UINT *restrict into, const UINT *restrict from, size_t count) {                            \
    for (size_t i = 0; i < count; i++) into[i] = from[i] > into[i] ? from[i] : into[i];                               \
  }

DEFINE_KEPT(u8, uint8_t, uint32_t)
DEFINE_KEPT(u16, uint16_t, uint32_t)
DEFINE_KEPT(u32, uint32_t, uint32_t)
DEFINE_KEPT(u64, uint64_t, uint64_t)

INLINED void sum_words(uint64_t *restrict into, const uint64_t *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) into[i] += from[i];
}

// Of a value inside, both distances from the bounds are below 2^63, as the bounds are less than that apart: no top bit. One below the least has the top
// bit in its distance from that, unless it is more than 2^63 below; then it is 2^63 to 2^64 below the greatest, and has it in the other. Above the
// greatest it is the other way round.
INLINED int run_sums_i64(const int64_t *values, const ptrdiff_t *ends, size_t run_count, int64_t least, int64_t greatest,
                         int64_t *sums) {
  uint64_t distances = 0;
  ptrdiff_t row = 0;
  for (size_t run = 0; run < run_count; run++) {
    const ptrdiff_t end = ends[run];
    uint64_t sum = 0;
    for (; row < end; row++) {
      const uint64_t value = (uint64_t)values[row];
      sum += value;
      distances |= (value - (uint64_t)least) | ((uint64_t)greatest - value);
    }
    sums[run] = (int64_t)sum;
  }
  return distances >> 63 == 0;
}

// Both halves of a full product, folded and multiplied again: every bit of the key reaches the top bits.
INLINED uint64_t hash_of(uint64_t key) {
  const unsigned __int128 product = (unsigned __int128)(key ^ UINT64_C(0x9E3779B97F4A7C15)) * UINT64_C(0xD6E8FEB86659FD93);
  return ((uint64_t)(product >> 64) ^ (uint64_t)product) * UINT64_C(0x9FB21C651E98DF25);
}

// Of two words: the hash of one, laid over the other.
INLINED uint64_t hash_of_wide(uint64_t low, uint64_t high) { return hash_of(hash_of(high) ^ low); }

void cs_partition_keys(const uint64_t *keys, const uint64_t *high, size_t count, unsigned bits, uint16_t *partitions,
                       uint32_t *counts) {
  if (high == NULL) {
    for (size_t i = 0; i < count; i++) partitions[i] = (uint16_t)(hash_of(keys[i]) >> (64 - bits));
  } else {
    for (size_t i = 0; i < count; i++) partitions[i] = (uint16_t)(hash_of_wide(keys[i], high[i]) >> (64 - bits));
  }
  for (size_t i = 0; i < count; i++) counts[partitions[i]]++;
}

void cs_partition_places(const uint16_t *partitions, size_t count, uint32_t *next, uint32_t *places) {
  for (size_t i = 0; i < count; i++) places[i] = next[partitions[i]]++;
}

// Numbers keys of one word, or of two where `is_wide`, known when compiling.
INLINED size_t number_keys(const int is_wide, const uint64_t *low, const uint64_t *high, size_t count, uint32_t *table,
                           unsigned table_bits, unsigned skipped_bits, uint64_t *known_low, uint64_t *known_high,
                           size_t known_count, uint32_t *numbers) {
  const uint64_t mask = (UINT64_C(1) << table_bits) - 1;
  const unsigned shift = 64 - table_bits - skipped_bits;
  for (size_t i = 0; i < count; i++) {
    const uint64_t hash = is_wide ? hash_of_wide(low[i], high[i]) : hash_of(low[i]);
    for (uint64_t slot = hash >> shift & mask;; slot = (slot + 1) & mask) {
      const uint32_t number = table[slot];
      if (number == 0) {
        known_low[known_count] = low[i];
        if (is_wide) known_high[known_count] = high[i];
        numbers[i] = (uint32_t)known_count++;
        table[slot] = (uint32_t)known_count;
        break;
      }
      if (known_low[number - 1] == low[i] && (!is_wide || known_high[number - 1] == high[i])) {
        numbers[i] = number - 1;
        break;
      }
    }
  }
  return known_count;
}

size_t cs_number_keys(const uint64_t *keys, size_t count, uint32_t *table, unsigned table_bits, unsigned skipped_bits,
                      uint64_t *known, size_t known_count, uint32_t *numbers) {
  return number_keys(0, keys, NULL, count, table, table_bits, skipped_bits, known, NULL, known_count, numbers);
}

size_t cs_number_wide_keys(const uint64_t *low, const uint64_t *high, size_t count, uint32_t *table,
                           unsigned table_bits, unsigned skipped_bits, uint64_t *known_low, uint64_t *known_high,
                           size_t known_count, uint32_t *numbers) {
  return number_keys(1, low, high, count, table, table_bits, skipped_bits, known_low, known_high, known_count, numbers);
}

DISPATCHED(void, add_codes, (const uint32_t *codes, size_t count, uint32_t factor, uint32_t *groups),
           (codes, count, factor, groups))
DISPATCHED(void, spread_groups, (size_t count, uint32_t copies, uint32_t step, uint32_t *groups),
           (count, copies, step, groups))
DISPATCHED(void, place_u32, (const uint32_t *values, size_t count, unsigned shift, uint64_t start, uint64_t *words),
           (values, count, shift, start, words))
DISPATCHED(void, add_placed_u32, (const uint32_t *values, size_t count, unsigned shift, uint64_t *words),
           (values, count, shift, words))
DISPATCHED(void, add_placed_u64,
           (const uint64_t *values, size_t count, unsigned drop, uint64_t mask, unsigned shift, uint64_t *words),
           (values, count, drop, mask, shift, words))
DISPATCHED(void, add_products,
           (const uint32_t *x, const uint32_t *y, size_t count, unsigned drop, uint64_t mask, unsigned shift,
            uint64_t *words),
           (x, y, count, drop, mask, shift, words))
DISPATCHED(void, add_zeros_u32, (const uint32_t *values, size_t count, unsigned shift, uint64_t *words),
           (values, count, shift, words))
DISPATCHED(void, add_zeros_u64, (const uint64_t *values, size_t count, unsigned shift, uint64_t *words),
           (values, count, shift, words))
DISPATCHED(void, scale_u64, (uint64_t *values, size_t count, uint64_t factor, uint64_t addend),
           (values, count, factor, addend))
DISPATCHED(void, narrow_u64, (const uint64_t *values, size_t count, uint32_t *narrow), (values, count, narrow))
DISPATCHED(void, sum_words, (uint64_t *into, const uint64_t *from, size_t count), (into, from, count))
DISPATCHED(int, run_sums_i64,
           (const int64_t *values, const ptrdiff_t *ends, size_t run_count, int64_t least, int64_t greatest, int64_t *sums),
           (values, ends, run_count, least, greatest, sums))
DISPATCHED(void, greater_u8, (uint8_t *into, const uint8_t *from, size_t count), (into, from, count))
DISPATCHED(void, greater_u16, (uint16_t *into, const uint16_t *from, size_t count), (into, from, count))
DISPATCHED(void, greater_u32, (uint32_t *into, const uint32_t *from, size_t count), (into, from, count))
DISPATCHED(void, greater_u64, (uint64_t *into, const uint64_t *from, size_t count), (into, from, count))

#define DISPATCHED_BY_TYPE(T, UINT)                                                                                   \
  DISPATCHED(void, replace_unset_##T, (UINT *values, size_t count, const uint64_t *bits, UINT other),                 \
             (values, count, bits, other))                                                                            \
  DISPATCHED(void, compact_##T, (UINT *values, const uint32_t *rows, size_t count), (values, rows, count))            \
  DISPATCHED(void, rising_##T, (const UINT *values, size_t count, UINT shift, UINT *keys),                            \
             (values, count, shift, keys))                                                                            \
  DISPATCHED(void, falling_##T, (const UINT *values, size_t count, UINT top, int keeps_zero, UINT *keys),             \
             (values, count, top, keeps_zero, keys))                                                                  \
  DISPATCHED(void, scatter_##T, (const UINT *values, const uint32_t *places, size_t count, UINT *out),                \
             (values, places, count, out))

DISPATCHED_BY_TYPE(u32, uint32_t)
DISPATCHED_BY_TYPE(u64, uint64_t)
