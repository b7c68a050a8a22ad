// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

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
