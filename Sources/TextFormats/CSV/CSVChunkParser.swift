// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// A column to read.
struct CSVColumnPlan {
  /// Its name.
  var name: String
  /// Its position among the header's columns.
  var position: Int
  /// Its type, if given.
  var forced: ColumnType?
}

/// What one column's type is supposed to be while a chunk is read.
struct CSVHypothesis: Sendable {
  var evidence = CSVEvidence()
  /// True where each value must be looked at closely.
  var mustClassify = false
}

/// One chunk as typed columns.
struct CSVParsedChunk {
  var rowCount: Int
  var blankLines: Int
  /// Rows of each of the text's parts.
  var rowsOfPart: [Int]
  var columns: [CSVParsedColumn]
}

/// What the start of a chunk shows of each column.
struct CSVSample {
  var columns: [(evidence: CSVEvidence, examples: [CSVExample])]
  /// Rows of each of the text's parts.
  var rowsOfPart: [Int]
}

/// Turns chunks of text into typed columns: index, take fields, build. One worker's; its memory is used again.
final class CSVChunkParser {
  private let plan: [CSVColumnPlan]
  private let delimiter: UInt8
  private let index: CSVFieldIndex
  private let fields: CSVFields
  private let builders: [CSVColumnBuilder]
  /// The first row of each of the chunk's parts looked at so far.
  private var firstRowOfPart: [Int] = []

  init(plan: [CSVColumnPlan], width: Int, delimiter: UInt8, options: CSVOptions) {
    self.plan = plan
    self.delimiter = delimiter
    index = CSVFieldIndex(entries: options.limits.indexEntries, width: width)
    fields = CSVFields(capacity: index.capacity + 1, nullSpellings: options.nullSpellings)
    builders = plan.map { CSVColumnBuilder(forced: $0.forced) }
  }

  /// Reads a chunk under `hypotheses`, one per column of the plan.
  func parse(_ chunk: CSVTextChunk, _ hypotheses: [CSVHypothesis]) throws(CSVFault) -> CSVParsedChunk {
    for (builder, hypothesis) in zip(builders, hypotheses) {
      builder.begin(
        slotCount: chunk.recordCount, hypothesis: hypothesis.evidence, mustClassify: hypothesis.mustClassify)
    }
    let rowCount = try readAll(chunk, length: chunk.length, isFirst: true)
    while true {
      for builder in builders { builder.endRound() }
      if let fault = firstFault { throw fault }
      if builders.allSatisfy({ $0.step == .done }) { break }
      _ = try readAll(chunk, length: chunk.length, isFirst: false)
    }
    return CSVParsedChunk(
      rowCount: rowCount, blankLines: index.blankLines, rowsOfPart: rowsOfParts(chunk, rowCount),
      columns: builders.map { $0.finish(rowCount: rowCount) })
  }

  /// What the records within the first `sampleBytes` bytes show, and first examples; nothing where they are no CSV.
  func sample(_ chunk: CSVTextChunk, sampleBytes: Int) -> CSVSample {
    var state = cs_csv_split_state()
    let text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    splitByParity(text, min(sampleBytes, chunk.length), delimiter: delimiter, Int.max, &state)
    if state.last_end == 0 { splitByParity(text, chunk.length, delimiter: delimiter, 1, &state) }
    for builder in builders { builder.begin(slotCount: state.records, hypothesis: CSVEvidence(), mustClassify: true) }
    do {
      let rowCount = try readAll(chunk, length: state.last_end, isFirst: true)
      return CSVSample(columns: builders.map(\.shown), rowsOfPart: rowsOfParts(chunk, rowCount))
    } catch {
      return CSVSample(columns: builders.map { _ in (CSVEvidence(), []) }, rowsOfPart: [])
    }
  }

  /// One round over the text: hands the fields to all builders that want them. Returns the rows.
  private func readAll(_ chunk: CSVTextChunk, length: Int, isFirst: Bool) throws(CSVFault) -> Int {
    var row = 0
    firstRowOfPart = [0]
    let wanted = plan.indices.filter { builders[$0].step != .done }
    let isProjected = plan.count < chunk.width
    let unread = isFirst && isProjected ? unreadFields(chunk) : []
    fields.beginChunk()
    try index.forEachGrid(of: chunk, length: length, delimiter: delimiter) { (grid) throws(CSVFault) in
      let mayHaveQuotes = index.quotes > 0
      for column in wanted {
        let field = chunk.fieldOfColumn[plan[column].position]
        try fields.take(field: field, width: chunk.width, of: grid, from: chunk, mayHaveQuotes: mayHaveQuotes)
        builders[column].add(fields, of: chunk, at: row)
      }
      if mayHaveQuotes {
        for field in unread {
          try fields.take(field: field, width: chunk.width, of: grid, from: chunk, mayHaveQuotes: true)
        }
      }
      if firstRowOfPart.count < chunk.origins.count { noteParts(grid, of: chunk, at: row) }
      row += grid.rowCount
    }
    // Quotes left over are inside unquoted fields.
    if isFirst, fields.accountedQuotes != index.quotes { throw .structure }
    return row
  }

  private func unreadFields(_ chunk: CSVTextChunk) -> [Int] {
    let read = Set(plan.map { chunk.fieldOfColumn[$0.position] })
    return (0..<chunk.width).filter { !read.contains($0) }
  }

  /// The fault of the smallest row, then column.
  private var firstFault: CSVFault? {
    var first: (row: Int, fault: CSVFault)?
    for (column, builder) in builders.enumerated() {
      guard let (row, isInvalidUTF8) = builder.fault, row < first?.row ?? Int.max else { continue }
      let fault: CSVFault =
        isInvalidUTF8
        ? .invalidUTF8(row: row, column: plan[column].position)
        : .wrongType(row: row, column: plan[column].position, expected: plan[column].forced ?? .string)
      first = (row, fault)
    }
    return first?.fault
  }

  /// Finds the parts that begin in `grid`, the first row of which is row `row` of the chunk, by bisection.
  private func noteParts(_ grid: CSVGrid, of chunk: CSVTextChunk, at row: Int) {
    var first = 0
    while firstRowOfPart.count < chunk.origins.count {
      let offset = chunk.origins[firstRowOfPart.count].textOffset
      var end = grid.rowCount
      while first < end {
        let middle = (first + end) / 2
        if Int(grid.offsets[middle * grid.stride] &+ 1) < offset { first = middle + 1 } else { end = middle }
      }
      if first == grid.rowCount { return }
      firstRowOfPart.append(row + first)
    }
  }

  /// Parts that no row begins in or after come last, without any.
  private func rowsOfParts(_ chunk: CSVTextChunk, _ rowCount: Int) -> [Int] {
    chunk.origins.indices.map { part in
      let first = part < firstRowOfPart.count ? firstRowOfPart[part] : rowCount
      return (part + 1 < firstRowOfPart.count ? firstRowOfPart[part + 1] : rowCount) - first
    }
  }
}
