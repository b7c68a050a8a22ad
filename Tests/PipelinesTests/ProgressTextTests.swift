// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Pipelines

private func converted(_ bytes: Int, of total: Int?, rows: Int) -> ConvertOptions.Progress {
  ConvertOptions.Progress(consumedByteCount: bytes, totalByteCount: total, rowCount: rows)
}

@Test func conversionsSayHowFarHowLongAndHowFast() {
  var text = ProgressText(startingAt: 100)
  #expect(text.line(converted(0, of: 4_800_000_000, rows: 0), at: 100) == "0 B of 4.8 GB (0 %), 0 rows")
  #expect(
    text.line(converted(1_200_000_000, of: 4_800_000_000, rows: 24_356_110), at: 103)
      == "1.2 GB of 4.8 GB (25 %), 9 s left, 24,356,110 rows, 400.0 MB/s, 8.1 M rows/s")
  #expect(
    text.line(converted(4_800_000_000, of: 4_800_000_000, rows: 100_000_000), at: 112)
      == "4.8 GB of 4.8 GB (100 %), 100,000,000 rows, 400.0 MB/s, 8.3 M rows/s")
  // A pipe does not say how long it is.
  #expect(text.line(converted(5_000_000_000, of: nil, rows: 9), at: 110) == "5.0 GB, 9 rows, 500.0 MB/s, 0 rows/s")
}

@Test func aSecondReadingStartsTheClockAgain() {
  var text = ProgressText(startingAt: 0)
  _ = text.line(converted(900, of: 1000, rows: 90), at: 90)
  _ = text.line(converted(0, of: 1000, rows: 0), at: 100)
  #expect(text.line(converted(500, of: 1000, rows: 50), at: 105).contains("5 s left"))
}

@Test func writingSaysRowsAndBytes() {
  var text = ProgressText(startingAt: 0)
  let progress = WriteProgress(rowCount: 1_048_576, totalRowCount: 2_356_110, byteCount: 51_200_000)
  #expect(
    text.line(progress, at: 0.5) == "1,048,576 of 2,356,110 rows (44 %), 1 s left, 51.2 MB, 102.4 MB/s, 2.0 M rows/s")
  #expect(
    text.line(WriteProgress(rowCount: 0, totalRowCount: 0, byteCount: 0), at: 0) == "0 of 0 rows, 0 B")
}

@Test func aggregationsSayRowsAndWhatIsDoneWithThem() {
  var text = ProgressText(startingAt: 0)
  func line(_ step: AggregationProgress.Step, _ rows: Int, at seconds: Double) -> String {
    text.line(AggregationProgress(step: step, rowCount: rows, totalRowCount: 2_000_000), at: seconds)
  }
  #expect(line(.readingRows, 500_000, at: 1) == "500,000 of 2,000,000 rows (25 %), 3 s left, 500.0 k rows/s")
  // Another step starts the clock again, also where it has come farther.
  #expect(line(.partingRows, 600_000, at: 100) == "600,000 of 2,000,000 rows (30 %), parting rows")
  #expect(
    line(.partingRows, 1_000_000, at: 102)
      == "1,000,000 of 2,000,000 rows (50 %), parting rows, 2 s left, 500.0 k rows/s")
  #expect(line(.groupingParts, 0, at: 104) == "0 of 2,000,000 rows (0 %), grouping parts")
  #expect(line(.mergingParts, 0, at: 105) == "0 of 2,000,000 rows (0 %), merging parts")
}

@Test func linesNeverWrap() {
  for bytes in [0, 1, 999_999, 123_456_789_012, Int.max] {
    for rows in [0, 999, 1_234_567, 123_456_789_012, Int.max] {
      for seconds in [0, 1e-9, 0.1, 59, 1e7] {
        var text = ProgressText(startingAt: 0)
        #expect(text.line(converted(bytes, of: bytes, rows: rows), at: seconds).count <= ProgressText.maximumLength)
        #expect(text.line(converted(bytes, of: Int.max, rows: rows), at: seconds).count <= ProgressText.maximumLength)
        let write = WriteProgress(rowCount: rows, totalRowCount: Int.max, byteCount: bytes)
        #expect(text.line(write, at: seconds).count <= ProgressText.maximumLength)
        let grouping = AggregationProgress(step: .groupingParts, rowCount: rows, totalRowCount: Int.max)
        #expect(text.line(grouping, at: seconds).count <= ProgressText.maximumLength)
      }
    }
  }
}

@Test func durationsAndShortCounts() {
  #expect(
    [0.01, 12, 118.5, 120, 7199, 7200, 90_000].map(durationText)
      == ["1 s", "12 s", "119 s", "2 min 0 s", "119 min 59 s", "2 h 0 min", "25 h 0 min"])
  #expect(
    [0, 999, 1000, 12_345, 999_999, 8_100_000, 2_000_000_000, 5_000_000_000_000].map(shortCount)
      == ["0", "999", "1.0 k", "12.3 k", "999.9 k", "8.1 M", "2.0 G", "5000.0 G"])
}
