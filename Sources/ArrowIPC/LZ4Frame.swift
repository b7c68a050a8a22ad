// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Decompresses one LZ4 frame into all of `out`; false unless it is a whole frame of exactly that content.
///
/// Source: LZ4 frame format 1.6.2 and LZ4 block format. Checksums of the frame are passed over, dictionaries refused. O(bytes).
func decodeLZ4Frame(_ frame: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer) -> Bool {
  guard frame.count >= 7, UInt32(littleEndian: frame.loadUnaligned(as: UInt32.self)) == 0x184D_2204 else {
    return false
  }
  let flags = frame[4]
  guard flags >> 6 == 1, flags & 0b11 == 0 else { return false }
  let hasBlockChecksums = flags & 0x10 != 0
  let hasContentSize = flags & 0x08 != 0
  let hasContentChecksum = flags & 0x04 != 0
  var position = 6 + (hasContentSize ? 8 : 0) + 1
  var filled = 0
  while position <= frame.count - 4 {
    let word = UInt32(littleEndian: frame.loadUnaligned(fromByteOffset: position, as: UInt32.self))
    position += 4
    if word == 0 { return filled == out.count && position + (hasContentChecksum ? 4 : 0) == frame.count }
    let byteCount = Int(word & 0x7FFF_FFFF)
    guard byteCount <= frame.count - position else { return false }
    let block = UnsafeRawBufferPointer(rebasing: frame[position..<position + byteCount])
    if word >> 31 == 1 {
      guard byteCount <= out.count - filled else { return false }
      UnsafeMutableRawBufferPointer(rebasing: out[filled..<filled + byteCount]).copyMemory(from: block)
      filled += byteCount
    } else {
      guard decodeLZ4Block(block, into: out, filled: &filled) else { return false }
    }
    position += byteCount + (hasBlockChecksums ? 4 : 0)
  }
  return false
}

/// Appends one block's content after the first `filled` bytes of `out`, to which it may refer.
private func decodeLZ4Block(
  _ block: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer, filled: inout Int
) -> Bool {
  var position = 0
  while position < block.count {
    let token = block[position]
    position += 1
    guard let literals = lz4Length(Int(token >> 4), block, &position),
      literals <= block.count - position, literals <= out.count - filled
    else { return false }
    if literals > 0 {
      UnsafeMutableRawBufferPointer(rebasing: out[filled..<filled + literals]).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: block[position..<position + literals]))
    }
    position += literals
    filled += literals
    // The last sequence of a block is literals alone.
    if position == block.count { return true }
    guard position + 2 <= block.count else { return false }
    let distance = Int(UInt16(littleEndian: block.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
    position += 2
    guard let more = lz4Length(Int(token & 15), block, &position), distance > 0, distance <= filled,
      more + 4 <= out.count - filled
    else { return false }
    // Byte by byte: what is copied may be what was just written.
    for index in filled..<filled + more + 4 { out[index] = out[index - distance] }
    filled += more + 4
  }
  return false
}

/// A length whose first four bits are `start`; 15 goes on in further bytes. Nil at the end of the block.
private func lz4Length(_ start: Int, _ block: UnsafeRawBufferPointer, _ position: inout Int) -> Int? {
  guard start == 15 else { return start }
  var length = 15
  while position < block.count {
    let byte = block[position]
    position += 1
    length += Int(byte)
    if byte < 255 { return length }
  }
  return nil
}
