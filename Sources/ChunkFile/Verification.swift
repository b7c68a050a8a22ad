// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import ObjectStorage

/// Result of checking a whole file.
public struct VerifyReport: Sendable, Equatable {
  /// One thing that is wrong.
  public struct Problem: Sendable, Equatable {
    /// What lies there: `page`, `dictionary`, `column section`, `metadata section`, `statistics`, `layout`, `footer`.
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
      let problem = VerifyReport.Problem(
        part: "footer", column: nil, chunk: nil, rows: nil, bytes: start..<max(start, object.byteCount), error: error)
      return VerifyReport(byteCount: object.byteCount, pageCount: 0, problems: [problem])
    }
  }

  /// Checks every byte: checksums, padding, that all parts together fill the file, that pages decode, that hashes, sums and
  /// null counts are those of the values, and that dictionaries are distinct and ranked right.
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
  private var extents: [Range<Int>] = []
  private var sawAllSections = true

  init(file: ChunkFile) { self.file = file }

  func run() throws -> VerifyReport {
    for column in file.schema.fields.indices { try verifyColumn(column) }
    let metadataEntry = file.directory[file.schema.fields.count]
    try check(part: "metadata section", bytes: metadataEntry.offset..<metadataEntry.offset + metadataEntry.byteCount) {
      _ = try file.metadata
    }
    verifyTiling()
    return VerifyReport(byteCount: file.byteCount, pageCount: pageCount, problems: problems)
  }

  private func check(
    part: String, column: Int? = nil, chunk: Int? = nil, bytes: Range<Int>, _ body: () throws -> Void
  ) throws {
    do {
      try body()
    } catch let error as ChunkFileError {
      let rows = chunk.map { chunk in
        let first = file.chunkRows[..<chunk].reduce(1) { $0 + Int($1) }
        return first...first + file.rowCount(ofChunk: chunk) - 1
      }
      problems.append(.init(part: part, column: column, chunk: chunk, rows: rows, bytes: bytes, error: error))
    }
  }

  private func verifyColumn(_ column: Int) throws {
    let entry = file.directory[column]
    var parsed: ColumnSection?
    try check(part: "column section", column: column, bytes: entry.offset..<entry.offset + entry.byteCount) {
      parsed = try file.readColumnSection(column)
    }
    guard let section = parsed else {
      sawAllSections = false
      return
    }
    if let index = section.dictionary {
      let parts = index.segments + (index.ranks.map { [$0] } ?? [])
      for part in parts { note(part) }
      let bytes = (parts.map(\.offset).min() ?? 0)..<(parts.map { $0.offset + $0.paddedByteCount }.max() ?? 0)
      try check(part: "dictionary", column: column, bytes: bytes) {
        try verifyDictionary(try file.readDictionary(index, column: column), column: column, offset: bytes.lowerBound)
      }
    }
    for (chunk, record) in section.pages.enumerated() {
      note(record.extent)
      pageCount += 1
      let bytes = record.extent.offset..<record.extent.offset + record.extent.paddedByteCount
      try check(part: "page", column: column, chunk: chunk, bytes: bytes) {
        try file.verifyPage(record, section, column: column, chunk: chunk)
      }
    }
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
    if extent.storedByteCount > 0 { extents.append(extent.offset..<extent.offset + extent.paddedByteCount) }
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

extension ChunkFile {
  /// Decodes a page and holds hash, null count and sum against the footer.
  fileprivate func verifyPage(_ record: PageRecord, _ section: ColumnSection, column: Int, chunk: Int) throws {
    let place = pagePlace(column: column, chunk: chunk)
    let extent = record.extent
    let stored: ColumnPage
    if extent.encoding.physical == .none {
      stored = ColumnPage(values: .int64(Array(repeating: 0, count: extent.rowCount)), validity: .allNull)
    } else {
      stored = try withRawBytes(of: extent, place) { bytes in
        try locating(base: extent.offset, place) { () throws(EncodingError) in
          try decodePage(
            extent.encoding, from: bytes, rowCount: extent.rowCount, nullCount: record.nullCount,
            codeLimit: section.dictionary?.entryCount ?? 0, bounds: record.bounds)
        }
      }
    }
    let truth = encodePage(stored, scale: record.scale)
    var exact = place
    exact.byteOffset = extent.offset
    guard truth.contentHash == record.contentHash else {
      throw ChunkFileError(.malformed, "the footer's hash is not that of the values", at: exact)
    }
    switch extent.encoding.physical {
    case .codes, .none: break
    case .int64, .int128, .float64, .strings:
      guard truth.statistics.bounds == record.bounds, truth.statistics.floatRange == record.floatRange else {
        throw ChunkFileError(.malformed, "the footer's statistics are not those of the values", at: exact)
      }
    }
  }
}
