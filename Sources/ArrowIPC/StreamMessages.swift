// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// Reads the messages of a stream as they come.
final class StreamMessages: ArrowMessages {
  private let source: PeekableSource
  private var byteOffset = 0
  private var messageCount = 0
  private var isAtEnd = false

  /// Precondition: the source begins as a stream does.
  init(_ source: PeekableSource) { self.source = source }

  /// The message that every stream begins with.
  func schema() throws -> (table: FlatBufferTable, place: MessagePlace) {
    let place = place
    guard let message = try read(), message.kind == ArrowFormat.Header.schema else {
      throw place.error(ArrowFault(.malformed, "the stream does not begin with a schema"))
    }
    return (message.header, message.place)
  }

  func next() throws -> ArrowMessage? {
    if isAtEnd { return nil }
    guard let message = try read() else { return nil }
    if message.kind == ArrowFormat.Header.schema {
      throw message.place.error(ArrowFault(.malformed, "a second schema"))
    }
    return message
  }

  /// Where the next message begins.
  private var place: MessagePlace { MessagePlace(file: source.name, number: messageCount + 1, byteOffset: byteOffset) }

  /// The next message, nil at the end mark.
  private func read() throws -> ArrowMessage? {
    let place = place
    let prefix = try ArrowMemory(reading: 8, of: source)
    guard prefix.byteCount == 8 else { throw place.error(cut(isBetweenMessages: prefix.byteCount == 0)) }
    let length = try place.placing { () throws(ArrowFault) in try prefix.metadataByteCount() }
    if length == 0 {
      byteOffset += 8
      isAtEnd = true
      try checkEnd()
      return nil
    }
    let metadata = try ArrowMemory(reading: length, of: source)
    guard metadata.byteCount == length else { throw place.error(cut()) }
    let (kind, header, bodyByteCount) = try place.placing { () throws(ArrowFault) in
      try FlatBufferTable.message(Array(metadata.bytes))
    }
    let body = try ArrowMemory(reading: bodyByteCount, of: source)
    guard body.byteCount == bodyByteCount else { throw place.error(cut()) }
    byteOffset += 8 + length + bodyByteCount
    messageCount += 1
    return ArrowMessage(kind: kind, header: header, body: body, byteCount: 8 + length + bodyByteCount, place: place)
  }

  private func cut(isBetweenMessages: Bool = false) -> ArrowFault {
    ArrowFault(
      .cut, isBetweenMessages ? "the stream ends without its end mark" : "the stream ends inside of it",
      advice: "it may have been cut, or its writer was not closed: write it again")
  }

  private func checkEnd() throws {
    guard try source.peek(1).isEmpty else {
      throw ArrowError(
        .surplus, "bytes come after the end of the stream", at: Place(file: source.name, byteOffset: byteOffset),
        advice: "give one stream at a time")
    }
  }
}

extension ArrowMemory {
  /// Bytes of metadata that the first eight bytes of a message announce, 0 at a stream's end. Throws `arrow.malformed` and `arrow.limit`.
  func metadataByteCount() throws(ArrowFault) -> Int {
    let length = Int(word(4))
    guard word(0) == ArrowFormat.continuation else {
      throw ArrowFault(.malformed, "there is something else where a message should begin")
    }
    guard length <= ArrowFormat.metadataByteLimit else {
      throw ArrowFault(.limit, "its metadata has \(length) bytes; up to 256 MiB are read")
    }
    return length
  }

  /// Four bytes as a number. Precondition: they are there.
  func word(_ offset: Int) -> UInt32 {
    precondition(offset >= 0 && offset + 4 <= byteCount, "four bytes from \(offset) on of \(byteCount)")
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }
}
