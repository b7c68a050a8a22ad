// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What is kept per group of columns whose values are codes: counts, sums and sums of products as fields side by side in a few words of
/// 64 bits, so that one or two additions a row serve all of them, and extremes.
///
/// Each field has as many bits as the greatest value times all rows needs: none can overflow into its neighbour, whatever the groups, and
/// records of two workers are joined by adding their words.
struct RecordLayout: Sendable {
  /// Some bits of a record's word.
  struct Field: Sendable {
    let word: Int
    let shift: Int
    let bits: Int

    /// The field's number in a record.
    func value(of record: UnsafePointer<UInt64>) -> UInt64 {
      bits == 0 ? 0 : record[word] >> UInt64(shift) & (~0 >> UInt64(64 - bits))
    }
  }

  /// What is kept of one column.
  struct Column: Sendable {
    /// Position in the plan's values.
    let value: Int
    let coding: ValueCoding
    /// Sum of codes, or of their low 32 bits if there is a field for the high ones.
    var sum: Field?
    var sumOfHighHalves: Field?
    /// Rows without value.
    var nulls: Field?
    let keepsMinimum: Bool
    let keepsMaximum: Bool
  }

  /// Sum of the products of two columns' codes, or of one column's squares.
  struct Product: Sendable {
    /// Positions in the layout's columns.
    let x: Int
    let y: Int
    /// Sum of products, or of their low 32 bits if there is a field for the high ones.
    var sum: Field?
    var sumOfHighHalves: Field?
  }

  /// What is asked of one column.
  struct Wanted {
    /// Position in the plan's values.
    let value: Int
    let coding: ValueCoding
    let functions: Set<AggregateFunction>

    var wantsSum: Bool { !functions.isDisjoint(with: [.sum, .mean]) || wantsMoments }
    var wantsMoments: Bool { functions.contains { $0.isOfMoments } }
    var wantsExtreme: Bool { !functions.isDisjoint(with: [.min, .max]) }

    /// True if the number of rows makes no difference to what is asked.
    var isKnownWithoutCount: Bool {
      !coding.isNullable && functions.isDisjoint(with: [.count, .mean]) && !wantsMoments
        && (!wantsSum || coding.base == 0)
    }

    /// True if what is kept of the column is not 0 in any group that has rows.
    func tellsPresence(ofRows rowCount: Int) -> Bool {
      wantsExtreme || wantsSum && coding.least > 0 && bitCount(UInt128(coding.limit) * UInt128(rowCount)) <= 64
    }
  }

  /// What tells that a group has rows.
  enum Presence: Sendable {
    /// A field that is not 0.
    case field(Field)
    /// An extreme of a column.
    case extreme(Extreme, column: Int)
  }

  /// Number of rows, if that is kept.
  private(set) var count: Field?
  private(set) var columns: [Column]
  private(set) var products: [Product]
  /// Words of a record.
  private(set) var width = 0
  /// No more rows than these are taken in.
  let rowLimit: Int

  private struct Request {
    let greatest: UInt128
    let assign: (inout RecordLayout, Field) -> Void
  }

  /// nil if a column's sum has no room in two words. `functions` are those asked of each column, `products` positions of columns whose
  /// products are summed, of which ``holdsProducts(_:_:rowCount:)`` is true; rows are counted where `countsRows`, or where nothing else tells
  /// what is asked.
  init?(
    _ codings: [Wanted], products: [(x: Int, y: Int)] = [], rowCount: Int, countsRows: Bool
  ) {
    let rows = UInt128(rowCount)
    rowLimit = rowCount
    columns = codings.map {
      Column(
        value: $0.value, coding: $0.coding, keepsMinimum: $0.functions.contains(.min),
        keepsMaximum: $0.functions.contains(.max))
    }
    self.products = products.map { Product(x: $0.x, y: $0.y) }
    let isCounted =
      countsRows || !codings.allSatisfy(\.isKnownWithoutCount)
      || !codings.contains { $0.tellsPresence(ofRows: rowCount) }
    var requests = isCounted ? [Request(greatest: rows) { $0.count = $1 }] : []
    for (index, column) in codings.enumerated() {
      if column.coding.isNullable { requests.append(Request(greatest: rows) { $0.columns[index].nulls = $1 }) }
      guard column.wantsSum else { continue }
      let limit = UInt128(column.coding.limit)
      if bitCount(limit * rows) <= 64 {
        requests.append(Request(greatest: limit * rows) { $0.columns[index].sum = $1 })
        continue
      }
      guard bitCount(rows) <= 32 else { return nil }
      requests.append(Request(greatest: 0xFFFF_FFFF * rows) { $0.columns[index].sum = $1 })
      requests.append(Request(greatest: (limit >> 32) * rows) { $0.columns[index].sumOfHighHalves = $1 })
    }
    for (index, product) in products.enumerated() {
      requests += Self.requests(codings[product.x].coding, codings[product.y].coding, index, rowCount: rowCount)
    }
    place(requests)
  }

  /// Fields for the sum of the products of two columns' codes.
  private static func requests(
    _ x: ValueCoding, _ y: ValueCoding, _ index: Int, rowCount: Int
  ) -> [Request] {
    let (limit, rows) = (UInt128(x.limit) * UInt128(y.limit), UInt128(rowCount))
    if bitCount(limit) + bitCount(rows) <= 64 {
      return [Request(greatest: limit * rows) { $0.products[index].sum = $1 }]
    }
    return [
      Request(greatest: 0xFFFF_FFFF * rows) { $0.products[index].sum = $1 },
      Request(greatest: (limit >> 32) * rows) { $0.products[index].sumOfHighHalves = $1 },
    ]
  }

  /// True if a record holds the sum of the products of two columns' codes, and 127 bits n Σcd - Σc Σd.
  static func holdsProducts(_ x: ValueCoding, _ y: ValueCoding, rowCount: Int) -> Bool {
    let rowBits = bitCount(UInt128(rowCount))
    return x.isNarrow && y.isNarrow && rowBits <= 31
      && 2 * rowBits + bitCount(UInt128(x.limit)) + bitCount(UInt128(y.limit)) <= 126
  }

  /// Widest fields first, each into the first word that has room.
  private mutating func place(_ requests: [Request]) {
    var used: [Int] = []
    for request in requests.sorted(by: { $0.greatest > $1.greatest }) {
      let bits = bitCount(request.greatest)
      let word = used.firstIndex { $0 + bits <= 64 } ?? used.count
      if word == used.count { used.append(0) }
      request.assign(&self, Field(word: word, shift: used[word], bits: bits))
      used[word] += bits
    }
    width = used.count
  }

  /// What tells that a group has rows.
  var presence: Presence {
    if let count { return .field(count) }
    for (index, column) in columns.enumerated() {
      if let sum = column.sum, column.sumOfHighHalves == nil, column.coding.least > 0 { return .field(sum) }
      if column.keepsMinimum { return .extreme(.minimum, column: index) }
      if column.keepsMaximum { return .extreme(.maximum, column: index) }
    }
    preconditionFailure("rows are counted where nothing else tells of them")
  }

  /// Bytes that a group takes.
  var byteCount: Int {
    columns.reduce(8 * width) { bytes, column in
      bytes + (column.keepsMinimum ? 8 : 0) + (column.keepsMaximum ? 8 : 0)
    }
  }
}
