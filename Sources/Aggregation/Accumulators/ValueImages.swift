// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Kernels

/// How a column's values are kept as integers: doubles as integers of the same order (or as their bits), strings as numbers of this
/// worker's own.
final class ValueImages<Number: PlainNumber> {
  let type: ColumnType
  /// True: doubles are their bits, -0.0 included, and have no order.
  private let keepsBits: Bool
  /// Numbers of the strings met.
  private let strings: KeyNumbering?

  init(_ type: ColumnType, keepsBits: Bool = false) {
    self.type = type
    self.keepsBits = keepsBits
    strings = type == .string ? KeyNumbering(types: [.string]) : nil
  }

  /// One number per row; those of null rows mean nothing.
  func numbers(of page: ColumnPage, _ dictionary: StringDictionary?) -> [Number] {
    switch page.values {
    case .float64(let values):
      keepsBits
        ? values.map { Number(truncatingIfNeeded: $0.bitPattern) } : values.map { Number(orderedBits($0)) }
    case .codes, .strings: stringNumbers([page], [dictionary]).map { Number($0) }
    case .int64, .int128: Number.numbers(of: page.values)
    }
  }

  /// The numbers here of another worker's strings: its number `n` is `numbers[n]`. nil where numbers are values.
  func numbers(ofAll other: ValueImages) -> [Number]? {
    guard let theirs = other.strings, theirs.count > 0 else { return nil }
    let keys = theirs.keys()
    return stringNumbers(keys.pages, keys.dictionaries).map { Number($0) }
  }

  /// Makes columns of numbers.
  func decoder() -> ImageDecoder<Number> {
    guard let strings else { return ImageDecoder(type: type, keepsBits: keepsBits, dictionary: nil, codes: []) }
    let keys = strings.keys()
    guard case .codes(let codes) = keys.pages[0].values, let dictionary = keys.dictionaries[0] else {
      return ImageDecoder(
        type: type, keepsBits: keepsBits, dictionary: StringDictionary(entries: StringArray()), codes: [])
    }
    return ImageDecoder(type: type, keepsBits: keepsBits, dictionary: dictionary, codes: codes)
  }

  private func stringNumbers(_ pages: [ColumnPage], _ dictionaries: [StringDictionary?]) -> [UInt32] {
    var numbers: [UInt32] = []
    strings?.number(pages, dictionaries: dictionaries, into: &numbers)
    return numbers
  }
}

/// What numbers of ``ValueImages`` stand for.
struct ImageDecoder<Number: PlainNumber>: Sendable {
  let type: ColumnType
  let keepsBits: Bool
  /// Of strings.
  let dictionary: StringDictionary?
  /// Of strings: the code of each number.
  let codes: [UInt32]

  /// The values as a page holds them; slots of rows without a value may be 0.
  func values(_ numbers: [Number]) -> PageValues {
    switch type {
    case .string: .codes(numbers.map { codes.isEmpty ? 0 : codes[Int($0)] })
    case .float64:
      .float64(
        numbers.map {
          keepsBits ? Double(bitPattern: UInt64(truncatingIfNeeded: $0)) : doubleOfOrderedBits(Int64($0))
        })
    case _ where type.isWide: .int128(numbers.map { Int128($0) })
    default: .int64(numbers.map { Int64($0) })
    }
  }

  /// Of strings, the rank of each number in the order of bytes; nil of other types.
  var ranks: [Number]? {
    guard let ranks = dictionary?.ranks else { return nil }
    return codes.map { Number(ranks[Int($0)]) }
  }

  /// The values of numbers, or of strings' ranks.
  func values(unranking numbers: [Number]) -> (values: PageValues, dictionary: StringDictionary?) {
    guard let ranks, !ranks.isEmpty else { return (values(numbers), dictionary) }
    var numbersOfRanks = [Number](repeating: 0, count: ranks.count)
    for (number, rank) in ranks.enumerated() { numbersOfRanks[Int(rank)] = Number(number) }
    return (values(numbers.map { numbersOfRanks[Int($0)] }), dictionary)
  }
}
