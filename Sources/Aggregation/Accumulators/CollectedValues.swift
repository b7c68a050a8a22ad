// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// All values of each group, for what needs them side by side: quantiles, and greatest ones of strings. For memory see ``ValueCollection``.
final class CollectedValues: Accumulator {
  // One of the two; see ``TopValues``.
  private var narrow: ValueCollection<Int64>?
  private var wide: ValueCollection<Int128>?

  init(_ type: ColumnType) {
    if type.isWide { wide = ValueCollection(type) } else { narrow = ValueCollection(type) }
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    narrow?.add(page, dictionary, rows)
    wide?.add(page, dictionary, rows)
  }

  /// Moves the other's values here.
  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? CollectedValues else { preconditionFailure("accumulators of two kinds") }
    if let theirs = other.narrow { narrow?.merge(theirs, groups: groups, groupCount: groupCount) }
    if let theirs = other.wide { wide?.merge(theirs, groups: groups, groupCount: groupCount) }
    (other.narrow, other.wide) = (nil, nil)
  }

  /// The quantile of each of `groupCount` groups, see ``GroupedValues``. After the first call nothing can be added.
  func quantiles(
    _ level: QuantileLevel, groupCount: Int, threads: Int
  ) throws -> (values: PageValues, dictionary: StringDictionary?) {
    if let found = try narrow?.quantiles(level, groupCount: groupCount, threads: threads) { return found }
    guard let found = try wide?.quantiles(level, groupCount: groupCount, threads: threads) else {
      preconditionFailure("narrow or wide values")
    }
    return found
  }

  /// The `count` greatest or smallest values of each of `groupCount` groups. After the first call nothing can be added.
  func tops(_ extreme: Extreme, _ count: Int, groupCount: Int, threads: Int) throws -> RaggedValues {
    if let found = try narrow?.tops(extreme, count, groupCount: groupCount, threads: threads) { return found }
    guard let found = try wide?.tops(extreme, count, groupCount: groupCount, threads: threads) else {
      preconditionFailure("narrow or wide values")
    }
    return found
  }
}
