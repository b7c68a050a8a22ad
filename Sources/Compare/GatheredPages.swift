// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension ColumnPage {
  /// The values of `rows`, in that order; -1 stands for null. Codes become plain strings.
  ///
  /// Precondition: other rows lie within the page. O(rows + their bytes).
  func gathering(_ rows: [Int32], dictionary: StringDictionary?) -> ColumnPage {
    var words = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
    for (position, row) in rows.enumerated() where row >= 0 && validity.isValid(Int(row)) {
      words[position >> 6] |= 1 << UInt64(position & 63)
    }
    let gathered: PageValues =
      switch values {
      case .int64(let values): .int64(rows.map { $0 < 0 ? 0 : values[Int($0)] })
      case .int128(let values): .int128(rows.map { $0 < 0 ? 0 : values[Int($0)] })
      case .float64(let values): .float64(rows.map { $0 < 0 ? 0 : values[Int($0)] })
      case .codes(let codes):
        .strings(
          strings(
            dictionary?.entries ?? StringArray(),
            rows.map { $0 < 0 || !validity.isValid(Int($0)) ? -1 : Int(codes[Int($0)]) }))
      case .strings(let texts): .strings(strings(texts, rows.map(Int.init)))
      }
    return ColumnPage(values: gathered, validity: Validity(words: words, rowCount: rows.count))
  }
}

/// The strings at `positions`; -1 stands for an empty one.
private func strings(_ texts: StringArray, _ positions: [Int]) -> StringArray {
  var result = StringArray(reservingStrings: positions.count)
  for position in positions {
    if position < 0 {
      result.append(utf8: [])
    } else {
      texts.withUTF8(position) { result.append($0) }
    }
  }
  return result
}

/// Rows of several pages, none of them codes, in an order of their own.
struct PagesInParts: Sendable {
  private let parts: [ColumnPage]
  /// Per row in the wanted order: its part, and its row there.
  private let places: [(part: Int32, row: Int32)]

  /// `order[i]` says which row in the wanted order row `i` of all parts together is.
  init(parts: [ColumnPage], order: [UInt32]) {
    var places = [(part: Int32, row: Int32)](repeating: (0, 0), count: order.count)
    var next = 0
    for (part, page) in parts.enumerated() {
      for row in 0..<page.rowCount {
        places[Int(order[next])] = (Int32(part), Int32(row))
        next += 1
      }
    }
    self.parts = parts
    self.places = places
  }

  /// The values at `positions` of the wanted order; -1 stands for null.
  func gathering(_ positions: [Int32], type: ColumnType) -> ColumnPage {
    let found = positions.map { position -> (page: ColumnPage, row: Int)? in
      guard position >= 0 else { return nil }
      let place = places[Int(position)]
      let page = parts[Int(place.part)]
      return page.validity.isValid(Int(place.row)) ? (page, Int(place.row)) : nil
    }
    var words = [UInt64](repeating: 0, count: (found.count + 63) / 64)
    for (row, value) in found.enumerated() where value != nil { words[row >> 6] |= 1 << UInt64(row & 63) }
    let values: PageValues
    switch type {
    case .float64:
      values = .float64(
        found.map { if case .float64(let values) = $0?.page.values { values[$0?.row ?? 0] } else { 0 } })
    case .string:
      var texts = StringArray(reservingStrings: found.count)
      for value in found {
        if let value, case .strings(let strings) = value.page.values {
          strings.withUTF8(value.row) { texts.append($0) }
        } else {
          texts.append(utf8: [])
        }
      }
      values = .strings(texts)
    case _ where type.isWide:
      values = .int128(found.map { if case .int128(let values) = $0?.page.values { values[$0?.row ?? 0] } else { 0 } })
    default:
      values = .int64(found.map { if case .int64(let values) = $0?.page.values { values[$0?.row ?? 0] } else { 0 } })
    }
    return ColumnPage(values: values, validity: Validity(words: words, rowCount: found.count))
  }
}
