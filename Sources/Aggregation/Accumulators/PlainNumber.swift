// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Integers that stand for a column's values where these are kept one by one: of doubles and strings see ``ValueImages``.
protocol PlainNumber: StoredNumber {
  /// The numbers of a page that holds them.
  static func numbers(of values: PageValues) -> [Self]

  /// The same in 32 bits; nil if one does not fit.
  static func narrowed(_ values: [Self]) -> [Int32]?

  static func keepGreatest(
    _ values: UnsafeBufferPointer<Self>, flip: Self, groups: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, width: Int, in slots: UnsafeMutableBufferPointer<Self>)

  static func keepFirst(
    _ values: UnsafeBufferPointer<Self>, firstPlace: Int64, rows: UnsafeBufferPointer<UInt32>?, flip: Int64,
    groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
    places: UnsafeMutableBufferPointer<Int64>, in kept: UnsafeMutableBufferPointer<Self>)
}

extension Int64: PlainNumber {
  static func numbers(of values: PageValues) -> [Int64] {
    guard case .int64(let numbers) = values else { preconditionFailure("integers expected") }
    return numbers
  }

  static func narrowed(_ values: [Int64]) -> [Int32]? {
    guard values.withUnsafeBufferPointer(magnitudeBits) <= 31 else { return nil }
    return values.map { Int32(truncatingIfNeeded: $0) }
  }

  static func keepGreatest(
    _ values: UnsafeBufferPointer<Int64>, flip: Int64, groups: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, width: Int, in slots: UnsafeMutableBufferPointer<Int64>
  ) { Kernels.keepGreatest(values, flip: flip, groups: groups, validity: validity, width: width, in: slots) }

  static func keepFirst(
    _ values: UnsafeBufferPointer<Int64>, firstPlace: Int64, rows: UnsafeBufferPointer<UInt32>?, flip: Int64,
    groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
    places: UnsafeMutableBufferPointer<Int64>, in kept: UnsafeMutableBufferPointer<Int64>
  ) {
    Kernels.keepFirst(
      values, firstPlace: firstPlace, rows: rows, flip: flip, groups: groups, validity: validity, places: places,
      in: kept)
  }
}

extension Int128: PlainNumber {
  static func numbers(of values: PageValues) -> [Int128] {
    guard case .int128(let numbers) = values else { preconditionFailure("wide integers expected") }
    return numbers
  }

  /// Wide decimals are wide: none is tried.
  static func narrowed(_ values: [Int128]) -> [Int32]? { nil }

  static func keepGreatest(
    _ values: UnsafeBufferPointer<Int128>, flip: Int128, groups: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, width: Int, in slots: UnsafeMutableBufferPointer<Int128>
  ) { Kernels.keepGreatest(values, flip: flip, groups: groups, validity: validity, width: width, in: slots) }

  static func keepFirst(
    _ values: UnsafeBufferPointer<Int128>, firstPlace: Int64, rows: UnsafeBufferPointer<UInt32>?, flip: Int64,
    groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
    places: UnsafeMutableBufferPointer<Int64>, in kept: UnsafeMutableBufferPointer<Int128>
  ) {
    Kernels.keepFirst(
      values, firstPlace: firstPlace, rows: rows, flip: flip, groups: groups, validity: validity, places: places,
      in: kept)
  }
}
