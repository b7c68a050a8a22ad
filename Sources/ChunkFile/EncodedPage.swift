// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

/// A page as it will be stored, with what the footer says of it.
public struct EncodedPage: Sendable {
  /// What is known of the values; string bounds of pages of codes are what the caller gave.
  public let statistics: PageStatistics
  /// The page's own type.
  let type: ColumnType
  /// Padded to whole alignment units.
  let stored: [UInt8]
  /// Offset still to be set.
  let extent: Extent
  let contentHash: UInt128
  /// One more than the greatest code; 0 for other pages.
  let codeLimit: Int

  /// Rows.
  public var rowCount: Int { extent.rowCount }
  /// Bytes the page takes in the file, padding included.
  public var storedByteCount: Int { stored.count }

  /// The footer's record for the page at `offset`.
  func record(offset: Int) -> PageRecord {
    var placed = extent
    placed.offset = stored.isEmpty ? 0 : offset
    return PageRecord(
      extent: placed, nullCount: statistics.nullCount, scale: extent.encoding.physical == .none ? 0 : type.scale,
      contentHash: contentHash, bounds: statistics.bounds, floatRange: statistics.floatRange)
  }
}

/// Bytes of an extent, compressed, padded and checksummed.
struct SealedExtent {
  var stored: [UInt8]
  var extent: Extent

  init(_ encoded: EncodedValues, rowCount: Int, compression: Compression) {
    let raw = encoded.bytes
    let compressed = compress(
      raw, isText: encoded.encoding.physical == .strings, isLaidOut: encoded.encoding.hasPlanes, compression)
    stored = compressed.bytes
    stored.append(contentsOf: repeatElement(0, count: Layout.padded(stored.count) - stored.count))
    extent = Extent(
      offset: 0, storedByteCount: compressed.bytes.count, rawByteCount: raw.count, rowCount: rowCount,
      codec: compressed.codec, encoding: encoded.encoding, checksum: stored.isEmpty ? 0 : checksum(stored))
  }
}

extension SealedExtent {
  /// What its bytes and their decoding cost, in nanoseconds.
  func cost(by policy: EncodingPolicy) -> Double {
    let decoding = extent.codec == .none ? 0 : Double(extent.rawByteCount) * extent.codec.nanosecondsPerByte
    return Double(stored.count) * policy.nanosecondsPerByte + decoding
  }
}

extension ChunkFileWriter {
  /// Encodes and compresses a page on the caller's thread.
  ///
  /// `type` is the page's own type: in a decimal column a page may be int64 or a decimal of smaller scale and precision, and
  /// readers rescale. An all-null page fits any type. `statistics` tells the string bounds of a page of codes, which the
  /// encoder cannot see; the rest is computed. Null slots may hold anything. Cost: some 2 ns a value, compression apart.
  ///
  /// Throws `chunkfile.limit` for more than 131,072 rows or 1 GiB. Precondition: the values' case fits `type`.
  public static func encode(
    _ page: ColumnPage, as type: ColumnType, statistics: PageStatistics?, compression: Compression
  ) throws -> EncodedPage {
    let rowCount = page.rowCount
    guard rowCount > 0, rowCount <= ChunkFileLimits.rowsPerChunk else {
      throw ChunkFileError(
        .limit, "a page of \(rowCount) rows, 1 to \(ChunkFileLimits.rowsPerChunk) are possible", at: Place())
    }
    if case .strings(let strings) = page.values, strings.bytes.count > ChunkFileLimits.pageBytes - rowCount * 8 {
      throw ChunkFileError(.limit, "a page of \(strings.bytes.count) bytes of text", at: Place())
    }
    let encoded = encodePage(page, scale: type.scale, policy: compression.policy)
    let physical = encoded.encoding.physical
    precondition(
      TypeRules.allows(physical, scale: physical == .none ? 0 : type.scale, in: type), "\(physical) for \(type)")
    var facts = encoded.statistics
    if physical == .codes, let statistics {
      facts = PageStatistics(rowCount: rowCount, nullCount: facts.nullCount, bounds: statistics.bounds)
    }
    var sealed = SealedExtent(encoded, rowCount: rowCount, compression: compression)
    // What was laid out for the codec counts on a sample; now it is known what the codec makes of it.
    for policy in compression.policy.alternatives(to: encoded.encoding) {
      let other = SealedExtent(
        encodePage(page, scale: type.scale, policy: policy), rowCount: rowCount,
        compression: policy.hasCodec ? compression : .none)
      if other.cost(by: compression.policy) <= sealed.cost(by: compression.policy) { sealed = other }
    }
    return EncodedPage(
      statistics: facts, type: type, stored: sealed.stored, extent: sealed.extent, contentHash: encoded.contentHash,
      codeLimit: physical == .codes ? greatestCode(page) + 1 : 0)
  }

  private static func greatestCode(_ page: ColumnPage) -> Int {
    guard case .codes(let codes) = page.values else { return -1 }
    // Null slots may hold anything.
    guard page.nullCount > 0 else { return Int(codes.withUnsafeBufferPointer { summarize($0) }.maximum) }
    return codes.indices.reduce(-1) { page.validity.isValid($1) ? max($0, Int(codes[$1])) : $0 }
  }
}
