// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0
//
// What the Swift runtime and libstdc++ name, and glibc has in a version newer than 2.34 alone. The release command's link gives these for
// them (Makefile); nothing of ours calls them.
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

#include "cs_older_glibc.h"

// C11 7.12.7.3 and annex F: an infinity makes it infinite, even beside a NaN. Squares of floats neither overflow nor vanish as doubles.
float cs_hypotf(float x, float y) {
  if (isinf(x) || isinf(y)) return INFINITY;
  return (float)sqrt((double)x * x + (double)y * y);
}

uint32_t cs_arc4random(void) {
  uint32_t bits = 0;
  ssize_t count;
  do {
    count = getrandom(&bits, sizeof bits, 0);
  } while (count < 0 && errno == EINTR);
  // As the C library's own: there is no other way to say it, and going on with known bits is none.
  if (count != sizeof bits) abort();
  return bits;
}
