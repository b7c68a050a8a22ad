// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A column of a batch as it lies in the stream: its buffers are as long as its rows need.
struct StoredColumn: Sendable {
  let type: StoredType
  let rowCount: Int
  let nullCount: Int
  /// In the order of the format; the first tells validity (nulls of no type have none).
  let buffers: [ArrowBuffer]

  /// True if no row has a value.
  var hasNoValues: Bool { type == .null || nullCount == rowCount }

  /// Takes the table `RecordBatch` apart, columns of `types`, and decompresses its buffers. Throws `arrow.malformed`, `arrow.limit` and
  /// `arrow.unsupported-feature`.
  static func columns(
    of table: FlatBufferTable, _ body: ArrowMemory, _ types: [(name: String, type: StoredType)]
  ) throws(ArrowFault) -> (rowCount: Int, columns: [StoredColumn]) {
    typealias Slot = ArrowFormat.RecordBatch
    let rowCount = Int(try table.number(Slot.length, Int64(0)))
    guard (0...ArrowFormat.batchRowLimit).contains(rowCount) else {
      throw ArrowFault(.limit, "\(rowCount) rows in a batch; up to \(ArrowFormat.batchRowLimit) are read")
    }
    let nodes = try table.words(Slot.nodes, wordCount: 2)
    guard nodes.count == 2 * types.count else {
      throw ArrowFault(.malformed, "\(nodes.count / 2) columns where the schema has \(types.count)")
    }
    var buffers = BodyBuffers(
      words: try table.words(Slot.buffers, wordCount: 2), body: body,
      compression: try BodyBuffers.Compression(try table.table(Slot.compression)))
    var variadicCounts = try table.words(Slot.variadicCounts, wordCount: 1)[...]
    var columns: [StoredColumn] = []
    for (index, (name, type)) in types.enumerated() {
      do throws(ArrowFault) {
        var bufferCount = type.bufferCount
        if case .views = type { bufferCount += try more(&variadicCounts) }
        let column = StoredColumn(
          type: type, rowCount: Int(nodes[2 * index]), nullCount: Int(nodes[2 * index + 1]),
          buffers: try buffers.take(bufferCount))
        guard column.rowCount == rowCount else {
          throw ArrowFault(.malformed, "a column has \(column.rowCount) rows in a batch of \(rowCount)")
        }
        try column.check()
        columns.append(column)
      } catch {
        throw ArrowFault(error.kind, error.summary, advice: error.advice, column: name)
      }
    }
    guard buffers.isEmpty, variadicCounts.isEmpty else {
      throw ArrowFault(.malformed, "it has more buffers than its columns")
    }
    return (rowCount, columns)
  }

  private static func more(_ counts: inout ArraySlice<Int64>) throws(ArrowFault) -> Int {
    guard let count = counts.popFirst(), (0...Int64(Int32.max)).contains(count) else {
      throw ArrowFault(.malformed, "it is not said how many buffers a column of views has")
    }
    return Int(count)
  }

  /// Buffers are as long as the rows need; what they hold is checked when it is decoded.
  private func check() throws(ArrowFault) {
    guard (0...rowCount).contains(nullCount) else {
      throw ArrowFault(.malformed, "\(nullCount) nulls in \(rowCount) rows")
    }
    guard type != .null else { return }
    let bitmapByteCount = (rowCount + 7) / 8
    if nullCount > 0 { try check(0, hasBytes: bitmapByteCount) }
    switch type {
    case .bool: try check(1, hasBytes: bitmapByteCount)
    // Without rows, even the first offset may be left out.
    case .strings(let width, _): try check(1, hasBytes: rowCount == 0 ? 0 : (rowCount + 1) * width)
    default: if let width = type.byteWidth { try check(1, hasBytes: rowCount * width) }
    }
  }

  private func check(_ buffer: Int, hasBytes byteCount: Int) throws(ArrowFault) {
    guard buffers[buffer].byteCount >= byteCount else {
      throw ArrowFault(
        .malformed, "a buffer of \(buffers[buffer].byteCount) bytes where the rows of the batch need \(byteCount)")
    }
  }
}
