// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Integers that streams can hold, each with its fast packing kernels.
package protocol StreamInteger: FixedWidthInteger & Sendable {
  /// Packs `width` bits of each value minus `reference`. Precondition: `out` holds ``packedByteCount(_:bitWidth:)`` bytes.
  static func pack(
    _ values: UnsafeBufferPointer<Self>, reference: Self, bitWidth: Int, into out: UnsafeMutableRawBufferPointer)
  /// The reverse. Precondition: `bytes` holds ``packedByteCount(_:bitWidth:)`` bytes, `bitWidth` fits the type and 64.
  static func unpack(
    _ bytes: UnsafeRawBufferPointer, reference: Self, bitWidth: Int, into out: UnsafeMutableBufferPointer<Self>)
  /// Writes the lowest `planeCount` bytes of each value minus `reference`, plane after plane. Precondition: `out` has
  /// `planeCount` times as many bytes as there are values.
  static func splitPlanes(
    _ values: UnsafeBufferPointer<Self>, reference: Self, planeCount: Int, into out: UnsafeMutableRawBufferPointer)
  /// The reverse. Precondition: `bytes` has `planeCount` times as many bytes as `out` has values.
  static func joinPlanes(
    _ bytes: UnsafeRawBufferPointer, reference: Self, planeCount: Int, into out: UnsafeMutableBufferPointer<Self>)
  /// Adds to each value from `lag` on the value `lag` before it, wrapping, front to back. Precondition: lag is at least 1.
  static func sum(atLag lag: Int, _ values: UnsafeMutableBufferPointer<Self>)
  /// Replaces each value by `reference` plus `factor` times it, wrapping.
  static func scale(_ values: UnsafeMutableBufferPointer<Self>, factor: Self, reference: Self)
  /// Adds to `distances[k]` how far `values[position]` is from the value k + 1 before it, shifted right by `shift`; false where that is
  /// not looked at. Precondition: `position` is at least the number of distances.
  static func addLagDistances(
    _ values: UnsafeBufferPointer<Self>, position: Int, shift: Int, into distances: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool
  /// Least and greatest value and runs; see ``IntegerSummary``.
  static func summary(of values: UnsafeBufferPointer<Self>) -> IntegerSummary<Self>
}

/// Bytes that `count` values of `bitWidth` bits take.
package func packedByteCount(_ count: Int, bitWidth: Int) -> Int { cs_packed_byte_count(count, UInt32(bitWidth)) }

extension Int64: StreamInteger {
  package static func pack(
    _ values: UnsafeBufferPointer<Int64>, reference: Int64, bitWidth: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    guard let source = values.baseAddress, let target = out.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return
    }
    cs_pack_i64(source, values.count, UInt64(bitPattern: reference), UInt32(bitWidth), target)
  }

  package static func unpack(
    _ bytes: UnsafeRawBufferPointer, reference: Int64, bitWidth: Int, into out: UnsafeMutableBufferPointer<Int64>
  ) {
    guard let target = out.baseAddress else { return }
    guard let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return out.update(repeating: reference)
    }
    cs_unpack_i64(source, out.count, UInt32(bitWidth), UInt64(bitPattern: reference), target)
  }
}

extension UInt32: StreamInteger {
  package static func pack(
    _ values: UnsafeBufferPointer<UInt32>, reference: UInt32, bitWidth: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    guard let source = values.baseAddress, let target = out.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return
    }
    cs_pack_u32(source, values.count, reference, UInt32(bitWidth), target)
  }

  package static func unpack(
    _ bytes: UnsafeRawBufferPointer, reference: UInt32, bitWidth: Int, into out: UnsafeMutableBufferPointer<UInt32>
  ) {
    guard let target = out.baseAddress else { return }
    guard let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return out.update(repeating: reference)
    }
    cs_unpack_u32(source, out.count, UInt32(bitWidth), reference, target)
  }
}

extension Int128: StreamInteger {
  package static func pack(
    _ values: UnsafeBufferPointer<Int128>, reference: Int128, bitWidth: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    let offsets = values.map { Int64(truncatingIfNeeded: $0 &- reference) }
    offsets.withUnsafeBufferPointer { Int64.pack($0, reference: 0, bitWidth: bitWidth, into: out) }
  }

  package static func unpack(
    _ bytes: UnsafeRawBufferPointer, reference: Int128, bitWidth: Int, into out: UnsafeMutableBufferPointer<Int128>
  ) {
    let offsets = [Int64](unsafeUninitializedCapacity: out.count) { buffer, count in
      Int64.unpack(
        bytes, reference: 0, bitWidth: bitWidth, into: UnsafeMutableBufferPointer(rebasing: buffer[..<out.count]))
      count = out.count
    }
    for index in out.indices { out[index] = reference &+ Int128(UInt64(bitPattern: offsets[index])) }
  }
}

/// The plain twin of the packing kernels: one value at a time, straight from the layout's definition.
package func packedPlainly(_ values: [UInt64], bitWidth: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: packedByteCount(values.count, bitWidth: bitWidth))
  for (index, value) in values.enumerated() {
    for bit in 0..<bitWidth where value >> UInt64(bit) & 1 == 1 {
      let position = packedBitPosition(index, bit: bit, count: values.count, bitWidth: bitWidth)
      bytes[position / 8] |= 1 << UInt8(position % 8)
    }
  }
  return bytes
}

/// The plain twin of the unpacking kernels.
package func unpackedPlainly(_ bytes: [UInt8], count: Int, bitWidth: Int) -> [UInt64] {
  (0..<count).map { index in
    (0..<bitWidth).reduce(0) { value, bit in
      let position = packedBitPosition(index, bit: bit, count: count, bitWidth: bitWidth)
      return value | UInt64(bytes[position / 8] >> UInt8(position % 8) & 1) << UInt64(bit)
    }
  }
}

/// Where bit `bit` of value `index` lies, counted in bits from the start of the stream.
private func packedBitPosition(_ index: Int, bit: Int, count: Int, bitWidth: Int) -> Int {
  let block = index / 1024
  let inBlock = index % 1024
  let blockStart = block * 1024 * bitWidth
  guard block < count / 1024 else { return blockStart + inBlock * bitWidth + bit }
  let wordBits = bitWidth <= 32 ? 32 : 64
  let lanes = 1024 / wordBits
  let bitInLane = inBlock / lanes * bitWidth + bit
  let word = bitInLane / wordBits * lanes + inBlock % lanes
  return blockStart + word * wordBits + bitInLane % wordBits
}
