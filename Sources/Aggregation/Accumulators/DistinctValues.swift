// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Kernels

/// The different values of each group: bits as long as groups and range are few, then pairs of group and value, numbered as keys are.
///
/// Memory: a bit for each value of the range and group, up to 16 MiB; else proportional to the different pairs, not to rows.
final class DistinctValues: Accumulator {
  private let type: ColumnType
  /// Doubles as integers of the same order (NaN one, -0.0 as 0.0), strings as numbers; unused for wide decimals.
  private let images: ValueImages<Int64>
  /// nil once the range was too wide for it.
  private var bits: DistinctBits?
  private lazy var pairs = KeyNumbering(types: [.int64, type.isWide ? type : .int64])
  private var hasPairs = false
  private var numbers: [UInt32] = []

  /// Bits that stay in caches for the most part.
  static let cachedByteCount = 16 << 20

  /// `mostBytesOfBits`: where accumulators follow each other, less is to be cleared for each.
  init(_ type: ColumnType, mostBytesOfBits: Int = cachedByteCount) {
    self.type = type
    images = ValueImages(type)
    bits = type.isWide ? nil : DistinctBits(mostBytes: mostBytesOfBits)
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    if type.isWide { return addPairs(rows.groups.map { Int64($0) }, page) }
    let values = images.numbers(of: page, dictionary)
    if bits != nil {
      let isDone = values.withUnsafeBufferPointer { values in
        withValidityBits(page) { validity in
          guard let range = validRange(values, validity: validity) else { return true }
          guard bits?.reserve(range, groupCount: rows.groupCount) == true else { return false }
          bits?.insert(values, groups: rows.groups, validity: validity)
          return true
        }
      }
      if isDone { return }
      giveUpBits()
    }
    addPairs(rows.groups.map { Int64($0) }, ColumnPage(values: .int64(values), validity: page.validity))
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? DistinctValues else { preconditionFailure("accumulators of two kinds") }
    let renumbered = images.numbers(ofAll: other.images)
    if let theirs = other.bits {
      if renumbered == nil, bits?.merge(theirs, groups: groups, groupCount: groupCount) == true { return }
      theirs.forEachPiece { addMapped($0, $1, groups, renumbered, groupCount: groupCount) }
    }
    guard other.hasPairs else { return }
    giveUpBits()
    let keys = other.pairs.keys()
    let targets = integers(keys.pages[0]).map { Int64(groups[Int($0)]) }
    guard let renumbered else { return addPairs(targets, keys.pages[1]) }
    let mapped = integers(keys.pages[1]).enumerated().map {
      keys.pages[1].validity.isValid($0) ? renumbered[Int($1)] : 0
    }
    addPairs(targets, ColumnPage(values: .int64(mapped), validity: keys.pages[1].validity))
  }

  /// Number of different values that are not null, per group.
  func counts(groupCount: Int) -> [Int64] {
    var counts = bits?.counts() ?? []
    counts.grow(to: groupCount, with: 0)
    guard hasPairs else { return counts }
    let keys = pairs.keys()
    let validity = keys.pages[1].validity
    for (pair, group) in integers(keys.pages[0]).enumerated() where validity.isValid(pair) { counts[Int(group)] += 1 }
    return counts
  }

  /// The different values of each group in ascending order. O(values x log of a group's).
  func lists(groupCount: Int) -> RaggedValues {
    var groups: [Int] = []
    var starts = [Int](repeating: 0, count: groupCount + 1)
    if type.isWide {
      guard hasPairs else { return RaggedValues(values: .int128([]), dictionary: nil, starts: starts) }
      let keys = pairs.keys()
      guard case .int128(let values) = keys.pages[1].values else { preconditionFailure("wide integers expected") }
      let valid = values.indices.filter { keys.pages[1].validity.isValid($0) }
      let all = integers(keys.pages[0])
      let sorted = inGroups(valid.map { Int(all[$0]) }, valid.map { values[$0] }, &starts)
      return RaggedValues(values: .int128(sorted), dictionary: nil, starts: starts)
    }
    var numbers: [Int64] = []
    bits?.forEachPiece { piece, values in
      groups += piece.map { Int($0) }
      numbers += values
    }
    if hasPairs {
      let keys = pairs.keys()
      let (ofPairs, values) = (integers(keys.pages[0]), integers(keys.pages[1]))
      for pair in values.indices where keys.pages[1].validity.isValid(pair) {
        groups.append(Int(ofPairs[pair]))
        numbers.append(values[pair])
      }
    }
    let decoder = images.decoder()
    if let ranks = decoder.ranks { numbers = numbers.map { ranks[Int($0)] } }
    let decoded = decoder.values(unranking: inGroups(groups, numbers, &starts))
    return RaggedValues(values: decoded.values, dictionary: decoded.dictionary, starts: starts)
  }

  /// Takes in values of another's groups.
  private func addMapped(
    _ groups: [Int64], _ values: [Int64], _ targets: [UInt32], _ renumbered: [Int64]?, groupCount: Int
  ) {
    let mapped = renumbered.map { renumbered in values.map { renumbered[Int($0)] } } ?? values
    let own = groups.map { targets[Int($0)] }
    let isDone = mapped.withUnsafeBufferPointer { values in
      own.withUnsafeBufferPointer { groups in
        guard let range = validRange(values, validity: nil) else { return true }
        guard bits?.reserve(range, groupCount: groupCount) == true else { return false }
        bits?.insert(values, groups: groups, validity: nil)
        return true
      }
    }
    if isDone { return }
    giveUpBits()
    addPairs(own.map { Int64($0) }, ColumnPage(values: .int64(mapped)))
  }

  /// Goes over to pairs.
  private func giveUpBits() {
    guard let given = bits else { return }
    bits = nil
    given.forEachPiece { addPairs($0, ColumnPage(values: .int64($1))) }
  }

  private func addPairs(_ groups: [Int64], _ page: ColumnPage) {
    hasPairs = true
    pairs.number([ColumnPage(values: .int64(groups)), page], dictionaries: [nil, nil], into: &numbers)
  }

  private func integers(_ page: ColumnPage) -> [Int64] {
    guard case .int64(let values) = page.values else { preconditionFailure("integers expected") }
    return values
  }
}

/// The values of each group in ascending order, group after group; group `g`'s begin at `starts[g]`.
private func inGroups<Number: Comparable & BitwiseCopyable>(
  _ groups: [Int], _ values: [Number], _ starts: inout [Int]
) -> [Number] {
  for group in groups { starts[group + 1] += 1 }
  for group in 1..<max(1, starts.count) { starts[group] += starts[group - 1] }
  var next = starts
  var sorted = values
  for (index, group) in groups.enumerated() {
    sorted[next[group]] = values[index]
    next[group] += 1
  }
  for group in 0..<starts.count - 1 { sorted[starts[group]..<starts[group + 1]].sort() }
  return sorted
}
