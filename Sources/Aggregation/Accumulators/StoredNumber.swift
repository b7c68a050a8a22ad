// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Integers that values are kept as where all of them are; each call is a kernel's of the same name.
protocol StoredNumber: FixedWidthInteger, SignedInteger, BitwiseCopyable, Sendable {
  static func neighbours(
    _ values: UnsafeBufferPointer<Self>, rank: Int, scratch: UnsafeMutableBufferPointer<Self>,
    counts: UnsafeMutableBufferPointer<UInt32>
  ) -> (lower: Self, upper: Self)

  static func select(_ values: UnsafeMutableBufferPointer<Self>, rank: Int)

  static func scatter(
    _ values: UnsafeBufferPointer<Self>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
    into scattered: UnsafeMutableBufferPointer<Self>)
}

extension Int32: StoredNumber {
  static func neighbours(
    _ values: UnsafeBufferPointer<Int32>, rank: Int, scratch: UnsafeMutableBufferPointer<Int32>,
    counts: UnsafeMutableBufferPointer<UInt32>
  ) -> (lower: Int32, upper: Int32) { Kernels.neighbours(values, rank: rank, scratch: scratch, counts: counts) }

  static func select(_ values: UnsafeMutableBufferPointer<Int32>, rank: Int) { Kernels.select(values, rank: rank) }

  static func scatter(
    _ values: UnsafeBufferPointer<Int32>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
    into scattered: UnsafeMutableBufferPointer<Int32>
  ) { Kernels.scatter(values, groups: groups, ends: ends, into: scattered) }
}

extension Int64: StoredNumber {
  static func neighbours(
    _ values: UnsafeBufferPointer<Int64>, rank: Int, scratch: UnsafeMutableBufferPointer<Int64>,
    counts: UnsafeMutableBufferPointer<UInt32>
  ) -> (lower: Int64, upper: Int64) { Kernels.neighbours(values, rank: rank, scratch: scratch, counts: counts) }

  static func select(_ values: UnsafeMutableBufferPointer<Int64>, rank: Int) { Kernels.select(values, rank: rank) }

  static func scatter(
    _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
    into scattered: UnsafeMutableBufferPointer<Int64>
  ) { Kernels.scatter(values, groups: groups, ends: ends, into: scattered) }
}

extension Int128: StoredNumber {
  static func neighbours(
    _ values: UnsafeBufferPointer<Int128>, rank: Int, scratch: UnsafeMutableBufferPointer<Int128>,
    counts: UnsafeMutableBufferPointer<UInt32>
  ) -> (lower: Int128, upper: Int128) { Kernels.neighbours(values, rank: rank, scratch: scratch, counts: counts) }

  static func select(_ values: UnsafeMutableBufferPointer<Int128>, rank: Int) { Kernels.select(values, rank: rank) }

  static func scatter(
    _ values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
    into scattered: UnsafeMutableBufferPointer<Int128>
  ) { Kernels.scatter(values, groups: groups, ends: ends, into: scattered) }
}
