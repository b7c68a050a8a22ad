// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Foundation
import TestSupport
import Testing

@testable import ChunkFile

/// What must hold for all bytes, checked on files that were damaged at random and on what the fuzzer found. `make damage` and
/// `make fuzz-file` check it on more.
@Suite struct DamageTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../Fuzz/FileSeeds").standardizedFileURL

  private static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  @Test(arguments: names) func holdsForSeed(name: String) throws {
    try ChunkFileInvariants.check([UInt8](Data(contentsOf: Self.folder.appendingPathComponent(name))))
  }

  @Test(arguments: [UInt64(1), 2]) func holdsForDamagedFiles(seed: UInt64) throws {
    var trial = try DamageTrial(random: RandomSource(seed: seed))
    #expect(trial.byteCount > 100_000)
    do {
      for _ in 0..<80 { try trial.damageOnce() }
    } catch {
      Issue.record("damage \(trial.count) of seed \(seed), \(trial.last): \(error)")
    }
  }

  /// The varied file is varied: each type, and each encoding that our writer chooses.
  @Test func variedFileHasAllTypesAndEncodings() throws {
    var random: any RandomNumberGenerator = RandomSource(seed: 3)
    let file = try open(VariedTable.file(using: &random).bytes)
    #expect(try file.verify().isIntact)
    var shapes: Set<String> = []
    var words: Set<String> = []
    for column in file.schema.fields.indices {
      for chunk in 0..<file.chunkCount {
        let page = try file.pageDescription(column: column, chunk: chunk)
        shapes.insert("\(page.physicalType) \(page.encodingShape) \(page.codec)")
        words.formUnion(page.encodingShape.split { !$0.isLetter }.map(String.init))
        words.insert(page.codec)
        words.insert(page.physicalType)
      }
    }
    let expected: Set<String> = [
      "constant", "plain", "packed", "runs", "delta", "patched", "dictionary", "planes", "multiples", "bits",
      "decimals",
      "strings", "int64", "int128", "float64", "codes", "zstd", "none",
    ]
    #expect(words.isSuperset(of: expected), "missing \(expected.subtracting(words).sorted()); \(shapes.sorted())")
  }

  /// Resealing finds the parts of every vector: what it makes of an intact file is that file.
  @Test(arguments: validVectors.map(\.name)) func resealingKeepsIntactFiles(name: String) throws {
    let bytes = try #require(validVectors.first { $0.name == name }).bytes()
    for repairs in [false, true] { #expect(Resealing.resealed(bytes, repairingLayout: repairs) == bytes) }
    // And of one whose checksums are all wrong, too.
    var wrong = bytes
    let surgery = Surgery(bytes)
    for section in 0..<surgery.columnCount + 3 { wrong[surgery.directoryStart + 32 * section + 24] ^= 1 }
    #expect(Resealing.resealed(wrong, repairingLayout: false) == bytes)
  }
}
