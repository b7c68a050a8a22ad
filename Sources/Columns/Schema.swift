// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// One column's name and type.
public struct Field: Sendable, Hashable {
  /// Name as the source spells it; any UTF-8, may be empty.
  public let name: String
  /// Logical type.
  public let type: ColumnType

  /// Pairs a name with a type.
  public init(name: String, type: ColumnType) {
    self.name = name
    self.type = type
  }
}

/// Names and types of a table's columns, in order.
public struct Schema: Sendable, Hashable {
  /// Columns in order; names are unique, under Unicode canonical equivalence too.
  public let fields: [Field]
  private let positions: [String: Int]

  /// Precondition: names are unique (readers check this at the border).
  public init(_ fields: [Field]) {
    self.fields = fields
    positions = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name, $0) })
  }

  /// The schema, or the position of the first column whose name an earlier one has.
  package static func checked(_ fields: [Field]) -> Checked {
    var positions: [String: Int] = [:]
    positions.reserveCapacity(fields.count)
    for (position, field) in fields.enumerated() where positions.updateValue(position, forKey: field.name) != nil {
      return .nameTwice(position)
    }
    return .schema(Schema(fields: fields, positions: positions))
  }

  /// What ``checked(_:)`` finds.
  package enum Checked {
    case schema(Schema)
    case nameTwice(Int)
  }

  private init(fields: [Field], positions: [String: Int]) {
    self.fields = fields
    self.positions = positions
  }

  /// Position of the column called `name`, nil if there is none. O(1).
  public func position(of name: String) -> Int? { positions[name] }

  /// Column names in order.
  public var names: [String] { fields.map(\.name) }

  /// Position of the column called `name`.
  ///
  /// Throws ``UnknownColumn`` with the nearest name as a suggestion.
  public func require(_ name: String, in source: String) throws(UnknownColumn) -> Int {
    if let position = positions[name] { return position }
    throw UnknownColumn(name: name, source: source, known: names)
  }
}
