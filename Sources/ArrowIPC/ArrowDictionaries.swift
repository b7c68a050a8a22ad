// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The dictionaries of a stream by their numbers.
struct ArrowDictionaries {
  /// Values of a dictionary that are believed.
  private static let valueLimit = 1 << 28
  /// The same of values that take no bytes: any number of them would lie in a short message.
  private static let emptyValueLimit = 1 << 16

  /// nil: no message came yet.
  private var known: [Int64: (type: StoredType, dictionary: ArrowDictionary?)] = [:]

  /// Of the columns of a stream. Throws `arrow.malformed` where two columns' types claim one dictionary.
  init(_ fields: [StoredField]) throws(ArrowFault) {
    for field in fields {
      guard let number = field.codes?.dictionary else { continue }
      guard known[number].map({ $0.type == field.type }) ?? true else {
        throw ArrowFault(.malformed, "the dictionary \(number) has two types", column: field.name)
      }
      known[number] = (field.type, nil)
    }
  }

  /// Takes a message `DictionaryBatch`: a new dictionary, or further values of one. Throws as reading a batch does, `arrow.limit` also for more
  /// values than are believed.
  mutating func add(_ table: FlatBufferTable, _ body: ArrowMemory) throws(ArrowFault) {
    typealias Slot = ArrowFormat.DictionaryBatch
    let number = try table.number(Slot.id, Int64(0))
    guard let (type, before) = known[number] else {
      throw ArrowFault(.malformed, "no column has the dictionary \(number)")
    }
    guard let data = try table.table(Slot.data) else { throw ArrowFault(.malformed, "a dictionary without values") }
    let (rowCount, columns) = try StoredColumn.columns(of: data, body, [("dictionary \(number)", type)])
    let isDelta = try table.number(Slot.isDelta, UInt8(0)) != 0
    if isDelta, before == nil {
      throw ArrowFault(.malformed, "values are added to dictionary \(number), which did not come yet")
    }
    var dictionary = (isDelta ? before : nil) ?? ArrowDictionary(of: type.type)
    let limit = type == .null || type.byteWidth == 0 ? Self.emptyValueLimit : Self.valueLimit
    guard dictionary.count + rowCount <= limit else {
      throw ArrowFault(
        .limit, "\(dictionary.count + rowCount) values in dictionary \(number); up to \(limit) are read",
        advice: "write the column without a dictionary")
    }
    try dictionary.append(try columns[0].page(0..<rowCount))
    known[number] = (type, dictionary)
  }

  /// The dictionary as it stands. `mayLack`: no row asks for a value, so it may not have come yet. Throws `arrow.malformed` where it has not.
  func dictionary(_ number: Int64, column: String, mayLack: Bool) throws(ArrowFault) -> ArrowDictionary {
    guard let (type, dictionary) = known[number] else { preconditionFailure("a dictionary of no column") }
    if let dictionary { return dictionary }
    guard mayLack else {
      throw ArrowFault(
        .malformed, "its dictionary does not come before it", advice: "write the data as a stream", column: column)
    }
    return ArrowDictionary(of: type.type)
  }
}

extension StoredColumn {
  /// Codes of some rows, 0 where there is none, and which rows have one. Throws `arrow.malformed` for one that is not below `limit`.
  func codes(
    _ rows: Range<Int>, below limit: Int
  ) throws(ArrowFault) -> (codes: [UInt32], validity: Validity) {
    let validity = validity(rows)
    if validity == .allNull { return ([UInt32](repeating: 0, count: rows.count), .allNull) }
    func codes<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(ArrowFault) -> [UInt32] {
      try buffers[1].withElements(of: T.self) { (elements) throws(ArrowFault) -> [UInt32] in
        var codes = [UInt32](repeating: 0, count: rows.count)
        for row in rows where validity.isValid(row - rows.lowerBound) {
          let code = elements[row]
          guard code >= 0, UInt64(truncatingIfNeeded: code) < UInt64(limit) else {
            throw ArrowFault(.malformed, "code \(code) of a dictionary of \(limit) values", row: row)
          }
          codes[row - rows.lowerBound] = UInt32(truncatingIfNeeded: code)
        }
        return codes
      }
    }
    let result =
      switch type {
      case .integer(1, isSigned: true): try codes(Int8.self)
      case .integer(1, isSigned: false): try codes(UInt8.self)
      case .integer(2, isSigned: true): try codes(Int16.self)
      case .integer(2, isSigned: false): try codes(UInt16.self)
      case .integer(4, isSigned: true): try codes(Int32.self)
      case .integer(4, isSigned: false): try codes(UInt32.self)
      case .integer(_, isSigned: true): try codes(Int64.self)
      default: try codes(UInt64.self)
      }
    return (result, validity)
  }
}
