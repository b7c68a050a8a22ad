// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Where text stops being well-formed UTF-8 (Unicode Standard, table 3-7): offset of the first byte of what is wrong, nil if
/// all is well. 32 or eight ASCII bytes at a time, others one by one.
package func firstInvalidUTF8(_ bytes: UnsafeRawBufferPointer) -> Int? {
  var index = 0
  let count = bytes.count
  while index < count {
    if index + 32 <= count, isASCII(bytes, at: index) {
      index += 32
      continue
    }
    if index + 8 <= count, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
      index += 8
      continue
    }
    let lead = bytes[index]
    if lead < 0x80 {
      index += 1
      continue
    }
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0xC2...0xDF: length = 2
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: length = 3
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    case 0xF1...0xF3: length = 4
    default: return index
    }
    guard index + length <= count, second.contains(bytes[index + 1]) else { return index }
    for next in (index + 2)..<(index + length) where !(0x80...0xBF).contains(bytes[next]) { return index }
    index += length
  }
  return nil
}

/// True if 32 bytes are ASCII. Precondition: they lie in `bytes`.
@inline(__always)
private func isASCII(_ bytes: UnsafeRawBufferPointer, at index: Int) -> Bool {
  let words = bytes.loadUnaligned(fromByteOffset: index, as: SIMD4<UInt64>.self)
  return (words[0] | words[1] | words[2] | words[3]) & 0x8080_8080_8080_8080 == 0
}
