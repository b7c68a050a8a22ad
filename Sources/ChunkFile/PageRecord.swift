// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

/// Where the bytes of a page or dictionary segment lie and how they are encoded.
struct Extent: Sendable {
  var offset: Int
  var storedByteCount: Int
  var rawByteCount: Int
  var rowCount: Int
  var codec: Codec
  var encoding: PageEncoding
  var checksum: UInt64

  /// Bytes taken in the file, padding included.
  var paddedByteCount: Int { Layout.padded(storedByteCount) }

  /// Where they are. Precondition: something is stored.
  var byteRange: Range<Int> { offset..<offset + paddedByteCount }

  func serialize(to writer: inout ByteWriter) {
    let tree = encoding.serialized()
    writer.append(UInt64(offset))
    writer.append(checksum)
    writer.append(UInt32(storedByteCount))
    writer.append(UInt32(rawByteCount))
    writer.append(UInt32(rowCount))
    writer.append(codec.rawValue)
    writer.append(encoding.physical.rawValue)
    writer.append(UInt16(tree.count))
    writer.append(bytes: tree)
  }

  /// Reads and checks a record; `pagesEnd` is the file offset at which the footer starts.
  static func parse(
    from reader: inout ByteReader, maximumRows: Int, pagesEnd: Int
  ) throws(EncodingError) -> Extent {
    let start = reader.position
    let offset = try reader.read(UInt64.self)
    let checksum = try reader.read(UInt64.self)
    let stored = Int(try reader.read(UInt32.self))
    let raw = Int(try reader.read(UInt32.self))
    let rowCount = Int(try reader.read(UInt32.self))
    let codecNumber = try reader.read(UInt8.self)
    let physicalNumber = try reader.read(UInt8.self)
    let treeByteCount = Int(try reader.read(UInt16.self))
    guard let codec = Codec(rawValue: codecNumber) else {
      throw EncodingError(.unknown, "codec \(codecNumber) is not known", at: start + 28)
    }
    guard let physical = PhysicalType(rawValue: physicalNumber) else {
      throw EncodingError(.unknown, "physical type \(physicalNumber) is not known", at: start + 29)
    }
    guard rowCount > 0, rowCount <= maximumRows else {
      throw EncodingError(.limit, "\(rowCount) rows, 1 to \(maximumRows) are possible", at: start + 24)
    }
    guard treeByteCount <= PageEncoding.maximumSerializedByteCount else {
      throw EncodingError(.limit, "an encoding of \(treeByteCount) bytes", at: start + 30)
    }
    let treeStart = reader.position
    let tree = try reader.part(treeByteCount)
    let encoding: PageEncoding
    do {
      encoding = try PageEncoding.parse(tree, physical: physical, rowCount: rowCount)
    } catch {
      throw EncodingError(error.kind, error.summary, at: treeStart + (error.byteOffset ?? 0))
    }
    let extent = Extent(
      offset: Int(truncatingIfNeeded: offset), storedByteCount: stored, rawByteCount: raw, rowCount: rowCount,
      codec: codec, encoding: encoding, checksum: checksum)
    try extent.checkSizes(offset: offset, pagesEnd: pagesEnd, at: start)
    return extent
  }

  private func checkSizes(offset: UInt64, pagesEnd: Int, at start: Int) throws(EncodingError) {
    guard rawByteCount <= ChunkFileLimits.pageBytes else {
      throw EncodingError(.limit, "a page of \(rawByteCount) bytes", at: start + 20)
    }
    guard rawByteCount == encoding.byteCount(rowCount: rowCount) else {
      throw EncodingError(
        .malformed, "a page of \(rawByteCount) bytes whose encoding needs another size", at: start + 20)
    }
    guard storedByteCount > 0 else {
      guard rawByteCount == 0, offset == 0, checksum == 0, codec == .none else {
        throw EncodingError(.malformed, "a page without stored bytes that has an offset or a size", at: start + 16)
      }
      return
    }
    guard rawByteCount > 0, codec != .none || storedByteCount == rawByteCount else {
      throw EncodingError(.malformed, "\(storedByteCount) bytes stored for \(rawByteCount)", at: start + 16)
    }
    guard rawByteCount <= storedByteCount * ChunkFileLimits.expansion else {
      throw EncodingError(.limit, "\(storedByteCount) stored bytes cannot expand to \(rawByteCount)", at: start + 16)
    }
    guard offset % UInt64(Layout.alignment) == 0, offset >= UInt64(Layout.headerByteCount), offset <= UInt64(pagesEnd),
      paddedByteCount <= pagesEnd - Int(offset)
    else {
      throw EncodingError(.malformed, "a page at byte \(offset), where no page can be", at: start)
    }
  }
}

/// What the footer says of one page.
struct PageRecord: Sendable {
  var extent: Extent
  var nullCount: Int
  /// Digits after the point of the page's own decimals.
  var scale: Int
  var contentHash: UInt128
  /// At the page's own scale.
  var bounds: PageStatistics.Bounds
  var floatRange: PageStatistics.FloatRange?

  private enum BoundsKind {
    static let none: UInt8 = 0
    static let integer: UInt8 = 1
    static let integerWithSum: UInt8 = 2
    static let float: UInt8 = 3
    static let exactString: UInt8 = 4
    static let cutString: UInt8 = 5
  }

  func serialize(to writer: inout ByteWriter) {
    extent.serialize(to: &writer)
    writer.append(UInt32(nullCount))
    writer.append(UInt8(scale))
    switch bounds {
    case .none: writer.append(BoundsKind.none)
    case .integer(_, _, let sum): writer.append(sum == nil ? BoundsKind.integer : BoundsKind.integerWithSum)
    case .float: writer.append(BoundsKind.float)
    case .string(_, _, let exact): writer.append(exact ? BoundsKind.exactString : BoundsKind.cutString)
    }
    writer.append(UInt16(0))
    writer.append(contentHash)
    switch bounds {
    case .none: break
    case .integer(let minimum, let maximum, let sum):
      writer.appendZigzag(minimum)
      writer.appendZigzag(maximum)
      if let sum { writer.appendZigzag(sum) }
    case .float(let minimum, let maximum):
      writer.append(minimum.bitPattern)
      writer.append(maximum.bitPattern)
    case .string(let minimum, let maximum, _):
      for bound in [minimum, maximum] {
        writer.append(UInt8(bound.count))
        writer.append(bytes: bound)
      }
    }
    if extent.encoding.physical == .float64 {
      let range = floatRange ?? PageStatistics.FloatRange(lowestBit: 0, highestBit: 0, hasNonFinite: false)
      writer.append(Int16(range.lowestBit))
      writer.append(Int16(range.highestBit))
      writer.append(UInt8(range.hasNonFinite ? 1 : 0))
    }
  }

  /// Reads and checks a record; `rowCount` are the rows of its chunk, nil if that was checked.
  static func parse(from reader: inout ByteReader, rowCount: Int?, pagesEnd: Int) throws(EncodingError) -> PageRecord {
    let start = reader.position
    let extent = try Extent.parse(from: &reader, maximumRows: ChunkFileLimits.rowsPerChunk, pagesEnd: pagesEnd)
    if let rowCount, extent.rowCount != rowCount {
      throw EncodingError(.malformed, "a page of \(extent.rowCount) rows in a chunk of \(rowCount)", at: start + 24)
    }
    let fieldsStart = reader.position
    let nullCount = Int(try reader.read(UInt32.self))
    let scale = Int(try reader.read(UInt8.self))
    let kind = try reader.read(UInt8.self)
    try reader.readZeros(2)
    let contentHash = try reader.read(UInt128.self)
    let nullsAgree =
      switch extent.encoding.validity {
      case .allValid: nullCount == 0
      case .allNull: nullCount == extent.rowCount
      case .bits, .runs: nullCount > 0 && nullCount < extent.rowCount
      }
    guard nullsAgree else {
      throw EncodingError(.malformed, "\(nullCount) nulls contradict the page's validity", at: fieldsStart)
    }
    guard scale == 0 || scale <= 38 && (extent.encoding.physical == .int64 || extent.encoding.physical == .int128)
    else {
      throw EncodingError(.malformed, "a scale of \(scale) for \(extent.encoding.physical)", at: fieldsStart + 4)
    }
    let boundsStart = reader.position
    let bounds = try parseBounds(kind, physical: extent.encoding.physical, from: &reader, at: fieldsStart + 5)
    var floatRange: PageStatistics.FloatRange?
    if extent.encoding.physical == .float64 {
      let lowest = Int(try reader.read(Int16.self))
      let highest = Int(try reader.read(Int16.self))
      let flag = try reader.read(UInt8.self)
      guard lowest <= highest, lowest >= -1074, highest <= 1024, flag <= 1 else {
        throw EncodingError(.malformed, "a range of exponents that no doubles have", at: boundsStart)
      }
      floatRange = PageStatistics.FloatRange(lowestBit: lowest, highestBit: highest, hasNonFinite: flag == 1)
    }
    return PageRecord(
      extent: extent, nullCount: nullCount, scale: scale, contentHash: contentHash, bounds: bounds,
      floatRange: floatRange)
  }

  private static func parseBounds(
    _ kind: UInt8, physical: PhysicalType, from reader: inout ByteReader, at kindOffset: Int
  ) throws(EncodingError) -> PageStatistics.Bounds {
    let start = reader.position
    let isInteger = physical == .int64 || physical == .int128
    switch kind {
    case BoundsKind.none where !isInteger:
      return .none
    case BoundsKind.integer where isInteger, BoundsKind.integerWithSum where isInteger:
      let minimum = try reader.readZigzag()
      let maximum = try reader.readZigzag()
      let sum = kind == BoundsKind.integerWithSum ? try reader.readZigzag() : nil
      guard minimum <= maximum else { throw EncodingError(.malformed, "a minimum above the maximum", at: start) }
      return .integer(minimum: minimum, maximum: maximum, sum: sum)
    case BoundsKind.float where physical == .float64:
      let minimum = Double(bitPattern: try reader.read())
      let maximum = Double(bitPattern: try reader.read())
      // Also false for NaN.
      guard minimum <= maximum else { throw EncodingError(.malformed, "a minimum not below the maximum", at: start) }
      return .float(minimum: minimum, maximum: maximum)
    case BoundsKind.exactString where physical == .codes || physical == .strings,
      BoundsKind.cutString where physical == .codes || physical == .strings:
      let minimum = try reader.readBytes(boundLength(try reader.read(UInt8.self), at: start))
      let maximum = try reader.readBytes(boundLength(try reader.read(UInt8.self), at: start))
      return .string(minimum: minimum, maximum: maximum, exact: kind == BoundsKind.exactString)
    default:
      throw EncodingError(.malformed, "bounds of kind \(kind) for values of type \(physical)", at: kindOffset)
    }
  }

  private static func boundLength(_ length: UInt8, at start: Int) throws(EncodingError) -> Int {
    guard Int(length) <= PageStatistics.stringBoundLimit else {
      throw EncodingError(.limit, "a string bound of \(length) bytes", at: start)
    }
    return Int(length)
  }
}
