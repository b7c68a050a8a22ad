// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension StoredColumn {
  /// Rows of the column, decoded. Throws `arrow.value` with the row of the batch. O(rows + bytes). Precondition: they lie in the batch.
  func page(_ rows: Range<Int>) throws(ArrowFault) -> ColumnPage {
    let validity = validity(rows)
    if validity == .allNull { return ColumnPage(nullRows: rows.count, type: type.type.columnType) }
    switch type {
    case .strings, .views, .fixedBytes:
      return ColumnPage(values: .strings(try strings(rows, validity)), validity: validity)
    case .decimal, .integer(8, isSigned: false): return try decimals(rows, validity)
    case .float: return ColumnPage(values: .float64(try floats(rows, validity)), validity: validity)
    case .null, .bool, .integer, .days, .millisecondsOfDays, .timestamp:
      let values = try integers(rows, validity)
      try checkCalendar(values, rows)
      return ColumnPage(values: .int64(values), validity: validity)
    }
  }

  /// Refuses dates and timestamps outside of the years 1 to 9999, which are all that a table may have. Nulls are 0, and so inside.
  private func checkCalendar(_ values: [Int64], _ rows: Range<Int>) throws(ArrowFault) {
    let (range, what): (ClosedRange<Int64>, String)
    switch type.type.columnType {
    case .date: (range, what) = (ColumnType.dates, "date")
    case .timestamp: (range, what) = (ColumnType.timestamps, "timestamp")
    default: return
    }
    guard let row = values.firstIndex(where: { !range.contains($0) }) else { return }
    throw ArrowFault(
      .value, "a \(what) lies outside of the years 1 to 9999",
      advice: "make it null before writing the stream, or keep it as a number", row: rows.lowerBound + row)
  }

  /// Which rows have a value.
  func validity(_ rows: Range<Int>) -> Validity {
    if type == .null { return .allNull }
    if nullCount == 0 || rows.isEmpty { return .allValid }
    if nullCount == rowCount { return .allNull }
    return Validity(words: bits(ofBuffer: 0, rows), rowCount: rows.count)
  }

  /// Bits of a buffer, as ``Validity/bits(_:)`` has them. Precondition: they lie in the buffer.
  private func bits(ofBuffer buffer: Int, _ rows: Range<Int>) -> [UInt64] {
    buffers[buffer].withBytes { bytes in
      (0..<(rows.count + 63) / 64).map { index in
        let first = rows.lowerBound + 64 * index
        let count = min(64, rows.upperBound - first)
        let word = bits(bytes, from: first)
        return count == 64 ? word : word & (1 << UInt64(count) - 1)
      }
    }
  }

  /// 64 bits from bit `first` on; those past the end are 0.
  private func bits(_ bytes: UnsafeRawBufferPointer, from first: Int) -> UInt64 {
    let (byte, shift) = (first >> 3, UInt64(first & 7))
    var word: UInt64 = 0
    if byte + 8 <= bytes.count {
      word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: byte, as: UInt64.self))
    } else {
      for (index, byte) in bytes[byte...].enumerated() { word |= UInt64(byte) << UInt64(8 * index) }
    }
    word >>= shift
    if shift > 0, byte + 8 < bytes.count { word |= UInt64(bytes[byte + 8]) << (64 - shift) }
    return word
  }

  private func integers(_ rows: Range<Int>, _ validity: Validity) throws(ArrowFault) -> [Int64] {
    switch type {
    case .bool:
      let words = bits(ofBuffer: 1, rows)
      return (0..<rows.count).map { row in
        validity.isValid(row) ? Int64(bitPattern: words[row >> 6] >> UInt64(row & 63) & 1) : 0
      }
    case .integer(1, isSigned: true): return widened(Int8.self, rows, validity)
    case .integer(2, isSigned: true): return widened(Int16.self, rows, validity)
    case .integer(4, isSigned: true), .days: return widened(Int32.self, rows, validity)
    case .integer(1, isSigned: false): return widened(UInt8.self, rows, validity)
    case .integer(2, isSigned: false): return widened(UInt16.self, rows, validity)
    case .integer(4, isSigned: false): return widened(UInt32.self, rows, validity)
    case .millisecondsOfDays:
      return try converted(Int64.self, rows, validity, missing: 0, inexactDay) { value in
        let (days, rest) = value.quotientAndRemainder(dividingBy: 86_400_000)
        return rest == 0 ? days : nil
      }
    case .timestamp(1_000_000_000, _):
      return try converted(Int64.self, rows, validity, missing: 0, inexactNanoseconds) { value in
        let (microseconds, rest) = value.quotientAndRemainder(dividingBy: 1000)
        return rest == 0 ? microseconds : nil
      }
    case .timestamp(let perSecond, _) where perSecond < 1_000_000:
      let factor = Int64(1_000_000 / perSecond)
      return try converted(Int64.self, rows, validity, missing: 0, farTimestamp) { value in
        let (microseconds, overflowed) = value.multipliedReportingOverflow(by: factor)
        return overflowed ? nil : microseconds
      }
    default: return widened(Int64.self, rows, validity)
    }
  }

  /// Values that int64 has room for in any case.
  private func widened<T: FixedWidthInteger & BitwiseCopyable>(
    _ stored: T.Type, _ rows: Range<Int>, _ validity: Validity
  ) -> [Int64] {
    buffers[1].withElements(of: T.self) { elements in
      guard case .bits = validity else {
        if let same = elements as? UnalignedElements<Int64> { return same.array(rows) }
        return rows.map { Int64(truncatingIfNeeded: elements[$0]) }
      }
      return rows.map { validity.isValid($0 - rows.lowerBound) ? Int64(truncatingIfNeeded: elements[$0]) : 0 }
    }
  }

  /// Values through `convert`, which gives nil for those that `fault` is about; nulls become `missing`.
  @inline(__always)
  private func converted<T: BitwiseCopyable, R>(
    _ stored: T.Type, _ rows: Range<Int>, _ validity: Validity, missing: R, _ fault: (T) -> ArrowFault,
    _ convert: (T) -> R?
  ) throws(ArrowFault) -> [R] {
    try buffers[1].withElements(of: T.self) { (elements) throws(ArrowFault) -> [R] in
      var result: [R] = []
      result.reserveCapacity(rows.count)
      for row in rows {
        if !validity.isValid(row - rows.lowerBound) {
          result.append(missing)
        } else if let value = convert(elements[row]) {
          result.append(value)
        } else {
          var fault = fault(elements[row])
          fault.row = row
          throw fault
        }
      }
      return result
    }
  }

  private func floats(_ rows: Range<Int>, _ validity: Validity) throws(ArrowFault) -> [Double] {
    switch type {
    case .float(byteWidth: 2):
      return try converted(UInt16.self, rows, validity, missing: 0, never) { Double(Float16(bitPattern: $0)) }
    case .float(byteWidth: 4):
      return try converted(UInt32.self, rows, validity, missing: 0, never) { Double(Float(bitPattern: $0)) }
    default:
      if validity == .allValid { return buffers[1].withElements(of: Double.self) { $0.array(rows) } }
      return try converted(Double.self, rows, validity, missing: 0, never) { $0 }
    }
  }

  private func decimals(_ rows: Range<Int>, _ validity: Validity) throws(ArrowFault) -> ColumnPage {
    guard case .decimal(let precision, _) = type.type else { preconditionFailure("decimals of a column that has none") }
    let limit = powerOfTen(precision)
    let isWide = type.type.columnType.isWide
    func page<T: BitwiseCopyable>(_ stored: T.Type, _ widen: (T) -> Int128?) throws(ArrowFault) -> ColumnPage {
      func checked(_ value: T) -> Int128? { widen(value).flatMap { $0 > -limit && $0 < limit ? $0 : nil } }
      func fault(_ value: T) -> ArrowFault { ArrowFault(.value, "a decimal has more than its \(precision) digits") }
      if isWide {
        return ColumnPage(
          values: .int128(try converted(T.self, rows, validity, missing: 0, fault, checked)), validity: validity)
      }
      return ColumnPage(
        values: .int64(
          try converted(T.self, rows, validity, missing: 0, fault) { checked($0).map { Int64(truncatingIfNeeded: $0) } }
        ),
        validity: validity)
    }
    switch type {
    case .integer: return try page(UInt64.self) { Int128($0) }
    case .decimal(4, _, _): return try page(Int32.self) { Int128($0) }
    case .decimal(8, _, _): return try page(Int64.self) { Int128($0) }
    case .decimal(32, _, _): return try page(Wide.self, \.narrowed)
    default: return try page(Int128.self) { $0 }
    }
  }
}

/// An integer of 256 bits.
private struct Wide: BitwiseCopyable {
  let low: Int128
  let high: Int128

  /// The same in 128 bits, nil if it has no room there.
  var narrowed: Int128? { high == low >> 127 ? low : nil }
}

private func never<T>(_: T) -> ArrowFault { preconditionFailure("every float is a double") }

private func inexactDay(_ value: Int64) -> ArrowFault {
  ArrowFault(
    .value, "a date lies inside a day (\(value) ms)", advice: "cast the column to a timestamp before writing the stream"
  )
}

private func inexactNanoseconds(_ value: Int64) -> ArrowFault {
  ArrowFault(
    .value, "a timestamp of \(value) ns is no whole number of microseconds",
    advice: "truncate or round the column to microseconds before writing the stream")
}

private func farTimestamp(_ value: Int64) -> ArrowFault {
  ArrowFault(.value, "a timestamp lies too far away to be counted in microseconds (\(value))")
}
