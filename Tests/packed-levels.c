// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Compares cs_packed_scan and the unpacking of cs_bit_packing at every level that this processor has with plain loops over
// random offsets of every width. Exit status 1 at the first difference. Run by aarch64-scan.sh; on x86-64 the Swift tests do more.

#include "cs_bit_packing.h"
#include "cs_packed_scan.h"
#include <stdio.h>
#include <string.h>

enum { longest = 2100, words = (longest + 63) / 64 };

static uint64_t random_state = 7;

static uint64_t random_bits(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return random_state ^ random_state >> 29;
}

static int differ(const char *what, int level, unsigned width, size_t count) {
  printf("%s: level %d, %u bits, %zu offsets\n", what, level, width, count);
  return 1;
}

static int64_t offsets[longest], unpacked[longest];
static uint32_t narrow[longest];
static uint16_t shorts[longest];
static uint8_t bytes[longest], packed[longest * 8 + 8];
static uint64_t selected[words], found[words], expected[words];

static int check_unpacking(int level, unsigned width, size_t count) {
  cs_unpack_i64(packed, count, width, 0, unpacked);
  if (memcmp(unpacked, offsets, count * sizeof *offsets) != 0) return differ("i64", level, width, count);
  if (width <= 32) cs_unpack_u32(packed, count, width, 0, narrow);
  if (width <= 16) cs_unpack_u16(packed, count, width, shorts);
  if (width <= 8) cs_unpack_u8(packed, count, width, bytes);
  for (size_t i = 0; i < count; i++) {
    if (width <= 32 && narrow[i] != (uint64_t)offsets[i]) return differ("u32", level, width, count);
    if (width <= 16 && shorts[i] != (uint64_t)offsets[i]) return differ("u16", level, width, count);
    if (width <= 8 && bytes[i] != (uint64_t)offsets[i]) return differ("u8", level, width, count);
  }
  return 0;
}

static int check(int level, unsigned width, size_t count) {
  unsigned __int128 all = 0, some = 0;
  uint64_t greatest = 0;
  const uint64_t low = count ? (uint64_t)offsets[0] / 2 : 0, high = count ? (uint64_t)offsets[count / 2] : 0;
  memset(expected, 0, sizeof expected);
  memset(found, 0, sizeof found);
  for (size_t i = 0; i < count; i++) {
    const uint64_t offset = (uint64_t)offsets[i];
    all += offset;
    if (selected[i / 64] >> (i % 64) & 1) some += offset;
    greatest = offset > greatest ? offset : greatest;
    expected[i / 64] |= (uint64_t)(low <= offset && offset <= high) << (i % 64);
  }
  cs_packed_total total;
  cs_packed_sum(packed, count, width, &total);
  if (((unsigned __int128)total.high << 32) + total.low != all || total.greatest != greatest)
    return differ("sum", level, width, count);
  cs_packed_sum_selected(packed, count, width, selected, &total);
  if (((unsigned __int128)total.high << 32) + total.low != some || total.greatest != greatest)
    return differ("sum of some", level, width, count);
  if (cs_packed_in_range(packed, count, width, low, high, found) != greatest ||
      memcmp(found, expected, sizeof found) != 0)
    return differ("range", level, width, count);
  return check_unpacking(level, width, count);
}

int main(void) {
  static const size_t counts[] = {0, 1, 31, 63, 65, 1023, 1024, 1025, longest};
  for (unsigned width = 0; width <= 64; width++) {
    for (size_t n = 0; n < sizeof counts / sizeof *counts; n++) {
      for (size_t i = 0; i < counts[n]; i++)
        offsets[i] = (int64_t)(width == 0 ? 0 : random_bits() >> (64 - width));
      for (size_t i = 0; i < words; i++) selected[i] = random_bits();
      cs_pack_i64(offsets, counts[n], 0, width, packed);
      for (int level = 0; level <= cs_bit_packing_highest_level(); level++) {
        cs_bit_packing_force_level(level);
        if (check(level, width, counts[n])) return 1;
      }
    }
  }
  printf("packed kernels: levels 0 to %d equal plain loops\n", cs_bit_packing_highest_level());
  return 0;
}
