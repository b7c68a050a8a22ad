// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What accumulators are told when their states are asked for.
struct StateRequest {
  /// Groups in all.
  let groupCount: Int
  /// Values of each group that are not null.
  let counts: [Int64]
  /// The column's type.
  let type: ColumnType
  let threads: Int
}

/// One field's states of all groups.
enum StateSource {
  /// Columns with a row for each of the groups asked for.
  case flat((_ groups: ArraySlice<UInt32>) -> [ColumnPage])
  /// The same where one of them is of strings: how many bytes a group's has.
  case texts((_ groups: ArraySlice<UInt32>) -> [ColumnPage], byteCount: (_ group: Int) -> Int)
  /// A list of values for each group.
  case lists(RaggedValues)
}

/// Rows of states that come in.
struct StateRows {
  /// Group of each row, below the number of groups.
  let groups: [UInt32]
  let groupCount: Int
  /// Values of each row that are not null.
  let counts: [Int64]
  /// The column's type.
  let type: ColumnType

  /// Runs `body` with the rows as those of a page, or with rows of which each is in one of these groups.
  func withGroupedRows<R>(_ groups: [UInt32]? = nil, _ body: (GroupedRows) throws -> R) rethrows -> R {
    try (groups ?? self.groups).withUnsafeBufferPointer {
      try body(
        GroupedRows(
          groups: $0, groupCount: groupCount, isSingleGroup: false, runs: nil, places: RowPlaces(first: 0)))
    }
  }
}

/// An accumulator whose states go out as columns and come in again: what states of any split of the rows give is what all rows give.
///
/// How the columns look is told by `Formats/PartialAggregate`, which ones there are by ``StateLayout``.
protocol StateKeeping: Accumulator {
  /// The states of all groups. Afterwards nothing may be added. Throws what sorting lists on several threads throws.
  func states(_ request: StateRequest) throws -> StateSource

  /// Takes in states: row `r` of `pages` is of group `rows.groups[r]`. Columns that may not be null have no nulls. Returns of lists how many values each row
  /// has, else nothing. Throws ``StateFault`` for what no accumulator puts out.
  @discardableResult
  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int]
}

/// Makes a column of bytes. O(bytes).
func bytesPage(_ groups: ArraySlice<UInt32>, _ append: (Int, inout [UInt8]) -> Void) -> ColumnPage {
  var column = StringArray(reservingStrings: groups.count)
  var bytes: [UInt8] = []
  for group in groups {
    bytes.removeAll(keepingCapacity: true)
    append(Int(group), &bytes)
    column.append(utf8: bytes)
  }
  return ColumnPage(values: .strings(column))
}

/// Runs `body` on the bytes of each row of a column of bytes. Throws what `body` throws.
func forEachState(_ page: ColumnPage, _ body: (_ row: Int, UnsafeRawBufferPointer) throws -> Void) throws {
  guard case .strings(let strings) = page.values else { preconditionFailure("a column of bytes expected") }
  try strings.bytes.withUnsafeBytes { bytes in
    for row in 0..<strings.count { try body(row, UnsafeRawBufferPointer(rebasing: bytes[strings.range(row)])) }
  }
}

/// Values as they stand in states; see ``ColumnType/inStates``.
func stateValues(_ values: PageValues) -> PageValues {
  guard case .float64(let doubles) = values else { return values }
  return .int64(doubles.map { Int64(bitPattern: $0.bitPattern) })
}

/// The values of a column of type `type` that stand so in states.
func columnValues(ofState values: PageValues, _ type: ColumnType) -> PageValues {
  guard type == .float64, case .int64(let bits) = values else { return values }
  return .float64(bits.map { Double(bitPattern: UInt64(bitPattern: $0)) })
}

/// Throws where a row has a value and no count of values, or the other way round.
func checkPresence(_ page: ColumnPage, _ rows: StateRows) throws {
  for (row, count) in rows.counts.enumerated() where page.validity.isValid(row) != (count > 0) {
    throw StateFault(row: row, summary: count > 0 ? "null beside a count of \(count)" : "a value beside a count of 0")
  }
}
