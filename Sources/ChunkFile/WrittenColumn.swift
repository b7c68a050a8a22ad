// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

/// What the writer keeps of a column until the footer.
struct WrittenColumn {
  var records = ByteWriter()
  var dictionary: DictionaryIndex?
  var storedByteCount = 0
  /// Kinds of pages seen: physical type and scale.
  private var kinds: Set<[Int]> = []
  /// Per scale, the widest bounds of integer pages.
  private var ranges: [Int: ClosedRange<Int128>] = [:]
  private var codeLimit = 0

  mutating func add(_ page: EncodedPage, offset: Int) {
    add(page.record(offset: offset), codeLimit: page.codeLimit)
  }

  /// Adds a page by its record; its codes are less than `codeLimit`.
  mutating func add(_ record: PageRecord, codeLimit pageLimit: Int) {
    record.serialize(to: &records)
    storedByteCount += record.extent.paddedByteCount
    kinds.insert([Int(record.extent.encoding.physical.rawValue), record.scale])
    codeLimit = max(codeLimit, pageLimit)
    if case .integer(let minimum, let maximum, _) = record.bounds {
      let known = ranges[record.scale] ?? minimum...maximum
      ranges[record.scale] = min(known.lowerBound, minimum)...max(known.upperBound, maximum)
    }
  }

  /// Traps on pages that the column's type cannot hold.
  func check(_ field: Field, _ dictionary: StringDictionary?) {
    for kind in kinds {
      let physical = PhysicalType(rawValue: UInt8(kind[0]))
      precondition(
        physical.map { TypeRules.allows($0, scale: kind[1], in: field.type) } ?? false,
        "column \(field.name): a page of physical type \(kind[0]), scale \(kind[1]) in a column of type \(field.type)")
    }
    for (scale, range) in ranges {
      let bounds = PageStatistics.Bounds.integer(minimum: range.lowerBound, maximum: range.upperBound, sum: nil)
      precondition(
        TypeRules.rescaled(bounds, scale: scale, to: field.type) != nil,
        "column \(field.name): values \(range) of scale \(scale) do not fit \(field.type)")
    }
    precondition(codeLimit <= dictionary?.count ?? 0, "column \(field.name): codes past the dictionary")
    precondition(dictionary == nil || field.type == .string, "column \(field.name): a dictionary for \(field.type)")
  }
}
