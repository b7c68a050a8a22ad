// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport

@testable import TextFormats

/// A stream over `text` that gives at most `readSize` bytes at a time.
func stream(_ text: [UInt8], name: String = "a.csv", readSize: Int = .max) -> CSVStream {
  CSVStream(name: name) {
    var position = 0
    return { buffer in
      let count = min(buffer.count, text.count - position, readSize)
      for index in 0..<count { buffer[index] = text[position + index] }
      position += count
      return count
    }
  }
}

func read(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) throws -> (table: Table, report: CSVReport) {
  var options = CSVOptions()
  change(&options)
  return try readCSVs([stream(Array(text.utf8))], options: options)
}

/// All values, row by row.
func rows(_ table: Table) -> [[Value]] {
  (0..<table.rowCount).map { row in table.schema.fields.indices.map { table.value(row: row, column: $0) } }
}

func types(_ table: Table) -> [String] { table.schema.fields.map(\.type.description) }

func failure(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) -> CSVError? {
  do {
    _ = try read(text, change)
    return nil
  } catch {
    return error as? CSVError
  }
}

extension CSVLimits {
  /// So small that every border is met by short texts.
  static func tiny(records: Int = 3, bytes: Int = 40, read: Int = 16, sample: Int = 16, index: Int = 8) -> CSVLimits {
    var limits = CSVLimits()
    limits.recordsPerChunk = records
    limits.chunkBytes = bytes
    limits.chunkBytesPerColumn = 1
    limits.readBytes = read
    limits.dialectBytes = read
    limits.sampleBytes = sample
    limits.indexEntries = index
    limits.dictionaryTrialValues = 2
    return limits
  }
}
