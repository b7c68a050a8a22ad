// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Grouping on unsigned numbers, a block of rows at a time: key codes become group numbers or 64-bit keys, values become fields of
// 64-bit words, and words are added to the records of groups. A record is `width` words of 64 bits; group g's record begins at word
// g * width. Nothing is checked here: callers prove that groups lie within the records and that no field overflows its bits.
#ifndef CS_GROUPING_H
#define CS_GROUPING_H
#include <stddef.h>
#include <stdint.h>

/// groups[i] += codes[i] * factor, modulo 2^32.
void cs_add_codes(const uint32_t *codes, size_t count, uint32_t factor, uint32_t *groups);

/// groups[i] += (i % copies) * step; `copies` is a power of two.
void cs_spread_groups(size_t count, uint32_t copies, uint32_t step, uint32_t *groups);

/// words[i] = start + (values[i] << shift), modulo 2^64.
void cs_place_u32(const uint32_t *values, size_t count, unsigned shift, uint64_t start, uint64_t *words);

/// words[i] += values[i] << shift, modulo 2^64.
void cs_add_placed_u32(const uint32_t *values, size_t count, unsigned shift, uint64_t *words);

/// words[i] += (values[i] >> drop & mask) << shift, modulo 2^64.
void cs_add_placed_u64(const uint64_t *values, size_t count, unsigned drop, uint64_t mask, unsigned shift, uint64_t *words);

/// words[i] += (x[i] * y[i] >> drop & mask) << shift, modulo 2^64; x and y may be the same.
void cs_add_products(const uint32_t *x, const uint32_t *y, size_t count, unsigned drop, uint64_t mask, unsigned shift,
                     uint64_t *words);

/// words[i] += 1 << shift where values[i] is 0.
void cs_add_zeros_u32(const uint32_t *values, size_t count, unsigned shift, uint64_t *words);
void cs_add_zeros_u64(const uint64_t *values, size_t count, unsigned shift, uint64_t *words);

/// values[i] = values[i] * factor + addend modulo 2^64, then only those fit 32 bits that the caller knows to.
void cs_scale_u64(uint64_t *values, size_t count, uint64_t factor, uint64_t addend);
void cs_narrow_u64(const uint64_t *values, size_t count, uint32_t *narrow);

/// Puts `other` where the bit of a row (row i: bit i % 64 of word i / 64) is 0.
void cs_replace_unset_u32(uint32_t *values, size_t count, const uint64_t *bits, uint32_t other);
void cs_replace_unset_u64(uint64_t *values, size_t count, const uint64_t *bits, uint64_t other);

/// Bits of `words` that are 1.
size_t cs_count_bits(const uint64_t *words, size_t word_count);

/// Numbers of the rows whose bit is 1; returns how many. `rows` has room for `count`.
size_t cs_set_rows(const uint64_t *bits, size_t count, uint32_t *rows);

/// values[k] = values[rows[k]], for ascending rows.
void cs_compact_u32(uint32_t *values, const uint32_t *rows, size_t count);
void cs_compact_u64(uint64_t *values, const uint32_t *rows, size_t count);

/// What a maximum is kept of, 0 standing for no value. Rising: values[i] + shift. Falling: top - values[i], but 0 for 0 where `keeps_zero`.
void cs_rising_u32(const uint32_t *values, size_t count, uint32_t shift, uint32_t *keys);
void cs_rising_u64(const uint64_t *values, size_t count, uint64_t shift, uint64_t *keys);
void cs_falling_u32(const uint32_t *values, size_t count, uint32_t top, int keeps_zero, uint32_t *keys);
void cs_falling_u64(const uint64_t *values, size_t count, uint64_t top, int keeps_zero, uint64_t *keys);

/// Adds to each row's group its words: word w of row i is words[w * stride + i].
void cs_add_records(uint64_t *records, unsigned width, const uint32_t *groups, const uint64_t *words, size_t stride,
                    size_t count);

/// The same, asking for records ahead of their use: for records that leave the second-level cache.
void cs_add_far_records(uint64_t *records, unsigned width, const uint32_t *groups, const uint64_t *words, size_t stride,
                        size_t count);

/// Raises what is kept of each row's group to its key.
void cs_raise_u8(uint8_t *kept, const uint32_t *groups, const uint32_t *keys, size_t count);
void cs_raise_u16(uint16_t *kept, const uint32_t *groups, const uint32_t *keys, size_t count);
void cs_raise_u32(uint32_t *kept, const uint32_t *groups, const uint32_t *keys, size_t count);
void cs_raise_u64(uint64_t *kept, const uint32_t *groups, const uint64_t *keys, size_t count);

/// into[i] += from[i]
void cs_sum_words(uint64_t *into, const uint64_t *from, size_t count);

/// sums[r] = what the values of run r add up to, modulo 2^64: those from where the run before it ends, to ends[r]. Returns whether all values are in
/// least...greatest. Precondition: -2^62 < least <= greatest < 2^62.
int cs_run_sums_i64(const int64_t *values, const ptrdiff_t *ends, size_t run_count, int64_t least, int64_t greatest,
                    int64_t *sums);

/// into[i] = the greater of the two.
void cs_greater_u8(uint8_t *into, const uint8_t *from, size_t count);
void cs_greater_u16(uint16_t *into, const uint16_t *from, size_t count);
void cs_greater_u32(uint32_t *into, const uint32_t *from, size_t count);
void cs_greater_u64(uint64_t *into, const uint64_t *from, size_t count);

/// Each key's partition: the top `bits` (1...16) bits of its hash; counts[p] grows by the rows of partition p. Keys are of one word, or of two
/// where `high` is not NULL.
void cs_partition_keys(const uint64_t *keys, const uint64_t *high, size_t count, unsigned bits, uint16_t *partitions,
                       uint32_t *counts);

/// Places of rows partition by partition: places[i] = next[partitions[i]]++.
void cs_partition_places(const uint16_t *partitions, size_t count, uint32_t *next, uint32_t *places);

/// out[places[i]] = values[i]
void cs_scatter_u32(const uint32_t *values, const uint32_t *places, size_t count, uint32_t *out);
void cs_scatter_u64(const uint64_t *values, const uint32_t *places, size_t count, uint64_t *out);

/// Numbers keys in order of first appearance: `table` has 2^table_bits slots of number + 1 (0: free) and more of them than distinct keys;
/// a slot is the bits of the hash below the top `skipped_bits`. `known` holds the keys numbered so far, `known_count` of them, and has room
/// for all. Returns the new number of keys. table_bits + skipped_bits is at most 64.
size_t cs_number_keys(const uint64_t *keys, size_t count, uint32_t *table, unsigned table_bits, unsigned skipped_bits,
                      uint64_t *known, size_t known_count, uint32_t *numbers);

/// The same of keys of two words.
size_t cs_number_wide_keys(const uint64_t *low, const uint64_t *high, size_t count, uint32_t *table,
                           unsigned table_bits, unsigned skipped_bits, uint64_t *known_low, uint64_t *known_high,
                           size_t known_count, uint32_t *numbers);

#endif
