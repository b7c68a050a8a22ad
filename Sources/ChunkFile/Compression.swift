// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

/// What is done to pages after encoding.
public enum Compression: Sendable, Equatable {
  /// zstd at level 3 where it saves at least a tenth of the page.
  case automatic
  /// Never; pages can be read in place.
  case none
  /// zstd at a level of 1...22 where it saves at least a twentieth.
  case zstd(level: Int)
  /// zlib at a level of 1...9 where it saves at least a twentieth.
  case zlib(level: Int)

  /// Level used by ``automatic``.
  static let defaultZstdLevel = 3
}

/// A page's bytes after compression, not yet padded.
struct CompressedBytes {
  var codec: Codec
  var bytes: [UInt8]
}

/// Compresses `raw` if that pays: a page that does not get smaller by whole alignment units stays as it is.
func compress(_ raw: [UInt8], _ compression: Compression) -> CompressedBytes {
  let unchanged = CompressedBytes(codec: .none, bytes: raw)
  guard raw.count > Layout.alignment else { return unchanged }
  let packed: [UInt8]? = raw.withUnsafeBytes { bytes in
    switch compression {
    case .none: nil
    case .automatic:
      isHopeless(bytes)
        ? nil : zstdCompressed(bytes, level: Compression.defaultZstdLevel, limit: raw.count / 10 * 9)
    case .zstd(let level): zstdCompressed(bytes, level: level, limit: raw.count / 20 * 19)
    case .zlib(let level): zlibCompressed(bytes, level: level, limit: raw.count / 20 * 19)
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
  return zstdCompressed(sample, level: 1, limit: sampleSize / 20 * 19) == nil
}
