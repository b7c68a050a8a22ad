// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// What the beginning of a CSV shows: how it is divided, and the types of its first rows.
public struct SniffReport: Sendable {
  /// The input's path.
  public let name: String
  /// What reading the first rows found.
  public let report: CSVReport
  /// Rows looked at for types; the whole input has more if ``isWhole`` is false.
  public let rowCount: Int
  /// True if those are all rows.
  public let isWhole: Bool

  /// For people: dialect with reasons, then a line per column, then warnings.
  public var text: String {
    var lines = [name]
    let nameWidth = report.findings.map { $0.title.count }.max() ?? 0
    let valueWidth = min(24, report.findings.map { $0.value.count }.max() ?? 0)
    for finding in report.findings {
      lines.append("  \(padded(finding.title, nameWidth))  \(padded(finding.value, valueWidth))  \(finding.reason)")
    }
    let rows = isWhole ? "all \(grouped(rowCount)) rows" : "the first \(grouped(rowCount)) rows; convert looks at all"
    lines.append("\(grouped(report.columns.count)) columns, typed by \(rows)")
    lines += columnLines(of: report)
    lines += report.warnings.map { "warning: \($0)" }
    lines += report.firstRejected.map { "no row: \($0.place): \($0.summary)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The same for programs.
  public var json: String {
    JSONDocument.object(
      receiptMembers(of: report) + [("rows_looked_at", .integer(rowCount)), ("is_whole", .bool(isWhole))]
    ).text
  }
}

/// Looks at the first `rowLimit` rows of a CSV. Throws a `Diagnosis` where it is none, or is a chunk file.
public func sniffFile(_ path: String, rowLimit: Int, reading: CSVOptions = CSVOptions()) throws -> SniffReport {
  let text = try textInput(try openInput(path), path: path)
  var reading = reading
  reading.rowLimit = rowLimit
  reading.errorPolicy = .skip
  let (table, report) = try readTable(ConvertOptions(inputs: [text], reading: reading))
  return SniffReport(
    name: path, report: report, rowCount: table.rowCount,
    isWhole: table.rowCount + report.rejectedRowCount < rowLimit)
}
