// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

@testable import TextFormats

/// Something that must hold for every text does not.
struct BrokenInvariant: Error, CustomStringConvertible {
  let description: String
}

/// What must hold for every text, however it is read. Throws ``BrokenInvariant``.
package struct CSVInvariants {
  private let input: CSVFuzzInput
  private var options: CSVOptions

  private enum Outcome {
    case read(Table, CSVReport)
    case refused(any Diagnosis)
  }

  /// Checks one input of the fuzzer.
  package static func check(_ bytes: [UInt8]) throws {
    let input = CSVFuzzInput(bytes)
    var checks = CSVInvariants(input)
    try checks.run()
  }

  private init(_ input: CSVFuzzInput) {
    self.input = input
    options = input.options
  }

  private mutating func run() throws {
    checkSniffing()
    var first = try read()
    if let type = input.typeOfFirst, case .read(let table, _) = first, let name = table.schema.names.first {
      options.types = [name: type]
      first = try read()
    }
    for (threads, limits) in input.variants {
      options.threads = threads
      options.limits = limits
      let other = try read()
      try compare(first, other, "\(threads) threads, \(limits)")
    }
    options.threads = 1
    options.limits = input.options.limits
    if input.isRepeated { try checkRepetition(first) }
    try checkFailing(first)
    guard case .read(let table, let report) = first else { return }
    if input.isStated { try checkTwin(table, report) }
    try checkWriting(table)
  }

  // MARK: reading

  private func read(_ count: Int = 1) throws -> Outcome {
    do {
      let stream = CSVStream(name: "a.csv", bytes: input.text)
      let (table, report) = try readCSVs(Array(repeating: stream, count: count), options: options)
      try require(table.rowCount == report.rowCount, "a table of \(table.rowCount) rows, \(report.rowCount) reported")
      return .read(table, report)
    } catch let error as BrokenInvariant {
      throw error
    } catch let error as any Diagnosis {
      return .refused(error)
    } catch {
      throw BrokenInvariant(description: "\(type(of: error)) thrown: \(error)")
    }
  }

  /// The address sanitizer watches the ends of the text, which is exactly as long as it is.
  private func checkSniffing() {
    let exact = UnsafeMutableRawBufferPointer.allocate(byteCount: input.text.count, alignment: 1)
    defer { exact.deallocate() }
    exact.copyBytes(from: input.text)
    let text = UnsafeRawBufferPointer(exact)
    for isWhole in [true, false] {
      _ = detectEncoding(text, isWhole: isWhole)
      let sniffing = try? sniffDialect(text, isWhole: isWhole, hints: options.dialect)
      guard let sniffing else { continue }
      precondition(sniffing.dataStart <= text.count, "data begin behind the end")
      _ = footerOf(text, dialect: sniffing.dialect, width: sniffing.width, lines: nil)
      _ = footerOf(text, dialect: sniffing.dialect, width: sniffing.width, lines: options.dialect.footerLines ?? 2)
      var walk = CSVRecordWalk(
        text, dialect: sniffing.dialect, width: sniffing.width, from: sniffing.dataStart, isWhole: isWhole)
      while let record = walk.next() {
        for field in record.fields { _ = walk.content(field) }
      }
    }
  }

  // MARK: what must be equal

  private func compare(_ first: Outcome, _ other: Outcome, _ what: @autoclosure () -> String) throws {
    switch (first, other) {
    case (.refused(let one), .refused(let two)):
      try require(
        one.code == two.code && one.place == two.place,
        "\(what()): \(one.code) at \(one.place), \(two.code) at \(two.place)")
    case (.read(let one, let report), .read(let two, let otherReport)):
      try require(
        report.rejectedRowCount == otherReport.rejectedRowCount,
        "\(what()): \(report.rejectedRowCount) rejected, then \(otherReport.rejectedRowCount)")
      try require(report.columns == otherReport.columns, "\(what()): \(report.columns), then \(otherReport.columns)")
      try requireSame(one, two, what())
      try require(
        report.firstRejected == otherReport.firstRejected,
        "\(what()): \(report.firstRejected), then \(otherReport.firstRejected)")
      try require(report.repairs == otherReport.repairs, "\(what()): \(report.repairs), then \(otherReport.repairs)")
      let counts = [report, otherReport].map { [$0.blankLineCount, $0.commentCount, $0.repeatedHeaderCount] }
      try require(counts[0] == counts[1], "\(what()): left out \(counts)")
      try require(report.inputs == otherReport.inputs, "\(what()): \(report.inputs), then \(otherReport.inputs)")
    case (.refused(let error), .read): throw BrokenInvariant(description: "\(what()): \(error) first, then read")
    case (.read, .refused(let error)): throw BrokenInvariant(description: "\(what()): read first, then \(error)")
    }
  }

  private func requireSame(_ one: Table, _ two: Table, _ what: @autoclosure () -> String) throws {
    try require(one.schema == two.schema, "\(what()): \(one.schema), then \(two.schema)")
    try require(one.rowCount == two.rowCount, "\(what()): \(one.rowCount) rows, then \(two.rowCount)")
    for row in 0..<one.rowCount {
      for column in one.schema.fields.indices {
        let (a, b) = (one.value(row: row, column: column), two.value(row: row, column: column))
        try require(isSame(a, b), "\(what()): row \(row) column \(column) is \(a), then \(b)")
      }
    }
  }

  /// Two files of the same text are one table of all rows twice.
  private mutating func checkRepetition(_ first: Outcome) throws {
    options.limits = input.variants[0].limits
    defer { options.limits = input.options.limits }
    guard case .read(let table, let report) = first else { return }
    guard case .read(let twice, let both) = try read(2) else {
      throw BrokenInvariant(description: "refused the second time")
    }
    try require(
      twice.rowCount == 2 * table.rowCount && both.rejectedRowCount == 2 * report.rejectedRowCount,
      "twice \(table.rowCount) rows and \(report.rejectedRowCount) rejected are \(twice.rowCount) and \(both.rejectedRowCount)"
    )
    try require(table.schema == twice.schema, "twice: \(table.schema), then \(twice.schema)")
    for row in 0..<twice.rowCount {
      for column in table.schema.fields.indices {
        let (a, b) = (table.value(row: row % table.rowCount, column: column), twice.value(row: row, column: column))
        try require(isSame(a, b), "twice: row \(row) column \(column) is \(a), then \(b)")
      }
    }
  }

  /// Without skipping, faults are told instead; without faults, nothing changes.
  private mutating func checkFailing(_ first: Outcome) throws {
    options.errorPolicy = .fail
    defer { options.errorPolicy = .skip }
    switch (first, try read()) {
    case (.read(let table, let report), .read(let other, let otherReport)):
      try require(report.rejectedRowCount == 0, "\(report.rejectedRowCount) faults that are no error")
      try compare(.read(table, report), .read(other, otherReport), "failing")
    case (.read(_, let report), .refused(let error)):
      let error = error as? CSVError
      let told = error.map { [$0.code] + $0.others.map(\.code) } ?? []
      try require(told == report.firstRejected.map(\.code), "\(told) told, \(report.firstRejected) skipped")
    case (.refused(let one), .refused(let two)):
      // A fault before what ended the reading comes first.
      try require(one.code == two.code || two is CSVError, "\(one.code), failing \(two.code)")
    case (.refused(let error), .read): throw BrokenInvariant(description: "\(error) only when faults are skipped")
    }
  }

  private func checkTwin(_ table: Table, _ report: CSVReport) throws {
    let twin = PlainCSV(input.text, dialect: input.statedDialect, isStrict: options.isStrict)
    try requireTwin(twin, table, report)
  }

  /// What is written is read back as the same values.
  private func checkWriting(_ table: Table) throws {
    guard !table.schema.fields.isEmpty else { return }
    var text: [UInt8] = []
    try input.writer.write(table) { text.append(contentsOf: $0) }
    // Nothing but spaces is a text without content, whatever is stated.
    if text.allSatisfy({ $0 == 32 || (9...13).contains($0) }) { return }
    var back = CSVOptions()
    back.dialect.encoding = "UTF-8"
    back.dialect.delimiter = [input.writer.delimiter]
    back.dialect.quote = .some(input.writer.quote)
    back.dialect.escape = .doubled
    back.dialect.lineEnd = .lf
    back.dialect.comment = []
    (back.dialect.preambleLines, back.dialect.headerRows, back.dialect.footerLines) = (0, 1, 0)
    back.nullSpellings = input.writer.nullSpelling.isEmpty ? [] : [input.writer.nullSpelling]
    back.types = Dictionary(uniqueKeysWithValues: table.schema.fields.map { ($0.name, $0.type) })
    do {
      let again = try readCSVs([CSVStream(name: "written", bytes: text)], options: back).table
      try requireSame(table, again, "written as \(String(decoding: text, as: UTF8.self).debugDescription)")
    } catch let error as any Diagnosis {
      throw BrokenInvariant(
        description: "\(error) in what was written: \(String(decoding: text, as: UTF8.self).debugDescription)")
    }
  }
}

/// Throws unless a table of texts and its report are what the plain twin makes of the same text.
package func requireTwin(_ twin: PlainCSV, _ table: Table, _ report: CSVReport) throws {
  try require(
    table.rowCount == twin.rows.count && report.rejectedRowCount == twin.faults.count,
    "\(table.rowCount) rows and \(report.rejectedRowCount) rejected; the twin has \(twin.rows.count) and \(twin.faults.count)"
  )
  for row in twin.rows.indices {
    for column in twin.rows[row].indices {
      let (a, b) = (table.value(row: row, column: column), twin.rows[row][column])
      try require(isSame(a, b), "row \(row) column \(column) is \(a), the twin's \(b)")
    }
  }
  let told = report.firstRejected.map { PlainCSV.Fault(code: $0.code, offset: $0.place.byteOffset ?? -1) }
  for (one, other) in zip(told, twin.faults) {
    // Of bytes that are no UTF-8 the reader knows the place, the twin only the record.
    let isSamePlace = one.offset == other.offset || one.code == "csv.invalid-utf8"
    try require(one.code == other.code && isSamePlace, "\(one), the twin's \(other)")
  }
}

/// Equal, byte by byte and bit by bit.
private func isSame(_ a: Value, _ b: Value) -> Bool {
  switch (a, b) {
  case (.float64(let a), .float64(let b)): a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN)
  case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
  default: a == b
  }
}

private func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
  if !condition { throw BrokenInvariant(description: message()) }
}
