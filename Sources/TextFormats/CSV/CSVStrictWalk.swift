// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Walks over records one byte at a time, by the letter of RFC 4180.
///
/// The arbiter: says what is wrong and where once a fast path knows that something is; reads headers; and tests hold the
/// fast paths against it.
struct CSVStrictWalk {
  /// What makes a text no CSV.
  enum Problem: Equatable {
    /// A quote inside an unquoted field.
    case quoteInField(at: Int)
    /// Something other than a delimiter or line end after a closing quote.
    case textAfterQuote(at: Int)
    /// No closing quote up to the end of the text.
    case openQuote(at: Int)
  }

  /// One field's bytes, quotes included.
  struct Field: Equatable {
    var start: Int
    var end: Int
    var isQuoted: Bool
  }

  /// One record; where there is a problem, up to it.
  struct Record {
    var start = 0
    /// Line of the text it starts on, counted from 0 at the text's start.
    var line = 0
    var fields: [Field] = []
    var problem: Problem?

    /// An empty line, or one with nothing but its CR.
    var isBlank: Bool { fields.count == 1 && !fields[0].isQuoted && fields[0].start == fields[0].end && problem == nil }
  }

  private let text: UnsafeRawBufferPointer
  private let delimiter: UInt8
  private(set) var position = 0
  private var line = 0

  init(_ text: UnsafeRawBufferPointer, delimiter: UInt8) {
    self.text = text
    self.delimiter = delimiter
  }

  /// The next record; nil at the end of the text, and after a problem. A last record needs no newline.
  mutating func next() -> Record? {
    guard position < text.count else { return nil }
    var record = Record(start: position, line: line)
    while true {
      let start = position
      let isQuoted = position < text.count && text[position] == UInt8(ascii: "\"")
      record.problem = isQuoted ? passQuoted() : passUnquoted()
      var end = position
      if !isQuoted, position == text.count || text[position] == UInt8(ascii: "\n"), end > start,
        text[end - 1] == UInt8(ascii: "\r")
      {
        end -= 1
      }
      record.fields.append(Field(start: start, end: end, isQuoted: isQuoted))
      if record.problem != nil {
        position = text.count
        return record
      }
      if isQuoted, position < text.count, text[position] == UInt8(ascii: "\r") { position += 1 }
      if position == text.count { return record }
      let isLast = text[position] == UInt8(ascii: "\n")
      position += 1
      if isLast {
        line += 1
        return record
      }
    }
  }

  private mutating func passUnquoted() -> Problem? {
    while position < text.count, text[position] != delimiter, text[position] != UInt8(ascii: "\n") {
      if text[position] == UInt8(ascii: "\"") { return .quoteInField(at: position) }
      position += 1
    }
    return nil
  }

  private mutating func passQuoted() -> Problem? {
    let start = position
    position += 1
    while position < text.count {
      let byte = text[position]
      if byte == UInt8(ascii: "\n") { line += 1 }
      if byte == UInt8(ascii: "\"") {
        if position + 1 < text.count, text[position + 1] == UInt8(ascii: "\"") {
          position += 1
        } else {
          position += 1
          return endsField(position) ? nil : .textAfterQuote(at: position)
        }
      }
      position += 1
    }
    return .openQuote(at: start)
  }

  private func endsField(_ index: Int) -> Bool {
    if index == text.count || text[index] == delimiter || text[index] == UInt8(ascii: "\n") { return true }
    guard text[index] == UInt8(ascii: "\r") else { return false }
    return index + 1 == text.count || text[index + 1] == UInt8(ascii: "\n")
  }

  /// A field's content: without its quotes, doubled ones made single.
  func content(_ field: Field) -> [UInt8] {
    guard field.isQuoted else { return Array(text[field.start..<field.end]) }
    var bytes: [UInt8] = []
    var index = field.start + 1
    while index < field.end - 1 {
      bytes.append(text[index])
      index += text[index] == UInt8(ascii: "\"") ? 2 : 1
    }
    return bytes
  }
}
