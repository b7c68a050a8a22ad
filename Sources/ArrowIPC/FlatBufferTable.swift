// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A table of a FlatBuffers message of unknown origin: every offset and length is checked when it is followed.
///
/// Source of the layout: "FlatBuffers Internals" (flatbuffers.dev/internals). Members are asked for by their slot.
struct FlatBufferTable {
  private let message: Message
  private let position: Int
  private let vtable: Int
  private let vtableByteCount: Int
  private let byteCount: Int

  /// The bytes, and how much of them may still be looked at: parts that many others point to would make a small message endless.
  private final class Message {
    let bytes: [UInt8]
    var budget: Int

    init(_ bytes: [UInt8]) {
      self.bytes = bytes
      budget = 4096 + 16 * bytes.count
    }

    func load<T: FixedWidthInteger & BitwiseCopyable>(_ position: Int, as type: T.Type) throws(ArrowFault) -> T {
      guard position >= 0, position <= bytes.count - MemoryLayout<T>.size else {
        throw ArrowFault(.malformed, "an offset of the metadata points outside of it")
      }
      return bytes.withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: T.self)) }
    }

    /// Where the offset that lies at `position` points to.
    func target(of position: Int) throws(ArrowFault) -> Int {
      position + Int(try load(position, as: UInt32.self))
    }

    func spend(_ byteCount: Int) throws(ArrowFault) {
      budget -= byteCount
      guard budget >= 0 else { throw ArrowFault(.malformed, "parts of the metadata are used over and over") }
    }
  }

  /// The root table of a message. Throws `arrow.malformed`, as all methods do.
  init(rootOf bytes: [UInt8]) throws(ArrowFault) {
    let message = Message(bytes)
    try self.init(message, at: try message.target(of: 0))
  }

  private init(_ message: Message, at position: Int) throws(ArrowFault) {
    self.message = message
    self.position = position
    try message.spend(8)
    vtable = position - Int(try message.load(position, as: Int32.self))
    vtableByteCount = Int(try message.load(vtable, as: UInt16.self))
    byteCount = Int(try message.load(vtable + 2, as: UInt16.self))
  }

  /// Where member `slot` lies, nil if it has its default.
  private func member(_ slot: Int, byteCount memberByteCount: Int) throws(ArrowFault) -> Int? {
    let entry = 4 + 2 * slot
    guard entry + 2 <= vtableByteCount else { return nil }
    let offset = Int(try message.load(vtable + entry, as: UInt16.self))
    if offset == 0 { return nil }
    guard offset >= 4, offset + memberByteCount <= byteCount else {
      throw ArrowFault(.malformed, "a member of the metadata lies outside of its table")
    }
    return position + offset
  }

  /// A number, `missing` where the message leaves it out.
  func number<T: FixedWidthInteger & BitwiseCopyable>(_ slot: Int, _ missing: T) throws(ArrowFault) -> T {
    guard let position = try member(slot, byteCount: MemoryLayout<T>.size) else { return missing }
    return try message.load(position, as: T.self)
  }

  /// A table, nil where the message has none.
  func table(_ slot: Int) throws(ArrowFault) -> FlatBufferTable? {
    guard let position = try member(slot, byteCount: 4) else { return nil }
    return try FlatBufferTable(message, at: try message.target(of: position))
  }

  /// A text, nil where the message has none.
  func string(_ slot: Int) throws(ArrowFault) -> String? {
    guard let (start, count) = try vector(slot, elementByteCount: 1) else { return nil }
    guard let text = String(validating: message.bytes[start..<start + count], as: UTF8.self) else {
      throw ArrowFault(.malformed, "a name in the metadata is not UTF-8")
    }
    return text
  }

  /// All tables of a vector; none where the message has no vector.
  func tables(_ slot: Int) throws(ArrowFault) -> [FlatBufferTable] {
    guard let (start, count) = try vector(slot, elementByteCount: 4) else { return [] }
    var tables: [FlatBufferTable] = []
    tables.reserveCapacity(count)
    for index in 0..<count {
      tables.append(try FlatBufferTable(message, at: try message.target(of: start + 4 * index)))
    }
    return tables
  }

  /// All words of a vector of structs of `wordCount` words of eight bytes; none where the message has no vector.
  func words(_ slot: Int, wordCount: Int) throws(ArrowFault) -> [Int64] {
    guard let (start, count) = try vector(slot, elementByteCount: 8 * wordCount) else { return [] }
    var words: [Int64] = []
    words.reserveCapacity(count * wordCount)
    for index in 0..<count * wordCount { words.append(try message.load(start + 8 * index, as: Int64.self)) }
    return words
  }

  /// Where a vector's elements begin, and how many there are: all lie in the message.
  private func vector(_ slot: Int, elementByteCount: Int) throws(ArrowFault) -> (start: Int, count: Int)? {
    guard let position = try member(slot, byteCount: 4) else { return nil }
    let vector = try message.target(of: position)
    let count = Int(try message.load(vector, as: UInt32.self))
    guard count <= (message.bytes.count - vector - 4) / elementByteCount else {
      throw ArrowFault(.malformed, "a list of the metadata is longer than the metadata")
    }
    try message.spend(8 + count * elementByteCount)
    return (vector + 4, count)
  }
}
