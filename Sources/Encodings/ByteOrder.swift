// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Little-endian numbers written one after the other.
package struct ByteWriter: Sendable {
  /// What was written so far.
  package private(set) var bytes: [UInt8] = []

  /// Starts empty.
  package init() {}

  /// Adds a fixed-width integer, lowest byte first.
  package mutating func append<T: FixedWidthInteger>(_ value: T) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Adds bytes as they are.
  package mutating func append(bytes more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

  /// Adds an unsigned number in groups of seven bits, lowest first, the top bit set on all but the last (LEB128).
  package mutating func appendVariable(_ value: UInt128) {
    var rest = value
    while rest > 0x7F {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Adds a signed number as ``appendVariable(_:)`` of its zigzag form: 0, -1, 1, -2 become 0, 1, 2, 3.
  package mutating func appendZigzag(_ value: Int128) {
    appendVariable(UInt128(truncatingIfNeeded: (value << 1) ^ (value >> 127)))
  }
}

/// Reads little-endian numbers from bytes of unknown origin: every read is checked and throws ``EncodingError``.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// Where the next read starts, from the start of the bytes.
  package private(set) var position = 0

  /// Reads `bytes` from the start.
  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Bytes not read yet.
  package var remaining: Int { bytes.count - position }

  /// Reads a fixed-width integer.
  package mutating func read<T: FixedWidthInteger & BitwiseCopyable>(
    _ type: T.Type = T.self
  ) throws(EncodingError) -> T {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw EncodingError(.truncated, "the bytes end inside a number", at: position) }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: position, as: T.self) }
    position += size
    return T(littleEndian: value)
  }

  /// Reads `count` bytes.
  package mutating func readBytes(_ count: Int) throws(EncodingError) -> [UInt8] {
    guard count >= 0, remaining >= count else {
      throw EncodingError(.truncated, "\(count) bytes announced, \(remaining) left", at: position)
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// Reads `size` bytes that must be zero.
  package mutating func readZeros(_ size: Int) throws(EncodingError) {
    let start = position
    guard try readBytes(size).allSatisfy({ $0 == 0 }) else {
      throw EncodingError(.malformed, "reserved bytes are not zero", at: start)
    }
  }

  /// Reads a number written by ``ByteWriter/appendVariable(_:)``; longer forms than needed are refused.
  package mutating func readVariable() throws(EncodingError) -> UInt128 {
    let start = position
    var value: UInt128 = 0
    var shift = 0
    while true {
      guard remaining > 0 else { throw EncodingError(.truncated, "the bytes end inside a number", at: position) }
      let byte = bytes[position]
      position += 1
      // 18 groups of 7 bits leave 2 for the nineteenth.
      guard shift < 126 || byte <= 3 else {
        throw EncodingError(.malformed, "a variable-length number passes 128 bits", at: start)
      }
      value |= UInt128(byte & 0x7F) << UInt128(shift)
      if byte < 0x80 {
        guard byte != 0 || shift == 0 else {
          throw EncodingError(.malformed, "a variable-length number is longer than it needs to be", at: start)
        }
        return value
      }
      shift += 7
    }
  }

  /// Reads a number written by ``ByteWriter/appendZigzag(_:)``.
  package mutating func readZigzag() throws(EncodingError) -> Int128 {
    let raw = try readVariable()
    return Int128(truncatingIfNeeded: raw >> 1) ^ -Int128(truncatingIfNeeded: raw & 1)
  }

  /// Reads a variable-length count of at most `limit`.
  package mutating func readCount(limit: Int, of what: String) throws(EncodingError) -> Int {
    let start = position
    let value = try readVariable()
    guard value <= UInt128(limit) else {
      throw EncodingError(.limit, "\(value) \(what), at most \(limit) are possible", at: start)
    }
    return Int(value)
  }
}
