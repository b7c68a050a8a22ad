// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How well a dialect explains the beginning of a text: the pattern score of its records' widths times the type score of its cells.
///
/// The measure is that of van den Burg, Nazábal and Sutton, "Wrangling messy CSV files by detecting row and type patterns" (2019), with
/// a pattern score that forgives titles and footnotes (``CSVWidths``).
struct CSVDialectScore {
  let dialect: CSVDialect
  let widths: CSVWidths
  /// 0…1, higher is better.
  private(set) var total = 0.0
  /// Records that break the form.
  private(set) var brokenRecords = 0
  /// Fields in quotes, in records of the width that are in form.
  private(set) var quotedFields = 0
  /// Share of the fields after a delimiter, empty ones left out, that begin with a space or follow one.
  private(set) var spacedShare = 0.0
  /// Share of the columns whose cells, but for the first record's, look like numbers, dates or times.
  private(set) var figureShare = 0.0
  /// Delimiters that stand together between any two fields.
  private(set) var repeats = 1
  /// True if the first record has the width.
  private(set) var firstFits = false
  /// True if the first record has no delimiter at all.
  private(set) var lacksFirst = false
  /// True if a whole record may be a time, cut at its space or colons.
  private(set) var looksLikeTimes = false
  /// True for unquoted fields that are `\N` alone.
  private(set) var hasBackslashNull = false

  /// Records looked at.
  static let mostRecords = 200
  private static let mostBroken = 40
  private static let mostCells = 4_096

  /// `window` starts where the text does, any byte order mark left out.
  init(_ dialect: CSVDialect, in window: UnsafeRawBufferPointer, isWhole: Bool) {
    self.dialect = dialect
    var walk = CSVRecordWalk(window, dialect: dialect, isWhole: isWhole)
    var records: [CSVRecordWalk.Record] = []
    while records.count < Self.mostRecords, brokenRecords < Self.mostBroken, let record = walk.next() {
      if record.isBlank || record.isComment { continue }
      if !record.anomalies.isEmpty { brokenRecords += 1 }
      records.append(record)
    }
    widths = CSVWidths(records.map(\.fields.count))
    guard let first = records.first else { return }
    firstFits = first.fields.count == widths.width
    let fitting = records.filter { $0.fields.count == widths.width }
    let type = typeScore(fitting, in: window, skipsFirst: firstFits)
    findRepeats(fitting)
    if let fields = fitting.last?.fields, let start = fields.first?.start, let end = fields.last?.end {
      let line = UnsafeRawBufferPointer(rebasing: window[start..<end])
      let mayBe = dialect.delimiter == [UInt8(ascii: ":")] || fields.count == 2
      looksLikeTimes = mayBe && line.contains(UInt8(ascii: ":")) && CSVCellShape(line).isFigure
    }
    total = widths.pattern * type
    lacksFirst = first.fields.count == 1 && widths.width > 1
    if lacksFirst { total *= 0.5 } else if first.fields.count + 1 < widths.width { total *= 0.75 }
    total *= 1 - 0.5 * Double(brokenRecords) / Double(records.count)
    total *= Self.prior(dialect.delimiter[0])
  }

  /// How much likelier a byte is to divide fields than another that does as well.
  private static func prior(_ delimiter: UInt8) -> Double {
    switch delimiter {
    case UInt8(ascii: ","): 1
    case UInt8(ascii: "\t"): 0.99
    case UInt8(ascii: ";"), UInt8(ascii: "|"), 1, 31: 0.97
    case UInt8(ascii: " "): 0.6
    case UInt8(ascii: ":"): 0.5
    default: 0.7
    }
  }

  /// The mean score of the cells; notes quotes, spaces and figures on the way.
  private mutating func typeScore(
    _ records: [CSVRecordWalk.Record], in window: UnsafeRawBufferPointer, skipsFirst: Bool
  ) -> Double {
    var (sum, weight): (Float, Float) = (0, 0)
    var (later, spaced, cells) = (0, 0, 0)
    var figures = [Int](repeating: 0, count: widths.width)
    var others = figures
    for (index, record) in records.enumerated() {
      if cells > Self.mostCells, index > 1 { break }
      cells += record.fields.count
      for (column, field) in record.fields.enumerated() {
        let cell = UnsafeRawBufferPointer(rebasing: window[field.start..<field.end])
        let shape: CSVCellShape
        if field.isQuoted {
          shape = .quoted
          if record.anomalies.isEmpty { quotedFields += 1 }
        } else {
          shape = CSVCellShape(cell)
          if cell.elementsEqual([UInt8(ascii: "\\"), UInt8(ascii: "N")]) { hasBackslashNull = true }
        }
        sum += shape.score * shape.weight
        weight += shape.weight
        if shape.isFigure {
          if index > 0 || !skipsFirst { figures[column] += 1 }
        } else if shape.weight == 1, index > 0 || !skipsFirst {
          others[column] += 1
        }
        guard column > 0, field.end > field.start else { continue }
        later += 1
        let isSpaced = dialect.skipsSpaces ? window[field.start - 1] == 32 : cell[0] == 32
        if isSpaced { spaced += 1 }
      }
    }
    if later > 0 { spacedShare = Double(spaced) / Double(later) }
    let figureColumns = figures.indices.count { figures[$0] > 0 && figures[$0] >= 9 * others[$0] }
    figureShare = Double(figureColumns) / Double(widths.width)
    return weight == 0 ? 0.5 : Double(sum / weight)
  }

  /// Two or three delimiters together where the fields between them are empty in every record.
  private mutating func findRepeats(_ records: [CSVRecordWalk.Record]) {
    guard widths.width > 2, dialect.delimiter.count == 1, !dialect.joinsDelimiters else { return }
    for count in 2...3 where (widths.width - 1) % count == 0 {
      let isRepeated = records.allSatisfy { record in
        record.fields.indices.allSatisfy { index in
          index % count == 0 || (record.fields[index].start == record.fields[index].end)
        }
      }
      if isRepeated { repeats = count }
    }
  }
}
