// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import TextFormats

/// Well-formed tables of any dialect, written at random, are recognised, whole or cut anywhere.
@Suite struct CSVSniffRandomTests {
  struct Style: CustomStringConvertible {
    var delimiter: String
    var quote: String
    var newline: String
    var backslash: Bool

    var description: String { "\(delimiter.debugDescription) \(quote) \(newline.debugDescription) \(backslash)" }

    func written(_ rows: [[String]]) -> String {
      rows.map { $0.map(field).joined(separator: delimiter) + newline }.joined()
    }

    private func field(_ text: String) -> String {
      guard text.contains(where: { delimiter.contains($0) || $0 == "\n" || $0.description == quote }) else {
        return text
      }
      let escaped = text.split(separator: quote, omittingEmptySubsequences: false)
        .joined(separator: backslash ? "\\" + quote : quote + quote)
      return quote + escaped + quote
    }
  }

  static let styles = [",", ";", "\t", "|", "||", "::", ", "].flatMap { delimiter in
    ["\"", "'"].flatMap { quote in
      ["\n", "\r\n", "\r"].flatMap { newline in
        [false, true].map { Style(delimiter: delimiter, quote: quote, newline: newline, backslash: $0) }
      }
    }
  }

  private static func table(_ random: inout RandomSource, quote: String) -> [[String]] {
    let words = [
      "São Paulo", "x", "red, green", "a;b", "p|q", "at: noon", "", "two\nlines", "say \(quote)so\(quote)", "z",
    ]
    let rowCount = Int.random(in: 8...30, using: &random)
    let kinds = (0..<Int.random(in: 2...7, using: &random)).map { _ in Int.random(in: 0...3, using: &random) }
    let rows = (0..<rowCount).map { row in
      ["\(row)"]
        + kinds.map { kind in
          switch kind {
          case 0: words.randomElement(using: &random)!
          case 1: "\(Int.random(in: 0...9999, using: &random))"
          case 2: "\(Int.random(in: 0...99, using: &random)).\(Int.random(in: 10...99, using: &random))"
          default: "2020-0\(Int.random(in: 1...9, using: &random))-1\(Int.random(in: 0...9, using: &random))"
          }
        }
    }
    let names = ["id"] + kinds.indices.map { "name\($0)" }
    return [names] + rows
  }

  @Test(arguments: styles.indices) func styleIsRecognised(index: Int) throws {
    let style = Self.styles[index]
    var random = RandomSource(seed: UInt64(index))
    for round in 0..<3 {
      let rows = Self.table(&random, quote: style.quote)
      let text = style.written(rows)
      let found = try sniff(text)
      check(found, style, text, "round \(round)")
      #expect(found.width == rows[0].count && found.names == rows[0], "\(style) round \(round)\n\(text)")
      #expect(found.dataStart == style.written([rows[0]]).utf8.count, "\(style) round \(round)")
      #expect(found.closeCalls == [], "\(style) round \(round)\n\(text)")
    }
  }

  @Test func cutAnywhere() throws {
    for index in stride(from: 0, to: Self.styles.count, by: 11) {
      let style = Self.styles[index]
      var random = RandomSource(seed: UInt64(1000 + index))
      let rows = Self.table(&random, quote: style.quote)
      let text = style.written(rows)
      let bytes = Array(text.utf8)
      for end in stride(from: style.written(Array(rows.prefix(5))).utf8.count, through: bytes.count, by: 7) {
        let prefix = Array(bytes[..<end])
        guard let found = try sniff(prefix, isWhole: false) else {
          Issue.record("\(style) to \(end)")
          continue
        }
        check(found, style, String(decoding: prefix, as: UTF8.self), "to \(end)")
      }
    }
  }

  private func check(_ found: CSVSniffing, _ style: Style, _ text: String, _ place: String) {
    let spaced = style.delimiter == ", "
    let wanted = spaced ? "," : style.delimiter
    let delimiter = String(decoding: found.dialect.delimiter, as: UTF8.self)
    #expect(delimiter == wanted && found.dialect.skipsSpaces == spaced, "\(style) \(place)\n\(text)")
    // Without several quoted fields there is nothing to see, and line ends in quotes look like others.
    if text.contains(style.quote + "a") || text.contains(style.quote + "red") {
      #expect(found.dialect.quote == style.quote.utf8.first, "\(style) \(place)\n\(text)")
      #expect((found.dialect.lineEnd == .cr) == (style.newline == "\r"), "\(style) \(place)\n\(text)")
    }
  }
}
