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
  /// What means null besides the empty field.
  var nullSpellings: [[UInt8]] = []
  /// What is given about the style of its values.
  var rules = CSVStyleRules()

  /// What a row has whose field cannot be read.
  func fault(isText: Bool) -> CSVFault.Kind {
    if isText { return .invalidUTF8(column: position) }
    if let format = rules.format, forced != nil { return .wrongFormat(column: position, format: format.description) }
    return .wrongType(column: position, expected: forced ?? .string)
  }
}

/// What one column's type is supposed to be while a chunk is read.
struct CSVHypothesis: Sendable {
  var evidence = CSVEvidence()
  /// How its values are written.
  var style = CSVStyle()
  /// True where each value must be looked at closely.
  var mustClassify = false
}

/// One chunk as typed columns.
struct CSVParsedChunk {
  var rowCount: Int
  /// Records of each of the text's parts, faulty ones included.
  var recordsOfPart: [Int]
  var columns: [CSVParsedColumn]
  /// What of the chunk's records is not even, or no row, in order.
  var unevenness: CSVUnevenness
}

/// What the start of a chunk shows of each column.
struct CSVSample {
  var columns: [(evidence: CSVEvidence, examples: [CSVExample])]
  /// Records of each of the text's parts.
  var recordsOfPart: [Int]
}

/// Turns chunks of text into typed columns: index, take fields, build. One worker's; its memory is used again.
final class CSVChunkParser {
  private let plan: [CSVColumnPlan]
  private let index: CSVFieldIndex
  private let fields = CSVFields()
  private let builders: [CSVColumnBuilder]
  /// The first row of each of the chunk's parts looked at so far.
  private var firstRowOfPart: [Int] = []
  /// Records that are no rows because of what a field says, ascending; and what it is.
  private var excluded: [Int] = []
  private var excludedFaults: [CSVFault] = []

  init(plan: [CSVColumnPlan], width: Int, options: CSVOptions) {
    self.plan = plan
    index = CSVFieldIndex(entries: options.limits.indexEntries, width: width, isStrict: options.isStrict)
    builders = plan.map { CSVColumnBuilder(forced: $0.forced, rules: $0.rules) }
  }

  /// Reads a chunk under `hypotheses`, one per column of the plan.
  func parse(_ chunk: CSVTextChunk, _ hypotheses: [CSVHypothesis]) -> CSVParsedChunk {
    excluded = []
    excludedFaults = []
    while true {
      for (builder, hypothesis) in zip(builders, hypotheses) {
        builder.begin(slotCount: chunk.recordCount, hypothesis: hypothesis)
      }
      let rowCount = finishRounds(chunk, length: chunk.length, rowCount: readAll(chunk, length: chunk.length))
      if !excludeFaultyRows(chunk) { return finish(chunk, rowCount) }
    }
  }

  private func finish(_ chunk: CSVTextChunk, _ rowCount: Int) -> CSVParsedChunk {
    var unevenness = index.unevenness
    unevenness.faults = (unevenness.faults + excludedFaults).sorted { $0.record < $1.record }
    var columns = builders.map { $0.finish(rowCount: rowCount) }
    for column in columns.indices {
      columns[column].examples = inRecords(columns[column].examples, unevenness.faults)
    }
    return CSVParsedChunk(
      rowCount: rowCount, recordsOfPart: recordsOfParts(chunk, rowCount, unevenness.faults), columns: columns,
      unevenness: unevenness)
  }

  /// What the records within the first `sampleBytes` bytes show, read in `styles`, and first examples.
  func sample(_ chunk: CSVTextChunk, sampleBytes: Int, _ styles: [CSVStyle]) -> CSVSample {
    let (end, records) = chunk.recordsEnd(within: sampleBytes)
    excluded = []
    excludedFaults = []
    let text = UnsafeRawBufferPointer(rebasing: chunk.text[..<end])
    // What a record shows that is no row does not count, as it does not later: the type must not depend on the sample's size.
    let mayHaveFaultyRows = plan.contains { $0.forced != nil } || firstInvalidUTF8(text) != nil
    while true {
      for (builder, style) in zip(builders, styles) {
        builder.begin(slotCount: records, hypothesis: CSVHypothesis(style: style, mustClassify: true))
      }
      let rowCount = readAll(chunk, length: end)
      let shown = builders.map(\.shown)
      if mayHaveFaultyRows {
        _ = finishRounds(chunk, length: end, rowCount: rowCount)
        if excludeFaultyRows(chunk) { continue }
      }
      let faults = (index.unevenness.faults + excludedFaults).sorted { $0.record < $1.record }
      return CSVSample(
        columns: shown.map { ($0.0, inRecords($0.1, faults)) }, recordsOfPart: recordsOfParts(chunk, rowCount, faults))
    }
  }

  /// Goes on with rounds over the text until all builders are done. Returns the rows.
  private func finishRounds(_ chunk: CSVTextChunk, length: Int, rowCount: Int) -> Int {
    var rowCount = rowCount
    while true {
      for builder in builders { builder.endRound() }
      if builders.allSatisfy({ $0.step == .done }) { return rowCount }
      rowCount = readAll(chunk, length: length)
    }
  }

  /// Examples whose rows are numbers of records instead of rows.
  private func inRecords(_ examples: [CSVExample], _ faults: [CSVFault]) -> [CSVExample] {
    var numbers = CSVRecordNumbers(faults)
    return examples.map { CSVExample(kind: $0.kind, row: numbers.record(ofRow: $0.row), shown: $0.shown) }
  }

  /// One round over the text: hands the fields to all builders that want them. Returns the rows.
  private func readAll(_ chunk: CSVTextChunk, length: Int) -> Int {
    var row = 0
    firstRowOfPart = [0]
    let wanted = plan.indices.filter { builders[$0].step != .done }
    index.forEachGrid(of: chunk, length: length, excluding: excluded) { grid in
      let mayHaveQuotes = index.quotes > 0
      for column in wanted {
        let field = chunk.fieldOfColumn[plan[column].position]
        fields.take(
          field: field, width: chunk.width, of: grid, from: chunk, mayHaveQuotes: mayHaveQuotes,
          nullSpellings: plan[column].nullSpellings)
        builders[column].add(fields, of: chunk, at: row)
      }
      if firstRowOfPart.count < chunk.origins.count { noteParts(grid, of: chunk, at: row) }
      row += grid.rowCount
    }
    return row
  }

  /// Excludes the records that the builders could not take from what follows; false if there are none.
  private func excludeFaultyRows(_ chunk: CSVTextChunk) -> Bool {
    var kinds: [Int: CSVFault.Kind] = [:]
    for (column, builder) in builders.enumerated() {
      let kind = plan[column].fault(isText: builder.isText)
      for row in builder.faultyRows where kinds[row] == nil { kinds[row] = kind }
    }
    guard !kinds.isEmpty else { return false }
    var numbers = CSVRecordNumbers((index.unevenness.faults + excludedFaults).sorted { $0.record < $1.record })
    let rows = kinds.keys.sorted()
    var next = 0
    var row = 0
    index.forEachGrid(of: chunk, length: chunk.length, excluding: excluded) { grid in
      while next < rows.count, rows[next] < row + grid.rowCount {
        let start = Int(grid.offsets[(rows[next] - row) * grid.stride] &+ 1)
        let record = numbers.record(ofRow: rows[next])
        if let kind = kinds[rows[next]] { excludedFaults.append(CSVFault(kind: kind, record: record, start: start)) }
        next += 1
      }
      row += grid.rowCount
    }
    excludedFaults.sort { $0.record < $1.record }
    excluded = excludedFaults.map(\.record)
    return true
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
  private func recordsOfParts(_ chunk: CSVTextChunk, _ rowCount: Int, _ faults: [CSVFault]) -> [Int] {
    var counts = chunk.origins.indices.map { part in
      let first = part < firstRowOfPart.count ? firstRowOfPart[part] : rowCount
      return (part + 1 < firstRowOfPart.count ? firstRowOfPart[part + 1] : rowCount) - first
    }
    var part = 0
    for fault in faults {
      while part + 1 < chunk.origins.count, chunk.origins[part + 1].textOffset <= fault.start { part += 1 }
      counts[part] += 1
    }
    return counts
  }
}

/// Numbers of records by their rows, which only grow: records that are no rows have none.
struct CSVRecordNumbers {
  private let faults: [CSVFault]
  private var passed = 0

  /// `faults` in order of record.
  init(_ faults: [CSVFault]) { self.faults = faults }

  mutating func record(ofRow row: Int) -> Int {
    while passed < faults.count, faults[passed].record <= row + passed { passed += 1 }
    return row + passed
  }
}

extension CSVTextChunk {
  /// Where the last record within the first `byteCount` bytes ends, or the first record; and how many lines of records that are, at most.
  func recordsEnd(within byteCount: Int) -> (end: Int, records: Int) {
    var state = cs_csv_split_state()
    var bytes = cs_csv_bytes(plain)
    let start = UnsafePointer(self.bytes.assumingMemoryBound(to: UInt8.self))
    func split(_ length: Int, _ limit: Int) {
      while true {
        cs_csv_split(start, length, &bytes, limit, &state)
        guard state.doubt == CS_CSV_DOUBT_BLANK else { return }
        // An empty line is whole and may be passed: nothing else is in doubt in a chunk.
        state.position = state.last_end + (start[state.last_end] == plain.newline ? 1 : 2)
        state.last_end = state.position
        state.records += 1
        state.inside = 0
        state.doubt = CS_CSV_DOUBT_NONE
        if state.position >= length || state.records >= limit { return }
      }
    }
    split(min(byteCount, length), Int.max)
    if state.last_end == 0 { split(length, 1) }
    return (state.last_end, state.records)
  }
}
