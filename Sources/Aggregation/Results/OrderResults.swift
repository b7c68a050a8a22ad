// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

extension PartialAggregates {
  /// Results that are values of the column, or lie between two of them; what groups without values hold means nothing.
  func ordered(
    _ function: AggregateFunction, _ state: ColumnState, _ counts: [Int64], threads: Int
  ) throws -> (ColumnType, PageValues, StringDictionary?) {
    let type = state.type
    switch function {
    case .min: return (type, extremes(state.minima, type, counts), nil)
    case .max: return (type, extremes(state.maxima, type, counts), nil)
    case .first, .any:
      let (values, dictionary) = ends(state[.firsts])
      return (type, values, dictionary)
    case .last:
      let (values, dictionary) = ends(state[.lasts])
      return (type, values, dictionary)
    case .median: return try quantiles(state, .half, threads: threads)
    case .quantile(let level): return try quantiles(state, level, threads: threads)
    default: preconditionFailure("\(function.name) is no value of a column")
    }
  }

  /// Values per group of `top` and `bottom`; nil for other functions.
  func topValues(
    _ function: AggregateFunction, _ value: Int, _ counts: [Int64], threads: Int
  ) throws -> RaggedValues? {
    let state = columns[value]
    let extreme: Extreme
    let width: Int
    switch function {
    case .top(let count): (extreme, width) = (.maximum, count)
    case .bottom(let count): (extreme, width) = (.minimum, count)
    default: return nil
    }
    switch state[AccumulatorKind.needed(for: function, state.type)[0]] {
    case let tops as TopValues: return tops.values(counts: counts)
    case let all as CollectedValues: return try all.tops(extreme, width, groupCount: counts.count, threads: threads)
    default: preconditionFailure("no values for \(function.name)")
    }
  }

  private func extremes(_ accumulator: (any Accumulator)?, _ type: ColumnType, _ counts: [Int64]) -> PageValues {
    switch accumulator {
    case let extremes as StringExtremes: return .strings(extremes.extremes(groupCount: groupCount))
    case let extremes as WideExtremes:
      return .int128(zip(extremes.extremes(groupCount: groupCount), counts).map { $1 == 0 ? 0 : $0 })
    case let extremes as IntegerExtremes:
      let kept = zip(extremes.extremes(groupCount: groupCount), counts).map { $1 == 0 ? 0 : $0 }
      return type == .float64 ? .float64(kept.map(doubleOfOrderedBits)) : .int64(kept)
    default: preconditionFailure("no extremes")
    }
  }

  private func ends(_ accumulator: (any Accumulator)?) -> (PageValues, StringDictionary?) {
    guard let ends = accumulator as? EndValues else { preconditionFailure("no first or last values") }
    return ends.values(groupCount: groupCount)
  }

  private func quantiles(
    _ state: ColumnState, _ level: QuantileLevel, threads: Int
  ) throws -> (ColumnType, PageValues, StringDictionary?) {
    guard let all = state[.values] as? CollectedValues else { preconditionFailure("no values") }
    let found = try all.quantiles(level, groupCount: groupCount, threads: threads)
    return (state.type.isNumeric ? .float64 : state.type, found.values, found.dictionary)
  }
}
