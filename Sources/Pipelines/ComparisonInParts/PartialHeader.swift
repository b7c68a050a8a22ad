// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Which rows of a table were seen: enough to tell whether each was once, whatever the order.
struct SeenRows: Equatable {
  private(set) var count: UInt64 = 0
  /// Of their numbers, counted from 0, modulo 2^64.
  private(set) var sum: UInt64 = 0
  /// Of the squares of their numbers, modulo 2^64.
  private(set) var squareSum: UInt64 = 0

  /// None.
  init() {}

  /// All rows of a table of `rowCount` rows, less than 2^40.
  init(allOf rowCount: Int) {
    let n = UInt128(rowCount)
    count = UInt64(rowCount)
    guard n > 0 else { return }
    sum = UInt64(truncatingIfNeeded: n * (n - 1) / 2)
    squareSum = UInt64(truncatingIfNeeded: (n - 1) * n * (2 * n - 1) / 6)
  }

  /// What ``words`` gave. Precondition: three words.
  init(words: ArraySlice<UInt64>) {
    let first = words.startIndex
    (count, sum, squareSum) = (words[first], words[first + 1], words[first + 2])
  }

  var words: [UInt64] { [count, sum, squareSum] }

  /// One more row.
  mutating func add(_ row: Int) {
    let row = UInt64(row)
    count &+= 1
    sum &+= row
    squareSum &+= row &* row
  }

  mutating func add(_ other: SeenRows) {
    count &+= other.count
    sum &+= other.sum
    squareSum &+= other.squareSum
  }
}

/// What a partial comparison says of itself, in one record.
struct PartialHeader: Equatable {
  static let kind = "partial"
  let identity: ComparisonIdentity
  /// Parts that rows were parted into.
  let partCount: Int
  /// True if the rows that differ are kept.
  let keepsRows: Bool
  var source = SeenRows()
  var compare = SeenRows()
  /// Which parts it is of.
  var parts: Set<Int> = []
  /// Records besides this one, rows that differ among them.
  var recordCount = 0
  /// Rows that differ.
  var differingRowCount = 0
  /// Sum of the hashes of all records but this one, modulo 2^64.
  var hashSum: UInt64 = 0

  private static let fixedWordCount = 15

  init(_ identity: ComparisonIdentity, partCount: Int, keepsRows: Bool) {
    (self.identity, self.partCount, self.keepsRows) = (identity, partCount, keepsRows)
  }

  /// Fixed words, the parts in order, and a checksum of all before it.
  var words: [UInt64] {
    let words =
      [UInt64(partialComparisonVersion)] + identity.words + [UInt64(partCount), keepsRows ? 1 : 0] + source.words
      + compare.words + [UInt64(recordCount), UInt64(differingRowCount), hashSum, UInt64(parts.count)]
      + parts.sorted().map { UInt64($0) }
    return words + [Self.checksum(words[...])]
  }

  /// What ``words`` gave. Throws `compare-parts.damaged`, `compare-parts.other-comparison` for another version or other inputs than `identity`.
  init(words: [UInt64], _ identity: ComparisonIdentity, file: String) throws(PartialComparisonError) {
    guard words.count > Self.fixedWordCount, words.last == Self.checksum(words.dropLast()) else {
      throw .damaged("what a partial comparison says of itself has another checksum", file: file)
    }
    guard words[0] == UInt64(partialComparisonVersion), Array(words[1...2]) == identity.words else {
      throw .otherComparison(file)
    }
    let parts = words[Self.fixedWordCount..<words.count - 1]
    guard words[3] < 1 << 32, words[11] < 1 << 48, words[12] <= words[11], parts.allSatisfy({ $0 < words[3] }),
      parts.count == words[14]
    else { throw .damaged("what a partial comparison says of itself contradicts itself", file: file) }
    self.init(identity, partCount: Int(words[3]), keepsRows: words[4] == 1)
    (source, compare) = (SeenRows(words: words[5..<8]), SeenRows(words: words[8..<11]))
    (recordCount, differingRowCount, hashSum) = (Int(words[11]), Int(words[12]), words[13])
    self.parts = Set(parts.map { Int($0) })
  }

  private static func checksum(_ words: ArraySlice<UInt64>) -> UInt64 {
    Encodings.checksum(bytes(of: Array(words)))
  }
}

/// Words as bytes, each with its lowest byte first.
func bytes(of words: [UInt64]) -> [UInt8] {
  words.map(\.littleEndian).withUnsafeBytes { Array($0) }
}

/// What ``bytes(of:)`` gave; nil if these are no words.
func words(of bytes: UnsafeRawBufferPointer) -> [UInt64]? {
  guard bytes.count.isMultiple(of: 8) else { return nil }
  return (0..<bytes.count / 8).map {
    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
  }
}
