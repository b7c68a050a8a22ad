// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What keys ``hashOfString(_:_:_:)``, so that nobody can write strings that all have one hash.
@usableFromInline
package struct StringHashSeed: Sendable {
  @usableFromInline package let first: UInt64
  @usableFromInline package let second: UInt64

  package init(first: UInt64, second: UInt64) { (self.first, self.second) = (first, second) }

  /// This process's own; drawn once. Nothing that is stored or told depends on it.
  package static let ofProcess = StringHashSeed(first: .random(in: 0 ... .max), second: .random(in: 0 ... .max))
}

/// Hash of a string's bytes. Reads up to 8 bytes past the end.
///
/// Products of two 64-bit words folded by xor, as in the wyhash family (Wang Yi, 2019).
@inlinable @inline(__always)
package func hashOfString(_ bytes: UnsafeRawPointer, _ count: Int, _ seed: StringHashSeed) -> UInt64 {
  let first = seed.first
  var state = UInt64(truncatingIfNeeded: count) ^ seed.second
  if count <= 8 {
    let word = bytes.loadUnaligned(as: UInt64.self) & (count == 0 ? 0 : UInt64.max &>> UInt64(64 &- 8 &* count))
    return foldedProduct(word ^ first, state)
  }
  var index = 0
  while index &+ 16 < count {
    state = foldedProduct(
      bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ first,
      bytes.loadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self) ^ state)
    index &+= 16
  }
  // The last 16 bytes (of 9 to 15, the first 8 and the last 8): nothing past the end may take part.
  let nextToLast = bytes.loadUnaligned(fromByteOffset: max(0, count &- 16), as: UInt64.self)
  let last = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
  return foldedProduct(nextToLast ^ first, last ^ state)
}

/// The two halves of a product of 128 bits, one over the other.
@inlinable @inline(__always)
package func foldedProduct(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let (high, low) = a.multipliedFullWidth(by: b)
  return high ^ low
}

/// True if the two strings of `count` bytes are equal. Reads up to 8 bytes past both ends.
@inlinable @inline(__always)
package func equalStrings(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
  var index = 0
  while index &+ 8 <= count {
    if a.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      != b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    {
      return false
    }
    index &+= 8
  }
  let left = count &- index
  if left == 0 { return true }
  let difference =
    a.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
  return difference &<< UInt64(64 &- 8 &* left) == 0
}
