// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CZstd

/// The buffers of a message's body, taken one after the other.
struct BodyBuffers {
  /// What was done to every buffer by itself (`BodyCompression`).
  enum Compression {
    case none, lz4, zstd

    init(_ table: FlatBufferTable?) throws(ArrowFault) {
      guard let table else {
        self = .none
        return
      }
      switch try table.number(0, Int8(0)) {
      case 0: self = .lz4
      case 1: self = .zstd
      default: throw ArrowFault(.unsupportedFeature, "its buffers are compressed in no known way")
      }
    }
  }

  /// More than either compression reaches.
  private static let maximumExpansion = 32_768
  /// Bytes of a buffer, decompressed, that are believed.
  private static let byteLimit = 8 << 30

  /// Offset and length of each.
  private var words: ArraySlice<Int64>
  private let body: ArrowMemory
  private let compression: Compression
  /// Compressed bytes that were not taken yet: buffers do not share what they lie in.
  private var bytesLeft: Int

  init(words: [Int64], body: ArrowMemory, compression: Compression) {
    self.words = words[...]
    self.body = body
    self.compression = compression
    bytesLeft = body.byteCount
  }

  var isEmpty: Bool { words.isEmpty }

  /// The next `count` buffers, decompressed. Throws `arrow.malformed` if there are fewer, or one lies outside of the body.
  mutating func take(_ count: Int) throws(ArrowFault) -> [ArrowBuffer] {
    guard words.count >= 2 * count else { throw ArrowFault(.malformed, "it has fewer buffers than its columns") }
    var buffers: [ArrowBuffer] = []
    for _ in 0..<count {
      let (offset, length) = (Int(words.removeFirst()), Int(words.removeFirst()))
      guard offset >= 0, length >= 0, length <= body.byteCount, offset <= body.byteCount - length else {
        throw ArrowFault(.malformed, "a buffer lies outside of the body of \(body.byteCount) bytes")
      }
      bytesLeft -= length
      guard compression == .none || bytesLeft >= 0 else {
        throw ArrowFault(.malformed, "compressed buffers lie in one another")
      }
      buffers.append(try decompressed(ArrowBuffer(body, offset..<offset + length)))
    }
    return buffers
  }

  private func decompressed(_ buffer: ArrowBuffer) throws(ArrowFault) -> ArrowBuffer {
    if compression == .none || buffer.byteCount == 0 { return buffer }
    let compression = compression
    return try buffer.withBytes { (bytes) throws(ArrowFault) -> ArrowBuffer in
      guard bytes.count >= 8 else { throw ArrowFault(.malformed, "a compressed buffer does not say its length") }
      let length = Int(Int64(littleEndian: bytes.loadUnaligned(as: Int64.self)))
      let content = UnsafeRawBufferPointer(rebasing: bytes[8...])
      if length == -1 { return buffer.dropping(8) }
      guard (0...content.count * Self.maximumExpansion).contains(length) else {
        throw ArrowFault(.malformed, "a buffer of \(content.count) bytes is said to hold \(length)")
      }
      guard length <= Self.byteLimit else {
        throw ArrowFault(.limit, "a buffer of \(length) bytes; up to 8 GiB are read", advice: "write smaller batches")
      }
      let memory = try ArrowMemory(byteCount: length) { (out) throws(ArrowFault) in
        let isWhole =
          switch compression {
          case .none: true
          case .lz4: decodeLZ4Frame(content, into: out)
          case .zstd: ZSTD_decompress(out.baseAddress, out.count, content.baseAddress, content.count) == out.count
          }
        guard isWhole else {
          throw ArrowFault(.malformed, "a compressed buffer cannot be decompressed to \(length) bytes")
        }
      }
      return ArrowBuffer(memory, 0..<length)
    }
  }
}
