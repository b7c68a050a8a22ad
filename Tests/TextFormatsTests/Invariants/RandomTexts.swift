// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import TextFormats

/// Small random texts in several dialects, read in tiny pieces and by the plain twin.
package struct RandomTexts {
  /// Texts so far.
  package private(set) var compared = 0
  /// The last of them, with what it was read by.
  package var lastText: String {
    "\(String(decoding: text, as: UTF8.self).debugDescription) strict \(options.isStrict) \(options.dialect) \(options.limits)"
  }
  private var text: [UInt8] = []
  private var options = CSVOptions()
  private var rows = 0
  private var faults: [String: Int] = [:]
  private var state: UInt64

  private static let letters = Array("\",\n\r ;ab\0".utf8)
  private static let dialects: [CSVDialect] = {
    func dialect(_ change: (inout CSVDialect) -> Void) -> CSVDialect {
      var dialect = CSVDialect()
      change(&dialect)
      return dialect
    }
    return [
      CSVDialect(), dialect { $0.quote = UInt8(ascii: ";") }, dialect { $0.quote = nil },
      dialect { $0.delimiter = [UInt8(ascii: ";")] }, dialect { $0.escape = .backslash },
      dialect { $0.comment = [UInt8(ascii: "a")] }, dialect { $0.lineEnd = .cr }, dialect { $0.lineEnd = .mixed },
      dialect { $0.delimiter = Array(",;".utf8) },
    ]
  }()

  /// The same seed gives the same texts.
  package init(seed: UInt64) { state = seed }

  /// How many rows and faults there were.
  package var summary: String {
    let told = faults.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(compared) texts, \(rows) rows, " + told.joined(separator: ", ")
  }

  /// Throws if reader and twin differ on the next text.
  package mutating func compareOne() throws {
    let dialect = Self.dialects[next(Self.dialects.count)]
    options = CSVOptions()
    options.dialect = Self.stated(dialect)
    options.allText = true
    options.isStrict = next(2) == 1
    options.errorPolicy = .skip
    options.threads = next(16) == 0 ? 2 : 1
    options.limits.recordsPerChunk = 1 + next(5)
    options.limits.chunkBytes = 1 + next(30)
    options.limits.chunkBytesPerColumn = 1
    options.limits.readBytes = 1 + next(20)
    options.limits.dialectBytes = options.limits.readBytes
    options.limits.sampleBytes = 16
    options.limits.indexEntries = 1 + next(10)
    options.limits.dictionaryTrialValues = 2

    let names = ["h", "i", "j"].prefix(1 + next(3)).map { Array($0.utf8) }
    text = Array(names.joined(separator: dialect.delimiter)) + [dialect.lineEnd == .cr ? 13 : 10]
    // A backslash stands for the zero byte where it escapes.
    let isEscaped = dialect.escape == .backslash
    for _ in 0..<next(25) {
      let letter = Self.letters[next(Self.letters.count)]
      text.append(isEscaped && letter == 0 ? UInt8(ascii: "\\") : letter)
    }
    compared += 1
    let twin = PlainCSV(text, dialect: dialect, isStrict: options.isStrict)
    let (table, report) = try readCSVs([CSVStream(name: "a.csv", bytes: text)], options: options)
    try requireTwin(twin, table, report)
    rows += twin.rows.count
    for fault in twin.faults { faults[fault.code, default: 0] += 1 }
  }

  /// Nothing of `dialect` is left to be found.
  private static func stated(_ dialect: CSVDialect) -> CSVDialectHints {
    var hints = CSVDialectHints()
    hints.encoding = "UTF-8"
    hints.delimiter = dialect.delimiter
    hints.quote = .some(dialect.quote)
    hints.escape = dialect.escape
    hints.lineEnd = dialect.lineEnd
    hints.comment = dialect.comment
    (hints.preambleLines, hints.headerRows, hints.footerLines) = (0, 1, 0)
    return hints
  }

  /// A number below `bound`, by SplitMix64 (Steele, Lea, Flood 2014).
  private mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }
}
