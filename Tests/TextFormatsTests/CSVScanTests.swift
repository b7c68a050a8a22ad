// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Foundation
import TestSupport
import Testing

@testable import TextFormats

/// Serialized: the instruction set is forced for the whole process.
@Suite(.serialized) struct CSVScanTests {
  private let dialects = [
    dialect(",", "\n", "\""), dialect(";", "\n", "'"), dialect(",", "\n", nil), dialect("\0", "\n", "\""),
    dialect(" ", "\r", "\""), dialect(",", "\r", nil), dialect("a", "\n", "\0"),
  ]

  private static func dialect(_ delimiter: Unicode.Scalar, _ newline: Unicode.Scalar, _ quote: Unicode.Scalar?)
    -> cs_csv_bytes
  {
    cs_csv_bytes(
      delimiter: UInt8(ascii: delimiter), newline: UInt8(ascii: newline), quote: UInt8(ascii: quote ?? "\""),
      has_quote: quote == nil ? 0 : 1)
  }

  /// The levels this processor has.
  private var levels: ClosedRange<Int32> {
    cs_csv_force_scan_level(-1)
    return 0...cs_csv_scan_level()
  }

  /// Any bytes that mean something in some dialect.
  private func anyText(_ count: Int, _ random: inout RandomSource) -> [UInt8] {
    let letters = Array("\",\n\r ;ab\0'".utf8)
    return (0..<count).map { _ in letters.randomElement(using: &random)! }
  }

  /// Records in RFC 4180's form but for a rare fault, so that scans go far.
  private func goodText(_ count: Int, _ bytes: cs_csv_bytes, _ random: inout RandomSource) -> [UInt8] {
    var text: [UInt8] = []
    while text.count < count {
      switch Int.random(in: 0..<60, using: &random) {
      case 0: text += anyText(1, &random)
      case 1..<20: text += [UInt8(ascii: "x"), bytes.delimiter]
      case 20..<30: text += [UInt8](repeating: UInt8(ascii: "y"), count: Int.random(in: 0...70, using: &random))
      case 30..<50 where bytes.has_quote != 0 && [bytes.delimiter, bytes.newline].contains(text.last ?? bytes.newline):
        let inner = anyText(Int.random(in: 0...9, using: &random), &random)
        text += [bytes.quote] + inner.flatMap { $0 == bytes.quote ? [$0, $0] : [$0] } + [bytes.quote]
        text += bytes.newline == 10 && Bool.random(using: &random) ? [13, 10] : [bytes.delimiter]
      default: text += [UInt8(ascii: "z"), bytes.newline]
      }
    }
    return Array(text.prefix(count))
  }

  private func indexed(_ text: [UInt8], _ bytes: cs_csv_bytes, capacity: Int) -> (offsets: [UInt32], newlines: Int) {
    var bytes = bytes
    var state = cs_csv_index_state()
    var all: [UInt32] = []
    var slots = [UInt32](repeating: 0, count: capacity)
    var newlines = 0
    while state.position < text.count {
      var lines = 0
      let count = cs_csv_index(text, text.count, &bytes, &state, &slots, capacity, &lines)
      all += slots[..<count]
      newlines += lines
    }
    let quotes = bytes.has_quote != 0 ? text.count { $0 == bytes.quote } : 0
    #expect(state.quotes == UInt64(quotes))
    #expect((state.inside != 0) == (quotes % 2 == 1))
    return (all, newlines)
  }

  private func expectIndexEqualsTwin(_ text: [UInt8], _ bytes: cs_csv_bytes, capacity: Int, _ note: String) {
    let expected = plainFieldOffsets(text, bytes)
    let newlines = expected.count { text[Int($0)] == bytes.newline }
    for level in levels {
      cs_csv_force_scan_level(level)
      let found = indexed(text, bytes, capacity: capacity)
      if found.offsets != expected || found.newlines != newlines {
        Issue.record("\(note) level \(level) capacity \(capacity) \(bytes) \(text)")
      }
    }
    cs_csv_force_scan_level(-1)
  }

  /// Scans in pieces up to `lengths`; where a scan stops in doubt, goes on after the doubtful record (by parity).
  private func expectSplitEqualsTwin(
    _ text: [UInt8], _ bytes: cs_csv_bytes, lengths: [Int], limit: Int, _ note: String
  ) {
    let levels = levels
    var states = levels.map { _ in cs_csv_split_state() }
    var begin = cs_csv_split_state()
    var scanned = bytes
    for length in lengths {
      while true {
        let expected = plainSplit(text, from: begin, length: length, bytes, limit: limit)
        for level in levels {
          cs_csv_force_scan_level(level)
          cs_csv_split(text, length, &scanned, limit, &states[Int(level)])
          if !isSame(states[Int(level)], expected) {
            Issue.record("\(note) level \(level) \(bytes) \(text[..<length]): \(states[Int(level)]) not \(expected)")
            return
          }
        }
        guard expected.doubt != CS_CSV_DOUBT_NONE, let next = afterDoubt(expected, text, length, bytes) else { break }
        begin = next
        states = levels.map { _ in next }
      }
      if states[0].records >= limit || states[0].doubt != CS_CSV_DOUBT_NONE { break }
    }
    cs_csv_force_scan_level(-1)
  }

  /// The state to go on with after the next newline; nil if there is none.
  private func afterDoubt(_ stopped: cs_csv_split_state, _ text: [UInt8], _ length: Int, _ bytes: cs_csv_bytes)
    -> cs_csv_split_state?
  {
    guard let end = text[stopped.doubt_at..<length].firstIndex(of: bytes.newline) else { return nil }
    var next = cs_csv_split_state()
    next.position = end + 1
    next.last_end = end + 1
    next.records = stopped.records + 1
    return next
  }

  private func pieces(_ count: Int, upTo most: Int, _ random: inout RandomSource) -> [Int] {
    var lengths: [Int] = []
    while lengths.last ?? 0 < count {
      lengths.append(min(count, (lengths.last ?? 0) + Int.random(in: 1...most, using: &random)))
    }
    return lengths
  }

  @Test func smallTextsEqualPlainTwins() {
    var random = RandomSource(seed: 11)
    for number in 0..<200_000 {
      let bytes = dialects[number % dialects.count]
      let count = Int.random(in: 1...16, using: &random)
      let text = number % 3 == 0 ? goodText(count, bytes, &random) : anyText(count, &random)
      let note = "seed \(random.seed) text \(number)"
      expectIndexEqualsTwin(text, bytes, capacity: 64, note)
      expectSplitEqualsTwin(
        text, bytes, lengths: pieces(count, upTo: 9, &random), limit: number % 5 == 0 ? 2 : Int.max, note)
    }
  }

  @Test func longTextsEqualPlainTwins() {
    var random = RandomSource(seed: 12)
    for count in Array(50...200) + [1000, 4096] {
      for bytes in dialects {
        for number in 0..<6 {
          let text = number == 0 ? anyText(count, &random) : goodText(count, bytes, &random)
          let note = "seed \(random.seed) count \(count) text \(number)"
          expectIndexEqualsTwin(text, bytes, capacity: [64, 100, 5000][number % 3], note)
          let lengths = pieces(count, upTo: [count, 100, 70][number % 3], &random)
          expectSplitEqualsTwin(text, bytes, lengths: lengths, limit: [3, 10, Int.max, Int.max][number % 4], note)
        }
      }
    }
  }

  /// Each short sequence of meaningful bytes across a block's border, whole and cut there.
  @Test func bordersEqualPlainTwins() {
    let letters = Array("\",\n\ra".utf8)
    for number in 0..<3125 {
      let middle = (0..<5).map { letters[number / [1, 5, 25, 125, 625][$0] % 5] }
      // Without a quote behind it, the second block is looked at only for what the first one left open.
      for (start, tail) in [(60, "x\n"), (60, "\"\n"), (61, "x\n"), (61, "\"\n"), (62, "\"\n"), (63, "\"\n")] {
        let text = [UInt8](repeating: 120, count: start - 1) + [44] + middle + Array(tail.utf8)
        expectSplitEqualsTwin(text, dialects[0], lengths: [text.count], limit: Int.max, "\(number)")
        expectSplitEqualsTwin(text, dialects[0], lengths: [64, 65, text.count], limit: Int.max, "\(number) cut")
        var lines = text
        lines[start - 1] = 10
        expectSplitEqualsTwin(lines, dialects[0], lengths: [lines.count], limit: Int.max, "\(number) line")
      }
    }
  }

  @Test func doubtsAreWhereTheyAreCalled() {
    func doubt(_ text: String) -> (cs_csv_doubt, Int, records: Int) {
      var state = cs_csv_split_state()
      var bytes = dialects[0]
      cs_csv_split(Array(text.utf8), text.utf8.count, &bytes, Int.max, &state)
      return (state.doubt, state.doubt_at, state.records)
    }
    #expect(doubt("a,b\n\"c\"\"\",\"\"\r\n\"\n\"\n") == (CS_CSV_DOUBT_NONE, 0, 3))
    #expect(doubt("a\nb\"c\"\n") == (CS_CSV_DOUBT_QUOTE, 3, 1))
    #expect(doubt("a\n\"b\"c\n") == (CS_CSV_DOUBT_QUOTE, 4, 1))
    #expect(doubt("\"b\"\rc\n") == (CS_CSV_DOUBT_QUOTE, 2, 0))
    #expect(doubt("\na\n") == (CS_CSV_DOUBT_BLANK, 0, 0))
    #expect(doubt("a\r\n\r\nb\n") == (CS_CSV_DOUBT_BLANK, 3, 1))
    #expect(doubt("\"\n\n\"\n") == (CS_CSV_DOUBT_NONE, 0, 1))
  }

  @Test func levelsAreWhatTheyAreCalled() {
    let names = levels.map { String(cString: cs_csv_scan_level_name($0)) }
    #if arch(x86_64)
      #expect(["plain", "SSE2", "AVX2", "AVX-512"].starts(with: names))
    #elseif arch(arm64)
      #expect(names == ["plain", "NEON"])
    #endif
    #expect(String(cString: cs_csv_scan_level_name(99)).isEmpty)
    for level in levels {
      cs_csv_force_scan_level(level)
      #expect(cs_csv_scan_level() == level)
    }
    cs_csv_force_scan_level(99)
    #expect(cs_csv_scan_level() == levels.upperBound)
  }

  #if arch(x86_64) && os(Linux)
    /// The level is chosen by what the kernel, too, says of the processor.
    @Test func bestLevelIsTheProcessors() throws {
      let flags =
        try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
        .split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? []
      let hasAVX2 = Set(flags).isSuperset(of: ["avx2", "pclmulqdq", "bmi1", "bmi2", "popcnt"])
      let hasAVX512 = hasAVX2 && Set(flags).isSuperset(of: ["avx512f", "avx512bw", "avx512vl", "avx512_vbmi2"])
      #expect(levels.upperBound == (hasAVX512 ? 3 : hasAVX2 ? 2 : 1))
    }
  #endif
}

private func isSame(_ a: cs_csv_split_state, _ b: cs_csv_split_state) -> Bool {
  (a.position, a.inside, a.newlines, a.records) == (b.position, b.inside, b.newlines, b.records)
    && (a.last_end, a.lines_at_end, a.doubt_at, a.doubt) == (b.last_end, b.lines_at_end, b.doubt_at, b.doubt)
}
