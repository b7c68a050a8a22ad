// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// A finished column of the result.
struct ResultColumn {
  let name: String
  let type: ColumnType
  let page: ColumnPage
  let dictionary: StringDictionary?
}

extension PartialAggregates {
  /// Keys, then aggregates: one row per group in order of group number, or several, one after the other, where `top` or `bottom` has
  /// several values; keys and other aggregates are then repeated. Throws `aggregate.overflow`.
  func resultColumns(threads: Int) throws -> [ResultColumn] {
    let keys = keys()
    var columns: [OutputColumn] = plan.keys.indices.map { index in
      .one(
        ResultColumn(
          name: plan.keyNames[index], type: plan.keys[index].type, page: keys.pages[index],
          dictionary: keys.dictionaries[index]))
    }
    let rows = rowCounts.counts(groupCount: groupCount)
    for (position, output) in plan.outputs.enumerated() {
      columns.append(try finishedOutputs[position] ?? outputColumn(output, rows, threads: threads))
    }
    return expanded(columns, groupCount: groupCount)
  }

  /// An output of all groups, of so many `rows` each. Throws `aggregate.overflow`.
  func outputColumn(
    _ output: AggregatePlan.Output, _ rows: [Int64], threads: Int
  ) throws -> OutputColumn {
    switch output.source {
    case .rows: return .one(column(output, .int64, .int64(rows), .allValid))
    case .pair(let pair):
      return .one(
        doubles(output, try pairResults(output.function, pair, groupCount: rows.count, threads: threads)))
    case .value(let value):
      let nulls = columns[value].nulls.counts(groupCount: groupCount)
      let counts = zip(rows, nulls).map { $0 - $1 }
      if let tops = try topValues(output.function, value, counts, threads: threads) {
        return .ragged(name: output.name, columns[value].type, tops)
      }
      return .one(try resultColumn(output, value, counts, threads: threads))
    }
  }

  /// `counts` is the number of values that are not null, per group.
  private func resultColumn(
    _ output: AggregatePlan.Output, _ value: Int, _ counts: [Int64], threads: Int
  ) throws -> ResultColumn {
    let state = columns[value]
    switch output.function {
    case .count: return column(output, .int64, .int64(counts), .allValid)
    case .countDistinct:
      let distinct = (state[.distinct] as? DistinctValues)?.counts(groupCount: counts.count) ?? counts
      return column(output, .int64, .int64(distinct), .allValid)
    case .sum: return try sumColumn(output, value, counts)
    case .mean: return column(output, .float64, .float64(means(state, counts)), validity(counts))
    case .variance(let divisor):
      return doubles(output, try spreads(value, divisor, isRoot: false, counts, threads: threads))
    case .standardDeviation(let divisor):
      return doubles(output, try spreads(value, divisor, isRoot: true, counts, threads: threads))
    case .min, .max, .first, .last, .any, .median, .quantile:
      let (type, values, dictionary) = try ordered(output.function, state, counts, threads: threads)
      return ResultColumn(
        name: output.name, type: type, page: ColumnPage(values: values, validity: validity(counts)),
        dictionary: dictionary)
    case .correlation, .covariance, .top, .bottom: preconditionFailure("\(output.name) is no column of one row a group")
    }
  }

  func column(
    _ output: AggregatePlan.Output, _ type: ColumnType, _ values: PageValues, _ validity: Validity
  ) -> ResultColumn {
    ResultColumn(
      name: output.name, type: type, page: ColumnPage(values: values, validity: validity), dictionary: nil)
  }

  private func doubles(_ output: AggregatePlan.Output, _ values: [Double?]) -> ResultColumn {
    column(output, .float64, .float64(values.map { $0 ?? 0 }), validity(values.map { $0 == nil ? 0 : 1 }))
  }
}

/// Gives each group as many rows as its longest output has, at least one.
private func expanded(_ columns: [OutputColumn], groupCount: Int) -> [ResultColumn] {
  var rowCounts = [Int](repeating: 1, count: groupCount)
  for case .ragged(_, _, let ragged) in columns {
    for group in 0..<groupCount {
      rowCounts[group] = max(rowCounts[group], ragged.starts[group + 1] - ragged.starts[group])
    }
  }
  let isRagged = columns.contains { if case .ragged = $0 { true } else { false } }
  let groups = isRagged ? (0..<groupCount).flatMap { repeatElement(UInt32($0), count: rowCounts[$0]) } : []
  return columns.map { output in
    switch output {
    case .one(let column):
      guard isRagged else { return column }
      return ResultColumn(
        name: column.name, type: column.type, page: column.page.gathering(groups[...]), dictionary: column.dictionary)
    case .ragged(let name, let type, let ragged):
      return ResultColumn(
        name: name, type: type, page: page(ragged, type, rowCounts), dictionary: ragged.dictionary)
    }
  }
}

/// Values, then nulls up to the group's number of rows.
private func page(_ ragged: RaggedValues, _ type: ColumnType, _ rowCounts: [Int]) -> ColumnPage {
  let rowCount = rowCounts.reduce(0, +)
  guard ragged.values.count > 0 else { return ColumnPage(nullRows: rowCount, type: type) }
  var places: [UInt32] = []
  var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
  for (group, count) in rowCounts.enumerated() {
    for place in 0..<count {
      let position = ragged.starts[group] + place
      let isThere = position < ragged.starts[group + 1]
      if isThere { words[places.count >> 6] |= 1 << UInt64(places.count & 63) }
      places.append(isThere ? UInt32(position) : 0)
    }
  }
  let gathered = ColumnPage(values: ragged.values).gathering(places[...])
  return ColumnPage(values: gathered.values, validity: Validity(words: words, rowCount: rowCount))
}

/// Valid where there is a value. Without groups, all valid.
func validity(_ counts: [Int64]) -> Validity {
  if counts.allSatisfy({ $0 > 0 }) { return .allValid }
  var words = [UInt64](repeating: 0, count: (counts.count + 63) / 64)
  for (group, count) in counts.enumerated() where count > 0 { words[group >> 6] |= 1 << UInt64(group & 63) }
  return Validity(words: words, rowCount: counts.count)
}
