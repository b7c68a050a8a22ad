// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import Columns
import ObjectStorage

/// An Arrow stream or file that was found among the inputs.
struct ArrowInput: Sendable {
  /// Its bytes from the start, decompressed.
  let text: any CSVInput
  /// An Arrow file that can be read at any place; nil for streams, and for files that come compressed or through a pipe.
  let file: (any ReadableObject)?

  var name: String { text.name }

  /// A reader at the first batch. A file that cannot be read at any place is kept whole in a temporary file first.
  func open(temporaryFolder: String? = nil) throws -> OpenedArrow {
    if let file { return try OpenedArrow(file, name: name) }
    let source = PeekableSource(try text.open())
    guard isArrowFile(firstBytes: try source.peek(8)) else {
      return OpenedArrow(
        reader: try ArrowStreamReader(source), totalByteCount: source.totalByteCount,
        consumedByteCount: { source.consumedByteCount })
    }
    let kept = try TemporaryFile(in: temporaryFolder)
    try copyBytes(of: source, to: kept)
    return try OpenedArrow(try kept.reading(), name: name)
  }
}

/// An Arrow stream or file that is being read, and how far that is.
struct OpenedArrow {
  let reader: ArrowStreamReader
  /// Bytes as they are stored, nil where that is not known.
  let totalByteCount: Int?
  /// Those that were taken so far.
  let consumedByteCount: () -> Int

  fileprivate init(
    reader: ArrowStreamReader, totalByteCount: Int?, consumedByteCount: @escaping () -> Int
  ) {
    (self.reader, self.totalByteCount, self.consumedByteCount) = (reader, totalByteCount, consumedByteCount)
  }

  fileprivate init(_ file: any ReadableObject, name: String) throws {
    let reader = try ArrowStreamReader(file: file, name: name)
    self.init(reader: reader, totalByteCount: file.byteCount, consumedByteCount: { reader.byteCount })
  }
}
