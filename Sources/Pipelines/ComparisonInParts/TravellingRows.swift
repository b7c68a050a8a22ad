// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Grouping

/// How rows of both sides of a comparison travel between processes: the columns of a stream.
///
/// `part` (which rows belong together), `is_compare` (false for the source's rows), `row_…` (the row's number, counted from 0; the name tells the comparison and
/// the number of parts), then the key columns `k0`, `k1`, … and the compared columns `v0`, `v1`, …: one column where both sides have one
/// type, else one for each side, `k0_source` and `k0_compare`, of which that of the other side is null. Last, `check`, a hash of all these.
struct TravellingRows {
  /// All columns.
  let fields: [BatchField]
  let partCount: Int
  /// Per column of a part, where it stands for either side.
  private let positions: [(source: Int, compare: Int)]
  private static let rowPosition = 2

  /// The columns for `pairings`, of which the first `keyCount` are keys.
  init(_ pairings: [ColumnPairing], keyCount: Int, _ identity: ComparisonIdentity, partCount: Int) {
    var fields = [
      BatchField(name: "part", type: .int64), BatchField(name: "is_compare", type: .bool),
      BatchField(name: "row_\(identity.shortText)_\(partCount)", type: .int64),
    ]
    var positions: [(source: Int, compare: Int)] = []
    for (index, pairing) in pairings.enumerated() {
      let name = index < keyCount ? "k\(index)" : "v\(index - keyCount)"
      if pairing.sourceType == pairing.compareType {
        positions.append((fields.count, fields.count))
        fields.append(BatchField(name: name, type: pairing.sourceType))
      } else {
        positions.append((fields.count, fields.count + 1))
        fields.append(BatchField(name: name + "_source", type: pairing.sourceType))
        fields.append(BatchField(name: name + "_compare", type: pairing.compareType))
      }
    }
    fields.append(BatchField(name: "check", type: .int64))
    (self.fields, self.positions, self.partCount) = (fields, positions, partCount)
  }

  /// The number of parts that rows in `stream` were parted into. Throws `compare-parts.other-comparison` if they are not of `identity`,
  /// `compare-parts.columns` if nothing tells.
  static func partCount(
    of stream: any BatchReading, _ identity: ComparisonIdentity
  ) throws(PartialComparisonError) -> Int {
    for field in stream.fields {
      let words = field.name.split(separator: "_", omittingEmptySubsequences: false)
      guard words.count == 3, words[0] == "row", words[1].utf8.count == 16, let count = Int(words[2]), count > 0
      else { continue }
      guard words[1] == identity.shortText else { throw .otherComparison(stream.name) }
      return count
    }
    throw .missingColumn("row_…", file: stream.name)
  }

  /// A batch of rows of `side`: `pages` are the columns of a part, the last of which has the rows' numbers, counted from `firstNumber`.
  func batch(parts: [Int64], pages: [ColumnPage], side: ComparedSide, firstNumber: Int) -> [ColumnPage] {
    let rowCount = parts.count
    var batch = fields.map { ColumnPage(nullRows: rowCount, type: $0.type) }
    batch[0] = ColumnPage(values: .int64(parts))
    batch[1] = ColumnPage(values: .int64([Int64](repeating: side == .compare ? 1 : 0, count: rowCount)))
    batch[Self.rowPosition] = pages[pages.count - 1].lessen(by: firstNumber)
    for (page, position) in zip(pages, positions) {
      batch[side == .source ? position.source : position.compare] = page
    }
    batch[fields.count - 1] = ColumnPage(values: .int64(Self.checks(of: batch)))
    return batch
  }

  /// A hash of each row's cells, of all columns but the last, as 64-bit integers: the same however wide decimals are, whatever bits NaNs have and whatever
  /// lies in slots of nulls, and another one if any other cell changed by itself. O(cells), and O(bytes) of strings.
  static func checks(of batch: [ColumnPage]) -> [Int64] {
    var hashes = [UInt64](repeating: 0, count: batch[0].rowCount)
    for page in batch.dropLast() { mixHashes(of: page, into: &hashes) }
    return hashes.map { Int64(bitPattern: $0) }
  }

  /// The columns of a part that a side's rows of a batch have, the last being their numbers, which count from `firstNumber` on.
  func pages(of batch: [ColumnPage], rows: [UInt32], side: ComparedSide, firstNumber: Int) -> [ColumnPage] {
    let own = positions.map { side == .source ? $0.source : $0.compare } + [Self.rowPosition]
    let pages = own.map { rows.count == batch[$0].rowCount ? batch[$0] : batch[$0].gathering(rows[...]) }
    return pages.dropLast() + [pages[pages.count - 1].lessen(by: -firstNumber)]
  }
}

extension ColumnPage {
  /// The same row numbers, each so much smaller.
  fileprivate func lessen(by less: Int) -> ColumnPage {
    guard less != 0 else { return self }
    return ColumnPage(values: .int64(wholeNumbers.map { $0 &- Int64(less) }), validity: validity)
  }

  /// The values of a page of 64-bit integers. Precondition: it is one.
  var wholeNumbers: [Int64] {
    guard case .int64(let numbers) = values else { preconditionFailure("these are kept as 64-bit integers") }
    return numbers
  }
}
