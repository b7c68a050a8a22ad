// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Cells of a damaged file that could not be read.
public struct SalvageLoss: Sendable, Equatable {
  /// The column; nil for what belongs to none (the header, the metadata).
  public let column: String?
  /// First of the rows concerned, counted from 1 over the whole damaged table; 0 if no row is.
  public let firstRow: Int
  /// How many rows from there on; in each the column's cell is lost.
  public let rowCount: Int
  /// What is damaged, one line.
  public let reason: String
}

/// Cells of a damaged file that one fault has cost one column.
public struct SalvageLossGroup: Sendable, Equatable {
  /// The column; nil for what belongs to none (the metadata).
  public let column: String?
  /// What is damaged, one line.
  public let reason: String
  /// First of the rows concerned, counted from 1 over the whole damaged table; 0 if no row is.
  public internal(set) var firstRow = 0
  /// Last of them.
  public internal(set) var lastRow = 0
  /// Cells lost; those between first and last row that are not counted are there, or lost for another reason.
  public internal(set) var cellCount = 0
}

/// Collects losses as they are found, in the order of the rows of each column.
struct SalvageLosses {
  /// Whether single losses are kept; they may be as many as cells, groups only as many as damaged parts.
  private let isListing: Bool
  private(set) var list: [SalvageLoss] = []
  private(set) var groups: [SalvageLossGroup] = []
  private var numbers: [Key: Int] = [:]

  private struct Key: Hashable {
    let column: String?
    let reason: String
  }

  init(isListing: Bool) { self.isListing = isListing }

  /// Number of the group of a column and a reason, made if it is new.
  mutating func group(column: String?, reason: String) -> Int {
    let key = Key(column: column, reason: reason)
    if let known = numbers[key] { return known }
    numbers[key] = groups.count
    groups.append(SalvageLossGroup(column: column, reason: reason))
    return groups.count - 1
  }

  /// Adds rows that follow those which the group already has.
  mutating func add(firstRow: Int, rowCount: Int, to group: Int) {
    if groups[group].cellCount == 0 { groups[group].firstRow = firstRow }
    groups[group].lastRow = max(firstRow, firstRow + rowCount - 1)
    groups[group].cellCount += rowCount
    guard isListing else { return }
    let (column, reason) = (groups[group].column, groups[group].reason)
    list.append(SalvageLoss(column: column, firstRow: firstRow, rowCount: rowCount, reason: reason))
  }
}
