// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Lists of values as bytes. Numbers: the width of each in bytes, 1, 2, 4, 8 or 16, then all of them in two's complement; doubles as their bits, always
// of 8 bytes. Strings: of each its length as four bytes, then itself. No bytes at all for no values.

/// Appends some of a column's values.
func appendList(_ values: PageValues, _ range: Range<Int>, _ dictionary: StringDictionary?, to bytes: inout [UInt8]) {
  if range.isEmpty { return }
  switch values {
  case .int64(let all): appendNumbers(all[range], to: &bytes)
  case .int128(let all): appendNumbers(all[range], to: &bytes)
  case .float64(let all):
    bytes.append(8)
    for value in all[range] { appendBytes(value.bitPattern, 8, to: &bytes) }
  case .codes(let codes):
    guard let entries = dictionary?.entries else { preconditionFailure("codes without their dictionary") }
    for code in codes[range] { entries.withUTF8(Int(code)) { appendString($0, to: &bytes) } }
  case .strings(let strings):
    for index in range { strings.withUTF8(index) { appendString($0, to: &bytes) } }
  }
}

private func appendNumbers<Number: FixedWidthInteger & SignedInteger>(
  _ numbers: ArraySlice<Number>, to bytes: inout [UInt8]
) {
  let width = leastWidth(numbers)
  bytes.append(UInt8(width))
  for number in numbers { appendBytes(number, width, to: &bytes) }
}

private func appendBytes<Number: FixedWidthInteger>(_ number: Number, _ count: Int, to bytes: inout [UInt8]) {
  withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0[..<count]) }
}

private func appendString(_ utf8: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
  appendBytes(UInt32(utf8.count), 4, to: &bytes)
  bytes.append(contentsOf: utf8)
}

/// Widths that numbers of a list may have.
private let widths = [1, 2, 4, 8, 16]

/// The least of them that holds all of `numbers`.
private func leastWidth<Number: FixedWidthInteger & SignedInteger>(_ numbers: ArraySlice<Number>) -> Int {
  let bits = numbers.reduce(1) { max($0, Number.bitWidth + 1 - ($1 < 0 ? ~$1 : $1).leadingZeroBitCount) }
  return widths.first { 8 * $0 >= bits } ?? 16
}

/// In which order the values of a list stand.
enum ListOrder: String {
  case ascending = "in ascending order"
  /// No value twice.
  case strictlyAscending = "in ascending order, each once"
  case descending = "in descending order"

  fileprivate func allows<Element: Comparable>(_ value: Element, _ next: Element) -> Bool {
    switch self {
    case .ascending: value <= next
    case .strictlyAscending: value < next
    case .descending: value >= next
    }
  }
}

/// Lists of a column of states, side by side.
struct ReadLists {
  /// All values, row after row.
  let values: PageValues
  /// Number of values in each row.
  let counts: [Int]

  /// Reads lists of values of type `type` that stand in this order. Throws ``StateFault`` for bytes that are none, or not in the one form that these
  /// values have, and for values that the type does not have.
  init(_ page: ColumnPage, _ type: ColumnType, _ order: ListOrder) throws {
    var counts: [Int] = []
    if type == .string {
      var strings = StringArray()
      try forEachState(page) { row, bytes in counts.append(try readStrings(bytes, row, into: &strings)) }
      values = .strings(strings)
    } else if type.isWide {
      var numbers: [Int128] = []
      try forEachState(page) { row, bytes in counts.append(try readNumbers(bytes, row, into: &numbers)) }
      values = .int128(numbers)
    } else {
      var numbers: [Int64] = []
      let width = type == .float64 ? 8 : nil
      try forEachState(page) { row, bytes in counts.append(try readNumbers(bytes, row, width: width, into: &numbers)) }
      values = type == .float64 ? .float64(numbers.map { Double(bitPattern: UInt64(bitPattern: $0)) }) : .int64(numbers)
    }
    self.counts = counts
    if let index = firstOutside(values, type) {
      throw StateFault(row: row(of: index), summary: "a value that no \(type) has")
    }
    if let row = firstOutOf(order) { throw StateFault(row: row, summary: "a list that is not \(order.rawValue)") }
  }

  /// For each value the group of its row.
  func groups(_ ofRows: [UInt32]) -> [UInt32] {
    var groups: [UInt32] = []
    groups.reserveCapacity(values.count)
    for (row, count) in counts.enumerated() { groups += repeatElement(ofRows[row], count: count) }
    return groups
  }

  /// The first row whose values do not stand in this order.
  private func firstOutOf(_ order: ListOrder) -> Int? {
    switch values {
    case .int64(let all): firstRow { !order.allows(all[$0], all[$0 + 1]) }
    case .int128(let all): firstRow { !order.allows(all[$0], all[$0 + 1]) }
    case .float64(let all): firstRow { !order.allows(orderedBits(all[$0]), orderedBits(all[$0 + 1])) }
    case .strings(let all):
      firstRow { index in
        let sign = all.withUTF8(index) { value in all.withUTF8(index + 1) { bytesOrder(value, $0) } }
        return !order.allows(sign, 0)
      }
    case .codes: preconditionFailure("lists have strings of their own")
    }
  }

  /// The first row with a value that is wrong with the one after it.
  private func firstRow(with isWrong: (Int) -> Bool) -> Int? {
    var start = 0
    for (row, count) in counts.enumerated() {
      for index in start..<max(start, start + count - 1) where isWrong(index) { return row }
      start += count
    }
    return nil
  }

  private func row(of index: Int) -> Int {
    var end = 0
    return counts.firstIndex { count in
      end += count
      return index < end
    } ?? 0
  }
}

/// Reads a list behind those before it; returns how many values it has. `width` is that of each, nil for the least that holds all.
private func readNumbers<Number: FixedWidthInteger & SignedInteger>(
  _ bytes: UnsafeRawBufferPointer, _ row: Int, width needed: Int? = nil, into numbers: inout [Number]
) throws -> Int {
  guard let first = bytes.first else { return 0 }
  let width = Int(first)
  guard widths.contains(width), 8 * width <= Number.bitWidth, bytes.count > 1, (bytes.count - 1) % width == 0 else {
    throw StateFault(row: row, summary: "bytes that are no list of numbers")
  }
  for start in stride(from: 1, to: bytes.count, by: width) {
    var number: Number = Int8(bitPattern: bytes[start + width - 1]) < 0 ? -1 : 0
    for byte in bytes[start..<start + width].reversed() { number = number << 8 | Number(byte) }
    numbers.append(number)
  }
  let count = (bytes.count - 1) / width
  let least = needed ?? leastWidth(numbers.suffix(count))
  guard width == least else {
    throw StateFault(row: row, summary: "a list of numbers of \(width) bytes, which \(least) hold")
  }
  return count
}

private func readStrings(_ bytes: UnsafeRawBufferPointer, _ row: Int, into strings: inout StringArray) throws -> Int {
  var (position, count) = (0, 0)
  while position < bytes.count {
    guard position + 4 <= bytes.count else { throw StateFault(row: row, summary: "a list of strings that is cut") }
    let length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    position += 4
    guard length <= bytes.count - position else { throw StateFault(row: row, summary: "a list of strings that is cut") }
    let utf8 = UnsafeRawBufferPointer(rebasing: bytes[position..<position + length])
    if firstInvalidUTF8(utf8) != nil { throw StateFault(row: row, summary: "a string that is not UTF-8") }
    strings.append(utf8)
    position += length
    count += 1
  }
  return count
}

/// Position of the first value that the type does not have, or does not have in this form: of doubles there is one zero and one NaN.
private func firstOutside(_ values: PageValues, _ type: ColumnType) -> Int? {
  if case .float64(let all) = values {
    return all.firstIndex { doubleOfOrderedBits(orderedBits($0)).bitPattern != $0.bitPattern }
  }
  guard type != .int64, let range = type.storedRange else { return nil }
  switch values {
  case .int64(let all): return all.firstIndex { !range.contains(Int128($0)) }
  case .int128(let all): return all.firstIndex { !range.contains($0) }
  default: return nil
  }
}

extension CollectedValues: StateKeeping {
  /// All values in ascending order.
  func states(_ request: StateRequest) throws -> StateSource {
    .lists(try tops(.minimum, .max, groupCount: request.groupCount, threads: request.threads))
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    try addLists(pages[0], rows, .ascending, add).counts
  }
}

extension DistinctValues: StateKeeping {
  /// The different values in ascending order.
  func states(_ request: StateRequest) -> StateSource { .lists(lists(groupCount: request.groupCount)) }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    try addLists(pages[0], rows, .strictlyAscending, add).counts
  }
}

extension TopValues: StateKeeping {
  /// The values kept, best first.
  func states(_ request: StateRequest) -> StateSource { .lists(values(counts: request.counts)) }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    let lists = try addLists(pages[0], rows, extreme == .maximum ? .descending : .ascending, add)
    // These are few, and never continued in another row.
    for (row, count) in lists.counts.enumerated() where count != min(width, Int(rows.counts[row])) {
      throw StateFault(row: row, summary: "\(count) values kept of \(rows.counts[row]), not \(width)")
    }
    return lists.counts
  }
}

/// Takes in the values of lists.
private func addLists(
  _ page: ColumnPage, _ rows: StateRows, _ order: ListOrder,
  _ add: (ColumnPage, StringDictionary?, GroupedRows) -> Void
) throws -> ReadLists {
  let lists = try ReadLists(page, rows.type, order)
  if lists.values.count > 0 {
    rows.withGroupedRows(lists.groups(rows.groups)) { add(ColumnPage(values: lists.values), nil, $0) }
  }
  return lists
}
