// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Numbers of states as bytes, little endian. Equal numbers have equal bytes: each has the fewest that hold it.

/// Appends an integer in two's complement, lowest word first, in as few bytes as hold it with its sign; none for 0.
func appendInteger(_ words: [UInt64], to bytes: inout [UInt8]) {
  let start = bytes.count
  for word in words { withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) } }
  let isNegative = words.last.map { $0 >> 63 == 1 } ?? false
  while bytes.count > start, isSpare(bytes[start...], isNegative: isNegative) { bytes.removeLast() }
}

/// True if the last byte says no more than the sign of those before it.
private func isSpare(_ bytes: ArraySlice<UInt8>, isNegative: Bool) -> Bool {
  guard bytes.last == (isNegative ? 0xFF : 0) else { return false }
  let before = bytes.dropLast().last
  return before.map { ($0 >> 7 == 1) == isNegative } ?? !isNegative
}

/// The integer that ``appendInteger(_:to:)`` made these bytes of, as so many words; nil where they hold more, or are more than needed.
func integerWords(_ bytes: UnsafeRawBufferPointer, count: Int) -> [UInt64]? {
  guard bytes.count <= 8 * count else { return nil }
  let isNegative = bytes.last.map { $0 >> 7 == 1 } ?? false
  if let last = bytes.last, last == (isNegative ? 0xFF : 0) {
    guard bytes.count > 1 else { return isNegative ? [UInt64](repeating: .max, count: count) : nil }
    if (bytes[bytes.count - 2] >> 7 == 1) == isNegative { return nil }
  }
  var words = [UInt64](repeating: isNegative ? .max : 0, count: count)
  for (index, byte) in bytes.enumerated() {
    let shift = UInt64(8 * (index & 7))
    words[index >> 3] = words[index >> 3] & ~(0xFF << shift) | UInt64(byte) << shift
  }
  return words
}

/// Appends `part` with its length before it, as two bytes.
func appendPart(_ part: [UInt8], to bytes: inout [UInt8]) {
  precondition(part.count <= UInt16.max, "a part of a state has 65,535 bytes at the most")
  withUnsafeBytes(of: UInt16(part.count).littleEndian) { bytes.append(contentsOf: $0) }
  bytes += part
}

/// The parts that ``appendPart(_:to:)`` made these bytes of; nil where they are cut, or not so many.
func parts(_ bytes: UnsafeRawBufferPointer, count: Int) -> [UnsafeRawBufferPointer]? {
  var parts: [UnsafeRawBufferPointer] = []
  var position = 0
  while position < bytes.count {
    guard position + 2 <= bytes.count, parts.count < count else { return nil }
    let length = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
    position += 2
    guard position + length <= bytes.count else { return nil }
    parts.append(UnsafeRawBufferPointer(rebasing: bytes[position..<position + length]))
    position += length
  }
  return parts.count == count ? parts : nil
}
