// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Compares every level of cs_csv_scan that this processor has with the plain one, on random texts scanned in random
// pieces. Prints the levels; exit status 1 at the first difference. An argument says how many texts. Run by aarch64-scan.sh.

#include "cs_csv_scan.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { longest = 400, capacity = longest + 64 };

static uint64_t random_state = 7;

static uint32_t random_below(uint32_t bound) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((random_state >> 32) * bound >> 32);
}

static const cs_csv_bytes dialects[] = {
    {',', '\n', '"', 1}, {';', '\n', '\'', 1}, {',', '\n', 0, 0}, {0, '\n', '"', 1}, {' ', '\r', '"', 1}};
static const char letters[] = "\",\n\r ;ab\0'";

// Mostly plain letters, so that scans go far before a doubt.
static size_t random_text(uint8_t *text) {
  const size_t length = 1 + random_below(random_below(2) ? 20 : longest);
  const uint32_t rarity = 1 + random_below(40);
  for (size_t i = 0; i < length; i++)
    text[i] = random_below(rarity) ? 'x' : (uint8_t)letters[random_below(sizeof letters - 1)];
  return length;
}

typedef struct {
  cs_csv_index_state index;
  size_t count, newlines;
  uint32_t offsets[capacity];
  cs_csv_split_state split;
} results;

static void scan(int level, const uint8_t *text, size_t length, const cs_csv_bytes *bytes, size_t piece, size_t limit,
                 results *r) {
  cs_csv_force_scan_level(level);
  memset(r, 0, sizeof *r);
  r->count = cs_csv_index(text, length, bytes, &r->index, r->offsets, capacity, &r->newlines);
  memset(r->offsets + r->count, 0, (capacity - r->count) * sizeof *r->offsets);
  for (size_t end = piece; r->split.doubt == CS_CSV_DOUBT_NONE && r->split.records < limit; end += piece) {
    cs_csv_split(text, end < length ? end : length, bytes, limit, &r->split);
    if (end >= length) break;
  }
}

// All but the padding after the last field.
static const size_t compared =
    offsetof(results, split) + offsetof(cs_csv_split_state, doubt) + sizeof(cs_csv_doubt);

int main(int count, char **arguments) {
  const int texts = count > 1 ? atoi(arguments[1]) : 300000;
  cs_csv_force_scan_level(-1);
  const int best = cs_csv_scan_level();
  static uint8_t text[longest];
  static results expected, found;
  for (int number = 0; number < texts; number++) {
    const size_t length = random_text(text);
    const cs_csv_bytes *bytes = &dialects[number % (int)(sizeof dialects / sizeof *dialects)];
    const size_t piece = 1 + random_below(random_below(2) ? 10 : longest), limit = random_below(3) ? SIZE_MAX : 3;
    scan(0, text, length, bytes, piece, limit, &expected);
    for (int level = 1; level <= best; level++) {
      scan(level, text, length, bytes, piece, limit, &found);
      if (memcmp(&expected, &found, compared) != 0) {
        printf("text %d: %s differs from plain\n", number, cs_csv_scan_level_name(level));
        return 1;
      }
    }
  }
  for (int level = 0; level <= best; level++) printf("%s%s", level ? " = " : "", cs_csv_scan_level_name(level));
  printf(" on %d texts\n", texts);
  return 0;
}
