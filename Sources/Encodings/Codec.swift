// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Synchronization

/// What was done to a page's bytes after encoding.
package enum Codec: UInt8, Sendable {
  /// Nothing.
  case none = 0
  /// One Zstandard frame (RFC 8878) that states its content size.
  case zstd = 1
  /// One zlib stream (RFC 1950).
  case zlib = 2
}

extension Codec: CustomStringConvertible {
  /// Name for `inspect`.
  package var description: String {
    switch self {
    case .none: "none"
    case .zstd: "zstd"
    case .zlib: "zlib"
    }
  }
}

/// Greatest factor between the size of a page and its stored size; more than zstd can reach.
package let maximumExpansion = 32_768

/// How long zstd searches for repetitions, and for which.
package struct ZstdEffort: Sendable, Equatable {
  /// 1...22.
  package var level: Int
  /// Shortest repetition looked for, 3...7 bytes; nil: the level's.
  package var minimumMatch: Int?

  package init(level: Int, minimumMatch: Int? = nil) {
    self.level = level
    self.minimumMatch = minimumMatch
  }
}

/// Compresses into one zstd frame; nil if it would take more than `limit` bytes.
package func zstdCompressed(_ bytes: UnsafeRawBufferPointer, _ effort: ZstdEffort, limit: Int) -> [UInt8]? {
  let context = compressionContexts.take() ?? ZSTD_createCCtx()
  guard let context else { return nil }
  defer { compressionContexts.give(context) }
  // A context keeps its parameters; 0 stands for the level's own.
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(effort.level))
  ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, Int32(effort.minimumMatch ?? 0))
  var result: Int?
  let compressed = [UInt8](unsafeUninitializedCapacity: max(limit, 1)) { buffer, count in
    let size = ZSTD_compress2(context, buffer.baseAddress, limit, bytes.baseAddress, bytes.count)
    if ZSTD_isError(size) == 0 {
      result = size
      count = size
    }
  }
  return result == nil ? nil : compressed
}

/// Compresses into one zlib stream; nil if it would take more than `limit` bytes. Precondition: `level` is 1...9.
package func zlibCompressed(_ bytes: UnsafeRawBufferPointer, level: Int, limit: Int) -> [UInt8]? {
  var succeeded = false
  let compressed = [UInt8](unsafeUninitializedCapacity: max(limit, 1)) { buffer, count in
    var size = UInt(limit)
    let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    if compress2(buffer.baseAddress, &size, source, UInt(bytes.count), Int32(level)) == Z_OK {
      succeeded = true
      count = Int(size)
    }
  }
  return succeeded ? compressed : nil
}

/// Undoes `codec` into all of `out`. Throws unless `bytes` is exactly one frame or stream of exactly that content.
package func decompress(
  _ codec: Codec, _ bytes: UnsafeRawBufferPointer, into out: UnsafeMutableRawBufferPointer
) throws(EncodingError) {
  switch codec {
  case .none:
    guard bytes.count == out.count else {
      throw EncodingError(.malformed, "\(bytes.count) bytes stored for a page of \(out.count) bytes")
    }
    out.copyMemory(from: bytes)
  case .zstd:
    guard ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count) == UInt64(out.count),
      ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count) == bytes.count
    else { throw EncodingError(.malformed, "not one zstd frame of \(out.count) bytes of content") }
    guard let context = decompressionContexts.take() ?? ZSTD_createDCtx() else {
      throw EncodingError(.limit, "no memory for zstd")
    }
    defer { decompressionContexts.give(context) }
    let size = ZSTD_decompressDCtx(context, out.baseAddress, out.count, bytes.baseAddress, bytes.count)
    guard size == out.count else { throw EncodingError(.malformed, "zstd refuses a page") }
  case .zlib:
    var size = UInt(out.count)
    var used = UInt(bytes.count)
    let target = out.assumingMemoryBound(to: UInt8.self).baseAddress
    let source = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
    guard uncompress2(target, &size, source, &used) == Z_OK, size == out.count, used == bytes.count else {
      throw EncodingError(.malformed, "not one zlib stream of \(out.count) bytes of content")
    }
  }
}

private let compressionContexts = Pool()
private let decompressionContexts = Pool()

/// Contexts that wait for their next use: making one costs more than compressing a small page. Holds as many as were ever
/// in use at once, till the process ends.
private final class Pool: Sendable {
  private struct Context: @unchecked Sendable {
    // Taken out by one thread at a time, and zstd contexts are not bound to threads.
    let pointer: OpaquePointer
  }

  private let idle = Mutex<[Context]>([])

  func take() -> OpaquePointer? { idle.withLock { $0.popLast()?.pointer } }

  func give(_ pointer: OpaquePointer) {
    let context = Context(pointer: pointer)
    idle.withLock { $0.append(context) }
  }
}
