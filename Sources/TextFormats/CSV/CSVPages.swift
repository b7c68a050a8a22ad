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
    return CSVFinishedPage(page: ColumnPage(nullRows: rowCount, type: .int64), type: .int64)
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
  var bounds = PageStatistics.Bounds.none
  if dictionary.count > 0 {
    var lowest = dictionary.string(0)
    var highest = lowest
    for index in 1..<max(1, dictionary.count) {
      let string = dictionary.string(index)
      if precedes(string, lowest) { lowest = string } else if precedes(highest, string) { highest = string }
    }
    bounds = .strings(minimum: lowest, maximum: highest)
  }
  return PageStatistics(rowCount: page.rowCount, nullCount: page.nullCount, bounds: bounds)
}

/// Byte by byte, the shorter first where one begins with the other. Both are a local dictionary's: 8 bytes past their ends are read.
@inline(__always)
private func precedes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
  guard let first = a.baseAddress, let second = b.baseAddress else { return a.count < b.count }
  let count = min(a.count, b.count)
  var index = 0
  while index < count {
    let compared = index &+ 8 <= count ? UInt64.max : UInt64.max &<< UInt64(64 &- 8 &* (count &- index))
    let word = UInt64(bigEndian: first.loadUnaligned(fromByteOffset: index, as: UInt64.self)) & compared
    let other = UInt64(bigEndian: second.loadUnaligned(fromByteOffset: index, as: UInt64.self)) & compared
    if word != other { return word < other }
    index &+= 8
  }
  return a.count < b.count
}
