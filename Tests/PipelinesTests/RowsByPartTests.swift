// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Pipelines

@Test func rowsOfAPartComeTogetherInTheirOrder() {
  var random = RandomSource(seed: .random(in: 0 ... .max))
  for _ in 0..<100 {
    let partCount = Int.random(in: 1...40, using: &random)
    var byPart = RowsByPart(partCount: partCount)
    // The table is used again for the next chunk.
    for _ in 0..<3 {
      let parts = (0..<Int.random(in: 0...300, using: &random)).map { _ in
        Int64.random(in: 0..<Int64(partCount), using: &random)
      }
      let (rows, runs) = byPart.order(parts)
      let plain = parts.indices.sorted { (parts[$0], $0) < (parts[$1], $1) }
      #expect(rows.map { Int($0) } == plain)
      #expect(runs.flatMap { Array($0) } == Array(parts.indices))
      let partsOfRuns = runs.map { run in Set(run.map { parts[Int(rows[$0])] }) }
      #expect(partsOfRuns.allSatisfy { $0.count == 1 } && Set(partsOfRuns).count == runs.count)
    }
  }
}
