// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Groups part after part; one worker's. All memory is used again for the next part.
final class PartitionGroups {
  private let packed: PackedPlan
  private let kept: [(column: Int, isNarrow: Bool)]
  private let partitionBits: Int
  private let records: GroupRecords
  private let table: UnsafeMutablePointer<UInt32>
  private let tableBits: Int
  /// Per word of a packed key, those of the groups.
  private let known: [UnsafeMutablePointer<UInt64>]
  private var groupCount = 0
  // A block of rows, put together from the pieces.
  private let keys: [UnsafeMutablePointer<UInt64>]
  private let numbers: UnsafeMutablePointer<UInt32>
  private let columns: [BlockColumn]
  private let accumulators: PartAccumulators
  private var filled = 0

  /// `greatestPart` is the number of rows of the greatest part; `strings`: of each carried column, what its codes stand for.
  init(_ rows: PartitionedRows, partitionBits: Int, greatestPart: Int, _ strings: [CarriedStrings?]) {
    let wordCount = rows.wordCount
    packed = rows.packed
    kept = rows.kept
    self.partitionBits = partitionBits
    records = GroupRecords(packed.layout, slotCount: greatestPart)
    tableBits = max(6, bitCount(UInt128(greatestPart)) + 1)
    table = zeroed(1 << tableBits)
    known = (0..<wordCount).map { _ in zeroed(greatestPart) }
    keys = (0..<wordCount).map { _ in zeroed(blockRows) }
    numbers = zeroed(blockRows)
    columns = packed.layout.columns.map { BlockColumn(isNarrow: $0.coding.isNarrow) }
    accumulators = PartAccumulators(rows.plan, packed, strings)
  }

  deinit {
    table.deallocate()
    for word in known + keys { word.deallocate() }
    numbers.deallocate()
  }

  /// The groups of one part of all rows, with the words of their packed keys as columns of codes: all, or those that `best` does not rule out.
  /// `pieces` are in order. Throws `aggregate.overflow`.
  func group(_ part: Int, of pieces: [PartitionedRows.Piece], best: inout BestGroups?) throws -> FinishedGroups {
    let rowCount = pieces.reduce(0) { $0 + Int($1.starts[part + 1] - $1.starts[part]) }
    // A table of twice the rows is never full, and small parts clear no more than they need.
    let bits = min(tableBits, max(6, bitCount(UInt128(rowCount)) + 1))
    table.update(repeating: 0, count: 1 << bits)
    records.clear(count: groupCount)
    groupCount = 0
    for piece in pieces { add(piece, rows: Int(piece.starts[part])..<Int(piece.starts[part + 1]), tableBits: bits) }
    addBlock(tableBits: bits)
    let slots =
      best?.candidates(records, keys: known, count: groupCount) ?? Array(0..<UInt32(groupCount))
    var groups = FinishedGroups(slots, of: records, keyCodes: known.map { word in slots.map { word[Int($0)] } })
    groups.outputs = try accumulators.finish(rowCounts: groups.rowCounts, keys: known)
    return groups
  }

  private func add(_ piece: PartitionedRows.Piece, rows: Range<Int>, tableBits: Int) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let count = min(rows.upperBound - row, blockRows - filled)
      for (block, words) in zip(keys, piece.keys) { (block + filled).update(from: words + row, count: count) }
      for (index, column) in kept.enumerated() {
        let block = columns[column.column]
        if column.isNarrow {
          let codes = piece.columns[index].assumingMemoryBound(to: UInt32.self)
          (block.narrow + filled).update(from: codes + row, count: count)
        } else {
          let codes = piece.columns[index].assumingMemoryBound(to: UInt64.self)
          (block.wide + filled).update(from: codes + row, count: count)
        }
      }
      accumulators.take(row..<row + count, of: piece)
      row += count
      filled += count
      if filled == blockRows { addBlock(tableBits: tableBits) }
    }
  }

  private func addBlock(tableBits: Int) {
    if keys.count == 1 {
      groupCount = cs_number_keys(
        keys[0], filled, table, UInt32(tableBits), UInt32(partitionBits), known[0], groupCount, numbers)
    } else {
      groupCount = cs_number_wide_keys(
        keys[0], keys[1], filled, table, UInt32(tableBits), UInt32(partitionBits), known[0], known[1], groupCount,
        numbers)
    }
    accumulators.number(numbers, filled, groupCount: groupCount)
    records.add(groups: numbers, count: filled, columns)
    filled = 0
  }
}
