// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// All values of a column side by side, group after group: group `g` has those from `starts[g]` to `starts[g + 1]`, in any order.
final class GroupedValues<Stored: StoredNumber> {
  private let values: LargeBuffer<Stored>
  private let starts: [Int]
  private let type: ColumnType
  /// Makes a column of values, or of ranks of strings.
  private let decode: ([Stored]) -> (values: PageValues, dictionary: StringDictionary?)

  init(
    values: LargeBuffer<Stored>, starts: [Int], type: ColumnType,
    decode: @escaping ([Stored]) -> (values: PageValues, dictionary: StringDictionary?)
  ) {
    self.values = values
    self.starts = starts
    self.type = type
    self.decode = decode
  }

  /// The quantile of each group, groups without values apart: their slots mean nothing. O(values), on several threads.
  ///
  /// Of numbers doubles, interpolated and rounded once; of other types one of the values.
  func quantiles(
    _ level: QuantileLevel, threads: Int
  ) throws -> (values: PageValues, dictionary: StringDictionary?) {
    let type = type
    guard type.isNumeric else {
      return decode(
        try eachGroup(threads, empty: 0) { values in
          neighbours(values, rank: level.discretePlace(among: values.count)).lower
        })
    }
    let unit = level.unit
    let doubles = try eachGroup(threads, empty: 0.0) { values in
      let (place, parts) = level.place(among: values.count)
      let (lower, upper) = neighbours(values, rank: place)
      if type == .float64 {
        return interpolated(
          doubleOfOrderedBits(Int64(lower)), doubleOfOrderedBits(Int64(upper)), parts: parts, of: unit)
      }
      return interpolated(lower, upper, parts: parts, of: unit, scale: type.scale)
    }
    return (.float64(doubles), nil)
  }

  /// The `count` greatest or smallest values of each group, best first. O(values + results x log `count`), on several threads.
  func tops(_ extreme: Extreme, _ count: Int, threads: Int) throws -> RaggedValues {
    let chosen: [[Stored]] = try eachGroup(threads, empty: []) { values in
      guard count < values.count else { return inOrder(Array(values), extreme) }
      if extreme == .minimum {
        Stored.select(values, rank: count)
        return inOrder(Array(values[..<count]), extreme)
      }
      Stored.select(values, rank: values.count - count)
      return inOrder(Array(values[(values.count - count)...]), extreme)
    }
    var ends = [0]
    for group in chosen { ends.append(ends[ends.count - 1] + group.count) }
    let decoded = decode(Array(chosen.joined()))
    return RaggedValues(values: decoded.values, dictionary: decoded.dictionary, starts: ends)
  }

  private func eachGroup<Result>(
    _ threads: Int, empty: Result, _ body: (UnsafeMutableBufferPointer<Stored>) -> Result
  ) throws -> [Result] {
    // Threads work on groups of their own.
    nonisolated(unsafe) let values = values.elements
    let starts = starts
    return try withoutActuallyEscaping(body) { body in
      nonisolated(unsafe) let body = body
      return try mapGroups(count: starts.count - 1, weights: starts, threads: threads, empty: empty) { group in
        let own = starts[group]..<starts[group + 1]
        return own.isEmpty ? empty : body(UnsafeMutableBufferPointer(rebasing: values[own]))
      }
    }
  }
}

/// The value of a rank and the next one; see the kernel.
private func neighbours<Stored: StoredNumber>(
  _ values: UnsafeMutableBufferPointer<Stored>, rank: Int
) -> (lower: Stored, upper: Stored) {
  withUnsafeTemporaryAllocation(of: Stored.self, capacity: values.count) { scratch in
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: values.count > 48 ? 2_048 : 1) { counts in
      Stored.neighbours(UnsafeBufferPointer(values), rank: rank, scratch: scratch, counts: counts)
    }
  }
}

private func inOrder<Stored: StoredNumber>(_ values: [Stored], _ extreme: Extreme) -> [Stored] {
  extreme == .minimum ? values.sorted() : values.sorted(by: >)
}
