// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

@testable import ChunkFile
@testable import Encodings

/// A small file with one fault that readers must refuse.
struct InvalidVector: Sendable {
  var name: String
  var fault: ChunkFileError.Fault
  /// Where the error must say the fault is.
  var byteOffset: Int
  var requirement: String
  var sentence: String
  var bytes: @Sendable () throws -> [UInt8]
}

/// Four integers, 10 to 13, in one page at byte 64; the column's section is at 128, its page record at 160, the directory at
/// 240, the tail at 368.
private func small() throws -> Surgery {
  let table = Table(
    schema: Schema([Field(name: "a", type: .int64)]), chunks: [[ColumnPage(values: .int64([10, 11, 12, 13]))]])
  return Surgery(try chunkFileBytes(of: table, compression: .none))
}

/// Where the page record of ``small()`` is, and what follows its 10 bytes of encoding.
private let record = 160
private let tree = record + 32
private let afterTree = tree + 4

private func changed(_ change: @escaping @Sendable (inout Surgery) -> Void) -> @Sendable () throws -> [UInt8] {
  {
    var surgery = try small()
    change(&surgery)
    return surgery.bytes
  }
}

private func put<T: FixedWidthInteger & Sendable>(_ value: T, atRecord offset: Int) -> @Sendable () throws -> [UInt8] {
  changed { surgery in
    surgery.put(value, at: record + offset)
    surgery.reseal(section: 0)
  }
}

/// A file with one page made by hand.
private func crafted(
  _ type: ColumnType, _ encoding: PageEncoding, raw: [UInt8], rowCount: Int = 4, nullCount: Int = 0,
  bounds: PageStatistics.Bounds = .none, dictionary: [String]? = nil, compression: Compression = .none
) throws -> Surgery {
  let encoded = EncodedValues(
    encoding: encoding, bytes: raw, contentHash: 0,
    statistics: PageStatistics(rowCount: rowCount, nullCount: nullCount, bounds: bounds))
  let sealed = SealedExtent(encoded, rowCount: rowCount, compression: compression)
  let page = EncodedPage(
    statistics: PageStatistics(rowCount: rowCount, nullCount: nullCount, bounds: bounds), type: type,
    stored: sealed.stored,
    extent: sealed.extent, contentHash: 0, codeLimit: 0)
  let object = MemoryWriter()
  let writer = try ChunkFileWriter(to: object, columnCount: 1)
  try writer.append(rowCount: rowCount, pages: [page])
  _ = try writer.finish(
    schema: Schema([Field(name: "a", type: type)]),
    dictionaries: [dictionary.map { StringDictionary(entries: StringArray($0)) }], metadata: [])
  return Surgery(object.bytes)
}

private func integers(_ encoding: IntegerEncoding, _ raw: [UInt8], rowCount: Int = 4) -> @Sendable () throws -> [UInt8]
{
  {
    try crafted(
      .int64, PageEncoding(physical: .int64, values: .integers(encoding), validity: .allValid), raw: raw,
      rowCount: rowCount, bounds: .integer(minimum: 0, maximum: 9, sum: nil)
    ).bytes
  }
}

private func strings(_ lengths: [UInt8], _ text: [UInt8], validity: ValidityEncoding = .allValid, nullCount: Int = 0)
  -> @Sendable () throws -> [UInt8]
{
  {
    let encoding = PageEncoding(
      physical: .strings,
      values: .strings(lengths: .packed(reference: 0, bitWidth: 8), byteCount: text.count), validity: validity)
    let validityBytes: [UInt8] = validity == .bits ? [0b01] : []
    return try crafted(
      .string, encoding, raw: lengths + text + validityBytes, rowCount: lengths.count, nullCount: nullCount
    ).bytes
  }
}

/// All invalid vectors, in the order of the manifest.
let invalidVectors: [InvalidVector] =
  frameVectors + footerVectors + recordVectors + limitVectors + pageVectors + dictionaryVectors + boundsVectors

private let frameVectors: [InvalidVector] = [
  InvalidVector(name: "empty", fault: .badMagic, byteOffset: 0, requirement: "CF-3", sentence: "No bytes.") { [] },
  InvalidVector(
    name: "text", fault: .badMagic, byteOffset: 0, requirement: "CF-3", sentence: "A CSV under the wrong name."
  ) {
    Array("date,state,cases\n2020-02-25,SP,0\n".utf8)
  },
  InvalidVector(
    name: "text-mode", fault: .badMagic, byteOffset: 0, requirement: "CF-3",
    sentence: "Line ends were changed in transfer.",
    bytes: { try small().bytes.filter { $0 != 0x0D } }),
  InvalidVector(
    name: "header-only", fault: .truncated, byteOffset: 64, requirement: "CF-2", sentence: "Cut after the header.",
    bytes: { Array(try small().bytes.prefix(64)) }),
  InvalidVector(
    name: "cut", fault: .truncated, byteOffset: 292, requirement: "CF-4", sentence: "Cut in the middle of the tail.",
    bytes: { Array(try small().bytes.prefix(300)) }),
  InvalidVector(
    name: "front-missing-bytes", fault: .truncated, byteOffset: 328, requirement: "CF-9",
    sentence: "A piece between header and tail is missing.",
    bytes: {
      let bytes = try small().bytes
      return Array(bytes[..<64] + bytes[128...])
    }),
  InvalidVector(
    name: "header-padding", fault: .padding, byteOffset: 40, requirement: "CF-3",
    sentence: "A byte of the header's zeros is set.",
    bytes: changed { $0.bytes[40] = 1 }),
  InvalidVector(
    name: "header-version-differs", fault: .checksum, byteOffset: 8, requirement: "CF-8",
    sentence: "The header's version differs from the tail's copy.", bytes: changed { $0.bytes[8] = 2 }),
  InvalidVector(
    name: "tail-flipped", fault: .checksum, byteOffset: 368, requirement: "CF-5",
    sentence: "A bit of the row count is flipped.",
    bytes: changed { $0.bytes[$0.tailStart + 32] ^= 1 }),
  InvalidVector(
    name: "unsupported-version", fault: .unsupportedVersion, byteOffset: 440, requirement: "CF-6",
    sentence: "Version 99.",
    bytes: changed { surgery in
      surgery.put(UInt16(99), at: 8)
      surgery.put(UInt16(99), at: surgery.tailStart + 72)
      surgery.resealTail()
    }),
  InvalidVector(
    name: "draft-version", fault: .unsupportedVersion, byteOffset: 440, requirement: "CF-6",
    sentence: "Version 0, the draft.",
    bytes: changed { surgery in
      surgery.put(UInt16(0), at: 8)
      surgery.put(UInt16(0), at: surgery.tailStart + 72)
      surgery.resealTail()
    }),
  InvalidVector(
    name: "unknown-feature", fault: .unknownFeature, byteOffset: 416, requirement: "CF-7",
    sentence: "Must-understand bit 5.",
    bytes: changed { surgery in
      surgery.put(UInt64(1) << 5, at: surgery.tailStart + 48)
      surgery.resealTail()
    }),
  InvalidVector(
    name: "too-many-columns", fault: .limit, byteOffset: 408, requirement: "CF-41", sentence: "1,000,001 columns.",
    bytes: changed { surgery in
      surgery.put(UInt32(1_000_001), at: surgery.tailStart + 40)
      surgery.resealTail()
    }),
  InvalidVector(
    name: "too-many-rows", fault: .malformed, byteOffset: 400, requirement: "CF-4",
    sentence: "More rows than the chunks can hold.",
    bytes: changed { surgery in
      surgery.put(UInt64(131_073), at: surgery.tailStart + 32)
      surgery.resealTail()
    }),
]

private let footerVectors: [InvalidVector] = [
  InvalidVector(
    name: "directory-flipped", fault: .checksum, byteOffset: 240, requirement: "CF-10",
    sentence: "A bit of the directory is flipped.",
    bytes: changed { $0.bytes[$0.directoryStart + 9] ^= 1 }),
  InvalidVector(
    name: "directory-gap", fault: .malformed, byteOffset: 280, requirement: "CF-11",
    sentence: "A section does not start where the one before ends.",
    bytes: changed { surgery in
      let entry = surgery.directoryStart + 32
      surgery.put(surgery.number(UInt64.self, at: entry + 8) + 1, at: entry + 8)
      surgery.resealDirectory()
    }),
  InvalidVector(
    name: "directory-kind", fault: .malformed, byteOffset: 240, requirement: "CF-11", sentence: "A section of kind 9.",
    bytes: changed { surgery in
      surgery.put(UInt16(9), at: surgery.directoryStart)
      surgery.resealDirectory()
    }),
  InvalidVector(
    name: "section-flipped", fault: .checksum, byteOffset: 128, requirement: "CF-12",
    sentence: "A bit of a column section is flipped.",
    bytes: changed { $0.bytes[131] ^= 4 }),
  InvalidVector(
    name: "schema-type", fault: .unknownEncoding, byteOffset: 231, requirement: "CF-15",
    sentence: "A column of type 77.",
    bytes: changed { surgery in
      surgery.bytes[surgery.schemaSection.lowerBound] = 77
      surgery.reseal(section: 3)
    }),
  InvalidVector(
    name: "schema-name-length", fault: .limit, byteOffset: 235, requirement: "CF-41",
    sentence: "A name of 65,537 bytes.",
    bytes: changed { surgery in
      surgery.put(UInt32(65_537), at: surgery.schemaSection.lowerBound + 4)
      surgery.reseal(section: 3)
    }),
  InvalidVector(
    name: "schema-name-utf8", fault: .malformed, byteOffset: 239, requirement: "CF-14",
    sentence: "A name that is not UTF-8.",
    bytes: changed { surgery in
      surgery.bytes[surgery.schemaSection.lowerBound + 8] = 0xFF
      surgery.reseal(section: 3)
    }),
  InvalidVector(
    name: "schema-same-name", fault: .malformed, byteOffset: 149, requirement: "CF-14",
    sentence: "Two columns of one name.",
    bytes: {
      let schema = Schema([Field(name: "a", type: .int64), Field(name: "b", type: .int64)])
      var surgery = Surgery(try chunkFileBytes(of: Table(schema: schema, chunks: [])))
      surgery.bytes[surgery.schemaSection.upperBound - 1] = UInt8(ascii: "a")
      surgery.reseal(section: 4)
      return surgery.bytes
    }),
  InvalidVector(
    name: "chunk-rows", fault: .limit, byteOffset: 227, requirement: "CF-16", sentence: "A chunk of 131,073 rows.",
    bytes: changed { surgery in
      surgery.put(UInt32(131_073), at: surgery.chunkRowsSection.lowerBound)
      surgery.reseal(section: 2)
    }),
  InvalidVector(
    name: "chunk-rows-sum", fault: .malformed, byteOffset: 227, requirement: "CF-16",
    sentence: "Chunks of 5 rows where the tail has 4.",
    bytes: changed { surgery in
      surgery.put(UInt32(5), at: surgery.chunkRowsSection.lowerBound)
      surgery.reseal(section: 2)
    }),
  InvalidVector(
    name: "metadata-count", fault: .malformed, byteOffset: 227, requirement: "CF-17",
    sentence: "One entry announced, none there.",
    bytes: changed { surgery in
      surgery.put(UInt32(1), at: surgery.metadataSection.lowerBound)
      surgery.reseal(section: 1)
    }),
]

private let recordVectors: [InvalidVector] = [
  InvalidVector(
    name: "page-record-offset", fault: .malformed, byteOffset: record, requirement: "CF-20",
    sentence: "A page that is not aligned.",
    bytes: put(UInt64(65), atRecord: 0)),
  InvalidVector(
    name: "page-record-beyond", fault: .malformed, byteOffset: record, requirement: "CF-20",
    sentence: "A page inside the footer.",
    bytes: put(UInt64(128), atRecord: 0)),
  InvalidVector(
    name: "page-record-offset-overflow", fault: .malformed, byteOffset: record, requirement: "CF-20",
    sentence: "An offset near 2^64.", bytes: put(UInt64.max - 63, atRecord: 0)),
  InvalidVector(
    name: "page-record-raw-limit", fault: .limit, byteOffset: record + 20, requirement: "CF-41",
    sentence: "A page of 1 GiB and one byte.", bytes: put(UInt32(1 << 30) + 1, atRecord: 20)),
  InvalidVector(
    name: "page-record-raw-size", fault: .malformed, byteOffset: record + 20, requirement: "CF-20",
    sentence: "A raw size that is not the encoding's.", bytes: put(UInt32(2), atRecord: 20)),
  InvalidVector(
    name: "page-record-rows", fault: .malformed, byteOffset: record + 24, requirement: "CF-21",
    sentence: "A page of fewer rows than its chunk.", bytes: put(UInt32(3), atRecord: 24)),
  InvalidVector(
    name: "page-record-codec", fault: .unknownEncoding, byteOffset: record + 28, requirement: "CF-26",
    sentence: "Codec 9.",
    bytes: put(UInt8(9), atRecord: 28)),
  InvalidVector(
    name: "page-record-physical", fault: .unknownEncoding, byteOffset: record + 29, requirement: "CF-20",
    sentence: "Physical type 9.", bytes: put(UInt8(9), atRecord: 29)),
  InvalidVector(
    name: "page-record-float-in-int64", fault: .malformed, byteOffset: 96, requirement: "CF-24",
    sentence: "A page of doubles in a column of int64.",
    bytes: {
      let encoding = PageEncoding(physical: .float64, values: .floatBits(.constant(0)), validity: .allValid)
      var surgery = try crafted(.float64, encoding, raw: [])
      surgery.bytes[surgery.schemaSection.lowerBound] = 2
      surgery.reseal(section: 3)
      return surgery.bytes
    }),
  InvalidVector(
    name: "timestamp-beyond-9999", fault: .malformed, byteOffset: 96, requirement: "CF-24",
    sentence: "A timestamp of 10000-01-01T00:00:00.",
    bytes: {
      let first: Int128 = 253_402_300_800_000_000
      var surgery = try crafted(
        .int64, PageEncoding(physical: .int64, values: .integers(.constant(first)), validity: .allValid), raw: [],
        bounds: .integer(minimum: first, maximum: first, sum: nil))
      surgery.bytes[surgery.schemaSection.lowerBound] = 8
      surgery.reseal(section: 3)
      return surgery.bytes
    }),
  InvalidVector(
    name: "encoding-unknown", fault: .unknownEncoding, byteOffset: tree, requirement: "CF-28",
    sentence: "Integer encoding 10.",
    bytes: put(UInt8(10), atRecord: 32)),
  InvalidVector(
    name: "encoding-width", fault: .malformed, byteOffset: tree, requirement: "CF-28",
    sentence: "A packed width of 65 bits.",
    bytes: put(UInt8(65), atRecord: 33)),
  InvalidVector(
    name: "validity-unknown", fault: .unknownEncoding, byteOffset: tree + 3, requirement: "CF-34",
    sentence: "Validity encoding 9.",
    bytes: put(UInt8(9), atRecord: 35)),
  InvalidVector(
    name: "null-count", fault: .malformed, byteOffset: afterTree, requirement: "CF-22",
    sentence: "One null in a page whose rows are all valid.",
    bytes: put(UInt32(1), atRecord: 36)),
  InvalidVector(
    name: "bounds-kind", fault: .malformed, byteOffset: afterTree + 5, requirement: "CF-23",
    sentence: "Integers with bounds of doubles.",
    bytes: put(UInt8(3), atRecord: 41)),
  InvalidVector(
    name: "record-reserved", fault: .malformed, byteOffset: afterTree + 6, requirement: "CF-21",
    sentence: "A reserved byte is set.",
    bytes: put(UInt8(1), atRecord: 42)),
  InvalidVector(
    name: "encoding-depth", fault: .limit, byteOffset: 136, requirement: "CF-31", sentence: "Encodings nest five deep.",
    bytes: {
      var nested = IntegerEncoding.constant(1)
      for _ in 0..<4 { nested = .runs(count: 1, values: nested, lengths: .constant(1)) }
      return try integers(nested, [], rowCount: 1)()
    }),
  InvalidVector(
    name: "delta-distance-zero", fault: .malformed, byteOffset: 128, requirement: "CF-45",
    sentence: "Differences at distance zero.",
    bytes: integers(.delta(lag: 0, first: .plain, differences: .constant(1)), [])),
  InvalidVector(
    name: "delta-without-differences", fault: .malformed, byteOffset: 128, requirement: "CF-45",
    sentence: "A distance of four in a stream of four.",
    bytes: integers(.delta(lag: 4, first: .constant(1), differences: .constant(1)), [])),
  InvalidVector(
    name: "patches-none", fault: .malformed, byteOffset: 128, requirement: "CF-46", sentence: "No patches.",
    bytes: integers(.patched(count: 0, base: .constant(1), positions: .constant(0), values: .constant(2)), [])),
  InvalidVector(
    name: "integer-dictionary-empty", fault: .malformed, byteOffset: 128, requirement: "CF-47",
    sentence: "A dictionary without values.",
    bytes: integers(.dictionary(count: 0, values: .constant(1), codes: .constant(0)), [])),
  InvalidVector(
    name: "planes-none", fault: .malformed, byteOffset: 128, requirement: "CF-48", sentence: "No plane.",
    bytes: integers(.planes(reference: 0, byteCount: 0), [])),
  InvalidVector(
    name: "decimals-exponent", fault: .malformed, byteOffset: 129, requirement: "CF-32",
    sentence: "Doubles times 10^-19.",
    bytes: {
      let decimals = DecimalFloats(exponent: 19, factor: 0, integers: .constant(1), patchCount: 0)
      let encoding = PageEncoding(physical: .float64, values: .decimalFloats(decimals), validity: .allValid)
      return try crafted(.float64, encoding, raw: []).bytes
    }),
  InvalidVector(
    name: "dictionary-entries", fault: .limit, byteOffset: 136, requirement: "CF-41",
    sentence: "2^24 + 1 strings in a dictionary.",
    bytes: {
      var surgery = try crafted(
        .string, PageEncoding(physical: .codes, values: .integers(.constant(0)), validity: .allValid), raw: [],
        dictionary: ["x"])
      surgery.put(UInt32(1 << 24) + 1, at: surgery.section(0).lowerBound + 12)
      surgery.reseal(section: 0)
      return surgery.bytes
    }),
]

/// A column of two strings, `x` and `y`, in a dictionary; the segment's record is the first of the section, the ranks' comes next.
private func coded(_ change: @escaping @Sendable (inout Surgery, _ segmentRecord: Int) -> Void)
  -> @Sendable () throws -> [UInt8]
{
  {
    var surgery = try crafted(
      .string, PageEncoding(physical: .codes, values: .integers(.constant(1)), validity: .allValid), raw: [],
      dictionary: ["x", "y"])
    change(&surgery, surgery.section(0).lowerBound + 32)
    return surgery.bytes
  }
}

private let limitVectors: [InvalidVector] = [
  InvalidVector(
    name: "metadata-entries", fault: .limit, byteOffset: 223, requirement: "CF-41",
    sentence: "65,537 metadata entries.",
    bytes: changed { surgery in
      surgery.put(UInt32(65_537), at: surgery.metadataSection.lowerBound)
      surgery.reseal(section: 1)
    }),
  InvalidVector(
    name: "encoding-size", fault: .limit, byteOffset: record + 30, requirement: "CF-41",
    sentence: "An encoding of 1,025 bytes.", bytes: put(UInt16(1_025), atRecord: 30)),
  InvalidVector(
    name: "varint-too-long", fault: .malformed, byteOffset: tree + 1, requirement: "CF-27",
    sentence: "A value of five bits in two bytes.",
    bytes: changed { surgery in
      for (index, byte) in ([0x01, 0x94, 0x00, 0x00] as [UInt8]).enumerated() { surgery.bytes[tree + index] = byte }
      surgery.reseal(section: 0)
    }),
  InvalidVector(
    name: "page-expansion", fault: .limit, byteOffset: 176, requirement: "CF-41",
    sentence: "40,000 bytes that are said to come of one.",
    bytes: {
      let encoding = PageEncoding(
        physical: .strings, values: .strings(lengths: .constant(10_000), byteCount: 40_000), validity: .allValid)
      var surgery = try crafted(
        .string, encoding, raw: [UInt8](repeating: 0x78, count: 40_000), compression: .zstd(level: 3))
      surgery.put(UInt32(1), at: surgery.section(0).lowerBound + 32 + 16)
      surgery.reseal(section: 0)
      return surgery.bytes
    }),
  InvalidVector(
    name: "segment-strings", fault: .limit, byteOffset: 248, requirement: "CF-41",
    sentence: "A dictionary segment of 65,537 strings.",
    bytes: coded { surgery, segment in
      surgery.put(UInt32(65_537), at: segment - 32 + 12)
      surgery.put(UInt32(65_537), at: segment + 24)
      surgery.reseal(section: 0)
    }),
]

private let dictionaryVectors: [InvalidVector] = [
  InvalidVector(
    name: "dictionary-same-strings", fault: .malformed, byteOffset: 64, requirement: "CF-38",
    sentence: "Two codes of one string.",
    bytes: coded { surgery, segment in
      surgery.bytes[Int(surgery.number(UInt64.self, at: segment)) + 1] = UInt8(ascii: "x")
      surgery.reseal(extentAt: segment, inSection: 0)
    }),
  InvalidVector(
    name: "ranks-out-of-order", fault: .malformed, byteOffset: 64, requirement: "CF-37",
    sentence: "Ranks are a permutation, but not the strings' order.",
    bytes: coded { surgery, segment in
      surgery.bytes[64] = UInt8(ascii: "z")
      surgery.reseal(extentAt: segment, inSection: 0)
    }),
]

private let pageVectors: [InvalidVector] = [
  InvalidVector(
    name: "page-flipped", fault: .checksum, byteOffset: 64, requirement: "CF-25",
    sentence: "A bit of a page is flipped.",
    bytes: changed { $0.bytes[64] ^= 1 }),
  InvalidVector(
    name: "page-padding", fault: .padding, byteOffset: 127, requirement: "CF-25",
    sentence: "Padding is not zero, the checksum right.",
    bytes: changed { surgery in
      surgery.bytes[127] = 1
      surgery.reseal(extentAt: record, inSection: 0)
    }),
  InvalidVector(
    name: "gap", fault: .malformed, byteOffset: 64, requirement: "CF-2", sentence: "64 bytes that belong to nothing.",
    bytes: {
      var surgery = try small()
      surgery.bytes.insert(contentsOf: [UInt8](repeating: 0, count: 64), at: 64)
      for entry in 0..<4 {
        let at = surgery.tailStart - 128 + entry * 32 + 8
        surgery.put(surgery.number(UInt64.self, at: at) + 64, at: at)
      }
      for field in [0, 24] {
        surgery.put(surgery.number(UInt64.self, at: surgery.tailStart + field) + 64, at: surgery.tailStart + field)
      }
      surgery.put(UInt64(128), at: record + 64)
      surgery.reseal(section: 0)
      return surgery.bytes
    }),
  InvalidVector(
    name: "value-outside-bounds", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A value of 15 above the maximum of 9.",
    bytes: integers(.packed(reference: 0, bitWidth: 4), [0xF0, 0x00])),
  InvalidVector(
    name: "runs-too-long", fault: .malformed, byteOffset: 64, requirement: "CF-30",
    sentence: "Runs of five rows for four.",
    bytes: integers(
      .runs(count: 2, values: .packed(reference: 0, bitWidth: 4), lengths: .packed(reference: 0, bitWidth: 4)),
      [0x21, 0x32])),
  InvalidVector(
    name: "runs-too-short", fault: .malformed, byteOffset: 64, requirement: "CF-30",
    sentence: "Runs of three rows for four.",
    bytes: integers(
      .runs(count: 2, values: .packed(reference: 0, bitWidth: 4), lengths: .packed(reference: 0, bitWidth: 4)),
      [0x21, 0x12])),
  InvalidVector(
    name: "runs-empty-run", fault: .malformed, byteOffset: 64, requirement: "CF-30", sentence: "A run of length zero.",
    bytes: integers(
      .runs(count: 2, values: .packed(reference: 0, bitWidth: 4), lengths: .packed(reference: 0, bitWidth: 4)),
      [0x21, 0x40])),
  InvalidVector(
    name: "patch-beyond-page", fault: .malformed, byteOffset: 64, requirement: "CF-46",
    sentence: "A patch at position four of four values.",
    bytes: integers(
      .patched(count: 1, base: .constant(1), positions: .packed(reference: 0, bitWidth: 8), values: .constant(2)), [4])),
  InvalidVector(
    name: "patches-not-ascending", fault: .malformed, byteOffset: 64, requirement: "CF-46",
    sentence: "Two patches at one position.",
    bytes: integers(
      .patched(count: 2, base: .constant(1), positions: .packed(reference: 0, bitWidth: 4), values: .constant(2)),
      [0x11])),
  InvalidVector(
    name: "integer-dictionary-code", fault: .malformed, byteOffset: 64, requirement: "CF-47",
    sentence: "Code 2 in a dictionary of two values.",
    bytes: integers(
      .dictionary(
        count: 2, values: .packed(reference: 0, bitWidth: 4), codes: .packed(reference: 0, bitWidth: 2)),
      [0x21, 0b10_01_00_00])),
  InvalidVector(
    name: "string-dictionary-code", fault: .malformed, byteOffset: 64, requirement: "CF-33",
    sentence: "Code 1 in a page's dictionary of one string.",
    bytes: {
      let values = ValuesEncoding.stringDictionary(
        count: 1, lengths: .constant(1), byteCount: 1, codes: .packed(reference: 0, bitWidth: 1))
      let encoding = PageEncoding(physical: .strings, values: values, validity: .allValid)
      return try crafted(.string, encoding, raw: [0x78, 0b0100]).bytes
    }),
  InvalidVector(
    name: "string-dictionary-too-long", fault: .limit, byteOffset: 64, requirement: "CF-41",
    sentence: "A string of 9,000 bytes in each of 131,072 rows: more than 1 GiB in a page.",
    bytes: {
      let values = ValuesEncoding.stringDictionary(
        count: 1, lengths: .constant(9_000), byteCount: 9_000, codes: .constant(0))
      let encoding = PageEncoding(physical: .strings, values: values, validity: .allValid)
      return try crafted(
        .string, encoding, raw: [UInt8](repeating: 0x78, count: 9_000), rowCount: 131_072, compression: .zstd(level: 3)
      ).bytes
    }),
  InvalidVector(
    name: "validity-beyond-rows", fault: .malformed, byteOffset: 64, requirement: "CF-34",
    sentence: "A validity bit past the last row.",
    bytes: {
      let encoding = PageEncoding(physical: .int64, values: .integers(.constant(3)), validity: .bits)
      return try crafted(
        .int64, encoding, raw: [0b10111], nullCount: 1, bounds: .integer(minimum: 3, maximum: 3, sum: 9)
      ).bytes
    }),
  InvalidVector(
    name: "validity-null-count", fault: .malformed, byteOffset: 64, requirement: "CF-22",
    sentence: "Two nulls where the footer has one.",
    bytes: {
      let encoding = PageEncoding(physical: .int64, values: .integers(.constant(3)), validity: .bits)
      return try crafted(
        .int64, encoding, raw: [0b0011], nullCount: 1, bounds: .integer(minimum: 3, maximum: 3, sum: 9)
      ).bytes
    }),
  InvalidVector(
    name: "code-beyond-dictionary", fault: .malformed, byteOffset: 64, requirement: "CF-36",
    sentence: "Code 3 in a dictionary of two strings.",
    bytes: {
      let encoding = PageEncoding(
        physical: .codes, values: .integers(.packed(reference: 0, bitWidth: 2)), validity: .allValid)
      return try crafted(.string, encoding, raw: [0b1100_0100], dictionary: ["x", "y"]).bytes
    }),
  InvalidVector(
    name: "ranks-not-a-permutation", fault: .malformed, byteOffset: 128, requirement: "CF-37",
    sentence: "Two strings of one rank.",
    bytes: {
      var surgery = try crafted(
        .string, PageEncoding(physical: .codes, values: .integers(.constant(0)), validity: .allValid), raw: [],
        dictionary: ["x", "y"])
      surgery.bytes[128] = 0
      let section = surgery.section(0).lowerBound
      let segmentTree = Int(surgery.number(UInt16.self, at: section + 32 + 30))
      surgery.reseal(extentAt: section + 32 + 32 + segmentTree, inSection: 0)
      return surgery.bytes
    }),
  InvalidVector(
    name: "strings-utf8", fault: .malformed, byteOffset: 64, requirement: "CF-33",
    sentence: "A string that is not UTF-8.",
    bytes: strings([2, 1], [0x61, 0xC3, 0x62])),
  InvalidVector(
    name: "strings-cut-character", fault: .malformed, byteOffset: 64, requirement: "CF-33",
    sentence: "A border inside a character.",
    bytes: strings([1, 1], Array("é".utf8))),
  InvalidVector(
    name: "strings-lengths", fault: .malformed, byteOffset: 64, requirement: "CF-33",
    sentence: "Lengths of 4 bytes in all for 3.",
    bytes: strings([2, 2], Array("abc".utf8))),
  InvalidVector(
    name: "strings-null-with-bytes", fault: .malformed, byteOffset: 64, requirement: "CF-35",
    sentence: "A null string that has bytes.",
    bytes: strings([1, 1], Array("ab".utf8), validity: .bits, nullCount: 1)),
  InvalidVector(
    name: "hash", fault: .malformed, byteOffset: 64, requirement: "CF-39",
    sentence: "The hash is not that of the values.",
    bytes: put(UInt64(0), atRecord: 44)),
]

/// A page that is right but for what the footer says of its values.
private func misdescribed(
  _ type: ColumnType, _ values: PageValues, dictionary: [String]? = nil, as bounds: PageStatistics.Bounds
) -> @Sendable () throws -> [UInt8] {
  {
    let table = Table(
      schema: Schema([Field(name: "a", type: type)]), chunks: [[ColumnPage(values: values)]],
      dictionaries: [dictionary.map { StringDictionary(entries: StringArray($0)) }])
    return try chunkFileBytes(of: table, compression: .none, bounds: { _ in bounds })
  }
}

private let boundsVectors: [InvalidVector] = [
  InvalidVector(
    name: "sum", fault: .malformed, byteOffset: 64, requirement: "CF-23", sentence: "A sum that is one too large.",
    bytes: misdescribed(.int64, .int64([1, 2, 4]), as: .integer(minimum: 1, maximum: 4, sum: 8))),
  InvalidVector(
    name: "bounds-wide", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A minimum that is no value.",
    bytes: misdescribed(.int64, .int64([1, 2, 4]), as: .integer(minimum: 0, maximum: 4, sum: 7))),
  InvalidVector(
    name: "bounds-float", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A double above the maximum.",
    bytes: misdescribed(.float64, .float64([1, 2, 4]), as: .float(minimum: 1, maximum: 3))),
  InvalidVector(
    name: "bounds-float-only-nan", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "Bounds where all values are NaN.",
    bytes: misdescribed(.float64, .float64([.nan, .nan]), as: .float(minimum: 1, maximum: 3))),
  InvalidVector(
    name: "bounds-strings", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A string above the upper bound.",
    bytes: misdescribed(
      .string, .strings(StringArray(["ab", "b"])), as: .string(minimum: [0x61], maximum: [0x61, 0x7A], exact: false))),
  InvalidVector(
    name: "bounds-strings-not-exact", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A minimum that claims to be a string of the page and is none.",
    bytes: misdescribed(
      .string, .strings(StringArray(["ab", "b"])), as: .string(minimum: [0x61], maximum: [0x62], exact: true))),
  InvalidVector(
    name: "bounds-codes", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A code whose string lies below the lower bound.",
    bytes: misdescribed(
      .string, .codes([0, 1, 2]), dictionary: ["m", "b", "z"],
      as: .string(minimum: [0x6D], maximum: [0x7A], exact: false))),
  InvalidVector(
    name: "bounds-codes-not-exact", fault: .malformed, byteOffset: 64, requirement: "CF-23",
    sentence: "A maximum that no row has, though the dictionary does.",
    bytes: misdescribed(
      .string, .codes([0, 1, 0]), dictionary: ["m", "b", "z"],
      as: .string(minimum: [0x62], maximum: [0x7A], exact: true))),
]
