// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

/// How a page is stored: for `inspect`.
public struct PageDescription: Sendable {
  private let extent: Extent
  /// Digits after the point of the page's own decimals, which may be fewer than the column's.
  public let scale: Int
  /// Hash of the logical values: equal for equal rows, however stored. For pages of codes it stands for the codes, so it
  /// compares only where both dictionaries agree on the codes used.
  public let contentHash: UInt128

  init(_ record: PageRecord) {
    extent = record.extent
    scale = record.scale
    contentHash = record.contentHash
  }

  /// Kind of values stored: `none`, `int64`, `int128`, `float64`, `codes`, `strings`.
  public var physicalType: String { extent.encoding.physical.description }
  /// Encoding tree as text: `runs(12: packed 5, constant)`. Written anew each time, some 500 ns.
  public var encoding: String { extent.encoding.description }
  /// The tree without its numbers, of which a column has few: `runs(packed, constant)`. Written anew each time.
  public var encodingShape: String { extent.encoding.shape }
  /// Bits of each value where all are packed in one width, else nil.
  public var bitWidth: Int? { extent.encoding.bitWidth }
  /// `none`, `zstd` or `zlib`.
  public var codec: String { extent.codec.description }
  /// Bytes in the file, padding not included.
  public var storedByteCount: Int { extent.storedByteCount }
  /// Bytes before compression.
  public var rawByteCount: Int { extent.rawByteCount }
  /// First byte in the file, 0 for a page without bytes.
  public var byteOffset: Int { extent.offset }
}

extension ChunkFile {
  /// How one page is stored. Costs reading the column's section once.
  public func pageDescription(column: Int, chunk: Int) throws -> PageDescription {
    PageDescription(try section(column).pages[chunk])
  }

  /// The hash that the footer keeps. Costs reading the column's section once.
  public func contentHash(column: Int, chunk: Int) throws -> UInt128? {
    try section(column).pages[chunk].contentHash
  }
}
