// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

@testable import ChunkFile

/// Changes bytes of a file and makes the checksums right again, so that a rule behind the checksums is what breaks.
struct Surgery {
  var bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var tailStart: Int { bytes.count - Layout.tailByteCount }
  var directoryStart: Int { Int(number(UInt64.self, at: tailStart)) }
  var columnCount: Int { Int(number(UInt32.self, at: tailStart + 40)) }

  func number<T: FixedWidthInteger>(_ type: T.Type, at offset: Int) -> T {
    var value: T = 0
    for index in (0..<T.bitWidth / 8).reversed() { value = value << 8 | T(truncatingIfNeeded: bytes[offset + index]) }
    return value
  }

  mutating func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    withUnsafeBytes(of: value.littleEndian) { source in
      for (index, byte) in source.enumerated() { bytes[offset + index] = byte }
    }
  }

  /// Bytes of a section: columns first, then metadata, chunk rows, schema.
  func section(_ index: Int) -> Range<Int> {
    let entry = directoryStart + index * Layout.directoryEntryByteCount
    let offset = Int(number(UInt64.self, at: entry + 8))
    return offset..<offset + Int(number(UInt64.self, at: entry + 16))
  }

  var metadataSection: Range<Int> { section(columnCount) }
  var chunkRowsSection: Range<Int> { section(columnCount + 1) }
  var schemaSection: Range<Int> { section(columnCount + 2) }

  mutating func resealTail() { put(checksum(Array(bytes[tailStart..<tailStart + 80])), at: tailStart + 80) }

  mutating func resealDirectory() {
    put(checksum(Array(bytes[directoryStart..<tailStart])), at: tailStart + 16)
    resealTail()
  }

  mutating func reseal(section index: Int) {
    let entry = directoryStart + index * Layout.directoryEntryByteCount
    put(checksum(Array(bytes[section(index)])), at: entry + 24)
    resealDirectory()
  }

  /// Makes the checksum of the extent whose record starts at file offset `record` right.
  mutating func reseal(extentAt record: Int, inSection index: Int) {
    let offset = Int(number(UInt64.self, at: record))
    let size = Layout.padded(Int(number(UInt32.self, at: record + 16)))
    put(checksum(Array(bytes[offset..<offset + size])), at: record + 8)
    reseal(section: index)
  }
}
