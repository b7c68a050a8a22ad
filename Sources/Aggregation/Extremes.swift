// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Which end of the order is kept.
enum Extreme: Sendable {
  case minimum
  case maximum
}

/// Least or greatest values of columns held as Int64 or Double (as integers of the same order).
final class IntegerExtremes: Accumulator {
  /// Per group; groups without a value hold the order's other end.
  private var kept: [Int64] = []
  private var ordered: [Int64] = []
  private let extreme: Extreme
  private var none: Int64 { extreme == .minimum ? .max : .min }

  init(_ extreme: Extreme) { self.extreme = extreme }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    kept.grow(to: rows.groupCount, with: none)
    switch page.values {
    case .int64(let values): add(values, page, rows)
    case .float64(let values):
      ordered.removeAll(keepingCapacity: true)
      for value in values { ordered.append(orderedBits(value)) }
      add(ordered, page, rows)
    default: preconditionFailure("integers or doubles expected")
    }
  }

  private func add(_ values: [Int64], _ page: ColumnPage, _ rows: GroupedRows) {
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        kept.withUnsafeMutableBufferPointer { kept in
          switch extreme {
          case .minimum: minima(values, groups: rows.groups, validity: validity, into: kept)
          case .maximum: maxima(values, groups: rows.groups, validity: validity, into: kept)
          }
        }
      }
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? IntegerExtremes else { preconditionFailure("accumulators of two kinds") }
    kept.grow(to: groupCount, with: none)
    for (group, value) in other.kept.enumerated() {
      let target = Int(groups[group])
      kept[target] = extreme == .minimum ? min(kept[target], value) : max(kept[target], value)
    }
  }

  /// One value per group, as integers that order like the values; what groups without values hold means nothing.
  func extremes(groupCount: Int) -> [Int64] {
    var kept = kept
    kept.grow(to: groupCount, with: none)
    return kept
  }
}

/// Least or greatest values of columns held as Int128.
final class WideExtremes: Accumulator {
  private var kept: [Int128] = []
  private let extreme: Extreme
  private var none: Int128 { extreme == .minimum ? .max : .min }

  init(_ extreme: Extreme) { self.extreme = extreme }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .int128(let values) = page.values else { preconditionFailure("wide integers expected") }
    kept.grow(to: rows.groupCount, with: none)
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        kept.withUnsafeMutableBufferPointer { kept in
          switch extreme {
          case .minimum: minima(values, groups: rows.groups, validity: validity, into: kept)
          case .maximum: maxima(values, groups: rows.groups, validity: validity, into: kept)
          }
        }
      }
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? WideExtremes else { preconditionFailure("accumulators of two kinds") }
    kept.grow(to: groupCount, with: none)
    for (group, value) in other.kept.enumerated() {
      let target = Int(groups[group])
      kept[target] = extreme == .minimum ? min(kept[target], value) : max(kept[target], value)
    }
  }

  /// One value per group; what groups without values hold means nothing.
  func extremes(groupCount: Int) -> [Int128] {
    var kept = kept
    kept.grow(to: groupCount, with: none)
    return kept
  }
}

/// Least or greatest strings by UTF-8 bytes: ranks within each dictionary met, and bytes for plain strings.
final class StringExtremes: Accumulator {
  private struct Ranked {
    let dictionary: StringDictionary
    /// Per group: rank of the string kept, or `none`.
    var kept: [Int64]
  }

  private var ranked: [Ranked] = []
  private var plain: [[UInt8]?] = []
  private var ranksOfRows: [Int64] = []
  private let extreme: Extreme
  private var none: Int64 { extreme == .minimum ? .max : .min }

  init(_ extreme: Extreme) { self.extreme = extreme }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    switch page.values {
    case .codes(let codes):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      let ranks = dictionary.ranks
      ranksOfRows.removeAll(keepingCapacity: true)
      for (row, code) in codes.enumerated() {
        ranksOfRows.append(page.validity.isValid(row) ? Int64(ranks[Int(code)]) : 0)
      }
      let index = position(of: dictionary)
      ranked[index].kept.grow(to: rows.groupCount, with: none)
      ranksOfRows.withUnsafeBufferPointer { values in
        withValidityBits(page) { validity in
          ranked[index].kept.withUnsafeMutableBufferPointer { kept in
            switch extreme {
            case .minimum: minima(values, groups: rows.groups, validity: validity, into: kept)
            case .maximum: maxima(values, groups: rows.groups, validity: validity, into: kept)
            }
          }
        }
      }
    case .strings(let strings):
      plain.grow(to: rows.groupCount, with: nil)
      strings.bytes.withUnsafeBytes { bytes in
        for row in 0..<strings.count where page.validity.isValid(row) {
          keep(UnsafeRawBufferPointer(rebasing: bytes[strings.range(row)]), Int(rows.groups[row]))
        }
      }
    default: preconditionFailure("strings expected")
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? StringExtremes else { preconditionFailure("accumulators of two kinds") }
    for theirs in other.ranked {
      let index = position(of: theirs.dictionary)
      ranked[index].kept.grow(to: groupCount, with: none)
      for (group, rank) in theirs.kept.enumerated() {
        let target = Int(groups[group])
        let kept = ranked[index].kept[target]
        ranked[index].kept[target] = extreme == .minimum ? min(kept, rank) : max(kept, rank)
      }
    }
    plain.grow(to: groupCount, with: nil)
    for (group, text) in other.plain.enumerated() {
      text?.withUnsafeBytes { keep($0, Int(groups[group])) }
    }
  }

  /// One string per group, empty for groups without values.
  func extremes(groupCount: Int) -> StringArray {
    plain.grow(to: groupCount, with: nil)
    for each in ranked {
      var codes = [UInt32](repeating: 0, count: each.dictionary.count)
      for (code, rank) in each.dictionary.ranks.enumerated() { codes[Int(rank)] = UInt32(code) }
      for (group, rank) in each.kept.enumerated() where rank != none {
        each.dictionary.entries.withUTF8(Int(codes[Int(rank)])) { keep($0, group) }
      }
    }
    ranked = []
    var strings = StringArray(reservingStrings: groupCount)
    for text in plain.prefix(groupCount) { strings.append(utf8: text ?? []) }
    return strings
  }

  private func keep(_ text: UnsafeRawBufferPointer, _ group: Int) {
    if let kept = plain[group] {
      let better =
        extreme == .minimum ? text.lexicographicallyPrecedes(kept) : kept.lexicographicallyPrecedes(text)
      guard better else { return }
    }
    plain[group] = Array(text)
  }

  private func position(of dictionary: StringDictionary) -> Int {
    if let known = ranked.firstIndex(where: { $0.dictionary === dictionary }) { return known }
    ranked.append(Ranked(dictionary: dictionary, kept: []))
    return ranked.count - 1
  }
}
