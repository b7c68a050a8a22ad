// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A page ready for a table, with its own type.
struct CSVFinishedPage {
  var page: ColumnPage
  var type: ColumnType
  var statistics: PageStatistics?
}

/// Gives a parsed column its final form: `fileCodes` are its strings' codes in the whole table, nil if it keeps its own strings.
func finishPage(_ column: CSVParsedColumn, fileCodes: [UInt32]?, rowCount: Int) -> CSVFinishedPage {
  switch column.content {
  case .allNull:
    return CSVFinishedPage(
      page: ColumnPage(values: .int64([Int64](repeating: 0, count: rowCount)), validity: .allNull), type: .int64)
  case .page(let page): return CSVFinishedPage(page: page, type: column.type ?? .int64)
  case .local(let codes, let validity, let dictionary):
    guard let fileCodes else {
      let page = ColumnPage(values: .strings(expand(codes, dictionary)), validity: validity)
      return CSVFinishedPage(page: page, type: .string)
    }
    let page = ColumnPage(values: .codes(replace(codes, fileCodes)), validity: validity)
    return CSVFinishedPage(page: page, type: .string, statistics: statistics(of: page, dictionary))
  }
}

private func replace(_ codes: [UInt32], _ fileCodes: [UInt32]) -> [UInt32] {
  codes.withUnsafeBufferPointer { codes in
    fileCodes.withUnsafeBufferPointer { fileCodes in
      [UInt32](unsafeUninitializedCapacity: codes.count) { replaced, count in
        for row in 0..<codes.count { replaced[row] = fileCodes[Int(codes[row])] }
        count = codes.count
      }
    }
  }
}

private func expand(_ codes: [UInt32], _ dictionary: CSVLocalDictionary) -> StringArray {
  let total = codes.reduce(0) { $1 == 0 ? $0 : $0 + dictionary.string(Int($1) - 1).count }
  var strings = StringArray(reservingStrings: codes.count, totalBytes: total)
  let empty = UnsafeRawBufferPointer(start: nil, count: 0)
  for code in codes { strings.append(code == 0 ? empty : dictionary.string(Int(code) - 1)) }
  return strings
}

/// Every string of the local dictionary is in the page, so its bounds are the page's.
private func statistics(of page: ColumnPage, _ dictionary: CSVLocalDictionary) -> PageStatistics {
  var edges = StringArray()
  if dictionary.count > 0 {
    var lowest = dictionary.string(0)
    var highest = lowest
    for index in 1..<max(1, dictionary.count) {
      let string = dictionary.string(index)
      if string.lexicographicallyPrecedes(lowest) { lowest = string }
      if highest.lexicographicallyPrecedes(string) { highest = string }
    }
    edges.append(lowest)
    edges.append(highest)
  }
  let bounds = PageStatistics(of: ColumnPage(values: .strings(edges)), dictionary: nil).bounds
  return PageStatistics(rowCount: page.rowCount, nullCount: page.nullCount, bounds: bounds)
}

/// `page`, whose own type is `type`, as a page of a column of type `wanted`, which can hold all its values.
func widen(_ page: ColumnPage, from type: ColumnType, to wanted: ColumnType) -> ColumnPage {
  let count = page.rowCount
  if page.validity == .allNull {
    switch wanted {
    case .string:
      return ColumnPage(
        values: .strings(StringArray(offsets: [UInt32](repeating: 0, count: count + 1), bytes: [])), validity: .allNull)
    case .float64: return ColumnPage(values: .float64([Double](repeating: 0, count: count)), validity: .allNull)
    case _ where wanted.isWide:
      return ColumnPage(values: .int128([Int128](repeating: 0, count: count)), validity: .allNull)
    default: return ColumnPage(values: .int64([Int64](repeating: 0, count: count)), validity: .allNull)
    }
  }
  guard case .decimal(_, let scale) = wanted, type.scale != scale || type.isWide != wanted.isWide else { return page }
  var factor: Int128 = 1
  for _ in type.scale..<scale { factor *= 10 }
  switch page.values {
  case .int64(let values) where wanted.isWide:
    return ColumnPage(values: .int128(values.map { Int128($0) &* factor }), validity: page.validity)
  case .int64(let values):
    let narrow = Int64(factor)
    return ColumnPage(values: .int64(values.map { $0 &* narrow }), validity: page.validity)
  case .int128(let values):
    return ColumnPage(values: .int128(values.map { $0 &* factor }), validity: page.validity)
  default: return page
  }
}
