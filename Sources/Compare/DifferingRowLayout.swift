// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How a row differs.
public enum RowChange: String, Sendable, Hashable, CaseIterable {
  /// The source alone has it.
  case sourceOnly = "source_only"
  /// The other table alone has it.
  case compareOnly = "compare_only"
  /// Both have it, with values that differ.
  case different
}

/// The columns of a table of differing rows, whoever makes it: what stands where.
package struct DifferingRowLayout: Sendable {
  /// What a column holds.
  enum Role: Sendable {
    case key(ColumnPairing)
    case change
    case columns
    case sourceRow
    case compareRow
    case source(ColumnPairing)
    case compare(ColumnPairing)
  }

  /// The key columns, which come first.
  package let keys: [ColumnPairing]
  /// The compared columns, two columns each, which come last.
  package let columns: [ColumnPairing]
  /// Names and types.
  package let schema: Schema
  /// The compared columns' names as they stand in a list.
  let listedNames: [[UInt8]]
  private let roles: [Role]

  /// That of a comparison's rows.
  package init(_ comparison: Comparison) {
    self.init(keys: comparison.keys, columns: comparison.columns.map(\.pairing))
  }

  /// That of rows with these keys and compared columns.
  init(keys: [ColumnPairing], columns: [ColumnPairing]) {
    (self.keys, self.columns) = (keys, columns)
    roles =
      keys.map { .key($0) } + [.change, .columns, .sourceRow, .compareRow]
      + columns.flatMap { [.source($0), .compare($0)] }
    schema = Self.schema(roles)
    listedNames = columns.map { Array(listedName($0.name).utf8) }
  }

  /// What column `column` of the table holds.
  func role(ofColumn column: Int) -> Role { roles[column] }

  /// Position of `change`; `columns`, `source_row` and `compare_row` follow.
  package var changePosition: Int { keys.count }
  /// Position of `source_row`, which `compare_row` follows.
  package var sourceRowPosition: Int { keys.count + 2 }
  /// Position of the source's values of a compared column; the other table's follow.
  package func sourcePosition(of column: Int) -> Int { keys.count + 4 + 2 * column }

  /// A key's type: that of both sides, else string.
  static func keyType(_ key: ColumnPairing) -> ColumnType {
    key.sourceType == key.compareType ? key.sourceType : .string
  }

  /// Names of columns as one text: with commas between them; a name with white space, commas, parentheses or quotes in it, or without
  /// characters, stands in double quotes, which are doubled inside. So `--columns` takes it.
  package static func list(of names: [String]) -> String { names.map(listedName).joined(separator: ",") }

  private static func schema(_ roles: [Role]) -> Schema {
    var taken: Set<String> = []
    func unique(_ name: String) -> String {
      var name = name
      while !taken.insert(name).inserted { name += "_" }
      return name
    }
    return Schema(
      roles.map { role in
        switch role {
        case .key(let key): Field(name: unique(key.name), type: keyType(key))
        case .change: Field(name: unique("change"), type: .string)
        case .columns: Field(name: unique("columns"), type: .string)
        case .sourceRow: Field(name: unique("source_row"), type: .int64)
        case .compareRow: Field(name: unique("compare_row"), type: .int64)
        case .source(let column): Field(name: unique(column.name + "_source"), type: column.sourceType)
        case .compare(let column): Field(name: unique(column.name + "_compare"), type: column.compareType)
        }
      })
  }
}

private func listedName(_ name: String) -> String {
  let scalars = name.unicodeScalars
  if !scalars.isEmpty, !scalars.contains(where: { $0.properties.isWhitespace || ",()\"".unicodeScalars.contains($0) }) {
    return name
  }
  var quoted = String.UnicodeScalarView()
  for scalar in scalars {
    if scalar == "\"" { quoted.append(scalar) }
    quoted.append(scalar)
  }
  return "\"" + String(quoted) + "\""
}

/// Reads what ``DifferingRowLayout/list(of:)`` writes.
struct ColumnLists: Sendable {
  private let positions: [String: Int]

  init(_ layout: DifferingRowLayout) {
    positions = Dictionary(
      layout.listedNames.enumerated().map { (String(decoding: $1, as: UTF8.self), $0) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Positions of the compared columns that a list names, in its order. O(length).
  func columns(in list: String) -> [Int] {
    var found: [Int] = []
    var name = String.UnicodeScalarView()
    var isQuoted = false
    // A doubled quote closes and opens again.
    for scalar in list.unicodeScalars {
      if scalar == "\"" { isQuoted.toggle() }
      if scalar == ",", !isQuoted {
        if let position = positions[String(name)] { found.append(position) }
        name = String.UnicodeScalarView()
      } else {
        name.append(scalar)
      }
    }
    if let position = positions[String(name)] { found.append(position) }
    return found
  }
}
