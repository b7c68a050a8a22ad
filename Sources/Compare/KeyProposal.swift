// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// Most columns that are tried as keys, the source's first.
private let triedColumnCount = 12
/// Most columns together.
private let mostColumns = 3

/// Columns that tell all rows apart on both sides, and how they pair the rows: as few as possible; of as many, those that pair the most rows;
/// of these, the first in the source's order.
///
/// Numbers with digits after the point are measured rather than named, and not tried. Throws ``CompareError/noUniqueColumns(file:tried:)``,
/// and what reading throws. Cost: a chunk of both sides for each choice, and all key columns for those that are unique there.
func proposeKeys(
  _ source: any TableSource, _ other: any TableSource, _ pairings: [ColumnPairing], threads: Int
) throws -> (keys: [ColumnPairing], alignment: RowAlignment) {
  let tried = Array(pairings.filter(canBeKey).prefix(triedColumnCount))
  var lone: (keys: [ColumnPairing], alignment: RowAlignment)?
  // What tells all rows apart; with more columns, it cannot pair more rows.
  var unique: [Set<ColumnPairing>] = []
  for size in 1...mostColumns {
    var best: (keys: [ColumnPairing], alignment: RowAlignment)?
    for keys in combinations(tried, size) where !unique.contains(where: { $0.isSubset(of: keys) }) {
      guard try isUniqueInFirstChunk(source, other, keys),
        let alignment = try uniqueAlignment(source, other, keys, threads: threads)
      else { continue }
      unique.append(Set(keys))
      if alignment.pairedCount > best?.alignment.pairedCount ?? -1 { best = (keys, alignment) }
      // No other can pair more.
      if alignment.pairedCount == min(source.rowCount, other.rowCount) { return (keys, alignment) }
    }
    if let best, best.alignment.pairedCount > 0 { return best }
    lone = lone ?? best
  }
  // Keys that pair no row tell at least which rows there are.
  if let lone { return lone }
  throw CompareError.noUniqueColumns(file: source.name, tried: tried.map(\.name))
}

private func canBeKey(_ pairing: ColumnPairing) -> Bool {
  switch pairing.comparedAs {
  case .float64, .printedNumber, .bool: false
  case .decimal, .integer: pairing.scale == 0
  default: true
  }
}

/// Choices of `size` columns, by the positions of their columns.
private func combinations(_ columns: [ColumnPairing], _ size: Int) -> [[ColumnPairing]] {
  if size == 0 { return [[]] }
  return columns.indices.flatMap { first in
    combinations(Array(columns[(first + 1)...]), size - 1).map { [columns[first]] + $0 }
  }
}

/// False if two rows of the first chunk of a side have the same keys.
private func isUniqueInFirstChunk(
  _ source: any TableSource, _ other: any TableSource, _ keys: [ColumnPairing]
) throws -> Bool {
  let forms = keys.map(KeyForm.init)
  for (table, side) in [(source, ComparedSide.source), (other, .compare)] where table.chunkCount > 0 {
    let numbering = KeyNumbering(types: forms.flatMap(\.types))
    var pages: [ColumnPage] = []
    var dictionaries: [StringDictionary?] = []
    for (key, form) in zip(keys, forms) {
      let column = side == .source ? key.sourcePosition : key.comparePosition
      let dictionary = try table.dictionary(column: column)
      let formed = form.pages(
        try table.page(column: column, chunk: 0), type: table.schema.fields[column].type, dictionary: dictionary)
      pages += formed
      dictionaries += formed.map { _ in dictionary }
    }
    var numbers: [UInt32] = []
    numbering.number(pages, dictionaries: dictionaries, into: &numbers)
    if numbering.count < numbers.count { return false }
  }
  return true
}
