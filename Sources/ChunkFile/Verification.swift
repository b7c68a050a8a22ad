// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import ObjectStorage

/// Result of checking a whole file.
public struct VerifyReport: Sendable, Equatable {
  /// One thing that is wrong.
  public struct Problem: Sendable, Equatable {
    /// What lies there: `page`, `dictionary`, `column section`, `metadata section`, `layout`, `header`, `footer`.
    public let part: String
    /// Position of the column, if the problem is one column's.
    public let column: Int?
    /// Number of the chunk, if the problem is one chunk's.
    public let chunk: Int?
    /// Rows concerned, counted from 1 over the whole table.
    public let rows: ClosedRange<Int>?
    /// Bytes of the file concerned.
    public let bytes: Range<Int>
    /// What is wrong with them.
    public let error: ChunkFileError
  }

  /// Size of the file.
  public let byteCount: Int
  /// Pages that were decoded, all-null and constant ones included.
  public let pageCount: Int
  /// Dictionaries that were read.
  public let dictionaryCount: Int
  /// Footer sections that were read.
  public let sectionCount: Int
  /// Everything wrong, in the order found.
  public let problems: [Problem]

  /// True if nothing is wrong.
  public var isIntact: Bool { problems.isEmpty }
}

extension ChunkFile {
  /// Opens and checks a file; one that cannot be opened gives a report with that problem. Throws only what the object throws.
  public static func verify(_ object: any ReadableObject) throws -> VerifyReport {
    do {
      return try ChunkFile(object).verify()
    } catch let error as ChunkFileError {
      let start = error.place.byteOffset ?? 0
      let hasHeader = object.byteCount >= Layout.headerByteCount
      let isInHeader = hasHeader && error.place.byteOffset.map { $0 < Layout.headerByteCount } ?? false
      let problem = VerifyReport.Problem(
        part: isInHeader ? "header" : "footer", column: nil, chunk: nil, rows: nil,
        bytes: start..<(isInHeader ? Layout.headerByteCount : max(start, object.byteCount)), error: error)
      return VerifyReport(
        byteCount: object.byteCount, pageCount: 0, dictionaryCount: 0, sectionCount: 0, problems: [problem])
    }
  }

  /// Checks every byte: checksums, padding, that all parts together fill the file, that pages decode, that hashes and null
  /// counts are those of the values, that bounds, sums and ranges of exponents, where a page has them, hold, and that
  /// dictionaries are distinct and ranked right.
  ///
  /// Problems are listed, not thrown; throws what the object throws (a disk that fails). Cost: reading and decoding it all.
  public func verify() throws -> VerifyReport {
    let verification = Verification(file: self)
    return try verification.run()
  }
}

private final class Verification {
  let file: ChunkFile
  private var problems: [VerifyReport.Problem] = []
  private var pageCount = 0
  private var dictionaryCount = 0
  private var extents: [Range<Int>] = []
  private var sawAllSections = true

  init(file: ChunkFile) { self.file = file }

  func run() throws -> VerifyReport {
    for column in file.schema.fields.indices { try verifyColumn(column) }
    let metadataEntry = file.directory[file.schema.fields.count]
    try check(part: "metadata section", bytes: metadataEntry.byteRange) {
      _ = try file.metadata
    }
    verifyTiling()
    return VerifyReport(
      byteCount: file.byteCount, pageCount: pageCount, dictionaryCount: dictionaryCount,
      sectionCount: file.directory.count, problems: problems)
  }

  /// Runs `body` and notes its error; of several `parts` only the damaged one counts, if the error is one part's.
  private func check(
    part: String, column: Int? = nil, chunk: Int? = nil, bytes: Range<Int>, parts: [Range<Int>] = [],
    _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch let error as ChunkFileError {
      let rows = chunk.map { chunk in
        let first = file.rowCount(beforeChunk: chunk) + 1
        return first...first + file.rowCount(ofChunk: chunk) - 1
      }
      var exact: Range<Int>?
      if error.fault == .checksum || error.fault == .padding, let offset = error.place.byteOffset {
        exact = parts.first { $0.contains(offset) }
      }
      problems.append(.init(part: part, column: column, chunk: chunk, rows: rows, bytes: exact ?? bytes, error: error))
    }
  }

  private func verifyColumn(_ column: Int) throws {
    let entry = file.directory[column]
    var parsed: ColumnSection?
    try check(part: "column section", column: column, bytes: entry.byteRange) {
      parsed = try file.readColumnSection(column)
    }
    guard let section = parsed else {
      sawAllSections = false
      return
    }
    try? file.willRead(columns: [column], chunks: Array(0..<file.chunkCount))
    // Of a column whose dictionary is damaged, bounds of strings cannot be told.
    var dictionary: StringDictionary?
    if let index = section.dictionary {
      dictionaryCount += 1
      // A part without stored bytes lies nowhere, its offset is 0.
      let parts = (index.segments + (index.ranks.map { [$0] } ?? [])).filter { $0.storedByteCount > 0 }
      for part in parts { note(part) }
      let ranges = parts.map(\.byteRange)
      let bytes = hull(of: ranges) ?? entry.byteRange
      try check(part: "dictionary", column: column, bytes: bytes, parts: ranges) {
        let found = try file.readDictionary(index, column: column)
        try verifyDictionary(found, column: column, offset: bytes.lowerBound)
        dictionary = found
      }
    }
    for (chunk, record) in section.pages.enumerated() {
      note(record.extent)
      pageCount += 1
      // All that there is of a page without bytes is its record.
      let bytes = record.extent.storedByteCount > 0 ? record.extent.byteRange : entry.byteRange
      try check(part: "page", column: column, chunk: chunk, bytes: bytes) {
        try file.verifyPage(
          record, section, dictionary: dictionary, column: column, chunk: chunk, offset: bytes.lowerBound)
      }
    }
  }

  private func hull(of ranges: [Range<Int>]) -> Range<Int>? {
    guard let low = ranges.map(\.lowerBound).min(), let high = ranges.map(\.upperBound).max() else { return nil }
    return low..<high
  }

  private func verifyDictionary(_ dictionary: StringDictionary, column: Int, offset: Int) throws {
    var order = [Int](repeating: 0, count: dictionary.count)
    for (code, rank) in dictionary.ranks.enumerated() { order[Int(rank)] = code }
    let entries = dictionary.entries
    let isAscending = entries.bytes.withUnsafeBytes { bytes in
      zip(order, order.dropFirst()).allSatisfy { before, after in
        bytes[entries.range(before)].lexicographicallyPrecedes(bytes[entries.range(after)])
      }
    }
    guard isAscending else {
      throw ChunkFileError(
        .malformed, "dictionary strings are not distinct or not ranked in byte order",
        at: Place(file: file.name, byteOffset: offset, column: file.schema.fields[column].name))
    }
  }

  private func note(_ extent: Extent) {
    if extent.storedByteCount > 0 { extents.append(extent.byteRange) }
  }

  /// Header, extents, sections, directory and tail must fill the file; the last three were checked on opening.
  private func verifyTiling() {
    guard sawAllSections else { return }
    var position = Layout.headerByteCount
    let pagesEnd = file.directory[0].offset
    for extent in extents.sorted(by: { $0.lowerBound < $1.lowerBound }) + [pagesEnd..<pagesEnd] {
      if extent.lowerBound != position {
        let summary = extent.lowerBound > position ? "bytes that belong to nothing" : "pages that overlap"
        let bytes = min(position, extent.lowerBound)..<max(position, extent.lowerBound)
        let place = Place(file: file.name, byteOffset: bytes.lowerBound)
        problems.append(
          .init(
            part: "layout", column: nil, chunk: nil, rows: nil, bytes: bytes,
            error: ChunkFileError(.malformed, summary, at: place)))
      }
      position = max(position, extent.upperBound)
    }
  }
}
