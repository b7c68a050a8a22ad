// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnPage {
  /// The rows of `pages`, all of one column of type `type`, one page after the other.
  ///
  /// Codes stay codes if all pages that have values have them; beside plain strings they become such. Precondition: strings of all
  /// pages together stay under 4 GiB; `dictionary` is there for codes. O(rows + bytes of strings).
  package init(concatenating pages: [ColumnPage], type: ColumnType, dictionary: StringDictionary?) {
    if pages.count == 1 {
      self = pages[0]
      return
    }
    let rowCount = pages.reduce(0) { $0 + $1.rowCount }
    let validity = Validity(concatenating: pages.map { ($0.validity, $0.rowCount) })
    guard validity != .allNull, rowCount > 0 else {
      self.init(nullRows: rowCount, type: type)
      return
    }
    self.init(
      values: concatenatedValues(pages, rowCount: rowCount, type: type, dictionary: dictionary), validity: validity)
  }
}

private func concatenatedValues(
  _ pages: [ColumnPage], rowCount: Int, type: ColumnType, dictionary: StringDictionary?
) -> PageValues {
  switch type {
  case .string:
    let isPlain = pages.contains { if case .strings = $0.values { $0.validity != .allNull } else { false } }
    return isPlain ? .strings(strings(of: pages, dictionary)) : .codes(codes(of: pages, rowCount))
  case .float64:
    var all: [Double] = []
    all.reserveCapacity(rowCount)
    for page in pages { if case .float64(let values) = page.values { all += values } }
    return .float64(all)
  case _ where type.isWide:
    var all: [Int128] = []
    all.reserveCapacity(rowCount)
    for page in pages {
      switch page.values {
      case .int128(let values): all += values
      case .int64(let values): all += values.lazy.map { Int128($0) }
      default: preconditionFailure("no integers in a column of type \(type)")
      }
    }
    return .int128(all)
  default:
    var all: [Int64] = []
    all.reserveCapacity(rowCount)
    for page in pages { if case .int64(let values) = page.values { all += values } }
    return .int64(all)
  }
}

/// Codes of pages that have codes, or nulls only.
private func codes(of pages: [ColumnPage], _ rowCount: Int) -> [UInt32] {
  var all: [UInt32] = []
  all.reserveCapacity(rowCount)
  for page in pages {
    if case .codes(let values) = page.values {
      all += values
    } else {
      all += repeatElement(0, count: page.rowCount)
    }
  }
  return all
}

private func strings(of pages: [ColumnPage], _ dictionary: StringDictionary?) -> StringArray {
  var all = StringArray(reservingStrings: pages.reduce(0) { $0 + $1.rowCount })
  for page in pages { if case .strings(let own) = page.withPlainStrings(dictionary).values { all.append(own) } }
  return all
}

extension StringArray {
  /// Adds all strings of `other`. Precondition: all bytes together stay under 4 GiB. O(strings + bytes).
  package mutating func append(_ other: StringArray) {
    let base = UInt32(bytes.count)
    append(offsets: other.offsets.dropFirst().lazy.map { $0 + base }, bytes: other.bytes)
  }
}

extension Validity {
  /// Validity of parts, one after the other. O(rows / 64) a part.
  package init(concatenating parts: [(validity: Validity, rowCount: Int)]) {
    let rowCount = parts.reduce(0) { $0 + $1.rowCount }
    if parts.allSatisfy({ $0.validity == .allValid }) {
      self = .allValid
      return
    }
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    var position = 0
    for part in parts {
      for index in 0..<(part.rowCount + 63) / 64 {
        let used = min(64, part.rowCount - index * 64)
        let mask: UInt64 = used == 64 ? .max : 1 << UInt64(used) - 1
        let bits: UInt64 =
          switch part.validity {
          case .allValid: mask
          case .allNull: 0
          case .bits(let own): own[index] & mask
          }
        let shift = UInt64(position & 63)
        words[position >> 6] |= bits << shift
        if shift > 0, Int(shift) + used > 64 { words[position >> 6 + 1] |= bits >> (64 - shift) }
        position += used
      }
    }
    self.init(words: words, rowCount: rowCount)
  }
}
