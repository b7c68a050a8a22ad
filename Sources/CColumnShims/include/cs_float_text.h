// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_FLOAT_TEXT_H
#define CS_FLOAT_TEXT_H
#include <stddef.h>
#include <stdint.h>

/// What a number's text showed, as bits of `cs_number_facts.flags`.
enum {
  CS_NUMBER_INTEGER = 1,      ///< a whole number within 64 bits with sign
  CS_NUMBER_BIG_INTEGER = 2,  ///< a whole number beyond
  CS_NUMBER_POINT = 4,        ///< a decimal point
  CS_NUMBER_SIGN = 8,         ///< a minus, or any sign of the exponent
  CS_NUMBER_EXPONENT = 16,    ///< an exponent
  CS_NUMBER_NON_FINITE = 32,  ///< NaN or infinity
  CS_NUMBER_UNSAFE = 64       ///< the double does not give back the digits of the text
};

/// What the numbers parsed so far showed, together.
typedef struct {
  uint32_t flags;
  /// Most digits before the point and after it.
  uint32_t integer_digits, fraction_digits;
} cs_number_facts;

/// Parses one number: -? (digits without needless zeros, a point anywhere) with an optional exponent; nan, inf, infinity in
/// three casings. Returns 1 and adds to `facts`, or 0 if the text is no such number.
///
/// The double is the nearest one, ties to even. "Safe" means: printed with as many significant digits as the text
/// has, it shows the same digits; always so up to 15 digits within the normal range.
int cs_parse_number(const uint8_t *text, size_t length, double *value, cs_number_facts *facts);

/// Parses fields `starts[i]..<ends[i]` of `text` into `values[i]`; empty fields are left out. Returns the first field that is
/// no number, `count` if there is none.
size_t cs_parse_doubles(const uint8_t *text, const uint32_t *starts, const uint32_t *ends, size_t count,
                        double *values, cs_number_facts *facts);

#endif
