// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Records of a chunk that have not as many fields as the table.
struct CSVUnevenness {
  /// Empty lines left out; always 0 where the table has one column.
  var blankLines = 0
  /// Records with fewer fields, filled up with nulls.
  var shortRows = 0
  /// Records whose surplus fields were all empty and went.
  var longRows = 0
  /// Numbers of the first record of either kind.
  var firstShortRow: Int?
  var firstLongRow: Int?
  /// Records that are no rows.
  var faults: [CSVFault] = []
}

/// Makes rows of equal length of records that have too few fields or empty ones too many. Belongs to one thread.
final class CSVRowEvening {
  private(set) var found = CSVUnevenness()
  private let width: Int
  private let isStrict: Bool
  /// Entries of rows, each led by the entry before it.
  private let entries: UnsafeMutablePointer<UInt32>
  private let capacity: Int
  private var chunk = CSVTextChunk()
  /// Number of the next record.
  private var record = 0
  private var excluded: [Int] = []
  private var nextExcluded = 0
  /// Beginnings of records whose quotes were out of form, ascending; looked at where that is a fault.
  private var repaired: [CSVRewrite] = []
  private var nextRepaired = 0

  init(width: Int, capacity: Int, isStrict: Bool) {
    self.width = width
    self.isStrict = isStrict
    self.capacity = max(capacity, 2 * (width + 1))
    entries = .allocate(capacity: self.capacity)
  }

  deinit { entries.deallocate() }

  /// Starts a chunk.
  func begin(_ chunk: CSVTextChunk, excluding excluded: [Int]) {
    self.chunk = chunk
    self.excluded = excluded
    found = CSVUnevenness()
    record = 0
    nextExcluded = 0
    nextRepaired = 0
    repaired = isStrict ? chunk.rewrites.filter { !$0.anomalies.isEmpty } : []
  }

  /// True if the next `rows` records may be handed on as they are, should they be even.
  func mayPass(rows: Int) -> Bool {
    !chunk.isPastTable && nextRepaired == repaired.count
      && (nextExcluded == excluded.count || excluded[nextExcluded] >= record + rows)
  }

  /// `rows` records were handed on.
  func passed(rows: Int) { record += rows }

  /// Hands out the rows of whole records among the `total` entries; returns how many entries those have.
  ///
  /// `offsets[0]` is the entry before the first.
  func even(_ offsets: UnsafePointer<UInt32>, total: Int, _ body: (CSVGrid) -> Void) -> Int {
    var rows = 0
    var used = 0
    var entry = 1
    let newline = chunk.plain.newline
    while true {
      let text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
      let first = entry
      while entry <= total, text[Int(offsets[entry])] != newline { entry += 1 }
      guard entry <= total else { break }
      if (rows + 1) * (width + 1) > capacity {
        body(CSVGrid(offsets: entries, stride: width + 1, rowCount: rows))
        rows = 0
      } else {
        rows += take(text, offsets + first - 1, count: entry - first + 1, at: entries + rows * (width + 1)) ? 1 : 0
        used = entry
        entry += 1
        continue
      }
      entry = first
    }
    if rows > 0 { body(CSVGrid(offsets: entries, stride: width + 1, rowCount: rows)) }
    return used
  }

  /// Writes the `width + 1` entries of one record's row to `row`; false if it is none. `entry[0]` is the entry before it.
  private func take(
    _ text: UnsafePointer<UInt8>, _ entry: UnsafePointer<UInt32>, count: Int, at row: UnsafeMutablePointer<UInt32>
  ) -> Bool {
    let start = Int(entry[0] &+ 1)
    if width > 1 || chunk.isPastTable, count == 1, isBlank(text, from: start, to: Int(entry[1])),
      !chunk.isNullRow(at: start)
    {
      found.blankLines += 1
      return false
    }
    defer { record += 1 }
    if nextExcluded < excluded.count, excluded[nextExcluded] == record {
      nextExcluded += 1
      passRepaired(start)
      return false
    }
    if let kind = fault(text, entry, count: count, start: start) {
      found.faults.append(CSVFault(kind: kind, record: record, start: start))
      return false
    }
    if count < width {
      found.shortRows += 1
      if found.firstShortRow == nil { found.firstShortRow = record }
      pad(text, entry, count: count, into: row)
      return true
    }
    if count > width {
      found.longRows += 1
      if found.firstLongRow == nil { found.firstLongRow = record }
    }
    row.update(from: entry, count: width + 1)
    return true
  }

  private func fault(_ text: UnsafePointer<UInt8>, _ entry: UnsafePointer<UInt32>, count: Int, start: Int) -> CSVFault
    .Kind?
  {
    if chunk.isPastTable { return .pastTable }
    if let anomalies = passRepaired(start) { return .form(anomalies) }
    if count < width { return isStrict ? .tooFewFields(count) : nil }
    guard count > width else { return nil }
    return isStrict || !areEmpty(text, entry, from: width, to: count) ? .tooManyFields(count) : nil
  }

  /// What was out of form in the record at `start`, if that is a fault.
  @discardableResult
  private func passRepaired(_ start: Int) -> CSVRecordWalk.Anomalies? {
    while nextRepaired < repaired.count, repaired[nextRepaired].text.upperBound <= start { nextRepaired += 1 }
    guard nextRepaired < repaired.count, repaired[nextRepaired].text.lowerBound == start else { return nil }
    nextRepaired += 1
    return repaired[nextRepaired - 1].anomalies
  }

  /// True if the fields `from..<to` are empty, bare or in quotes.
  private func areEmpty(_ text: UnsafePointer<UInt8>, _ entry: UnsafePointer<UInt32>, from: Int, to: Int) -> Bool {
    (from..<to).allSatisfy { field in
      let start = Int(entry[field] &+ 1)
      var end = Int(entry[field + 1])
      if field == to - 1, end > start, chunk.plain.newline == UInt8(ascii: "\n"), text[end - 1] == UInt8(ascii: "\r") {
        end -= 1
      }
      return end == start
        || (chunk.plain.hasQuote && end == start + 2 && text[start] == chunk.plain.quote
          && text[start + 1] == chunk.plain.quote)
    }
  }

  /// Fills up with fields that begin and end at the same place, which are nulls.
  private func pad(
    _ text: UnsafePointer<UInt8>, _ entry: UnsafePointer<UInt32>, count: Int, into row: UnsafeMutablePointer<UInt32>
  ) {
    row.update(from: entry, count: count + 1)
    let start = Int(entry[count - 1] &+ 1)
    var end = Int(entry[count])
    // The last field there is was the line's last: its CR is no part of it.
    if end > start, chunk.plain.newline == UInt8(ascii: "\n"), text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    row[count] = UInt32(end)
    for index in count..<width { row[index + 1] = row[index] &+ 1 }
  }

  /// True for an empty line, or one of nothing but spaces.
  private func isBlank(_ text: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
    let last = end > start && text[end - 1] == UInt8(ascii: "\r") ? end - 1 : end
    return (start..<max(start, last)).allSatisfy { text[$0] == UInt8(ascii: " ") || text[$0] == UInt8(ascii: "\t") }
  }
}
