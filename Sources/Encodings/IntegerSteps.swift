// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

// Planes, differences and multiples for each kind of integer: kernels in C for 64-bit values and codes, plain loops for 128 bits.

extension Int64 {
  package static func splitPlanes(
    _ values: UnsafeBufferPointer<Int64>, reference: Int64, planeCount: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    guard let source = values.baseAddress, let target = out.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return
    }
    cs_split_planes_i64(source, values.count, UInt64(bitPattern: reference), UInt32(planeCount), target)
  }

  package static func joinPlanes(
    _ bytes: UnsafeRawBufferPointer, reference: Int64, planeCount: Int, into out: UnsafeMutableBufferPointer<Int64>
  ) {
    guard let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress, let target = out.baseAddress else {
      return
    }
    cs_join_planes_i64(source, out.count, out.count, UInt64(bitPattern: reference), UInt32(planeCount), target)
  }

  package static func sum(atLag lag: Int, _ values: UnsafeMutableBufferPointer<Int64>) {
    cs_sum_at_lag_i64(values.baseAddress, values.count, lag)
  }

  package static func scale(_ values: UnsafeMutableBufferPointer<Int64>, factor: Int64, reference: Int64) {
    cs_scale_i64(values.baseAddress, values.count, UInt64(bitPattern: factor), UInt64(bitPattern: reference))
  }

  package static func addLagDistances(
    _ values: UnsafeBufferPointer<Int64>, position: Int, shift: Int, into distances: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool {
    cs_add_lag_distances_i64(values.baseAddress, position, distances.count, UInt32(shift), distances.baseAddress)
    return true
  }
}

extension UInt32 {
  package static func splitPlanes(
    _ values: UnsafeBufferPointer<UInt32>, reference: UInt32, planeCount: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    guard let source = values.baseAddress, let target = out.assumingMemoryBound(to: UInt8.self).baseAddress else {
      return
    }
    cs_split_planes_u32(source, values.count, reference, UInt32(planeCount), target)
  }

  package static func joinPlanes(
    _ bytes: UnsafeRawBufferPointer, reference: UInt32, planeCount: Int, into out: UnsafeMutableBufferPointer<UInt32>
  ) {
    guard let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress, let target = out.baseAddress else {
      return
    }
    cs_join_planes_u32(source, out.count, out.count, reference, UInt32(planeCount), target)
  }

  package static func sum(atLag lag: Int, _ values: UnsafeMutableBufferPointer<UInt32>) {
    cs_sum_at_lag_u32(values.baseAddress, values.count, lag)
  }

  package static func scale(_ values: UnsafeMutableBufferPointer<UInt32>, factor: UInt32, reference: UInt32) {
    for index in values.indices { values[index] = values[index] &* factor &+ reference }
  }

  package static func addLagDistances(
    _ values: UnsafeBufferPointer<UInt32>, position: Int, shift: Int, into distances: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool {
    cs_add_lag_distances_u32(values.baseAddress, position, distances.count, distances.baseAddress)
    return true
  }
}

extension Int128 {
  package static func splitPlanes(
    _ values: UnsafeBufferPointer<Int128>, reference: Int128, planeCount: Int, into out: UnsafeMutableRawBufferPointer
  ) {
    let offsets = values.map { Int64(truncatingIfNeeded: $0 &- reference) }
    offsets.withUnsafeBufferPointer { Int64.splitPlanes($0, reference: 0, planeCount: planeCount, into: out) }
  }

  package static func joinPlanes(
    _ bytes: UnsafeRawBufferPointer, reference: Int128, planeCount: Int, into out: UnsafeMutableBufferPointer<Int128>
  ) {
    let offsets = [Int64](unsafeUninitializedCapacity: out.count) { buffer, count in
      Int64.joinPlanes(
        bytes, reference: 0, planeCount: planeCount, into: UnsafeMutableBufferPointer(rebasing: buffer[..<out.count]))
      count = out.count
    }
    for index in out.indices { out[index] = reference &+ Int128(UInt64(bitPattern: offsets[index])) }
  }

  package static func sum(atLag lag: Int, _ values: UnsafeMutableBufferPointer<Int128>) {
    for index in values.indices.dropFirst(lag) { values[index] = values[index] &+ values[index - lag] }
  }

  package static func scale(_ values: UnsafeMutableBufferPointer<Int128>, factor: Int128, reference: Int128) {
    for index in values.indices { values[index] = values[index] &* factor &+ reference }
  }

  package static func addLagDistances(
    _ values: UnsafeBufferPointer<Int128>, position: Int, shift: Int, into distances: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool { false }
}
