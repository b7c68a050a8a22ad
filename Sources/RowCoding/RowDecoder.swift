// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import TextFormats

extension Table {
  /// The rows as values of a `Decodable` type, whose properties are named as the columns are; columns without a property are left out.
  ///
  /// Integers take whole numbers that fit, exactly; of a date they are the days, of a timestamp the microseconds since 1970-01-01. `Double`
  /// and `Float` take any number, rounded to the nearest. `String` takes any value as a CSV would have it: all digits of a decimal,
  /// `2020-03-28`. Null needs an optional. Throws ``RowCodingError``, or what the type throws. Some 100 ns a property: for results
  /// and samples; loops over millions of rows read ``chunks``.
  public func rows<Row: Decodable>(as type: Row.Type = Row.self) throws -> [Row] {
    var rows: [Row] = []
    rows.reserveCapacity(rowCount)
    for pages in chunks {
      for row in 0..<(pages.first?.rowCount ?? 0) {
        rows.append(
          try Row(from: RowDecoder(cursor: RowCursor(table: self, pages: pages, row: row, number: rows.count + 1))))
      }
    }
    return rows
  }
}

/// A row of a table.
struct RowCursor {
  let table: Table
  let pages: [ColumnPage]
  /// Position in the pages.
  let row: Int
  /// Counted from 1 over the whole table.
  let number: Int

  func value(_ column: Int) -> Value {
    pages[column].value(at: row, type: table.schema.fields[column].type, dictionary: table.dictionaries[column])
  }

  func place(_ column: String?) -> Place { Place(file: table.name, row: number, column: column) }
}

/// Reads one row: a keyed container whose keys are the columns.
private struct RowDecoder: Decoder {
  let cursor: RowCursor
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(RowContainer<Key>(cursor: cursor))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw RowCodingError.notFlat(cursor.place(nil)) }

  /// A table of one column is read as values of it.
  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    let fields = cursor.table.schema.fields
    guard fields.count == 1 else { throw RowCodingError.notFlat(cursor.place(nil)) }
    return FieldDecoder(cursor: cursor, name: fields[0].name, value: cursor.value(0))
  }
}

private struct RowContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let cursor: RowCursor
  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { cursor.table.schema.names.compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool { cursor.table.schema.position(of: key.stringValue) != nil }

  func decodeNil(forKey key: Key) throws -> Bool { try field(key).decodeNil() }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try T(from: field(key)) }

  // Without these, the protocol's own take their place, which refuse.
  func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try field(key).decode(type) }
  func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try field(key).decode(type) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> { throw RowCodingError.notFlat(cursor.place(key.stringValue)) }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw RowCodingError.notFlat(cursor.place(key.stringValue))
  }

  func superDecoder() throws -> any Decoder { RowDecoder(cursor: cursor) }

  func superDecoder(forKey key: Key) throws -> any Decoder { try field(key) }

  private func field(_ key: Key) throws -> FieldDecoder {
    guard let column = cursor.table.schema.position(of: key.stringValue) else {
      throw RowCodingError.missing(key.stringValue, cursor.table)
    }
    return FieldDecoder(cursor: cursor, name: key.stringValue, value: cursor.value(column))
  }
}

/// Reads one cell.
private struct FieldDecoder: Decoder, SingleValueDecodingContainer {
  let cursor: RowCursor
  let name: String
  let value: Value
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    throw RowCodingError.notFlat(cursor.place(name))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw RowCodingError.notFlat(cursor.place(name)) }

  func singleValueContainer() -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { value == .null }

  func decode(_ type: Bool.Type) throws -> Bool {
    guard case .bool(let truth) = value else { throw mismatch(type) }
    return truth
  }

  func decode(_ type: String.Type) throws -> String {
    guard value != .null else { throw mismatch(type) }
    return plainText(of: value)
  }

  func decode(_ type: Double.Type) throws -> Double {
    switch value {
    case .float64(let number): return number
    case .int64(let number): return Double(number)
    case .decimal(let unscaled, let scale): return nearestQuotient(unscaled, dividedBy: 1, scale: scale)
    default: throw mismatch(type)
    }
  }

  func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

  // The protocol asks for each by itself; a generic function is no match beside the one for all types.
  func decode(_ type: Int.Type) throws -> Int { try integer() }
  func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
  func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
  func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
  func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
  func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
  func decode(_ type: UInt.Type) throws -> UInt { try integer() }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
  func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }

  private func integer<T: FixedWidthInteger>() throws -> T {
    let number: T?
    switch value {
    case .int64(let whole): number = T(exactly: whole)
    case .date(let days): number = T(exactly: days)
    case .timestamp(let microseconds, _): number = T(exactly: microseconds)
    case .float64(let double): number = T(exactly: double)
    case .decimal(let unscaled, let scale):
      let (whole, rest) = unscaled.quotientAndRemainder(dividingBy: powerOfTen(scale))
      number = rest == 0 ? T(exactly: whole) : nil
    default: throw mismatch(T.self)
    }
    guard let number else {
      throw RowCodingError(
        code: "row.range", summary: "\(plainText(of: value)) is no \(T.self)", place: cursor.place(name),
        advice: "read it as Double, or as String for all its digits")
    }
    return number
  }

  func decode<T: Decodable>(_ type: T.Type) throws -> T { try T(from: self) }

  private func mismatch(_ type: Any.Type) -> RowCodingError {
    if value == .null {
      return RowCodingError(
        code: "row.null", summary: "null where \(type) is expected", place: cursor.place(name),
        advice: "make the property optional")
    }
    let found = cursor.table.schema.position(of: name).map { "\(cursor.table.schema.fields[$0].type)" } ?? "value"
    return RowCodingError(
      code: "row.type", summary: "a column of type \(found) is read as \(type)", place: cursor.place(name),
      advice: "String reads any column")
  }
}
