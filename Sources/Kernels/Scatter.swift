// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Writes each value to the next free place of its group: `ends[g]`, which moves on.
package func scatter(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
  into scattered: UnsafeMutableBufferPointer<Int64>
) { scatterValues(values, groups, ends, scattered) }

/// The same for 32 bits.
package func scatter(
  _ values: UnsafeBufferPointer<Int32>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
  into scattered: UnsafeMutableBufferPointer<Int32>
) { scatterValues(values, groups, ends, scattered) }

/// The same for 128 bits.
package func scatter(
  _ values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>, ends: UnsafeMutableBufferPointer<Int>,
  into scattered: UnsafeMutableBufferPointer<Int128>
) { scatterValues(values, groups, ends, scattered) }

@inline(__always)
private func scatterValues<T: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<T>, _ groups: UnsafeBufferPointer<UInt32>, _ ends: UnsafeMutableBufferPointer<Int>,
  _ scattered: UnsafeMutableBufferPointer<T>
) {
  for i in 0..<groups.count {
    let group = Int(groups[i])
    scattered[ends[group]] = values[i]
    ends[group] &+= 1
  }
}
