// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Takes the next bytes of an output. The memory is the caller's again when it returns.
public typealias ByteSink = (UnsafeRawBufferPointer) throws -> Void

/// What of a table is written, and with how many threads.
public struct WritingOptions: Sendable {
  /// Positions of the columns, in their order; nil: all.
  public var columns: [Int]?
  /// Rows from the first on; nil: all.
  public var rowLimit: Int?
  /// Threads to format with; the text is the same for any number.
  public var threads: Int
  /// Called with the number of rows written so far after each chunk, in order, from any thread.
  public var progress: (@Sendable (_ rowCount: Int) -> Void)?

  /// Everything, with one thread.
  public init(
    columns: [Int]? = nil, rowLimit: Int? = nil, threads: Int = 1,
    progress: (@Sendable (_ rowCount: Int) -> Void)? = nil
  ) {
    self.columns = columns
    self.rowLimit = rowLimit
    self.threads = threads
    self.progress = progress
  }
}

/// Writes tables as text of one format.
public protocol TableTextWriter: Sendable {
  /// Writes a table, or the part of it that `options` name, to `sink`.
  ///
  /// Reads page by page, a chunk of the wanted columns at a time and thread, and only the chunks that are needed. `sink` is called
  /// in order, by one thread at a time, not always the same, mostly with pieces of 64 KiB and more. Errors are those of the source
  /// and of the sink.
  func write(_ source: any TableSource, options: WritingOptions, to sink: ByteSink) throws
}

extension TableTextWriter {
  /// Writes all of `source`, or its first rows.
  public func write(_ source: any TableSource, rowLimit: Int? = nil, to sink: ByteSink) throws {
    try write(source, options: WritingOptions(rowLimit: rowLimit), to: sink)
  }

  /// The whole text in memory: for small tables and tests.
  public func text(of source: any TableSource, options: WritingOptions = WritingOptions()) throws -> String {
    var bytes: [UInt8] = []
    try write(source, options: options) { bytes.append(contentsOf: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The text of the first rows.
  public func text(of source: any TableSource, rowLimit: Int) throws -> String {
    try text(of: source, options: WritingOptions(rowLimit: rowLimit))
  }
}

extension WritingOptions {
  /// Positions of the columns wanted of `source`.
  func columns(of source: any TableSource) -> [Int] { columns ?? Array(source.schema.fields.indices) }
}
