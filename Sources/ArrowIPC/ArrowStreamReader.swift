// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// Reads an Arrow stream, or an Arrow file (`ARROW1`, Feather 2), batch by batch.
///
/// Source: Apache Arrow columnar format 1.5, "IPC Streaming Format" and "IPC File Format". Memory: one batch, and the dictionaries. Whatever
/// the bytes are, they are read or refused: every offset and length is checked before it is followed. For one thread; batches may be decoded
/// by several.
public final class ArrowStreamReader {
  /// The source's name.
  public let name: String
  /// Columns and metadata.
  public let schema: ArrowSchema
  /// Rows of the batches that were read so far.
  public private(set) var rowCount = 0
  /// Bytes of their messages, and of the dictionaries'.
  public private(set) var byteCount = 0

  private let messages: any ArrowMessages
  private let fields: [StoredField]
  private var dictionaries: ArrowDictionaries

  /// Reads a stream's schema, and nothing after it. A file is taken too, but its end is needed first: all of it is then in memory.
  ///
  /// Throws `arrow.not-a-stream`, other ``ArrowError``s, and what reading throws.
  public convenience init(_ source: any ByteSource) throws {
    let source = PeekableSource(source)
    let start = try source.peek(ArrowFormat.fileStartByteCount)
    if isArrowFile(firstBytes: start) {
      try self.init(file: FileInMemory(source))
      return
    }
    guard isArrow(firstBytes: start) else {
      throw ArrowError(.notArrow, "this is no Arrow stream or file", at: Place(file: source.name, byteOffset: 0))
    }
    try self.init(StreamMessages(source), name: source.name)
  }

  /// Reads a file's footer, and nothing else yet. Precondition: it begins as an Arrow file does (``isArrowFile(firstBytes:)``). `name`
  /// stands in messages in place of the object's own. Throws ``ArrowError``s, and what reading throws.
  public convenience init(file: any ReadableObject, name: String? = nil) throws {
    let name = name ?? file.name
    try self.init(FileMessages(file, name: name), name: name)
  }

  private init(_ messages: any ArrowMessages, name: String) throws {
    self.name = name
    self.messages = messages
    let (table, place) = try messages.schema()
    let stored = try place.placing { () throws(ArrowFault) in try StoredSchema(table) }
    fields = stored.fields
    schema = stored.schema
    dictionaries = try place.placing { () throws(ArrowFault) in try ArrowDictionaries(stored.fields) }
  }

  /// The next batch, nil after the last: a stream's end mark has then been seen, and nothing came after it. Throws ``ArrowError``, and what
  /// reading throws.
  public func next() throws -> ArrowBatch? {
    while let message = try messages.next() {
      var place = message.place
      place.rowsBefore = rowCount
      byteCount += message.byteCount
      if message.kind == ArrowFormat.Header.dictionaryBatch {
        try place.placing { () throws(ArrowFault) in try dictionaries.add(message.header, message.body) }
        continue
      }
      let batch = try place.placing { () throws(ArrowFault) in
        try ArrowBatch(message.header, message.body, fields, dictionaries, at: place)
      }
      rowCount += batch.rowCount
      return batch
    }
    return nil
  }
}
