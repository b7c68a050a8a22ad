// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// Reads the messages of an Arrow file: those that its footer lists, dictionaries first, whatever order they lie in.
final class FileMessages: ArrowMessages {
  /// Where a message lies.
  private struct Block {
    let offset: Int
    let metadataByteCount: Int
    let bodyByteCount: Int
    let kind: UInt8
  }

  private let file: any ReadableObject
  private let name: String
  private let footer: FlatBufferTable
  private let footerPlace: MessagePlace
  private let blocks: [Block]
  private var position = 0

  /// Magic, length of the footer, magic.
  private static let leastByteCount = ArrowFormat.fileStartByteCount + 4 + ArrowFormat.fileMagic.count

  /// Reads the footer. Throws `arrow.cut` where the file does not end as it should, `arrow.malformed`, and what reading throws.
  init(_ file: any ReadableObject, name: String) throws {
    (self.file, self.name) = (file, name)
    let tailByteCount = 4 + ArrowFormat.fileMagic.count
    let cut = ArrowError(
      .cut, "the file does not end as an Arrow file does", at: Place(file: name, byteOffset: file.byteCount),
      advice: "it may have been cut, or its writer was not closed: write it again")
    guard file.byteCount >= Self.leastByteCount else { throw cut }
    let tail = try ArrowMemory(tailByteCount, at: file.byteCount - tailByteCount, of: file)
    let footerByteCount = Int(tail.word(0))
    guard tail.bytes.dropFirst(4).elementsEqual(ArrowFormat.fileMagic),
      footerByteCount <= file.byteCount - Self.leastByteCount
    else { throw cut }
    let start = file.byteCount - tailByteCount - footerByteCount
    let place = MessagePlace(file: name, number: 0, byteOffset: start)
    let bytes = try ArrowMemory(footerByteCount, at: start, of: file)
    (footer, blocks) = try place.placing { () throws(ArrowFault) in
      typealias Slot = ArrowFormat.Footer
      let footer = try FlatBufferTable(rootOf: Array(bytes.bytes))
      try footer.checkVersion(Slot.version)
      let dictionaries = try footer.words(Slot.dictionaries, wordCount: 3)
      let batches = try footer.words(Slot.recordBatches, wordCount: 3)
      return (
        footer,
        try Self.blocks(dictionaries, kind: ArrowFormat.Header.dictionaryBatch, before: start)
          + Self.blocks(batches, kind: ArrowFormat.Header.recordBatch, before: start)
      )
    }
    footerPlace = place
    guard blocks.reduce(0, { $0 + $1.metadataByteCount + $1.bodyByteCount }) <= start else {
      throw place.error(ArrowFault(.malformed, "the footer lists messages that lie in one another"))
    }
  }

  /// A vector of `Block`. Each lies between the file's first magic and its footer.
  private static func blocks(_ words: [Int64], kind: UInt8, before end: Int) throws(ArrowFault) -> [Block] {
    var blocks: [Block] = []
    for index in stride(from: 0, to: words.count, by: 3) {
      let offset = Int(words[index])
      // A number of 32 bits, and four bytes that mean nothing.
      let metadataByteCount = Int(Int32(truncatingIfNeeded: words[index + 1]))
      let bodyByteCount = Int(words[index + 2])
      guard offset >= ArrowFormat.fileStartByteCount, metadataByteCount >= 8, bodyByteCount >= 0, offset <= end,
        bodyByteCount <= end, metadataByteCount <= end - offset, bodyByteCount <= end - offset - metadataByteCount
      else { throw ArrowFault(.malformed, "the footer lists a message that lies outside of the file") }
      blocks.append(
        Block(offset: offset, metadataByteCount: metadataByteCount, bodyByteCount: bodyByteCount, kind: kind))
    }
    return blocks
  }

  func schema() throws -> (table: FlatBufferTable, place: MessagePlace) {
    let table = try footerPlace.placing { () throws(ArrowFault) in try footer.table(ArrowFormat.Footer.schema) }
    guard let table else { throw footerPlace.error(ArrowFault(.malformed, "the footer has no schema")) }
    return (table, footerPlace)
  }

  func next() throws -> ArrowMessage? {
    guard position < blocks.count else { return nil }
    let block = blocks[position]
    position += 1
    let place = MessagePlace(file: name, number: position, byteOffset: block.offset)
    let head = try ArrowMemory(block.metadataByteCount, at: block.offset, of: file)
    let (kind, header, bodyByteCount) = try place.placing { () throws(ArrowFault) in
      let length = try head.metadataByteCount()
      guard length <= head.byteCount - 8 else {
        throw ArrowFault(.malformed, "its metadata is longer than the footer says")
      }
      return try FlatBufferTable.message(Array(head.bytes[8..<8 + length]))
    }
    guard kind == block.kind, bodyByteCount == block.bodyByteCount else {
      throw place.error(ArrowFault(.malformed, "it is not what the footer says"))
    }
    let body = try ArrowMemory(bodyByteCount, at: block.offset + block.metadataByteCount, of: file)
    return ArrowMessage(kind: kind, header: header, body: body, byteCount: head.byteCount + bodyByteCount, place: place)
  }
}

extension ArrowMemory {
  /// Bytes of a file from `offset` on. Precondition: they are there. Throws what reading throws.
  fileprivate convenience init(_ byteCount: Int, at offset: Int, of file: any ReadableObject) throws {
    try self.init(byteCount: byteCount) { (buffer) throws in try file.read(at: offset, into: buffer) }
  }
}

/// All of a source in memory, to be read as a file.
struct FileInMemory: ReadableObject {
  let name: String
  private let memory: ArrowMemory

  /// Throws what reading throws.
  init(_ source: any ByteSource) throws {
    name = source.name
    memory = try ArrowMemory(reading: .max, of: source)
  }

  var byteCount: Int { memory.byteCount }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory.bytes[offset..<offset + buffer.count]))
  }
}
