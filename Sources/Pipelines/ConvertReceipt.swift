// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import TextFormats

/// What a conversion did.
public struct ConvertReceipt: Sendable, Equatable {
  /// What became of a file that rows were added to.
  public struct Growth: Sendable, Equatable {
    /// Rows that were there.
    public let rowsBefore: Int
    /// Rows that are there now.
    public let rowsAfter: Int
    /// Bytes that were there.
    public let bytesBefore: Int
    /// Columns whose type became wider: `column "x" is decimal(12,2) now, and was int64`.
    public let widened: [String]

    init(of file: ChunkFile, to schema: Schema, _ summary: ChunkFileSummary) {
      rowsBefore = file.rowCount
      rowsAfter = summary.rowCount
      bytesBefore = file.byteCount
      widened = zip(file.schema.fields, schema.fields).filter { $0.type != $1.type }.map {
        "column \"\($0.name)\" is \($1.type) now, and was \($0.type)"
      }
    }
  }

  /// Inputs, rows, columns with types and reasons, dialect, warnings.
  public let report: CSVReport
  /// What became of the file that the rows were added to; nil for a new file.
  public var growth: Growth?
  /// What the rows were sorted by.
  public var order: [SortKey] = []
  /// Bytes of the inputs as stored.
  public let sourceByteCount: Int
  /// Bytes of the chunk file.
  public let outputByteCount: Int
  /// Per column, bytes of its pages and dictionary.
  public let columnByteCounts: [Int]
  /// Wall time.
  public let seconds: Double
  /// Greatest resident memory of the whole process so far.
  public let peakMemoryByteCount: Int

  /// The receipt for people: several lines, one per column.
  public var text: String {
    var lines: [String] = []
    let rate = seconds > 0 ? ", \(ByteSize(Int(Double(textByteCount) / seconds)))/s" : ""
    lines.append(
      "\(counted(report.rowCount, "row")), \(counted(report.columns.count, "column")), "
        + "\(counted(report.chunkCount, "chunk"))\(rejected)")
    let source = ByteSize(sourceByteCount).description
    let text = textByteCount == sourceByteCount ? "" : " (\(ByteSize(textByteCount)) of text)"
    if let growth {
      lines.append(
        "\(source)\(text) added in \(secondsText(seconds)) s\(rate): \(counted(growth.rowsBefore, "row")) and "
          + "\(ByteSize(growth.bytesBefore)) became \(counted(growth.rowsAfter, "row")) and \(ByteSize(outputByteCount))"
      )
      lines += growth.widened
    } else {
      lines.append(
        "\(source)\(text) became \(ByteSize(outputByteCount))\(ratio) in \(secondsText(seconds)) s\(rate)")
    }
    if !order.isEmpty {
      lines.append("sorted by \(order.map { $0.name + ($0.isDescending ? " desc" : "") }.joined(separator: ", "))")
    }
    lines.append("peak memory \(ByteSize(peakMemoryByteCount))")
    for finding in report.findings where finding.isTold && !finding.isCloseCall {
      lines.append("\(finding.title) \(finding.value): \(finding.reason)")
    }
    if report.blankLineCount > 0 { lines.append("\(counted(report.blankLineCount, "empty line")) left out") }
    if report.commentCount > 0 { lines.append("\(counted(report.commentCount, "comment")) left out") }
    if report.repeatedHeaderCount > 0 {
      lines.append("\(counted(report.repeatedHeaderCount, "repeated header")) left out")
    }
    for input in report.inputs { lines += input.footer.map { "footer left out: \($0)" } }
    if report.passCount > 1 { lines.append("read \(report.passCount) times, as a late value widened a column") }
    for warning in report.warnings { lines.append("warning: \(warning)") }
    for error in report.firstRejected { lines.append("rejected: \(error.place): \(error.summary)") }
    if report.rejectedRowCount > report.firstRejected.count {
      lines.append("rejected: and \(grouped(report.rejectedRowCount - report.firstRejected.count)) more")
    }
    lines += columnLines(of: report)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The receipt for programs: what is kept in the file, and what this run took.
  public var json: String {
    JSONDocument.object(
      receiptMembers(of: report)
        + (growth.map { [("rows_before", .integer($0.rowsBefore)), ("rows_after", .integer($0.rowsAfter))] } ?? []) + [
          ("source_bytes", .integer(sourceByteCount)), ("text_bytes", .integer(textByteCount)),
          ("output_bytes", .integer(outputByteCount)), ("passes", .integer(report.passCount)),
          ("chunks", .integer(report.chunkCount)), ("seconds", .value(.float64(seconds))),
          ("peak_memory_bytes", .integer(peakMemoryByteCount)),
        ]
    ).text
  }

  /// Bytes of text read, decompressed.
  public var textByteCount: Int { report.inputs.reduce(0) { $0 + $1.byteCount } }

  private var rejected: String {
    report.rejectedRowCount == 0
      ? ""
      : "; \(counted(report.rowCount + report.rejectedRowCount, "row")) in, \(grouped(report.rejectedRowCount)) rejected"
  }

  private var ratio: String {
    guard outputByteCount > 0, sourceByteCount > outputByteCount else { return "" }
    let tenths = sourceByteCount * 10 / outputByteCount
    return " (\(tenths / 10).\(tenths % 10) times smaller)"
  }
}

/// A line per column: name, type, reason, nulls.
func columnLines(of report: CSVReport) -> [String] {
  let nameWidth = min(32, report.columns.map(\.name.count).max() ?? 0)
  let typeWidth = report.columns.map(\.type.description.count).max() ?? 0
  return report.columns.map { column in
    let nulls = column.nullCount > 0 ? "; \(counted(column.nullCount, "null"))" : ""
    return
      "  \(padded(column.name, nameWidth))  \(padded(column.type.description, typeWidth))  \(column.reason)\(nulls)"
  }
}

/// `text` with spaces behind it, up to `width` characters.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

extension CSVFinding {
  /// True unless it says that nothing is out of the ordinary.
  fileprivate var isTold: Bool {
    switch name {
    case "delimiter", "header": true
    case "encoding": value != "UTF-8"
    case "quote": value != "double quote"
    case "escape": value != "doubled"
    case "line_end": !["LF", "CR LF"].contains(value)
    default: value != "none"
    }
  }

  /// Its name for people.
  public var title: String { String(name.map { character -> Character in character == "_" ? " " : character }) }
}
