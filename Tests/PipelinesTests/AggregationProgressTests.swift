// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Synchronization
import Testing

@testable import Pipelines

/// What was told, and a clock that the test sets.
private final class Told: Sendable {
  private let entries = Mutex<[AggregationProgress]>([])
  private let time = Mutex(0.0)
  var all: [AggregationProgress] { entries.withLock { $0 } }
  func add(_ progress: AggregationProgress) { entries.withLock { $0.append(progress) } }
  var seconds: Double {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }
}

private func progress(_ step: AggregationProgress.Step, _ rows: Int, of total: Int) -> AggregationProgress {
  AggregationProgress(step: step, rowCount: rows, totalRowCount: total)
}

@Test func tenTimesASecondAndAtTheEnd() {
  let told = Told()
  let report = AggregationReport(seconds: { told.seconds }) { told.add($0) }
  report.start(.readingRows, totalRowCount: 100)
  for hundredths in 1...30 {
    told.seconds = Double(hundredths) / 100
    report.note(readRows: 2)
  }
  #expect(told.all.count >= 2 && told.all.count <= 3, "\(told.all)")
  #expect(told.all.first.map { $0.rowCount >= 20 && $0.rowCount <= 22 } == true)
  // The end is told at once, and once.
  let before = told.all.count
  report.note(readRows: 40)
  report.note(readRows: 1)
  #expect(told.all.dropFirst(before) == [progress(.readingRows, 100, of: 100)])
}

@Test func stepsCountWhatIsTheirs() {
  let told = Told()
  let report = AggregationReport(seconds: { told.seconds }) { told.add($0) }
  report.start(.groupingParts, totalRowCount: 10)
  // Parts are read while they are grouped, some of them twice.
  report.note(readRows: 10)
  #expect(told.all.isEmpty)
  report.note(rows: 4)
  report.note(rows: 6)
  report.start(.mergingParts, totalRowCount: 6)
  report.note(allRows: 3)
  report.note(allRows: 6)
  report.start(.readingRows, totalRowCount: 0)
  #expect(
    told.all == [
      progress(.groupingParts, 10, of: 10), progress(.mergingParts, 6, of: 6), progress(.readingRows, 0, of: 0),
    ])
}

@Test(arguments: [1, 3])
func eachStepOfASpillEndsAtItsTotal(threads: Int) throws {
  let rowCount = 4_000
  let chunks = stride(from: 0, to: rowCount, by: 100).map { start in
    [ColumnPage(values: .int64((start..<start + 100).map { Int64($0 &* 7919 % 1999) }))]
  }
  let table = Table(schema: Schema([Field(name: "k", type: .int64)]), chunks: chunks)
  var limits = AggregationLimits(memory: .standard, threads: threads)
  limits.watching = { rowCount in
    MemoryWatch(roomByteCount: 3 << 20, above: 0, rowCount: rowCount) { _ in rowCount > 500 ? 2 << 20 : 0 }
  }
  let told = Told()
  let meter = AggregationMeter { told.add($0) }
  let result = try aggregate(
    [table], AggregateQuery(by: "k", aggregates: "count(*)", where: "k >= 99"), within: limits, meter: meter)
  #expect(result.rowCount == 1_900)
  let ends = told.all.filter { $0.rowCount == $0.totalRowCount }
  let taken = (0..<rowCount).count { $0 &* 7919 % 1999 >= 99 }
  #expect(ends.contains(progress(.partingRows, rowCount, of: rowCount)))
  #expect(ends.contains(progress(.groupingParts, taken, of: taken)))
  #expect(ends.last?.step == .mergingParts)
  #expect(ends.last.map { $0.totalRowCount > 0 && $0.totalRowCount % 1_900 == 0 } == true)
  for (one, next) in zip(told.all, told.all.dropFirst()) {
    #expect(one.step.rawValue < next.step.rawValue || one.step == next.step && one.rowCount < next.rowCount)
  }
}
