// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_csv_scan.h"
#include <stdatomic.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// 64 bytes of text become 64-bit masks, one per dividing byte; the prefix xor of the quote mask tells which bytes are inside quotes
// (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1).

#define INLINE static inline __attribute__((always_inline))

/// A block's bytes of each kind; `returns` are CRs where newlines are '\n', and `valid` the bytes before the text's end.
typedef struct {
  uint64_t quote, delimiter, newline, returns, valid;
} masks;

/// The bytes from `position` on, as a mask of a block.
INLINE uint64_t valid_at(size_t length, size_t position) {
  const size_t left = length - position;
  return left >= 64 ? ~0ull : ~0ull >> (64 - left);
}

/// 64 readable bytes: a text's last ones, fewer than 64, are padded.
INLINE const uint8_t *block_at(const uint8_t *text, size_t length, size_t position, uint8_t *padded) {
  const size_t left = length - position;
  if (left >= 64) return text + position;
  memset(padded, 0, 64);
  memcpy(padded, text + position, left);
  return padded;
}

/// The first quote against RFC 4180's form, as an offset from the block's start (-2 and -1: before it); 64 if none.
///
/// `quoted` are the bytes inside quotes, an opening quote included. What was asked before the block is read from the
/// text again: a quote just before, with quote state outside, is a closing one, and `last_end` is where looking back ends.
INLINE int doubtful_quote(masks m, uint64_t quoted, const uint8_t *text, const cs_csv_bytes *b,
                          const cs_csv_split_state *s) {
  const uint64_t closing = m.quote & ~quoted;
  const uint64_t after_closing = m.delimiter | m.newline | m.quote;
  // The last byte's question is open: what follows a closing quote there, or a CR.
  const uint64_t last = m.valid ^ m.valid >> 1;
  const uint64_t line_end = m.newline | (m.returns & (m.newline >> 1 | last));
  const size_t behind = s->position - s->last_end;
  uint64_t may_open = 1;
  if (behind > 0) {
    const uint8_t before = text[s->position - 1];
    may_open = before == b->delimiter || before == b->quote;
    if (s->inside == 0) {
      if (before == b->quote && !((after_closing | line_end) & 1)) return -1;
      if (behind > 1 && before == '\r' && b->newline == '\n' && text[s->position - 2] == b->quote && !(m.newline & 1))
        return -2;
    }
  }
  const uint64_t opens_late = m.quote & quoted & ~((m.delimiter | m.newline | closing) << 1 | may_open);
  const uint64_t closes_early = closing & ~((after_closing | line_end) >> 1) & ~last;
  const uint64_t doubtful = opens_late | closes_early;
  return doubtful ? __builtin_ctzll(doubtful) : 64;
}

/// Where the first empty line begins, as an offset from the block's start (-1: before it); 64 if there is none.
///
/// `near` are the ends one or two bytes after another end.
INLINE int empty_line(uint64_t near, uint64_t ends, uint64_t returns, const uint8_t *text, const cs_csv_bytes *b,
                      const cs_csv_split_state *s) {
  const size_t behind = s->position - s->last_end;
  const int return_before = behind == 1 && b->newline == '\n' && text[s->position - 1] == '\r';
  const uint64_t bare = near & (ends << 1 | (behind == 0));
  const uint64_t with_return = near & ~bare & (returns << 1 | (uint64_t)return_before);
  if (!(bare | with_return)) return 64;
  const int end = __builtin_ctzll(bare | with_return);
  return bare >> end & 1 ? end : end - 1;
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
INLINE size_t write_offsets_plain(uint64_t bits, uint32_t base, uint32_t *out) {
  size_t count = (size_t)__builtin_popcountll(bits);
  for (size_t done = 0; done < count; done += 8) {
    for (size_t i = 0; i < 8; i++) {
      out[done + i] = base + (bits ? (uint32_t)__builtin_ctzll(bits) : 0);
      bits &= bits - 1;
    }
  }
  return count;
}

typedef const uint8_t *block_plain;

INLINE block_plain load_plain(const uint8_t *text) { return text; }

INLINE uint64_t equal_plain(block_plain text, uint8_t byte) {
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)(text[i] == byte) << i;
  return mask;
}

#define LEVEL(name) name##_plain
#define TARGET
#include "cs_csv_scan_loops.h"

#if defined(__x86_64__)
typedef struct {
  __m128i part[4];
} block_sse2;

INLINE block_sse2 load_sse2(const uint8_t *text) {
  const __m128i *parts = (const __m128i *)text;
  return (block_sse2){{_mm_loadu_si128(parts), _mm_loadu_si128(parts + 1), _mm_loadu_si128(parts + 2),
                       _mm_loadu_si128(parts + 3)}};
}

INLINE uint64_t equal_sse2(block_sse2 block, uint8_t byte) {
  const __m128i wanted = _mm_set1_epi8((char)byte);
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++)
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block.part[i], wanted)) << (16 * i);
  return mask;
}

#define prefix_xor_sse2 prefix_xor_plain
#define write_offsets_sse2 write_offsets_plain
#define LEVEL(name) name##_sse2
#define TARGET
#include "cs_csv_scan_loops.h"

#define WITH_AVX2 __attribute__((target("avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))

typedef struct {
  __m256i low, high;
} block_avx2;

WITH_AVX2 static inline block_avx2 load_avx2(const uint8_t *text) {
  return (block_avx2){_mm256_loadu_si256((const __m256i *)text), _mm256_loadu_si256((const __m256i *)(text + 32))};
}

WITH_AVX2 static inline uint64_t equal_avx2(block_avx2 block, uint8_t byte) {
  const __m256i wanted = _mm256_set1_epi8((char)byte);
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(block.low, wanted)) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(block.high, wanted)) << 32;
}

WITH_AVX2 static inline uint64_t prefix_xor_avx2(uint64_t x) {
  __m128i product = _mm_clmulepi64_si128(_mm_set_epi64x(0, (int64_t)x), _mm_set1_epi8((char)0xFF), 0);
  return (uint64_t)_mm_cvtsi128_si64(product);
}

#define write_offsets_avx2 write_offsets_plain
#define LEVEL(name) name##_avx2
#define TARGET WITH_AVX2
#include "cs_csv_scan_loops.h"
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

size_t cs_csv_index(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, cs_csv_index_state *state,
                    uint32_t *offsets, size_t capacity, size_t *newlines) {
  switch (cs_csv_scan_level()) {
#if defined(__x86_64__)
  case 2: return index_avx2(text, length, bytes, state, offsets, capacity, newlines);
  case 1: return index_sse2(text, length, bytes, state, offsets, capacity, newlines);
#endif
  default: return index_plain(text, length, bytes, state, offsets, capacity, newlines);
  }
}

void cs_csv_split(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, size_t record_limit,
                  cs_csv_split_state *state) {
  switch (cs_csv_scan_level()) {
#if defined(__x86_64__)
  case 2: split_avx2(text, length, bytes, record_limit, state); return;
  case 1: split_sse2(text, length, bytes, record_limit, state); return;
#endif
  default: split_plain(text, length, bytes, record_limit, state);
  }
}
