// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Least, greatest, first and last values: in the column's own type, null for groups without values.

extension IntegerExtremes: StateKeeping {
  func states(_ request: StateRequest) -> StateSource {
    let extremes = extremes(groupCount: request.groupCount)
    let isFloat = request.type == .float64
    return singleValues(request.counts) { groups in
      let chosen = groups.map { request.counts[Int($0)] > 0 ? extremes[Int($0)] : 0 }
      return isFloat ? .float64(chosen.map(doubleOfOrderedBits)) : .int64(chosen)
    }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] { try addValues(pages[0], rows, add) }
}

extension WideExtremes: StateKeeping {
  func states(_ request: StateRequest) -> StateSource {
    let extremes = extremes(groupCount: request.groupCount)
    return singleValues(request.counts) { groups in
      .int128(groups.map { request.counts[Int($0)] > 0 ? extremes[Int($0)] : 0 })
    }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] { try addValues(pages[0], rows, add) }
}

extension StringExtremes: StateKeeping {
  func states(_ request: StateRequest) -> StateSource {
    let strings = extremes(groupCount: request.groupCount)
    let all = ColumnPage(values: .strings(strings))
    let counts = request.counts
    return .texts(
      { [ColumnPage(values: all.gathering($0).values, validity: presence($0, counts))] },
      byteCount: { strings.range($0).count })
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] { try addValues(pages[0], rows, add) }
}

extension EndValues: StateKeeping {
  func states(_ request: StateRequest) -> StateSource {
    let places = places(groupCount: request.groupCount)
    let (values, dictionary) = values(groupCount: request.groupCount)
    let all = ColumnPage(values: values)
    let make = { (groups: ArraySlice<UInt32>) -> [ColumnPage] in
      let validity = presence(groups, request.counts)
      let ofGroups = groups.map { request.counts[Int($0)] > 0 ? places[Int($0)] : 0 }
      let chosen = ColumnPage(values: stateValues(all.gathering(groups).values), validity: validity)
      return [
        ColumnPage(values: .int64(ofGroups), validity: validity), chosen.withPlainStrings(dictionary),
      ]
    }
    guard case .codes(let codes) = values, let entries = dictionary?.entries else { return .flat(make) }
    return .texts(make, byteCount: { request.counts[$0] > 0 ? entries.range(Int(codes[$0])).count : 0 })
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    guard case .int64(let places) = pages[0].values else { preconditionFailure("places expected") }
    for page in pages { try checkPresence(page, rows) }
    for (row, place) in places.enumerated() where pages[0].validity.isValid(row) && (place < 0 || place == .max) {
      throw StateFault(row: row, summary: "\(place) is no place of a row")
    }
    if case .allNull = pages[1].validity { return [] }
    let page = ColumnPage(values: columnValues(ofState: pages[1].values, rows.type), validity: pages[1].validity)
    if let row = add(page, places: places, groups: rows.groups, groupCount: rows.groupCount) {
      throw StateFault(
        row: row, summary: "another state holds the same row, of chunk \(places[row] >> 32) of the whole job",
        kind: .places)
    }
    return []
  }
}

/// Takes in the states as the values that they are.
private func addValues(
  _ page: ColumnPage, _ rows: StateRows, _ add: (ColumnPage, StringDictionary?, GroupedRows) -> Void
) throws -> [Int] {
  try checkPresence(page, rows)
  if case .allNull = page.validity { return [] }
  let values = ColumnPage(values: columnValues(ofState: page.values, rows.type), validity: page.validity)
  rows.withGroupedRows { add(values, nil, $0) }
  return []
}

/// A column of values, null for groups that have none.
private func singleValues(
  _ counts: [Int64], _ values: @escaping (ArraySlice<UInt32>) -> PageValues
) -> StateSource {
  .flat { [ColumnPage(values: stateValues(values($0)), validity: presence($0, counts))] }
}

/// Valid where there are values.
private func presence(_ groups: ArraySlice<UInt32>, _ counts: [Int64]) -> Validity {
  validity(groups.map { counts[Int($0)] })
}
