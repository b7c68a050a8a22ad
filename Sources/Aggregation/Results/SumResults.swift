// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import TextFormats

extension PartialAggregates {
  /// The sums of column `value`. Throws `aggregate.overflow`.
  func sumColumn(_ output: AggregatePlan.Output, _ value: Int, _ counts: [Int64]) throws -> ResultColumn {
    let type = plan.values[value].column.type
    if let sums = columns[value].sums as? FloatSums {
      let ones = [UInt64](repeating: 1, count: counts.count)
      return column(output, .float64, .float64(sums.rounded(dividedBy: ones)), validity(counts))
    }
    if type == .int64, let sums = (columns[value].sums as? IntegerSums)?.narrowSums(groupCount: counts.count) {
      return column(output, .int64, .int64(sums), validity(counts))
    }
    if type.scale > 0, let sums = columns[value].sums as? IntegerSums,
      let narrow = sums.narrowSums(groupCount: counts.count)
    {
      return narrowDecimals(output, narrow, sums.bounds, type, counts)
    }
    let limit = powerOfTen(ColumnType.maximumDecimalPrecision).magnitude
    var least: Int128 = 0
    var greatest: Int128 = 0
    let sums = try integerSums(columns[value].sums).enumerated().map { group, exact in
      guard let sum = exact.int128, sum.magnitude < limit else { throw overflow(output, value, group) }
      least = min(least, sum)
      greatest = max(greatest, sum)
      return sum
    }
    if type == .int64, least >= Int128(Int64.min), greatest <= Int128(Int64.max) {
      return column(output, .int64, .int64(sums.map { Int64($0) }), validity(counts))
    }
    let digits = max(digitCount(max(greatest.magnitude, least.magnitude)), type.scale, 1)
    let decimal = ColumnType.decimal(precision: digits, scale: type.scale)
    return column(
      output, decimal, decimal.isWide ? .int128(sums) : .int64(sums.map { Int64($0) }), validity(counts))
  }

  /// Sums of decimals that fit 64 bits: digits enough for all of them.
  private func narrowDecimals(
    _ output: AggregatePlan.Output, _ sums: [Int64], _ bounds: ClosedRange<Int64>?, _ type: ColumnType,
    _ counts: [Int64]
  ) -> ResultColumn {
    var greatest = max(bounds?.lowerBound.magnitude ?? 0, bounds?.upperBound.magnitude ?? 0)
    for sum in sums { greatest = max(greatest, sum.magnitude) }
    let decimal = ColumnType.decimal(
      precision: max(digitCount(UInt128(greatest)), type.scale, 1), scale: type.scale)
    return column(
      output, decimal, decimal.isWide ? .int128(sums.map { Int128($0) }) : .int64(sums), validity(counts))
  }

  /// The means of a column, anything for groups without values.
  func means(_ state: ColumnState, _ counts: [Int64]) -> [Double] {
    let type = state.type
    if let sums = state.sums as? FloatSums { return sums.rounded(dividedBy: counts.map { UInt64(max(1, $0)) }) }
    if let sums = (state.sums as? IntegerSums)?.narrowSums(groupCount: counts.count) {
      return zip(sums, counts).map { sum, count in
        count == 0 ? 0 : nearestQuotient(Int128(sum), dividedBy: Int(count), scale: type.scale)
      }
    }
    return zip(integerSums(state.sums), counts).map { sum, count in
      count == 0 ? 0 : nearestQuotient(sum, dividedBy: Int(count), scale: type.scale)
    }
  }

  private func integerSums(_ accumulator: (any Accumulator)?) -> [Int192] {
    switch accumulator {
    case let sums as IntegerSums: sums.sums(groupCount: groupCount)
    case let sums as WideSums: sums.sums(groupCount: groupCount)
    default: preconditionFailure("no sums")
    }
  }

  private func overflow(_ output: AggregatePlan.Output, _ value: Int, _ group: Int) -> AggregateError {
    let keys = keys()
    let key = keys.pages.indices.map { index in
      let boxed = keys.pages[index].value(
        at: group, type: plan.keys[index].type, dictionary: keys.dictionaries[index])
      return "\(plan.keyNames[index]) = \(boxed == .null ? "null" : printable(plainText(of: boxed)))"
    }
    let name = plan.values[value].column.name
    let place = key.isEmpty ? "over all rows" : "in the group \(key.joined(separator: ", "))"
    return AggregateError(
      code: "aggregate.overflow", summary: "\(output.function.name)(\(name)) \(place) needs more than 38 digits",
      place: Place(file: plan.sources[0].name, column: name), advice: "sum smaller groups, or fewer decimals")
  }
}
