// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Bytes kept for short copies of 16 at a time, which may read and write past their end.
let copySlack = 16

/// Copies `count` bytes, 16 at a time.
///
/// Precondition: `copySlack` bytes past `count` can be read at `source` and written at `target`.
@inline(__always)
func copyBytes(_ source: UnsafePointer<UInt8>, _ count: Int, to target: UnsafeMutablePointer<UInt8>) {
  if count > 64 { return target.update(from: source, count: count) }
  var at = 0
  repeat {
    // The precondition makes all 16 bytes readable and writable: `at` is at most `count`.
    let bytes = UnsafeRawPointer(source + at).loadUnaligned(as: SIMD16<UInt8>.self)
    UnsafeMutableRawPointer(target + at).storeBytes(of: bytes, as: SIMD16<UInt8>.self)
    at &+= 16
  } while at < count
}

/// Memory that grows, with `copySlack` bytes always there past its reservation.
final class GrowingBytes {
  private(set) var start: UnsafeMutablePointer<UInt8>
  private(set) var capacity: Int
  /// Bytes in use, from `start`.
  var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    start = .allocate(capacity: capacity + copySlack)
    // Copies of 16 bytes read the slack: it must hold something.
    start.initialize(repeating: 0, count: capacity + copySlack)
  }

  /// Holds `bytes`.
  convenience init(_ bytes: [UInt8]) {
    self.init(capacity: bytes.count)
    append(bytes)
  }

  deinit { start.deallocate() }

  /// Makes room for `more` bytes past `count`. Amortised O(1) per byte.
  func reserve(_ more: Int) {
    let wanted = count + more
    guard wanted > capacity else { return }
    let larger = max(wanted, capacity * 2)
    let fresh = UnsafeMutablePointer<UInt8>.allocate(capacity: larger + copySlack)
    fresh.update(from: start, count: count)
    (fresh + count).initialize(repeating: 0, count: larger + copySlack - count)
    start.deallocate()
    start = fresh
    capacity = larger
  }

  func append(_ bytes: [UInt8]) {
    reserve(bytes.count)
    for byte in bytes {
      start[count] = byte
      count += 1
    }
  }
}

/// Collects output and hands it to a sink in pieces.
final class PieceBuffer {
  /// Sinks get at least this many bytes at a time, but for the last piece.
  static let pieceSize = 256 * 1024

  let bytes = GrowingBytes(capacity: PieceBuffer.pieceSize + 64 * 1024)

  /// Passes on what is there if it is enough for a piece.
  func drain(to sink: ByteSink) throws {
    if bytes.count >= Self.pieceSize { try flush(to: sink) }
  }

  /// Passes on all that is there.
  func flush(to sink: ByteSink) throws {
    guard bytes.count > 0 else { return }
    try sink(UnsafeRawBufferPointer(start: bytes.start, count: bytes.count))
    bytes.count = 0
  }
}
