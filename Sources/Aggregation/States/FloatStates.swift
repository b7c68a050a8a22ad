// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Exact sums of doubles and of their products as bytes: what other than finite numbers was met as one byte, the exponent as two, then the integer's
// magnitude without zero bytes at its end. The integer is odd, so that each sum has one form; none at all where it is 0 and nothing else was met.

/// Sign of the integer, among the bits of ``NonFinite``.
private let signBit: UInt8 = 0x80

extension GroupLimbs {
  /// Appends a group's sum.
  func appendState(_ group: Int, to bytes: inout [UInt8]) {
    let nonFinite = nonFinite(group).rawValue
    let (integer, exponent) = sum(group)
    if integer.isZero {
      if nonFinite != 0 { bytes.append(nonFinite) }
      return
    }
    let words = integer.words
    let zeros = trailingZeros(words)
    bytes.append(nonFinite | (integer.isNegative ? signBit : 0))
    withUnsafeBytes(of: Int16(exponent + zeros).littleEndian) { bytes.append(contentsOf: $0) }
    for word in shiftedRight(words, by: zeros) {
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    while bytes.last == 0 { bytes.removeLast() }
  }

  /// Takes in a sum of at most 2^63 numbers whose last bits weigh at least 2^`leastExponent` and which are below 2^`limitExponent`; false, and nothing
  /// taken in, for bytes that are none.
  mutating func add(
    state bytes: UnsafeRawBufferPointer, group: Int, groupCount: Int, leastExponent: Int, limitExponent: Int
  ) -> Bool {
    guard let first = bytes.first else {
      add(rowCount: 0, window: nil, groupCount: groupCount) { _, _, _ in }
      return true
    }
    let flags = NonFinite(rawValue: first & ~signBit)
    guard flags.rawValue < 8 else { return false }
    if bytes.count == 1 {
      guard first & signBit == 0, first != 0 else { return false }
      add(rowCount: 0, window: nil, groupCount: groupCount) { _, _, nonFinite in nonFinite[group].formUnion(flags) }
      return true
    }
    guard bytes.count >= 4, bytes[3] & 1 == 1, let last = bytes.last, last != 0 else { return false }
    let exponent = Int(Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 1, as: Int16.self)))
    let bitCount = 8 * (bytes.count - 3) - last.leadingZeroBitCount
    guard exponent >= leastExponent, exponent + bitCount <= limitExponent + 63 else { return false }
    // Bits above the greatest significand's have the room that carries of values have.
    let window = FloatWindow(leastExponent: exponent, greatestExponent: max(exponent, exponent + bitCount - 53))
    add(rowCount: 1, window: window, groupCount: groupCount) { window, limbs, nonFinite in
      nonFinite[group].formUnion(flags)
      let own = UnsafeMutableBufferPointer(rebasing: limbs[group * window.limbCount..<(group + 1) * window.limbCount])
      addMagnitude(
        UnsafeRawBufferPointer(rebasing: bytes[3...]), at: exponent - window.baseExponent,
        isNegative: first & signBit != 0, own)
    }
    return true
  }
}

/// Adds an integer times 2^position, byte by byte: each limb gets less than 2^32.
private func addMagnitude(
  _ bytes: UnsafeRawBufferPointer, at position: Int, isNegative: Bool, _ limbs: UnsafeMutableBufferPointer<Int64>
) {
  for (index, byte) in bytes.enumerated() {
    let place = position + 8 * index
    // Two limbs where the byte crosses a border.
    let value = Int64(byte) << Int64(place & 31)
    let (low, high) = (value & 0xFFFF_FFFF, value >> 32)
    limbs[place >> 5] += isNegative ? -low : low
    if high != 0 { limbs[place >> 5 + 1] += isNegative ? -high : high }
  }
}

/// Zero bits below the lowest 1. Precondition: there is a 1.
private func trailingZeros(_ words: [UInt64]) -> Int {
  let word = words.firstIndex { $0 != 0 } ?? 0
  return 64 * word + words[word].trailingZeroBitCount
}

private func shiftedRight(_ words: [UInt64], by count: Int) -> [UInt64] {
  let (moved, shift) = (count / 64, UInt64(count % 64))
  return (moved..<words.count).map { index in
    let above = index + 1 < words.count && shift > 0 ? words[index + 1] << (64 - shift) : 0
    return words[index] >> shift | above
  }
}

/// An accumulator of exact sums in limbs.
protocol LimbSums: StateKeeping {
  var limbs: GroupLimbs { get set }
  /// The least exponent of what is added, and the one that all of it is below.
  static var exponents: (least: Int, limit: Int) { get }
  /// What is added, in words.
  static var summands: String { get }
}

extension LimbSums {
  func states(_ request: StateRequest) -> StateSource {
    .flat { [bytesPage($0) { self.limbs.appendState($0, to: &$1) }] }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    try forEachState(pages[0]) { row, bytes in
      guard add(state: bytes, group: Int(rows.groups[row]), groupCount: rows.groupCount) else {
        throw StateFault(row: row, summary: "bytes that are no exact sum of \(Self.summands)")
      }
    }
    return []
  }

  /// Takes in the state of one group; false for bytes that are none.
  func add(state bytes: UnsafeRawBufferPointer, group: Int, groupCount: Int) -> Bool {
    limbs.add(
      state: bytes, group: group, groupCount: groupCount, leastExponent: Self.exponents.least,
      limitExponent: Self.exponents.limit)
  }
}

extension FloatSums: LimbSums {
  /// From the last bit of a subnormal double.
  static let exponents = (least: -1074, limit: 1024)
  static let summands = "doubles"
}

extension FloatProducts: LimbSums {
  /// Twice those of doubles.
  static let exponents = (least: -2148, limit: 2048)
  static let summands = "products of doubles"
}
