// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What ends the records of a text: counted, and where both LF and lone CRs occur, compared.
struct CSVLineEndChoice {
  /// LFs, those after a CR included.
  private(set) var feeds = 0
  /// LFs after a CR.
  private(set) var pairs = 0
  /// CRs without an LF after them.
  private(set) var loneReturns = 0

  /// Counts; a CR at the end of a text that goes on is not known yet.
  init(_ text: UnsafeRawBufferPointer, isWhole: Bool) {
    var previous: UInt8 = 0
    for byte in text {
      if byte == UInt8(ascii: "\n") {
        feeds += 1
        if previous == UInt8(ascii: "\r") { pairs += 1 }
      } else if previous == UInt8(ascii: "\r") {
        loneReturns += 1
      }
      previous = byte
    }
    if isWhole, previous == UInt8(ascii: "\r") { loneReturns += 1 }
  }

  /// What to look for delimiters with.
  var first: CSVDialect.LineEnd {
    if loneReturns == 0 { return .lf }
    return feeds == 0 || (pairs == 0 && loneReturns > 10 * feeds) ? .cr : .mixed
  }

  /// The line end under which the records of `dialect` are most alike; LF where that does not tell.
  func best(for dialect: CSVDialect, in text: UnsafeRawBufferPointer, isWhole: Bool) -> CSVDialect.LineEnd {
    guard loneReturns > 0, feeds > 0 else { return first }
    func read(_ lineEnd: CSVDialect.LineEnd) -> (likeness: Double, records: Int) {
      var dialect = dialect
      dialect.lineEnd = lineEnd
      return likeness(of: dialect, in: text, isWhole: isWhole)
    }
    let mixed = read(.mixed)
    let plain = read(.lf)
    // Where CRs end all records, LF leaves but a few, long and alike.
    let isAsGood = mixed.likeness > 0.6 && mixed.records > 2 * plain.records
    guard isAsGood || mixed.likeness > plain.likeness + 1e-9 else { return .lf }
    // LFs in quotes alone end no records: CRs do. Within CR LF, CR alone would leave the LFs in the fields.
    // (A CR at the end of a cut text ends a record for sure only if it is alone.)
    return pairs == 0 && (0...1).contains(read(.cr).records - mixed.records) ? .cr : .mixed
  }

  /// Share of the records that have the width most of them have and are in form; and how many there are.
  private func likeness(
    of dialect: CSVDialect, in text: UnsafeRawBufferPointer, isWhole: Bool
  ) -> (likeness: Double, records: Int) {
    var walk = CSVRecordWalk(text, dialect: dialect, isWhole: isWhole)
    var widths: [Int] = []
    var broken = 0
    while widths.count < 4_096, broken < 100, let record = walk.next() {
      if record.isBlank || record.isComment { continue }
      widths.append(record.fields.count)
      if !record.anomalies.isEmpty { broken += 1 }
    }
    let found = CSVWidths(widths)
    guard found.width > 1 else { return (0, widths.count) }
    return (Double(found.fits - min(broken, found.fits)) / Double(found.records), widths.count)
  }

  /// The finding.
  func finding(_ lineEnd: CSVDialect.LineEnd, asked: Bool) -> CSVFinding {
    let value: String
    let reason: String
    switch lineEnd {
    case .cr:
      value = "CR"
      reason = feeds == 0 ? "there is no LF" : "records end alike at CR, not at LF"
    case .mixed:
      value = "mixed"
      reason = "lone CRs end records too: \(loneReturns) beside \(feeds) LF"
    case .lf:
      value = pairs * 2 > feeds ? "CR LF" : "LF"
      if loneReturns > 0 {
        reason = "the \(loneReturns) lone CRs end no records"
      } else if pairs == 0 {
        reason = feeds == 0 ? "the default; there is one line" : "there is no CR"
      } else {
        reason = pairs == feeds ? "each LF follows a CR" : "\(pairs) of \(feeds) LF follow a CR"
      }
    }
    return CSVFinding(name: "line_end", value: value, reason: asked ? "as asked" : reason, isCloseCall: false)
  }
}
