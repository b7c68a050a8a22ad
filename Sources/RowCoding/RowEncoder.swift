// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension Table {
  /// A table of `rows`: one column for each property, named as it is, in the order in which they are first met.
  ///
  /// Integers become int64, `Double` and `Float` float64, `Bool` bool, `String` string; nil, and a property that a row leaves out, null. A
  /// column of nothing but nulls is a string's. Throws ``RowCodingError`` (`row.not-flat`; `row.range` for integers past 64 bits; `row.type`
  /// for a property of two types), or what the type throws. Boxes every value: for data that a program has made, not for large files.
  public init(name: String = "memory", rows: [some Encodable]) throws {
    let columns = EncodedColumns(tableName: name)
    for row in rows {
      try row.encode(to: RowEncoder(columns: columns))
      columns.endRow()
    }
    self.init(name: name, columns: columns.columns.map { ($0.name, $0.type ?? .string, $0.values) })
  }
}

/// Columns that grow row by row.
private final class EncodedColumns {
  let tableName: String
  private(set) var columns: [(name: String, type: ColumnType?, values: [Value])] = []
  private var positions: [String: Int] = [:]
  private var rowCount = 0

  init(tableName: String) { self.tableName = tableName }

  func place(_ name: String?) -> Place { Place(file: tableName, row: rowCount + 1, column: name) }

  /// Sets this row's value. The last one counts, should a type encode a property twice.
  func set(_ name: String, _ value: Value, _ type: ColumnType?) throws {
    let position = positions[name] ?? columns.count
    if position == columns.count {
      positions[name] = position
      columns.append((name, nil, []))
    }
    if let type {
      let known = columns[position].type ?? type
      guard known == type else {
        throw RowCodingError(
          code: "row.type", summary: "a value of type \(type) in a column of type \(known)", place: place(name),
          advice: "give the property one type")
      }
      columns[position].type = known
    }
    pad(position, to: rowCount)
    if columns[position].values.count > rowCount { columns[position].values.removeLast() }
    columns[position].values.append(value)
  }

  func endRow() {
    rowCount += 1
    for position in columns.indices { pad(position, to: rowCount) }
  }

  private func pad(_ position: Int, to count: Int) {
    while columns[position].values.count < count { columns[position].values.append(.null) }
  }
}

private struct RowEncoder: Encoder {
  let columns: EncodedColumns
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(RowContainer<Key>(columns: columns))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { Refusal<NoKey>(place: columns.place(nil)) }

  /// A row that is one value: a column called `value`.
  func singleValueContainer() -> any SingleValueEncodingContainer { FieldEncoder(columns: columns, name: "value") }
}

private struct RowContainer<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let columns: EncodedColumns
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) throws { try columns.set(key.stringValue, .null, nil) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try value.encode(to: superEncoder(forKey: key)) }

  // Without these, the protocol's own take their place, which refuse.
  func encode(_ value: Int128, forKey key: Key) throws { try value.encode(to: superEncoder(forKey: key)) }
  func encode(_ value: UInt128, forKey key: Key) throws { try value.encode(to: superEncoder(forKey: key)) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(Refusal<Nested>(place: columns.place(key.stringValue))) }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    Refusal<NoKey>(place: columns.place(key.stringValue))
  }

  func superEncoder() -> any Encoder { RowEncoder(columns: columns) }

  func superEncoder(forKey key: Key) -> any Encoder { FieldEncoder(columns: columns, name: key.stringValue) }
}

/// Writes one cell.
private struct FieldEncoder: Encoder, SingleValueEncodingContainer {
  let columns: EncodedColumns
  let name: String
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Refusal<Key>(place: columns.place(name)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { Refusal<NoKey>(place: columns.place(name)) }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }

  func encodeNil() throws { try columns.set(name, .null, nil) }

  func encode(_ value: Bool) throws { try columns.set(name, .bool(value), .bool) }

  func encode(_ value: String) throws { try columns.set(name, .string(value), .string) }

  func encode(_ value: Double) throws { try columns.set(name, .float64(value), .float64) }

  func encode(_ value: Float) throws { try columns.set(name, .float64(Double(value)), .float64) }

  // The protocol asks for each by itself; a generic function is no match beside the one for all types.
  func encode(_ value: Int) throws { try encode(integer: value) }
  func encode(_ value: Int8) throws { try encode(integer: value) }
  func encode(_ value: Int16) throws { try encode(integer: value) }
  func encode(_ value: Int32) throws { try encode(integer: value) }
  func encode(_ value: Int64) throws { try encode(integer: value) }
  func encode(_ value: Int128) throws { try encode(integer: value) }
  func encode(_ value: UInt) throws { try encode(integer: value) }
  func encode(_ value: UInt8) throws { try encode(integer: value) }
  func encode(_ value: UInt16) throws { try encode(integer: value) }
  func encode(_ value: UInt32) throws { try encode(integer: value) }
  func encode(_ value: UInt64) throws { try encode(integer: value) }
  func encode(_ value: UInt128) throws { try encode(integer: value) }

  private func encode(integer value: some FixedWidthInteger) throws {
    guard let number = Int64(exactly: value) else {
      throw RowCodingError(
        code: "row.range", summary: "\(value) is past 64 bits", place: columns.place(name),
        advice: "give it as String or Double")
    }
    try columns.set(name, .int64(number), .int64)
  }

  func encode<T: Encodable>(_ value: T) throws { try value.encode(to: self) }
}

private enum NoKey: CodingKey {
  case none
}

/// Takes the place of a container that a row cannot have: the protocols let only its use fail.
private struct Refusal<Key: CodingKey>: KeyedEncodingContainerProtocol, UnkeyedEncodingContainer, Encoder {
  let place: Place
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  var count: Int { 0 }

  func encodeNil(forKey key: Key) throws { throw RowCodingError.notFlat(place) }
  func encode<T: Encodable>(_ value: T, forKey key: Key) throws { throw RowCodingError.notFlat(place) }
  func encodeNil() throws { throw RowCodingError.notFlat(place) }
  func encode<T: Encodable>(_ value: T) throws { throw RowCodingError.notFlat(place) }
  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> { KeyedEncodingContainer(Refusal<Nested>(place: place)) }
  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    KeyedEncodingContainer(Refusal<Nested>(place: place))
  }
  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { Refusal<NoKey>(place: place) }
  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { Refusal<NoKey>(place: place) }
  func superEncoder() -> any Encoder { self }
  func superEncoder(forKey key: Key) -> any Encoder { self }
  func container<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    KeyedEncodingContainer(Refusal<Nested>(place: place))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { Refusal<NoKey>(place: place) }
  func singleValueContainer() -> any SingleValueEncodingContainer { RefusedValue(place: place) }
}

private struct RefusedValue: SingleValueEncodingContainer {
  let place: Place
  var codingPath: [any CodingKey] { [] }

  func encodeNil() throws { throw RowCodingError.notFlat(place) }
  func encode<T: Encodable>(_ value: T) throws { throw RowCodingError.notFlat(place) }
}
