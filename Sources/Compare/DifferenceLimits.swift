// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A kind of difference between two tables.
public enum DifferenceKind: String, Sendable, Hashable, CaseIterable {
  /// Columns on one side only, and types that differ.
  case schema
  /// Rows on one side only, and keys counted alone that have not as many rows on both.
  case rows
  /// Rows of both sides with values that differ, beyond tolerances.
  case values
}

/// How much may differ before two tables count as different.
public struct DifferenceLimits: Sendable, Hashable {
  /// What counts.
  public var kinds: Set<DifferenceKind>
  /// Most rows that may differ; nil with ``maximumShare``: as many as that allows; else none.
  public var maximumCount: Int?
  /// Most rows that may differ, as a part (a relative tolerance, 0.5 % for instance) of all rows compared: pairs, and rows on one side only.
  public var maximumShare: Tolerance?

  /// Rows and values count, and none may differ.
  public init(
    kinds: Set<DifferenceKind> = [.rows, .values], maximumCount: Int? = nil, maximumShare: Tolerance? = nil
  ) {
    self.kinds = kinds
    self.maximumCount = maximumCount
    self.maximumShare = maximumShare
  }
}

extension Comparison {
  /// True if more differs than `limits` allow. Schemas that differ always do, where they count; rows of both kinds are counted together.
  public func exceeds(_ limits: DifferenceLimits) -> Bool {
    if limits.kinds.contains(.schema), !schema.isEmpty { return true }
    let count =
      (limits.kinds.contains(.rows) ? loneRowCount : 0) + (limits.kinds.contains(.values) ? differentRowCount : 0)
    if let maximum = limits.maximumCount, count > maximum { return true }
    guard let share = limits.maximumShare else { return limits.maximumCount == nil && count > 0 }
    let total = pairedRowCount + loneRowCount
    return !share.allows(distance: UInt128(count), magnitude: UInt128(total), digits: 0)
  }
}
