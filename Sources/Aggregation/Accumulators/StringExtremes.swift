// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Least or greatest strings by UTF-8 bytes: ranks within each dictionary met, and bytes for plain strings.
final class StringExtremes: Accumulator {
  private struct Ranked {
    let dictionary: StringDictionary
    /// Ranks of the strings kept.
    var groups: GroupExtremes<Int64>
  }

  private var ranked: [Ranked] = []
  private var plain: KeptStrings
  private var ranksOfRows: [Int64] = []
  private let extreme: Extreme

  init(_ extreme: Extreme) {
    self.extreme = extreme
    plain = KeptStrings(extreme)
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    switch page.values {
    case .codes(let codes):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      if ranksOfRows.count != codes.count { ranksOfRows = [Int64](repeating: 0, count: codes.count) }
      replace(codes, of: page, by: dictionary.ranks)
      ranked[position(of: dictionary)].groups.add(ranksOfRows, page, rows)
    case .strings(let strings):
      plain.grow(to: rows.groupCount)
      strings.bytes.withUnsafeBytes { bytes in
        for row in 0..<strings.count where page.validity.isValid(row) {
          plain.keep(UnsafeRawBufferPointer(rebasing: bytes[strings.range(row)]), Int(rows.groups[row]))
        }
      }
    default: preconditionFailure("strings expected")
    }
  }

  /// Fills `ranksOfRows` with the ranks of codes; null slots may hold any code, and get any rank.
  private func replace(_ codes: [UInt32], of page: ColumnPage, by ranks: [UInt32]) {
    if case .allValid = page.validity {
      for row in codes.indices { ranksOfRows[row] = Int64(ranks[Int(codes[row])]) }
    } else {
      for row in codes.indices where page.validity.isValid(row) { ranksOfRows[row] = Int64(ranks[Int(codes[row])]) }
    }
  }

  /// Takes one string in, of the first group.
  func add(utf8: [UInt8]) {
    plain.grow(to: 1)
    utf8.withUnsafeBytes { plain.keep($0, 0) }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? StringExtremes else { preconditionFailure("accumulators of two kinds") }
    for theirs in other.ranked {
      ranked[position(of: theirs.dictionary)].groups.merge(theirs.groups, groups: groups, groupCount: groupCount)
    }
    plain.grow(to: groupCount)
    other.plain.forEach { plain.keep($1, Int(groups[$0])) }
  }

  /// One string per group, empty for groups without values.
  func extremes(groupCount: Int) -> StringArray {
    plain.grow(to: groupCount)
    for each in ranked {
      var codes = [UInt32](repeating: 0, count: each.dictionary.count)
      for (code, rank) in each.dictionary.ranks.enumerated() { codes[Int(rank)] = UInt32(code) }
      for (group, rank) in each.groups.kept.enumerated() where rank != each.groups.none {
        each.dictionary.entries.withUTF8(Int(codes[Int(rank)])) { plain.keep($0, group) }
      }
    }
    ranked = []
    return plain.strings
  }

  private func position(of dictionary: StringDictionary) -> Int {
    if let known = ranked.firstIndex(where: { $0.dictionary === dictionary }) { return known }
    ranked.append(Ranked(dictionary: dictionary, groups: GroupExtremes(extreme)))
    return ranked.count - 1
  }
}

/// A string or none per group, all in one piece of memory.
struct KeptStrings {
  private let extreme: Extreme
  private var bytes: [UInt8] = []
  /// Where each group's string lies in `bytes`; `start` is -1 where there is none.
  private var places: [(start: Int, count: Int)] = []
  /// Bytes that no place is of any more.
  private var deadByteCount = 0

  init(_ extreme: Extreme) { self.extreme = extreme }

  /// Makes room for `groupCount` groups.
  mutating func grow(to groupCount: Int) { places.grow(to: groupCount, with: (-1, 0)) }

  /// Keeps `text` for `group` if the group has none or a worse one. Amortised O(length of the text).
  mutating func keep(_ text: UnsafeRawBufferPointer, _ group: Int) {
    let place = places[group]
    if place.start >= 0 {
      let order = bytes.withUnsafeBytes {
        bytesOrder(text, UnsafeRawBufferPointer(rebasing: $0[place.start..<place.start + place.count]))
      }
      guard extreme == .minimum ? order < 0 : order > 0 else { return }
      deadByteCount += place.count
    }
    places[group] = (bytes.count, text.count)
    bytes.append(contentsOf: text)
    if deadByteCount > 4_096, deadByteCount > bytes.count / 2 { compact() }
  }

  /// Runs `body` on each string, with its group.
  func forEach(_ body: (Int, UnsafeRawBufferPointer) -> Void) {
    bytes.withUnsafeBytes { bytes in
      for (group, place) in places.enumerated() where place.start >= 0 {
        body(group, UnsafeRawBufferPointer(rebasing: bytes[place.start..<place.start + place.count]))
      }
    }
  }

  /// One string per group, empty where there is none.
  var strings: StringArray {
    var strings = StringArray(reservingStrings: places.count, totalBytes: bytes.count - deadByteCount)
    bytes.withUnsafeBytes { bytes in
      for place in places {
        strings.append(UnsafeRawBufferPointer(rebasing: bytes[max(0, place.start)..<max(0, place.start) + place.count]))
      }
    }
    return strings
  }

  private mutating func compact() {
    var living: [UInt8] = []
    living.reserveCapacity(2 * (bytes.count - deadByteCount))
    for group in places.indices where places[group].start >= 0 {
      let place = places[group]
      places[group].start = living.count
      living += bytes[place.start..<place.start + place.count]
    }
    bytes = living
    deadByteCount = 0
  }
}

/// Negative, 0 or positive, as `a` comes before, with or after `b` in the order of bytes.
func bytesOrder(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
  if let left = a.baseAddress, let right = b.baseAddress {
    let order = memcmp(left, right, min(a.count, b.count))
    if order != 0 { return Int(order) }
  }
  return a.count - b.count
}
