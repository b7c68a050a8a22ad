// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Foundation

/// Whole records.
struct SampleText {
  let name: String
  let bytes: [UInt8]

  /// In GB/s.
  func speed(_ time: Duration) -> String {
    String(format: "%.2f", Double(bytes.count) / (time / .seconds(1)) / 1e9)
  }
}

/// What all levels must agree on.
struct Findings: Equatable {
  var fields = 0
  /// Depends on each offset and their order.
  var offsetHash: UInt64 = 0
  var quotes: UInt64 = 0
  var newlines = 0
  var records = 0
  var recordsEnd = 0
  var isDoubted = false
}

private var bytesOfCSV: cs_csv_bytes {
  cs_csv_bytes(delimiter: UInt8(ascii: ","), newline: UInt8(ascii: "\n"), quote: UInt8(ascii: "\""), has_quote: 1)
}

/// Offsets in pieces of the size the reader uses, which stay in the cache.
private func forEachPiece(_ text: SampleText, _ body: (UnsafeBufferPointer<UInt32>, Int, cs_csv_index_state) -> Void) {
  var bytes = bytesOfCSV
  var state = cs_csv_index_state()
  withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 16 << 10) { slots in
    while state.position < text.bytes.count {
      var newlines = 0
      let count = cs_csv_index(
        text.bytes, text.bytes.count, &bytes, &state, slots.baseAddress, slots.count, &newlines)
      body(UnsafeBufferPointer(rebasing: slots[..<count]), newlines, state)
    }
  }
}

/// The index as it is timed.
func indexed(_ text: SampleText) -> Findings {
  var found = Findings()
  forEachPiece(text) { offsets, newlines, _ in
    found.fields += offsets.count
    found.newlines += newlines
  }
  return found
}

/// The split as it is timed.
func splitted(_ text: SampleText) -> cs_csv_split_state {
  var bytes = bytesOfCSV
  var state = cs_csv_split_state()
  cs_csv_split(text.bytes, text.bytes.count, &bytes, Int.max, &state)
  return state
}

/// All that both find.
func scan(_ text: SampleText) -> Findings {
  var found = indexed(text)
  forEachPiece(text) { offsets, _, state in
    for offset in offsets { found.offsetHash = (found.offsetHash ^ UInt64(offset)) &* 0x9E37_79B9_7F4A_7C15 }
    found.quotes = state.quotes
  }
  let state = splitted(text)
  found.records = state.records
  found.recordsEnd = state.last_end
  found.isDoubted = state.doubt != CS_CSV_DOUBT_NONE
  return found
}

/// What reading alone costs.
func wordSum(_ text: SampleText) -> UInt64 {
  text.bytes.withUnsafeBytes { bytes in
    var sum: UInt64 = 0
    for offset in stride(from: 0, to: bytes.count & ~7, by: 8) {
      sum &+= bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    return sum
  }
}

/// The time that `body` takes to give `expected` again.
@inline(never) func time<Result: Equatable>(_ expected: Result, _ body: () -> Result) -> Duration {
  var result: Result?
  let time = ContinuousClock().measure { result = body() }
  precondition(result == expected, "another run found \(expected)")
  return time
}
