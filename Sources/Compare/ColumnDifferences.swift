// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import Synchronization

/// One column's comparison before examples are read.
struct ColumnOutcome {
  /// Per chunk of the source, bits of the rows that differ.
  let differs: [[UInt64]]
  let totals: ColumnTotals

  /// The same bits, without those of chunks in which no row differs.
  var differingChunks: [[UInt64]] { differs.map { words in words.allSatisfy { $0 == 0 } ? [] : words } }
}

/// Holds columns of paired rows against their partners, chunk by chunk of the source on `threads` threads.
///
/// Memory: the other table's column in one piece, and a chunk of the source's per thread.
final class ColumnComparer {
  private let source: any TableSource
  private let other: any TableSource
  private let alignment: RowAlignment
  private let threads: Int
  private let room: ComparisonRoom?
  /// Room for a code of each row of the other table, used again for column after column.
  private lazy var scratch = LargeMemory<UInt32>(alignment.compareRowCount + 1)

  init(
    _ source: any TableSource, _ other: any TableSource, _ alignment: RowAlignment, threads: Int, room: ComparisonRoom?
  ) {
    (self.source, self.other, self.alignment, self.threads) = (source, other, alignment, threads)
    self.room = room
  }

  /// Compares columns and gives what is found of each, in order, to `body`. Throws what reading or `body` throws.
  ///
  /// Where rows line up, a column at a time, equal pages of which are passed over; else as many at a time as fit a record.
  func forEachOutcome(
    _ columns: [ColumnPairing], tolerance: (ColumnPairing) -> Tolerance?,
    _ body: (ColumnPairing, ColumnOutcome) throws -> Void
  ) throws {
    let codes = try columns.map { try ColumnCodes($0, source, other) }
    let isStraight = alignment.isStraight
    var next = 0
    while next < columns.count {
      let together = isStraight ? 1 : RecordComparison.count(of: codes[next...])
      guard together > 1 else {
        let tallies = try tallies(columns[next], codes[next], tolerance(columns[next]))
        try body(columns[next], ColumnOutcome(tallies))
        room?.release()
        next += 1
        continue
      }
      let chosen = (next..<next + together).compactMap { index in codes[index].map { ($0, tolerance(columns[index])) } }
      let records = try RecordComparison(chosen, source, other, alignment, threads: threads)
      let tallies = try foundInChunks(alignment.sourceRows.chunkCount, threads: threads) { [room] chunk in
        let found = try records.tallies(chunk: chunk)
        try room?.hold(found)
        return found
      }
      for column in 0..<together {
        try body(columns[next + column], ColumnOutcome(tallies.map { $0[column] }))
      }
      room?.release()
      next += together
    }
  }

  private func tallies(_ pairing: ColumnPairing, _ codes: ColumnCodes?, _ tolerance: Tolerance?) throws -> [ChunkTally]
  {
    guard let codes, codes.isNarrow else {
      return try ColumnPair(
        pairing: pairing, source: source, other: other, alignment: alignment, tolerance: tolerance, threads: threads,
        room: room
      ).tallies()
    }
    let comparison = try CodeComparison(
      codes, source, other, alignment, tolerance: tolerance, scratch: scratch, threads: threads)
    return try foundInChunks(alignment.sourceRows.chunkCount, threads: threads) { [room] chunk in
      let found = try comparison.tally(chunk: chunk)
      try room?.hold([found])
      return found
    }
  }
}

extension ColumnOutcome {
  init(_ tallies: [ChunkTally]) {
    differs = tallies.map(\.differs)
    totals = ColumnTotals(tallies)
  }
}

/// What `body` finds in each chunk, by chunk.
private func foundInChunks<Found: Sendable>(
  _ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Found
) throws -> [Found] {
  let all = Mutex<[Found?]>(Array(repeating: nil, count: count))
  try forEachChunk(count, threads: threads) { chunk in
    let found = try body(chunk)
    all.withLock { $0[chunk] = found }
  }
  return all.withLock { $0.compactMap { $0 } }
}

private struct ColumnPair: Sendable {
  let pairing: ColumnPairing
  let source: any TableSource
  let other: any TableSource
  let alignment: RowAlignment
  let tolerance: Tolerance?
  let threads: Int
  let room: ComparisonRoom?

  func tallies() throws -> [ChunkTally] {
    let tolerance = tolerance
    switch pairing.comparedAs {
    case .bool, .date, .integer, .decimal:
      if !pairing.isNarrow { return try wideTallies() }
      let (isNumeric, scale) = (pairing.sourceType.isNumeric, pairing.scale)
      return try tallies(convert: { $0.narrowIntegers }) { page, compare, rows, tally in
        tallyIntegers(
          page.narrowIntegers, compare, rows, isNumeric: isNumeric, digits: scale, tolerance: tolerance, into: &tally)
      }
    case .timestamp:
      // A day among timestamps is its midnight.
      let type = pairing.sourceType == .date ? pairing.compareType : pairing.sourceType
      let (sourceType, compareType) = (pairing.sourceType, pairing.compareType)
      return try tallies(convert: { $0.rescaled(from: compareType, to: type).narrowIntegers }) {
        page, compare, rows, tally in
        let values = page.rescaled(from: sourceType, to: type).narrowIntegers
        tallyIntegers(values, compare, rows, isNumeric: false, digits: 0, tolerance: nil, into: &tally)
      }
    case .float64:
      return try tallies(convert: { $0.doubles }) { page, compare, rows, tally in
        tallyDoubles(page.doubles, compare, rows, tolerance: tolerance, into: &tally)
      }
    case .printedNumber: return try printedNumberTallies()
    case .string, .text: return try textTallies()
    }
  }

  private func wideTallies() throws -> [ChunkTally] {
    let scales = (pairing.sourceType.scale, pairing.compareType.scale)
    let tolerance = tolerance
    return try tallies(convert: { $0.wideIntegers }) { page, compare, rows, tally in
      tallyWideIntegers(
        page.wideIntegers, scale: scales.0, compare, scale: scales.1, rows, tolerance: tolerance, into: &tally)
    }
  }

  private func printedNumberTallies() throws -> [ChunkTally] {
    let scale = pairing.scale
    let tolerance = tolerance
    if pairing.sourceType == .float64 {
      return try tallies(convert: { $0.wideIntegers }) { page, compare, rows, tally in
        tallyDoublesAgainstNumbers(page.doubles, compare, scale: scale, rows, tolerance: tolerance, into: &tally)
      }
    }
    return try tallies(convert: { $0.doubles }) { page, compare, rows, tally in
      tallyNumbersAgainstDoubles(page.wideIntegers, scale: scale, compare, rows, tolerance: tolerance, into: &tally)
    }
  }

  private func textTallies() throws -> [ChunkTally] {
    let codes = TextCodes()
    let pairing = pairing
    let sourceDictionary = try source.dictionary(column: pairing.sourcePosition)
    let compareDictionary = try other.dictionary(column: pairing.comparePosition)
    return try tallies(
      convert: { page in
        codes.codes(
          of: textPage(page, type: pairing.compareType, dictionary: compareDictionary), dictionary: compareDictionary)
      },
      body: { page, compare, rows, tally in
        let text = textPage(page, type: pairing.sourceType, dictionary: sourceDictionary)
        tallyNumberedTexts(codes.codes(of: text, dictionary: sourceDictionary), compare, rows, into: &tally)
      })
  }

  /// Reads the other table's column through `convert`, then runs `body` on each page of the source's.
  private func tallies<Element: BitwiseCopyable & Sendable>(
    convert: @escaping @Sendable (ColumnPage) throws -> [Element],
    body: @escaping @Sendable (ColumnPage, UnsafePointer<Element>, PairedRows, inout ChunkTally) throws -> Void
  ) throws -> [ChunkTally] {
    let flat = try FlatColumn(
      other, column: pairing.comparePosition, rows: alignment.otherRows, threads: threads, convert: convert)
    try source.willRead(columns: [pairing.sourcePosition], chunks: Array(0..<alignment.sourceRows.chunkCount))
    return try foundInChunks(alignment.sourceRows.chunkCount, threads: threads) { chunk in
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
      try room?.hold([tally])
      return tally
    }
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
