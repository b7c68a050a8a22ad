// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension ColumnPairing {
  /// Pairs two columns. Throws ``UnknownColumn`` naming the side that lacks its own.
  init(_ names: NamePair, in source: any TableSource, and other: any TableSource) throws(UnknownColumn) {
    let sourcePosition = try source.schema.require(names.source, in: source.name)
    let comparePosition = try other.schema.require(names.compare, in: other.name)
    self.init(
      names, sourceType: source.schema.fields[sourcePosition].type,
      compareType: other.schema.fields[comparePosition].type, sourcePosition: sourcePosition,
      comparePosition: comparePosition)
  }

  private init(
    _ names: NamePair, sourceType: ColumnType, compareType: ColumnType, sourcePosition: Int, comparePosition: Int
  ) {
    name = names.source
    compareName = names.compare
    self.sourceType = sourceType
    self.compareType = compareType
    self.sourcePosition = sourcePosition
    self.comparePosition = comparePosition
    comparedAs = ComparedAs(sourceType, compareType)
  }

  /// The same two columns where both tables have them at `position`.
  func placed(at position: Int) -> ColumnPairing {
    ColumnPairing(
      NamePair(name, compareName), sourceType: sourceType, compareType: compareType, sourcePosition: position,
      comparePosition: position)
  }

  /// A column that both tables have at `position`.
  init(both field: Field, at position: Int) {
    self.init(
      NamePair(field.name, field.name), sourceType: field.type, compareType: field.type, sourcePosition: position,
      comparePosition: position)
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

/// Which columns of two tables a request pairs, and for what.
struct PairedColumns {
  /// The keys, in the order asked for; empty where rows are paired otherwise, or keys are still to be found.
  var keys: [ColumnPairing]
  /// Columns to compare, keys that are still to be found among them.
  private var compared: [ColumnPairing]
  /// Tolerances by position in the source's schema; those asked for by name.
  private let named: [Int: Tolerance]
  private let tolerance: Tolerance?
  let schema: SchemaDifferences
  /// Pairs of columns that may be keys where none are named: all but those that are ignored or asked to be compared, in the source's order.
  let possibleKeys: [ColumnPairing]
  private let areColumnsNamed: Bool

  /// Throws ``CompareError`` for requests that make no sense and ``UnknownColumn`` for names that a side lacks.
  init(_ source: any TableSource, _ other: any TableSource, _ request: CompareRequest) throws {
    let names = try ColumnNames(source, other, request)
    keys = try names.keys.map { try ColumnPairing($0, in: source, and: other) }
    let all = try names.common.map { try ColumnPairing($0, in: source, and: other) }
    schema = SchemaDifferences(source, other, all, ignored: names.ignored)
    areColumnsNamed = request.columns != nil
    if let wanted = request.columns {
      compared = try wanted.map { try ColumnPairing(names.pair(for: $0), in: source, and: other) }
      let keyColumns = Set(keys.map(\.sourcePosition))
      if let key = compared.first(where: { keyColumns.contains($0.sourcePosition) }) {
        throw CompareError.comparedKey(key.name)
      }
    } else {
      let keyColumns = Set(keys.map(\.sourcePosition))
      compared = all.filter { !keyColumns.contains($0.sourcePosition) }
    }
    let asked = Set(request.columns == nil ? [] : compared.map(\.sourcePosition))
    possibleKeys = all.filter { !asked.contains($0.sourcePosition) }
    var named: [Int: Tolerance] = [:]
    for item in request.tolerances where item.column != NamedTolerance.everyColumn {
      let pairing = try ColumnPairing(names.pair(for: item.column), in: source, and: other)
      guard compared.contains(where: { $0.sourcePosition == pairing.sourcePosition }) else {
        throw CompareError.toleranceNotCompared(item.column)
      }
      guard try pairing.sourceType.isNumeric || source.hasNoValue(column: pairing.sourcePosition),
        try pairing.compareType.isNumeric || other.hasNoValue(column: pairing.comparePosition)
      else {
        throw CompareError.toleranceWithoutNumbers(item.column, pairing.sourceType, pairing.compareType)
      }
      named[pairing.sourcePosition] = item.tolerance
    }
    self.named = named
    tolerance = request.tolerances.first { $0.column == NamedTolerance.everyColumn }?.tolerance
  }

  /// Columns to compare: in the order asked for, else in the source's. Keys that were found are not among them, unless asked for.
  var columns: [ColumnPairing] {
    let keyColumns = Set(keys.map(\.sourcePosition))
    return areColumnsNamed ? compared : compared.filter { !keyColumns.contains($0.sourcePosition) }
  }

  /// How far apart the numbers of a column may be; nil for a column of other values.
  func tolerance(of pairing: ColumnPairing) -> Tolerance? {
    guard pairing.sourceType.isNumeric, pairing.compareType.isNumeric else { return nil }
    return named[pairing.sourcePosition] ?? tolerance
  }
}

extension TableSource {
  /// True if a column has no value in any row: its type says nothing. O(chunks). Throws what reading statistics throws.
  fileprivate func hasNoValue(column: Int) throws -> Bool {
    try (0..<chunkCount).allSatisfy { chunk in
      try statistics(column: column, chunk: chunk).nullCount == rowCount(ofChunk: chunk)
    }
  }
}

/// What a request's names stand for.
private struct ColumnNames {
  /// The keys asked for.
  let keys: [NamePair]
  /// Columns of both sides, in the source's order, those of unlike names that were said to belong together among them.
  let common: [NamePair]
  /// Names on either side that take no part.
  let ignored: (source: Set<String>, compare: Set<String>)
  private let renamed: [NamePair]

  init(_ source: any TableSource, _ other: any TableSource, _ request: CompareRequest) throws {
    for names in [request.columns ?? [], request.ignored, request.tolerances.map(\.column)] {
      try refuseRepeats(names)
    }
    for name in request.renames {
      _ = try source.schema.require(name.source, in: source.name)
      _ = try other.schema.require(name.compare, in: other.name)
    }
    var keys: [NamePair] = []
    if case .keys(let asked) = request.rows {
      guard !asked.isEmpty else { throw CompareError.noKeys }
      keys = asked.map { $0.source == $0.compare ? found($0.source, in: request.renames) : $0 }
    }
    let renamed = request.renames + keys.filter { $0.source != $0.compare && !request.renames.contains($0) }
    try refuseRepeats(renamed.map(\.source))
    try refuseRepeats(renamed.map(\.compare))
    try refuseRepeats(keys.map(\.source))
    try refuseRepeats(keys.map(\.compare))
    var ignored: (source: Set<String>, compare: Set<String>) = ([], [])
    for name in request.ignored {
      let pair = found(name, in: renamed)
      let known = (source.schema.position(of: pair.source) != nil, other.schema.position(of: pair.compare) != nil)
      guard known.0 || known.1 else {
        let more = other.schema.names.filter { source.schema.position(of: $0) == nil }
        throw UnknownColumn(name: name, source: source.name, known: source.schema.names + more)
      }
      if known.0 { ignored.source.insert(pair.source) }
      if known.1 { ignored.compare.insert(pair.compare) }
    }
    let asked =
      keys + (request.columns ?? []).map { found($0, in: renamed) }
      + request.tolerances.map { found($0.column, in: renamed) }
    if let both = asked.first(where: { ignored.source.contains($0.source) || ignored.compare.contains($0.compare) }) {
      throw CompareError.ignoredToo(both.source)
    }
    let targets = Set(renamed.map(\.compare))
    common = source.schema.names.compactMap { name in
      if ignored.source.contains(name) { return nil }
      if let pair = renamed.first(where: { $0.source == name }) {
        return ignored.compare.contains(pair.compare) ? nil : pair
      }
      return other.schema.position(of: name) == nil || targets.contains(name) ? nil : NamePair(name, name)
    }
    (self.keys, self.ignored, self.renamed) = (keys, ignored, renamed)
  }

  /// The columns that a name of either side stands for.
  func pair(for name: String) -> NamePair { found(name, in: renamed) }
}

/// The pair that `name` is part of; of no pair, the name itself on both sides.
private func found(_ name: String, in pairs: [NamePair]) -> NamePair {
  pairs.first { $0.source == name } ?? pairs.first { $0.compare == name } ?? NamePair(name, name)
}

private func refuseRepeats(_ names: [String]) throws(CompareError) {
  var seen: Set<String> = []
  for name in names where !seen.insert(name).inserted { throw CompareError.repeatedName(name) }
}

extension SchemaDifferences {
  fileprivate init(
    _ source: any TableSource, _ other: any TableSource, _ common: [ColumnPairing],
    ignored: (source: Set<String>, compare: Set<String>)
  ) {
    let sourceNames = Set(common.map(\.name)).union(ignored.source)
    let compareNames = Set(common.map(\.compareName)).union(ignored.compare)
    onlyInSource = source.schema.fields.filter { !sourceNames.contains($0.name) }
    onlyInCompare = other.schema.fields.filter { !compareNames.contains($0.name) }
    typeDifferences = common.filter { $0.sourceType != $0.compareType }
  }
}
