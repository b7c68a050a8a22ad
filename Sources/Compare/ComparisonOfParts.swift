// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Workers

/// A comparison whose rows are looked at part by part: what is found is joined to what ``compare(_:_:_:threads:)`` finds of all at once,
/// to the last bit.
///
/// Rows of equal keys must be in one part, in their order. The caller makes the parts, from ``source`` and ``compare``.
package final class ComparisonOfParts {
  /// The source's rows, to be parted by their keys.
  package let source: KeyedRows
  /// The other table's.
  package let compare: KeyedRows
  private let tables: (source: PartColumns, compare: PartColumns)
  private let originals: (source: any TableSource, compare: any TableSource)
  private let request: CompareRequest
  private let columns: PairedColumns
  /// The same columns where parts have them.
  private let keys: [ColumnPairing]
  private let compared: [ColumnPairing]
  private let rowNumber: ColumnPairing
  /// Texts as they are compared, where that is not as they are.
  private let folded: FoldedTable?

  private var counts = RowCounts()
  private var rows = FoundRows()
  private var totals: [ColumnTotals]
  private var distances: [DistanceLists]
  private var firstPairs: [[RowPair]]
  private var repeats = RepeatsOfParts()

  /// Precondition: keys are named, or rows paired by their positions. A dictionary for both sides of more than `entryLimit` strings or
  /// `byteLimit` bytes is not made: those strings are text. Throws as ``compare(_:_:_:threads:)`` does of a request.
  package init(
    _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, entryLimit: Int, byteLimit: Int
  ) throws {
    precondition(request.rows != .proposedKeys, "keys are found in all rows at once")
    columns = try PairedColumns(source, other, request)
    (originals, self.request) = ((source, other), request)
    let pairings = columns.keys + columns.columns
    keys = columns.keys.enumerated().map { $1.placed(at: $0) }
    compared = columns.columns.enumerated().map { [keys] in $1.placed(at: keys.count + $0) }
    rowNumber = ColumnPairing(
      both: Field(name: "row number", type: .int64), at: pairings.count)
    let unions = try dictionaryUnions(pairings, source, other, entryLimit: entryLimit, byteLimit: byteLimit)
    let left = PartColumns(source, .source, pairings, unions, numberName: rowNumber.name, firstNumber: 0)
    let right = PartColumns(other, .compare, pairings, unions, numberName: rowNumber.name, firstNumber: source.rowCount)
    tables = (left, right)
    folded = request.texts.areExact ? nil : FoldedTable(left, request.texts)
    let forms = keys.map(KeyForm.init)
    let foldedRight: any TableSource = folded.map { FoldedTable(right, like: $0) } ?? right
    self.source = KeyedRows(left, folded: folded ?? left, keys: forms, dictionaries: left.dictionaries)
    compare = KeyedRows(right, folded: foldedRight, keys: forms, dictionaries: right.dictionaries)
    totals = columns.columns.map { _ in ColumnTotals() }
    distances = columns.columns.map { _ in DistanceLists() }
    firstPairs = columns.columns.map { _ in [] }
  }

  /// Rows of a part, to be parted again. Throws nothing.
  package func keyedRows(_ part: any TableSource) -> KeyedRows {
    KeyedRows(part, folded: inCompared(part), keys: keys.map(KeyForm.init), dictionaries: source.dictionaries)
  }

  /// The rows of either side from one row up to another, as a part; for rows that are paired by their positions.
  package func rows(_ range: Range<Int>, of side: ComparedSide) -> any TableSource {
    RowRange(side == .source ? tables.source : tables.compare, range)
  }

  /// Compares two parts. Returns the rows that differ, if they are wanted: as ``DifferingRows``, with one more key: a row's number, counted
  /// from 0, of rows of the other table alone that of the source's rows more. Throws what reading throws.
  package func add(
    _ source: any TableSource, _ other: any TableSource, threads: Int, wantsRows: Bool
  ) throws -> (any TableSource)? {
    try refuseTooManyRows([source, other])
    let (left, right) = (inCompared(source), inCompared(other))
    let numbers = (
      source: RowNumbers(source, column: rowNumber.sourcePosition, less: 0),
      compare: RowNumbers(other, column: rowNumber.sourcePosition, less: originals.source.rowCount)
    )
    guard let alignment = try alignment(left, right, numbers, threads), !repeats.areError else { return nil }
    var comparisons: [ColumnComparison] = []
    var differingByColumn: [[[UInt64]]] = []
    let differences = try findDifferences(
      left, right, alignment, compared, tolerance: tolerance(of:), threads: threads
    ) { column, outcome in
      let index = column.sourcePosition - keys.count
      try note(outcome, column: index, alignment, numbers)
      if wantsRows {
        comparisons.append(ColumnComparison(column, tolerance: nil, outcome.totals, distances: nil, examples: []))
        differingByColumn.append(outcome.differingChunks)
      }
    }
    let found = RowCounts(alignment, differences)
    counts.add(found)
    rows.add(
      try FoundRows(alignment, differences, limit: request.exampleLimit).renumbered(
        source: numbers.source.original, compare: numbers.compare.original), limit: request.exampleLimit)
    guard wantsRows else { return nil }
    var numbered = columns
    numbered.keys = keys + [rowNumber]
    return DifferingRows(
      Comparison(
        source, other, request, numbered, found, repeated: nil, comparisons, sourceOnly: [], compareOnly: [], most: [],
        alignment: alignment, differing: differences.differing, differingByColumn: differingByColumn), source, other,
      sampleSize: nil,
      numbers: DifferingRows.Numbers(column: rowNumber, firstOther: originals.source.rowCount))
  }

  private func inCompared(_ part: any TableSource) -> any TableSource {
    folded.map { FoldedTable(part, like: $0) } ?? part
  }

  private func tolerance(of column: ColumnPairing) -> Tolerance? {
    columns.tolerance(of: columns.columns[column.sourcePosition - keys.count])
  }

  /// nil where keys occur twice and that is an error, which is noted.
  private func alignment(
    _ left: any TableSource, _ right: any TableSource, _ numbers: (source: RowNumbers, compare: RowNumbers),
    _ threads: Int
  ) throws -> RowAlignment? {
    if request.rows == .positions { return alignPositions(left, right) }
    do {
      let alignment = try alignRows(left, right, keys: keys, duplicates: request.duplicates, threads: threads)
      if let repeated = alignment.repeated {
        try repeats.add(
          repeated,
          firstRows: alignment.firstRepeats.map { first in
            RepeatsOfParts.FirstRows(
              source: first.source == noPartner ? nil : try numbers.source.original(Int(first.source)),
              compare: first.compare == noPartner ? nil : try numbers.compare.original(Int(first.compare)))
          })
      }
      return alignment
    } catch CompareError.duplicateKeys(let sides, _) {
      try repeats.add(sides) { side, row in
        try (side == .source ? numbers.source : numbers.compare).original(row)
      }
      return nil
    }
  }

  private func note(
    _ outcome: ColumnOutcome, column: Int, _ alignment: RowAlignment,
    _ numbers: (source: RowNumbers, compare: RowNumbers)
  ) throws {
    totals[column].addCountsAndSums(outcome.totals)
    distances[column].append(outcome.totals.distances)
    let pairs = try alignment.firstPairs(outcome.differs, request.exampleLimit).map { pair in
      RowPair(source: try numbers.source.original(pair.source), compare: try numbers.compare.original(pair.compare))
    }
    let all = (firstPairs[column] + pairs).sorted { $0.source < $1.source }
    firstPairs[column] = Array(all.prefix(request.exampleLimit))
  }

  /// Bytes of the distances that are in memory.
  package var distanceByteCount: Int { distances.reduce(0) { $0 + $1.byteCount } }

  /// Moves all distances out of memory. Throws what `spool` throws.
  package func spillDistances(to spool: any DistanceSpool) throws {
    for column in distances.indices { try distances[column].spill(to: spool, column: column) }
  }

  /// The comparison of all parts. ``DifferingRows`` cannot be made of it. `spool` has the distances moved out of memory, nil if there are none.
  /// Throws ``CompareError/duplicateKeys(_:text:)``, and what reading the tables and `spool` throws.
  package func finish(_ spool: (any DistanceSpool)?) throws -> Comparison {
    if let error = repeats.error { throw error }
    // Once they are read, none can be added.
    if let spool { try spillDistances(to: spool) }
    let comparisons = try columns.columns.enumerated().map { index, column in
      // A reader for each column: it keeps a page of each that it reads.
      let examples = ExampleReader(originals.source, originals.compare, keys: columns.keys)
      return ColumnComparison(
        column, tolerance: columns.tolerance(of: column), totals[index],
        distances: try distances[index].distribution(scale: column.scale, spool, column: index),
        examples: try examples.differences(column, firstPairs[index]))
    }
    let examples = ExampleReader(originals.source, originals.compare, keys: columns.keys)
    return Comparison(
      originals.source, originals.compare, request, columns, counts, repeated: repeats.repeated, comparisons,
      sourceOnly: try examples.sourceOnly(rows.sourceOnly), compareOnly: try examples.compareOnly(rows.compareOnly),
      most: try examples.mostDifferent(rows.most),
      alignment: RowAlignment(compareRows: [], sourceRows: RowLocator(), otherRows: RowLocator()), differing: [],
      differingByColumn: [])
  }
}

/// The numbers that a part's rows have in their table.
private struct RowNumbers {
  private let cells: CellReader
  private let column: Int
  private let first: Int

  /// `first`: the number of the table's first row.
  init(_ part: any TableSource, column: Int, less first: Int) {
    cells = CellReader(part)
    self.column = column
    self.first = first
  }

  /// A row of the part, as its table counts it from 0. Throws what reading throws.
  func original(_ row: Int) throws -> Int {
    guard case .int64(let number) = try cells.value(row: row, column: column) else {
      preconditionFailure("a row of a part has a number")
    }
    return Int(number) - first
  }
}
