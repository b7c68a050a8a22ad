// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import ChunkFile
@testable import Encodings

/// Any bytes, changed so that what lies behind the checksums of a chunk file is looked at.
///
/// Parts are found as far as their bytes make sense; where they do not, the rest stays as it is.
package struct Resealing {
  private var bytes: [UInt8]
  private let tailStart: Int

  /// `bytes` with right checksums. `repairingLayout`: also magic, sizes, the order of sections, and numbers that have to agree
  /// with others, so that inserted and removed bytes matter where they are and not only in the tail.
  package static func resealed(_ bytes: [UInt8], repairingLayout: Bool) -> [UInt8] {
    let least =
      Layout.headerByteCount + Layout.fixedSectionCount * Layout.directoryEntryByteCount + Layout.tailByteCount
    guard bytes.count >= least else { return bytes }
    var resealing = Resealing(bytes: bytes, tailStart: bytes.count - Layout.tailByteCount)
    if repairingLayout { resealing.repairEnds() }
    guard let directoryStart = resealing.directoryStart else {
      resealing.sealTail()
      return resealing.bytes
    }
    if repairingLayout { resealing.repairSections(directoryStart) }
    resealing.sealExtents(directoryStart, repairing: repairingLayout)
    resealing.sealSections(directoryStart)
    resealing.sealTail()
    return resealing.bytes
  }

  // MARK: numbers

  private func number<T: FixedWidthInteger>(_ type: T.Type = T.self, at offset: Int) -> T {
    (0..<T.bitWidth / 8).reversed().reduce(0) { $0 << 8 | T(truncatingIfNeeded: bytes[offset + $1]) }
  }

  private mutating func put<T: FixedWidthInteger>(_ value: T, at offset: Int) {
    for index in 0..<T.bitWidth / 8 { bytes[offset + index] = UInt8(truncatingIfNeeded: value >> T(8 * index)) }
  }

  private mutating func put(_ more: [UInt8], at offset: Int) {
    bytes.replaceSubrange(offset..<offset + more.count, with: more)
  }

  private var columnCount: Int { Int(number(UInt32.self, at: tailStart + 40)) }
  private var chunkCount: Int { Int(number(UInt32.self, at: tailStart + 44)) }

  /// Where the directory must start for so many columns; nil if they do not fit.
  private var directoryStart: Int? {
    let start = tailStart - (columnCount + Layout.fixedSectionCount) * Layout.directoryEntryByteCount
    return start >= Layout.headerByteCount ? start : nil
  }

  private func entry(_ index: Int, _ directoryStart: Int) -> Int {
    directoryStart + index * Layout.directoryEntryByteCount
  }

  /// Bytes of a section; nil where its entry leads outside the file.
  private func section(_ index: Int, _ directoryStart: Int) -> Range<Int>? {
    let offset = number(UInt64.self, at: entry(index, directoryStart) + 8)
    let size = number(UInt64.self, at: entry(index, directoryStart) + 16)
    guard offset <= UInt64(directoryStart), size <= UInt64(directoryStart) - offset else { return nil }
    return Int(offset)..<Int(offset + size)
  }

  // MARK: layout

  private mutating func repairEnds() {
    put(Layout.headerFields, at: 0)
    put(UInt64(bytes.count), at: tailStart + 24)
    put(UInt64(0), at: tailStart + 48)
    put(Layout.headerFields, at: tailStart + 64)
    put(Layout.endMagic, at: tailStart + 88)
  }

  /// Sections keep their sizes and end where the directory starts; the first one begins where it says.
  private mutating func repairSections(_ directoryStart: Int) {
    let kinds: [SectionKind] = [.metadata, .chunkRows, .schema]
    var end = directoryStart
    for index in (0..<columnCount + kinds.count).reversed() {
      let entry = entry(index, directoryStart)
      let kind = index < columnCount ? SectionKind.column : kinds[index - columnCount]
      put(kind.rawValue, at: entry)
      put(UInt16(0), at: entry + 2)
      put(UInt32(index < columnCount ? index : 0), at: entry + 4)
      let stated = number(UInt64.self, at: entry + 8)
      let isFirst = index == 0 && stated % UInt64(Layout.alignment) == 0 && stated <= UInt64(end)
      let size = isFirst ? end - Int(stated) : Int(min(number(UInt64.self, at: entry + 16), UInt64(end)))
      end -= size
      put(UInt64(end), at: entry + 8)
      put(UInt64(size), at: entry + 16)
    }
    put(UInt64(directoryStart), at: tailStart)
    put(UInt64(tailStart - directoryStart), at: tailStart + 8)
    if let rows = section(columnCount + 1, directoryStart), rows.count == chunkCount * 4 {
      let total = (0..<chunkCount).reduce(UInt64(0)) {
        $0 + UInt64(number(UInt32.self, at: rows.lowerBound + 4 * $1))
      }
      put(total, at: tailStart + 32)
    }
  }

  // MARK: checksums

  private mutating func sealTail() { put(checksum(Array(bytes[tailStart..<tailStart + 80])), at: tailStart + 80) }

  private mutating func sealSections(_ directoryStart: Int) {
    for index in 0..<columnCount + Layout.fixedSectionCount {
      guard let section = section(index, directoryStart) else { continue }
      put(checksum(Array(bytes[section])), at: entry(index, directoryStart) + 24)
    }
    put(checksum(Array(bytes[directoryStart..<tailStart])), at: tailStart + 16)
  }

  private mutating func sealExtents(_ directoryStart: Int, repairing: Bool) {
    let rows = section(columnCount + 1, directoryStart)
    for column in 0..<columnCount {
      guard let section = section(column, directoryStart), section.count >= 32 else { continue }
      let start = section.lowerBound
      if repairing {
        put(UInt32(column), at: start)
        put(UInt32(chunkCount), at: start + 4)
      }
      let segmentCount = Int(number(UInt32.self, at: start + 8))
      let hasRanks = number(UInt32.self, at: start + 12) > 0 && number(UInt64.self, at: start + 24) == 1
      var position = start + 32
      var segment = 0
      while segment < segmentCount + (hasRanks ? 1 : 0), let next = sealExtent(position, section.upperBound) {
        position = next
        segment += 1
      }
      var chunk = 0
      while let next = sealExtent(position, section.upperBound) {
        if repairing, let rows, 4 * (chunk + 1) <= rows.count {
          put(number(UInt32.self, at: rows.lowerBound + 4 * chunk), at: position + 24)
        }
        guard let after = afterPageRecord(position, next, section.upperBound) else { break }
        position = after
        chunk += 1
      }
    }
  }

  /// Makes the checksum of the extent whose record starts at `record` right; where the record ends, nil if it does not.
  private mutating func sealExtent(_ record: Int, _ end: Int) -> Int? {
    guard record + 32 <= end else { return nil }
    let next = record + 32 + Int(number(UInt16.self, at: record + 30))
    guard next <= end else { return nil }
    let offset = number(UInt64.self, at: record)
    let size = Layout.padded(Int(number(UInt32.self, at: record + 16)))
    if size > 0, offset <= UInt64(bytes.count), size <= bytes.count - Int(offset) {
      put(checksum(Array(bytes[Int(offset)..<Int(offset) + size])), at: record + 8)
    }
    return next
  }

  /// Where the page record at `record`, whose extent record ends at `start`, ends.
  private func afterPageRecord(_ record: Int, _ start: Int, _ end: Int) -> Int? {
    var position = start + 24
    guard position <= end else { return nil }
    var numbers = 0
    switch bytes[start + 5] {
    case 1: numbers = 2
    case 2: numbers = 3
    case 3: position += 16
    case 4, 5:
      for _ in 0..<2 {
        guard position < end else { return nil }
        position += 1 + Int(bytes[position])
      }
    default: break
    }
    while numbers > 0 {
      guard position < end else { return nil }
      if bytes[position] < 0x80 { numbers -= 1 }
      position += 1
    }
    if bytes[record + 29] == PhysicalType.float64.rawValue { position += 5 }
    return position <= end ? position : nil
  }
}
