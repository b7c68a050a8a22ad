// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Where something was found; absent parts are not known or do not apply.
public struct Place: Sendable, Hashable {
  /// Path or address as the user gave it; `-` is standard input.
  public var file: String?
  /// Number of the data row, counted from 1, header not counted.
  public var row: Int?
  /// Line of the text, counted from 1.
  public var line: Int?
  /// Offset from the start of the file (of the decompressed text for compressed text), counted from 0.
  public var byteOffset: Int?
  /// Column name.
  public var column: String?

  /// Names the parts that are known.
  public init(
    file: String? = nil, row: Int? = nil, line: Int? = nil, byteOffset: Int? = nil, column: String? = nil
  ) {
    self.file = file
    self.row = row
    self.line = line
    self.byteOffset = byteOffset
    self.column = column
  }
}

extension Place: CustomStringConvertible {
  /// `cities.csv: row 12, line 13, byte 431, column "cases"`; empty when nothing is known.
  public var description: String {
    var parts: [String] = []
    if let row { parts.append("row \(row)") }
    if let line { parts.append("line \(line)") }
    if let byteOffset { parts.append("byte \(byteOffset)") }
    if let column { parts.append("column \"\(column)\"") }
    let inside = parts.joined(separator: ", ")
    guard let file else { return inside }
    return inside.isEmpty ? file : "\(file): \(inside)"
  }
}

/// An error about data or the environment that says what, where, and what to do.
///
/// Each module has one small error type that conforms; the command prints all of them alike and exits with 2.
public protocol Diagnosis: Error, Sendable {
  /// Stable identifier such as `csv.ragged-row`; tests assert it, texts may change.
  var code: String { get }
  /// What was found and what was expected, one line without a full stop.
  var summary: String { get }
  /// Where.
  var place: Place { get }
  /// What the user can do about it, one line; nil if there is nothing sensible to say.
  var advice: String? { get }
  /// Further lines: the record it is about, other faults of the same kind.
  var details: [String] { get }
}

extension Diagnosis {
  /// None, unless an error says otherwise.
  public var details: [String] { [] }
}

/// A column was asked for that the table does not have.
public struct UnknownColumn: Diagnosis {
  /// The name asked for.
  public let name: String
  /// The table that lacks it.
  public let source: String
  /// Names it has.
  public let known: [String]

  /// Says that `source`, whose columns are `known`, has no column `name`.
  public init(name: String, source: String, known: [String]) {
    self.name = name
    self.source = source
    self.known = known
  }

  /// Always `column.unknown`.
  public var code: String { "column.unknown" }
  /// One line naming the column.
  public var summary: String { "no column \"\(name)\"" }
  /// The table.
  public var place: Place { Place(file: source) }
  /// Nearest name, else the list of all (cut after twelve).
  public var advice: String? {
    if let near = nearestName(to: name, among: known) { return "did you mean \"\(near)\"?" }
    if known.isEmpty { return "the table has no columns" }
    let shown = known.prefix(12).joined(separator: ", ")
    return "columns are: \(shown)\(known.count > 12 ? ", … (\(known.count) in all)" : "")"
  }
}
