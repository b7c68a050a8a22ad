// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

/// Checks on what a column's type allows its pages to hold.
enum TypeRules {
  /// True if a page of this physical type and scale may stand in a column of `type`.
  static func allows(_ physical: PhysicalType, scale: Int, in type: ColumnType) -> Bool {
    switch (physical, type) {
    case (.none, _): true
    case (.int64, .bool), (.int64, .int64), (.int64, .date), (.int64, .timestamp): scale == 0
    case (.int64, .decimal(_, let columnScale)): scale <= columnScale
    case (.int128, .decimal(_, let columnScale)): type.isWide && scale <= columnScale
    case (.float64, .float64), (.codes, .string), (.strings, .string): true
    default: false
    }
  }

  /// Bounds of a page of scale `scale` at the scale of `type`; nil if they are not values of that type.
  static func rescaled(
    _ bounds: PageStatistics.Bounds, scale: Int, to type: ColumnType
  ) -> PageStatistics.Bounds? {
    guard case .integer(let minimum, let maximum, let sum) = bounds else { return bounds }
    guard let range = type.storedRange, scale <= type.scale else { return nil }
    let factor = powerOfTen(type.scale - scale)
    let (low, lowOverflow) = minimum.multipliedReportingOverflow(by: factor)
    let (high, highOverflow) = maximum.multipliedReportingOverflow(by: factor)
    guard !lowOverflow, !highOverflow, range.contains(low), range.contains(high) else { return nil }
    let scaledSum = sum.flatMap { sum -> Int128? in
      let (product, overflow) = sum.multipliedReportingOverflow(by: factor)
      return overflow ? nil : product
    }
    return .integer(minimum: low, maximum: high, sum: scaledSum)
  }
}

/// What the footer says of one column: where its dictionary lies, and its pages.
struct ColumnSection: Sendable {
  /// nil for a column without dictionary.
  var dictionary: DictionaryIndex?
  let pages: PageRecords
  let type: ColumnType

  /// Bounds of a page of the column at the column's scale.
  func bounds(of page: PageRecord) -> PageStatistics.Bounds {
    guard let bounds = TypeRules.rescaled(page.bounds, scale: page.scale, to: type) else {
      preconditionFailure("checked when the section was parsed")
    }
    return bounds
  }

  static func parse(
    _ bytes: [UInt8], column: Int, type: ColumnType, chunkRows: [UInt32], pagesEnd: Int
  ) throws(EncodingError) -> ColumnSection {
    var reader = ByteReader(bytes)
    guard try reader.read(UInt32.self) == UInt32(column) else {
      throw EncodingError(.malformed, "the section of another column", at: 0)
    }
    guard try reader.read(UInt32.self) == UInt32(chunkRows.count) else {
      throw EncodingError(.malformed, "not one page per chunk", at: 4)
    }
    let dictionary = try DictionaryIndex.parse(from: &reader, pagesEnd: pagesEnd)
    guard dictionary == nil || type == .string else {
      throw EncodingError(.malformed, "a dictionary for a column of type \(type)", at: 8)
    }
    var starts: [UInt32] = []
    // A record takes at least 56 bytes: a short section must not make room for more pages than it can hold.
    starts.reserveCapacity(min(chunkRows.count, bytes.count / 56))
    for rowCount in chunkRows {
      let start = reader.position
      let page = try PageRecord.parse(from: &reader, rowCount: Int(rowCount), pagesEnd: pagesEnd)
      let physical = page.extent.encoding.physical
      guard TypeRules.allows(physical, scale: page.scale, in: type), physical != .codes || dictionary != nil else {
        throw EncodingError(
          .malformed, "a page of \(physical) (scale \(page.scale)) in a column of type \(type)", at: start)
      }
      guard TypeRules.rescaled(page.bounds, scale: page.scale, to: type) != nil else {
        throw EncodingError(.malformed, "bounds outside the type \(type)", at: start)
      }
      // A section has at most 1 GiB.
      starts.append(UInt32(start))
    }
    guard reader.remaining == 0 else {
      throw EncodingError(.malformed, "\(reader.remaining) bytes too many in a section", at: reader.position)
    }
    let pages = PageRecords(bytes: bytes, starts: starts, pagesEnd: pagesEnd)
    return ColumnSection(dictionary: dictionary, pages: pages, type: type)
  }
}

/// Records of a column's pages, checked once and read from the section's bytes when asked for: of many pages, these take a sixth of
/// the memory that records do, and meeting fresh memory takes longer than reading them again.
struct PageRecords: RandomAccessCollection, Sendable {
  private let bytes: [UInt8]
  /// Where each record starts.
  private let starts: [UInt32]
  private let pagesEnd: Int

  /// Precondition: at each start, a record was parsed without error.
  init(bytes: [UInt8], starts: [UInt32], pagesEnd: Int) {
    self.bytes = bytes
    self.starts = starts
    self.pagesEnd = pagesEnd
  }

  var startIndex: Int { 0 }
  var endIndex: Int { starts.count }

  /// Some 200 ns.
  subscript(chunk: Int) -> PageRecord {
    var reader = ByteReader(bytes, from: Int(starts[chunk]))
    do {
      return try PageRecord.parse(from: &reader, rowCount: nil, pagesEnd: pagesEnd)
    } catch {
      preconditionFailure("parsed before: \(error)")
    }
  }
}

/// Where a column's dictionary lies.
struct DictionaryIndex: Sendable {
  var entryCount: Int
  /// Bytes of all strings.
  var byteCount: Int
  var segments: [Extent]
  /// For each code its rank; nil for an empty dictionary.
  var ranks: Extent?

  static func serialize(_ index: DictionaryIndex?, to writer: inout ByteWriter) {
    writer.append(UInt32(index?.segments.count ?? 0))
    writer.append(UInt32(index?.entryCount ?? 0))
    writer.append(UInt64(index?.byteCount ?? 0))
    writer.append(UInt64(index == nil ? 0 : 1))
    guard let index else { return }
    for segment in index.segments { segment.serialize(to: &writer) }
    index.ranks?.serialize(to: &writer)
  }

  static func parse(from reader: inout ByteReader, pagesEnd: Int) throws(EncodingError) -> DictionaryIndex? {
    let start = reader.position
    let segmentCount = Int(try reader.read(UInt32.self))
    let entryCount = Int(try reader.read(UInt32.self))
    let byteCount = try reader.read(UInt64.self)
    let flag = try reader.read(UInt64.self)
    guard flag <= 1, flag == 1 || segmentCount == 0 && entryCount == 0 && byteCount == 0 else {
      throw EncodingError(.malformed, "neither a dictionary nor none", at: start)
    }
    guard flag == 1 else { return nil }
    guard entryCount <= ChunkFileLimits.dictionaryEntries, byteCount <= UInt64(ChunkFileLimits.dictionaryBytes),
      segmentCount <= entryCount
    else {
      throw EncodingError(.limit, "a dictionary of \(entryCount) strings in \(byteCount) bytes", at: start)
    }
    var index = DictionaryIndex(entryCount: entryCount, byteCount: Int(byteCount), segments: [], ranks: nil)
    var entriesFound = 0
    var bytesFound = 0
    for _ in 0..<segmentCount {
      let segmentStart = reader.position
      let segment = try Extent.parse(from: &reader, maximumRows: ChunkFileLimits.segmentEntries, pagesEnd: pagesEnd)
      guard case .strings(_, let textBytes) = segment.encoding.values, segment.encoding.validity == .allValid else {
        throw EncodingError(.malformed, "a dictionary segment that does not hold strings", at: segmentStart)
      }
      entriesFound += segment.rowCount
      bytesFound += textBytes
      index.segments.append(segment)
    }
    guard entriesFound == entryCount, bytesFound == Int(byteCount) else {
      throw EncodingError(.malformed, "segments of \(entriesFound) strings for \(entryCount)", at: start)
    }
    if entryCount > 0 {
      let rankStart = reader.position
      let ranks = try Extent.parse(from: &reader, maximumRows: ChunkFileLimits.dictionaryEntries, pagesEnd: pagesEnd)
      guard ranks.rowCount == entryCount, ranks.encoding.physical == .codes, ranks.encoding.validity == .allValid else {
        throw EncodingError(.malformed, "ranks that are not one code per string", at: rankStart)
      }
      index.ranks = ranks
    }
    return index
  }
}
