// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What is done to pages after encoding.
public enum Compression: Sendable, Equatable {
  /// zstd where what it saves is worth the time that it takes to decode: from about a fifth of the page on. Text is searched longer
  /// for repetitions than numbers are, as only that makes it smaller.
  case automatic
  /// Never; pages can be read in place.
  case none
  /// zstd at a level of 1...22; size counts four times as much.
  case zstd(level: Int)
  /// zlib at a level of 1...9; size counts four times as much.
  case zlib(level: Int)

  /// Effort of ``automatic`` for pages of numbers.
  static let numberEffort = ZstdEffort(level: 3)
  /// Effort of ``automatic`` for pages of text.
  ///
  /// Measured on the comments of TPC-H's lineitem, one core: level 3 makes them 3.8 times smaller at 220 MB/s, level 7 4.3 times at 60,
  /// with matches of at least six bytes 4.4 times at 70 MB/s. They are decoded as fast.
  static let textEffort = ZstdEffort(level: 7, minimumMatch: 6)

  /// What encoders weigh.
  var policy: EncodingPolicy {
    switch self {
    case .none: .withoutCodec
    case .automatic: EncodingPolicy(hasCodec: true)
    case .zstd, .zlib: EncodingPolicy(hasCodec: true, nanosecondsPerByte: 16)
    }
  }
}

extension Codec {
  /// Nanoseconds to decode a byte, measured on one core of a Zen 3 and rounded.
  var nanosecondsPerByte: Double {
    switch self {
    case .none: 0
    case .zstd: 0.9
    case .zlib: 2.3
    }
  }
}

/// A page's bytes after compression, not yet padded.
struct CompressedBytes {
  var codec: Codec
  var bytes: [UInt8]
}

/// Compresses `raw` if that pays: a page that does not get smaller by whole alignment units stays as it is.
///
/// `isText`: most bytes are those of strings. `isLaidOut`: the bytes were arranged for a codec, which is tried without asking a sample first.
func compress(_ raw: [UInt8], isText: Bool, isLaidOut: Bool, _ compression: Compression) -> CompressedBytes {
  let unchanged = CompressedBytes(codec: .none, bytes: raw)
  guard raw.count > Layout.alignment else { return unchanged }
  // More bytes than this are not worth their decoding.
  func most(_ codec: Codec) -> Int {
    Int(Double(raw.count) * (1 - codec.nanosecondsPerByte / compression.policy.nanosecondsPerByte))
  }
  let packed: [UInt8]? = raw.withUnsafeBytes { bytes in
    switch compression {
    case .none: nil
    case .automatic:
      !isLaidOut && isHopeless(bytes)
        ? nil
        : zstdCompressed(bytes, isText ? Compression.textEffort : Compression.numberEffort, limit: most(.zstd))
    case .zstd(let level): zstdCompressed(bytes, ZstdEffort(level: level), limit: most(.zstd))
    case .zlib(let level): zlibCompressed(bytes, level: level, limit: most(.zlib))
    }
  }
  guard let packed, Layout.padded(packed.count) < Layout.padded(raw.count) else { return unchanged }
  if case .zlib = compression { return CompressedBytes(codec: .zlib, bytes: packed) }
  return CompressedBytes(codec: .zstd, bytes: packed)
}

/// True if a sample from the middle of a long page does not shrink: packed random data, not worth a full try.
private func isHopeless(_ bytes: UnsafeRawBufferPointer) -> Bool {
  let sampleSize = 16_384
  guard bytes.count > 4 * sampleSize else { return false }
  let start = bytes.count / 2 - sampleSize / 2
  let sample = UnsafeRawBufferPointer(rebasing: bytes[start..<start + sampleSize])
  return zstdCompressed(sample, ZstdEffort(level: 1), limit: sampleSize / 20 * 19) == nil
}
