// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

@testable import TextFormats

/// What one input of the fuzzer means: nine characters of options, then a text.
///
/// `0` stands for 0, the characters after it in ASCII for the numbers after it; seeds can be read, and any byte has a meaning.
/// Tests/Fuzz/README.md has the table.
struct CSVFuzzInput {
  /// Options and limits.
  static let optionBytes = 9
  /// Longer texts are cut.
  static let mostTextBytes = 1 << 14

  let text: [UInt8]
  private(set) var options = CSVOptions()
  /// True where nothing is left to be found, and all is text.
  let isStated: Bool
  /// A type for the first column.
  private(set) var typeOfFirst: ColumnType?
  /// True: the text is read a second time as another file.
  let isRepeated: Bool
  /// True: records longer than a few bytes are too long. Where that is noticed is left to the sizes of reads.
  let hasShortRecords: Bool
  /// For each reading after the first one, threads and limits.
  private(set) var variants: [(threads: Int, limits: CSVLimits)] = []
  /// How the table is written.
  private(set) var writer = CSVWriter()

  private static let delimiters = [",", ";", "\t", "|", " ", "||", "::", ":", "a", "\"", "'", "é"].map {
    Array($0.utf8)
  }
  private static let quotes: [UInt8?] = [
    UInt8(ascii: "\""), UInt8(ascii: "'"), nil, UInt8(ascii: ";"), UInt8(ascii: "0"),
  ]
  private static let comments = ["", "#", "//", "#colonnade", "a"].map { Array($0.utf8) }
  private static let dateFormats = [nil, "%d/%m/%Y", "%m/%d/%y", "%d %b %Y %H:%M", "%Y%m%d"].map { text in
    text.flatMap { try? CSVDateFormat($0) }
  }
  private static let numberStyles = [
    nil, CSVNumberStyle(decimal: UInt8(ascii: ",")),
    CSVNumberStyle(decimal: UInt8(ascii: ","), groups: .mark([UInt8(ascii: ".")])), CSVNumberStyle(groups: .anySpace),
  ]
  private static let lineEnds = [CSVDialect.LineEnd.lf, .cr, .mixed]
  private static let encodings = [nil, "UTF-8", "UTF-16LE", "windows-1252", "nonesuch"]
  private static let types: [ColumnType] = [
    .int64, .float64, .decimal(precision: 9, scale: 2), .date, .timestamp(isUTC: false), .timestamp(isUTC: true), .bool,
    .string,
  ]

  /// Every input means something.
  init(_ input: [UInt8]) {
    let given = input.prefix(Self.optionBytes).map { Int($0 &- UInt8(ascii: "0")) }
    let numbers = given + Array(repeating: 0, count: Self.optionBytes - given.count)
    var body = Array(input.dropFirst(Self.optionBytes).prefix(Self.mostTextBytes))
    let mode = numbers[0]
    options.isStrict = mode & 1 != 0
    options.allText = mode & 2 != 0
    isStated = mode & 4 != 0
    isRepeated = mode & 16 != 0
    hasShortRecords = mode & 32 != 0 && !isStated
    if mode & 8 != 0, !isStated {
      options.nullSpellings = ["NA", "-"]
      typeOfFirst = Self.types[numbers[5] % Self.types.count]
    }

    if !isStated {
      options.dateFormat = Self.dateFormats[numbers[8] % 5]
      options.numberStyle = Self.numberStyles[numbers[8] / 5 % 4]
      if numbers[8] / 20 % 2 == 1 {
        options.renames = ["a": "b", "b": "a"]
        options.columns = ["a"]
      }
    }

    var hints = CSVDialectHints()
    // The first choice of each is to find it.
    func choice(_ number: Int, of count: Int) -> Int? { number % (count + 1) == 0 ? nil : number % (count + 1) - 1 }
    hints.delimiter = choice(numbers[1], of: Self.delimiters.count).map { Self.delimiters[$0] }
    hints.quote = choice(numbers[2], of: Self.quotes.count).map { Self.quotes[$0] }
    hints.escape = choice(numbers[2] / 6, of: 2).map { [CSVDialect.Escape.doubled, .backslash][$0] }
    hints.comment = choice(numbers[3], of: Self.comments.count).map { Self.comments[$0] }
    hints.lineEnd = choice(numbers[3] / 6, of: 3).map { Self.lineEnds[$0] }
    hints.headerRows = choice(numbers[4], of: 3)
    hints.footerLines = choice(numbers[4] / 4, of: 3)
    hints.preambleLines = choice(numbers[4] / 16, of: 3)
    hints.encoding = Self.encodings[numbers[7] % Self.encodings.count]
    if isStated {
      hints.encoding = "UTF-8"
      hints.delimiter = hints.delimiter ?? [UInt8(ascii: ",")]
      hints.quote = hints.quote ?? .some(UInt8(ascii: "\""))
      hints.escape = hints.escape ?? .doubled
      hints.comment = hints.comment ?? []
      hints.lineEnd = hints.lineEnd ?? .lf
      (hints.preambleLines, hints.headerRows, hints.footerLines) = (0, 1, 0)
      options.allText = true
      // A header that any dialect reads alike: the plain twin knows no sniffing.
      let names = ["h", "i", "j", "k"].prefix(numbers[4] % 4 + 1).map { Array($0.utf8) }
      body = Array(names.joined(separator: hints.delimiter ?? [])) + [hints.lineEnd == .cr ? 13 : 10] + body
    }
    text = body
    options.dialect = hints
    options.errorPolicy = .skip
    options.limits.indexEntries = 256
    if hasShortRecords { options.limits.recordBytes = 1 + numbers[5] }

    // Starting threads takes longer than all else: every fourth input has some.
    variants = [
      (
        numbers[6] % 4 == 1 ? 2 : 1,
        limits(
          records: 1 + numbers[5] % 8, bytes: 1 + numbers[6] % 64, read: 1 + numbers[7] % 32,
          sample: 1 + numbers[6] % 16)
      ),
      (1, limits(records: 1, bytes: 1, read: 1 + numbers[6] % 3, sample: 1)),
    ]
    let delimiter = hints.delimiter.flatMap { $0.count == 1 && $0[0] < 128 ? $0[0] : nil } ?? UInt8(ascii: ",")
    writer = CSVWriter(
      delimiter: delimiter == UInt8(ascii: "\"") ? UInt8(ascii: ",") : delimiter,
      lineEnd: numbers[6] % 2 == 0 ? .lf : .crlf, hasHeader: true, quoteStyle: numbers[7] % 2 == 0 ? .minimal : .all,
      nullSpelling: numbers[5] % 4 == 3 || delimiter == UInt8(ascii: " ") ? "NULL" : "")
  }

  private func limits(records: Int, bytes: Int, read: Int, sample: Int) -> CSVLimits {
    var limits = options.limits
    limits.recordsPerChunk = records
    limits.chunkBytes = bytes
    limits.chunkBytesPerColumn = 1
    limits.readBytes = read
    limits.sampleBytes = sample
    limits.indexEntries = 1 + bytes % 16
    limits.dictionaryTrialValues = 2
    // What is found must come from the same sample.
    if isStated { limits.dialectBytes = read }
    return limits
  }

  /// Where everything is stated, all of the dialect; the plain twin reads by it.
  var statedDialect: CSVDialect {
    var dialect = CSVDialect()
    dialect.delimiter = options.dialect.delimiter ?? dialect.delimiter
    // Several spaces are one delimiter.
    dialect.joinsDelimiters = dialect.delimiter == [UInt8(ascii: " ")]
    dialect.quote = options.dialect.quote ?? dialect.quote
    dialect.escape = options.dialect.escape ?? dialect.escape
    dialect.comment = options.dialect.comment ?? dialect.comment
    dialect.lineEnd = options.dialect.lineEnd ?? dialect.lineEnd
    return dialect
  }
}
