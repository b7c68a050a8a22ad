// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization
import TestSupport

@testable import ChunkFile
@testable import Encodings

/// Bytes in memory as an object.
struct MemoryObject: ReadableObject {
  var name = "memory.cln"
  var bytes: [UInt8]
  var byteCount: Int { bytes.count }

  struct ReadPastEnd: Error {}

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard offset >= 0, offset + buffer.count <= bytes.count else { throw ReadPastEnd() }
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }
}

/// Notes what is read, and fails reads when told to.
final class CountingObject: ReadableObject {
  let base: MemoryObject
  private let ranges = Mutex<[Range<Int>]>([])
  let fails = Mutex(false)
  var name: String { base.name }
  var byteCount: Int { base.byteCount }

  struct Failure: Error {}

  init(base: MemoryObject) { self.base = base }

  /// What was read since the last call.
  func takeRanges() -> [Range<Int>] {
    ranges.withLock { ranges in
      defer { ranges = [] }
      return ranges
    }
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    if fails.withLock({ $0 }) { throw Failure() }
    ranges.withLock { $0.append(offset..<offset + buffer.count) }
    try base.read(at: offset, into: buffer)
  }
}

/// Bytes that change while they are open.
final class ChangeableObject: ReadableObject {
  let name = "memory.cln"
  let byteCount: Int
  private let bytes: Mutex<[UInt8]>

  init(_ bytes: [UInt8]) {
    byteCount = bytes.count
    self.bytes = Mutex(bytes)
  }

  func flip(_ bit: Int, at position: Int) { bytes.withLock { $0[position] ^= 1 << UInt8(bit) } }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    bytes.withLock { bytes in
      for index in 0..<buffer.count { buffer[index] = bytes[offset + index] }
    }
  }
}

/// Collects what is written.
final class MemoryWriter: ObjectWriter {
  let name = "memory.cln"
  private(set) var bytes: [UInt8] = []
  func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes.append(contentsOf: bytes) }
  func publish() throws {}
  func discard() {}
}

/// Writes `table` as a chunk file; `pageTypes` overrules the type of pages, by chunk and column, and `bounds` what the footer
/// says of their values. Chunk by chunk, as the vectors are, unless pages are held back in groups.
func chunkFileBytes(
  of table: Table, compression: Compression = .automatic, metadata: [(key: String, value: String)] = [],
  pageTypes: [[ColumnType]] = [], bounds: ((PageStatistics.Bounds) -> PageStatistics.Bounds)? = nil,
  stored: StoredForm? = nil, groupByteCount: Int = 0
) throws -> [UInt8] {
  let object = MemoryWriter()
  let writer = try ChunkFileWriter(
    to: object, columnCount: table.schema.fields.count, groupByteCount: groupByteCount)
  for (chunk, pages) in table.chunks.enumerated() {
    let encoded = try pages.enumerated().map { column, page in
      let type = pageTypes.isEmpty ? table.schema.fields[column].type : pageTypes[chunk][column]
      var statistics: PageStatistics?
      if case .codes = page.values { statistics = PageStatistics(of: page, dictionary: table.dictionaries[column]) }
      let encoded =
        try stored.map { handmade(page, type, statistics, as: $0, compression) }
        ?? ChunkFileWriter.encode(page, as: type, statistics: statistics, compression: compression)
      return bounds.map { encoded.with(bounds: $0(encoded.statistics.bounds)) } ?? encoded
    }
    try writer.append(rowCount: table.rowCount(ofChunk: chunk), pages: encoded)
  }
  let summary = try writer.finish(schema: table.schema, dictionaries: table.dictionaries, metadata: metadata)
  precondition(summary.byteCount == object.bytes.count)
  return object.bytes
}

/// How a vector's pages are stored, whatever our writer would choose.
enum StoredForm: Sendable {
  /// Integers and codes.
  case integers(EncodingShape)
  /// Doubles by their bits.
  case floatBits(EncodingShape)
  /// Doubles as decimals with an exponent and a factor.
  case decimals(Int, Int, EncodingShape)
  /// Strings: lengths.
  case strings(EncodingShape)
  /// Strings: lengths of the dictionary's, and codes.
  case stringDictionary(EncodingShape, EncodingShape)
}

/// A page without nulls, stored as the plain twin does. Precondition: the form is one for its values.
private func handmade(
  _ page: ColumnPage, _ type: ColumnType, _ statistics: PageStatistics?, as form: StoredForm, _ compression: Compression
) -> EncodedPage {
  var bytes: [UInt8] = []
  func add<T: StreamInteger>(_ values: [T], _ shape: EncodingShape) -> IntegerEncoding {
    let (encoding, more) = plainlyEncoded(values, as: shape)
    bytes += more
    return encoding
  }
  func add(_ strings: StringArray, _ shape: EncodingShape) -> IntegerEncoding {
    let lengths = add((0..<strings.count).map { UInt32(strings.range($0).count) }, shape)
    bytes += strings.bytes
    return lengths
  }
  let values: ValuesEncoding
  switch (form, page.values) {
  case (.integers(let shape), .int64(let integers)): values = .integers(add(integers, shape))
  case (.integers(let shape), .int128(let integers)): values = .integers(add(integers, shape))
  case (.integers(let shape), .codes(let codes)): values = .integers(add(codes, shape))
  case (.floatBits(let shape), .float64(let doubles)):
    values = .floatBits(add(doubles.map { Int64(bitPattern: $0.bitPattern) }, shape))
  case (.decimals(let exponent, let factor, let shape), .float64(let doubles)):
    let integers = doubles.map { DecimalFloats.integer(for: $0, exponent: exponent, factor: factor) }
    let patched = doubles.indices.filter { integers[$0] == nil }
    var decimals = DecimalFloats(
      exponent: exponent, factor: factor, integers: add(integers.map { $0 ?? 0 }, shape), patchCount: patched.count)
    if !patched.isEmpty { decimals.positions = add(patched.map { UInt32($0) }, .packed) }
    for row in patched { withUnsafeBytes(of: doubles[row].bitPattern) { bytes += $0 } }
    values = .decimalFloats(decimals)
  case (.strings(let shape), .strings(let strings)):
    values = .strings(lengths: add(strings, shape), byteCount: strings.bytes.count)
  case (.stringDictionary(let lengthShape, let codeShape), .strings(let strings)):
    let rows = (0..<strings.count).map { strings[$0] }
    var entries: [String] = []
    for row in rows where !entries.contains(row) { entries.append(row) }
    let all = StringArray(entries)
    let lengths = add(all, lengthShape)
    values = .stringDictionary(
      count: entries.count, lengths: lengths, byteCount: all.bytes.count,
      codes: add(rows.map { UInt32(entries.firstIndex(of: $0) ?? 0) }, codeShape))
  default: preconditionFailure("\(form) for \(page.values)")
  }
  let facts = factsOfPage(page, scale: type.scale)
  let encoded = EncodedValues(
    encoding: PageEncoding(physical: facts.physical, values: values, validity: .allValid), bytes: bytes,
    contentHash: facts.contentHash, statistics: facts.statistics)
  let sealed = SealedExtent(encoded, rowCount: page.rowCount, compression: compression)
  var codeLimit = 0
  if case .codes(let codes) = page.values { codeLimit = Int(codes.max() ?? 0) + 1 }
  let bounds = statistics?.bounds ?? facts.statistics.bounds
  return EncodedPage(
    statistics: PageStatistics(
      rowCount: page.rowCount, nullCount: 0, bounds: bounds, floatRange: facts.statistics.floatRange),
    type: type, stored: sealed.stored, extent: sealed.extent, contentHash: facts.contentHash, codeLimit: codeLimit)
}

extension EncodedPage {
  /// The same page as another writer might describe it.
  fileprivate func with(bounds: PageStatistics.Bounds) -> EncodedPage {
    EncodedPage(
      statistics: PageStatistics(
        rowCount: statistics.rowCount, nullCount: statistics.nullCount, bounds: bounds,
        floatRange: statistics.floatRange),
      type: type, stored: stored, extent: extent, contentHash: contentHash, codeLimit: codeLimit)
  }
}

/// Opens bytes as a chunk file.
func open(_ bytes: [UInt8]) throws -> ChunkFile { try ChunkFile(MemoryObject(bytes: bytes)) }

/// Reads everything a file has, and checks it: the error a user would meet first, if any.
func readAll(_ bytes: [UInt8]) throws -> ChunkFile {
  let file = try open(bytes)
  _ = try file.metadata
  // The whole footer first: where it is damaged, decoding pages would only cost time.
  for column in file.schema.fields.indices {
    for chunk in 0..<file.chunkCount { _ = try file.statistics(column: column, chunk: chunk) }
  }
  for column in file.schema.fields.indices {
    _ = try file.dictionary(column: column)
    for chunk in 0..<file.chunkCount { _ = try expectFormOfPage(file, column: column, chunk: chunk, "damaged") }
  }
  return file
}
