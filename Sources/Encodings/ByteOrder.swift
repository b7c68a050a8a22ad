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
///
/// Has one method for each width rather than a generic one: footers of many pages are read by it from another module, where calls
/// of a generic method are not specialised and take five times as long.
package struct ByteReader: Sendable {
  private let bytes: [UInt8]
  /// Where `position` 0 and the end of the part that is read lie in `bytes`.
  private let start: Int
  private let end: Int
  private var offset: Int

  /// Reads `bytes` from the start.
  package init(_ bytes: [UInt8]) { self.init(bytes, 0..<bytes.count) }

  /// Reads `bytes` from `position` on; positions count from there. Precondition: it lies in the bytes.
  package init(_ bytes: [UInt8], from position: Int) { self.init(bytes, position..<bytes.count) }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    (start, end, offset) = (range.lowerBound, range.upperBound, range.lowerBound)
  }

  /// Where the next read starts, from the start of the bytes.
  package var position: Int { offset - start }

  /// Bytes not read yet.
  package var remaining: Int { end - offset }

  /// Reads an integer of 8 bits.
  package mutating func read(_: UInt8.Type = UInt8.self) throws(EncodingError) -> UInt8 { try integer() }

  /// Reads an integer of 16 bits.
  package mutating func read(_: UInt16.Type = UInt16.self) throws(EncodingError) -> UInt16 { try integer() }

  /// Reads an integer of 16 bits.
  package mutating func read(_: Int16.Type = Int16.self) throws(EncodingError) -> Int16 { try integer() }

  /// Reads an integer of 32 bits.
  package mutating func read(_: UInt32.Type = UInt32.self) throws(EncodingError) -> UInt32 { try integer() }

  /// Reads an integer of 64 bits.
  package mutating func read(_: UInt64.Type = UInt64.self) throws(EncodingError) -> UInt64 { try integer() }

  /// Reads an integer of 128 bits.
  package mutating func read(_: UInt128.Type = UInt128.self) throws(EncodingError) -> UInt128 { try integer() }

  private mutating func integer<T: FixedWidthInteger & BitwiseCopyable>() throws(EncodingError) -> T {
    let size = MemoryLayout<T>.size
    guard remaining >= size else { throw endsInside() }
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: T.self) }
    offset += size
    return T(littleEndian: value)
  }

  /// Reads `count` bytes.
  package mutating func readBytes(_ count: Int) throws(EncodingError) -> [UInt8] {
    let range = try advance(by: count)
    return Array(bytes[range])
  }

  /// The next `count` bytes, to be read by another reader whose positions start at 0; nothing is copied.
  package mutating func part(_ count: Int) throws(EncodingError) -> ByteReader {
    ByteReader(bytes, try advance(by: count))
  }

  private mutating func advance(by count: Int) throws(EncodingError) -> Range<Int> {
    guard count >= 0, remaining >= count else {
      throw EncodingError(.truncated, "\(count) bytes announced, \(remaining) left", at: position)
    }
    defer { offset += count }
    return offset..<offset + count
  }

  /// Reads `size` bytes that must be zero.
  package mutating func readZeros(_ size: Int) throws(EncodingError) {
    let start = position
    let range = try advance(by: size)
    guard bytes[range].allSatisfy({ $0 == 0 }) else {
      throw EncodingError(.malformed, "reserved bytes are not zero", at: start)
    }
  }

  /// Reads a number written by ``ByteWriter/appendVariable(_:)``; longer forms than needed are refused.
  package mutating func readVariable() throws(EncodingError) -> UInt128 {
    let first = offset
    if remaining > 0, bytes[first] < 0x80 {
      offset += 1
      return UInt128(bytes[first])
    }
    var value: UInt128 = 0
    var shift = 0
    while true {
      guard remaining > 0 else { throw endsInside() }
      let byte = bytes[offset]
      offset += 1
      // 18 groups of 7 bits leave 2 for the nineteenth.
      guard shift < 126 || byte <= 3 else { throw wrongVariable("passes 128 bits", first) }
      value |= UInt128(byte & 0x7F) << UInt128(shift)
      if byte < 0x80 {
        guard byte != 0 || shift == 0 else { throw wrongVariable("is longer than it needs to be", first) }
        return value
      }
      shift += 7
    }
  }

  private func endsInside() -> EncodingError {
    EncodingError(.truncated, "the bytes end inside a number", at: position)
  }

  private func wrongVariable(_ fault: String, _ first: Int) -> EncodingError {
    EncodingError(.malformed, "a variable-length number \(fault)", at: first - start)
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
