// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#include "cs_csv_scan.h"
#include <stdatomic.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__) && !defined(__AARCH64EB__)
#include <arm_neon.h>
#define HAS_NEON 1
#endif

// 64 bytes of text become 64-bit masks, one per dividing byte; the prefix xor of the quote mask tells which bytes are inside quotes
// (Langdale and Lemire, "Parsing gigabytes of JSON per second", 2019, section 3.1).

#define INLINE static inline __attribute__((always_inline))

/// A block's bytes of each kind; `returns` are CRs where newlines are '\n', and `valid` the bytes before the text's end.
typedef struct {
  uint64_t quote, delimiter, newline, returns, valid;
} masks;

/// The block before, as far as the next one depends on it: record ends, and quotes. All that counts are its last two bytes.
typedef struct before {
  uint64_t ends, quotes;
} before;

/// At a scan's start: the ends that `last_end` tells of; the last two bytes are read again for quotes unless a record begins.
INLINE before what_is_before(const cs_csv_bytes *b, const cs_csv_split_state *s) {
  const size_t behind = s->position - s->last_end;
  return (before){behind < 2 ? 1ull << (63 - behind) : 0, behind > 0 && b->has_quote ? 3ull << 62 : 0};
}

INLINE uint64_t lowest_bits(uint64_t bits, size_t count) {
  for (size_t left = (size_t)__builtin_popcountll(bits) - count; left > 0; left--)
    bits ^= 1ull << (63 - __builtin_clzll(bits));
  return bits;
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

// numbers_of_bits[m]: the numbers of the bits set in m, ascending, a byte each.
#define PUT(later, m, bit) ((later) * ((m) >> (bit) & 1 ? 256ull : 1ull) + ((m) >> (bit) & 1) * (bit))
#define ONE(m) PUT(PUT(PUT(PUT(PUT(PUT(PUT(PUT(0ull, m, 7), m, 6), m, 5), m, 4), m, 3), m, 2), m, 1), m, 0)
#define FOUR(m) ONE((m)), ONE((m) + 1), ONE((m) + 2), ONE((m) + 3)
#define SIXTEEN(m) FOUR((m)), FOUR((m) + 4), FOUR((m) + 8), FOUR((m) + 12)
#define SIXTY_FOUR(m) SIXTEEN((m)), SIXTEEN((m) + 16), SIXTEEN((m) + 32), SIXTEEN((m) + 48)
static const uint64_t numbers_of_bits[256] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTY_FOUR(128), SIXTY_FOUR(192)};

// Eight bits at a time, however many are set: a loop over the set bits ends at another place in each block, and a wrongly
// guessed branch costs more than the empty steps.
WITH_AVX2 static inline size_t write_offsets_avx2(uint64_t bits, uint32_t base, uint32_t *out) {
  const uint32_t *start = out;
  for (int i = 0; i < 64; i += 8) {
    const uint8_t eight = (uint8_t)(bits >> i);
    const __m256i numbers = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((int64_t)numbers_of_bits[eight]));
    _mm256_storeu_si256((__m256i *)out, _mm256_add_epi32(numbers, _mm256_set1_epi32((int)base + i)));
    out += _mm_popcnt_u32(eight);
  }
  return (size_t)(out - start);
}

#define LEVEL(name) name##_avx2
#define TARGET WITH_AVX2
#include "cs_csv_scan_loops.h"

static const uint8_t bit_numbers[64] = {
    0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
    22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
    44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};

#define WITH_AVX512 \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi2,avx2,pclmul,bmi,bmi2,lzcnt,popcnt")))

typedef __m512i block_avx512;

WITH_AVX512 static inline block_avx512 load_avx512(const uint8_t *text) { return _mm512_loadu_si512(text); }

WITH_AVX512 static inline uint64_t equal_avx512(block_avx512 block, uint8_t byte) {
  return _cvtmask64_u64(_mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8((char)byte)));
}

// The numbers of the set bits, packed as bytes, then widened sixteen at a time.
WITH_AVX512 static inline size_t write_offsets_avx512(uint64_t bits, uint32_t base, uint32_t *out) {
  const size_t count = (size_t)_mm_popcnt_u64(bits);
  __m512i packed = _mm512_maskz_compress_epi8(_cvtu64_mask64(bits), _mm512_loadu_si512(bit_numbers));
  for (size_t done = 0; done < count; done += 16) {
    const __m512i wide = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(packed));
    _mm512_storeu_si512(out + done, _mm512_add_epi32(wide, _mm512_set1_epi32((int)base)));
    packed = _mm512_alignr_epi32(_mm512_setzero_si512(), packed, 4);
  }
  return count;
}

#define prefix_xor_avx512 prefix_xor_avx2
#define LEVEL(name) name##_avx512
#define TARGET WITH_AVX512
#include "cs_csv_scan_loops.h"
#endif

#if defined(HAS_NEON)
typedef uint8x16x4_t block_neon;

INLINE block_neon load_neon(const uint8_t *text) {
  return (block_neon){{vld1q_u8(text), vld1q_u8(text + 16), vld1q_u8(text + 32), vld1q_u8(text + 48)}};
}

// Each byte keeps the bit of its number; adding neighbours three times leaves eight bytes of eight bits.
INLINE uint64_t equal_neon(block_neon block, uint8_t byte) {
  const uint8x16_t wanted = vdupq_n_u8(byte), bit = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
  const uint8x16_t low = vpaddq_u8(vandq_u8(vceqq_u8(block.val[0], wanted), bit),
                                   vandq_u8(vceqq_u8(block.val[1], wanted), bit));
  const uint8x16_t high = vpaddq_u8(vandq_u8(vceqq_u8(block.val[2], wanted), bit),
                                    vandq_u8(vceqq_u8(block.val[3], wanted), bit));
  const uint8x16_t all = vpaddq_u8(low, high);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}

INLINE uint64_t prefix_xor_neon(uint64_t x) {
#if defined(__ARM_FEATURE_AES)
  return vgetq_lane_u64(vreinterpretq_u64_p128(vmull_p64((poly64_t)x, (poly64_t)~0ull)), 0);
#else
  return prefix_xor_plain(x);
#endif
}

#define write_offsets_neon write_offsets_plain
#define LEVEL(name) name##_neon
#define TARGET
#include "cs_csv_scan_loops.h"
#endif

// The levels this build has, by number.
static const struct {
  const char *name;
  size_t (*index)(const uint8_t *, size_t, const cs_csv_bytes *, cs_csv_index_state *, uint32_t *, size_t, size_t *);
  void (*split)(const uint8_t *, size_t, const cs_csv_bytes *, size_t, cs_csv_split_state *);
} levels[] = {
    {"plain", index_plain, split_plain},
#if defined(__x86_64__)
    {"SSE2", index_sse2, split_sse2},
    {"AVX2", index_avx2, split_avx2},
    {"AVX-512", index_avx512, split_avx512},
#elif defined(HAS_NEON)
    {"NEON", index_neon, split_neon},
#endif
};

static int best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("pclmul") || !__builtin_cpu_supports("bmi") ||
      !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("popcnt"))
    return 1;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2")
             ? 3
             : 2;
#elif defined(HAS_NEON)
  return 1;
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

const char *cs_csv_scan_level_name(int level) {
  return level >= 0 && (size_t)level < sizeof levels / sizeof *levels ? levels[level].name : "";
}

void cs_csv_force_scan_level(int level) {
  int best = best_level();
  atomic_store_explicit(&level_in_use, level < 0 || level > best ? best : level, memory_order_relaxed);
}

size_t cs_csv_index(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, cs_csv_index_state *state,
                    uint32_t *offsets, size_t capacity, size_t *newlines) {
  return levels[cs_csv_scan_level()].index(text, length, bytes, state, offsets, capacity, newlines);
}

void cs_csv_split(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, size_t record_limit,
                  cs_csv_split_state *state) {
  levels[cs_csv_scan_level()].split(text, length, bytes, record_limit, state);
}

INLINE int may_begin_empty_line(uint8_t byte, uint8_t newline) {
  return (byte == newline) | (byte == '\r') | (byte == ' ') | (byte == '\t');
}

int cs_csv_may_have_empty_lines(const uint8_t *text, size_t length, uint8_t newline) {
  if (length == 0) return 0;
  if (may_begin_empty_line(text[0], newline)) return 1;
  for (size_t at = 0; at + 1 < length;) {
    const size_t end = length - 1 - at > 4096 ? at + 4096 : length - 1;
    uint8_t found = 0;
    for (size_t i = at; i < end; i++)
      found |= (uint8_t)((text[i] == newline) & may_begin_empty_line(text[i + 1], newline));
    if (found) return 1;
    at = end;
  }
  return 0;
}
