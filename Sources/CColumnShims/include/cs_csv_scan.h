// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

#ifndef CS_CSV_SCAN_H
#define CS_CSV_SCAN_H
#include <stddef.h>
#include <stdint.h>

/// The instruction sets a scan can use: 0 plain C; then on x86-64 1 SSE2, 2 AVX2 with carry-less multiply, 3 AVX-512 with
/// byte compression (VBMI2); on AArch64 1 NEON. A processor that has one has those below it.
/// Returns the one in use: the best this processor has, unless another was forced.
int cs_csv_scan_level(void);

/// "plain", "SSE2", "AVX2", "AVX-512", "NEON"; "" for a level that no processor of this architecture has.
const char *cs_csv_scan_level_name(int level);

/// For tests: uses `level` from now on if the processor has it; -1 goes back to the best.
void cs_csv_force_scan_level(int level);

/// The bytes that divide a text: all different, the delimiter no CR, the quote neither CR nor newline.
typedef struct {
  uint8_t delimiter;
  /// '\n'; or '\r' in a text whose lines end with CR alone.
  uint8_t newline;
  /// The quote, if `has_quote`.
  uint8_t quote;
  /// 0: no byte quotes.
  uint8_t has_quote;
} cs_csv_bytes;

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
size_t cs_csv_index(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, cs_csv_index_state *state,
                    uint32_t *offsets, size_t capacity, size_t *newlines);

/// What can make the parity of quotes, or "one line, one record", the wrong reading of a text.
typedef enum {
  CS_CSV_DOUBT_NONE = 0,
  /// A quote that breaks RFC 4180's form: it opens elsewhere than at a field's start, or closes elsewhere than at its end.
  CS_CSV_DOUBT_QUOTE,
  /// An empty line outside quotes (nothing, or a CR, before its newline).
  CS_CSV_DOUBT_BLANK,
} cs_csv_doubt;

/// Where a search for record ends stands.
///
/// All zero before the first call on a text that begins with a record. To begin at another record of the same text, set
/// `position` and `last_end` to its start and `inside` and `doubt` to 0; the counters go on from what they are, and the
/// text before is not looked at. Nothing else is remembered: what precedes `position` within a record is read again.
typedef struct {
  /// Next byte to look at.
  size_t position;
  /// All ones while inside quotes, else 0.
  uint64_t inside;
  /// Newlines seen, those inside quotes included.
  size_t newlines;
  /// Newlines outside quotes seen: records that ended.
  size_t records;
  /// Offset after the last record's newline, where the record being looked at begins; as given if none ended.
  size_t last_end;
  /// Newlines, those inside quotes included, before `last_end`; as given if no record ended.
  size_t lines_at_end;
  /// Where the doubtful quote is, or where the empty line begins.
  size_t doubt_at;
  cs_csv_doubt doubt;
} cs_csv_split_state;

/// Goes on from `state` to `length`, or stops with the record that makes `records` reach `record_limit`, or sooner in doubt.
///
/// Stopped by the limit or in doubt, the state is that of the last record's end (`position` is `last_end`). The caller
/// of a doubtful record finds its end by other means, begins a state there (above) and goes on.
/// A question that the text's end leaves open (what follows a closing quote, or a CR after one or at a line's start) is
/// answered when the scan goes on with more text. Does nothing to a state in doubt.
void cs_csv_split(const uint8_t *text, size_t length, const cs_csv_bytes *bytes, size_t record_limit,
                  cs_csv_split_state *state);

/// 0 if no line begins with a line end, a space or a tab: then no record is an empty line or nothing but spaces. What lies inside quotes counts as
/// a line too. Goes over the text once, in blocks that the compiler vectorises.
int cs_csv_may_have_empty_lines(const uint8_t *text, size_t length, uint8_t newline);

#endif
