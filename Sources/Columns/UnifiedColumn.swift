// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A column of several inputs, brought to one type.
package struct UnifiedColumn: Sendable {
  /// The type all inputs' pages are brought to.
  package let type: ColumnType
  /// Name in the inputs.
  package let name: String
  /// Per input, where the column is.
  private let locations: [Location]
  /// True if no input has a value in it: nulls of any type.
  package let hasNoValues: Bool

  private struct Location {
    let position: Int
    let type: ColumnType
    /// True of a string column without a single value: nothing says that it is text, so it joins with any type.
    let hasNoValues: Bool
    let isComputed: Bool
  }

  /// Finds `name` in each input. int64 and decimals join to a decimal that holds all of them, dates and
  /// timestamps without offset to timestamps.
  ///
  /// `typeWithoutValues` is the type where no input has a value: nulls are of any type. Throws `column.unknown`, or
  /// `table.mismatch` for types that do not join.
  ///
  /// `trustsStrings`: where all inputs have strings, footers are not read to see whether there are any; `hasNoValues` is then false.
  package init(
    _ name: String, in sources: [any TableSource], typeWithoutValues: ColumnType = .string, trustsStrings: Bool = false
  ) throws {
    self.name = name
    let positions = try sources.map { try $0.schema.require(name, in: $0.name) }
    let types = zip(sources, positions).map { $0.schema.fields[$1].type }
    let mayLackValues = !trustsStrings || types.contains { $0 != .string }
    locations = try zip(sources, positions).enumerated().map { number, input in
      let isComputed = input.0.isComputed(column: input.1)
      let mayLack = mayLackValues && types[number] == .string && !isComputed && input.0.mayLackValues(column: input.1)
      return Location(
        position: input.1, type: types[number],
        hasNoValues: mayLack ? try lacksValues(input.0, column: input.1) : false, isComputed: isComputed)
    }
    var known: (type: ColumnType, file: String)?
    for (source, location) in zip(sources, locations) where !location.hasNoValues {
      guard let before = known, before.type != location.type else {
        known = known ?? (location.type, source.name)
        continue
      }
      guard let joined = joinedType(before.type, location.type) else {
        throw TableError(
          code: "table.mismatch",
          summary: "the column is \(location.type) here and \(before.type) in \(before.file)",
          place: Place(file: source.name, column: name), advice: "convert both inputs with one type for it in --schema")
      }
      known = (joined, before.file)
    }
    type = known?.type ?? typeWithoutValues
    hasNoValues = known == nil
  }

  /// True if its values are worked out when they are asked for: statistics cost that.
  package var isComputed: Bool { locations.contains(where: \.isComputed) }

  /// Where the column is in input `number`.
  package func position(in number: Int) -> Int { locations[number].position }

  /// The dictionary that codes of `source`'s pages refer to.
  package func dictionary(of source: any TableSource, number: Int) throws -> StringDictionary? {
    try source.dictionary(column: locations[number].position)
  }

  /// True if every page of input `number` holds codes of its dictionary or nulls alone; false also where that is not known.
  package func holdsOnlyCodes(of source: any TableSource, number: Int) throws -> Bool {
    if locations[number].hasNoValues { return true }
    return try source.holdsOnlyCodes(column: locations[number].position)
  }

  /// One page of input `number`, or `rows` of it, in the unified type. Throws `table.overflow` if one of these values needs more than 38
  /// digits in it.
  package func page(
    of source: any TableSource, number: Int, chunk: Int, rows: [UInt32]? = nil
  ) throws -> ColumnPage {
    let page = try source.page(column: locations[number].position, chunk: chunk, rows: rows)
    let own = locations[number].type
    if locations[number].hasNoValues { return ColumnPage(nullRows: page.rowCount, type: type) }
    if own == type || own != .date && own.isWide == type.isWide && own.scale == type.scale { return page }
    if let (digits, _) = digits(own), digits + type.scale - own.scale > ColumnType.maximumDecimalPrecision {
      try checkRoom(page, for: type.scale - own.scale, file: source.name)
    }
    return page.rescaled(from: own, to: type)
  }

  /// Runs `body` on one page of input `number` in the simplest form there is, in the unified type. Throws as `page` does.
  package func withForm<R>(
    of source: any TableSource, number: Int, chunk: Int, _ body: (PageForm) throws -> R
  ) throws -> R {
    let location = locations[number]
    guard !location.hasNoValues, let factor = factor(from: location.type) else {
      return try body(PageForm(try page(of: source, number: number, chunk: chunk)))
    }
    return try source.withForm(column: location.position, chunk: chunk) { form in
      if location.type == type { return try body(form) }
      if case .decoded(let values) = form.content {
        let page = ColumnPage(values: values, validity: form.validity)
        return try body(PageForm(page.rescaled(from: location.type, to: type)))
      }
      if let scaled = form.multiplied(by: factor) { return try body(scaled) }
      return try body(PageForm(try page(of: source, number: number, chunk: chunk)))
    }
  }

  /// Runs `body` on the integers of one page of input `number` a piece at a time, or on nil where ``withForm(of:number:chunk:_:)`` serves.
  /// Throws what reading or `body` throws.
  package func withPieces<R>(
    of source: any TableSource, number: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R
  ) throws -> R {
    let location = locations[number]
    guard !location.hasNoValues, location.type == type else { return try body(nil) }
    return try source.withPieces(column: location.position, chunk: chunk, body)
  }

  /// Runs `body` on one page of input `number` in the input's own type, and what its integers are to be multiplied with in the unified one
  /// (they may have no room for that): in the simplest form there is, or decoded. Throws what reading or `body` throws.
  package func withOwnForm<R>(
    of source: any TableSource, number: Int, chunk: Int, decoded: Bool, _ body: (PageForm, Int128) throws -> R
  ) throws -> R {
    let location = locations[number]
    if location.hasNoValues { return try body(PageForm(try page(of: source, number: number, chunk: chunk)), 1) }
    let factor = multiplier(from: location.type)
    if decoded { return try body(PageForm(try source.page(column: location.position, chunk: chunk)), factor) }
    return try source.withForm(column: location.position, chunk: chunk) { try body($0, factor) }
  }

  /// True if a value of input `number` may need more than 38 digits in the unified type, or fail to be worked out: rows that nobody asks for
  /// are then left out before.
  package func mayLackRoom(input number: Int) -> Bool {
    locations[number].isComputed || !locations[number].hasNoValues && factor(from: locations[number].type) == nil
  }

  /// What the input has kept of a page, in the unified type; nil where it keeps nothing, or bounds need more than 38 digits.
  package func storedStatistics(of source: any TableSource, number: Int, chunk: Int) throws -> PageStatistics? {
    guard source.hasStoredStatistics, !locations[number].isComputed else { return nil }
    return try rescaledStatistics(of: source, number: number, chunk: chunk)
  }

  /// What is known of one page of input `number`, in the unified type. Throws `table.overflow` as ``page(of:number:chunk:)``.
  package func statistics(of source: any TableSource, number: Int, chunk: Int) throws -> PageStatistics {
    guard let rescaled = try rescaledStatistics(of: source, number: number, chunk: chunk) else {
      throw overflow(file: source.name)
    }
    return rescaled
  }

  private func rescaledStatistics(of source: any TableSource, number: Int, chunk: Int) throws -> PageStatistics? {
    let location = locations[number]
    let own = try source.statistics(column: location.position, chunk: chunk)
    if location.hasNoValues { return PageStatistics(ofNulls: own.rowCount, type: type) }
    return own.rescaled(from: location.type, to: type)
  }

  /// What integers of type `own` are multiplied with in the unified type; nil where a value may have no room for that.
  private func factor(from own: ColumnType) -> Int128? {
    if own != type, let (digits, _) = digits(own),
      digits + type.scale - own.scale > ColumnType.maximumDecimalPrecision
    {
      return nil
    }
    return multiplier(from: own)
  }

  /// What integers of type `own` are multiplied with in the unified type, should there be room.
  private func multiplier(from own: ColumnType) -> Int128 {
    if own == type { return 1 }
    return own == .date ? microsecondsPerDay : powerOfTen(type.scale - own.scale)
  }

  /// Throws if a value has no room for so many more digits.
  private func checkRoom(_ page: ColumnPage, for digits: Int, file: String) throws(TableError) {
    let limit = powerOfTen(ColumnType.maximumDecimalPrecision - digits).magnitude
    let hasRoom =
      switch page.values {
      case .int64(let values): values.indices.allSatisfy { fits(UInt128(values[$0].magnitude), $0) }
      case .int128(let values): values.indices.allSatisfy { fits(values[$0].magnitude, $0) }
      default: preconditionFailure("only integers are rescaled")
      }
    guard !hasRoom else { return }
    throw overflow(file: file)

    func fits(_ magnitude: UInt128, _ row: Int) -> Bool {
      magnitude < limit || !page.validity.isValid(row)
    }
  }
}

extension UnifiedColumn {
  private func overflow(file: String) -> TableError {
    TableError(
      code: "table.overflow",
      summary: "a value needs more than 38 digits with the other inputs' \(type.scale) decimals",
      place: Place(file: file, column: name), advice: "take the inputs one by one, or convert them with fewer decimals")
  }
}

/// True if no row of the column has a value. Costs reading the column's part of the footer; stops at the first value.
private func lacksValues(_ source: any TableSource, column: Int) throws -> Bool {
  for chunk in 0..<source.chunkCount {
    let statistics = try source.statistics(column: column, chunk: chunk)
    if statistics.nullCount < statistics.rowCount { return false }
  }
  return true
}

/// The decimal (as far as 38 digits go) or timestamp that holds both types' values, nil if they do not mix.
package func joinedType(_ a: ColumnType, _ b: ColumnType) -> ColumnType? {
  if [a, b] == [.date, .timestamp(isUTC: false)] || [a, b] == [.timestamp(isUTC: false), .date] {
    return .timestamp(isUTC: false)
  }
  guard let (digitsA, scaleA) = digits(a), let (digitsB, scaleB) = digits(b) else { return nil }
  let scale = max(scaleA, scaleB)
  let precision = scale + max(digitsA - scaleA, digitsB - scaleB)
  return .decimal(precision: min(precision, ColumnType.maximumDecimalPrecision), scale: scale)
}

private func digits(_ type: ColumnType) -> (precision: Int, scale: Int)? {
  switch type {
  case .int64: (19, 0)
  case .decimal(let precision, let scale): (precision, scale)
  default: nil
  }
}
