// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A JSON value put together by hand: reports and receipts, not tables.
///
/// Members keep the order they are given in, so the same document always has the same bytes.
public indirect enum JSONDocument: Sendable, Equatable {
  /// `null`
  case null
  /// `true` or `false`
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number or string as ``JSONWriter`` writes a cell of a table.
  case value(Value)
  /// Text.
  case string(String)
  /// Values in order.
  case array([JSONDocument])
  /// Members in order. Precondition: names differ.
  case object([(name: String, value: JSONDocument)])

  /// Text indented by two spaces a level; arrays of plain values stay on one line. Ends with LF.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes, indentation: 0)
    bytes.append(10)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The same on one line, LF at its end.
  public var lineText: String {
    var bytes: [UInt8] = []
    append(to: &bytes, indentation: nil)
    bytes.append(10)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Members and elements equal, in the same order; by text, as NaN equals NaN here.
  public static func == (left: JSONDocument, right: JSONDocument) -> Bool { left.text == right.text }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  /// `indentation`: levels; nil for all on one line.
  private func append(to bytes: inout [UInt8], indentation: Int?) {
    switch self {
    case .null: bytes += Array("null".utf8)
    case .bool(let value): appendText(of: value, to: &bytes)
    case .integer(let value): appendText(of: Int64(value), to: &bytes)
    case .value(let value): appendJSON(of: value, to: &bytes)
    case .string(let value): bytes += CellStyle.json.text(of: value)
    case .array(let elements):
      Self.append(elements.map { (nil, $0) }, between: ("[", "]"), to: &bytes, indentation: indentation)
    case .object(let members):
      Self.append(members.map { ($0.name, $0.value) }, between: ("{", "}"), to: &bytes, indentation: indentation)
    }
  }

  private static func append(
    _ parts: [(name: String?, value: JSONDocument)], between brackets: (String, String), to bytes: inout [UInt8],
    indentation: Int?
  ) {
    let isPlainArray = brackets.0 == "[" && parts.allSatisfy { $0.value.isScalar }
    let level = isPlainArray ? nil : indentation
    bytes += Array(brackets.0.utf8)
    for (index, part) in parts.enumerated() {
      if index > 0 { bytes += Array((level == nil ? ", " : ",").utf8) }
      if let level { newLine(level + 1, to: &bytes) }
      if let name = part.name { bytes += CellStyle.json.text(of: name) + Array(": ".utf8) }
      part.value.append(to: &bytes, indentation: level.map { $0 + 1 })
    }
    if let level, !parts.isEmpty { newLine(level, to: &bytes) }
    bytes += Array(brackets.1.utf8)
  }

  private static func newLine(_ indentation: Int, to bytes: inout [UInt8]) {
    bytes.append(10)
    bytes += [UInt8](repeating: UInt8(ascii: " "), count: 2 * indentation)
  }
}

/// Adds a value as it stands in a JSON table: see ``JSONWriter``.
public func appendJSON(of value: Value, to bytes: inout [UInt8]) {
  switch value {
  case .null: bytes += CellStyle.json.null
  case .string(let text): bytes += CellStyle.json.text(of: text)
  case .date, .timestamp: bytes += CellStyle.json.text(of: plainText(of: value))
  case .float64(let number) where !number.isFinite:
    let style = CellStyle.json
    bytes += number.isNaN ? style.nan : number < 0 ? style.negativeInfinity : style.positiveInfinity
  default: appendText(of: value, to: &bytes)
  }
}
