// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import TextFormats

/// A finished column of the result, in group order.
struct ResultColumn {
  let name: String
  let type: ColumnType
  let page: ColumnPage
  let dictionary: StringDictionary?
}

extension PartialAggregates {
  /// Keys, then aggregates, one row per group in order of group number. Throws `aggregate.overflow`.
  func resultColumns() throws -> [ResultColumn] {
    let keys = keys()
    var columns = plan.keys.indices.map { index in
      ResultColumn(
        name: plan.keyNames[index], type: plan.keys[index].type, page: keys.pages[index],
        dictionary: keys.dictionaries[index])
    }
    let rows = rowCounts.counts(groupCount: groupCount)
    for output in plan.outputs {
      guard let value = output.value else {
        columns.append(column(output, .int64, .int64(rows), .allValid))
        continue
      }
      let nulls = self.columns[value].nulls.counts(groupCount: groupCount)
      let counts = zip(rows, nulls).map { $0 - $1 }
      columns.append(try resultColumn(output, value, counts))
    }
    return columns
  }

  /// `counts` is the number of values that are not null, per group.
  private func resultColumn(_ output: AggregatePlan.Output, _ value: Int, _ counts: [Int64]) throws -> ResultColumn {
    let type = plan.values[value].column.type
    let state = columns[value]
    switch output.function {
    case .count: return column(output, .int64, .int64(counts), .allValid)
    case .sum: return try sumColumn(output, value, counts)
    case .mean: return column(output, .float64, .float64(means(state, type, counts)), validity(counts))
    case .min: return extremeColumn(output, state.minima, type, counts)
    case .max: return extremeColumn(output, state.maxima, type, counts)
    }
  }

  private func sumColumn(_ output: AggregatePlan.Output, _ value: Int, _ counts: [Int64]) throws -> ResultColumn {
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
    let digits = max(decimalDigits(max(greatest.magnitude, least.magnitude)), type.scale, 1)
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
      precision: max(decimalDigits(UInt128(greatest)), type.scale, 1), scale: type.scale)
    return column(
      output, decimal, decimal.isWide ? .int128(sums.map { Int128($0) }) : .int64(sums), validity(counts))
  }

  private func means(_ state: ColumnState, _ type: ColumnType, _ counts: [Int64]) -> [Double] {
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

  private func extremeColumn(
    _ output: AggregatePlan.Output, _ accumulator: (any Accumulator)?, _ type: ColumnType, _ counts: [Int64]
  ) -> ResultColumn {
    let values: PageValues
    switch accumulator {
    case let extremes as StringExtremes: values = .strings(extremes.extremes(groupCount: groupCount))
    case let extremes as WideExtremes:
      values = .int128(zip(extremes.extremes(groupCount: groupCount), counts).map { $1 == 0 ? 0 : $0 })
    case let extremes as IntegerExtremes:
      let kept = zip(extremes.extremes(groupCount: groupCount), counts).map { $1 == 0 ? 0 : $0 }
      values = type == .float64 ? .float64(kept.map(doubleOfOrderedBits)) : .int64(kept)
    default: preconditionFailure("no accumulator for \(output.name)")
    }
    return column(output, type, values, validity(counts))
  }

  private func integerSums(_ accumulator: (any Accumulator)?) -> [Int192] {
    switch accumulator {
    case let sums as IntegerSums: sums.sums(groupCount: groupCount)
    case let sums as WideSums: sums.sums(groupCount: groupCount)
    default: preconditionFailure("no sums")
    }
  }

  private func column(
    _ output: AggregatePlan.Output, _ type: ColumnType, _ values: PageValues, _ validity: Validity
  ) -> ResultColumn {
    ResultColumn(
      name: output.name, type: type, page: ColumnPage(values: values, validity: validity), dictionary: nil)
  }

  private func overflow(_ output: AggregatePlan.Output, _ value: Int, _ group: Int) -> AggregateError {
    let keys = keys()
    let key = plan.keys.indices.map { index in
      let boxed = keys.pages[index].value(
        at: group, type: plan.keys[index].type, dictionary: keys.dictionaries[index])
      return "\(plan.keyNames[index]) = \(boxed == .null ? "null" : printable(plainText(of: boxed)))"
    }
    let name = plan.values[value].column.name
    let place = key.isEmpty ? "over all rows" : "in the group \(key.joined(separator: ", "))"
    return AggregateError(
      code: "aggregate.overflow", summary: "\(output.function.rawValue)(\(name)) \(place) needs more than 38 digits",
      place: Place(file: plan.sources[0].name, column: name), advice: "sum smaller groups, or fewer decimals")
  }
}

/// Valid where there is a value. Without groups, all valid.
private func validity(_ counts: [Int64]) -> Validity {
  if counts.allSatisfy({ $0 > 0 }) { return .allValid }
  var words = [UInt64](repeating: 0, count: (counts.count + 63) / 64)
  for (group, count) in counts.enumerated() where count > 0 { words[group >> 6] |= 1 << UInt64(group & 63) }
  return Validity(words: words, rowCount: counts.count)
}

/// Number of decimal digits, 1 for 0.
private func decimalDigits(_ magnitude: UInt128) -> Int {
  var digits = 1
  var rest = magnitude / 10
  while rest > 0 {
    digits += 1
    rest /= 10
  }
  return digits
}
