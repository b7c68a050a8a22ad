// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes an Arrow stream, or an Arrow file, front to back.
///
/// Source: Apache Arrow columnar format 1.5, "IPC Streaming Format" and "IPC File Format"; buffers begin at multiples of 64 bytes of a
/// message's body, are not compressed, and have no dictionaries: what every reader of Arrow takes. The same rows in the same batches give
/// the same bytes. For one thread.
public struct ArrowWriter {
  /// What is around the batches.
  public enum Form: Sendable {
    /// Messages one after the other (`.arrows`): for pipes.
    case stream
    /// The same between a magic and a footer that says where each batch is (`.arrow`, also called Feather 2).
    case file
  }

  /// Takes bytes in order.
  public typealias Sink = (UnsafeRawBufferPointer) throws -> Void

  private let schema: ArrowSchema
  private let form: Form
  private let sink: Sink
  private var byteCount = 0
  /// Per batch: its offset, the bytes of its metadata, those of its body.
  private var blocks: [Int64] = []
  private var isFinished = false

  /// Writes what stands before the first batch. Throws what `sink` throws, as all methods do.
  public init(_ schema: ArrowSchema, form: Form = .stream, to sink: @escaping Sink) throws {
    self.schema = schema
    self.form = form
    self.sink = sink
    if form == .file { try write(ArrowFormat.fileMagic + [0, 0]) }
    try write(ArrowFormat.encapsulated(schema.message))
  }

  /// Writes a batch that was encoded for this writer's schema.
  public mutating func write(_ batch: EncodedArrowBatch) throws {
    blocks += [Int64(byteCount), Int64(batch.head.count), Int64(batch.bodyByteCount)]
    try batch.write(to: sink)
    byteCount += batch.byteCount
  }

  /// Encodes and writes rows; as ``EncodedArrowBatch``, whose errors it throws.
  public mutating func write(
    _ pages: [ColumnPage], rowCount: Int, dictionaries: [StringDictionary?]? = nil
  ) throws {
    try write(try EncodedArrowBatch(pages, rowCount: rowCount, schema: schema, dictionaries: dictionaries))
  }

  /// Writes what stands after the last batch. Nothing may follow.
  public mutating func finish() throws {
    precondition(!isFinished, "an Arrow stream is finished twice")
    isFinished = true
    try write(ArrowFormat.endOfStream)
    guard form == .file else { return }
    let footer = FlatBufferWriter.bytes(
      of: .table([
        .int16(ArrowFormat.version5), schema.table, .structs(words: [], count: 0),
        .structs(words: blocks, count: blocks.count / 3),
      ]))
    try write(footer)
    try write(withUnsafeBytes(of: UInt32(footer.count).littleEndian) { Array($0) } + ArrowFormat.fileMagic)
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes(sink)
    byteCount += bytes.count
  }
}
