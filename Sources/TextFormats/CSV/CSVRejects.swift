// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What lines that are not data begin with in a text of rejected records; sniffing knows it.
let rejectsComment = "#colonnade"

/// What a text of rejected records begins with: a comment, and the header in the first text's dialect.
func headerOfRejects(_ sniffing: CSVSniffing?, _ header: CSVHeader) -> [UInt8] {
  guard let sniffing else { return [] }
  let dialect = sniffing.dialect
  let lineEnd: [UInt8] = dialect.lineEnd == .cr ? [13] : [10]
  var text = Array("\(rejectsComment): records left out, each below its reason\(advice(dialect))".utf8) + lineEnd
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

/// Options that read the text, where they might not be found.
private func advice(_ dialect: CSVDialect) -> String {
  var options: [String] = []
  if dialect.delimiter != [UInt8(ascii: ",")] {
    options.append("--delimiter '\(String(decoding: dialect.delimiter, as: UTF8.self))'")
  }
  if dialect.quote != UInt8(ascii: "\"") {
    options.append("--quote \(dialect.quote.map { "\"\(Character(Unicode.Scalar($0)))\"" } ?? "none")")
  }
  if dialect.escape == .backslash { options.append("--escape backslash") }
  if dialect.headerRows == 0 { options.append("--no-header") }
  return options.isEmpty ? "" : "; read with \(options.joined(separator: " "))"
}
