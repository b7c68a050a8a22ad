// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// Version of the report's form; `Formats/CompareReport/SCHEMA.json` describes it.
public let compareReportVersion = 1

/// The report as a JSON value, described in `Formats/CompareReport/README.md`: the same comparison gives the same text.
public func compareReport(_ comparison: Comparison) -> JSONDocument {
  .object([
    ("report_version", .integer(compareReportVersion)),
    ("file_source", .string(comparison.sourceName)),
    ("file_compare", .string(comparison.compareName)),
    ("source_rows", .integer(comparison.sourceRowCount)),
    ("compare_rows", .integer(comparison.compareRowCount)),
    ("source_rows_unmatched", .integer(comparison.sourceOnlyRowCount)),
    ("compare_rows_unmatched", .integer(comparison.compareOnlyRowCount)),
    ("rows_in_both", .integer(comparison.pairedRowCount)),
    ("equal_rows", .integer(comparison.equalRowCount)),
    ("diff_rows", .integer(comparison.differentRowCount)),
    ("keys", .array(comparison.keys.map { pairing($0) })),
    ("schema", schema(comparison.schema)),
    ("columns", .array(comparison.columns.map(column))),
    ("source_only_examples", .array(comparison.sourceOnlyExamples.map(rowExample))),
    ("compare_only_examples", .array(comparison.compareOnlyExamples.map(rowExample))),
  ])
}

private func pairingMembers(_ pairing: ColumnPairing) -> [(name: String, value: JSONDocument)] {
  [
    ("name", .string(pairing.name)),
    ("source_type", .string(pairing.sourceType.description)),
    ("compare_type", .string(pairing.compareType.description)),
    ("compared_as", .string(pairing.comparedAs.rawValue)),
  ]
}

private func pairing(_ pairing: ColumnPairing) -> JSONDocument { .object(pairingMembers(pairing)) }

private func schema(_ schema: SchemaDifferences) -> JSONDocument {
  func fields(_ fields: [Field]) -> JSONDocument {
    .array(fields.map { .object([("name", .string($0.name)), ("type", .string($0.type.description))]) })
  }
  return .object([
    ("only_in_source", fields(schema.onlyInSource)),
    ("only_in_compare", fields(schema.onlyInCompare)),
    ("type_differences", .array(schema.typeDifferences.map { pairing($0) })),
  ])
}

private func column(_ column: ColumnComparison) -> JSONDocument {
  .object(
    pairingMembers(column.pairing) + [
      ("equal", .integer(column.equalCount + column.toleratedCount)),
      ("different", .integer(column.differentCount)),
      ("source_null", .integer(column.sourceNullCount)),
      ("compare_null", .integer(column.compareNullCount)),
      ("sums", column.sums.map(sums) ?? .null),
      ("absolute_difference", column.distances.map(distances) ?? .null),
      ("examples", .array(column.examples.map(differenceExample))),
    ])
}

private func sums(_ sums: ComparedSums) -> JSONDocument {
  .object([
    ("source", .value(sums.source)), ("compare", .value(sums.compare)), ("difference", .value(sums.difference)),
  ])
}

private func distances(_ distances: DistanceDistribution) -> JSONDocument {
  .object([
    ("rows", .integer(distances.rowCount)),
    ("max", .value(distances.maximum)),
    ("mean", .value(.float64(distances.mean))),
    ("median", .value(distances.median)),
    ("p95", .value(distances.percentile95)),
    ("p99", .value(distances.percentile99)),
  ])
}

private func differenceExample(_ example: DifferenceExample) -> JSONDocument {
  .object([
    ("key", .array(example.key.map { .value($0) })),
    ("source_row", .integer(example.sourceRow)),
    ("compare_row", .integer(example.compareRow)),
    ("source", .value(example.source)),
    ("compare", .value(example.compare)),
  ])
}

private func rowExample(_ example: RowExample) -> JSONDocument {
  .object([("key", .array(example.key.map { .value($0) })), ("row", .integer(example.row))])
}
