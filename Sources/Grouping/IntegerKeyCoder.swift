// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Codes for columns held as Int64: offsets from a base while the values' range is small, dense codes once it is not.
///
/// Offsets cost no memory access, and pack tightly with other key columns.
final class IntegerKeyCoder: KeyCoder {
  /// Offsets stay below this, so that a code (offset + 1; null is 0) fits 32 bits.
  private static let spanLimit: UInt64 = 1 << 31

  private enum Coding {
    /// Nothing but nulls seen.
    case empty
    /// Codes are value - base + 1, the difference modulo 2^64.
    case offsets(base: Int64)
    case dense(DenseInterner)
  }

  private var coding = Coding.empty
  private var offsetCodeLimit = 1

  var codeLimit: Int {
    if case .dense(let interner) = coding { return interner.table.count }
    return offsetCodeLimit
  }

  var isDense: Bool {
    if case .dense = coding { return true }
    return false
  }

  func encode(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    withBlock(page, rows) { values in
      switch coding {
      case .empty:
        codes.update(repeating: 0)
        return !anyValid(page.validity, rows)
      case .offsets(let base):
        let worst = offsetCodes(values, page.validity, firstRow: rows.lowerBound, base: base, into: codes)
        guard worst < Self.spanLimit else { return false }
        offsetCodeLimit = max(offsetCodeLimit, Int(worst) + 2)
        return true
      case .dense(var interner):
        values.withMemoryRebound(to: UInt64.self) {
          interner.encode($0, page.validity, firstRow: rows.lowerBound, into: codes)
        }
        coding = .dense(interner)
        return true
      }
    }
  }

  func lookUp(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    withBlock(page, rows) { values in
      switch coding {
      case .empty:
        for row in rows { codes[row - rows.lowerBound] = page.validity.isValid(row) ? NumberTable.missing : 0 }
      case .offsets(let base):
        for (i, row) in rows.enumerated() {
          let offset = UInt64(bitPattern: values[i] &- base)
          let code = offset < Self.spanLimit ? UInt32(offset) + 1 : NumberTable.missing
          codes[i] = page.validity.isValid(row) ? code : 0
        }
      case .dense(let interner):
        values.withMemoryRebound(to: UInt64.self) {
          interner.lookUp($0, page.validity, firstRow: rows.lowerBound, into: codes)
        }
      }
    }
  }

  /// Lowers the base with as much room again as was used, or goes dense where offsets would not fit.
  func widen(for page: ColumnPage, rows: Range<Int>) {
    var lowest = Int64.max
    var highest = Int64.min
    withBlock(page, rows) { values in
      for (i, row) in rows.enumerated() where page.validity.isValid(row) {
        lowest = min(lowest, values[i])
        highest = max(highest, values[i])
      }
    }
    var slack: Int64 = 0
    if case .offsets(let base) = coding {
      if lowest < base { slack = Int64(offsetCodeLimit) }
      lowest = min(lowest, base)
      let (top, wrapsRound) = base.addingReportingOverflow(Int64(max(0, offsetCodeLimit - 2)))
      // Offsets that wrapped round from the greatest integers to the least have all of the range.
      if wrapsRound { lowest = .min }
      highest = wrapsRound ? .max : max(highest, top)
    }
    let base = lowest.subtractingReportingOverflow(slack)
    let newBase = base.overflow ? Int64.min : base.partialValue
    offsetCodeLimit = 1
    let span = UInt64(bitPattern: highest &- newBase)
    coding = span < Self.spanLimit ? .offsets(base: newBase) : .dense(DenseInterner())
  }

  func decode(_ codes: [UInt32]) -> (page: ColumnPage, dictionary: StringDictionary?) {
    let decoded: (slots: [Int64], validity: Validity)
    switch coding {
    case .empty: decoded = decodedSlots(codes, nullCode: 0, empty: 0) { _ in 0 }
    case .offsets(let base): decoded = decodedSlots(codes, nullCode: 0, empty: 0) { base &+ (Int64($0) - 1) }
    case .dense(let interner):
      let keys = interner.table.keys()
      decoded = decodedSlots(codes, nullCode: interner.nullCode, empty: 0) { Int64(bitPattern: keys[$0]) }
    }
    return (ColumnPage(values: .int64(decoded.slots), validity: decoded.validity), nil)
  }

  private func withBlock<R>(_ page: ColumnPage, _ rows: Range<Int>, _ body: (UnsafeBufferPointer<Int64>) -> R) -> R {
    guard case .int64(let values) = page.values else { preconditionFailure("an integer key column has other values") }
    return values.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[rows])) }
  }
}

/// True if any of `rows` has a value.
private func anyValid(_ validity: Validity, _ rows: Range<Int>) -> Bool {
  rows.contains { validity.isValid($0) }
}

/// Writes value - base + 1 (0 for null) and returns the greatest offset, modulo 2^64: a value outside the base's reach shows as
/// a huge one, because subtraction modulo 2^64 is one to one.
private func offsetCodes(
  _ values: UnsafeBufferPointer<Int64>, _ validity: Validity, firstRow: Int, base: Int64,
  into codes: UnsafeMutableBufferPointer<UInt32>
) -> UInt64 {
  var worst: UInt64 = 0
  switch validity {
  case .allValid:
    // The union of all offsets' bits tells the range as well as the maximum, and vectorises.
    var union: UInt64 = 0
    for i in 0..<values.count {
      let offset = UInt64(bitPattern: values[i] &- base)
      union |= offset
      codes[i] = UInt32(truncatingIfNeeded: offset) &+ 1
    }
    if union >> 31 != 0 { return union }
    var greatest: UInt32 = 0
    for i in 0..<values.count { greatest = max(greatest, codes[i]) }
    worst = UInt64(greatest) &- 1
    if values.isEmpty { worst = 0 }
  case .allNull:
    codes.update(repeating: 0)
  case .bits:
    for i in 0..<values.count {
      if validity.isValid(firstRow + i) {
        let offset = UInt64(bitPattern: values[i] &- base)
        worst = max(worst, offset)
        codes[i] = UInt32(truncatingIfNeeded: offset) &+ 1
      } else {
        codes[i] = 0
      }
    }
  }
  return worst
}
