// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import Synchronization

/// One column's comparison before examples are read.
struct ColumnOutcome {
  let tallies: [ChunkTally]
  let sums: ComparedSums?
  let distances: DistanceDistribution?

  func total(_ count: KeyPath<ChunkTally, Int>) -> Int { tallies.reduce(0) { $0 + $1[keyPath: count] } }
}

/// Holds one column of paired rows against its partner, chunk by chunk of the source on `threads` threads.
///
/// Memory: the other table's column in one piece, and a chunk of the source's per thread.
func compareColumn(
  _ pairing: ColumnPairing, _ source: any TableSource, _ other: any TableSource, _ alignment: RowAlignment, threads: Int
) throws -> ColumnOutcome {
  let columns = ColumnPair(pairing: pairing, source: source, other: other, alignment: alignment, threads: threads)
  let tallies = try columns.tallies()
  var distances = Distances()
  for tally in tallies { distances.append(tally.distances) }
  return ColumnOutcome(
    tallies: tallies, sums: sums(of: tallies, pairing), distances: distances.distribution(scale: pairing.scale))
}

private struct ColumnPair: Sendable {
  let pairing: ColumnPairing
  let source: any TableSource
  let other: any TableSource
  let alignment: RowAlignment
  let threads: Int

  func tallies() throws -> [ChunkTally] {
    switch pairing.comparedAs {
    case .bool, .date, .integer, .decimal:
      if !pairing.isNarrow { return try wideTallies() }
      let isNumeric = pairing.sourceType.isNumeric
      return try tallies(zero: 0, convert: { $0.narrowIntegers }) { page, compare, rows, tally in
        tallyIntegers(page.narrowIntegers, compare, rows, isNumeric: isNumeric, into: &tally)
      }
    case .timestamp:
      // A day among timestamps is its midnight.
      let type = pairing.sourceType == .date ? pairing.compareType : pairing.sourceType
      let (sourceType, compareType) = (pairing.sourceType, pairing.compareType)
      return try tallies(zero: 0, convert: { $0.rescaled(from: compareType, to: type).narrowIntegers }) {
        page, compare, rows, tally in
        let values = page.rescaled(from: sourceType, to: type).narrowIntegers
        tallyIntegers(values, compare, rows, isNumeric: false, into: &tally)
      }
    case .float64:
      return try tallies(zero: 0, convert: { $0.doubles }) { page, compare, rows, tally in
        tallyDoubles(page.doubles, compare, rows, into: &tally)
      }
    case .printedNumber: return try printedNumberTallies()
    case .string, .text: return try textTallies()
    }
  }

  private func wideTallies() throws -> [ChunkTally] {
    let sourceFactor = powerOfTen(pairing.scale - pairing.sourceType.scale)
    let compareFactor = powerOfTen(pairing.scale - pairing.compareType.scale)
    return try tallies(zero: 0, convert: { $0.wideIntegers }) { page, compare, rows, tally in
      tallyWideIntegers(
        page.wideIntegers, factor: sourceFactor, compare, factor: compareFactor, rows, into: &tally)
    }
  }

  private func printedNumberTallies() throws -> [ChunkTally] {
    let scale = pairing.scale
    if pairing.sourceType == .float64 {
      return try tallies(zero: 0, convert: { $0.wideIntegers }) { page, compare, rows, tally in
        tallyDoublesAgainstNumbers(page.doubles, compare, scale: scale, rows, into: &tally)
      }
    }
    return try tallies(zero: 0, convert: { $0.doubles }) { page, compare, rows, tally in
      tallyNumbersAgainstDoubles(page.wideIntegers, scale: scale, compare, rows, into: &tally)
    }
  }

  private func textTallies() throws -> [ChunkTally] {
    let codes = TextCodes()
    let pairing = pairing
    let sourceDictionary = try source.dictionary(column: pairing.sourcePosition)
    let compareDictionary = try other.dictionary(column: pairing.comparePosition)
    return try tallies(
      zero: 0,
      convert: { page in
        codes.codes(
          of: textPage(page, type: pairing.compareType, dictionary: compareDictionary), dictionary: compareDictionary)
      },
      body: { page, compare, rows, tally in
        let text = textPage(page, type: pairing.sourceType, dictionary: sourceDictionary)
        tallyCodes(codes.codes(of: text, dictionary: sourceDictionary), compare, rows, into: &tally)
      })
  }

  /// Reads the other table's column through `convert`, then runs `body` on each page of the source's.
  private func tallies<Element: BitwiseCopyable & Sendable>(
    zero: Element, convert: @escaping @Sendable (ColumnPage) throws -> [Element],
    body: @escaping @Sendable (ColumnPage, UnsafePointer<Element>, PairedRows, inout ChunkTally) throws -> Void
  ) throws -> [ChunkTally] {
    let flat = try FlatColumn(
      other, column: pairing.comparePosition, rows: alignment.otherRows, threads: threads, zero: zero, convert: convert)
    let chunkCount = alignment.sourceRows.chunkCount
    let tallies = Mutex<[ChunkTally?]>(Array(repeating: nil, count: chunkCount))
    try forEachChunk(chunkCount, threads: threads) { chunk in
      let page = try source.page(column: pairing.sourcePosition, chunk: chunk)
      let range = alignment.sourceRows.rows(ofChunk: chunk)
      precondition(page.rowCount == range.count, "a page has other rows than its chunk")
      var tally = ChunkTally(rowCount: range.count)
      try alignment.compareRows.withUnsafeBufferPointer { partners in
        let rows = PairedRows(
          partners: UnsafeBufferPointer(rebasing: partners[range]), limit: UInt32(alignment.compareRowCount),
          validity: page.validity, partnerIsValid: UnsafePointer(flat.isValid))
        try body(page, UnsafePointer(flat.values), rows, &tally)
      }
      tallies.withLock { $0[chunk] = tally }
    }
    return tallies.withLock { $0.compactMap { $0 } }
  }
}

extension ColumnPage {
  fileprivate var narrowIntegers: [Int64] {
    guard case .int64(let values) = values else { preconditionFailure("a 64-bit column holds other values") }
    return values
  }

  fileprivate var doubles: [Double] {
    guard case .float64(let values) = values else { preconditionFailure("a float64 column holds other values") }
    return values
  }
}

private func sums(of tallies: [ChunkTally], _ pairing: ColumnPairing) -> ComparedSums? {
  guard pairing.sourceType.isNumeric, pairing.compareType.isNumeric else { return nil }
  let source = sideSum(tallies, pairing.sourceType, \.sourceSum, \.sourceFloats)
  let compare = sideSum(tallies, pairing.compareType, \.compareSum, \.compareFloats)
  return ComparedSums(source: source, compare: compare, difference: sumDifference(source, compare, tallies, pairing))
}

private func sideSum(
  _ tallies: [ChunkTally], _ type: ColumnType, _ sum: KeyPath<ChunkTally, CheckedSum>,
  _ floats: KeyPath<ChunkTally, CountedFloatSum>
) -> Value {
  if type == .float64 {
    var total = CountedFloatSum()
    for tally in tallies { total.add(tally[keyPath: floats]) }
    return total.count == 0 ? .null : .float64(total.sum.rounded)
  }
  var total = CheckedSum()
  for tally in tallies { total.add(tally[keyPath: sum]) }
  return total.value(scale: type.scale)
}

private func sumDifference(
  _ source: Value, _ compare: Value, _ tallies: [ChunkTally], _ pairing: ColumnPairing
) -> Value {
  switch (source, compare) {
  case (.decimal(let a, let aScale), .decimal(let b, let bScale)):
    let scale = pairing.scale
    let (left, leftOverflowed) = a.multipliedReportingOverflow(by: powerOfTen(scale - aScale))
    let (right, rightOverflowed) = b.multipliedReportingOverflow(by: powerOfTen(scale - bScale))
    let (difference, overflowed) = right.subtractingReportingOverflow(left)
    return leftOverflowed || rightOverflowed || overflowed ? .null : .decimal(unscaled: difference, scale: scale)
  case (.float64, .float64):
    var difference = ExactFloatSum()
    for tally in tallies { difference.add(tally.floatDifference) }
    return .float64(difference.rounded)
  case (.decimal(let a, let scale), .float64(let b)):
    return .float64(b - nearestQuotient(a, dividedBy: 1, scale: scale))
  case (.float64(let a), .decimal(let b, let scale)):
    return .float64(nearestQuotient(b, dividedBy: 1, scale: scale) - a)
  default: return .null
  }
}
