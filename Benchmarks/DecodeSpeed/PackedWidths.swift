// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import CColumnShims
import Foundation

/// Rows of a page.
let pageRows = 131_072

/// Nanoseconds a value of each kernel on packed integers of one width, checked against plain loops; nil where a width is too great.
struct PackedWidth {
  let bitWidth: Int
  var narrowest: Double?
  var unpack32: Double?
  var unpack64 = 0.0
  var sum = 0.0
  var selectedSum = 0.0
  var comparison = 0.0

  /// Precondition: 1...64 bits.
  init(bitWidth: Int, repeats: Int) {
    self.bitWidth = bitWidth
    var random = Random(state: UInt64(bitWidth))
    let offsets = (0..<pageRows).map { _ in random.next() >> UInt64(64 - bitWidth) }
    let selected = (0..<pageRows / 64).map { _ in random.next() }
    let width = UInt32(bitWidth)
    var packed = [UInt8](repeating: 0, count: cs_packed_byte_count(pageRows, width))
    cs_pack_i64(offsets.map { Int64(bitPattern: $0) }, pageRows, 0, width, &packed)

    var values = [Int64](repeating: 0, count: pageRows)
    unpack64 = perValue(repeats) { cs_unpack_i64(packed, pageRows, width, 0, &values) }
    require(values.map { UInt64(bitPattern: $0) } == offsets, "unpacked")
    if bitWidth <= 32 {
      var codes = [UInt32](repeating: 0, count: pageRows)
      unpack32 = perValue(repeats) { cs_unpack_u32(packed, pageRows, width, 0, &codes) }
      require(codes.map { UInt64($0) } == offsets, "unpacked to u32")
    }
    if bitWidth <= 8 {
      var bytes = [UInt8](repeating: 0, count: pageRows)
      narrowest = perValue(repeats) { cs_unpack_u8(packed, pageRows, width, &bytes) }
      require(bytes.map { UInt64($0) } == offsets, "unpacked to u8")
    } else if bitWidth <= 16 {
      var shorts = [UInt16](repeating: 0, count: pageRows)
      narrowest = perValue(repeats) { cs_unpack_u16(packed, pageRows, width, &shorts) }
      require(shorts.map { UInt64($0) } == offsets, "unpacked to u16")
    }

    var total = cs_packed_total()
    sum = perValue(repeats) { cs_packed_sum(packed, pageRows, width, &total) }
    require(value(total) == offsets.reduce(Int128(0)) { $0 + Int128($1) }, "summed")
    selectedSum = perValue(repeats) { cs_packed_sum_selected(packed, pageRows, width, selected, &total) }
    let some = (0..<pageRows).reduce(Int128(0)) { sum, row in
      selected[row / 64] >> UInt64(row % 64) & 1 == 1 ? sum + Int128(offsets[row]) : sum
    }
    require(value(total) == some, "summed where selected")

    var words = [UInt64](repeating: 0, count: pageRows / 64)
    let bound = offsets[0]
    comparison = perValue(repeats) { _ = cs_packed_in_range(packed, pageRows, width, bound, UInt64.max, &words) }
    for row in 0..<pageRows {
      require((words[row / 64] >> UInt64(row % 64) & 1 == 1) == (offsets[row] >= bound), "compared")
    }
  }

  /// A line of the table.
  var line: String {
    let times = [narrowest, unpack32, unpack64, sum, selectedSum, comparison]
    let cells = times.map { $0.map { text(1 / $0, digits: 1) } ?? "" }
    let output = text(8 / unpack64, digits: 0)
    return "| \(bitWidth) | " + cells.joined(separator: " | ") + " | \(output) |"
  }
}

/// Values/ns and GB/s of copying as many bytes as unpacking to 64 bits writes.
func copySpeed(byteCount: Int, repeats: Int) -> Double {
  let source = [UInt8](repeating: 7, count: byteCount)
  var target = [UInt8](repeating: 0, count: byteCount)
  let seconds = leastSeconds(repeats: repeats) { memcpy(&target, source, byteCount) }
  require(target == source, "copied")
  return Double(byteCount) / seconds / 1e9
}

private func perValue(_ repeats: Int, _ body: () -> Void) -> Double {
  leastSeconds(repeats: repeats, body) * 1e9 / Double(pageRows)
}

private func value(_ total: cs_packed_total) -> Int128 { Int128(total.high) << 32 + Int128(total.low) }

/// Ends the process if an answer is wrong.
func require(_ holds: Bool, _ what: String) {
  guard !holds else { return }
  FileHandle.standardError.write(Data("decode-speed: wrong answer: \(what)\n".utf8))
  exit(1)
}
