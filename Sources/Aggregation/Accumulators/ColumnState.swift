// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// What may be kept of a column, for one function or for several.
enum AccumulatorKind: Hashable, Sendable {
  case sums
  case squares
  case minima
  case maxima
  /// All values.
  case values
  case distinct
  case firsts
  case lasts
  /// So many greatest values.
  case tops(Int)
  /// So many smallest values.
  case bottoms(Int)

  /// What `function` of one column of type `type` asks for; nothing for counts, which all columns have.
  static func needed(for function: AggregateFunction, _ type: ColumnType) -> [AccumulatorKind] {
    switch function {
    case .count, .correlation, .covariance: []
    case .countDistinct: [.distinct]
    case .sum, .mean: [.sums]
    case .min: [.minima]
    case .max: [.maxima]
    case .median, .quantile: [.values]
    case .variance, .standardDeviation: [.sums, .squares]
    case .first, .any: [.firsts]
    case .last: [.lasts]
    case .top(let count): [fewValues(count, type) ? .tops(count) : .values]
    case .bottom(let count): [fewValues(count, type) ? .bottoms(count) : .values]
    }
  }

  /// True if so many values are kept in order at all times. The order of strings is known at the end only.
  private static func fewValues(_ count: Int, _ type: ColumnType) -> Bool { count <= 64 && type != .string }
}

/// What one worker keeps of one column.
struct ColumnState {
  var nulls = GroupCounts()
  let type: ColumnType
  /// One per kind, in the same order for all workers.
  let all: [any Accumulator]
  private let kinds: [AccumulatorKind]

  /// `isOfPart`: rows are few, and other states follow.
  init(_ functions: Set<AggregateFunction>, _ type: ColumnType, isOfPart: Bool = false) {
    self.type = type
    kinds = Set(functions.flatMap { AccumulatorKind.needed(for: $0, type) }).sorted { "\($0)" < "\($1)" }
    all = kinds.map { makeAccumulator($0, type, isOfPart: isOfPart) }
  }

  /// The state of groups that were made elsewhere: nothing may be added.
  init(finished: [AccumulatorKind: any Accumulator], nulls: GroupCounts, _ type: ColumnType) {
    self.type = type
    self.nulls = nulls
    kinds = Array(finished.keys)
    all = Array(finished.values)
  }

  /// The same with what is known elsewhere, which goes before its own; nothing may be added.
  func adding(_ finished: [AccumulatorKind: any Accumulator]) -> ColumnState {
    ColumnState(finished: finished.merging(zip(kinds, all)) { known, _ in known }, nulls: nulls, type)
  }

  /// The accumulator of a kind, nil if nothing asks for it.
  subscript(kind: AccumulatorKind) -> (any Accumulator)? { kinds.firstIndex(of: kind).map { all[$0] } }

  /// Exact sums.
  var sums: (any Accumulator)? { self[.sums] }
  /// Smallest values.
  var minima: (any Accumulator)? { self[.minima] }
  /// Greatest values.
  var maxima: (any Accumulator)? { self[.maxima] }

  /// True if something is kept that bounds and sums of pages do not tell.
  var needsPages: Bool { kinds.contains { ![.sums, .minima, .maxima].contains($0) } }

  /// Takes in a page of rows by group.
  mutating func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    nulls.addNulls(of: page, rows)
    if case .allNull = page.validity { return }
    for accumulator in all { accumulator.add(page, dictionary, rows) }
  }

  /// Takes in another's groups: its group `g` is group `groups[g]` here.
  mutating func merge(_ other: ColumnState, groups: [UInt32], groupCount: Int) {
    nulls.merge(other.nulls, groups: groups, groupCount: groupCount)
    for (own, theirs) in zip(all, other.all) { own.merge(theirs, groups: groups, groupCount: groupCount) }
  }
}

private func makeAccumulator(_ kind: AccumulatorKind, _ type: ColumnType, isOfPart: Bool) -> any Accumulator {
  switch kind {
  case .sums: perType(type, float: FloatSums(), wide: WideSums(), narrow: IntegerSums())
  case .squares: perType(type, float: FloatProducts(), wide: WideSquares(), narrow: IntegerSquares())
  case .minima: extremes(.minimum, type)
  case .maxima: extremes(.maximum, type)
  case .values: CollectedValues(type)
  case .distinct: DistinctValues(type, mostBytesOfBits: isOfPart ? 256 << 10 : DistinctValues.cachedByteCount)
  case .firsts: EndValues(.first, type)
  case .lasts: EndValues(.last, type)
  case .tops(let count): TopValues(.maximum, count, type)
  case .bottoms(let count): TopValues(.minimum, count, type)
  }
}

private func perType(
  _ type: ColumnType, float: any Accumulator, wide: any Accumulator, narrow: any Accumulator
) -> any Accumulator { type == .float64 ? float : perWidth(type, wide: wide, narrow: narrow) }

private func perWidth(_ type: ColumnType, wide: any Accumulator, narrow: any Accumulator) -> any Accumulator {
  type.isWide ? wide : narrow
}

private func extremes(_ extreme: Extreme, _ type: ColumnType) -> any Accumulator {
  type == .string
    ? StringExtremes(extreme)
    : perWidth(type, wide: WideExtremes(extreme), narrow: IntegerExtremes(extreme))
}
