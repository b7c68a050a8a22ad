// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What holds for every text, checked on the seeds of the fuzzer: everything that it found is among them.
@Suite struct CSVSeedTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fuzz/Seeds").standardizedFileURL

  private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  @Test func areThere() { #expect(Self.names.count > 80) }

  @Test(arguments: names) func holds(name: String) throws {
    try CSVInvariants.check([UInt8](Data(contentsOf: Self.folder.appendingPathComponent(name))))
  }

  @Test func fewRandomTextsEqualPlainTwin() throws {
    var texts = RandomTexts(seed: 11)
    do {
      for _ in 0..<2000 { try texts.compareOne() }
    } catch {
      Issue.record("text \(texts.compared) of seed 11: \(texts.lastText): \(error)")
    }
  }
}
