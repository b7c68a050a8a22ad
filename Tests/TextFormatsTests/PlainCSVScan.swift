// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// The plain twin of `cs_csv_index`: offsets of delimiters and newlines outside quotes.
func plainFieldOffsets(_ text: [UInt8], _ bytes: cs_csv_bytes) -> [UInt32] {
  var offsets: [UInt32] = []
  var isInside = false
  for (offset, byte) in text.enumerated() {
    if bytes.has_quote != 0, byte == bytes.quote { isInside.toggle() }
    if !isInside, byte == bytes.delimiter || byte == bytes.newline { offsets.append(UInt32(offset)) }
  }
  return offsets
}

/// The plain twin of `cs_csv_split` from a record's start: what it says after looking at all of `text[..<length]`.
func plainSplit(
  _ text: [UInt8], from begin: cs_csv_split_state, length: Int, _ bytes: cs_csv_bytes, limit: Int
) -> cs_csv_split_state {
  var state = begin
  let cr = UInt8(ascii: "\r")
  let hasReturns = bytes.newline == UInt8(ascii: "\n")
  /// True unless the bytes from `offset` on, as far as they are there, say otherwise.
  func mayEndLine(_ offset: Int) -> Bool {
    if offset >= length || text[offset] == bytes.newline { return true }
    return hasReturns && text[offset] == cr && (offset + 1 >= length || text[offset + 1] == bytes.newline)
  }
  func inDoubt(_ doubt: cs_csv_doubt, at offset: Int) -> cs_csv_split_state {
    var stopped = state
    stopped.position = state.last_end
    stopped.newlines = state.lines_at_end
    stopped.inside = 0
    stopped.doubt = doubt
    stopped.doubt_at = offset
    return stopped
  }
  while state.position < length, state.records < limit {
    let offset = state.position
    let byte = text[offset]
    if offset == state.last_end {
      let isEmpty = byte == bytes.newline || (byte == cr && offset + 1 < length && mayEndLine(offset))
      if isEmpty { return inDoubt(CS_CSV_DOUBT_BLANK, at: offset) }
    }
    if bytes.has_quote != 0, byte == bytes.quote {
      if state.inside == 0 {
        let before = offset == state.last_end ? bytes.newline : text[offset - 1]
        if ![bytes.newline, bytes.delimiter, bytes.quote].contains(before) {
          return inDoubt(CS_CSV_DOUBT_QUOTE, at: offset)
        }
        state.inside = .max
      } else {
        let isFieldEnd = offset + 1 < length && [bytes.delimiter, bytes.quote].contains(text[offset + 1])
        if !isFieldEnd, !mayEndLine(offset + 1) { return inDoubt(CS_CSV_DOUBT_QUOTE, at: offset) }
        state.inside = 0
      }
    }
    state.position += 1
    guard byte == bytes.newline else { continue }
    state.newlines += 1
    if state.inside != 0 { continue }
    state.records += 1
    state.last_end = state.position
    state.lines_at_end = state.newlines
  }
  return state
}
