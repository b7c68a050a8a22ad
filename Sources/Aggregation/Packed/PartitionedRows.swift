// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Rows of one worker, parted by the hash of their packed key so that a part's groups fit the cache: radix partitioning.
///
/// Rows are gathered in pieces of at most a chunk. A piece is flat: its keys (a word of 64 bits, or two), then each column's codes (32 or 64
/// bits) and the values of carried columns, all in order of part; within a part, rows keep their order.
///
/// @unchecked Sendable: one worker fills it; after all have ended, it is only read.
final class PartitionedRows: @unchecked Sendable {
  /// Rows gathered, in order of part.
  struct Piece {
    /// Number of the rows' chunk, counted over all inputs, times 2^32, and how many rows of the chunk are in pieces before: pieces ascend as
    /// their rows stand in the inputs.
    let place: Int64
    /// Where each part's rows start, then the number of rows.
    let starts: [UInt32]
    /// Per word of a packed key, the low one first.
    let keys: [UnsafeMutablePointer<UInt64>]
    /// Per column that is read, its codes.
    let columns: [UnsafeMutableRawPointer]
    /// Per carried column, its values.
    let carried: [CarriedValues]
  }

  /// Columns of a chunk that are carried, of the rows that are taken.
  private struct CarriedPages {
    let pages: [ColumnPage]
    /// What becomes of codes; nil where they stay.
    let maps: [[UInt32]?]
    let firstPlace: Int64
    /// Rows that are in pieces already.
    var partedCount = 0
  }

  /// Most rows of a piece: a multiple of a block.
  static let pieceRows = 1 << 17

  let plan: AggregatePlan
  let packed: PackedPlan
  /// Columns of the layout that are kept, and whether their codes have 32 bits.
  let kept: [(column: Int, isNarrow: Bool)]
  private(set) var pieces: [Piece] = []
  private let partitionBits: Int
  private let reader: ChunkReader
  private let places: [KeyPacking.KeyPlace]
  /// Words of a packed key.
  let wordCount: Int
  private let staged: StagedRows
  private var stagedCount = 0
  private let slabs = Slabs()

  /// Precondition: keys pack into two words.
  init(_ plan: AggregatePlan, _ packed: PackedPlan, partitionBits: Int) {
    guard let places = packed.packing.places else { preconditionFailure("keys of more than two words") }
    (self.places, wordCount) = (places.ofKeys, places.usedBits.count)
    self.plan = plan
    self.packed = packed
    self.partitionBits = partitionBits
    kept = packed.readColumns.map { ($0, packed.layout.columns[$0].coding.isNarrow) }
    reader = ChunkReader(packed, filter: plan.newFilterEvaluation())
    staged = StagedRows(kept.map(\.isNarrow), wordCount: wordCount, capacity: Self.pieceRows)
  }

  /// Bytes that the rows take.
  var byteCount: Int { slabs.byteCount }

  /// Takes in the rows of a chunk of input `number` that the query's condition takes.
  func add(_ source: any TableSource, number: Int, chunk: Int) throws {
    let selection = try reader.select(source, number: number, chunk: chunk)
    if case .none = selection { return }
    var carried = try carriedPages(source, number: number, chunk: chunk, selection)
    try reader.withPages(source, number: number, chunk: chunk) { forms in
      try reader.forEachBlock(forms, of: source, number: number, chunk: chunk, selection) { count, _ in
        if stagedCount + count > Self.pieceRows { part(&carried) }
        for word in 0..<wordCount {
          reader.packKeys(count, word: word, places, into: staged.keys[word] + stagedCount)
        }
        for (index, column) in kept.enumerated() {
          staged.put(reader.values[column.column], count, column: index, at: stagedCount)
        }
        stagedCount += count
      }
    }
    part(&carried)
  }

  private func carriedPages(
    _ source: any TableSource, number: Int, chunk: Int, _ selection: Selection
  ) throws -> CarriedPages {
    var rows: [UInt32]?
    if case .some = selection, !packed.carried.isEmpty {
      rows = selection.rows(ofRows: source.rowCount(ofChunk: chunk))
    }
    return CarriedPages(
      pages: try packed.carried.map { try $0.column.page(of: source, number: number, chunk: chunk, rows: rows) },
      maps: packed.carried.map { $0.strings?.maps[number] },
      firstPlace: RowPlaces(chunk: plan.firstChunks[number] + chunk).firstPlace)
  }

  /// Makes a piece of the rows gathered.
  private func part(_ chunk: inout CarriedPages) {
    if stagedCount == 0 { return }
    let count = stagedCount
    stagedCount = 0
    var counts = [UInt32](repeating: 0, count: 1 << partitionBits)
    let high = wordCount > 1 ? UnsafePointer(staged.keys[1]) : nil
    cs_partition_keys(staged.keys[0], high, count, UInt32(partitionBits), staged.partitions, &counts)
    var starts: [UInt32] = [0]
    starts.reserveCapacity(counts.count + 1)
    for rows in counts { starts.append(starts[starts.count - 1] + rows) }
    var next = starts
    cs_partition_places(staged.partitions, count, &next, staged.places)
    let keys = staged.keys.map { words -> UnsafeMutablePointer<UInt64> in
      let keys = slabs.allocate(count * 8).bindMemory(to: UInt64.self, capacity: count)
      cs_scatter_u64(words, staged.places, count, keys)
      return keys
    }
    let columns = kept.indices.map { index -> UnsafeMutableRawPointer in
      let memory = slabs.allocate(count * (kept[index].isNarrow ? 4 : 8))
      if kept[index].isNarrow {
        cs_scatter_u32(
          staged.narrow(index), staged.places, count, memory.bindMemory(to: UInt32.self, capacity: count))
      } else {
        cs_scatter_u64(
          staged.wide(index), staged.places, count, memory.bindMemory(to: UInt64.self, capacity: count))
      }
      return memory
    }
    let rows = chunk.partedCount..<chunk.partedCount + count
    let carried = zip(chunk.pages, chunk.maps).map { page, map in
      CarriedValues(page, rows: rows, places: staged.places, map: map) { slabs.allocate($0) }
    }
    pieces.append(
      Piece(
        place: chunk.firstPlace + Int64(chunk.partedCount), starts: starts, keys: keys, columns: columns,
        carried: carried))
    chunk.partedCount += count
  }
}

/// Room for the rows of a piece before they are parted.
private final class StagedRows {
  let keys: [UnsafeMutablePointer<UInt64>]
  let partitions: UnsafeMutablePointer<UInt16>
  let places: UnsafeMutablePointer<UInt32>
  private let columns: [UnsafeMutablePointer<UInt64>]

  init(_ areNarrow: [Bool], wordCount: Int, capacity: Int) {
    keys = (0..<wordCount).map { _ in zeroed(capacity) }
    partitions = zeroed(capacity)
    places = zeroed(capacity)
    columns = areNarrow.map { zeroed($0 ? capacity / 2 : capacity) }
  }

  deinit {
    for word in keys { word.deallocate() }
    partitions.deallocate()
    places.deallocate()
    for column in columns { column.deallocate() }
  }

  func wide(_ column: Int) -> UnsafeMutablePointer<UInt64> { columns[column] }

  func narrow(_ column: Int) -> UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(columns[column]).assumingMemoryBound(to: UInt32.self)
  }

  func put(_ block: BlockColumn, _ count: Int, column: Int, at row: Int) {
    if block.isNarrow {
      (narrow(column) + row).update(from: block.narrow, count: count)
    } else {
      (wide(column) + row).update(from: block.wide, count: count)
    }
  }
}

/// Memory that is handed out piece by piece and freed all at once.
private final class Slabs {
  private var slabs: [UnsafeMutableRawPointer] = []
  private var used = 0
  private var room = 0
  private(set) var byteCount = 0
  private static let slabByteCount = 16 << 20

  deinit { for slab in slabs { slab.deallocate() } }

  func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let rounded = (byteCount + 63) / 64 * 64
    if used + rounded > room {
      room = max(Self.slabByteCount, rounded)
      guard let slab = cs_fresh_memory(room) else { preconditionFailure("no memory for \(room) bytes") }
      slabs.append(slab)
      used = 0
    }
    defer { used += rounded }
    self.byteCount += rounded
    return slabs[slabs.count - 1] + used
  }
}
