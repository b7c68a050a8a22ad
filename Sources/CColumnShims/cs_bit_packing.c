// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_bit_packing.h"
#include "cs_dispatch.h"
#include <string.h>

// Loops over lanes have constant trip counts and the same shift for all lanes.

// Words at any address.
typedef uint32_t __attribute__((aligned(1), may_alias)) word32;
typedef uint64_t __attribute__((aligned(1), may_alias)) word64;

INLINED uint64_t low_bits(unsigned width) { return width == 0 ? 0 : ~UINT64_C(0) >> (64 - width); }

// Short blocks: at most 1,023 values.

#define DEFINE_SHORT_BLOCK(SUFFIX, VALUE, UNSIGNED)                                                                   \
  INLINED void pack_short_##SUFFIX(const VALUE *values, size_t count, UNSIGNED reference, unsigned width,             \
                                   uint8_t *out) {                                                                    \
    const uint64_t mask = low_bits(width);                                                                            \
    unsigned __int128 pending = 0;                                                                                    \
    unsigned filled = 0;                                                                                              \
    for (size_t i = 0; i < count; i++) {                                                                              \
      pending |= (unsigned __int128)((uint64_t)(UNSIGNED)((UNSIGNED)values[i] - reference) & mask) << filled;         \
      filled += width;                                                                                                \
      for (; filled >= 8; filled -= 8, pending >>= 8) *out++ = (uint8_t)pending;                                      \
    }                                                                                                                 \
    if (filled) *out = (uint8_t)pending;                                                                              \
  }                                                                                                                   \
  INLINED void unpack_short_##SUFFIX(const uint8_t *in, size_t count, unsigned width, UNSIGNED reference,             \
                                     VALUE *out) {                                                                    \
    const uint64_t mask = low_bits(width);                                                                            \
    unsigned __int128 pending = 0;                                                                                    \
    unsigned filled = 0;                                                                                              \
    for (size_t i = 0; i < count; i++) {                                                                              \
      for (; filled < width; filled += 8) pending |= (unsigned __int128)*in++ << filled;                              \
      out[i] = (VALUE)((UNSIGNED)((uint64_t)pending & mask) + reference);                                             \
      pending >>= width;                                                                                              \
      filled -= width;                                                                                                \
    }                                                                                                                 \
  }

DEFINE_SHORT_BLOCK(i64, int64_t, uint64_t)
DEFINE_SHORT_BLOCK(u32, uint32_t, uint32_t)

// Full blocks: T is the lanes' word size in bits, WORD its type, VALUE what the caller has, UNSIGNED its unsigned type.

#define DEFINE_FULL_BLOCK(SUFFIX, T, WORD, VALUE, UNSIGNED)                                                           \
  INLINED void pack_block_##SUFFIX(const VALUE *restrict values, UNSIGNED reference, unsigned width,                  \
                                   uint8_t *restrict bytes) {                                                         \
    enum { lanes = 1024 / T };                                                                                        \
    word##T *out = (word##T *)bytes;                                                                                  \
    const WORD mask = (WORD)low_bits(width);                                                                          \
    WORD pending[lanes];                                                                                              \
    memset(pending, 0, sizeof pending);                                                                               \
    unsigned shift = 0;                                                                                               \
    for (unsigned row = 0; row < T; row++, values += lanes) {                                                         \
      for (unsigned lane = 0; lane < lanes; lane++)                                                                   \
        pending[lane] |= (WORD)((WORD)((UNSIGNED)values[lane] - reference) & mask) << shift;                          \
      shift += width;                                                                                                 \
      if (shift < T) continue;                                                                                        \
      for (unsigned lane = 0; lane < lanes; lane++) out[lane] = pending[lane];                                        \
      out += lanes;                                                                                                   \
      shift -= T;                                                                                                     \
      if (shift == 0) {                                                                                               \
        memset(pending, 0, sizeof pending);                                                                           \
      } else {                                                                                                        \
        for (unsigned lane = 0; lane < lanes; lane++)                                                                 \
          pending[lane] = (WORD)((WORD)((UNSIGNED)values[lane] - reference) & mask) >> (width - shift);               \
      }                                                                                                               \
    }                                                                                                                 \
  }                                                                                                                   \
  INLINED void unpack_block_##SUFFIX(const uint8_t *restrict bytes, unsigned width, UNSIGNED reference,               \
                                     VALUE *restrict out) {                                                           \
    enum { lanes = 1024 / T };                                                                                        \
    const word##T *in = (const word##T *)bytes;                                                                       \
    const WORD mask = (WORD)low_bits(width);                                                                          \
    unsigned shift = 0;                                                                                               \
    for (unsigned row = 0; row < T; row++, out += lanes) {                                                            \
      if (shift + width <= T) {                                                                                       \
        for (unsigned lane = 0; lane < lanes; lane++)                                                                 \
          out[lane] = (VALUE)((UNSIGNED)((WORD)(in[lane] >> shift) & mask) + reference);                              \
      } else {                                                                                                        \
        for (unsigned lane = 0; lane < lanes; lane++)                                                                 \
          out[lane] = (VALUE)((UNSIGNED)((WORD)((in[lane] >> shift) | (in[lane + lanes] << (T - shift))) & mask) +    \
                              reference);                                                                             \
      }                                                                                                               \
      shift += width;                                                                                                 \
      if (shift >= T) {                                                                                               \
        shift -= T;                                                                                                   \
        in += lanes;                                                                                                  \
      }                                                                                                               \
    }                                                                                                                 \
  }

DEFINE_FULL_BLOCK(i64_narrow, 32, uint32_t, int64_t, uint64_t)
DEFINE_FULL_BLOCK(i64_wide, 64, uint64_t, int64_t, uint64_t)
DEFINE_FULL_BLOCK(u32, 32, uint32_t, uint32_t, uint32_t)

INLINED void pack_i64(const int64_t *values, size_t count, uint64_t reference, unsigned width, uint8_t *out) {
  if (width == 0) return;
  for (; count >= 1024; count -= 1024, values += 1024, out += 128 * width) {
    if (width <= 32) pack_block_i64_narrow(values, reference, width, out);
    else pack_block_i64_wide(values, reference, width, out);
  }
  pack_short_i64(values, count, reference, width, out);
}

INLINED void unpack_i64(const uint8_t *in, size_t count, unsigned width, uint64_t reference, int64_t *out) {
  if (width == 0) {
    for (size_t i = 0; i < count; i++) out[i] = (int64_t)reference;
    return;
  }
  for (; count >= 1024; count -= 1024, out += 1024, in += 128 * width) {
    if (width <= 32) unpack_block_i64_narrow(in, width, reference, out);
    else unpack_block_i64_wide(in, width, reference, out);
  }
  unpack_short_i64(in, count, width, reference, out);
}

INLINED void pack_u32(const uint32_t *values, size_t count, uint32_t reference, unsigned width, uint8_t *out) {
  if (width == 0) return;
  for (; count >= 1024; count -= 1024, values += 1024, out += 128 * width) pack_block_u32(values, reference, width, out);
  pack_short_u32(values, count, reference, width, out);
}

INLINED void unpack_u32(const uint8_t *in, size_t count, unsigned width, uint32_t reference, uint32_t *out) {
  if (width == 0) {
    for (size_t i = 0; i < count; i++) out[i] = reference;
    return;
  }
  for (; count >= 1024; count -= 1024, out += 1024, in += 128 * width) unpack_block_u32(in, width, reference, out);
  unpack_short_u32(in, count, width, reference, out);
}

// Of a short block: `width` bits from `bit` on, from the bytes that hold them alone.
static uint32_t pick_short_u32(const uint8_t *in, size_t bit, unsigned width) {
  uint64_t found = 0;
  const size_t end = (bit + width + 7) / 8;
  for (size_t byte = bit / 8, shift = 0; byte < end; byte++, shift += 8) found |= (uint64_t)in[byte] << shift;
  return (uint32_t)(found >> bit % 8 & low_bits(width));
}

void cs_pick_u32(const uint8_t *in, size_t count, unsigned width, uint32_t reference, const uint32_t *rows,
                 size_t row_count, uint32_t *out) {
  enum { lanes = 32 };
  const uint32_t mask = (uint32_t)low_bits(width);
  const size_t full = count / 1024 * 1024;
  for (size_t i = 0; i < row_count; i++) {
    const uint8_t *block = in + (size_t)128 * width * (rows[i] / 1024);
    if (rows[i] >= full) {
      out[i] = pick_short_u32(block, (rows[i] - full) * width, width) + reference;
      continue;
    }
    const uint32_t row = rows[i] % 1024, bit = row / lanes * width, shift = bit % 32;
    const word32 *word = (const word32 *)block + bit / 32 * lanes + row % lanes;
    uint32_t value = width == 0 ? 0 : *word >> shift;
    if (shift + width > 32) value |= word[lanes] << (32 - shift);
    out[i] = (value & mask) + reference;
  }
}

INLINED void summarize_i64(const int64_t *values, size_t count, cs_i64_summary *summary) {
  int64_t minimum = INT64_MAX, maximum = INT64_MIN, upper = 0;
  uint64_t lower = 0, changes = 0;
  for (size_t i = 0; i < count; i++) {
    const int64_t value = values[i];
    minimum = value < minimum ? value : minimum;
    maximum = value > maximum ? value : maximum;
    upper += value >> 32;
    lower += (uint32_t)value;
  }
  for (size_t i = 1; i < count; i++) changes += values[i] != values[i - 1];
  *summary = (cs_i64_summary){minimum, maximum, upper, lower, changes};
}

INLINED void summarize_u32(const uint32_t *values, size_t count, cs_u32_summary *summary) {
  uint32_t minimum = UINT32_MAX, maximum = 0, changes = 0;
  for (size_t i = 0; i < count; i++) {
    minimum = values[i] < minimum ? values[i] : minimum;
    maximum = values[i] > maximum ? values[i] : maximum;
  }
  for (size_t i = 1; i < count; i++) changes += values[i] != values[i - 1];
  *summary = (cs_u32_summary){minimum, maximum, changes};
}

INLINED void bounds_i64(const int64_t *values, size_t count, int64_t *minimum, int64_t *maximum) {
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (size_t i = 0; i < count; i++) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
  }
  *minimum = low;
  *maximum = high;
}

INLINED void selected_bounds_i64(const int64_t *values, const uint64_t *bits, size_t count, int64_t *minimum,
                                 int64_t *maximum) {
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (size_t first = 0; first < count; first += 64) {
    const uint64_t word = bits[first / 64];
    const size_t end = count - first < 64 ? count - first : 64;
    for (size_t i = 0; i < end; i++) {
      const int64_t value = values[first + i], mask = -(int64_t)(word >> i & 1);
      // What is not selected is the order's other end.
      const int64_t lower = (value & mask) | (INT64_MAX & ~mask), higher = (value & mask) | (INT64_MIN & ~mask);
      low = lower < low ? lower : low;
      high = higher > high ? higher : high;
    }
  }
  *minimum = low;
  *maximum = high;
}

INLINED uint32_t maximum_u32(const uint32_t *values, size_t count) {
  uint32_t high = 0;
  for (size_t i = 0; i < count; i++) high = values[i] > high ? values[i] : high;
  return high;
}

// Dispatch.

static _Atomic int chosen_level = -1;

int cs_bit_packing_highest_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return 2;
  return __builtin_cpu_supports("avx2") ? 1 : 0;
#else
  return 0;
#endif
}

void cs_bit_packing_force_level(int level) {
  const int highest = cs_bit_packing_highest_level();
  chosen_level = level < 0 || level > highest ? highest : level;
}

int cs_level(void) {
  int known = chosen_level;
  if (known < 0) {
    known = cs_bit_packing_highest_level();
    chosen_level = known;
  }
  return known;
}

DISPATCHED(void, pack_i64, (const int64_t *values, size_t count, uint64_t reference, unsigned width, uint8_t *out),
           (values, count, reference, width, out))
DISPATCHED(void, pack_u32, (const uint32_t *values, size_t count, uint32_t reference, unsigned width, uint8_t *out),
           (values, count, reference, width, out))
DISPATCHED(void, unpack_i64, (const uint8_t *in, size_t count, unsigned width, uint64_t reference, int64_t *out),
           (in, count, width, reference, out))
DISPATCHED(void, unpack_u32, (const uint8_t *in, size_t count, unsigned width, uint32_t reference, uint32_t *out),
           (in, count, width, reference, out))
DISPATCHED(void, summarize_i64, (const int64_t *values, size_t count, cs_i64_summary *summary), (values, count, summary))
DISPATCHED(void, summarize_u32, (const uint32_t *values, size_t count, cs_u32_summary *summary), (values, count, summary))
DISPATCHED(void, bounds_i64, (const int64_t *values, size_t count, int64_t *minimum, int64_t *maximum),
           (values, count, minimum, maximum))
DISPATCHED(void, selected_bounds_i64,
           (const int64_t *values, const uint64_t *bits, size_t count, int64_t *minimum, int64_t *maximum),
           (values, bits, count, minimum, maximum))
DISPATCHED(uint32_t, maximum_u32, (const uint32_t *values, size_t count), (values, count))
