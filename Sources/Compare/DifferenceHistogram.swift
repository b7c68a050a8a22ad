// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// How many values of a column changed by how much: counts of compare less source by steps 1, 2, 5, 10, 20, … up and down.
///
/// The steps are always the same, so that histograms of parts of the rows add up to that of all.
public struct DifferenceHistogram: Sendable, Equatable {
  /// Where steps begin: 1e-15, 2e-15, 5e-15, … 1e18. Less is in step 0; step `i` holds differences from `bounds[i - 1]` to below `bounds[i]`.
  public static let bounds: [Double] = {
    // Of numbers that doubles hold exactly, so that each is the double nearest to the step's decimal.
    let steps: [Double] = (-15..<18).flatMap { exponent in
      [1.0, 2.0, 5.0].map { exponent < 0 ? $0 / exactPowersOfTen[-exponent] : $0 * exactPowersOfTen[exponent] }
    }
    return steps + [exactPowersOfTen[18]]
  }()

  /// Rows by step in which the other table's number is greater.
  public private(set) var up = [Int](repeating: 0, count: bounds.count + 1)
  /// Rows by step in which it is smaller.
  public private(set) var down = [Int](repeating: 0, count: bounds.count + 1)

  /// Nothing counted yet.
  public init() {}

  /// Rows counted.
  public var rowCount: Int { up.reduce(0, +) + down.reduce(0, +) }

  /// Counts a difference; neither zero nor NaN.
  mutating func add(_ difference: Double) {
    guard difference != 0, !difference.isNaN else { return }
    var (low, high) = (0, Self.bounds.count)
    while low < high {
      let middle = (low + high) / 2
      if Self.bounds[middle] <= difference.magnitude { low = middle + 1 } else { high = middle }
    }
    if difference > 0 { up[low] += 1 } else { down[low] += 1 }
  }

  /// Adds the counts of other rows.
  public mutating func add(_ other: DifferenceHistogram) {
    for step in up.indices {
      up[step] += other.up[step]
      down[step] += other.down[step]
    }
  }

  /// Counts, for each of `columns`, the rows of both tables in which it differs and has two numbers: `rows`, the differing ones, has the columns of
  /// `layout`.
  ///
  /// Differences of integers and decimals are exact, then rounded once. Precondition: the columns have numbers on both sides. O(rows x
  /// columns), a chunk of a column at a time.
  package static func histograms(
    ofColumns columns: [Int], _ rows: any TableSource, _ layout: DifferingRowLayout
  ) throws -> [DifferenceHistogram] {
    let lists = ColumnLists(layout)
    // Of the lists that came so far, which there are few of, the columns that they name.
    var known: [String: Set<Int>] = [:]
    var histograms = columns.map { _ in DifferenceHistogram() }
    for chunk in 0..<rows.chunkCount {
      let page = try rows.page(column: layout.changePosition + 1, chunk: chunk)
      let dictionary = try rows.dictionary(column: layout.changePosition + 1)
      var differing = columns.map { _ in [UInt32]() }
      for row in 0..<page.rowCount {
        guard case .string(let list) = page.value(at: row, type: .string, dictionary: dictionary) else { continue }
        let named = known[list] ?? Set(lists.columns(in: list))
        if known.count < 1_000 { known[list] = named }
        for (index, column) in columns.enumerated() where named.contains(column) {
          differing[index].append(UInt32(row))
        }
      }
      for (index, column) in columns.enumerated() where !differing[index].isEmpty {
        let position = layout.sourcePosition(of: column)
        let source = try rows.page(column: position, chunk: chunk).gathering(differing[index][...])
        let compare = try rows.page(column: position + 1, chunk: chunk).gathering(differing[index][...])
        histograms[index].add(source, compare, layout.columns[column])
      }
    }
    return histograms
  }

  private mutating func add(_ source: ColumnPage, _ compare: ColumnPage, _ pairing: ColumnPairing) {
    let isExact = pairing.sourceType != .float64 && pairing.compareType != .float64
    let integers = isExact ? (source.wideIntegers, compare.wideIntegers) : ([], [])
    let factors = (
      powerOfTen(pairing.scale - pairing.sourceType.scale), powerOfTen(pairing.scale - pairing.compareType.scale)
    )
    let doubles = (source.nearestDoubles(pairing.sourceType), compare.nearestDoubles(pairing.compareType))
    for row in 0..<source.rowCount where source.validity.isValid(row) && compare.validity.isValid(row) {
      if isExact {
        let (a, aOverflowed) = integers.0[row].multipliedReportingOverflow(by: factors.0)
        let (b, bOverflowed) = integers.1[row].multipliedReportingOverflow(by: factors.1)
        let (difference, overflowed) = b.subtractingReportingOverflow(a)
        if !aOverflowed, !bOverflowed, !overflowed {
          add(nearestQuotient(difference, dividedBy: 1, scale: pairing.scale))
          continue
        }
      }
      add(doubles.1[row] - doubles.0[row])
    }
  }
}

extension ColumnPage {
  /// Numbers as their nearest doubles. O(rows).
  fileprivate func nearestDoubles(_ type: ColumnType) -> [Double] {
    if case .float64(let values) = values { return values }
    return wideIntegers.map { nearestQuotient($0, dividedBy: 1, scale: type.scale) }
  }
}
