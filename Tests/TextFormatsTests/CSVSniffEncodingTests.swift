// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import TextFormats

/// Encodings by their bytes, and files that are no text.
@Suite struct CSVSniffEncodingTests {
  private func encoding(_ bytes: [UInt8], isWhole: Bool = true) -> CSVEncodingGuess {
    bytes.withUnsafeBytes { detectEncoding($0, isWhole: isWhole) }
  }

  private func utf16(_ text: String, littleEndian: Bool) -> [UInt8] {
    text.utf16.flatMap { littleEndian ? [UInt8($0 & 255), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 255)] }
  }

  @Test func marks() {
    for (mark, name): ([UInt8], String) in [
      ([0xEF, 0xBB, 0xBF], "UTF-8"), ([0xFF, 0xFE], "UTF-16LE"), ([0xFE, 0xFF], "UTF-16BE"),
      ([0xFF, 0xFE, 0, 0], "UTF-32LE"), ([0, 0, 0xFE, 0xFF], "UTF-32BE"),
    ] {
      let found = encoding(mark + [0x61, 0, 0, 0])
      #expect(found.name == name && !found.isCloseCall)
    }
  }

  @Test func utf16WithoutMark() {
    for text in ["a,b\n1,2\n", "État,Ville\nÀ,ß\n", "都市,人口\n東京,1395\n大阪,883\n"] {
      #expect(encoding(utf16(text, littleEndian: true)).name == "UTF-16LE")
      #expect(encoding(utf16(text, littleEndian: false)).name == "UTF-16BE")
    }
    #expect(encoding(Array("a,b\n1,\u{0}\n2,\u{0}\u{0}\n".utf8)).name == "UTF-8")
  }

  @Test func utf8AndSingleBytes() {
    let text = Array("a,é€😀".utf8)
    for end in 0...text.count {
      let isCut = end < text.count && text[end] & 0xC0 == 0x80
      #expect(encoding(Array(text[..<end]), isWhole: false) == .utf8)
      #expect((encoding(Array(text[..<end])) == .utf8) == !isCut)
    }
    let windows = encoding(Array("name\nS".utf8) + [0xE3] + Array("o Paulo \u{2}\n".utf8), isWhole: false)
    #expect(windows.name == "WINDOWS-1252" && windows.isCloseCall && windows.reason.contains("--encoding"))
    #expect(encoding([0x61, 0x81, 0x61]).name == "ISO-8859-1")
  }

  @Test func filesThatAreNoText() throws {
    let zeros = [UInt8](repeating: 1, count: 20) + [0]
    for bytes: [UInt8] in [
      Array("PK\u{3}\u{4}".utf8), Array("PAR1\u{15}".utf8), Array("%PDF-1.7\n".utf8), [0x1F, 0x8B, 8, 0], zeros,
      Array("a,b\n".utf8) + zeros,
    ] {
      let error = #expect(throws: CSVError.self) { try sniff(bytes) }
      #expect(error?.code == "csv.binary" && error?.advice != nil)
    }
    for text in [" {\"a\": 1}\n", "[\n {\n", "[[1,2]]", "<!DOCTYPE html>\n", "\u{FEFF}<?xml version=\"1.0\"?>\n"] {
      let error = #expect(throws: CSVError.self) { try sniff(text) }
      #expect(error?.code == "csv.other-format", "\(text)")
    }
    #expect(try sniff("{a},[b]\n1,2\n").width == 2)
    let single = try sniff("a,b\n1,\u{0}\n2,some text that is long enough\n3,and some more of it\n")
    #expect(single.width == 2)
  }
}
