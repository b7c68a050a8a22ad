// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Testing

private func hashes(_ page: ColumnPage) -> [UInt64] {
  var hashes = [UInt64](repeating: 17, count: page.rowCount)
  mixHashes(of: page, into: &hashes)
  return hashes
}

@Test
func equalKeysHaveEqualHashes() {
  let floats = hashes(ColumnPage(values: .float64([0, -0.0, .nan, -.nan, Double(nan: 5, signaling: false), 1])))
  #expect(floats[0] == floats[1])
  #expect(Set(floats[2...4]).count == 1)
  #expect(Set(floats).count == 3)
  let narrow: [Int64] = [0, -1, .min, .max, 12_345]
  #expect(hashes(ColumnPage(values: .int64(narrow))) == hashes(ColumnPage(values: .int128(narrow.map { Int128($0) }))))
  #expect(Set(hashes(ColumnPage(values: .int128([1, 1 + 1 << 64, 1 + 1 << 65, -1 << 64])))).count == 4)
  let texts = ["", "a", "12345678", "123456789", "12345678\0", "87654321", "a\0"]
  #expect(Set(hashes(ColumnPage(values: .strings(StringArray(texts))))).count == texts.count)
  let nulls = hashes(ColumnPage(values: .int64([3, 4]), validity: .allNull))
  #expect(nulls[0] == nulls[1])
  #expect(nulls[0] != hashes(ColumnPage(values: .int64([0])))[0])
}

@Test
func partsAreEvenAndLevelsPartAnew() {
  let partCount = 7
  let all = hashes(ColumnPage(values: .int64(Array(0..<7_000))))
  let first = all.map { part(of: $0, partCount: partCount, level: 0) }
  for number in 0..<partCount {
    let own = all.indices.filter { first[$0] == number }
    #expect((800...1_200).contains(own.count), "part \(number) has \(own.count) of 7000")
    // Those of one part fall into all parts of the next level.
    let second = own.map { part(of: all[$0], partCount: partCount, level: 1) }
    for finer in 0..<partCount {
      let count = second.count { $0 == finer }
      #expect((80...220).contains(count), "part \(number).\(finer) has \(count) of \(own.count)")
    }
  }
}
