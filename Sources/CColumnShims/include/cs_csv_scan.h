// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_CSV_SCAN_H
#define CS_CSV_SCAN_H
#include <stddef.h>
#include <stdint.h>

/// The instruction sets a scan can use: 0 plain C, 1 SSE2, 2 AVX2 with carry-less multiply.
/// Returns the one in use: the best this processor has, unless another was forced.
int cs_csv_scan_level(void);

/// For tests: uses `level` from now on if the processor has it; -1 goes back to the best.
void cs_csv_force_scan_level(int level);

/// Where an indexing run stands. All zero before the first call on a text.
typedef struct {
  /// Next byte to look at.
  size_t position;
  /// All ones while inside quotes, else 0.
  uint64_t inside;
  /// Quote characters seen so far.
  uint64_t quotes;
} cs_csv_index_state;

/// Writes the offsets of delimiters and newlines outside quotes to `offsets`, in order, and returns how many.
///
/// Goes on from `state` until the text ends or fewer than 64 of the `capacity` slots are left. `newlines` gets how many of
/// the offsets are newlines. Quote state is the parity of quote characters, so a doubled quote flips it twice (RFC 4180).
size_t cs_csv_index(const uint8_t *text, size_t length, uint8_t delimiter, cs_csv_index_state *state,
                    uint32_t *offsets, size_t capacity, size_t *newlines);

/// Where a search for record ends stands. All zero before the first call on a text that begins with a record.
typedef struct {
  /// Next byte to look at.
  size_t position;
  /// All ones while inside quotes, else 0.
  uint64_t inside;
  /// Newlines seen, those inside quotes included.
  size_t newlines;
  /// Newlines outside quotes seen: records that ended.
  size_t records;
  /// Offset after the last record's newline; 0 if none ended.
  size_t last_end;
  /// Newlines, those inside quotes included, before `last_end`.
  size_t lines_at_end;
} cs_csv_split_state;

/// Goes on from `state` to `length`, or stops with the record that makes `records` reach `record_limit`.
void cs_csv_split(const uint8_t *text, size_t length, size_t record_limit, cs_csv_split_state *state);

#endif
