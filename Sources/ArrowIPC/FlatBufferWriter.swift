// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A value of a FlatBuffers message, as a tree.
///
/// Source of the layout: "FlatBuffers Internals" (flatbuffers.dev/internals).
enum FlatBufferValue {
  case bool(Bool)
  case byte(UInt8)
  case int16(Int16)
  case int32(Int32)
  case int64(Int64)
  case string(String)
  /// One member per slot; nil stands for the member's default.
  case table([FlatBufferValue?])
  /// A vector of tables.
  case tables([FlatBufferValue])
  /// A vector of `count` structs, whose words of eight bytes these are, one struct after the other.
  case structs(words: [Int64], count: Int)
}

/// Writes such a tree front to back: a table comes before what it points to, so that every offset points forward.
struct FlatBufferWriter {
  private(set) var bytes: [UInt8] = []

  /// The message whose root table is `root`. O(bytes).
  static func bytes(of root: FlatBufferValue) -> [UInt8] {
    var writer = FlatBufferWriter()
    writer.append(UInt32(0))
    writer.point(from: 0, to: writer.write(root))
    return writer.bytes
  }

  /// Writes what is not kept inside a table, and returns where offsets to it point.
  private mutating func write(_ value: FlatBufferValue) -> Int {
    switch value {
    case .table(let members): return writeTable(members)
    case .string(let text):
      align(4)
      let position = bytes.count
      append(UInt32(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
      bytes.append(0)
      return position
    case .tables(let tables):
      align(4)
      let position = bytes.count
      append(UInt32(tables.count))
      bytes.append(contentsOf: repeatElement(0, count: 4 * tables.count))
      for (index, table) in tables.enumerated() { point(from: position + 4 + 4 * index, to: write(table)) }
      return position
    case .structs(let words, let count):
      // The words after the length are aligned, not the length.
      bytes.append(contentsOf: repeatElement(0, count: padding(after: bytes.count + 4, to: 8)))
      let position = bytes.count
      append(UInt32(count))
      for word in words { append(word) }
      return position
    case .bool, .byte, .int16, .int32, .int64: preconditionFailure("a number is kept inside its table")
    }
  }

  private mutating func writeTable(_ members: [FlatBufferValue?]) -> Int {
    let vtableByteCount = 4 + 2 * members.count
    bytes.append(contentsOf: repeatElement(0, count: padding(after: bytes.count + vtableByteCount, to: 4)))
    let vtable = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: vtableByteCount))
    let table = bytes.count
    append(Int32(table - vtable))
    var pointers: [(position: Int, value: FlatBufferValue)] = []
    for (slot, member) in members.enumerated() {
      guard let member else { continue }
      align(member.inlineByteCount)
      store(UInt16(bytes.count - table), at: vtable + 4 + 2 * slot)
      switch member {
      case .bool(let truth): append(UInt8(truth ? 1 : 0))
      case .byte(let value): append(value)
      case .int16(let value): append(value)
      case .int32(let value): append(value)
      case .int64(let value): append(value)
      case .string, .table, .tables, .structs:
        pointers.append((bytes.count, member))
        append(UInt32(0))
      }
    }
    store(UInt16(vtableByteCount), at: vtable)
    store(UInt16(bytes.count - table), at: vtable + 2)
    for (position, value) in pointers { point(from: position, to: write(value)) }
    return table
  }

  private mutating func align(_ alignment: Int) {
    bytes.append(contentsOf: repeatElement(0, count: padding(after: bytes.count, to: alignment)))
  }

  private mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  private mutating func store(_ value: some FixedWidthInteger, at position: Int) {
    withUnsafeBytes(of: value.littleEndian) { bytes.replaceSubrange(position..<position + $0.count, with: $0) }
  }

  private mutating func point(from position: Int, to target: Int) {
    store(UInt32(target - position), at: position)
  }
}

extension FlatBufferValue {
  /// Bytes that the value, or the offset to it, takes inside a table.
  fileprivate var inlineByteCount: Int {
    switch self {
    case .bool, .byte: 1
    case .int16: 2
    case .int64: 8
    case .int32, .string, .table, .tables, .structs: 4
    }
  }
}
