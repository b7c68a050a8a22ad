// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import TextFormats

/// Key of the metadata entry that holds a conversion's receipt; a file that grew has several.
let receiptKey = "receipt"

/// Entries of `metadata` that tell how a file came about, the oldest first: the latest, and of those before it as many as
/// fit 1 MiB, so that a file of many small parts does not consist of their receipts.
func receipts(_ metadata: [(key: String, value: String)]) -> [(key: String, value: String)] {
  var byteCount = 0
  let kept = metadata.reversed().filter { $0.key == receiptKey }.prefix { entry in
    let isLatest = byteCount == 0
    byteCount += entry.value.utf8.count
    return isLatest || byteCount <= 1 << 20
  }
  return kept.reversed()
}

/// The part of a receipt that is kept inside the file: nothing in it depends on time, threads, memory or folders.
///
/// `rowsBefore`: rows that the file had when the conversion's were appended; `order`: what the rows were sorted by.
func storedReceipt(_ report: CSVReport, rowsBefore: Int? = nil, order: [SortKey] = []) -> String {
  var members = receiptMembers(of: report)
  if let rowsBefore { members.append(("rows_before", .integer(rowsBefore))) }
  if !order.isEmpty {
    members.append(("sorted_by", .array(order.map { .string($0.name + ($0.isDescending ? " desc" : "")) })))
  }
  return JSONDocument.object(members).text
}

/// What a reading of CSVs found, as members of a JSON object.
func receiptMembers(of report: CSVReport) -> [(String, JSONDocument)] {
  [
    ("version", .integer(1)),
    ("inputs", .array(report.inputs.map(document))),
    ("rows", .integer(report.rowCount)),
    ("rejected_rows", .integer(report.rejectedRowCount)),
    ("blank_lines", .integer(report.blankLineCount)),
    ("comments", .integer(report.commentCount)),
    ("repeated_headers", .integer(report.repeatedHeaderCount)),
    ("dialect", document(of: report.dialect, report.findings)),
    (
      "columns",
      .array(
        report.columns.map { column in
          .object([
            ("name", .string(column.name)), ("type", .string(column.type.description)),
            ("reason", .string(column.reason)), ("nulls", .integer(column.nullCount)),
          ])
        })
    ),
    ("repairs", .array(report.repairs.map(document))),
    ("first_rejected", .array(report.firstRejected.map(document))),
    ("warnings", .array(report.warnings.map { .string($0) })),
  ]
}

private func document(of input: CSVReport.Input) -> JSONDocument {
  .object([
    ("name", .string(lastComponent(of: input.name))), ("text_bytes", .integer(input.byteCount)),
    ("footer", .array(input.footer.map { .string($0) })),
  ])
}

/// A dialect and the reasons for it.
func document(of dialect: CSVDialect, _ findings: [CSVFinding]) -> JSONDocument {
  .object([
    ("encoding", .string(dialect.encoding)),
    ("delimiter", .string(String(decoding: dialect.delimiter, as: UTF8.self))),
    ("skips_spaces", .bool(dialect.skipsSpaces)),
    ("joins_delimiters", .bool(dialect.joinsDelimiters)),
    ("quote", dialect.quote.map { .string(String(Character(Unicode.Scalar($0)))) } ?? .null),
    ("escape", .string(dialect.escape.rawValue)),
    ("line_end", .string(dialect.lineEnd.rawValue)),
    ("comment", .string(String(decoding: dialect.comment, as: UTF8.self))),
    ("preamble_lines", .integer(dialect.preambleLines)),
    ("header_rows", .integer(dialect.headerRows)),
    (
      "findings",
      .array(
        findings.map { finding in
          .object([
            ("name", .string(finding.name)), ("value", .string(finding.value)), ("reason", .string(finding.reason)),
            ("close_call", .bool(finding.isCloseCall)),
          ])
        })
    ),
  ])
}

/// What was put right in some records.
func document(of repair: CSVReport.Repair) -> JSONDocument {
  .object([
    ("kind", .string(repair.kind.rawValue)), ("rows", .integer(repair.count)), ("first", document(of: repair.first)),
  ])
}

private func document(of error: CSVError) -> JSONDocument {
  .object([
    ("code", .string(error.code)), ("summary", .string(error.summary)), ("place", document(of: error.place)),
    ("record", error.record.map { .string($0) } ?? .null),
  ])
}

private func document(of place: Place) -> JSONDocument {
  func number(_ value: Int?) -> JSONDocument { value.map { .integer($0) } ?? .null }
  return .object([
    ("file", place.file.map { .string(lastComponent(of: $0)) } ?? .null), ("row", number(place.row)),
    ("line", number(place.line)), ("byte", number(place.byteOffset)),
    ("column", place.column.map { .string($0) } ?? .null),
  ])
}
