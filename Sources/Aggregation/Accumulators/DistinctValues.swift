// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// The different values of each group: pairs of group and value, numbered as keys are. Memory: different pairs, not rows.
final class DistinctValues: Accumulator {
  private let pairs: KeyNumbering
  private var numbers: [UInt32] = []

  init(_ type: ColumnType) { pairs = KeyNumbering(types: [.int64, type]) }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    add(rows.groups.map { Int64($0) }, page, dictionary)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? DistinctValues else { preconditionFailure("accumulators of two kinds") }
    guard other.pairs.count > 0 else { return }
    let theirs = other.pairs.keys()
    add(theirGroups(theirs.pages[0]).map { Int64(groups[Int($0)]) }, theirs.pages[1], theirs.dictionaries[1])
  }

  /// Number of different values that are not null, per group.
  func counts(groupCount: Int) -> [Int64] {
    var counts = [Int64](repeating: 0, count: groupCount)
    guard pairs.count > 0 else { return counts }
    let keys = pairs.keys()
    let validity = keys.pages[1].validity
    for (pair, group) in theirGroups(keys.pages[0]).enumerated() where validity.isValid(pair) {
      counts[Int(group)] += 1
    }
    return counts
  }

  private func add(_ groups: [Int64], _ page: ColumnPage, _ dictionary: StringDictionary?) {
    pairs.number([ColumnPage(values: .int64(groups)), page], dictionaries: [nil, dictionary], into: &numbers)
  }

  private func theirGroups(_ page: ColumnPage) -> [Int64] {
    guard case .int64(let groups) = page.values else { preconditionFailure("groups are integers") }
    return groups
  }
}
