// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Foundation
import Testing

@testable import TextFormats

/// A text cut into ranges anywhere reads as the whole text does. `make pieces` checks more of them, in less time.
@Suite struct CSVPieceTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL
  private static func files(_ folder: String, _ suffix: String) -> [URL] {
    let folder = root.appendingPathComponent(folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { folder.appendingPathComponent($0) }
  }

  /// Of the dialect's cases and the fuzzer's seeds those that are short: the others take too long without optimisation.
  @Test func shortCasesCutEverywhere() throws {
    var checked = 0
    for url in Self.files("Formats/CSVDialect/cases", ".csv") {
      let text = [UInt8](try Data(contentsOf: url))
      guard text.count < 30 else { continue }
      do { try PieceCheck.checkEverywhere(text: text) } catch { Issue.record("\(url.lastPathComponent): \(error)") }
      checked += 1
    }
    for url in Self.files("Tests/Fuzz/Seeds", "") {
      let input = [UInt8](try Data(contentsOf: url))
      guard input.count < 30 else { continue }
      do { try PieceCheck.checkEverywhere(fuzzInput: input) } catch {
        Issue.record("\(url.lastPathComponent): \(error)")
      }
      checked += 1
    }
    #expect(checked > 20)
  }

  @Test(arguments: [3, UInt64.random(in: 0 ... .max)])
  func fewRandomTextsAreTheirPieces(_ seed: UInt64) {
    print("seed \(seed)")
    var texts = RandomPieces(seed: seed)
    do {
      for _ in 0..<200 { try texts.checkOne() }
    } catch {
      Issue.record("text \(texts.checked) of seed \(seed): \(texts.lastText): \(error)")
    }
  }

  /// Words that no scan and no cut writes are refused where they come in.
  @Test func wordsThatCountMoreThanThereIsAreNone() {
    #expect(CSVPiece("2-20-40-3-4-0-100-ab-cd").map { "\($0)" } == "2-20-40-3-4-0-100-ab-cd")
    #expect(CSVPiece("2-20-40-3-4-\(20 + (16 << 20))-100-ab-cd") != nil)
    for word in [
      "1-20-40-3-4-0-100-ab-cd", "2-41-40-3-4-0-100-ab-cd", "2-20-101-3-4-0-100-ab-cd", "2-20-40-21-4-0-100-ab-cd",
      "2-20-40-3-21-0-100-ab-cd", "2-20-40-3-4-\(1 << 62)-100-ab-cd", "2-20-40-3-4-0-\(1 << 62)-ab-cd",
      "2-20-40-3-4-0-100-ab", "2-20-40-3-4-0-100-ab-xy", "2-20-40-3-4--0-100-ab-cd",
    ] { #expect(CSVPiece(word) == nil, "\(word)") }
    let head = "2,10,60,100,ab,cd,4,1,end"
    #expect(CSVScannedRange("\(head),12.0.0.0.0,20.0.2.2.0,64.0.5.9.1") != nil)
    for word in [
      "\(head)", "\(head),12.0.0.0.0,20.0.9.2.0,64.0.9.9.1", "\(head),12.0.0.0.0,20.0.2.9.0,64.0.5.9.1",
      "\(head),12.0.0.0.0,20.0.2.2.0,64.0.1.9.1", "\(head),12.0.0.0.0,11.0.0.0.0,64.0.5.9.1",
      "\(head),3.0.0.0.0,64.0.5.9.1",
      "\(head),12.0.0.0.0,101.0.5.9.1", "\(head),12.0.0.0.\(Int.max)", "2,10,101,100,ab,cd,4,1,stop",
      "2,10,60,100,ab,cd,4,5,stop", "2,10,60,100,ab,cd,101,1,stop", "2,10,60,\(Int.max),ab,cd,4,1,stop",
    ] { #expect(CSVScannedRange(word) == nil, "\(word)") }
    #expect(CSVFoundTypes("1,c=8.\(Int.max).0") == nil)
    #expect(CSVFoundTypes("1,c=8.\(1 << 61).\(1 << 61)")?.schema.fields.first?.type == .float64)
    for word in ["whole", "whole-2-100-ab"] { #expect(CSVWholeText(word).map { "\($0)" } == word) }
    for word in ["whole-", "whole-1-100-ab", "whole-2-100", "whole-2-\(Int.max)-ab", "Whole"] {
      #expect(CSVWholeText(word) == nil, "\(word)")
    }
  }

  @Test func linesThatMayBeEmptyAreFound() {
    var text = [UInt8](repeating: UInt8(ascii: "x"), count: 9000)
    func found(_ count: Int) -> Bool { cs_csv_may_have_empty_lines(text, count, 10) != 0 }
    #expect(!found(9000) && !found(0))
    for at in [0, 1, 62, 63, 64, 4094, 4095, 4096, 8190, 8997] {
      for next in [UInt8(10), 13, 32, 9] {
        (text[at], text[at + 1]) = (10, next)
        #expect(found(9000), "\(at) \(next)")
        #expect(found(at + 1) == (at == 0), "the end of the text is at \(at + 1)")
        (text[at], text[at + 1]) = (10, 65)
        #expect(found(9000) == (at == 0))
        (text[at], text[at + 1]) = (65, 65)
      }
    }
    text[0] = 32
    #expect(found(1))
  }
}
