// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#define _GNU_SOURCE
#include "cs_float_text.h"
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static locale_t plain_locale;
static pthread_once_t plain_locale_once = PTHREAD_ONCE_INIT;
static void make_plain_locale(void) { plain_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

// Powers of ten that a double holds exactly (Clinger, "How to read floating point numbers accurately", 1990).
static const double exact_powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// A double, and the middle between two, has at most 767 significant digits: of what follows them only matters whether it is zero.
enum { DECIDING_DIGITS = 770 };

// The nearest double to the digits of a whole text of any length times 10^power. Allocates nothing, so that it cannot fail.
static double nearest_by_library(int negative, const uint8_t *digits_from, const uint8_t *digits_end, int64_t power) {
  char copy[DECIDING_DIGITS + 32];
  size_t count = 0;
  int rest = 0;
  copy[count++] = negative ? '-' : '+';
  for (const uint8_t *d = digits_from; d < digits_end; d++) {
    if (*d == '.' || (count == 1 && *d == '0')) continue;
    if (count <= DECIDING_DIGITS) {
      copy[count++] = (char)*d;
    } else {
      rest |= *d != '0';
      power++;
    }
  }
  if (count == 1) copy[count++] = '0';
  if (rest) {
    copy[count++] = '1';
    power--;
  }
  snprintf(copy + count, sizeof copy - count, "e%lld", (long long)power);
  pthread_once(&plain_locale_once, make_plain_locale);
  return strtod_l(copy, NULL, plain_locale);
}

// `digits` are the significant ones of the text, without point, `count` of them, the first not '0'.
static int shows_digits(double value, const uint8_t *digits_from, const uint8_t *digits_end, size_t count) {
  if (!isfinite(value) || value == 0 || count > 700) return 0;
  char printed[768];
  if (snprintf(printed, sizeof printed, "%.*e", (int)count - 1, fabs(value)) < 0) return 0;
  const char *p = printed;
  for (const uint8_t *d = digits_from; d < digits_end; d++) {
    if (*d == '.') continue;
    // The point's character follows the process's locale; whatever it is, it is the one at index 1.
    if (p == printed + 1) p++;
    if (*p++ != (char)*d) return 0;
  }
  return 1;
}

static int spelled(const uint8_t *text, size_t length, const char *lower, const char *title, const char *upper) {
  return strlen(lower) == length &&
         (!memcmp(text, lower, length) || !memcmp(text, title, length) || !memcmp(text, upper, length));
}

static int parse_non_finite(const uint8_t *text, size_t length, int negative, double *value, cs_number_facts *facts) {
  if (spelled(text, length, "nan", "NaN", "NAN")) {
    *value = NAN;
  } else if (spelled(text, length, "inf", "Inf", "INF") || spelled(text, length, "infinity", "Infinity", "INFINITY")) {
    *value = negative ? -INFINITY : INFINITY;
  } else {
    return 0;
  }
  facts->flags |= CS_NUMBER_NON_FINITE | (negative ? CS_NUMBER_SIGN : 0);
  return 1;
}

int cs_parse_number(const uint8_t *text, size_t length, double *value, cs_number_facts *facts) {
  const uint8_t *p = text, *end = text + length;
  int negative = p < end && *p == '-';
  p += negative;
  if (p == end) return 0;
  if ((*p | 32) >= 'a') return parse_non_finite(p, (size_t)(end - p), negative, value, facts);

  const uint8_t *digits_from = p;
  uint64_t mantissa = 0;
  while (p < end && (uint8_t)(*p - '0') < 10) mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
  size_t integer_digits = (size_t)(p - digits_from), fraction_digits = 0;
  if (integer_digits > 1 && *digits_from == '0') return 0;
  uint32_t flags = negative ? CS_NUMBER_SIGN : 0;
  if (p < end && *p == '.') {
    const uint8_t *fraction = ++p;
    while (p < end && (uint8_t)(*p - '0') < 10) mantissa = mantissa * 10 + (uint64_t)(*p++ - '0');
    fraction_digits = (size_t)(p - fraction);
    flags |= CS_NUMBER_POINT;
  }
  size_t digits = integer_digits + fraction_digits;
  if (digits == 0 || digits > 1 << 20) return 0;
  const uint8_t *digits_end = p;

  int64_t exponent = 0;
  if (p < end && (*p | 32) == 'e') {
    p++;
    int minus = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) {
      p++;
      flags |= CS_NUMBER_SIGN;
    }
    const uint8_t *from = p;
    for (; p < end && (uint8_t)(*p - '0') < 10; p++)
      if (exponent < 100000000) exponent = exponent * 10 + (*p - '0');
    if (p == from) return 0;
    if (minus) exponent = -exponent;
    flags |= CS_NUMBER_EXPONENT;
  }
  if (p != end) return 0;

  if (!(flags & (CS_NUMBER_POINT | CS_NUMBER_EXPONENT))) {
    int fits = digits < 19 || (digits == 19 && mantissa <= (uint64_t)INT64_MAX + (uint64_t)negative);
    flags |= fits ? CS_NUMBER_INTEGER : CS_NUMBER_BIG_INTEGER;
  }
  if (integer_digits > facts->integer_digits) facts->integer_digits = (uint32_t)integer_digits;
  if (fraction_digits > facts->fraction_digits) facts->fraction_digits = (uint32_t)fraction_digits;

  int64_t power = exponent - (int64_t)fraction_digits;
  double result;
  if (digits <= 19 && mantissa <= 1ull << 53 && power >= -22 && power <= 22) {
    result = power < 0 ? (double)mantissa / exact_powers[-power] : (double)mantissa * exact_powers[power];
    if (negative) result = -result;
  } else {
    result = nearest_by_library(negative, digits_from, digits_end, power);
  }
  while (digits_from < digits_end && (*digits_from == '0' || *digits_from == '.')) {
    if (*digits_from++ == '0') digits--;
  }
  if (digits > 15 || (digits > 0 && (power < -290 || power + (int64_t)digits > 290)))
    if (!shows_digits(result, digits_from, digits_end, digits)) flags |= CS_NUMBER_UNSAFE;
  *value = result;
  facts->flags |= flags;
  return 1;
}

size_t cs_parse_doubles(const uint8_t *text, const uint32_t *starts, const uint32_t *ends, size_t count,
                        double *values, cs_number_facts *facts) {
  for (size_t i = 0; i < count; i++) {
    if (starts[i] == ends[i]) continue;
    if (ends[i] < starts[i] || !cs_parse_number(text + starts[i], ends[i] - starts[i], &values[i], facts)) return i;
  }
  return count;
}
