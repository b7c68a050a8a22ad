// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Most lines of a footer that is found and not told.
private let mostFooterLines = 10

/// Lines at the end of a text that are no data: notes, sources, remarks.
///
/// `tail` is the end of a text of records of `width` fields. With `lines` given, so many lines are taken. Otherwise a line is taken
/// for a footer's if it has neither delimiter nor quote and either an empty line comes before the lines taken, or each has
/// a space and the table three columns or more: a row of which all but the first field are missing looks like that only by
/// accident. Nothing is lost: the lines are told.
func footerOf(
  _ tail: UnsafeRawBufferPointer, dialect: CSVDialect, width: Int, lines: Int?
) -> (lines: [String], byteCount: Int) {
  let newline = dialect.lineEnd == .cr ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
  var texts: [String] = []
  var taken = tail.count
  // As of the last place where it was sure that what follows is a footer.
  var sure = (lines: 0, start: tail.count)
  var end = tail.count
  while end > 0, texts.count < lines ?? mostFooterLines {
    let contentEnd = tail[end - 1] == newline ? end - 1 : end
    var start = contentEnd
    while start > 0, tail[start - 1] != newline { start -= 1 }
    // The line's beginning must be seen.
    if start == 0 { break }
    let line = UnsafeRawBufferPointer(rebasing: tail[start..<contentEnd])
    let content = line.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: line.dropLast()) : line
    if lines == nil {
      if content.isEmpty {
        if !texts.isEmpty { sure = (texts.count, start) }
        end = start
        continue
      }
      guard looksLikeNote(content, dialect) else { break }
    }
    texts.append(String(decoding: content, as: UTF8.self))
    taken = start
    if lines != nil || (width >= 3 && content.contains(UInt8(ascii: " ")) && sure.lines == texts.count - 1) {
      sure = (texts.count, taken)
    }
    end = start
  }
  return (Array(texts.prefix(sure.lines).reversed()), tail.count - sure.start)
}

private func looksLikeNote(_ line: UnsafeRawBufferPointer, _ dialect: CSVDialect) -> Bool {
  guard !line.contains(where: { $0 == dialect.quote }) else { return false }
  return !line.indices.contains { line[$0...].starts(with: dialect.delimiter) }
}
