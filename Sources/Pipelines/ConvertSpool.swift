// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import Synchronization

/// Keeps what is read of an input that comes only once, so that it can be read again: zstd in a nameless temporary file.
final class ConvertSpool: Sendable {
  private let input: any CSVInput
  private let kept = Mutex(Kept())

  /// Used by the one thread that reads, which the reader's lock sees to.
  private struct Kept: @unchecked Sendable {
    var file: TemporaryFile?
    var writer: ZstdWriter?
  }

  private let folder: String?

  /// `folder`: for the temporary file; nil for the usual one.
  init(_ input: any CSVInput, in folder: String? = nil) { (self.input, self.folder) = (input, folder) }

  /// The first time the input itself, afterwards what was kept of it.
  func open() throws -> any ByteSource {
    if let file = try finishedFile() { return try decompressing(ObjectSource(try file.reading())) }
    let source = try input.open()
    let file = try TemporaryFile(in: folder)
    // Fast rather than small: it is read once more, if at all.
    let writer = ZstdWriter(to: file, level: 1)
    kept.withLock { $0 = Kept(file: file, writer: writer) }
    return KeepingSource(source, writer)
  }

  /// What was kept, its end written before the first look at it; nil before anything was read.
  private func finishedFile() throws -> TemporaryFile? {
    try kept.withLock { kept in
      let writer = kept.writer
      kept.writer = nil
      try writer?.publish()
      return kept.file
    }
  }
}

/// A source that writes down what is read from it.
private final class KeepingSource: ByteSource {
  private let source: any ByteSource
  private let writer: ZstdWriter

  init(_ source: any ByteSource, _ writer: ZstdWriter) {
    self.source = source
    self.writer = writer
  }

  var name: String { source.name }
  var consumedByteCount: Int { source.consumedByteCount }
  var totalByteCount: Int? { source.totalByteCount }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: buffer)
    if count > 0 { try writer.write(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
    return count
  }
}
