// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How the integers of a column are told as unsigned numbers, which take few bits: a value is `base` plus its code.
struct ValueCoding: Sendable {
  let base: Int128
  /// Greatest code.
  let limit: UInt64
  /// True: code 0 stands for null, and values begin at 1.
  let isNullable: Bool
  /// No value's code is less.
  let least: UInt64

  /// Values that there may be.
  var allowed: ClosedRange<Int128> { base + Int128(least)...base + Int128(limit) }

  /// True if all codes, and the one after the last, fit 32 bits.
  var isNarrow: Bool { limit < UInt64(UInt32.max) }
}

/// What the footers of all inputs tell of a column of integers.
struct IntegerFacts128: Sendable {
  var minimum: Int128
  var maximum: Int128
  var hasNulls: Bool

  /// Bounds of values, and whether there are nulls beside them.
  init(minimum: Int128, maximum: Int128, hasNulls: Bool) {
    self.minimum = minimum
    self.maximum = maximum
    self.hasNulls = hasNulls
  }

  /// nil for columns that are no integers of 64 bits, or whose pages tell no bounds; a column without values has bounds 0...0. Throws
  /// what reading a footer throws. O(pages); of tables in memory, O(rows).
  init?(_ column: UnifiedColumn, _ sources: [any TableSource]) throws {
    guard column.type.isNarrowInteger, !sources.indices.contains(where: { column.mayLackRoom(input: $0) }) else {
      return nil
    }
    var bounds: (minimum: Int128, maximum: Int128)?
    hasNulls = false
    for (number, source) in sources.enumerated() {
      for chunk in 0..<source.chunkCount {
        let page = try column.statistics(of: source, number: number, chunk: chunk)
        if page.nullCount > 0 { hasNulls = true }
        if page.nullCount == page.rowCount { continue }
        guard case .integer(let low, let high, _) = page.bounds else { return nil }
        bounds = (min(low, bounds?.minimum ?? low), max(high, bounds?.maximum ?? high))
      }
    }
    (minimum, maximum) = bounds ?? (0, 0)
  }

  /// The difference of the bounds; nil if it has more than 62 bits.
  var span: UInt64? {
    let span = maximum - minimum
    return span < 1 << 62 ? UInt64(span) : nil
  }

  /// Codes for values; nil if they have more than 62 bits.
  var valueCoding: ValueCoding? {
    guard let span else { return nil }
    if hasNulls { return ValueCoding(base: minimum - 1, limit: span + 1, isNullable: true, least: 1) }
    // Where it takes no more bits, a value is its own code: sums of codes are then sums of values, whatever the number of rows.
    if minimum >= 0, maximum < 1 << 62, bitCount(UInt128(maximum)) == bitCount(UInt128(span)) {
      return ValueCoding(base: 0, limit: UInt64(maximum), isNullable: false, least: UInt64(minimum))
    }
    return ValueCoding(base: minimum, limit: span, isNullable: false, least: 0)
  }
}

extension ColumnType {
  /// True where values are held as Int64.
  var isNarrowInteger: Bool {
    switch self {
    case .bool, .int64, .date, .timestamp: true
    case .decimal: !isWide
    case .float64, .string: false
    }
  }
}

/// Bits that numbers up to `limit` need; 0 for 0.
func bitCount(_ limit: UInt128) -> Int { UInt128.bitWidth - limit.leadingZeroBitCount }
