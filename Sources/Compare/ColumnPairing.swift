// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension ColumnPairing {
  /// Pairs the columns called `name`. Throws ``UnknownColumn`` naming the side that lacks it.
  init(_ name: String, in source: any TableSource, and other: any TableSource) throws(UnknownColumn) {
    let sourcePosition = try source.schema.require(name, in: source.name)
    let comparePosition = try other.schema.require(name, in: other.name)
    self.init(
      name: name, sourceType: source.schema.fields[sourcePosition].type,
      compareType: other.schema.fields[comparePosition].type, sourcePosition: sourcePosition,
      comparePosition: comparePosition)
  }

  init(name: String, sourceType: ColumnType, compareType: ColumnType, sourcePosition: Int, comparePosition: Int) {
    self.name = name
    self.sourceType = sourceType
    self.compareType = compareType
    self.sourcePosition = sourcePosition
    self.comparePosition = comparePosition
    comparedAs = ComparedAs(sourceType, compareType)
  }

  /// Most digits after the point of either side.
  var scale: Int { max(sourceType.scale, compareType.scale) }

  /// True if both sides are held as 64-bit integers of the same scale, which can be compared as they are.
  var isNarrow: Bool {
    !sourceType.isWide && !compareType.isWide && sourceType.scale == compareType.scale
  }
}

extension ComparedAs {
  init(_ a: ColumnType, _ b: ColumnType) {
    switch (a, b) {
    case (.bool, .bool): self = .bool
    case (.date, .date): self = .date
    case (.timestamp(let sourceIsUTC), .timestamp(let compareIsUTC)) where sourceIsUTC == compareIsUTC:
      self = .timestamp
    case (.date, .timestamp(isUTC: false)), (.timestamp(isUTC: false), .date): self = .timestamp
    case (.string, .string): self = .string
    case (.int64, .int64): self = .integer
    case (.float64, .float64): self = .float64
    case (.float64, .int64), (.float64, .decimal), (.int64, .float64), (.decimal, .float64): self = .printedNumber
    case (.int64, .decimal), (.decimal, .int64), (.decimal, .decimal):
      self = a.scale == 0 && b.scale == 0 ? .integer : .decimal
    default: self = .text
    }
  }
}

extension SchemaDifferences {
  init(_ source: any TableSource, _ other: any TableSource) {
    let common = source.schema.fields.enumerated().compactMap { position, field -> ColumnPairing? in
      guard let comparePosition = other.schema.position(of: field.name) else { return nil }
      return ColumnPairing(
        name: field.name, sourceType: field.type, compareType: other.schema.fields[comparePosition].type,
        sourcePosition: position, comparePosition: comparePosition)
    }
    onlyInSource = source.schema.fields.filter { other.schema.position(of: $0.name) == nil }
    onlyInCompare = other.schema.fields.filter { source.schema.position(of: $0.name) == nil }
    typeDifferences = common.filter { $0.sourceType != $0.compareType }
  }
}

/// The key columns and the compared columns that `request` means for two tables.
///
/// Throws ``CompareError`` for requests that make no sense and ``UnknownColumn`` for names that a side lacks.
func pairColumns(
  _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest
) throws -> (keys: [ColumnPairing], columns: [ColumnPairing]) {
  guard !request.keys.isEmpty else { throw CompareError.noKeys }
  for names in [request.keys, request.columns ?? []] {
    var seen: Set<String> = []
    for name in names where !seen.insert(name).inserted { throw CompareError.repeatedName(name) }
  }
  let keys = try request.keys.map { try ColumnPairing($0, in: source, and: other) }
  let names =
    request.columns
    ?? source.schema.names.filter {
      other.schema.position(of: $0) != nil && !request.keys.contains($0)
    }
  for name in names where request.keys.contains(name) { throw CompareError.comparedKey(name) }
  return (keys, try names.map { try ColumnPairing($0, in: source, and: other) })
}
