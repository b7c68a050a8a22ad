// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// All values of a column with their groups, to be brought side by side at the end.
///
/// Memory: 8 bytes a value while they are collected and 4 more at the end where the values of a page fit 32 bits (or are strings); else 12 and
/// 8, and of wide decimals 20 and 16.
struct ValueCollection<Number: PlainNumber> {
  /// Values as they are kept.
  private enum Values {
    case narrow([Int32])
    case full([Number])
  }

  /// Segments of one worker; no groups where all are group 0.
  private struct Part {
    var segments: [(groups: [UInt32], values: Values)] = []
    var groupCount = 0
    /// What its groups are here; nil: the same.
    var groups: [UInt32]?
  }

  private enum Grouped {
    case narrow(GroupedValues<Int32>)
    case full(GroupedValues<Number>)
  }

  private let images: ValueImages<Number>
  private var parts = [Part()]
  private var grouped: Grouped?

  init(_ type: ColumnType) { images = ValueImages(type) }

  mutating func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    var numbers = images.numbers(of: page, dictionary)
    var groups = rows.isSingleGroup ? [] : Array(rows.groups)
    if case .bits(let words) = page.validity {
      let valid = validRows(words)
      numbers = valid.map { numbers[$0] }
      if !rows.isSingleGroup { groups = valid.map { groups[$0] } }
    }
    parts[0].segments.append((groups, Number.narrowed(numbers).map { .narrow($0) } ?? .full(numbers)))
    parts[0].groupCount = rows.groupCount
  }

  mutating func merge(_ other: ValueCollection, groups: [UInt32], groupCount: Int) {
    let renumbered = images.numbers(ofAll: other.images)
    for var part in other.parts {
      // Composed with what the groups were there.
      part.groups = (0..<part.groupCount).map { groups[Int(part.groups?[$0] ?? UInt32($0))] }
      if let renumbered { part.segments = part.segments.map { ($0.groups, mapped($0.values, renumbered)) } }
      parts.append(part)
    }
  }

  /// The quantile of each group, see ``GroupedValues``. Afterwards nothing can be added.
  mutating func quantiles(
    _ level: QuantileLevel, groupCount: Int, threads: Int
  ) throws -> (values: PageValues, dictionary: StringDictionary?) {
    switch try group(groupCount, threads) {
    case .narrow(let all): try all.quantiles(level, threads: threads)
    case .full(let all): try all.quantiles(level, threads: threads)
    }
  }

  /// The greatest or smallest values of each group, see ``GroupedValues``. Afterwards nothing can be added.
  mutating func tops(_ extreme: Extreme, _ count: Int, groupCount: Int, threads: Int) throws -> RaggedValues {
    switch try group(groupCount, threads) {
    case .narrow(let all): try all.tops(extreme, count, threads: threads)
    case .full(let all): try all.tops(extreme, count, threads: threads)
    }
  }

  /// Brings the values side by side, once; strings as their ranks.
  private mutating func group(_ groupCount: Int, _ threads: Int) throws -> Grouped {
    if let grouped { return grouped }
    let decoder = images.decoder()
    if let ranks = decoder.ranks {
      for part in parts.indices {
        parts[part].segments = parts[part].segments.map { ($0.groups, mapped($0.values, ranks)) }
      }
    }
    let made: Grouped
    if let narrow = narrowParts() {
      parts = []
      let sorted = try sideBySide(narrow, groupCount: groupCount, threads: threads)
      made = .narrow(
        GroupedValues(values: sorted.values, starts: sorted.starts, type: images.type) {
          decoder.values(unranking: $0.map { Number($0) })
        })
    } else {
      let full = fullParts()
      parts = []
      let sorted = try sideBySide(full, groupCount: groupCount, threads: threads)
      made = .full(
        GroupedValues(values: sorted.values, starts: sorted.starts, type: images.type) {
          decoder.values(unranking: $0)
        })
    }
    grouped = made
    return made
  }

  private func mapped(_ values: Values, _ numbers: [Number]) -> Values {
    let all: [Number] =
      switch values {
      case .narrow(let narrow): narrow.map { numbers[Int($0)] }
      case .full(let full): full.map { numbers[Int($0)] }
      }
    return Number.narrowed(all).map { .narrow($0) } ?? .full(all)
  }

  /// nil if a segment is not narrow.
  private func narrowParts() -> [CollectedPart<Int32>]? {
    var found: [CollectedPart<Int32>] = []
    for part in parts {
      var own = CollectedPart<Int32>(segments: [], groupCount: part.groupCount, groups: part.groups)
      for segment in part.segments {
        guard case .narrow(let values) = segment.values else { return nil }
        own.segments.append((segment.groups, values))
      }
      found.append(own)
    }
    return found
  }

  private func fullParts() -> [CollectedPart<Number>] {
    parts.map { part in
      let segments = part.segments.map { segment -> (groups: [UInt32], values: [Number]) in
        switch segment.values {
        case .narrow(let values): (segment.groups, values.map { Number($0) })
        case .full(let values): (segment.groups, values)
        }
      }
      return CollectedPart(segments: segments, groupCount: part.groupCount, groups: part.groups)
    }
  }
}

/// Rows whose bit is 1, in order.
private func validRows(_ words: [UInt64]) -> [Int] {
  var rows: [Int] = []
  for (index, word) in words.enumerated() {
    var rest = word
    while rest != 0 {
      rows.append(index * 64 + rest.trailingZeroBitCount)
      rest &= rest - 1
    }
  }
  return rows
}
