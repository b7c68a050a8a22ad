// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What fields say, and records written anew in the plain form.
extension CSVRecordWalk {
  /// A field's content: without its quotes, doubled ones made single, escapes taken out.
  func content(_ field: Field) -> [UInt8] {
    var bytes: [UInt8] = []
    appendContent(field, to: &bytes)
    return bytes
  }

  private func appendContent(_ field: Field, to bytes: inout [UInt8]) {
    let isEscaped = dialect.escape == .backslash
    guard field.isQuoted || isEscaped else {
      bytes.append(contentsOf: text[field.start..<field.end])
      return
    }
    var index = field.isQuoted ? field.start + 1 : field.start
    let end = field.isQuoted ? field.end - 1 : field.end
    while index < end {
      let byte = text[index]
      if isEscaped, byte == UInt8(ascii: "\\"), index + 1 < end, isEscape(index) {
        index += 1
        bytes.append(text[index])
        if text[index] == UInt8(ascii: "\r"), index + 1 < end, text[index + 1] == UInt8(ascii: "\n") {
          index += 1
          bytes.append(text[index])
        }
      } else {
        bytes.append(byte)
        if field.isQuoted, byte == dialect.quote, index + 1 < end, text[index + 1] == byte { index += 1 }
      }
      index += 1
    }
  }

  /// True for an empty line and one of nothing but spaces: neither is a row of a table of several columns.
  func isEmptyLine(_ record: Record) -> Bool {
    guard record.fields.count == 1, !record.fields[0].isQuoted else { return false }
    return text[record.fields[0].start..<record.fields[0].end].allSatisfy {
      $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t")
    }
  }

  /// True if an unquoted field stands for null: empty, or `\N` where backslashes escape.
  func isNull(_ field: Field) -> Bool {
    if field.isQuoted { return false }
    if field.start == field.end { return true }
    return dialect.escape == .backslash && field.end - field.start == 2 && text[field.start] == UInt8(ascii: "\\")
      && text[field.start + 1] == UInt8(ascii: "N")
  }

  /// Appends `record` to `target` in RFC 4180's form with `bytes`, its line end included; a null is an empty field.
  func write(_ record: Record, as bytes: CSVPlainBytes, to target: inout [UInt8]) {
    for (index, field) in record.fields.enumerated() {
      if index > 0 { target.append(bytes.delimiter) }
      if isNull(field) { continue }
      let start = target.count
      appendContent(field, to: &target)
      let needsQuotes =
        field.isQuoted
        || target[start...].contains {
          $0 == bytes.delimiter || $0 == bytes.quote || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r")
        }
      if needsQuotes { quote(from: start, with: bytes.quote, in: &target) }
    }
    target.append(bytes.newline)
  }

  private func quote(from start: Int, with quote: UInt8, in target: inout [UInt8]) {
    let content = Array(target[start...])
    target.removeLast(content.count)
    target.append(quote)
    for byte in content {
      target.append(byte)
      if byte == quote { target.append(quote) }
    }
    target.append(quote)
  }
}

/// The bytes that divide a text in the plain form.
struct CSVPlainBytes: Equatable {
  var delimiter = UInt8(ascii: ",")
  var quote = UInt8(ascii: "\"")
  /// False: no byte quotes.
  var hasQuote = true
  var newline = UInt8(ascii: "\n")

  /// RFC 4180.
  init() {}

  /// What chunks of a text of `dialect` are divided by: its own bytes where it is plain, else RFC 4180's.
  init(_ dialect: CSVDialect) {
    guard dialect.isPlain else { return }
    delimiter = dialect.delimiter[0]
    hasQuote = dialect.quote != nil
    // Where nothing quotes, no byte of the text may be taken for a quote.
    quote = dialect.quote ?? 0
    newline = dialect.lineEnd == .cr ? UInt8(ascii: "\r") : UInt8(ascii: "\n")
  }
}
