// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Included by cs_csv_scan.c once per level, which defines LEVEL(name), a suffix; TARGET, the function attribute; and
// LEVEL(block), LEVEL(load), LEVEL(equal), LEVEL(prefix_xor), LEVEL(write_offsets). No include guard.

TARGET static size_t LEVEL(index)(const uint8_t *text, size_t length, const cs_csv_bytes *bytes,
                                  cs_csv_index_state *state, uint32_t *offsets, size_t capacity, size_t *newlines) {
  const cs_csv_bytes b = *bytes;
  const uint64_t quoting = b.has_quote ? ~0ull : 0;
  uint8_t padded[64];
  size_t position = state->position, count = 0, lines = 0;
  uint64_t inside = state->inside, quotes = 0;
  while (position < length && count + 64 <= capacity) {
    const uint64_t valid = valid_at(length, position);
    const LEVEL(block) block = LEVEL(load)(block_at(text, length, position, padded));
    const uint64_t quote = LEVEL(equal)(block, b.quote) & quoting & valid;
    const uint64_t newline = LEVEL(equal)(block, b.newline) & valid;
    const uint64_t delimiter = LEVEL(equal)(block, b.delimiter) & valid;
    uint64_t quoted = inside;
    if (quote) {
      quoted ^= LEVEL(prefix_xor)(quote);
      quotes += (uint64_t)__builtin_popcountll(quote);
      inside = (uint64_t)((int64_t)quoted >> 63);
    }
    lines += (size_t)__builtin_popcountll(newline & ~quoted);
    count += LEVEL(write_offsets)((delimiter | newline) & ~quoted, (uint32_t)position, offsets + count);
    position += 64;
  }
  state->position = position < length ? position : length;
  state->inside = inside;
  state->quotes += quotes;
  *newlines = lines;
  return count;
}

TARGET static void LEVEL(split)(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, size_t record_limit,
                                cs_csv_split_state *state) {
  const cs_csv_bytes b = *bytes;
  const uint64_t quoting = b.has_quote ? ~0ull : 0;
  uint8_t padded[64];
  cs_csv_split_state s = *state;
  // The last two bytes before a block, as the top of a mask: record ends, and quotes or what may hide one.
  uint64_t ends_before = s.position - s.last_end < 2 ? 1ull << (63 - (s.position - s.last_end)) : 0;
  uint64_t quotes_before = s.position > s.last_end ? 3ull << 62 : 0;
  while (s.position < length && s.records < record_limit && s.doubt == CS_CSV_DOUBT_NONE) {
    const uint64_t valid = valid_at(length, s.position);
    const LEVEL(block) block = LEVEL(load)(block_at(text, length, s.position, padded));
    const uint64_t newline = LEVEL(equal)(block, b.newline) & valid;
    const uint64_t quote = LEVEL(equal)(block, b.quote) & quoting & valid;
    uint64_t quoted = s.inside;
    if (quote) quoted ^= LEVEL(prefix_xor)(quote);
    uint64_t ends = newline & ~quoted;
    int doubt = 64;
    if ((quote | quotes_before >> 62) & quoting) {
      const uint64_t delimiter = LEVEL(equal)(block, b.delimiter) & valid;
      const uint64_t returns = b.newline == '\n' ? LEVEL(equal)(block, '\r') & valid : 0;
      doubt = doubtful_quote((masks){quote, delimiter, newline, returns, valid}, quoted, text, &b, &s);
      if (doubt < 64) s.doubt = CS_CSV_DOUBT_QUOTE;
    }
    const uint64_t near = ends & (ends << 1 | ends << 2 | ends_before >> 63 | ends_before >> 62);
    if (near) {
      const uint64_t returns = b.newline == '\n' ? LEVEL(equal)(block, '\r') & valid : 0;
      const int blank = empty_line(near, ends, returns, text, &b, &s);
      if (blank < doubt) {
        doubt = blank;
        s.doubt = CS_CSV_DOUBT_BLANK;
      }
    }
    if (doubt < 64) ends &= doubt > 0 ? ~0ull >> (64 - doubt) : 0;
    size_t count = (size_t)__builtin_popcountll(ends);
    const int is_full = count >= record_limit - s.records;
    if (is_full) {
      for (; count > record_limit - s.records; count--) ends ^= 1ull << (63 - __builtin_clzll(ends));
    }
    const size_t start = s.position;
    if (ends) {
      const int last = 63 - __builtin_clzll(ends);
      s.records += count;
      s.last_end = start + (size_t)last + 1;
      s.lines_at_end = s.newlines + (size_t)__builtin_popcountll(newline & (~0ull >> (63 - last)));
    }
    if (is_full || doubt < 64) {
      s.doubt_at = is_full ? 0 : start + (size_t)doubt;
      if (is_full) s.doubt = CS_CSV_DOUBT_NONE;
      s.position = s.last_end;
      s.inside = 0;
      s.newlines = s.lines_at_end;
      break;
    }
    s.newlines += (size_t)__builtin_popcountll(newline);
    // A short block's quote state runs on, unchanged, to bit 63.
    s.inside = (uint64_t)((int64_t)quoted >> 63);
    s.position = length - start < 64 ? length : start + 64;
    ends_before = ends;
    quotes_before = quote;
  }
  *state = s;
}

#undef LEVEL
#undef TARGET
