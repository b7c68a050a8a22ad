// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Where along an ordered key rows differ: counts over at most a hundred stretches of equal length.
///
/// Where the stretches lie follows from the key's smallest and greatest value on both sides alone, so that profiles of parts of the rows, made with
/// the bounds of all, add up.
public struct KeyProfile: Sendable, Equatable {
  /// Most stretches.
  public static let stretchLimit = 100

  /// Rows of one stretch.
  public struct Stretch: Sendable, Equatable {
    /// All rows of the source.
    public var sourceRowCount = 0
    /// Rows of both tables that differ.
    public var differentCount = 0
    /// Rows that the source alone has.
    public var sourceOnlyCount = 0
    /// Rows that the other table alone has.
    public var compareOnlyCount = 0

    /// Rows of the three kinds that differ.
    public var differingCount: Int { differentCount + sourceOnlyCount + compareOnlyCount }
  }

  /// The key's name.
  public let name: String
  /// Its type, on both sides.
  public let type: ColumnType
  /// Where the first stretch begins: days, microseconds or whole numbers.
  public let start: Int128
  /// The greatest key.
  public let maximum: Int128
  /// What a stretch spans.
  public let width: Int128
  /// All stretches, those without rows included.
  public private(set) var stretches: [Stretch]
  /// Rows that differ and have no value in this key.
  public private(set) var nullCount = 0

  /// Stretches from `minimum` to `maximum`: days by 1, 2, 5, 7, 14, 28, …, times of day by minutes and hours too, numbers by 1, 2, 5, 10, ….
  init(name: String, type: ColumnType, minimum: Int128, maximum: Int128) {
    self.name = name
    self.type = type
    self.maximum = maximum
    func start(_ width: Int128) -> Int128 {
      if type == .date { return minimum }
      let remainder = minimum % width
      return minimum - (remainder < 0 ? remainder + width : remainder)
    }
    func count(_ width: Int128) -> Int128 { (maximum - start(width)) / width + 1 }
    let width = Self.widths(type).first { count($0) <= Int128(Self.stretchLimit) }
    // The greatest of the widths spans what 64 bits hold a hundred times over.
    self.width = width ?? (maximum - minimum) / Int128(Self.stretchLimit - 1) + 1
    self.start = start(self.width)
    stretches = Array(repeating: Stretch(), count: Int(count(self.width)))
  }

  private static func widths(_ type: ColumnType) -> [Int128] {
    let days: [Int128] = [1, 2, 5, 7, 14, 28, 56, 91, 182, 365, 730, 1_826, 3_652, 7_305, 18_262, 36_525]
    switch type {
    case .date: return days
    case .timestamp:
      let seconds: [Int128] = [1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 43_200]
      return (seconds + days.map { $0 * 86_400 }).map { $0 * 1_000_000 }
    default: return (0...18).flatMap { power in [1, 2, 5].map { $0 * powerOfTen(power) } }
    }
  }

  /// Profiles the differing rows `rows`, which have the columns of `layout`, by a key of `source`: the first one of dates or times, else the
  /// first of whole numbers; of one type on both sides. nil if there is none, or none with a value.
  ///
  /// Reads the key of both tables' footers and of all rows of the source, and that of the differing rows.
  package init?(
    of rows: any TableSource, _ layout: DifferingRowLayout, _ source: any TableSource, _ other: any TableSource
  ) throws {
    guard let position = Self.key(layout.keys) else { return nil }
    let key = layout.keys[position]
    var bounds: (minimum: Int128, maximum: Int128)?
    for (table, column) in [(source, key.sourcePosition), (other, key.comparePosition)] {
      for chunk in 0..<table.chunkCount {
        guard case .integer(let low, let high, _) = try table.statistics(column: column, chunk: chunk).bounds else {
          continue
        }
        bounds = bounds.map { (min($0.minimum, low), max($0.maximum, high)) } ?? (low, high)
      }
    }
    guard let bounds else { return nil }
    self.init(name: key.name, type: key.sourceType, minimum: bounds.minimum, maximum: bounds.maximum)
    for chunk in 0..<source.chunkCount {
      let page = try source.page(column: key.sourcePosition, chunk: chunk)
      for stretch in stretchNumbers(page) where stretch >= 0 { stretches[stretch].sourceRowCount += 1 }
    }
    for chunk in 0..<rows.chunkCount {
      let kinds = try rows.page(column: layout.changePosition, chunk: chunk)
      let dictionary = try rows.dictionary(column: layout.changePosition)
      let page = try rows.page(column: position, chunk: chunk)
      for (row, stretch) in stretchNumbers(page).enumerated() {
        guard stretch >= 0 else {
          nullCount += 1
          continue
        }
        switch kinds.value(at: row, type: .string, dictionary: dictionary) {
        case .string(RowChange.sourceOnly.rawValue): stretches[stretch].sourceOnlyCount += 1
        case .string(RowChange.compareOnly.rawValue): stretches[stretch].compareOnlyCount += 1
        default: stretches[stretch].differentCount += 1
        }
      }
    }
  }

  private static func key(_ keys: [ColumnPairing]) -> Int? {
    let moments = keys.firstIndex { $0.comparedAs == .date || ($0.comparedAs == .timestamp && $0.hasOneType) }
    return moments ?? keys.firstIndex { $0.comparedAs == .integer && $0.sourceType == .int64 && $0.hasOneType }
  }

  /// The stretch of each row of a page of the key; -1 for no value.
  private func stretchNumbers(_ page: ColumnPage) -> [Int] {
    guard case .int64(let values) = page.values else { preconditionFailure("a 64-bit key holds other values") }
    return values.indices.map { row in
      guard page.validity.isValid(row) else { return -1 }
      // Bounds are the tables' own word; a value outside counts at the end.
      return max(0, min(stretches.count - 1, Int((Int128(values[row]) - start) / width)))
    }
  }

  /// Adds the counts of other rows. Precondition: both have the same stretches.
  public mutating func add(_ other: KeyProfile) {
    precondition(start == other.start && width == other.width && stretches.count == other.stretches.count)
    for (index, stretch) in other.stretches.enumerated() {
      stretches[index].sourceRowCount += stretch.sourceRowCount
      stretches[index].differentCount += stretch.differentCount
      stretches[index].sourceOnlyCount += stretch.sourceOnlyCount
      stretches[index].compareOnlyCount += stretch.compareOnlyCount
    }
    nullCount += other.nullCount
  }
}

extension ColumnPairing {
  fileprivate var hasOneType: Bool { sourceType == compareType }
}
