// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Invariants

// million [SEED [COUNT]]: compares small random texts with the plain twin; exits with 1 at the first difference.
let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
let seed = arguments.first ?? UInt64.random(in: 0...UInt64.max)
let count = arguments.dropFirst().first.map { Int(clamping: $0) } ?? 1_000_000
print("seed \(seed), \(count) texts")
var comparison = RandomTexts(seed: seed)
do {
  for _ in 0..<count { try comparison.compareOne() }
  print("equal: \(comparison.summary)")
} catch {
  print("text \(comparison.compared) of seed \(seed): \(comparison.lastText.debugDescription): \(error)")
  exit(1)
}
