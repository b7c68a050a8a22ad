// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// Version of the report's form; `Formats/CompareReport/SCHEMA.json` describes it.
public let compareReportVersion = 2

/// The report as a JSON value, described in `Formats/CompareReport/README.md`: the same comparison gives the same text.
public func compareReport(_ found: InputComparison) -> JSONDocument {
  let comparison = found.comparison
  return .object([
    ("report_version", .integer(compareReportVersion)),
    ("file_source", .string(found.sourceName)),
    ("file_compare", .string(found.compareName)),
    ("source_rows", .integer(comparison.sourceRowCount)),
    ("compare_rows", .integer(comparison.compareRowCount)),
    ("source_rows_unmatched", .integer(comparison.sourceOnlyRowCount)),
    ("compare_rows_unmatched", .integer(comparison.compareOnlyRowCount)),
    ("rows_in_both", .integer(comparison.pairedRowCount)),
    ("equal_rows", .integer(comparison.equalRowCount)),
    ("diff_rows", .integer(comparison.differentRowCount)),
    ("inputs", inputs(found)),
    ("request", requestDocument(comparison.request)),
    ("matching", .string(matching(comparison.matching))),
    ("keys", .array(comparison.keys.map { pairing($0) })),
    ("repeated_keys", comparison.repeatedKeys.map(repeatedKeys) ?? .null),
    ("schema", schema(comparison.schema)),
    ("columns", .array(comparison.columns.map(reportedColumn))),
    ("most_different_rows", .array(comparison.mostDifferentRows.map(differentRow))),
    ("source_only_examples", .array(comparison.sourceOnlyExamples.map(rowExample))),
    ("compare_only_examples", .array(comparison.compareOnlyExamples.map(rowExample))),
  ])
}

private func inputs(_ found: InputComparison) -> JSONDocument {
  func files(_ files: [InputFile]) -> JSONDocument {
    .array(
      files.map { file in
        .object([
          ("name", .string(file.name)), ("bytes", .integer(file.byteCount)),
          ("xxh128", .string(file.checksumText)), ("xxh128_of", .string(file.extent.rawValue)),
        ])
      })
  }
  return .object([("source", files(found.sourceFiles)), ("compare", files(found.compareFiles))])
}

/// What was asked for, as reports show it.
func requestDocument(_ request: CompareRequest) -> JSONDocument {
  func names(_ names: [String]) -> JSONDocument { .array(names.map { .string($0) }) }
  func pairs(_ pairs: [NamePair]) -> JSONDocument {
    .array(pairs.map { .object([("source", .string($0.source)), ("compare", .string($0.compare))]) })
  }
  var on = JSONDocument.null
  if case .keys(let keys) = request.rows { on = pairs(keys) }
  return .object([
    ("on", on),
    ("columns", request.columns.map(names) ?? .null),
    ("ignore", names(request.ignored)),
    ("rename", pairs(request.renames)),
    (
      "tolerance",
      .array(
        request.tolerances.map {
          .object([("column", .string($0.column)), ("tolerance", .string($0.tolerance.description))])
        })
    ),
    ("ignore_case", .bool(request.texts.ignoresCase)),
    ("trim", .bool(request.texts.trims)),
    ("empty_as_null", .bool(request.texts.emptyIsNull)),
    ("duplicates", .string(request.duplicates.rawValue)),
  ])
}

private func matching(_ matching: RowMatching) -> String {
  switch matching {
  case .keys: "keys"
  case .proposedKeys: "found_keys"
  case .positions: "positions"
  }
}

func pairingMembers(_ pairing: ColumnPairing) -> [(name: String, value: JSONDocument)] {
  [
    ("name", .string(pairing.name)),
    ("compare_name", .string(pairing.compareName)),
    ("source_type", .string(pairing.sourceType.description)),
    ("compare_type", .string(pairing.compareType.description)),
    ("compared_as", .string(pairing.comparedAs.rawValue)),
  ]
}

private func pairing(_ pairing: ColumnPairing) -> JSONDocument { .object(pairingMembers(pairing)) }

func keyDocument(_ key: [Value]) -> JSONDocument { .array(key.map { .value($0) }) }

private func repeatedKeys(_ repeated: RepeatedKeys) -> JSONDocument {
  .object([
    ("keys", .integer(repeated.keyCount)),
    ("unequal_keys", .integer(repeated.unequalKeyCount)),
    ("source_rows", .integer(repeated.sourceRowCount)),
    ("compare_rows", .integer(repeated.compareRowCount)),
    (
      "examples",
      .array(
        repeated.examples.map { example in
          .object([
            ("key", keyDocument(example.key)), ("source_rows", .integer(example.sourceRowCount)),
            ("compare_rows", .integer(example.compareRowCount)),
          ])
        })
    ),
  ])
}

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

private func differentRow(_ row: DifferentRow) -> JSONDocument {
  .object([
    ("key", keyDocument(row.key)),
    ("source_row", .integer(row.sourceRow)),
    ("compare_row", .integer(row.compareRow)),
    ("different_columns", .integer(row.columnCount)),
  ])
}

private func rowExample(_ example: RowExample) -> JSONDocument {
  .object([("key", keyDocument(example.key)), ("row", .integer(example.row))])
}
