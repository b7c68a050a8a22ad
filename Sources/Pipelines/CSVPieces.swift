// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

// One CSV on many machines: ranges of its bytes are scanned, the scans joined to pieces, the pieces looked at for their values' types, what they
// show joined, and each piece read by itself. What goes from one step to the next are lines of JSON, some members of which only these
// steps understand.

/// Scans a range of a CSV's bytes: one line of JSON, for ``cutCSVs(_:reading:)``.
///
/// Read are the range, the file's first 64 KiB, and what the range's last record takes behind it. Members: `file`, `bytes` (the range, cut at
/// the file's end), `size`, `records` (about as many begin in the range), `whole` (why the file can only be read as a whole, or null) and `scan`.
/// Throws a `Diagnosis` where the file is no CSV that can be read.
public func scanCSV(_ path: String, bytes: Range<Int>, reading: CSVOptions) throws -> String {
  let input = try openCSV(path)
  var reason: String
  var whole: CSVWholeText
  var size = input.byteCount
  switch try rangedInput(input) {
  case .stream(let why, let state): (reason, whole) = (why, state)
  case .ranges(let ranges):
    size = ranges.byteCount
    whole = CSVWholeText(byteCount: ranges.byteCount, version: ranges.version)
    let text = CSVStream(name: path, byteCount: ranges.byteCount, ranges: ranges)
    switch try scanRange(bytes, of: text, options: reading) {
    case .whole(let why): reason = why
    case .range(let scan):
      let range = [scan.bytes.lowerBound, scan.bytes.upperBound].map { JSONDocument.integer($0) }
      return JSONDocument.object([
        ("file", .string(path)), ("bytes", .array(range)), ("size", .integer(ranges.byteCount)),
        ("records", .integer(scan.rowCount)), ("whole", .null), ("scan", .string("\(scan)")),
      ]).lineText
    }
  }
  return JSONDocument.object([
    ("file", .string(path)), ("bytes", .null), ("size", size.map { .integer($0) } ?? .null), ("records", .null),
    ("whole", .string(reason)), ("scan", .string("\(whole)")),
  ]).lineText
}

/// Joins lines of ``scanCSV(_:bytes:reading:)``, in any order, of one file or several: one line of JSON for each piece, file after file in
/// the order in which the lines name them.
///
/// Members: `file`, `piece` (for `--piece`), `bytes` (where its records begin and end), `rows` (of it, or null) and `first_row` and
/// `first_line` (counted from 1). A file that can only be read as a whole is one piece. The file is looked at again only where its scans
/// leave a question. Throws `piece.line`, `csv.scans`, `csv.changed`, and what reading throws.
public func cutCSVs(_ lines: [PieceLine], reading: CSVOptions) throws -> [String] {
  var files: [String] = []
  var scans: [String: [CSVScannedRange]] = [:]
  var wholes: [String: CSVWholeText] = [:]
  for line in lines {
    let (file, scan) = try (line.text(\.file, "file"), line.text(\.scan, "scan"))
    if scans[file] == nil, wholes[file] == nil { files.append(file) }
    if let whole = CSVWholeText(scan) {
      try wholes[file]?.check(whole, file: file)
      wholes[file] = whole
    } else {
      guard let range = CSVScannedRange(scan) else { throw PieceError(line, "\"scan\" is none") }
      scans[file, default: []].append(range)
    }
  }
  return try files.flatMap { file in
    if let whole = wholes[file] {
      return [pieceLine(file, "\(whole)", bytes: nil, rows: nil, firstRow: 1, firstLine: nil)]
    }
    guard let ranges = scans[file] else { return [] }
    let cut = try CSVCut(ranges, file: file, options: reading) { try rangedStream(file) }
    return try cut.pieces().map { part in
      pieceLine(
        file, "\(part.piece)", bytes: part.piece.start..<part.piece.end, rows: part.rowCount,
        firstRow: part.piece.rowsBefore + 1, firstLine: part.piece.linesBefore + 1)
    }
  }
}

private func pieceLine(
  _ file: String, _ piece: String, bytes: Range<Int>?, rows: Int?, firstRow: Int, firstLine: Int?
) -> String {
  func number(_ value: Int?) -> JSONDocument { value.map { .integer($0) } ?? .null }
  return JSONDocument.object([
    ("file", .string(file)), ("piece", .string(piece)),
    ("bytes", bytes.map { .array([.integer($0.lowerBound), .integer($0.upperBound)]) } ?? .null),
    ("rows", number(rows)),
    ("first_row", .integer(firstRow)), ("first_line", number(firstLine)),
  ]).lineText
}

private func rangedStream(_ path: String) throws -> CSVStream {
  switch try rangedInput(openCSV(path)) {
  case .stream(let reason, _): throw CSVError(noPieces: path, reason)
  case .ranges(let ranges): return CSVStream(name: path, byteCount: ranges.byteCount, ranges: ranges)
  }
}

private func openCSV(_ path: String) throws -> any CSVInput { try textInput(openInput(path), path: path) }

/// What the values of a piece show: one line of JSON, for ``joinTypes(_:reading:)``. `reading` has the piece; without one, the whole file is
/// looked at.
///
/// Members: `file`, `rows`, `columns` (names, and the types of these values alone), `types`, and what a user should know: `warnings`, and `repairs` of
/// records, as in a receipt. Nothing is written; rows that cannot be read are left out, and told when the piece is read. Throws as converting does.
public func typesOfCSV(_ path: String, reading: CSVOptions) throws -> String {
  var reading = reading
  reading.errorPolicy = .skip
  reading.isLookedAt = true
  let meter = ConvertMeter(inputCount: 1)
  let inputs = [try openCSV(path)]
  let outcome = try readCSVs(
    streams(of: inputs, reading, meter: meter, temporaryFolder: nil), options: reading, into: NoPages())
  let report = outcome.report
  return JSONDocument.object([
    ("file", .string(path)), ("rows", .integer(report.rowCount)),
    ("columns", columnsDocument(outcome.found.schema)), ("types", .string("\(outcome.found)")),
    ("warnings", .array(report.warningsOfTexts.map { .string($0) })), ("repairs", .array(report.repairs.map(document))),
  ]).lineText
}

/// Joins lines of ``typesOfCSV(_:reading:)``, in any order, of all pieces: one line of JSON.
///
/// Members: `settled`, `columns` (names and types), `schema` (the same for `--schema`, null where a name cannot stand there), `types` (for
/// `--types`: beside the types also how dates and numbers are written) and `warnings`, what reading the whole would warn of, each once. Where `settled` is false, some columns are written in two ways:
/// every piece is to be looked at once more, with these `types`. Throws `piece.line`, `piece.none` and `csv.columns-differ`.
public func joinTypes(_ lines: [PieceLine], reading: CSVOptions) throws -> String {
  let shown = try lines.map { line in
    guard let types = CSVFoundTypes(try line.text(\.types, "types")) else {
      throw PieceError(line, "\"types\" are none")
    }
    return types
  }
  guard !shown.isEmpty else { throw PieceError.none }
  let joined = try CSVFoundTypes(joining: shown, reading) { number in
    (lines[number].members.file ?? "piece \(number + 1)", lines[number].place)
  }
  return JSONDocument.object([
    ("settled", .bool(joined.unsettled.isEmpty)), ("columns", columnsDocument(joined.schema)),
    ("schema", schemaOption(joined.schema).map { .string($0) } ?? .null), ("types", .string("\(joined)")),
    ("warnings", .array(try warnings(of: lines, joined).map { .string($0) })),
  ]).lineText
}

/// What reading all pieces at once would warn of. Throws `piece.line`.
private func warnings(of lines: [PieceLine], _ joined: CSVFoundTypes) throws -> [String] {
  var ofTexts: [String] = []
  // Each piece's reader looks at the start of its file.
  for warning in lines.flatMap({ $0.members.warnings ?? [] }) where !ofTexts.contains(warning) {
    ofTexts.append(warning)
  }
  let ofColumns = joined.ambiguous.map {
    "column \"\($0)\" is kept as text: nothing says how its dates or numbers are to be read: see --date-format, --decimal and --thousands"
  }
  let repairs = try lines.flatMap { line in
    try (line.members.repairs ?? []).map { told in
      guard let kind = CSVReport.Repair.Kind(rawValue: told.kind) else {
        throw PieceError(line, "\"\(told.kind)\" is no repair")
      }
      // So that as many as there may be lines can be added up.
      guard (0...1 << 40).contains(told.rows) else { throw PieceError(line, "\(told.rows) repairs") }
      let first = told.first
      return CSVReport.Repair(
        kind: kind, count: told.rows,
        first: Place(file: first.file, row: first.row, line: first.line, byteOffset: first.byte, column: first.column))
    }
  }
  return ofTexts + ofColumns + CSVReport.Repair.joined(repairs).map(\.text)
}

private func columnsDocument(_ schema: Schema) -> JSONDocument {
  .array(schema.fields.map { .object([("name", .string($0.name)), ("type", .string("\($0.type)"))]) })
}

/// As the option --schema takes it; nil if a name has bytes that divide it.
private func schemaOption(_ schema: Schema) -> String? {
  let names = schema.fields.map(\.name)
  guard names.allSatisfy({ name in !name.contains { ",() ".contains($0) } && !name.isEmpty }) else { return nil }
  return schema.fields.map { "\($0.name):\($0.type)" }.joined(separator: ",")
}

/// Takes pages and drops them.
private final class NoPages: CSVSink {
  func prepare(_ page: ColumnPage, column: Int, type: ColumnType, statistics: PageStatistics?) {}
  func append(rowCount: Int, _ pages: [Void]) {}
  func reject(_ rows: [CSVRejectedRow], header: [UInt8]) {}
  func restart() {}
}
