// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import Pipelines

/// `rows` rows of every kind of key, with few distinct values, in short chunks; the last column numbers the rows.
private func table(rows: Int, seed: UInt64, plainText: Bool) -> Table {
  var random = RandomSource(seed: seed)
  func some<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
  let types: [(String, ColumnType)] = [
    ("i", .int64), ("f", .float64), ("s", .string), ("w", .decimal(precision: 30, scale: 1)), ("n", .int64),
  ]
  let wide: [Int128] = [0, -1, 1 << 70, -(1 << 70), 5]
  let all: [[Value]] = (0..<rows).map { row in
    [
      some([.null, .int64(.min), .int64(.max), .int64(0), .int64(-3)]),
      some([.null, .float64(.nan), .float64(-.infinity), .float64(0), .float64(-0.0), .float64(2.5)]),
      some([.null, .string(""), .string("a"), .string("ab"), .string("é"), .string("z\(row % 7)")]),
      some([.null, .decimal(unscaled: some(wide), scale: 1)]), .int64(Int64(row)),
    ]
  }
  let chunks = stride(from: 0, to: rows, by: 97).map { start in
    types.indices.map { column in
      ColumnPage(boxed: all[start..<min(rows, start + 97)].map { $0[column] }, type: types[column].1)
    }
  }
  let schema = Schema(types.map { Field(name: $0.0, type: $0.1) })
  guard !plainText, rows > 0 else { return Table(schema: schema, chunks: chunks) }
  // As codes: a chunk file's dictionary, its strings in no order.
  let entries = ["z3", "a", "", "é", "ab", "z0", "z1", "z2", "z4", "z5", "z6"]
  let coded = chunks.map { pages -> [ColumnPage] in
    var pages = pages
    guard case .strings(let strings) = pages[2].values else { return pages }
    let codes = (0..<strings.count).map { UInt32(entries.firstIndex(of: strings[$0]) ?? 0) }
    pages[2] = ColumnPage(values: .codes(codes), validity: pages[2].validity)
    return pages
  }
  return Table(
    schema: schema, chunks: coded,
    dictionaries: [nil, nil, StringDictionary(entries: StringArray(entries)), nil, nil])
}

/// True if `a` comes strictly before `b`: written anew, one boxed value at a time.
private func precedes(_ a: Value, _ b: Value, _ isDescending: Bool) -> Bool {
  func less(_ x: Value, _ y: Value) -> Bool {
    switch (x, y) {
    case (.int64(let x), .int64(let y)): x < y
    case (.decimal(let x, _), .decimal(let y, _)): x < y
    case (.float64(let x), .float64(let y)): !x.isNaN && (y.isNaN || x < y)
    case (.string(let x), .string(let y)): x.utf8.lexicographicallyPrecedes(y.utf8)
    default: preconditionFailure("values of two kinds")
    }
  }
  if a == .null || b == .null { return a != .null }
  return isDescending ? less(b, a) : less(a, b)
}

private func plainOrder(_ table: Table, _ keys: [SortColumn]) -> [Int] {
  let values = keys.map { key in (0..<table.rowCount).map { table.value(row: $0, column: key.position) } }
  return (0..<table.rowCount).sorted { a, b in
    for (key, column) in zip(keys, values) where column[a] != column[b] || column[a] == .null {
      if precedes(column[a], column[b], key.isDescending) { return true }
      if precedes(column[b], column[a], key.isDescending) { return false }
    }
    return a < b
  }
}

@Test(arguments: [false, true])
func plannedMergesGiveTheOrderOfAPlainSort(plainText: Bool) throws {
  let seed = UInt64.random(in: 0 ... .max)
  for (round, rows) in [0, 1, 5, 1200, 1203].enumerated() {
    let source = table(rows: rows, seed: seed, plainText: plainText)
    for keys in [[0], [2], [3, 1], [1, 2, 0]] {
      let order = keys.map { SortColumn(position: $0, isDescending: $0 == 1 || round == 3) }
      var sorting = ChunkWriting(threads: 2)
      sorting.order = order
      sorting.keepsCodes = true
      sorting.rowsPerChunk = 50
      var runs = try SortedRuns(
        writing: pieces(of: source, rowCount: 130).map { [$0] }, of: source, base: source, sorting)
      var limits = MergeLimits(rowsPerChunk: 100)
      limits.rowsPerWindow = round.isMultiple(of: 2) ? 7 : .max
      limits.textBytesPerWindow = round == 4 ? 200 : .max
      // Ten runs: five, then two, or four, or all at once.
      for runsAtOnce in [[2, 3], [3], []][round % 3] {
        let before = runs.runs.count
        runs = try runs.mergingNeighbours(runsAtOnce, limits, sorting)
        #expect(runs.runs.count == (before + runsAtOnce - 1) / runsAtOnce)
        #expect(runs.rowCount == rows)
      }
      let plan = try mergePlan(of: runs, by: order, limits)
      #expect(plan.dropLast().allSatisfy { $0.reduce(0) { $0 + $1.rows.count } == 100 })
      var final = ChunkWriting(threads: 2)
      final.order = order
      let output = MemoryWriter(name: "out.cln")
      _ = try writeChunks(of: runs, plan, to: output, final)
      try output.publish()
      let sorted = try ChunkFile(MemoryObject(name: "out.cln", bytes: output.bytes))
      let numbers = try (0..<sorted.chunkCount).flatMap { chunk -> [Int64] in
        guard case .int64(let values) = try sorted.page(column: 4, chunk: chunk).values else { return [] }
        return values
      }
      #expect(numbers.map { Int($0) } == plainOrder(source, order), "seed \(seed), \(rows) rows by \(keys)")
      #expect(try sorted.verify().isIntact)
    }
  }
}

@Test func sizesOfMemory() {
  #expect(MemoryLimit("64MiB")?.byteCount == 64 << 20)
  #expect(MemoryLimit("1.5g")?.byteCount == 3 << 29)
  #expect(MemoryLimit("100MB")?.byteCount == 100_000_000)
  #expect(MemoryLimit("67108864")?.byteCount == 1 << 26)
  #expect(MemoryLimit("64 MiB")?.byteCount == 64 << 20)
  #expect(MemoryLimit.byteCount(in: "2 k") == 2048)
  for wrong in [
    "", "63MiB", "1.5", "GiB", "1  GiB", " 1GiB", "1GiB ", "67108864 ", "1e9", "-1GiB", "inf", "99999999999TiB", "٣GiB",
  ] {
    #expect(MemoryLimit(wrong) == nil, "\(wrong)")
  }
}

@Test func tooLittleMemoryIsToldWithWhatIsNeeded() throws {
  let entries = StringArray((0..<3_000_000).lazy.map { "a rather long name of \($0)" })
  let source = Table(
    schema: Schema([Field(name: "s", type: .string)]), chunks: [[ColumnPage(values: .codes([2, 1, 0]))]],
    dictionaries: [StringDictionary(entries: entries)])
  var options = SortWriting(by: [SortColumn(position: 0, isDescending: false)], writing: ChunkWriting(threads: 2))
  options.memory = try #require(MemoryLimit("64MiB"))
  let error = #expect(throws: MemoryError.self) {
    try writeSorted(source, to: MemoryWriter(name: "out.cln"), options)
  }
  #expect(error?.code == "memory.too-small")
  #expect(error?.place == Place(file: "memory"))
}
