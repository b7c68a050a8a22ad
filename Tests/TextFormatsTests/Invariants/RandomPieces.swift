// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import TextFormats

/// Small random texts, cut into ranges at random; their pieces must be the whole.
package struct RandomPieces {
  /// Texts so far.
  package private(set) var checked = 0
  /// The last of them.
  package var lastText: String { String(decoding: text, as: UTF8.self).debugDescription }
  private var text: [UInt8] = []
  private var options = CSVOptions()
  private var random: SmallRandom

  /// The same seed gives the same texts.
  package init(seed: UInt64) { random = SmallRandom(state: seed) }

  /// Throws if the pieces of the next text are not the whole.
  package mutating func checkOne() throws {
    options = CSVOptions()
    options.dialect = .plain
    if checked % 3 == 2 { makeValues() } else { makeRecords() }
    checked += 1
    let check = PieceCheck(text, options: options)
    for _ in 0..<3 {
      let cuts = Set((0...random.next(5)).map { _ in random.next(max(1, text.count)) })
      try check.check(cuts: cuts.filter { $0 > 0 }.sorted())
    }
  }

  // MARK: records

  /// Records of all kinds, in form and out of it, with everything that has a memory: quotes over lines, empty lines, headers again, notes.
  private mutating func makeRecords() {
    let width = 1 + random.next(3)
    let isFormal = random.next(3) == 0
    options.dialect.footerLines = [nil, 0, 0, 0, 2][random.next(5)]
    options.dialect.headerRows = random.next(5) == 0 ? 0 : 1
    if random.next(7) == 0 { options.dialect.comment = [UInt8(ascii: "#")] }
    if random.next(8) == 0 { options.dialect.lineEnd = random.next(2) == 0 ? .cr : .mixed }
    if random.next(9) == 0 { options.dialect.escape = .backslash }
    if random.next(9) == 0 { options.dialect.quote = .some(nil) }
    options.isStrict = random.next(8) == 0
    options.allText = random.next(2) == 0
    options.limits.footerBytes = 8 + random.next(50)
    options.limits.readBytes = 1 + random.next(60)
    options.limits.blankBytes = 1 + random.next(8)

    let header = ["h", "i", "j"].prefix(width).joined(separator: ",")
    var lines = header + "\n"
    for _ in 0..<random.next(13) {
      switch random.next(14) {
      case 0: lines += random.of(["\n", "\r\n", " \n", "\n\n"])
      case 1: lines += "\n" + header + "\n"
      case 2: lines += "\nsome words\nand more\n"
      case 3: lines += random.of(["# a, \"\n", "a note, and more of it\n"])
      default:
        let count = random.next(8) == 0 ? 1 + random.next(4) : width
        let fields = (0..<count).map { _ in random.of(isFormal ? Self.formal : Self.formless) }
        lines += fields.joined(separator: ",") + random.of(isFormal ? ["\n", "\r\n"] : ["\n", "\n", "\r\n", "\r"])
      }
    }
    if random.next(2) == 0 { lines += random.of(["\nSource: here\n", "1,2", "the end of it"]) }
    text = Array(lines.utf8)
    if options.dialect.lineEnd == .cr { for index in text.indices where text[index] == 10 { text[index] = 13 } }
  }

  private static let formal = [
    "", "1", "\"\"", "\"b,\n\"", "\"x\"\"y\"", "é", "\"\r\n\"", "\"\n\n,\n\"", "22", "\",\"", "\"\n1,2,3\n4\n\"",
  ]
  private static let formless =
    formal + ["\"x\"y", "a\"", "\"\n", "\"", "#", "\\", "\\\n", "\"\n\",", " ", "\" \"", "\r"]

  // MARK: values

  /// Columns of values some of which look otherwise beside others: dates, marks in numbers, many digits, codes.
  private mutating func makeValues() {
    let pools = (0..<2).map { _ in (0...random.next(3)).map { _ in Self.pools[random.next(Self.pools.count)] } }
    let count = 1 + random.next(14)
    var lines = "a,b\n"
    for row in 0..<count {
      lines += pools.map { random.of($0[min($0.count - 1, row * $0.count / count)]) }.joined(separator: ",") + "\n"
    }
    text = Array(lines.utf8)
    switch random.next(6) {
    case 0: options.dateFormat = try? CSVDateFormat("%d/%m/%Y")
    case 1: options.numberStyle = CSVNumberStyle(decimal: UInt8(ascii: ","))
    case 2: options.types = ["b": .float64]
    case 3: if let format = try? CSVDateFormat("%m/%d/%Y") { options.dateFormatOfColumn = ["a": format] }
    default: break
    }
  }

  private static let pools: [[String]] = [
    ["1", "-22", ""], ["1.5", "-0.25"], ["\"1,5\"", "\"22,75\""], ["\"1,234\""], ["1.234.567", "1.234"],
    ["\"1,234,567\""], ["1 234", "12 345 678"], ["3/4/2020", "5/6/2021"], ["13/4/2020"], ["4/13/2020"], ["5/5/2020"],
    ["2020/05/06"], ["2020-02-29", "1999-12-31"], ["2020-02-29T10:00"], ["13/4/2020 10:00"], ["true", "FALSE"],
    ["x", "007"], ["\"\""], ["1e5", "2.5e3"], ["12345678901234567.5", "0.1234567890123456789"],
    ["12345678901234567890123"], [""],
  ]
}

/// SplitMix64 (Steele, Lea, Flood 2014).
private struct SmallRandom {
  var state: UInt64

  /// A number below `bound`.
  mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(bound))
  }

  mutating func of(_ choices: [String]) -> String { choices[next(choices.count)] }
}

extension CSVDialectHints {
  /// RFC 4180 with a header: nothing is found.
  static var plain: CSVDialectHints {
    var hints = CSVDialectHints()
    hints.encoding = "UTF-8"
    hints.delimiter = [UInt8(ascii: ",")]
    hints.quote = .some(UInt8(ascii: "\""))
    hints.escape = .doubled
    hints.lineEnd = .lf
    hints.comment = []
    hints.preambleLines = 0
    hints.headerRows = 1
    hints.footerLines = 0
    return hints
  }
}
