// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Workers

/// A comparison whose rows are looked at part by part: what is found is joined to what ``compare(_:_:_:threads:)`` finds of all at once,
/// to the last bit.
///
/// Rows of equal keys must be in one part, in their order. The caller makes the parts, from ``source`` and ``compare``. What was found of parts in
/// another process comes as ``PartialRecord``s.
package final class ComparisonOfParts {
  /// The source's rows, to be parted by their keys.
  package let source: KeyedRows
  /// The other table's.
  package let compare: KeyedRows
  private let tables: (source: PartColumns, compare: PartColumns)
  let originals: (source: any TableSource, compare: any TableSource)
  let request: CompareRequest
  let columns: PairedColumns
  /// The same columns where parts have them.
  private let keys: [ColumnPairing]
  private let compared: [ColumnPairing]
  private let rowNumber: ColumnPairing
  /// The columns of parts, but for the rows' numbers, which come last: keys, then compared columns, with their places in the tables.
  package var pairings: [ColumnPairing] { columns.keys + columns.columns }
  /// How many of these are keys.
  package var keyCount: Int { keys.count }
  /// Texts as they are compared, where that is not as they are.
  private let foldedSource: FoldedTable?

  // What was found so far; touched in this module alone.
  var counts = RowCounts()
  var rows = FoundRows()
  var totals: [ColumnTotals]
  var distances: [DistanceLists]
  var firstPairs: [[RowPair]]
  var repeats = RepeatsOfParts()

  /// Precondition: keys are named, or rows paired by their positions. A dictionary for both sides of more than `entryLimit` strings or
  /// `byteLimit` bytes is not made: those strings are text; none is read where `entryLimit` is 0. Throws as ``compare(_:_:_:threads:)`` does of a request.
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
    let unions =
      entryLimit == 0
      ? pairings.map { _ in nil }
      : try dictionaryUnions(pairings, source, other, entryLimit: entryLimit, byteLimit: byteLimit)
    let left = PartColumns(source, .source, pairings, unions, numberName: rowNumber.name, firstNumber: 0)
    let right = PartColumns(other, .compare, pairings, unions, numberName: rowNumber.name, firstNumber: source.rowCount)
    tables = (left, right)
    foldedSource = request.texts.areExact ? nil : FoldedTable(left, request.texts)
    let foldedRight: any TableSource = foldedSource.map { FoldedTable(right, like: $0) } ?? right
    let hashed = (
      Self.hashed(keys, rowNumber, firstNumber: 0), Self.hashed(keys, rowNumber, firstNumber: source.rowCount)
    )
    self.source = KeyedRows(left, folded: foldedSource ?? left, hashed: hashed.0, dictionaries: left.dictionaries)
    compare = KeyedRows(right, folded: foldedRight, hashed: hashed.1, dictionaries: right.dictionaries)
    totals = columns.columns.map { _ in ColumnTotals() }
    distances = columns.columns.map { _ in DistanceLists() }
    firstPairs = columns.columns.map { _ in [] }
  }

  /// What tells the part of a row: its key, or its number where rows are paired by their positions.
  private static func hashed(
    _ keys: [ColumnPairing], _ rowNumber: ColumnPairing, firstNumber: Int
  ) -> KeyedRows.Hashed {
    keys.isEmpty
      ? .number(column: rowNumber.sourcePosition, first: firstNumber) : .keys(keys.map(KeyForm.init))
  }

  /// Rows of a part of a side, to be parted again. Throws nothing.
  package func keyedRows(_ part: any TableSource, of side: ComparedSide) -> KeyedRows {
    let firstNumber = side == .source ? 0 : originals.source.rowCount
    return KeyedRows(
      part, folded: inCompared(part), hashed: Self.hashed(keys, rowNumber, firstNumber: firstNumber),
      dictionaries: source.dictionaries)
  }

  /// A chunk's rows of a side, all columns of a part, and the part of each. Parts are the same in any process if no dictionaries were united. Throws what
  /// reading throws. Each page is read once.
  package func numberedRows(
    of side: ComparedSide, chunk: Int, partCount: Int
  ) throws -> (parts: [Int64], rows: RowsToGather) {
    let columns = side == .source ? tables.source : tables.compare
    let rows = try columns.rowsToGather(chunk: chunk)
    // Of the other columns nothing is looked at for the part.
    let hashed = columns.schema.fields.indices.map {
      $0 < keyCount || $0 == pairings.count ? rows.page($0) : rows.pages[$0]
    }
    let table = Table(name: columns.name, schema: columns.schema, chunks: [hashed], dictionaries: columns.dictionaries)
    return (try keyedRows(table, of: side).partNumbers(ofChunk: 0, partCount: partCount), rows)
  }

  /// Columns of the rows that differ, as ``add(_:_:threads:wantsRows:)`` gives them.
  package var differingRowSchema: Schema {
    DifferingRowLayout(keys: keys + [rowNumber], columns: compared).schema
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
    foldedSource.map { FoldedTable(part, like: $0) } ?? part
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

  /// The key of a row of one of the tables, as it is compared. Throws what reading throws.
  private func comparedKey(_ side: ComparedSide, _ row: Int) throws -> [Value] {
    let cells = CellReader(side == .source ? originals.source : originals.compare)
    return try columns.keys.map { key in
      let value = try cells.value(row: row, column: side == .source ? key.sourcePosition : key.comparePosition)
      return folded(value, request.texts)
    }
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
    if let error = try repeats.error(key: comparedKey) { throw error }
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
      originals.source, originals.compare, request, columns, counts, repeated: try repeats.repeated(key: comparedKey),
      comparisons,
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
