// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Testing
import TextFormats

@testable import Pipelines

private func style(_ change: (inout OutputStyle) -> Void) -> OutputStyle {
  var style = OutputStyle()
  change(&style)
  return style
}

private let choices: [(option: String, style: OutputStyle)] = [
  ("--quote-style", style { $0.quoteStyle = .all }), ("--delimiter-out", style { $0.delimiter = UInt8(ascii: ";") }),
  ("--header-out", style { $0.hasHeader = false }), ("--null-as", style { $0.nullSpelling = "NA" }),
]

@Test(arguments: OutputFormat.allCases)
func choicesThatAFormDoesNotLeaveAreErrors(format: OutputFormat) throws {
  let target = try OutputTarget(path: "-", format: format, fallback: .csv)
  #expect(try target.styled(as: OutputStyle()).style == OutputStyle())
  for (option, style) in choices {
    let spellsNull = option == "--null-as" && (format == .table || format == .markdown)
    if format == .csv || spellsNull {
      #expect(try target.styled(as: style).style == style, "\(option)")
    } else {
      let error = #expect(throws: OutputError.self, "\(option)") { try target.styled(as: style) }
      #expect(error?.kind == .styleWithoutEffect)
      #expect(error?.summary == "\(option) has no effect on \(format.name)")
    }
  }
}

@Test func nullMustStandBare() throws {
  let target = try OutputTarget(path: "a.csv.gz", format: nil, fallback: .csv)
  for (null, delimiter, isPossible) in [
    ("a;b", ",", true), ("a;b", ";", false), ("a,b", ",", false), ("\"", ",", false), ("\r", ",", false),
    ("-", ",", true),
  ] {
    let style = try OutputStyle(delimiter: delimiter, nullSpelling: null)
    if isPossible {
      #expect(throws: Never.self, "\(null)") { try target.styled(as: style) }
    } else {
      #expect(throws: OutputError.self, "\(null)") { try target.styled(as: style) }
    }
  }
  // Markdown escapes it.
  let markdown = try OutputTarget(path: "a.md", format: nil, fallback: .csv)
  #expect(throws: Never.self) { try markdown.styled(as: OutputStyle(delimiter: nil, nullSpelling: "a|b\n")) }
}

@Test func delimitersAreOneCharacterOrTab() throws {
  #expect(try OutputStyle(delimiter: "tab").delimiter == 9)
  #expect(try OutputStyle(delimiter: "|").delimiter == UInt8(ascii: "|"))
  for wrong in ["", ";;", "\"", "é", "\n"] {
    #expect(throws: CSVOptionError.self, "\(wrong)") { try OutputStyle(delimiter: wrong) }
  }
}
