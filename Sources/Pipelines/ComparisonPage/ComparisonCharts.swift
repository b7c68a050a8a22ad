// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare

/// What a page shows of a comparison beyond its figures: distributions and a sample, each a pass over the rows that differ.
public struct ComparisonCharts: Sendable {
  /// Most columns that have a histogram.
  static let histogramLimit = 24
  /// Rows of the sample.
  static let sampleSize = 25

  /// Of the columns that differ in a row with two numbers, most rows first: position among the compared columns, and the histogram.
  public let histograms: [(column: Int, histogram: DifferenceHistogram)]
  /// Columns that have one that is not shown.
  public let leftOutHistogramCount: Int
  /// Where along the key rows differ; nil without a key of dates, times or whole numbers, or if no row differs.
  public let profile: KeyProfile?
  /// Rows spread over all that differ.
  public let sample: [DifferingRow]

  /// Reads the tables that `comparison` was made of. Throws what reading them throws.
  ///
  /// Cost: the pages of the differing rows' numbers, those of the key, and those that the sample lies in; a column at a time in memory.
  public init(_ comparison: Comparison, _ source: any TableSource, _ other: any TableSource) throws {
    let sample = DifferingRows(comparison, source, other, sampleSize: Self.sampleSize)
    try self.init(
      comparison, rows: DifferingRows(comparison, source, other), sample: sample, source: source, other: other)
  }

  /// The same of differing rows that lie somewhere else; both tables of rows are laid out as ``DifferingRows``.
  package init(
    _ comparison: Comparison, rows: any TableSource, sample: any TableSource, source: any TableSource,
    other: any TableSource
  ) throws {
    let layout = DifferingRowLayout(comparison)
    let unequal = comparison.columns.indices.filter { comparison.columns[$0].unequalNumberCount > 0 }
      .sorted { (comparison.columns[$1].unequalNumberCount, $0) < (comparison.columns[$0].unequalNumberCount, $1) }
    let shown = Array(unequal.prefix(Self.histogramLimit))
    let made = try DifferenceHistogram.histograms(ofColumns: shown, rows, layout)
    histograms = zip(shown, made).filter { $0.1.rowCount > 0 }.map { ($0.0, $0.1) }
    leftOutHistogramCount = max(0, unequal.count - Self.histogramLimit)
    profile = rows.rowCount == 0 ? nil : try KeyProfile(of: rows, layout, source, other)
    var reader = DifferingRowSequence(sample, layout).reader()
    var read: [DifferingRow] = []
    while let row = try reader.next() { read.append(row) }
    self.sample = read
  }
}

extension ColumnComparison {
  /// Rows in which both sides have a number and the column differs; 0 for columns without numbers.
  fileprivate var unequalNumberCount: Int {
    pairing.sourceType.isNumeric && pairing.compareType.isNumeric
      ? differentCount - sourceNullCount - compareNullCount : 0
  }
}
