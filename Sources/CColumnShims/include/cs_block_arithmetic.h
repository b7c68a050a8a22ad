// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Sums, differences and products of unsigned numbers, a block of rows at a time, modulo 2^32 or 2^64. Nothing is checked: callers know
// the bounds of results, or want what is left of them modulo a power of two. Inputs and outputs do not overlap unless said so.
#ifndef CS_BLOCK_ARITHMETIC_H
#define CS_BLOCK_ARITHMETIC_H
#include <stddef.h>
#include <stdint.h>

/// out[i] = values[i] * factor + addend; `wide` takes 32 bits to 64.
void cs_affine_u32(const uint32_t *values, size_t count, uint32_t factor, uint32_t addend, uint32_t *out);
void cs_affine_u64(const uint64_t *values, size_t count, uint64_t factor, uint64_t addend, uint64_t *out);
void cs_affine_wide(const uint32_t *values, size_t count, uint64_t factor, uint64_t addend, uint64_t *out);

/// out[i] = a[i] + b[i]; a and b may be the same.
void cs_sums_u32(const uint32_t *a, const uint32_t *b, size_t count, uint32_t *out);
void cs_sums_u64(const uint64_t *a, const uint64_t *b, size_t count, uint64_t *out);

/// out[i] = a[i] - b[i]; a and b may be the same.
void cs_differences_u32(const uint32_t *a, const uint32_t *b, size_t count, uint32_t *out);
void cs_differences_u64(const uint64_t *a, const uint64_t *b, size_t count, uint64_t *out);

/// out[i] = a[i] * b[i]; a and b may be the same. `wide` gives the full product of 32-bit numbers.
void cs_products_u32(const uint32_t *a, const uint32_t *b, size_t count, uint32_t *out);
void cs_products_u64(const uint64_t *a, const uint64_t *b, size_t count, uint64_t *out);
void cs_products_wide(const uint32_t *a, const uint32_t *b, size_t count, uint64_t *out);

/// out[i] = table[places[i]]. Precondition: the table has all places.
void cs_look_up_u32(const uint32_t *places, size_t count, const uint32_t *table, uint32_t *out);
void cs_look_up_u64(const uint32_t *places, size_t count, const uint64_t *table, uint64_t *out);

/// Sum of all values; of the 64-bit ones modulo 2^64.
uint64_t cs_total_u32(const uint32_t *values, size_t count);
uint64_t cs_total_u64(const uint64_t *values, size_t count);

#endif
