// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What lines that are not data begin with in a text of rejected records; sniffing knows it.
let rejectsComment = "#colonnade"

/// What a text of rejected records begins with: a comment, and the header in the first text's dialect.
func headerOfRejects(_ sniffing: CSVSniffing?, _ header: CSVHeader) -> [UInt8] {
  guard let sniffing else { return [] }
  let dialect = sniffing.dialect
  let lineEnd: [UInt8] = dialect.lineEnd == .cr ? [13] : [10]
  var text =
    Array("\(rejectsComment): records left out, each below its reason; \(statement(of: dialect))".utf8) + lineEnd
  guard dialect.headerRows > 0 else { return text }
  let names = sniffing.names ?? []
  for (index, name) in names.enumerated() {
    if index > 0 { text += dialect.delimiter }
    let bytes = Array(name.utf8)
    guard let quote = dialect.quote,
      bytes.contains(where: { $0 == quote || $0 == 10 || $0 == 13 || dialect.delimiter.contains($0) })
    else {
      text += bytes
      continue
    }
    text.append(quote)
    for byte in bytes { text += byte == quote ? [quote, quote] : [byte] }
    text.append(quote)
  }
  return text + lineEnd
}

extension CSVRejectedRow {
  /// The reason as a comment, then the record as the file has it.
  package func text(lineEnd: UInt8) -> [UInt8] {
    let place = error.place.description
    var text = Array("\(rejectsComment): \(place): \(error.summary)".utf8.map { $0 == 10 || $0 == 13 ? 32 : $0 })
    text.append(lineEnd)
    text += raw
    if raw.last != 10, raw.last != 13 { text.append(lineEnd) }
    return text
  }
}

/// A dialect as the first line of a text of rejects states it: `delimiter=3b quote=22 escape=doubled line_end=lf header_rows=1`, bytes
/// in hexadecimal, `none` where nothing quotes.
private func statement(of dialect: CSVDialect) -> String {
  let delimiter = dialect.delimiter + (dialect.skipsSpaces ? [UInt8(ascii: " ")] : [])
  let quote = dialect.quote.map { hexadecimal([$0]) } ?? "none"
  return "encoding=UTF-8 delimiter=\(hexadecimal(delimiter)) quote=\(quote) escape=\(dialect.escape.rawValue) "
    + "line_end=\(dialect.lineEnd.rawValue) header_rows=\(min(1, dialect.headerRows))"
}

private func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

extension CSVDialectHints {
  /// The hints, and what the first line of a text of rejects states besides; nothing more for other texts.
  func stated(by text: UnsafeRawBufferPointer) -> CSVDialectHints {
    let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard text[start...].starts(with: rejectsComment.utf8) else { return self }
    let line = text[start...].prefix(1024).prefix { $0 != 10 && $0 != 13 }
    var hints = self
    for word in String(decoding: line, as: UTF8.self).split(separator: " ") {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "encoding": if parts[1] == "UTF-8" { hints.encoding = hints.encoding ?? "UTF-8" }
      case "delimiter": if let found = bytes(parts[1]) { hints.delimiter = hints.delimiter ?? found }
      case "quote":
        if let found = bytes(parts[1]), found.count == 1 { hints.quote = hints.quote ?? .some(found[0]) }
        if parts[1] == "none" { hints.quote = hints.quote ?? .some(nil) }
      case "escape": hints.escape = hints.escape ?? CSVDialect.Escape(rawValue: parts[1])
      case "line_end": hints.lineEnd = hints.lineEnd ?? CSVDialect.LineEnd(rawValue: parts[1])
      case "header_rows": hints.headerRows = hints.headerRows ?? (parts[1] == "0" ? 0 : parts[1] == "1" ? 1 : nil)
      default: break
      }
    }
    hints.comment = hints.comment ?? Array(rejectsComment.utf8)
    return hints
  }

  /// One to nine bytes in hexadecimal that may divide fields or quote.
  private func bytes(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0, (2...18).contains(digits.count) else { return nil }
    let bytes = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
    }
    return bytes.count * 2 == digits.count && bytes.allSatisfy({ ![0, 10, 13].contains($0) }) ? bytes : nil
  }
}
