// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How the keys of a row become one integer: the codes of all key columns as digits, the last one's changing fastest.
///
/// A column whose codes are few but far apart gets its digits from the set of those that occur.
struct PackedKeys: Sendable {
  private struct Digit: Sendable {
    let codes: ColumnCodes
    /// The codes that occur on either side, where their ranks are the digits.
    var known: RankedBits?
    /// All digits are below this.
    var count: UInt128
  }

  private var digits: [Digit]
  /// The key columns, in the order of their digits.
  var pairings: [ColumnPairing] { digits.map(\.codes.pairing) }

  /// Number of keys that there may be, at least 1; nil beyond 2^63.
  var keyLimit: UInt64? {
    var product: UInt128 = 1
    for digit in digits {
      product *= max(1, digit.count)
      if product > 1 << 63 { return nil }
    }
    return UInt64(product)
  }

  /// nil where some key column has no such codes. Throws what reading a footer or a dictionary throws.
  init?(_ keys: [ColumnPairing], _ source: any TableSource, _ other: any TableSource) throws {
    guard !keys.isEmpty else { return nil }
    digits = []
    for key in keys {
      guard let codes = try ColumnCodes(key, source, other) else { return nil }
      digits.append(Digit(codes: codes, count: codes.codeCount))
    }
  }

  /// Widest range of codes that a set of bits is made for (32 MiB, and as much again for ranks).
  private static let knownCodeLimit: UInt128 = 1 << 28
  /// Codes of fewer than this are as near each other as they need to be.
  private static let sparseCodeCount: UInt128 = 1 << 10

  /// Takes ranks for digits, of the widest range first, until the key limit is at most `wanted`. Reads these columns of both tables. Memory: 16
  /// bytes a row of the longer table for each such digit, or 256 KiB.
  mutating func condense(
    _ source: any TableSource, _ other: any TableSource, until wanted: UInt64, threads: Int
  ) throws {
    let mostCodes = min(Self.knownCodeLimit, max(1 << 20, UInt128(max(source.rowCount, other.rowCount)) * 64))
    let widest = digits.indices.sorted { (digits[$0].count, $1) > (digits[$1].count, $0) }
    for index in widest where (keyLimit ?? .max) > wanted {
      let codes = digits[index].codes
      guard (Self.sparseCodeCount...mostCodes).contains(codes.codeCount) else { continue }
      let known = RankedBits(limit: Int(codes.codeCount))
      for (table, side) in [(source, ComparedSide.source), (other, .compare)] {
        let pairing = codes.pairing
        let column = side == .source ? pairing.sourcePosition : pairing.comparePosition
        try table.willRead(columns: [column], chunks: Array(0..<table.chunkCount))
        try forEachChunk(table.chunkCount, threads: threads) { chunk in
          try codes.withCodes(table, side, chunk: chunk) { run in
            run.withNarrowCodes { all in
              for row in 0..<all.count { known.insert(Int(all[row])) }
            }
          }
        }
      }
      digits[index].count = UInt128(known.finish())
      digits[index].known = known
    }
  }

  /// Writes the packed keys of a chunk, one per row. Precondition: the key limit is at most `T.max`; `packed` has room. Throws what reading
  /// throws.
  func pack<T: FixedWidthInteger & UnsignedInteger>(
    _ table: any TableSource, _ side: ComparedSide, chunk: Int, into packed: UnsafeMutablePointer<T>
  ) throws {
    let count = table.rowCount(ofChunk: chunk)
    for (index, digit) in digits.enumerated() {
      let factor = index == 0 ? 0 : T(truncatingIfNeeded: digit.count)
      try digit.codes.withCodes(table, side, chunk: chunk) { run in
        precondition(run.count == count, "a page has other rows than its chunk")
        guard let known = digit.known else { return run.add(to: packed, factor: factor) }
        run.withNarrowCodes { codes in
          for row in 0..<count {
            let rank = T(truncatingIfNeeded: known.rank(Int(codes[row])))
            packed[row] = (factor == 0 ? 0 : packed[row] &* factor) &+ rank
          }
        }
      }
    }
  }

  /// True if the key columns of both tables hold the same rows in the same chunks, as hashes kept in their footers tell.
  func haveEqualPages(_ source: any TableSource, _ other: any TableSource) throws -> Bool {
    guard source.chunkCount == other.chunkCount else { return false }
    for chunk in 0..<source.chunkCount {
      guard source.rowCount(ofChunk: chunk) == other.rowCount(ofChunk: chunk) else { return false }
    }
    for digit in digits {
      let pages = try EqualPages(digit.codes.pairing, source, other)
      for chunk in 0..<source.chunkCount {
        guard try pages.areEqual(sourceChunk: chunk, compareChunk: chunk) else { return false }
      }
    }
    return true
  }
}

/// Tells from hashes kept in footers that pages of both tables hold the same values.
struct EqualPages {
  private let pairing: ColumnPairing
  private let source: any TableSource
  private let other: any TableSource
  private let areComparable: Bool

  /// Reads the dictionaries of string columns. Throws what that throws.
  init(_ pairing: ColumnPairing, _ source: any TableSource, _ other: any TableSource) throws {
    self.pairing = pairing
    self.source = source
    self.other = other
    guard pairing.sourceType == pairing.compareType, source.chunkCount > 0, other.chunkCount > 0,
      try source.contentHash(column: pairing.sourcePosition, chunk: 0) != nil,
      try other.contentHash(column: pairing.comparePosition, chunk: 0) != nil
    else {
      areComparable = false
      return
    }
    if pairing.sourceType == .string {
      let dictionaries = (
        try source.dictionary(column: pairing.sourcePosition), try other.dictionary(column: pairing.comparePosition)
      )
      areComparable = dictionaries.0?.entries == dictionaries.1?.entries
    } else {
      areComparable = true
    }
  }

  /// False also where it cannot be told.
  func areEqual(sourceChunk: Int, compareChunk: Int) throws -> Bool {
    guard areComparable,
      source.rowCount(ofChunk: sourceChunk) == other.rowCount(ofChunk: compareChunk),
      let hash = try source.contentHash(column: pairing.sourcePosition, chunk: sourceChunk)
    else { return false }
    return try hash == other.contentHash(column: pairing.comparePosition, chunk: compareChunk)
  }
}
