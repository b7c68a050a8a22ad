// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import Workers

/// All values of a column with their groups, to be brought side by side at the end. Memory: 12 bytes a value (20 for wide
/// decimals) while they are collected, and 8 (16) more at the end.
struct ValueCollection<Number: PlainNumber> {
  /// Values of a page and their groups; no groups where all are group 0.
  private struct Segment {
    var groups: [UInt32]
    var values: [Number]
  }

  /// Segments of one worker.
  private struct Part {
    var segments: [Segment] = []
    var groupCount = 0
    /// What its groups are here; nil: the same.
    var groups: [UInt32]?
  }

  private let images: ValueImages<Number>
  private var parts = [Part()]
  private var grouped: GroupedValues<Number>?

  init(_ type: ColumnType) { images = ValueImages(type) }

  mutating func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    let numbers = images.numbers(of: page, dictionary)
    var segment = Segment(groups: rows.isSingleGroup ? [] : Array(rows.groups), values: numbers)
    if case .bits = page.validity {
      let valid = numbers.indices.filter { page.validity.isValid($0) }
      segment.values = valid.map { numbers[$0] }
      if !rows.isSingleGroup { segment.groups = valid.map { rows.groups[$0] } }
    }
    parts[0].segments.append(segment)
    parts[0].groupCount = rows.groupCount
  }

  mutating func merge(_ other: ValueCollection, groups: [UInt32], groupCount: Int) {
    let renumbered = images.numbers(ofAll: other.images)
    for var part in other.parts {
      // Composed with what the groups were there.
      part.groups = (0..<part.groupCount).map { groups[Int(part.groups?[$0] ?? UInt32($0))] }
      if let renumbered {
        for index in part.segments.indices {
          part.segments[index].values = part.segments[index].values.map { renumbered[Int($0)] }
        }
      }
      parts.append(part)
    }
  }

  /// The values side by side, group after group; strings as their ranks. Afterwards nothing can be added. On several threads, one per
  /// worker that collected; O(values + workers x groups).
  mutating func grouped(groupCount: Int, threads: Int) throws -> GroupedValues<Number> {
    if let grouped { return grouped }
    let decoder = images.decoder()
    let ranks = decoder.dictionary.map { dictionary in decoder.codes.map { Number(dictionary.ranks[Int($0)]) } }
    let values = try scattered(groupCount: groupCount, threads: threads, ranks: ranks)
    parts = []
    let result = GroupedValues(values: values.values, starts: values.starts, decoder: decoder)
    grouped = result
    return result
  }

  private func scattered(
    groupCount: Int, threads: Int, ranks: [Number]?
  ) throws -> (values: [Number], starts: [Int]) {
    let parts = parts
    // Where the next value of each part's own groups goes: counts first, then places.
    nonisolated(unsafe) var ends = parts.map { [Int](repeating: 0, count: max(1, $0.groupCount)) }
    let workers = max(1, min(threads, parts.count))
    func eachPart(_ body: @escaping @Sendable (Int) -> Void) throws {
      let counter = WorkCounter(limit: parts.count)
      try runWorkers(workers) { _, _ in while let part = counter.next() { body(part) } }
    }
    let segments = parts.map(\.segments)
    try ends.withUnsafeMutableBufferPointer { ends in
      nonisolated(unsafe) let ends = ends
      try eachPart { Self.countValues(segments[$0], into: &ends[$0]) }
    }
    var starts = [Int](repeating: 0, count: groupCount + 1)
    for (part, counts) in zip(parts, ends) {
      for (group, count) in counts.enumerated() where count > 0 {
        starts[Int(part.groups?[group] ?? UInt32(group)) + 1] += count
      }
    }
    for group in 0..<groupCount { starts[group + 1] += starts[group] }
    var next = Array(starts.dropLast())
    for part in parts.indices {
      for (group, count) in ends[part].enumerated() where count > 0 {
        let target = Int(parts[part].groups?[group] ?? UInt32(group))
        ends[part][group] = next[target]
        next[target] += count
      }
    }
    let values = try [Number](unsafeUninitializedCapacity: starts[groupCount]) { values, count in
      nonisolated(unsafe) let values = values
      try ends.withUnsafeMutableBufferPointer { ends in
        nonisolated(unsafe) let ends = ends
        try eachPart { Self.scatterValues(segments[$0], ranks, &ends[$0], into: values) }
      }
      count = starts[groupCount]
    }
    return (values, starts)
  }

  private static func countValues(_ segments: [Segment], into counts: inout [Int]) {
    counts.withUnsafeMutableBufferPointer { counts in
      for segment in segments {
        if segment.groups.isEmpty { counts[0] += segment.values.count }
        for group in segment.groups { counts[Int(group)] &+= 1 }
      }
    }
  }

  private static func scatterValues(
    _ segments: [Segment], _ ranks: [Number]?, _ ends: inout [Int], into values: UnsafeMutableBufferPointer<Number>
  ) {
    for segment in segments {
      let numbers = ranks.map { ranks in segment.values.map { ranks[Int($0)] } } ?? segment.values
      let groups = segment.groups.isEmpty ? [UInt32](repeating: 0, count: numbers.count) : segment.groups
      ends.withUnsafeMutableBufferPointer { ends in
        numbers.withUnsafeBufferPointer { numbers in
          groups.withUnsafeBufferPointer { Number.scatter(numbers, groups: $0, ends: ends, into: values) }
        }
      }
    }
  }
}
