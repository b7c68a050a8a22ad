// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// The states of complete groups, batch by batch, in ascending order of the keys.
///
/// A group whose lists have more values or bytes than one row is to take goes on in rows of later batches, in which all else is as of no rows.
struct GroupStates {
  private let partial: PartialAggregates
  private let layout: StateLayout
  private let limits: StateLimits
  private let sources: [StateSource]
  private let keys: (pages: [ColumnPage], dictionaries: [StringDictionary?])
  private let order: [UInt32]

  /// Prepares the groups' states; nothing may be added to them afterwards. Throws what sorting lists throws.
  init(_ partial: PartialAggregates, _ layout: StateLayout, threads: Int, _ limits: StateLimits = .standard) throws {
    (self.partial, self.layout, self.limits) = (partial, layout, limits)
    let rowCounts = partial.rowCounts.counts(groupCount: partial.groupCount)
    sources = try layout.fields.map { try partial.source($0, rowCounts, threads: threads) }
    keys = partial.keys()
    if keys.pages.isEmpty {
      // Without keys, there is a group even over no rows. A list that only goes on here has none of its rows.
      let goesOn = sources.contains { if case .lists(let lists) = $0 { lists.count(0) > 0 } else { false } }
      order = rowCounts[0] > 0 || goesOn ? [0] : []
    } else if partial.isInOrder {
      order = Array(0..<UInt32(partial.groupCount))
    } else {
      var order = SortOrder(rowCount: partial.groupCount)
      for (page, dictionary) in zip(keys.pages, keys.dictionaries) { order.append(page, dictionary: dictionary) }
      self.order = order.sortedRows()
    }
  }

  /// Runs `body` on the columns of each batch, strings as plain ones. Throws what `body` throws.
  func forEachBatch(_ body: ([ColumnPage]) throws -> Void) throws {
    let texts = textByteCounts()
    var first = 0
    while first < order.count {
      var end = first
      var (values, bytes) = (0, 0)
      while end < order.count, end - first < limits.groupsPerBatch, values < limits.valuesPerBatch,
        bytes < limits.bytesPerBatch
      {
        let group = Int(order[end])
        for byteCount in texts { bytes += byteCount(group) }
        for case .lists(let lists) in sources {
          let piece = lists.piece(from: lists.starts[group], of: group, limits)
          values += piece.count
          bytes += lists.byteCountInLists(piece)
        }
        end += 1
      }
      try putOut(order[first..<end], body)
      first = end
    }
  }

  /// Of each column of strings, how many bytes a group has in it.
  private func textByteCounts() -> [(Int) -> Int] {
    var counts: [(Int) -> Int] = []
    for (page, dictionary) in zip(keys.pages, keys.dictionaries) {
      switch page.values {
      case .codes, .strings: counts.append { page.textByteCount($0..<$0 + 1, dictionary) }
      case .int64, .int128, .float64: continue
      }
    }
    for case .texts(_, let byteCount) in sources { counts.append(byteCount) }
    return counts
  }

  /// Runs `body` on a row of each of `groups`, then on rows of those that have more, until none has.
  private func putOut(_ groups: ArraySlice<UInt32>, _ body: ([ColumnPage]) throws -> Void) throws {
    var groups = groups
    // Of each list, where in it the groups are.
    var starts = sources.map { source -> [Int] in
      if case .lists(let lists) = source { groups.map { lists.starts[Int($0)] } } else { [] }
    }
    var isFirst = true
    while !groups.isEmpty {
      let pieces = zip(sources, starts).map { source, starts -> [Range<Int>] in
        guard case .lists(let lists) = source else { return [] }
        return zip(groups, starts).map { lists.piece(from: $1, of: Int($0), limits) }
      }
      try body(pages(groups, pieces, isFirst: isFirst))
      isFirst = false
      let rest = groups.enumerated().filter { position, group in
        zip(sources, pieces).contains { source, pieces in
          if case .lists(let lists) = source {
            pieces[position].upperBound < lists.starts[Int(group) + 1]
          } else {
            false
          }
        }
      }
      starts = pieces.map { pieces in pieces.isEmpty ? [] : rest.map { pieces[$0.offset].upperBound } }
      groups = rest.map(\.element)[...]
    }
  }

  /// Columns of a row of each of `groups`, with these pieces of lists.
  private func pages(_ groups: ArraySlice<UInt32>, _ pieces: [[Range<Int>]], isFirst: Bool) -> [ColumnPage] {
    var pages = zip(keys.pages, keys.dictionaries).map { $0.gathering(groups).withPlainStrings($1) }
    for (index, (field, source)) in zip(layout.fields, sources).enumerated() {
      switch source {
      case .flat(let make), .texts(let make, _):
        pages += isFirst ? make(groups) : field.columns.map { $0.ofNoRows(groups.count) }
      case .lists(let lists):
        var row = 0
        pages.append(
          bytesPage(groups) { _, bytes in
            appendList(lists.values, pieces[index][row], lists.dictionary, to: &bytes)
            row += 1
          })
      }
    }
    return pages
  }
}

extension StateColumn {
  /// The states of groups that no row is of.
  fileprivate func ofNoRows(_ rowCount: Int) -> ColumnPage {
    switch form {
    case .bytes:
      ColumnPage(values: .strings(StringArray(offsets: [UInt32](repeating: 0, count: rowCount + 1), bytes: [])))
    case .value(let type):
      ColumnPage(values: ColumnPage(nullRows: rowCount, type: type).values, validity: mayBeNull ? .allNull : .allValid)
    }
  }
}

extension PartialAggregates {
  /// What a field's states are taken from.
  fileprivate func source(_ field: StateField, _ rowCounts: [Int64], threads: Int) throws -> StateSource {
    switch field.subject {
    case .rows: return .flat { groups in [integers(groups.map { rowCounts[Int($0)] })] }
    case .valueCount(let value):
      let counts = valueCounts(value, rowCounts)
      return .flat { groups in [integers(groups.map { counts[Int($0)] })] }
    case .kept(let value, let kind):
      guard let accumulator = columns[value][kind] as? any StateKeeping else {
        preconditionFailure("no states of \(kind)")
      }
      return try accumulator.states(
        StateRequest(
          groupCount: groupCount, counts: valueCounts(value, rowCounts), type: plan.values[value].column.type,
          threads: threads))
    case .pair(let pair):
      guard let accumulator = pairs[pair] as? any PairStateKeeping else { preconditionFailure("no states of pairs") }
      return .flat { [bytesPage($0) { accumulator.appendState($0, to: &$1) }] }
    }
  }

  /// Values of each group that are not null.
  func valueCounts(_ value: Int, _ rowCounts: [Int64]) -> [Int64] {
    zip(rowCounts, columns[value].nulls.counts(groupCount: groupCount)).map { $0 - $1 }
  }
}

private func integers(_ values: [Int64]) -> ColumnPage { ColumnPage(values: .int64(values)) }
