// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// A compared column's entry in the report.
func reportedColumn(_ column: ColumnComparison) -> JSONDocument {
  .object(
    pairingMembers(column.pairing) + [
      ("tolerance", column.tolerance.map { .string($0.description) } ?? .null),
      ("equal", .integer(column.equalCount)),
      ("within_tolerance", .integer(column.toleratedCount)),
      ("different", .integer(column.differentCount)),
      ("source_null", .integer(column.sourceNullCount)),
      ("compare_null", .integer(column.compareNullCount)),
      ("sums", column.sums.map(sums) ?? .null),
      ("absolute_difference", column.distances.map(absoluteDifference) ?? .null),
      ("relative_difference", column.distances?.relative.map(relativeDifference) ?? .null),
      ("examples", .array(column.examples.map(differenceExample))),
    ])
}

private func sums(_ sums: ComparedSums) -> JSONDocument {
  .object([
    ("source", .value(sums.source)), ("compare", .value(sums.compare)), ("difference", .value(sums.difference)),
  ])
}

private func absoluteDifference(_ distances: DistanceDistribution) -> JSONDocument {
  .object([
    ("rows", .integer(distances.rowCount)),
    ("up", .integer(distances.upCount)),
    ("down", .integer(distances.downCount)),
    ("min", .value(distances.minimum)),
    ("mean", .value(.float64(distances.mean))),
    ("median", .value(distances.median)),
    ("p95", .value(distances.percentile95)),
    ("p99", .value(distances.percentile99)),
    ("max", .value(distances.maximum)),
  ])
}

private func relativeDifference(_ parts: RelativeDistribution) -> JSONDocument {
  .object([
    ("rows", .integer(parts.rowCount)),
    ("min", .value(.float64(parts.minimum))),
    ("mean", .value(.float64(parts.mean))),
    ("median", .value(.float64(parts.median))),
    ("p95", .value(.float64(parts.percentile95))),
    ("p99", .value(.float64(parts.percentile99))),
    ("max", .value(.float64(parts.maximum))),
  ])
}

private func differenceExample(_ example: DifferenceExample) -> JSONDocument {
  .object([
    ("key", keyDocument(example.key)),
    ("source_row", .integer(example.sourceRow)),
    ("compare_row", .integer(example.compareRow)),
    ("source", .value(example.source)),
    ("compare", .value(example.compare)),
  ])
}
