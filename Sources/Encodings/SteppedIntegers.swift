// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

extension IntegerEncoding {
  /// True if it is read front to back with no more than a piece of it, its runs and its patches in memory.
  var isStepped: Bool {
    switch self {
    case .constant, .packed, .planes, .runs: true
    case .patched(_, let base, _, _): base.isStepped
    case .multiples(_, _, let quotients): quotients.isStepped
    case .plain, .delta, .dictionary: false
    }
  }
}

/// A part of a tree, read front to back.
class SteppedIntegers {
  /// Writes the next `count` values. Precondition: `count` is a multiple of 1,024, or all that are left.
  func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) { preconditionFailure("of subclasses alone") }

  /// Throws where it is not sound. Precondition: it is stepped, and `bytes` has all of it.
  static func of(
    _ encoding: IntegerEncoding, _ bytes: UnsafeRawBufferPointer, count: Int
  ) throws(EncodingError) -> SteppedIntegers {
    switch encoding {
    case .constant(let value): return ConstantSteps(Int64(truncatingIfNeeded: value))
    case .packed(let reference, let bitWidth):
      return PackedSteps(bytes, Int64(truncatingIfNeeded: reference), bitWidth)
    case .patched(let patchCount, let base, let positions, let values):
      return try PatchedSteps(bytes, count, patchCount, base, positions, values)
    case .multiples(let factor, let reference, let quotients):
      return ScaledSteps(
        try of(quotients, bytes, count: count), Int64(truncatingIfNeeded: factor), Int64(truncatingIfNeeded: reference))
    case .planes(let reference, let planeCount):
      return PlaneSteps(bytes, Int64(truncatingIfNeeded: reference), planeCount, count)
    case .runs(let runCount, let values, let lengths):
      return try RunSteps(bytes, count, runCount, values, lengths)
    case .plain, .delta, .dictionary: preconditionFailure("not stepped")
    }
  }
}

private final class ConstantSteps: SteppedIntegers {
  private let value: Int64
  init(_ value: Int64) { self.value = value }
  override func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) {
    UnsafeMutableBufferPointer(rebasing: out[..<count]).update(repeating: value)
  }
}

private final class PackedSteps: SteppedIntegers {
  private var bytes: UnsafeRawBufferPointer
  private let reference: Int64
  private let bitWidth: Int

  init(_ bytes: UnsafeRawBufferPointer, _ reference: Int64, _ bitWidth: Int) {
    (self.bytes, self.reference, self.bitWidth) = (bytes, reference, bitWidth)
  }

  override func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) {
    Int64.unpack(
      bytes, reference: reference, bitWidth: bitWidth, into: UnsafeMutableBufferPointer(rebasing: out[..<count]))
    bytes = UnsafeRawBufferPointer(rebasing: bytes[packedByteCount(count, bitWidth: bitWidth)...])
  }
}

private final class PlaneSteps: SteppedIntegers {
  private var bytes: UnsafeRawBufferPointer
  private let reference: Int64
  private let planeCount: Int
  private let stride: Int

  init(_ bytes: UnsafeRawBufferPointer, _ reference: Int64, _ planeCount: Int, _ count: Int) {
    (self.bytes, self.reference, self.planeCount, stride) = (bytes, reference, planeCount, count)
  }

  override func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) {
    cs_join_planes_i64(
      bytes.assumingMemoryBound(to: UInt8.self).baseAddress, stride, count, UInt64(bitPattern: reference),
      UInt32(planeCount), out.baseAddress)
    bytes = UnsafeRawBufferPointer(rebasing: bytes[count...])
  }
}

private final class RunSteps: SteppedIntegers {
  private let values: [Int64]
  private let lengths: [UInt32]
  /// The run of the next value, and how many it has left.
  private var (run, left) = (0, 0)

  init(
    _ bytes: UnsafeRawBufferPointer, _ count: Int, _ runCount: Int, _ values: IntegerEncoding,
    _ lengths: IntegerEncoding
  ) throws(EncodingError) {
    (self.values, self.lengths) = try decodeBoth(values, lengths, from: bytes, count: runCount)
    try checkRunLengths(self.lengths, filling: count)
    left = self.lengths.first.map { Int($0) } ?? 0
  }

  override func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) {
    var row = 0
    while row < count {
      let end = min(count, row + left)
      UnsafeMutableBufferPointer(rebasing: out[row..<end]).update(repeating: values[run])
      left -= end - row
      row = end
      if left == 0, run + 1 < lengths.count {
        run += 1
        left = Int(lengths[run])
      }
    }
  }
}

private final class PatchedSteps: SteppedIntegers {
  private let base: SteppedIntegers
  private let positions: [UInt32]
  private let values: [Int64]
  private var (row, next) = (0, 0)

  init(
    _ bytes: UnsafeRawBufferPointer, _ count: Int, _ patchCount: Int, _ base: IntegerEncoding,
    _ positions: IntegerEncoding, _ values: IntegerEncoding
  ) throws(EncodingError) {
    self.base = try SteppedIntegers.of(base, bytes, count: count)
    let rest = UnsafeRawBufferPointer(rebasing: bytes[base.byteCount(valueCount: count, valueBits: 64)...])
    (self.positions, self.values) = try decodeBoth(positions, values, from: rest, count: patchCount)
    try checkPatchPositions(self.positions, of: count)
  }

  override func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) {
    base.read(count, into: out)
    while next < positions.count, Int(positions[next]) < row + count {
      out[Int(positions[next]) - row] = values[next]
      next += 1
    }
    row += count
  }
}

private final class ScaledSteps: SteppedIntegers {
  private let quotients: SteppedIntegers
  private let factor: Int64
  private let reference: Int64

  init(_ quotients: SteppedIntegers, _ factor: Int64, _ reference: Int64) {
    (self.quotients, self.factor, self.reference) = (quotients, factor, reference)
  }

  override func read(_ count: Int, into out: UnsafeMutableBufferPointer<Int64>) {
    quotients.read(count, into: out)
    Int64.scale(UnsafeMutableBufferPointer(rebasing: out[..<count]), factor: factor, reference: reference)
  }
}
