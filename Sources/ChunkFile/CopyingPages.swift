// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

extension ChunkFileWriter {
  /// Adds all chunks of `file` and the segments of its dictionaries as they are stored: checksums and padding are checked, nothing is
  /// decoded. Its columns are this file's, in the same order.
  ///
  /// To ``finish(schema:dictionaries:metadata:)`` then belong dictionaries that begin with the file's entries; of a column that
  /// ``ChunkFile/hasValues(column:)`` is false for no dictionary is copied. Throws `chunkfile.checksum` and `chunkfile.padding` with the place
  /// in `file`, and what either object throws. Cost: reading and writing the bytes. Precondition: nothing was added before.
  package func appendStored(_ file: ChunkFile) throws {
    precondition(chunkRows.isEmpty && columns.count == file.schema.fields.count, "not the start of a file like that")
    let sections = try columns.indices.map { try file.section($0) }
    try file.willCopyAll()
    for chunk in 0..<file.chunkCount {
      for (column, section) in sections.enumerated() {
        var record = section.pages[chunk]
        record.extent = try copy(record.extent, of: file, file.pagePlace(column: column, chunk: chunk))
        let isCodes = record.extent.encoding.physical == .codes
        columns[column].add(record, codeLimit: isCodes ? section.dictionary?.entryCount ?? 0 : 0)
      }
      chunkRows.append(UInt32(file.rowCount(ofChunk: chunk)))
    }
    for (column, section) in sections.enumerated() {
      guard var index = section.dictionary, try file.hasValues(column: column) else { continue }
      let place = Place(file: file.name, column: file.schema.fields[column].name)
      index.segments = try index.segments.map { try copy($0, of: file, place) }
      index.ranks = nil
      columns[column].storedByteCount += index.segments.reduce(0) { $0 + $1.paddedByteCount }
      columns[column].dictionary = index
    }
  }

  /// Copies the bytes of `extent` and says where they are now.
  private func copy(_ extent: Extent, of file: ChunkFile, _ place: @autoclosure () -> Place) throws -> Extent {
    guard extent.storedByteCount > 0 else { return extent }
    var copy = extent
    copy.offset = offset
    try file.scratch.withBuffer(extent.paddedByteCount) { padded in
      try file.object.read(at: extent.offset, into: padded)
      _ = try file.checked(padded, extent, place())
      try write(UnsafeRawBufferPointer(padded))
    }
    return copy
  }
}

extension ChunkFile {
  /// True if a row of the column has a value. Reads the column's section; stops at the first value.
  package func hasValues(column: Int) throws -> Bool {
    try section(column).pages.contains { $0.nullCount < $0.extent.rowCount }
  }
}
