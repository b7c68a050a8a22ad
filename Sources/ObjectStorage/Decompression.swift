// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CZlib
import CZstd
import Columns

/// Compressed file formats that are read and written.
public enum CompressionFormat: Sendable {
  /// RFC 1952.
  case gzip
  /// RFC 8878.
  case zstd
}

/// The format whose magic number a file starts with, nil for others. Four bytes are enough.
public func compressionFormat(firstBytes: [UInt8]) -> CompressionFormat? {
  if firstBytes.starts(with: [0x1F, 0x8B, 0x08]) { return .gzip }
  guard firstBytes.count >= 4 else { return nil }
  let magic = (0..<4).reduce(UInt32(0)) { $0 | UInt32(firstBytes[$1]) << UInt32(8 * $1) }
  // A skippable frame (RFC 8878, 3.1.2) may come before the first data frame.
  return magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50 ? .zstd : nil
}

/// Compressed input, read in pieces.
struct CompressedInput: ~Copyable {
  let source: any ByteSource
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
  private(set) var start = 0
  private var end = 0
  private var readByteCount = 0

  init(_ source: any ByteSource) { self.source = source }

  deinit { buffer.deallocate() }

  /// Offset of the next byte in the compressed stream.
  var offset: Int { readByteCount - (end - start) }

  var available: UnsafeMutableRawBufferPointer { UnsafeMutableRawBufferPointer(rebasing: buffer[start..<end]) }

  /// Makes sure that a byte is there; false at the end.
  mutating func refill() throws -> Bool {
    if start < end { return true }
    start = 0
    end = try source.read(into: buffer)
    readByteCount += end
    return end > 0
  }

  /// Precondition: `count` bytes are available.
  mutating func consume(_ count: Int) { start += count }

  func cut(_ format: String) -> StorageError {
    StorageError(
      .compressedCut, name: source.name, summary: "the \(format) stream ends in the middle of its data",
      byteOffset: offset, advice: "the file was cut; fetch or compress it again")
  }

  func damaged(_ format: String, _ reason: String) -> StorageError {
    StorageError(
      .compressedDamaged, name: source.name, summary: "the \(format) stream is damaged: \(reason)", byteOffset: offset,
      advice: "the byte is that of the compressed file; fetch or compress it again")
  }
}

/// Decompresses gzip: one member or several, one after the other.
final class GzipSource: ByteSource {
  private var input: CompressedInput
  // zlib keeps a pointer to this structure, so it must not move.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private var isBetweenMembers = false
  private var atEnd = false

  init(_ source: any ByteSource) throws {
    input = CompressedInput(source)
    stream.initialize(to: z_stream())
    // 15 bits of window, and 16 more to ask for the gzip wrapper with its checksum.
    let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(status == Z_OK, "zlib refused to start: \(status)")
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  var name: String { input.source.name }
  var consumedByteCount: Int { input.offset }
  var totalByteCount: Int? { input.source.totalByteCount }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count, !atEnd {
      guard try input.refill() else {
        guard isBetweenMembers else { throw input.cut("gzip") }
        atEnd = true
        break
      }
      if isBetweenMembers { try startNextMember() }
      filled += try inflate(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
    }
    return filled
  }

  private func startNextMember() throws {
    // Only the first byte is checked here: the second may not have been read yet, and zlib checks both.
    guard input.available[0] == 0x1F else {
      throw StorageError(
        .compressedDamaged, name: name, summary: "something that is not gzip follows the end of the gzip data",
        byteOffset: input.offset, advice: "remove what follows, or fetch the file again")
    }
    inflateReset(stream)
    isBetweenMembers = false
  }

  /// One call of zlib; returns the bytes it gave. Precondition: input is available.
  private func inflate(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let available = input.available
    let room = min(output.count, Int(UInt32.max))
    stream.pointee.next_in = available.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(available.count)
    stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(room)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    input.consume(available.count - Int(stream.pointee.avail_in))
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isBetweenMembers = true
    default: throw input.damaged("gzip", stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)")
    }
    return room - Int(stream.pointee.avail_out)
  }
}

/// Decompresses zstd: one frame or several, skippable ones included.
final class ZstdSource: ByteSource {
  private var input: CompressedInput
  private let context: OpaquePointer
  private var isBetweenFrames = true
  private var atEnd = false

  init(_ source: any ByteSource) throws {
    input = CompressedInput(source)
    guard let context = ZSTD_createDCtx() else { preconditionFailure("zstd refused to start") }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  var name: String { input.source.name }
  var consumedByteCount: Int { input.offset }
  var totalByteCount: Int? { input.source.totalByteCount }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < buffer.count, !atEnd {
      let hasInput = try input.refill()
      if !hasInput, isBetweenFrames {
        atEnd = true
        break
      }
      // Without input, zstd may still hold finished bytes; if it gives none, the stream was cut.
      let given = try decompress(into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
      if !hasInput, given == 0, !isBetweenFrames { throw input.cut("zstd") }
      filled += given
    }
    return filled
  }

  private func decompress(into output: UnsafeMutableRawBufferPointer) throws -> Int {
    let available = input.available
    var incoming = ZSTD_inBuffer(src: available.baseAddress, size: available.count, pos: 0)
    var outgoing = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let status = ZSTD_decompressStream(context, &outgoing, &incoming)
    input.consume(incoming.pos)
    if ZSTD_isError(status) != 0 {
      if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
        throw StorageError(
          .compressedWindow, name: name, summary: "the zstd stream needs a window of more than 128 MiB",
          byteOffset: input.offset, advice: "compress it again without --long=28 or more")
      }
      throw input.damaged("zstd", String(cString: ZSTD_getErrorName(status)))
    }
    isBetweenFrames = status == 0
    return outgoing.pos
  }
}
