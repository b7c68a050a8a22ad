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
final class EndValues: Accumulator {
  // One of the two; see ``TopValues``.
  private var narrow: EndSlots<Int64>?
  private var wide: EndSlots<Int128>?

  init(_ end: RowEnd, _ type: ColumnType) {
    if type.isWide { wide = EndSlots(end, type) } else { narrow = EndSlots(end, type) }
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    narrow?.add(page, dictionary, rows)
    wide?.add(page, dictionary, rows)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? EndValues else { preconditionFailure("accumulators of two kinds") }
    if let theirs = other.narrow { narrow?.merge(theirs, groups: groups, groupCount: groupCount) }
    if let theirs = other.wide { wide?.merge(theirs, groups: groups, groupCount: groupCount) }
  }

  /// Takes in values, a row each, that stood at these places among all rows. Returns a row whose place its group knows already; nil if there is
  /// none.
  func add(_ page: ColumnPage, places: [Int64], groups: [UInt32], groupCount: Int) -> Int? {
    if wide != nil { return wide?.add(page, places: places, groups: groups, groupCount: groupCount) }
    return narrow?.add(page, places: places, groups: groups, groupCount: groupCount)
  }

  /// The place of each group's value; what groups without values hold means nothing.
  func places(groupCount: Int) -> [Int64] { narrow?.places(groupCount) ?? wide?.places(groupCount) ?? [] }

  /// One value per group; what groups without values hold means nothing.
  func values(groupCount: Int) -> (values: PageValues, dictionary: StringDictionary?) {
    guard let values = narrow?.values(groupCount: groupCount) ?? wide?.values(groupCount: groupCount) else {
      preconditionFailure("narrow or wide values")
    }
    return values
  }
}

/// The values of all groups.
private struct EndSlots<Number: PlainNumber> {
  private let flip: Int64
  private let images: ValueImages<Number>
  /// Places of the values kept, complemented for the last; the greatest integer where there is none.
  private var keptPlaces: [Int64] = []
  private var kept: [Number] = []

  init(_ end: RowEnd, _ type: ColumnType) {
    flip = end == .first ? 0 : -1
    images = ValueImages(type, keepsBits: true)
  }

  mutating func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    grow(to: rows.groupCount)
    let numbers = images.numbers(of: page, dictionary)
    numbers.withUnsafeBufferPointer { numbers in
      withValidityBits(page) { validity in
        let flip = flip
        keptPlaces.withUnsafeMutableBufferPointer { places in
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

  mutating func merge(_ other: EndSlots, groups: [UInt32], groupCount: Int) {
    grow(to: groupCount)
    let renumbered = images.numbers(ofAll: other.images)
    for (group, place) in other.keptPlaces.enumerated() where place < keptPlaces[Int(groups[group])] {
      keptPlaces[Int(groups[group])] = place
      kept[Int(groups[group])] = renumbered.map { $0[Int(other.kept[group])] } ?? other.kept[group]
    }
  }

  mutating func add(_ page: ColumnPage, places: [Int64], groups: [UInt32], groupCount: Int) -> Int? {
    grow(to: groupCount)
    let numbers = images.numbers(of: page, nil)
    var twice: Int?
    for (row, group) in groups.enumerated() where page.validity.isValid(row) {
      let place = places[row] ^ flip
      if place == keptPlaces[Int(group)] { twice = row }
      guard place < keptPlaces[Int(group)] else { continue }
      keptPlaces[Int(group)] = place
      kept[Int(group)] = numbers[row]
    }
    return twice
  }

  func places(_ groupCount: Int) -> [Int64] {
    var places = keptPlaces.map { $0 ^ flip }
    places.grow(to: groupCount, with: 0)
    return places
  }

  mutating func values(groupCount: Int) -> (values: PageValues, dictionary: StringDictionary?) {
    grow(to: groupCount)
    let decoder = images.decoder()
    return (decoder.values(kept), decoder.dictionary)
  }

  private mutating func grow(to groupCount: Int) {
    keptPlaces.grow(to: groupCount, with: .max)
    kept.grow(to: groupCount, with: 0)
  }
}
