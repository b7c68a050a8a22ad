// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Columns

/// Compresses what is written as one gzip member, without time or file name: same input, same bytes.
public final class GzipWriter: ObjectWriter {
  private let writer: any ObjectWriter
  // zlib keeps a pointer to this structure, so it must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)

  /// `level` is zlib's, 1 (fast) ... 9 (small).
  public init(to writer: any ObjectWriter, level: Int = 6) {
    self.writer = writer
    stream.initialize(to: z_stream())
    let status = deflateInit2_(
      stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib refused to start: \(status)")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
    output.deallocate()
  }

  /// The wrapped writer's name.
  public var name: String { writer.name }

  /// Compresses bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(1 << 30))
      try deflate(piece, Z_NO_FLUSH)
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
    }
  }

  /// Ends the compressed stream and publishes it.
  public func publish() throws {
    try deflate(UnsafeRawBufferPointer(start: nil, count: 0), Z_FINISH)
    try writer.publish()
  }

  /// Discards the wrapped writer.
  public func discard() { writer.discard() }

  private func deflate(_ piece: UnsafeRawBufferPointer, _ flush: Int32) throws {
    // zlib only reads through next_in; its C type merely lacks the const.
    let start = UnsafeMutableRawPointer(mutating: piece.baseAddress)
    stream.pointee.next_in = start?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(piece.count)
    repeat {
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(output.count)
      let status = CZlib.deflate(stream, flush)
      precondition(status != Z_STREAM_ERROR, "zlib's state is broken")
      let given = output.count - Int(stream.pointee.avail_out)
      if given > 0 { try writer.write(UnsafeRawBufferPointer(rebasing: output[..<given])) }
    } while stream.pointee.avail_out == 0
  }
}

/// Compresses what is written as one zstd frame with a checksum.
public final class ZstdWriter: ObjectWriter {
  private let writer: any ObjectWriter
  private let context: OpaquePointer
  private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)

  /// `level` is zstd's, 1 (fast) ... 19 (small).
  public init(to writer: any ObjectWriter, level: Int = 3) {
    self.writer = writer
    guard let context = ZSTD_createCCtx() else { preconditionFailure("zstd refused to start") }
    self.context = context
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  deinit {
    ZSTD_freeCCtx(context)
    output.deallocate()
  }

  /// The wrapped writer's name.
  public var name: String { writer.name }

  /// Compresses bytes.
  public func write(_ bytes: UnsafeRawBufferPointer) throws { try compress(bytes, ZSTD_e_continue) }

  /// Ends the frame and publishes it.
  public func publish() throws {
    try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
    try writer.publish()
  }

  /// Discards the wrapped writer.
  public func discard() { writer.discard() }

  private func compress(_ bytes: UnsafeRawBufferPointer, _ mode: ZSTD_EndDirective) throws {
    var incoming = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
    while true {
      var outgoing = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
      let remaining = ZSTD_compressStream2(context, &outgoing, &incoming, mode)
      precondition(ZSTD_isError(remaining) == 0, "zstd's state is broken")
      if outgoing.pos > 0 { try writer.write(UnsafeRawBufferPointer(rebasing: output[..<outgoing.pos])) }
      if mode == ZSTD_e_end ? remaining == 0 : incoming.pos == incoming.size { return }
    }
  }
}
