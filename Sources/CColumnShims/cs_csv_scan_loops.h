// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Included by cs_csv_scan.c once per level, which defines LEVEL(name), a suffix; TARGET, the function attribute; and
// LEVEL(block), LEVEL(load), LEVEL(equal), LEVEL(prefix_xor), LEVEL(write_offsets). No include guard.

// One block of an index: writes its offsets at `out`, returns how many.
TARGET INLINE size_t LEVEL(index_block)(LEVEL(block) block, const cs_csv_bytes *b, uint64_t valid, size_t position,
                                        cs_csv_index_state *s, uint32_t *out, size_t *lines) {
  const uint64_t quote = b->has_quote ? LEVEL(equal)(block, b->quote) & valid : 0;
  const uint64_t newline = LEVEL(equal)(block, b->newline) & valid;
  const uint64_t delimiter = LEVEL(equal)(block, b->delimiter) & valid;
  uint64_t quoted = s->inside;
  if (quote) {
    quoted ^= LEVEL(prefix_xor)(quote);
    s->quotes += (uint64_t)__builtin_popcountll(quote);
    s->inside = (uint64_t)((int64_t)quoted >> 63);
  }
  *lines += (size_t)__builtin_popcountll(newline & ~quoted);
  return LEVEL(write_offsets)((delimiter | newline) & ~quoted, (uint32_t)position, out);
}

TARGET static size_t LEVEL(index)(const uint8_t *text, size_t length, const cs_csv_bytes *bytes,
                                  cs_csv_index_state *state, uint32_t *offsets, size_t capacity, size_t *newlines) {
  const cs_csv_bytes b = *bytes;
  cs_csv_index_state s = *state;
  size_t position = s.position, count = 0, lines = 0;
  while (position + 64 <= length && count + 64 <= capacity) {
    count += LEVEL(index_block)(LEVEL(load)(text + position), &b, ~0ull, position, &s, offsets + count, &lines);
    position += 64;
  }
  if (position < length && position + 64 > length && count + 64 <= capacity) {
    uint8_t padded[64] = {0};
    memcpy(padded, text + position, length - position);
    count += LEVEL(index_block)(LEVEL(load)(padded), &b, ~0ull >> (64 - (length - position)), position, &s,
                                offsets + count, &lines);
    position = length;
  }
  s.position = position;
  *state = s;
  *newlines = lines;
  return count;
}

// One block of a split, its bytes those of `valid`. Sets the doubt it finds; the last block looked at is the caller's to see.
TARGET INLINE void LEVEL(split_block)(LEVEL(block) block, const cs_csv_bytes *b, uint64_t valid, const uint8_t *text,
                                      size_t record_limit, cs_csv_split_state *s, before *before) {
  const uint64_t newline = LEVEL(equal)(block, b->newline) & valid;
  const uint64_t quote = b->has_quote ? LEVEL(equal)(block, b->quote) & valid : 0;
  uint64_t quoted = s->inside;
  if (quote) quoted ^= LEVEL(prefix_xor)(quote);
  uint64_t ends = newline & ~quoted;
  int doubt = 64;
  if (quote | before->quotes >> 62) {
    const uint64_t delimiter = LEVEL(equal)(block, b->delimiter) & valid;
    const uint64_t returns = b->newline == '\n' ? LEVEL(equal)(block, '\r') & valid : 0;
    doubt = doubtful_quote((masks){quote, delimiter, newline, returns, valid}, quoted, text, b, s);
    if (doubt < 64) s->doubt = CS_CSV_DOUBT_QUOTE;
  }
  const uint64_t near = ends & (ends << 1 | ends << 2 | before->ends >> 63 | before->ends >> 62);
  if (near) {
    const uint64_t returns = b->newline == '\n' ? LEVEL(equal)(block, '\r') & valid : 0;
    const int blank = empty_line(near, ends, returns, text, b, s);
    if (blank < doubt) {
      doubt = blank;
      s->doubt = CS_CSV_DOUBT_BLANK;
    }
  }
  if (doubt < 64) ends &= doubt > 0 ? ~0ull >> (64 - doubt) : 0;
  const size_t start = s->position, count = (size_t)__builtin_popcountll(ends), left = record_limit - s->records;
  const int is_full = count >= left;
  if (is_full) ends = lowest_bits(ends, left);
  if (ends) {
    const int last = 63 - __builtin_clzll(ends);
    s->records += is_full ? left : count;
    s->last_end = start + (size_t)last + 1;
    s->lines_at_end = s->newlines + (size_t)__builtin_popcountll(newline & (~0ull >> (63 - last)));
  }
  s->newlines += (size_t)__builtin_popcountll(newline);
  // A short block's quote state runs on, unchanged, to bit 63.
  s->inside = (uint64_t)((int64_t)quoted >> 63);
  s->position += (size_t)(64 - __builtin_clzll(valid));
  *before = (struct before){ends, quote};
  if (is_full) s->doubt = CS_CSV_DOUBT_NONE;
  if (s->doubt != CS_CSV_DOUBT_NONE) s->doubt_at = start + (size_t)doubt;
}

TARGET static void LEVEL(split)(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, size_t record_limit,
                                cs_csv_split_state *state) {
  const cs_csv_bytes b = *bytes;
  cs_csv_split_state s = *state;
  if (s.position >= length || s.records >= record_limit || s.doubt != CS_CSV_DOUBT_NONE) return;
  before before = what_is_before(&b, &s);
  while (s.position + 64 <= length && s.records < record_limit && s.doubt == CS_CSV_DOUBT_NONE)
    LEVEL(split_block)(LEVEL(load)(text + s.position), &b, ~0ull, text, record_limit, &s, &before);
  if (s.position < length && s.records < record_limit && s.doubt == CS_CSV_DOUBT_NONE) {
    uint8_t padded[64] = {0};
    memcpy(padded, text + s.position, length - s.position);
    LEVEL(split_block)(LEVEL(load)(padded), &b, ~0ull >> (64 - (length - s.position)), text, record_limit, &s, &before);
  }
  if (s.records >= record_limit || s.doubt != CS_CSV_DOUBT_NONE) {
    s.position = s.last_end;
    s.inside = 0;
    s.newlines = s.lines_at_end;
  }
  *state = s;
}

#undef LEVEL
#undef TARGET
