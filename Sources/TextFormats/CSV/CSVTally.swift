// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Counts what was repaired, left out and rejected, chunk after chunk in order.
struct CSVTally {
  /// Most faults that are told.
  static let mostErrors = 10
  /// Chunks that are looked at for further faults after the first one.
  static let mostChunksAfterFault = 32

  private(set) var leftOut = CSVLeftOut()
  private(set) var rejectedRowCount = 0
  private(set) var firstErrors: [CSVError] = []
  private(set) var repairs: [CSVReport.Repair] = []
  private var chunksSinceFault = 0

  /// The next chunk; `rowsBefore` are the records of each file before it, `rejected` its faults.
  mutating func add(
    _ parsed: CSVParsedChunk, of chunk: CSVTextChunk, rowsBefore: [Int: Int], _ rejected: [CSVRejectedRow]
  ) {
    leftOut += chunk.leftOut
    leftOut.blankLines += parsed.unevenness.blankLines
    if rejectedRowCount > 0 { chunksSinceFault += 1 }
    rejectedRowCount += rejected.count
    firstErrors += rejected.prefix(Self.mostErrors - firstErrors.count).map(\.error)
    addUneven(parsed, of: chunk, rowsBefore: rowsBefore)
    addOutOfForm(parsed, of: chunk)
  }

  private mutating func addUneven(_ parsed: CSVParsedChunk, of chunk: CSVTextChunk, rowsBefore: [Int: Int]) {
    let uneven = parsed.unevenness
    func place(_ record: Int) -> Place {
      var part = 0
      var row = record
      while part + 1 < parsed.recordsOfPart.count, row >= parsed.recordsOfPart[part] {
        row -= parsed.recordsOfPart[part]
        part += 1
      }
      let origin = chunk.origins[part]
      return Place(file: origin.name, row: (rowsBefore[origin.file] ?? 0) + row + 1)
    }
    if let first = uneven.firstShortRow { add(.shortRow, uneven.shortRows, place(first)) }
    if let first = uneven.firstLongRow { add(.emptySurplusFields, uneven.longRows, place(first)) }
  }

  private mutating func addOutOfForm(_ parsed: CSVParsedChunk, of chunk: CSVTextChunk) {
    guard !chunk.isPastTable else { return }
    var faults = parsed.unevenness.faults[...]
    for rewrite in chunk.rewrites where !rewrite.anomalies.isEmpty {
      while let fault = faults.first, fault.start < rewrite.text.lowerBound { faults = faults.dropFirst() }
      if faults.first?.start == rewrite.text.lowerBound { continue }
      let kind: CSVReport.Repair.Kind =
        rewrite.anomalies.contains(.openQuote)
        ? .openQuote : rewrite.anomalies.contains(.textAfterQuote) ? .textAfterQuote : .strayQuote
      let place = Place(
        file: chunk.origins[rewrite.part].name, line: rewrite.line + 1,
        byteOffset: rewrite.byteOffset + rewrite.anomalyOffset)
      add(kind, 1, place)
    }
  }

  private mutating func add(_ kind: CSVReport.Repair.Kind, _ count: Int, _ first: @autoclosure () -> Place) {
    if let known = repairs.firstIndex(where: { $0.kind == kind }) {
      repairs[known].count += count
    } else {
      repairs.append(CSVReport.Repair(kind: kind, count: count, first: first()))
    }
  }

  /// The error to throw, once ten faults are known, enough text was looked at for more, or the text has ended.
  func failure(isLast: Bool) -> CSVError? {
    guard !firstErrors.isEmpty,
      isLast || firstErrors.count == Self.mostErrors || chunksSinceFault >= Self.mostChunksAfterFault
    else { return nil }
    return .first(of: firstErrors, mayHaveMore: !isLast || rejectedRowCount > firstErrors.count)
  }
}

extension CSVReport {
  init(
    inputs: [Input], columns: [Column], rowCount: Int, tally: CSVTally, sniffing: CSVSniffing?, hasInventedNames: Bool,
    warningsOfTexts: [String], warningsOfColumns: [String] = [], passCount: Int, chunkCount: Int
  ) {
    let repairs = Repair.joined(tally.repairs)
    self.init(
      inputs: inputs, columns: columns, rowCount: rowCount, rejectedRowCount: tally.rejectedRowCount,
      firstRejected: tally.firstErrors, blankLineCount: tally.leftOut.blankLines, commentCount: tally.leftOut.comments,
      repeatedHeaderCount: tally.leftOut.repeatedHeaders, dialect: sniffing?.dialect ?? CSVDialect(),
      findings: sniffing?.findings ?? [], hasInventedNames: hasInventedNames, repairs: repairs,
      warnings: warningsOfTexts + warningsOfColumns + repairs.map(\.text), warningsOfTexts: warningsOfTexts,
      passCount: passCount, chunkCount: chunkCount)
  }
}

extension CSVReport.Repair {
  /// What was put right of several pieces or texts together: one of each kind, in the order of kinds. The first record of all is the first of those in
  /// the text that comes first here.
  package static func joined(_ repairs: [CSVReport.Repair]) -> [CSVReport.Repair] {
    Kind.allCases.compactMap { kind in
      let same = repairs.filter { $0.kind == kind }
      guard var joined = same.first else { return nil }
      for repair in same.dropFirst() {
        joined.count += repair.count
        if repair.first.file == joined.first.file, repair.first.precedes(joined.first) { joined.first = repair.first }
      }
      return joined
    }
  }

  /// One line: how many, what was done, where first.
  public var text: String {
    let (one, many): (String, String) =
      switch kind {
      case .shortRow:
        (
          "row has fewer fields than the table and ends in nulls",
          "rows have fewer fields than the table and end in nulls"
        )
      case .emptySurplusFields:
        ("row has empty fields past the last column, left out", "rows have empty fields past the last column, left out")
      case .strayQuote:
        (
          "row has a quote inside an unquoted field, kept as text",
          "rows have a quote inside an unquoted field, kept as text"
        )
      case .textAfterQuote:
        ("row has text after a closing quote, kept as text", "rows have text after a closing quote, kept as text")
      case .openQuote:
        ("row has a quote that is never closed, kept as text", "rows have a quote that is never closed, kept as text")
      }
    var first = first
    first.file = first.file.map(lastComponent(of:))
    return "\(grouped(count)) \(count == 1 ? one : many)\(count == 1 ? "" : ", first") (\(first))"
  }
}

extension Place {
  /// True if this is before `other` in the same text; both know their rows, or else their bytes.
  fileprivate func precedes(_ other: Place) -> Bool {
    if let row, let otherRow = other.row { return row < otherRow }
    return byteOffset ?? 0 < other.byteOffset ?? 0
  }
}
