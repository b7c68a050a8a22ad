// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Takes the next bytes of an output. The memory is the caller's again when it returns.
public typealias ByteSink = (UnsafeRawBufferPointer) throws -> Void

/// Writes tables as text of one format.
public protocol TableTextWriter: Sendable {
  /// Writes the first `rowLimit` rows (nil: all) of the columns at positions `columns` (nil: all) to `sink`.
  ///
  /// Reads page by page, one chunk of the wanted columns at a time, and only the chunks that are needed. `sink` is called with
  /// pieces of 64 KiB and more, the last one shorter. Errors are those of the source and of the sink.
  func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws
}

extension TableTextWriter {
  /// Writes all columns of `source`.
  public func write(_ source: any TableSource, rowLimit: Int? = nil, to sink: ByteSink) throws {
    try write(source, columns: nil, rowLimit: rowLimit, to: sink)
  }

  /// The whole text in memory: for small tables and tests.
  public func text(of source: any TableSource, rowLimit: Int? = nil) throws -> String {
    var bytes: [UInt8] = []
    try write(source, rowLimit: rowLimit) { bytes.append(contentsOf: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}
