// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

/// Bytes of a message's body, or of one of its buffers decompressed.
///
/// @unchecked Sendable: written before it is handed out, only read afterwards.
final class ArrowMemory: @unchecked Sendable {
  private var start: UnsafeMutableRawPointer
  private(set) var byteCount = 0
  private var room: Int

  /// Bytes that are asked for at once: a length that is a lie costs no more.
  private static let firstRoom = 16 << 20
  private static let alignment = 64

  private init(room: Int) {
    self.room = max(room, 1)
    start = UnsafeMutableRawPointer.allocate(byteCount: self.room, alignment: Self.alignment)
  }

  deinit { start.deallocate() }

  /// Reads `byteCount` bytes of `source`, fewer at its end. Memory grows with what comes. Throws what reading throws.
  convenience init(reading byteCount: Int, of source: any ByteSource) throws {
    self.init(room: min(byteCount, Self.firstRoom))
    while self.byteCount < byteCount {
      if self.byteCount == room { grow(to: min(byteCount, room * 2)) }
      let wanted = UnsafeMutableRawBufferPointer(start: start + self.byteCount, count: room - self.byteCount)
      let count = try source.read(into: wanted)
      if count == 0 { return }
      self.byteCount += count
    }
  }

  /// Lets `fill` write all of `byteCount` bytes.
  convenience init<E: Error>(byteCount: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(E) -> Void) throws(E) {
    self.init(room: byteCount)
    self.byteCount = byteCount
    try fill(UnsafeMutableRawBufferPointer(start: start, count: byteCount))
  }

  private func grow(to larger: Int) {
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: Self.alignment)
    moved.copyMemory(from: start, byteCount: byteCount)
    start.deallocate()
    (start, room) = (moved, larger)
  }

  /// All bytes; valid while the memory is held.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: byteCount) }
}

/// A buffer of a column.
struct ArrowBuffer: Sendable {
  private let memory: ArrowMemory
  private let range: Range<Int>

  /// Precondition: `range` lies in `memory`.
  init(_ memory: ArrowMemory, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= memory.byteCount, "a buffer outside of its memory")
    self.memory = memory
    self.range = range
  }

  var byteCount: Int { range.count }

  /// The same without its first bytes. Precondition: it has them.
  func dropping(_ byteCount: Int) -> ArrowBuffer {
    ArrowBuffer(memory, range.lowerBound + byteCount..<range.upperBound)
  }

  /// Runs `body` on the bytes.
  func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    // Held by self until the body has ended.
    try withExtendedLifetime(memory) { () throws(E) -> R in
      try body(UnsafeRawBufferPointer(rebasing: memory.bytes[range]))
    }
  }

  /// Runs `body` on the buffer as elements of a type.
  func withElements<T: BitwiseCopyable, R, E: Error>(
    of type: T.Type, _ body: (UnalignedElements<T>) throws(E) -> R
  ) throws(E) -> R {
    try withBytes { (bytes) throws(E) -> R in try body(UnalignedElements(bytes: bytes)) }
  }
}

/// Elements that lie anywhere.
struct UnalignedElements<T: BitwiseCopyable> {
  let bytes: UnsafeRawBufferPointer

  /// Precondition: the element lies in the bytes, which debug builds check.
  @inline(__always)
  subscript(index: Int) -> T { bytes.loadUnaligned(fromByteOffset: index &* MemoryLayout<T>.stride, as: T.self) }

  /// A copy of some. Precondition: they lie in the bytes.
  func array(_ range: Range<Int>) -> [T] {
    let stride = MemoryLayout<T>.stride
    let part = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound * stride..<range.upperBound * stride])
    return [T](unsafeUninitializedCapacity: range.count) { copy, count in
      UnsafeMutableRawBufferPointer(copy).copyMemory(from: part)
      count = range.count
    }
  }
}
