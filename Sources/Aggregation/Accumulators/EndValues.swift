// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Which end of the rows is kept.
enum RowEnd: Sendable {
  case first
  case last
}

/// The value of each group's first or last row that has one, by the rows' places among all inputs.
final class EndValues<Number: PlainNumber>: Accumulator {
  private let flip: Int64
  private let images: ValueImages<Number>
  /// Places of the values kept, complemented for the last; the greatest integer where there is none.
  private var places: [Int64] = []
  private var kept: [Number] = []

  init(_ end: RowEnd, _ type: ColumnType) {
    flip = end == .first ? 0 : -1
    images = ValueImages(type, keepsBits: true)
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    grow(to: rows.groupCount)
    let numbers = images.numbers(of: page, dictionary)
    numbers.withUnsafeBufferPointer { numbers in
      withValidityBits(page) { validity in
        places.withUnsafeMutableBufferPointer { places in
          kept.withUnsafeMutableBufferPointer { kept in
            func keep(_ chosen: UnsafeBufferPointer<UInt32>?) {
              Number.keepFirst(
                numbers, firstPlace: rows.places.firstPlace, rows: chosen, flip: flip, groups: rows.groups,
                validity: validity, places: places, in: kept)
            }
            if let chosen = rows.places.rows { chosen.withUnsafeBufferPointer(keep) } else { keep(nil) }
          }
        }
      }
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? EndValues<Number> else { preconditionFailure("accumulators of two kinds") }
    grow(to: groupCount)
    let renumbered = images.numbers(ofAll: other.images)
    for (group, place) in other.places.enumerated() where place < places[Int(groups[group])] {
      places[Int(groups[group])] = place
      kept[Int(groups[group])] = renumbered.map { $0[Int(other.kept[group])] } ?? other.kept[group]
    }
  }

  /// One value per group; what groups without values hold means nothing.
  func values(groupCount: Int) -> (values: PageValues, dictionary: StringDictionary?) {
    grow(to: groupCount)
    let decoder = images.decoder()
    return (decoder.values(kept), decoder.dictionary)
  }

  private func grow(to groupCount: Int) {
    places.grow(to: groupCount, with: .max)
    kept.grow(to: groupCount, with: 0)
  }
}
