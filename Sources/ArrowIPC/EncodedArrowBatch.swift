// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Rows in the form in which they are written: made by any thread, written by one.
public struct EncodedArrowBatch: Sendable {
  /// Its rows.
  public let rowCount: Int
  /// Bytes that it takes.
  public var byteCount: Int { head.count + bodyByteCount }
  /// The message's length and metadata.
  let head: [UInt8]
  let bodyByteCount: Int
  private let buffers: [EncodedBuffer]

  /// Encodes one page per column of `schema`, all of `rowCount` rows; `dictionaries`: per column, what its codes refer to.
  ///
  /// Columns of type binary take strings of any bytes. Values have no copies made where pages hold them as Arrow does. Throws `arrow.limit` for more
  /// than 2 GiB of strings in a column, `arrow.value` for dates beyond 32 bits. O(rows + bytes). Precondition: pages are of the types of
  /// their columns.
  public init(
    _ pages: [ColumnPage], rowCount: Int, schema: ArrowSchema, dictionaries: [StringDictionary?]? = nil
  ) throws(ArrowError) {
    precondition(pages.count == schema.fields.count, "\(pages.count) pages for \(schema.fields.count) columns")
    precondition(pages.allSatisfy { $0.rowCount == rowCount }, "pages of one batch differ in rows")
    var buffers: [EncodedBuffer] = []
    var nodes: [Int64] = []
    var places: [Int64] = []
    var position = 0
    for (index, field) in schema.fields.enumerated() {
      let page = pages[index]
      nodes += [Int64(rowCount), Int64(page.nullCount)]
      var own = [EncodedBuffer.validity(page.validity, rowCount: rowCount)]
      do throws(ArrowFault) {
        own += try EncodedBuffer.values(of: page, type: field.type, dictionary: dictionaries?[index])
      } catch {
        throw ArrowError(error.kind, error.summary, at: Place(column: field.name), advice: error.advice)
      }
      for buffer in own {
        places += [Int64(position), Int64(buffer.byteCount)]
        position += buffer.byteCount + padding(after: buffer.byteCount, to: ArrowFormat.bufferAlignment)
      }
      buffers += own
    }
    self.rowCount = rowCount
    self.buffers = buffers
    bodyByteCount = position
    let batch = FlatBufferValue.table([
      .int64(Int64(rowCount)), .structs(words: nodes, count: pages.count),
      .structs(words: places, count: buffers.count),
    ])
    head = ArrowFormat.encapsulated(
      ArrowFormat.message(ArrowFormat.Header.recordBatch, batch, bodyByteCount: position))
  }

  /// Gives all bytes to `sink`, piece by piece.
  func write(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
    try head.withUnsafeBytes(sink)
    for buffer in buffers {
      try buffer.withBytes(sink)
      let missing = padding(after: buffer.byteCount, to: ArrowFormat.bufferAlignment)
      if missing > 0 { try zeros.withUnsafeBytes { try sink(UnsafeRawBufferPointer(rebasing: $0[..<missing])) } }
    }
  }
}

private let zeros = [UInt8](repeating: 0, count: ArrowFormat.bufferAlignment)

/// Rows of a chunk that fit one batch: parts in which no column has more than `byteLimit` bytes of strings, unless a single row has.
///
/// One part for ordinary chunks. O(rows) for columns of strings.
public func arrowRowRanges(
  _ pages: [ColumnPage], rowCount: Int, dictionaries: [StringDictionary?]? = nil, byteLimit: Int = 1 << 30
) -> [Range<Int>] {
  var ranges = [0..<rowCount]
  for (index, page) in pages.enumerated() {
    let dictionary = dictionaries?[index]
    ranges = ranges.flatMap { split($0, byteLimit) { page.textByteCount($0, dictionary) } }
  }
  return ranges
}

/// Halves of `rows`, and of these, until `byteCount` says of each that it is within the limit.
private func split(_ rows: Range<Int>, _ byteLimit: Int, _ byteCount: (Range<Int>) -> Int) -> [Range<Int>] {
  guard rows.count > 1, byteCount(rows) > byteLimit else { return [rows] }
  let middle = rows.lowerBound + rows.count / 2
  return [rows.lowerBound..<middle, middle..<rows.upperBound].flatMap { split($0, byteLimit, byteCount) }
}
