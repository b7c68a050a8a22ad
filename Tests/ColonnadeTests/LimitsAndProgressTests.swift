// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Glibc
import Synchronization
import Testing

@testable import Colonnade
@testable import Pipelines

private final class Told: Sendable {
  private let entries = Mutex<[AggregationProgress]>([])
  var all: [AggregationProgress] { entries.withLock { $0 } }
  func add(_ progress: AggregationProgress) { entries.withLock { $0.append(progress) } }
}

/// 5,000 rows of 1,250 groups in chunks of 100.
private let numbers = Table(
  schema: Schema([Field(name: "k", type: .int64), Field(name: "x", type: .float64), Field(name: "s", type: .string)]),
  chunks: stride(from: 0, to: 5_000, by: 100).map { start in
    let rows = start..<start + 100
    return [
      ColumnPage(values: .int64(rows.map { Int64($0 * 7 % 1_250) })),
      ColumnPage(values: .float64(rows.map { Double($0) * 0.1 })),
      ColumnPage(values: .strings(StringArray(rows.map { "text \($0 % 91)" }))),
    ]
  })

/// The data within a limit that 1,000 rows or fewer keep, without a look at what the tests themselves take.
private func tight(_ data: Dataset) -> Dataset {
  var tight = data
  tight.limits.watching = { rowCount in
    MemoryWatch(roomByteCount: 3 << 20, above: 0, rowCount: rowCount) { _ in rowCount > 1_000 ? 2 << 20 : 0 }
  }
  return tight
}

@Test func aLimitGivesTheSameRows() async throws {
  let query = { (data: Dataset) in
    data.grouped(by: "k").computing(.sum(.column("x")), .min(.column("s")), .rowCount)
      .ordered(by: .sum(.column("x")), descending: true)
  }
  let free = Dataset([numbers], threads: 2)
  let told = Told()
  let limited = tight(Dataset([numbers], memory: .mebibytes(4096), threads: 2)).reporting { told.add($0) }
  #expect(limited.limits.memory.byteCount == 4096 << 20)
  let expected = try await query(free).table()
  let rows = try await query(limited).table()
  #expect(told.all.contains { $0.step == .mergingParts }, "it was spilled")
  #expect(expected.rowCount == 1_250)
  #expect(rows.schema == expected.schema)
  let inFile = try await query(limited).result()
  #expect(!(inFile is Table))
  let copied = try Table(copying: inFile)
  for row in 0..<expected.rowCount {
    for column in expected.schema.fields.indices {
      #expect(rows.value(row: row, column: column) == expected.value(row: row, column: column))
      #expect(copied.value(row: row, column: column) == expected.value(row: row, column: column))
    }
  }
  #expect(try await query(free).result() is Table)
}

@Test func textsKeepTheLimitToo() throws {
  let told = Told()
  let free = try Dataset([numbers]).aggregate("max(x)", by: "k, s", having: "max(x) > 7", orderBy: "k desc")
  let limited = try tight(Dataset([numbers])).reporting { told.add($0) }
    .aggregate("max(x)", by: "k, s", having: "max(x) > 7", orderBy: "k desc")
  #expect(told.all.contains { $0.step == .mergingParts })
  #expect(limited.rowCount == free.rowCount && free.rowCount > 1_000)
  #expect(
    limited[0, "max_x"] == free[0, "max_x"] && limited[free.rowCount - 1, "max_x"] == free[free.rowCount - 1, "max_x"])
}

@Test func theTemporaryFolderIsTheOneThatWasNamed() throws {
  let data = tight(Dataset([numbers], temporaryFolder: "/nowhere/at/all"))
  let error = #expect(throws: (any Error).self) { try data.aggregate("max(x)", by: "k") }
  #expect((error as? any Diagnosis)?.code.hasPrefix("storage.") == true)
}

@Test func tooLittleMemoryIsAnErrorOfItsOwn() throws {
  // The process has taken more than half of what it may, or nothing has room beside it.
  let ballast = [UInt8](repeating: 1, count: 80 << 20)
  let error = #expect(throws: MemoryError.self) {
    try Dataset([numbers], memory: .mebibytes(64)).aggregate("max(x)", by: "k")
  }
  #expect(error?.code == "memory.too-small")
  // The library has no options: what it says is for both.
  #expect(error?.summary.contains("--memory") == false)
  #expect(error?.advice?.contains("in Swift, memory: .mebibytes(") == true)
  #expect(ballast.last == 1)
}

@Test(arguments: [1, 4])
func progressGrowsAndEndsAtTheTotal(threads: Int) throws {
  let told = Told()
  let slow = SlowTable(base: numbers, chunkMicroseconds: 10_000)
  _ = try Dataset([slow, numbers], threads: threads).filtered(.column("k") >= 0).grouped(by: "k").computing(.rowCount)
    .reporting { told.add($0) }.table()
  #expect(told.all.last == AggregationProgress(step: .readingRows, rowCount: 10_000, totalRowCount: 10_000))
  #expect(told.all.count > 1)
  for (one, next) in zip(told.all, told.all.dropFirst()) {
    #expect(one.step == .readingRows && one.totalRowCount == 10_000 && one.rowCount < next.rowCount)
  }
}

@Test func aQueryThatIsCancelledInTheMiddleEnds() async throws {
  let told = Told()
  // Half a second in two threads at least: told of, and cancelled, after a tenth.
  let slow = SlowTable(base: numbers, chunkMicroseconds: 20_000)
  let task = Mutex<Task<Table, any Error>?>(nil)
  let query = Dataset([slow], threads: 2).grouped(by: "k").computing(.sum(.column("x"))).reporting { progress in
    told.add(progress)
    task.withLock { $0?.cancel() }
  }
  let running = task.withLock { task in
    let running = Task { try await query.table() }
    task = running
    return running
  }
  await #expect(throws: CancellationError.self) { try await running.value }
  #expect(told.all.count == 1 && told.all[0].rowCount > 0 && told.all[0].rowCount < 5_000, "\(told.all)")
}

/// A table of which each page takes its time.
private struct SlowTable: TableSource {
  let base: Table
  /// How long reading the first column of a chunk takes.
  let chunkMicroseconds: UInt32

  var name: String { base.name }
  var schema: Schema { base.schema }
  var hasInventedNames: Bool { false }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics { base.statistics(column: column, chunk: chunk) }
  func dictionary(column: Int) throws -> StringDictionary? { base.dictionary(column: column) }
  func page(column: Int, chunk: Int) throws -> ColumnPage {
    if column == 0 { usleep(chunkMicroseconds) }
    return base.page(column: column, chunk: chunk)
  }
}

// The README's example of limits and progress, as it stands there.

@Test func theExampleOfALimitGivesTheSameRows() async throws {
  let cities = try await Dataset.open(covid("brazil_covid19_cities.csv.gz"), memory: .mebibytes(2048))
    .reporting { print($0.step, $0.rowCount, "of", $0.totalRowCount) }
  let totals = try await cities.grouped(by: "code", "state").computing(.sum(.column("cases"))).result()
  #expect(totals.rowCount > 4_000)
  #expect(totals.schema.names == ["code", "state", "cases"])
}
