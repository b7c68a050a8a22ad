// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Fills one chunk with records of one text after the other.
struct CSVChunkFilling {
  let chunk: CSVTextChunk
  private let columns: [String]
  private let recordLimit: Int
  private let byteLimit: Int
  private let recordBytes: Int
  private let blankBytes: Int

  /// `columns`: the table's names.
  init(_ chunk: CSVTextChunk, columns: [String], recordLimit: Int, limits: CSVLimits) {
    self.chunk = chunk
    self.columns = columns
    self.recordLimit = recordLimit
    byteLimit = limits.bytesPerChunk(columns: columns.count)
    recordBytes = limits.recordBytes
    blankBytes = limits.blankBytes
  }

  /// Rewritten records and runs of lines left out take memory besides the text's.
  private var mostRewrites: Int { max(recordLimit, 1) }

  /// What ended a step.
  private enum Step {
    case goOn
    case chunkIsFull
    case fileHasEnded
  }

  /// Adds records of `file`; true at its end, false if the chunk is full.
  func fill(from file: CSVOpenFile) throws -> Bool {
    chunk.origins.append(
      CSVOrigin(
        textOffset: chunk.length, file: file.number, name: file.name, byteOffset: file.byteOffset, line: file.line))
    var step = Step.goOn
    while step == .goOn {
      if file.isAtStop {
        step = .fileHasEnded
        break
      }
      // Another table's records are not mixed with the first one's.
      if file.isPastTable != chunk.isPastTable {
        guard chunk.length == 0 else { break }
        chunk.isPastTable = true
      }
      if chunk.recordCount >= recordLimit || chunk.rewrites.count >= mostRewrites {
        step = .chunkIsFull
      } else if file.sniffing.dialect.isPlain, !file.isPastTable {
        step = try scan(file)
      } else {
        step = try walkOne(file)
      }
    }
    // Nothing of this file fitted: it belongs to the next chunk as a whole.
    if chunk.origins[chunk.origins.count - 1].textOffset == chunk.length, chunk.origins.count > 1, step != .fileHasEnded
    {
      let part = chunk.origins.count - 1
      if chunk.rewrites.last?.part != part { chunk.origins.removeLast() }
    }
    return step == .fileHasEnded
  }

  // MARK: the vector scan

  /// Takes records in form, up to a doubt or to what ends the chunk or the text; then the doubtful record.
  private func scan(_ file: CSVOpenFile) throws -> Step {
    var state = cs_csv_split_state()
    state.position = file.cursor
    state.last_end = file.cursor
    var bytes = cs_csv_bytes(file.plain)
    while true {
      // A record that is longer than a chunk comes alone.
      let isAlone =
        chunk.length == 0 && state.records == 0 && file.decidedEnd - file.cursor > byteLimit
        && state.position >= file.cursor + byteLimit
      // Up to the stop as far as it goes; then the one record that crosses it.
      let stop = file.stopInBuffer
      let crosses = state.position >= stop
      let limit = isAlone ? file.decidedEnd : min(file.decidedEnd, file.cursor + byteLimit - chunk.length)
      let end = crosses ? limit : min(limit, stop)
      let most = crosses ? state.records + 1 : isAlone ? 1 : recordLimit - chunk.recordCount
      if state.position < end, state.doubt == CS_CSV_DOUBT_NONE {
        cs_csv_split(file.text.bytes, end, &bytes, most, &state)
      }
      // Too long, unless the walk finds a quote in it that nobody closed.
      if isAlone, state.records > 0, state.last_end - file.cursor > recordBytes { return try walkOne(file) }
      if state.records >= most {
        take(file, state)
        return crosses ? .goOn : .chunkIsFull
      }
      if state.doubt != CS_CSV_DOUBT_NONE {
        take(file, state)
        return state.doubt == CS_CSV_DOUBT_BLANK ? try passBlank(file) : try walkOne(file)
      }
      if end == stop, !crosses {
        if state.last_end < stop { continue }
        take(file, state)
        return .goOn
      }
      if end < file.decidedEnd {
        if state.records > 0 || chunk.length > 0 {
          take(file, state)
          return .chunkIsFull
        }
        continue
      }
      if file.isAtEnd {
        take(file, state)
        // An open quote: all of the text is inside it.
        return file.cursor == file.filled ? .fileHasEnded : try walkOne(file)
      }
      if file.filled - state.last_end > recordBytes {
        take(file, state)
        return try walkOne(file)
      }
      // Records that ended are passed first, so that the buffer need not grow.
      let linesTaken = state.lines_at_end
      take(file, state)
      state.records = 0
      state.lines_at_end = 0
      state.newlines -= linesTaken
      if chunk.recordCount >= recordLimit { return .chunkIsFull }
      let shift = try file.readMore()
      state.position -= shift
      state.last_end -= shift
    }
  }

  /// Adds the records that the scan found.
  private func take(_ file: CSVOpenFile, _ state: cs_csv_split_state) {
    guard state.last_end > file.cursor else { return }
    chunk.append(UnsafeRawBufferPointer(rebasing: file.text[file.cursor..<state.last_end]))
    chunk.recordCount += state.records
    file.pass(upTo: state.last_end, lines: state.lines_at_end)
  }

  // MARK: one record at a time

  /// Takes the record at the cursor, in plain form.
  private func walkOne(_ file: CSVOpenFile) throws -> Step {
    guard let (record, walk) = try nextRecord(of: file) else { return .fileHasEnded }
    let isBlank = record.isBlank && file.sniffing.width > 1
    if isBlank || record.isComment {
      if isBlank, !file.isPastTable, file.cursor >= file.lookedBehindBlanks {
        // Looking may move the text: the line is taken the next time round.
        return try lookBehindBlanks(file) ?? .goOn
      }
      chunk.leftOut.blankLines += isBlank ? 1 : 0
      chunk.leftOut.comments += record.isComment ? 1 : 0
      rewrite(record, of: walk, as: [], in: file)
      return .goOn
    }
    var text: [UInt8] = []
    walk.write(record, as: file.plain, to: &text)
    guard chunk.length == 0 || chunk.length + text.count <= byteLimit else { return .chunkIsFull }
    file.nearOnlyBefore = walk.nearOnlyBefore
    file.farLookCount += walk.mayHaveLookedFar ? 1 : 0
    let original = UnsafeRawBufferPointer(rebasing: file.text[record.start..<record.end])
    // Places count the plain form's newlines: where a quoted CR ends a line as well, the record says itself how many it has.
    if record.anomalies.isEmpty, original.elementsEqual(text),
      original.count(where: { $0 == file.plain.newline }) == record.lineCount
    {
      chunk.append(original)
      file.pass(upTo: record.end, lines: record.lineCount)
    } else {
      rewrite(record, of: walk, as: text, in: file)
    }
    chunk.recordCount += 1
    return .goOn
  }

  private func rewrite(_ record: CSVRecordWalk.Record, of walk: CSVRecordWalk, as text: [UInt8], in file: CSVOpenFile) {
    let start = chunk.length
    let part = chunk.origins.count - 1
    let byteCount = record.end - record.start
    if text.isEmpty, let last = chunk.rewrites.indices.last, chunk.rewrites[last].text == start..<start,
      chunk.rewrites[last].part == part
    {
      // Lines left out one after the other are one.
      chunk.rewrites[last].byteCount += byteCount
      chunk.rewrites[last].lineCount += record.lineCount
      file.pass(upTo: record.end, lines: record.lineCount)
      return
    }
    let rawStart = chunk.raw.count
    if !text.isEmpty { chunk.raw.append(contentsOf: file.text[record.start..<record.end]) }
    text.withUnsafeBytes { chunk.append($0) }
    chunk.rewrites.append(
      CSVRewrite(
        text: start..<chunk.length, raw: rawStart..<chunk.raw.count, byteCount: byteCount, part: part,
        byteOffset: file.byteOffset, line: file.line, lineCount: record.lineCount, anomalies: record.anomalies,
        anomalyOffset: record.anomalies.isEmpty ? 0 : record.anomalyOffset - record.start))
    file.pass(upTo: record.end, lines: record.lineCount)
  }

  /// The record at the cursor; nil at the text's end.
  private func nextRecord(of file: CSVOpenFile) throws -> (CSVRecordWalk.Record, CSVRecordWalk)? {
    while true {
      let (text, isWhole) = reach(of: file, recordBytes)
      var walk = CSVRecordWalk(
        text, dialect: file.sniffing.dialect, width: file.isPastTable ? nil : file.sniffing.width,
        from: file.cursor, isWhole: isWhole, nearOnlyBefore: file.nearOnlyBefore)
      if let record = walk.next(), file.isAtEnd || record.end <= file.decidedEnd || isWhole {
        if record.end - record.start > recordBytes { throw tooLong(file) }
        return (record, walk)
      }
      if file.isAtEnd { return nil }
      _ = try file.readMore()
    }
  }

  /// The text that a walk from the cursor may see, however much of it is in the buffer: `byteCount` bytes and one that tells more from
  /// no more. True if it would be no other with more text read.
  private func reach(of file: CSVOpenFile, _ byteCount: Int) -> (text: UnsafeRawBufferPointer, isWhole: Bool) {
    let end = min(file.filled, file.cursor + byteCount + 1)
    return (UnsafeRawBufferPointer(rebasing: file.text[..<end]), file.isAtEnd || end - file.cursor > byteCount)
  }

  private func tooLong(_ file: CSVOpenFile) -> CSVError {
    CSVError(
      "csv.record-too-long", "a record of more than \(recordBytes) bytes",
      at: Place(file: file.name, line: file.line + 1, byteOffset: file.byteOffset),
      advice: "is this a CSV? A quote or a line end may be missing")
  }

  // MARK: empty lines

  /// Takes the empty line at the cursor as it is: workers count it, or take it for a null.
  private func passBlank(_ file: CSVOpenFile) throws -> Step {
    if file.sniffing.width > 1, let step = try lookBehindBlanks(file) { return step }
    let end = file.text[file.cursor] == file.plain.newline ? file.cursor + 1 : file.cursor + 2
    guard chunk.length == 0 || chunk.length + end - file.cursor <= byteLimit else { return .chunkIsFull }
    chunk.append(UnsafeRawBufferPointer(rebasing: file.text[file.cursor..<end]))
    chunk.recordCount += 1
    file.pass(upTo: end, lines: 1)
    return .goOn
  }

  /// Looks what comes after the empty lines at the cursor: nil if the table simply goes on.
  private func lookBehindBlanks(_ file: CSVOpenFile) throws -> Step? {
    if file.cursor < file.lookedBehindBlanks { return nil }
    let (blankLineCount, records, end) = try recordsBehindBlanks(file)
    file.lookedBehindBlanks = records.first?.start ?? end
    if records.count >= 2, records.allSatisfy({ $0.fields.count != file.sniffing.width }) {
      file.isPastTable = true
      return .goOn
    }
    guard let first = records.first, file.sniffing.names != nil, isHeader(first, of: file) else { return nil }
    // The blank lines before it go with it.
    let walk = CSVRecordWalk(file.text, dialect: file.sniffing.dialect)
    let blanks = CSVRecordWalk.Record(
      start: file.cursor, end: first.end, lineCount: first.line + first.lineCount)
    chunk.leftOut.repeatedHeaders += 1
    chunk.leftOut.blankLines += blankLineCount
    chunk.leftOut.comments += first.line - blankLineCount
    rewrite(blanks, of: walk, as: [], in: file)
    return .goOn
  }

  /// Up to four records behind the empty lines at the cursor, how many empty lines come before the first, and how far was looked.
  ///
  /// More than ``CSVLimits/blankBytes`` of empty lines and comments are not looked behind at once.
  private func recordsBehindBlanks(
    _ file: CSVOpenFile
  ) throws -> (blankLineCount: Int, records: [CSVRecordWalk.Record], end: Int) {
    while true {
      let (text, isWhole) = reach(of: file, recordBytes)
      var walk = CSVRecordWalk(
        text, dialect: file.sniffing.dialect, width: file.sniffing.width, from: file.cursor,
        isWhole: isWhole, nearOnlyBefore: file.nearOnlyBefore)
      var records: [CSVRecordWalk.Record] = []
      var blankLineCount = 0
      var lastBlank = file.cursor
      var hasManyBlanks = false
      while records.count < 4, !hasManyBlanks, let record = walk.next() {
        let isBlank = walk.isEmptyLine(record)
        if !isBlank, !record.isComment {
          records.append(record)
        } else if records.isEmpty {
          blankLineCount += isBlank ? 1 : 0
          lastBlank = record.start
          // The first of them is looked behind however long it is, so that looking always comes further.
          hasManyBlanks = lastBlank > file.cursor && record.end - file.cursor > blankBytes
        }
      }
      file.farLookCount += walk.mayHaveLookedFar ? 1 : 0
      // What comes next is looked at from the last of them.
      if hasManyBlanks { return (blankLineCount, records, lastBlank) }
      if records.count == 4 || isWhole { return (blankLineCount, records, walk.position) }
      _ = try file.readMore()
    }
  }

  private func isHeader(_ record: CSVRecordWalk.Record, of file: CSVOpenFile) -> Bool {
    guard let names = file.sniffing.names, record.fields.count == names.count, names.count > 1 else { return false }
    let walk = CSVRecordWalk(file.text, dialect: file.sniffing.dialect)
    return zip(record.fields, names).allSatisfy { walk.content($0).elementsEqual($1.utf8) }
  }
}

extension cs_csv_bytes {
  init(_ plain: CSVPlainBytes) {
    self.init(
      delimiter: plain.delimiter, newline: plain.newline, quote: plain.quote, has_quote: plain.hasQuote ? 1 : 0)
  }
}

extension CSVPlainBytes {
  /// The dialect that these bytes alone make.
  var dialect: CSVDialect {
    var dialect = CSVDialect()
    dialect.delimiter = [delimiter]
    dialect.quote = hasQuote ? quote : nil
    dialect.lineEnd = newline == UInt8(ascii: "\r") ? .cr : .lf
    return dialect
  }
}

extension UnsafeRawBufferPointer {
  /// The same bytes, typed; the empty buffer may have no address.
  fileprivate var bytes: UnsafePointer<UInt8>? { baseAddress?.assumingMemoryBound(to: UInt8.self) }
}
