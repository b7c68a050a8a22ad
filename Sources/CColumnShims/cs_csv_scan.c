// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_csv_scan.h"
#include <stdatomic.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// 64 bytes of text become three 64-bit masks; the prefix xor of the quote mask tells which bytes are inside quotes
// (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1).

#define INLINE static inline __attribute__((always_inline))

typedef struct {
  uint64_t quote, delimiter, newline;
} masks;

INLINE masks masks_plain(const uint8_t *text, uint8_t delimiter) {
  masks m = {0, 0, 0};
  for (int i = 0; i < 64; i++) {
    m.quote |= (uint64_t)(text[i] == '"') << i;
    m.delimiter |= (uint64_t)(text[i] == delimiter) << i;
    m.newline |= (uint64_t)(text[i] == '\n') << i;
  }
  return m;
}

INLINE uint64_t prefix_xor_plain(uint64_t x) {
  x ^= x << 1;
  x ^= x << 2;
  x ^= x << 4;
  x ^= x << 8;
  x ^= x << 16;
  x ^= x << 32;
  return x;
}

// Writes the offsets of the set bits, eight at a time: slots after the last one get values that nobody reads, within 64 slots.
INLINE size_t write_offsets(uint64_t bits, uint32_t base, uint32_t *out) {
  size_t count = (size_t)__builtin_popcountll(bits);
  for (size_t done = 0; done < count; done += 8) {
    for (int i = 0; i < 8; i++) {
      out[done + i] = base + (bits ? (uint32_t)__builtin_ctzll(bits) : 0);
      bits &= bits - 1;
    }
  }
  return count;
}

// A text's last bytes, fewer than 64, padded with zeros: 0 is neither quote nor newline, and no legal delimiter.
INLINE const uint8_t *block_at(const uint8_t *text, size_t length, size_t position, uint8_t *padded) {
  size_t left = length - position;
  if (left >= 64) return text + position;
  memset(padded, 0, 64);
  memcpy(padded, text + position, left);
  return padded;
}

#define DEFINE_SCANS(level, attributes, masks_of, prefix_xor)                                                            \
  attributes static size_t index_##level(const uint8_t *text, size_t length, uint8_t delimiter,                         \
                                         cs_csv_index_state *state, uint32_t *offsets, size_t capacity,                 \
                                         size_t *newlines) {                                                            \
    uint8_t padded[64];                                                                                                 \
    size_t position = state->position, count = 0, lines = 0;                                                            \
    uint64_t inside = state->inside, quotes = 0;                                                                        \
    while (position < length && count + 64 <= capacity) {                                                               \
      masks m = masks_of(block_at(text, length, position, padded), delimiter);                                          \
      uint64_t quoted = inside;                                                                                         \
      if (m.quote) {                                                                                                    \
        quoted ^= prefix_xor(m.quote);                                                                                  \
        quotes += (uint64_t)__builtin_popcountll(m.quote);                                                              \
        inside = (uint64_t)((int64_t)quoted >> 63);                                                                     \
      }                                                                                                                 \
      lines += (size_t)__builtin_popcountll(m.newline & ~quoted);                                                       \
      count += write_offsets((m.delimiter | m.newline) & ~quoted, (uint32_t)position, offsets + count);                 \
      position += 64;                                                                                                   \
    }                                                                                                                   \
    state->position = position < length ? position : length;                                                            \
    state->inside = inside;                                                                                             \
    state->quotes += quotes;                                                                                            \
    *newlines = lines;                                                                                                  \
    return count;                                                                                                       \
  }                                                                                                                     \
  attributes static void split_##level(const uint8_t *text, size_t length, size_t record_limit,                         \
                                       cs_csv_split_state *state) {                                                     \
    uint8_t padded[64];                                                                                                 \
    while (state->position < length && state->records < record_limit) {                                                 \
      masks m = masks_of(block_at(text, length, state->position, padded), 0);                                           \
      uint64_t quoted = state->inside;                                                                                  \
      if (m.quote) quoted ^= prefix_xor(m.quote);                                                                       \
      uint64_t ends = m.newline & ~quoted;                                                                              \
      size_t count = (size_t)__builtin_popcountll(ends);                                                                \
      if (count > record_limit - state->records) {                                                                      \
        count = record_limit - state->records;                                                                          \
        for (size_t left = (size_t)__builtin_popcountll(ends) - count; left > 0; left--)                                \
          ends ^= 1ull << (63 - __builtin_clzll(ends));                                                                 \
      }                                                                                                                 \
      if (ends) {                                                                                                       \
        int last = 63 - __builtin_clzll(ends);                                                                          \
        state->records += count;                                                                                        \
        state->last_end = state->position + (size_t)last + 1;                                                           \
        state->lines_at_end =                                                                                           \
            state->newlines + (size_t)__builtin_popcountll(m.newline & (~0ull >> (63 - last)));                         \
      }                                                                                                                 \
      state->newlines += (size_t)__builtin_popcountll(m.newline);                                                       \
      if (length - state->position < 64) {                                                                              \
        if (m.quote) state->inside = (uint64_t)-(int64_t)(quoted >> (length - state->position - 1) & 1);                \
        state->position = length;                                                                                       \
      } else {                                                                                                          \
        state->inside = (uint64_t)((int64_t)quoted >> 63);                                                              \
        state->position += 64;                                                                                          \
      }                                                                                                                 \
    }                                                                                                                   \
  }

DEFINE_SCANS(plain, , masks_plain, prefix_xor_plain)

#if defined(__x86_64__)
INLINE masks masks_sse2(const uint8_t *text, uint8_t delimiter) {
  masks m = {0, 0, 0};
  const __m128i quote = _mm_set1_epi8('"'), newline = _mm_set1_epi8('\n'), other = _mm_set1_epi8((char)delimiter);
  for (int i = 0; i < 4; i++) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(text + 16 * i));
    m.quote |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, quote)) << (16 * i);
    m.delimiter |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, other)) << (16 * i);
    m.newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, newline)) << (16 * i);
  }
  return m;
}

DEFINE_SCANS(sse2, , masks_sse2, prefix_xor_plain)

#define WITH_AVX2 __attribute__((target("avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))

WITH_AVX2 static inline masks masks_avx2(const uint8_t *text, uint8_t delimiter) {
  const __m256i quote = _mm256_set1_epi8('"'), newline = _mm256_set1_epi8('\n');
  const __m256i other = _mm256_set1_epi8((char)delimiter);
  __m256i low = _mm256_loadu_si256((const __m256i *)text);
  __m256i high = _mm256_loadu_si256((const __m256i *)(text + 32));
  masks m;
  m.quote = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, quote)) |
            (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, quote)) << 32;
  m.delimiter = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, other)) |
                (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, other)) << 32;
  m.newline = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, newline)) |
              (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, newline)) << 32;
  return m;
}

WITH_AVX2 static inline uint64_t prefix_xor_avx2(uint64_t x) {
  __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)x), _mm_set1_epi8((char)0xFF), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
}

DEFINE_SCANS(avx2, WITH_AVX2, masks_avx2, prefix_xor_avx2)
#endif

static int best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  int has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("bmi") &&
            __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  return has ? 2 : 1;
#else
  return 0;
#endif
}

static _Atomic int level_in_use = -1;

int cs_csv_scan_level(void) {
  int level = atomic_load_explicit(&level_in_use, memory_order_relaxed);
  if (level < 0) {
    level = best_level();
    atomic_store_explicit(&level_in_use, level, memory_order_relaxed);
  }
  return level;
}

void cs_csv_force_scan_level(int level) {
  int best = best_level();
  atomic_store_explicit(&level_in_use, level < 0 || level > best ? best : level, memory_order_relaxed);
}

size_t cs_csv_index(const uint8_t *text, size_t length, uint8_t delimiter, cs_csv_index_state *state,
                    uint32_t *offsets, size_t capacity, size_t *newlines) {
  switch (cs_csv_scan_level()) {
#if defined(__x86_64__)
  case 2: return index_avx2(text, length, delimiter, state, offsets, capacity, newlines);
  case 1: return index_sse2(text, length, delimiter, state, offsets, capacity, newlines);
#endif
  default: return index_plain(text, length, delimiter, state, offsets, capacity, newlines);
  }
}

void cs_csv_split(const uint8_t *text, size_t length, size_t record_limit, cs_csv_split_state *state) {
  switch (cs_csv_scan_level()) {
#if defined(__x86_64__)
  case 2: split_avx2(text, length, record_limit, state); return;
  case 1: split_sse2(text, length, record_limit, state); return;
#endif
  default: split_plain(text, length, record_limit, state);
  }
}
