// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

extension ChunkFile {
  /// True: the footer has them.
  public var hasStoredStatistics: Bool { true }

  /// Reads and checks one page as ``page(column:chunk:)`` does, and runs `body` on it in the form in which it is stored where that is
  /// constant, runs or bit-packed.
  ///
  /// Throws ``ChunkFileError``, what the object throws, or what `body` throws. Cost: reading and the checksum.
  public func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    let section = try section(column)
    let record = section.pages[chunk]
    let type = schema.fields[column].type
    guard isViewed(record) else { return try body(PageForm(try page(column: column, chunk: chunk))) }
    let factor = powerOfTen(type.scale - record.scale)
    noteRead(pages: 1)
    return try withRawBytes(of: record.extent, pagePlace(column: column, chunk: chunk)) { bytes in
      let view = try locating(base: record.extent.offset, pagePlace(column: column, chunk: chunk)) {
        () throws(EncodingError) in
        try viewPage(
          record.extent.encoding, from: bytes, rowCount: record.extent.rowCount, nullCount: record.nullCount,
          codeLimit: section.dictionary?.entryCount ?? 0, bounds: record.bounds)
      }
      // What was decoded after all is at the page's own scale.
      if case .decoded = view.content {
        guard factor == 1, !type.isWide else { return try body(PageForm(try page(column: column, chunk: chunk))) }
        return try body(view)
      }
      guard let scaled = view.multiplied(by: factor) else { preconditionFailure("a factor of 1 times a power of ten") }
      return try body(scaled)
    }
  }

  /// Reads and checks one page as ``page(column:chunk:)`` does, but for its bounds, and runs `body` on its integers a piece at a time where
  /// its encoding allows.
  ///
  /// Throws ``ChunkFileError``, what the object throws, or what `body` throws. Cost: reading, the checksum, and what `streamPage` costs.
  public func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    let section = try section(column)
    let record = section.pages[chunk]
    let type = schema.fields[column].type
    guard record.nullCount == 0, !type.isWide, record.scale == type.scale, record.extent.encoding.isStreamed else {
      return try body(nil)
    }
    noteRead(pages: 1)
    return try withRawBytes(of: record.extent, pagePlace(column: column, chunk: chunk)) { bytes in
      try body(streamPage(record.extent.encoding, from: bytes, rowCount: record.extent.rowCount, bounds: record.bounds))
    }
  }

  /// True if the encoding is one of those that are not decoded; their integers have 64 bits or are codes.
  private func isViewed(_ record: PageRecord) -> Bool {
    guard record.extent.encoding.physical == .int64 || record.extent.encoding.physical == .codes,
      case .integers(let tree) = record.extent.encoding.values
    else { return false }
    switch tree {
    case .constant, .runs, .packed: return true
    default: return false
    }
  }
}
