// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Bytes that are copied at once where there is room: one step for most strings of tables.
private let step = 32

extension StringArray {
  /// String `indices[0]`, then `indices[1]`, …; one may come several times, and is empty where `validity` says null.
  ///
  /// Precondition: all that are valid are below ``count``, and together have less than 4 GiB. O(indices + bytes).
  package func gathering(_ indices: UnsafeBufferPointer<UInt32>, _ validity: Validity = .allValid) -> StringArray {
    let hasNulls = validity != .allValid
    return offsets.withUnsafeBufferPointer { starts in
      var byteCount = 0
      let ends = [UInt32](unsafeUninitializedCapacity: indices.count + 1) { ends, count in
        ends.initializeElement(at: 0, to: 0)
        for (row, index) in indices.enumerated() {
          if !hasNulls || validity.isValid(row) {
            precondition(Int(index) + 1 < starts.count, "string \(index) of \(starts.count - 1)")
            byteCount += Int(starts[Int(index) + 1] - starts[Int(index)])
          }
          ends.initializeElement(at: row + 1, to: UInt32(truncatingIfNeeded: byteCount))
        }
        count = indices.count + 1
      }
      precondition(byteCount <= UInt32.max, "\(byteCount) bytes of strings have no room in one piece")
      let gathered = bytes.withUnsafeBytes { bytes in
        // With room for a step behind the last string.
        [UInt8](unsafeUninitializedCapacity: byteCount + step) { target, count in
          let target = UnsafeMutableRawBufferPointer(target)
          for (row, index) in indices.enumerated() where ends[row + 1] > ends[row] {
            copy(bytes, from: Int(starts[Int(index)]), Int(ends[row + 1] - ends[row]), to: target, at: Int(ends[row]))
          }
          count = byteCount
        }
      }
      return StringArray(offsets: ends, bytes: gathered)
    }
  }
}

/// Copies `count` bytes, and may write up to a step behind them. Precondition: both have these, and `target` a step of room from where the last of them is to lie.
@inline(__always)
private func copy(
  _ source: UnsafeRawBufferPointer, from start: Int, _ count: Int, to target: UnsafeMutableRawBufferPointer,
  at position: Int
) {
  // Bounds hold as offsets ascend to the number of bytes, and all lengths were summed for the target.
  guard let from = source.baseAddress, let to = target.baseAddress else { return }
  if count <= step, start + step <= source.count {
    let low = from.loadUnaligned(fromByteOffset: start, as: SIMD16<UInt8>.self)
    let high = from.loadUnaligned(fromByteOffset: start + 16, as: SIMD16<UInt8>.self)
    to.storeBytes(of: low, toByteOffset: position, as: SIMD16<UInt8>.self)
    to.storeBytes(of: high, toByteOffset: position + 16, as: SIMD16<UInt8>.self)
  } else {
    (to + position).copyMemory(from: from + start, byteCount: count)
  }
}
