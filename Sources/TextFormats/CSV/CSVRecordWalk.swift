// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Walks over records of any dialect one byte at a time, and makes sense of those that break the form.
///
/// The arbiter: it decides where the vector scan is in doubt, reads headers and dialects that the scan cannot, and tests hold
/// the fast paths against it. A record in form is read as RFC 4180 says, over as many lines as its quotes span. One that breaks
/// it is read in several ways (``CSVLeniency/inOrder``), and the first that gives `width` fields is taken; if none does,
/// the one with the most fields up to `width`. So a quote that is never closed costs its own line and no other.
struct CSVRecordWalk {
  /// How a record breaks the form first.
  struct Anomalies: OptionSet {
    let rawValue: UInt8
    /// A quote inside an unquoted field: it is text.
    static let strayQuote = Anomalies(rawValue: 1)
    /// Something other than a delimiter or line end after a quote inside a quoted field: the quote is text.
    static let textAfterQuote = Anomalies(rawValue: 2)
    /// A quote that is opened and not closed: it is text.
    static let openQuote = Anomalies(rawValue: 4)
  }

  /// One field's bytes, quotes included.
  struct Field: Equatable {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  /// One record.
  struct Record: Equatable {
    var start = 0
    /// After its line end.
    var end = 0
    /// Line of the text it starts on, counted from 0 at the walk's start.
    var line = 0
    /// Line ends in it, its own included.
    var lineCount = 0
    var fields: [Field] = []
    var anomalies: Anomalies = []
    /// Where the form was first broken.
    var anomalyOffset = 0
    /// True if it is a comment; it has no fields then.
    var isComment = false

    /// An empty line.
    var isBlank: Bool { fields.count == 1 && !fields[0].isQuoted && fields[0].start == fields[0].end && !isComment }
  }

  let text: UnsafeRawBufferPointer
  let dialect: CSVDialect
  /// Fields that a record should have; nil if that is not known.
  let width: Int?
  /// True if nothing follows the text; otherwise a record that is not decided by its end is not given.
  let isWhole: Bool
  /// Where the next record begins.
  private(set) var position: Int
  /// No record that begins before this is looked at far ahead: that was done, and did not fit.
  private(set) var nearOnlyBefore: Int
  /// True once a record was met whose reading may depend on ``nearOnlyBefore``.
  private(set) var mayHaveLookedFar = false
  /// True after ``next()`` returned nil because more text is needed.
  private(set) var needsMore = false
  private var line = 0

  /// Precondition: `start` is where a record begins.
  init(
    _ text: UnsafeRawBufferPointer, dialect: CSVDialect, width: Int? = nil, from start: Int = 0, isWhole: Bool = true,
    nearOnlyBefore: Int = 0
  ) {
    self.nearOnlyBefore = nearOnlyBefore
    self.text = text
    self.dialect = dialect
    self.width = width
    self.isWhole = isWhole
    position = start
  }

  /// The next record; nil at the end of the text. A last record needs no line end.
  mutating func next() -> Record? {
    guard position < text.count else { return nil }
    guard var record = decided(at: position) else {
      needsMore = true
      return nil
    }
    record.line = line
    line += record.lineCount
    position = record.end
    return record
  }

  /// The record at `start`; nil if more text is needed to tell.
  private mutating func decided(at start: Int) -> Record? {
    if isComment(start) { return commentLine(at: start) }
    let (offset, anomaly): (Int, Anomalies)
    switch read(at: start, .strict) {
    case .record(let record): return record
    case .needsMore: return nil
    case .broken(let at, let kind): (offset, anomaly) = (at, kind)
    }
    var best: Record?
    for leniency in CSVLeniency.inOrder {
      if leniency.mostBytes != nil {
        mayHaveLookedFar = true
        if start < nearOnlyBefore { continue }
      }
      switch read(at: start, leniency) {
      case .needsMore: return nil
      case .broken: continue
      case .record(var record):
        record.anomalies = anomaly
        record.anomalyOffset = offset
        if record.fields.count == width ?? record.fields.count { return record }
        if isBetter(record, than: best) { best = record }
      }
    }
    if let far = CSVLeniency.inOrder.compactMap(\.mostBytes).max(), start >= nearOnlyBefore {
      nearOnlyBefore = start + far
    }
    return best
  }

  /// True if `record` has more fields, up to the width, or fewer past it.
  private func isBetter(_ record: Record, than best: Record?) -> Bool {
    guard let best, let width else { return best == nil }
    let (count, other) = (record.fields.count, best.fields.count)
    return count <= width ? other > width || count > other : other > count
  }

  private enum Reading {
    case record(Record)
    case broken(at: Int, Anomalies)
    case needsMore
  }

  private enum Passed {
    case closed(at: Int)
    /// Not a quoted field after all.
    case asText
    case broken(at: Int, Anomalies)
    case needsMore
  }

  private func read(at start: Int, _ leniency: CSVLeniency) -> Reading {
    let skipsSpaces = dialect.skipsSpaces || leniency.skipsSpaces
    var record = Record(start: start)
    var position = start
    if dialect.joinsDelimiters { position = afterDelimiters(position) }
    while true {
      if skipsSpaces { position = afterSpaces(position) }
      let from = position
      var field = Field(start: from, end: from, isQuoted: false)
      if position < text.count, text[position] == dialect.quote {
        switch passQuoted(position, recordStart: start, leniency, skipsSpaces: skipsSpaces, &record) {
        case .closed(let at):
          field.isQuoted = true
          field.end = at
          position = skipsSpaces || !leniency.isStrict ? afterSpaces(at) : at
        case .asText: break
        case .broken(let at, let kind): return .broken(at: at, kind)
        case .needsMore: return .needsMore
        }
      }
      if !field.isQuoted {
        position = endOfUnquoted(from, &record)
        if leniency.isStrict, !record.anomalies.isEmpty { return .broken(at: record.anomalyOffset, .strayQuote) }
        field.end = position
        while skipsSpaces, field.end > from, isSpace(text[field.end - 1]) { field.end -= 1 }
      }
      record.fields.append(field)
      if position == text.count {
        record.end = position
        return isWhole ? .record(record) : .needsMore
      }
      if let lineEnd = lineEndLength(position) {
        // CR at the end of what is there: an LF may follow.
        if !isWhole, position + lineEnd == text.count, text[position] == UInt8(ascii: "\r"), dialect.lineEnd != .cr {
          return .needsMore
        }
        record.end = position + lineEnd
        record.lineCount += 1
        return .record(record)
      }
      position += dialect.delimiter.count
      if dialect.joinsDelimiters {
        position = afterDelimiters(position)
        if position < text.count, let lineEnd = lineEndLength(position) {
          record.end = position + lineEnd
          record.lineCount += 1
          return .record(record)
        }
      }
    }
  }

  /// Where an unquoted field that begins at `start` ends.
  private func endOfUnquoted(_ start: Int, _ record: inout Record) -> Int {
    var position = start
    while position < text.count {
      let byte = text[position]
      if byte == dialect.delimiter[0], isDelimiter(position) { return position }
      if (byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")), lineEndLength(position) != nil { return position }
      if byte == dialect.quote, record.anomalies.isEmpty {
        record.anomalies.insert(.strayQuote)
        record.anomalyOffset = position
      }
      position += passed(position, &record)
    }
    return text.count
  }

  /// Bytes of one character of a field, two where it is escaped.
  private func passed(_ position: Int, _ record: inout Record) -> Int {
    guard isEscape(position) else { return 1 }
    guard let lineEnd = lineEndLength(position + 1) else { return 2 }
    record.lineCount += 1
    return 1 + lineEnd
  }

  private func passQuoted(
    _ start: Int, recordStart: Int, _ leniency: CSVLeniency, skipsSpaces: Bool, _ record: inout Record
  ) -> Passed {
    var position = start + 1
    let limit = leniency.mostBytes.map { min(text.count, recordStart + $0) } ?? text.count
    var lines = 0
    while position < limit {
      let byte = text[position]
      if byte == dialect.quote {
        if position + 1 == text.count, !isWhole { return .needsMore }
        if position + 1 < text.count, text[position + 1] == byte {
          position += 2
          continue
        }
        let after = skipsSpaces || !leniency.isStrict ? afterSpaces(position + 1) : position + 1
        if after >= text.count - 1, !isWhole { return .needsMore }
        if after == text.count || isDelimiter(after) || lineEndLength(after) != nil {
          record.lineCount += lines
          return .closed(at: position + 1)
        }
        if leniency.isStrict { return .broken(at: position, .textAfterQuote) }
        if !leniency.innerQuotesAreText { return .asText }
      } else if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r"), let lineEnd = lineEndLength(position) {
        if !leniency.spansLines { return .asText }
        lines += 1
        position += lineEnd
        continue
      }
      position += passed(position, &record)
    }
    if !isWhole, limit == text.count { return .needsMore }
    if leniency.isStrict || leniency.spansLines { return .broken(at: start, .openQuote) }
    return .asText
  }

  private func commentLine(at start: Int) -> Record? {
    var record = Record(start: start, isComment: true)
    var position = start
    while position < text.count, lineEndLength(position) == nil { position += 1 }
    if !isWhole, position >= text.count - 1 { return nil }
    record.end = position + (position < text.count ? lineEndLength(position) ?? 1 : 0)
    record.lineCount = position < text.count ? 1 : 0
    return record
  }

  private func isComment(_ start: Int) -> Bool {
    !dialect.comment.isEmpty && text[start...].starts(with: dialect.comment)
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && dialect.delimiter[0] != byte)
  }

  private func afterSpaces(_ start: Int) -> Int {
    if dialect.delimiter[0] == UInt8(ascii: " ") { return start }
    var position = start
    while position < text.count, isSpace(text[position]) { position += 1 }
    return position
  }

  private func afterDelimiters(_ start: Int) -> Int {
    var position = start
    while position < text.count, isDelimiter(position) { position += dialect.delimiter.count }
    return position
  }

  private func isDelimiter(_ position: Int) -> Bool {
    guard position < text.count, text[position] == dialect.delimiter[0] else { return false }
    return dialect.delimiter.count == 1 || text[position...].starts(with: dialect.delimiter)
  }

  /// True for a backslash that takes the next byte its meaning.
  func isEscape(_ position: Int) -> Bool {
    guard dialect.escape == .backslash, text[position] == UInt8(ascii: "\\"), position + 1 < text.count else {
      return false
    }
    return text[position + 1] == UInt8(ascii: "\\") || text[position + 1] == dialect.quote || isDelimiter(position + 1)
      || lineEndLength(position + 1) != nil
  }

  /// Bytes of the line end at `position`; nil if there is none.
  private func lineEndLength(_ position: Int) -> Int? {
    let byte = text[position]
    let hasNext = position + 1 < text.count
    switch dialect.lineEnd {
    case .cr: return byte == UInt8(ascii: "\r") ? 1 : nil
    case .lf:
      if byte == UInt8(ascii: "\n") { return 1 }
      if byte != UInt8(ascii: "\r") { return nil }
      if hasNext { return text[position + 1] == UInt8(ascii: "\n") ? 2 : nil }
      return 1
    case .mixed:
      if byte == UInt8(ascii: "\n") { return 1 }
      if byte != UInt8(ascii: "\r") { return nil }
      return hasNext && text[position + 1] == UInt8(ascii: "\n") ? 2 : 1
    }
  }
}
