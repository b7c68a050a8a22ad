// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Invariants

// pieces SEED COUNT FILE…: cuts small random texts and the files (.csv: texts; others: inputs of the fuzzer) into ranges; exits with 1 if pieces
// of any are not the whole.
let arguments = Array(CommandLine.arguments.dropFirst())
let seed = arguments.first.flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
let count = arguments.dropFirst().first.flatMap { Int($0) } ?? 100_000
let files = arguments.dropFirst(2)
print("seed \(seed), \(count) texts, \(files.count) files")
var failures = 0
for path in files {
  do {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    try path.hasSuffix(".csv") ? PieceCheck.checkEverywhere(text: bytes) : PieceCheck.checkEverywhere(fuzzInput: bytes)
  } catch {
    failures += 1
    print("\(path): \(error)")
  }
}
var texts = RandomPieces(seed: seed)
for _ in 0..<count {
  do {
    try texts.checkOne()
  } catch {
    failures += 1
    print("text \(texts.checked) of seed \(seed): \(texts.lastText): \(error)")
    if failures > 20 { exit(1) }
  }
}
print(failures == 0 ? "all pieces are the whole" : "\(failures) failures")
exit(failures == 0 ? 0 : 1)
