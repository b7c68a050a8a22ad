// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

@testable import TextFormats

/// What must hold for a text that is cut into ranges: the pieces after each other are the whole. Throws ``BrokenInvariant``.
package struct PieceCheck {
  let stream: CSVStream
  let size: Int
  let options: CSVOptions
  private let whole: Result<(table: Table, report: CSVReport), any Error>
  private let failing: (any Diagnosis)?
  private let borders: Set<Int>

  /// Checks one input of the fuzzer, cut everywhere in two and into ranges of equal width.
  package static func checkEverywhere(fuzzInput: [UInt8]) throws {
    let input = CSVFuzzInput(fuzzInput)
    if !input.hasShortRecords { try checkEverywhere(input.text, input.options) }
  }

  /// The same of a text as it is, and once more with small reads and little room for notes.
  package static func checkEverywhere(text: [UInt8]) throws {
    var options = CSVOptions()
    try checkEverywhere(text, options)
    options.isStrict = true
    options.limits.footerBytes = 24
    options.limits.readBytes = 7
    options.limits.blankBytes = 3
    try checkEverywhere(text, options)
  }

  private static func checkEverywhere(_ text: [UInt8], _ options: CSVOptions) throws {
    let check = PieceCheck(text, options: options)
    for cut in stride(from: 1, to: text.count, by: max(1, text.count / 400)) { try check.check(cuts: [cut]) }
    for width in [1, 2, 3, 5, 11, 32] where text.count / width < 400 { try check.check(width: width) }
    try check.check(cuts: [])
  }

  init(_ text: [UInt8], options: CSVOptions) {
    stream = CSVStream(name: "a.csv", bytes: text)
    size = text.count
    var options = options
    options.errorPolicy = .skip
    self.options = options
    whole = Result { [stream] in try readCSVs([stream], options: options) }
    var strict = options
    strict.errorPolicy = .fail
    do {
      _ = try readCSVs([stream], options: strict)
      failing = nil
    } catch {
      failing = error as? any Diagnosis
    }
    borders = (try? Self.borders(of: stream, options)) ?? []
  }

  /// Where a reader of the whole text stands between two records, by the reader itself.
  private static func borders(of stream: CSVStream, _ options: CSVOptions) throws -> Set<Int> {
    var options = options
    options.limits.recordsPerChunk = 1
    let splitter = try CSVSplitter([stream], options: options)
    let chunk = CSVTextChunk()
    var borders: Set<Int> = []
    while try splitter.next(into: chunk) { borders.formUnion(chunk.origins.map(\.byteOffset)) }
    return borders
  }

  /// Ranges of `width` bytes.
  func check(width: Int) throws { try check(cuts: Array(stride(from: width, to: size, by: width))) }

  /// Ranges between `cuts`, which ascend.
  func check(cuts: [Int]) throws {
    let ends = cuts + [size]
    let ranges = zip([0] + cuts, ends).map { $0..<$1 }
    func fail(_ what: String) -> BrokenInvariant { BrokenInvariant(description: "cut at \(cuts): \(what)") }
    let scans: [CSVScan]
    do {
      scans = try ranges.map { try scanRange($0, of: stream, options: options) }
    } catch let error as any Diagnosis {
      guard case .failure(let other as any Diagnosis) = whole, other.code == error.code else {
        throw fail("scan throws \(error)")
      }
      return
    }
    let known = scans.compactMap { scan in if case .range(let range) = scan { range } else { nil } }
    guard known.count == ranges.count else {
      if known.isEmpty { return }
      throw fail("some ranges are scanned, others not")
    }
    for range in known where CSVScannedRange("\(range)") != range { throw fail("\(range) is not read back") }
    let cut = try CSVCut(known.reversed(), file: "a.csv", options: options) { stream }
    let pieces = try cut.pieces()
    try checkBorders(pieces.map(\.piece), dataStart: known[0].dataStart, fail)
    try checkTables(pieces, fail)
  }

  private func checkBorders(_ pieces: [CSVPiece], dataStart: Int, _ fail: (String) -> BrokenInvariant) throws {
    guard pieces[0].start == dataStart, pieces[pieces.count - 1].end == size else { throw fail("not all: \(pieces)") }
    for (piece, next) in zip(pieces, pieces.dropFirst()) where piece.end != next.start {
      throw fail("a gap: \(pieces)")
    }
    for piece in pieces {
      guard CSVPiece("\(piece)") == piece else { throw fail("\(piece) is not read back") }
      guard borders.isEmpty || borders.contains(piece.start) || pieces.count == 1 else {
        throw fail("no record begins at \(piece.start), but at \(borders.sorted())")
      }
    }
  }

  private func checkTables(_ cuts: [CSVCut.Cut], _ fail: (String) -> BrokenInvariant) throws {
    func read(_ piece: CSVPiece, _ found: CSVFoundTypes?) throws -> CSVOutcome {
      var options = options
      options.piece = piece
      options.found = found
      return try readCSVs([stream], options: options, into: NoSink())
    }
    let pieces = cuts.map(\.piece)
    guard case .success((let table, let report)) = whole else {
      throw fail("the whole text is refused: \(whole)")
    }
    var found = try CSVFoundTypes(joining: pieces.map { try read($0, nil).found }, options)
    var rounds = 1
    while !found.unsettled.isEmpty {
      guard CSVFoundTypes("\(found)") == found else { throw fail("\(found) is not read back") }
      found = try CSVFoundTypes(joining: pieces.map { try read($0, found).found }, options)
      rounds += 1
      guard rounds < 8 else { throw fail("types are never settled: \(found)") }
    }
    guard found.schema == table.schema else {
      throw fail("types \(found.schema) where the whole has \(table.schema)")
    }
    guard let known = CSVFoundTypes("\(found)"), known == found else { throw fail("\(found) is not read back") }
    var reading = options
    reading.found = known
    var rows: [[Value]] = []
    var reports: [CSVReport] = []
    for (piece, cut) in zip(pieces, cuts) {
      reading.piece = piece
      let (part, report) = try readCSVs([stream], options: reading)
      guard part.schema == table.schema else { throw fail("a piece of \(part.schema)") }
      rows += allRows(part)
      reports.append(report)
      let count = report.rowCount + report.rejectedRowCount
      guard cut.rowCount ?? count == count else { throw fail("\(count) rows where \(cut.rowCount ?? 0) were counted") }
    }
    guard rows.map({ "\($0)" }) == allRows(table).map({ "\($0)" }) else {
      throw fail("rows \(rows) where the whole has \(allRows(table))")
    }
    try checkReports(reports, report, fail)
    try checkFailing(pieces, known, fail)
  }

  private func checkReports(_ reports: [CSVReport], _ whole: CSVReport, _ fail: (String) -> BrokenInvariant) throws {
    func sum(_ count: (CSVReport) -> Int) -> Int { reports.reduce(0) { $0 + count($1) } }
    func require(_ what: String, _ holds: Bool) throws { if !holds { throw fail("\(what) differ") } }
    try require("rejects", sum(\.rejectedRowCount) == whole.rejectedRowCount)
    try require("rejected rows", Array(reports.flatMap(\.firstRejected).prefix(10)) == whole.firstRejected)
    try require("empty lines", sum(\.blankLineCount) == whole.blankLineCount)
    try require("comments", sum(\.commentCount) == whole.commentCount)
    try require("repeated headers", sum(\.repeatedHeaderCount) == whole.repeatedHeaderCount)
    try require("footers", reports.flatMap { $0.inputs.flatMap(\.footer) } == whole.inputs.flatMap(\.footer))
    for kind in CSVReport.Repair.Kind.allCases {
      let parts = reports.flatMap(\.repairs).filter { $0.kind == kind }
      let all = whole.repairs.first { $0.kind == kind }
      try require(
        kind.rawValue, parts.reduce(0) { $0 + $1.count } == all?.count ?? 0 && parts.first?.first == all?.first)
    }
  }

  /// The first piece that fails tells what the whole text does.
  private func checkFailing(_ pieces: [CSVPiece], _ found: CSVFoundTypes, _ fail: (String) -> BrokenInvariant) throws {
    var options = options
    options.errorPolicy = .fail
    options.found = found
    var first: (any Diagnosis)?
    for piece in pieces where first == nil {
      options.piece = piece
      do {
        _ = try readCSVs([stream], options: options)
      } catch let error as any Diagnosis {
        first = error
      }
    }
    guard first?.code == failing?.code, first?.place == failing?.place else {
      throw fail("error \(String(describing: first)) where the whole has \(String(describing: failing))")
    }
  }

  private func allRows(_ table: Table) -> [[Value]] {
    (0..<table.rowCount).map { row in table.schema.fields.indices.map { table.value(row: row, column: $0) } }
  }
}

/// Takes everything and keeps nothing.
private final class NoSink: CSVSink {
  func prepare(_ page: ColumnPage, column: Int, type: ColumnType, statistics: PageStatistics?) {}
  func append(rowCount: Int, _ pages: [Void]) {}
  func reject(_ rows: [CSVRejectedRow], header: [UInt8]) {}
  func restart() {}
}
