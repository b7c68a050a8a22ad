// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import TestSupport
import Testing

@testable import TextFormats

/// Serialized: the instruction set is forced for the whole process.
@Suite(.serialized) struct CSVScanTests {
  private func text(_ count: Int, _ random: inout RandomSource, quotes: Bool) -> [UInt8] {
    let letters = Array((quotes ? "\"\"\",,\n\n\r a;" : ",,\n\r ab;").utf8)
    return (0..<count).map { _ in letters.randomElement(using: &random)! }
  }

  private func indexed(_ text: [UInt8], capacity: Int, newlines: inout Int) -> [UInt32] {
    var state = cs_csv_index_state()
    var all: [UInt32] = []
    var slots = [UInt32](repeating: 0, count: capacity)
    newlines = 0
    while state.position < text.count {
      var lines = 0
      let count = cs_csv_index(text, text.count, UInt8(ascii: ","), &state, &slots, capacity, &lines)
      all += slots[..<count]
      newlines += lines
    }
    #expect(state.quotes == UInt64(text.count { $0 == UInt8(ascii: "\"") }))
    return all
  }

  @Test(arguments: [0, 1, 2]) func indexEqualsPlainTwin(level: Int32) {
    cs_csv_force_scan_level(level)
    defer { cs_csv_force_scan_level(-1) }
    var random = RandomSource(seed: 11)
    for count in Array(0...200) + [1000, 4096] {
      for capacity in [64, 100, 5000] {
        let text = text(count, &random, quotes: count % 3 != 0)
        var newlines = 0
        let found = indexed(text, capacity: capacity, newlines: &newlines)
        let expected = text.withUnsafeBytes { plainFieldOffsets($0, delimiter: UInt8(ascii: ",")) }
        #expect(found == expected, "level \(level) count \(count) seed \(random.seed)")
        #expect(newlines == expected.count { text[Int($0)] == 10 })
      }
    }
  }

  @Test(arguments: [0, 1, 2]) func splitEqualsPlainTwin(level: Int32) {
    cs_csv_force_scan_level(level)
    defer { cs_csv_force_scan_level(-1) }
    var random = RandomSource(seed: 12)
    for count in Array(0...150) + [1000] {
      let text = text(count, &random, quotes: true)
      let ends = text.withUnsafeBytes { plainFieldOffsets($0, delimiter: 10) }.map { Int($0) + 1 }
      for limit in [1, 2, 3, 10, 10_000] {
        var state = cs_csv_split_state()
        var length = 0
        while length < count, state.records < limit {
          length = min(count, length + Int.random(in: 1...100, using: &random))
          cs_csv_split(text, length, limit, &state)
        }
        let reached = ends.filter { $0 <= length }.prefix(limit)
        #expect(state.records == reached.count)
        #expect(state.last_end == reached.last ?? 0, "level \(level) count \(count) limit \(limit)")
        #expect(state.lines_at_end == text[..<state.last_end].count { $0 == 10 })
        if state.records < limit {
          let isInside = text[..<length].count { $0 == UInt8(ascii: "\"") } % 2 == 1
          #expect((state.inside != 0) == isInside)
        }
      }
    }
  }

  @Test func levelsAreWhatTheyAreCalled() {
    cs_csv_force_scan_level(0)
    #expect(cs_csv_scan_level() == 0)
    cs_csv_force_scan_level(99)
    let best = cs_csv_scan_level()
    cs_csv_force_scan_level(-1)
    #expect(cs_csv_scan_level() == best)
  }
}
