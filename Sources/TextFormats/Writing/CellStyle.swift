// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How a format spells what is not a plain number: nulls, strings, dates and timestamps, NaN and infinities.
struct CellStyle: Sendable {
  /// How strings are made safe.
  enum Strings: Sendable {
    /// Quoted where they contain a marked byte, are empty, start like a byte order mark, or read as the null does, or always;
    /// quotes inside are doubled.
    case csv(quote: UInt8, always: Bool)
    /// Always in double quotes, with backslash escapes (RFC 8259).
    case json
    /// Pipes and line breaks escaped for a Markdown table.
    case markdown
  }

  /// Stands for a row without a value.
  let null: [UInt8]
  let nan: [UInt8]
  let positiveInfinity: [UInt8]
  let negativeInfinity: [UInt8]
  /// Put before and after a date or timestamp: a quote in JSON, nothing elsewhere.
  let aroundDate: [UInt8]
  let strings: Strings
  /// 256 flags: bytes that need quoting or escaping.
  let marked: [Bool]

  static func csv(
    delimiter: UInt8, quote: UInt8, quotesAll: Bool = false, null: [UInt8] = []
  ) -> CellStyle {
    CellStyle(
      null: null, nan: Array("NaN".utf8), positiveInfinity: Array("inf".utf8), negativeInfinity: Array("-inf".utf8),
      aroundDate: [], strings: .csv(quote: quote, always: quotesAll),
      marked: (0...255).map { $0 == delimiter || $0 == quote || $0 == 10 || $0 == 13 })
  }

  static let json = CellStyle(
    null: Array("null".utf8), nan: Array("\"NaN\"".utf8), positiveInfinity: Array("\"Infinity\"".utf8),
    negativeInfinity: Array("\"-Infinity\"".utf8), aroundDate: [UInt8(ascii: "\"")], strings: .json,
    marked: (0...255).map { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })

  /// `null` is escaped as strings are.
  static func markdown(null: String = "") -> CellStyle {
    let plain = markdown(null: [])
    return null.isEmpty ? plain : markdown(null: plain.text(of: null))
  }

  private static func markdown(null: [UInt8]) -> CellStyle {
    CellStyle(
      null: null, nan: Array("NaN".utf8), positiveInfinity: Array("inf".utf8), negativeInfinity: Array("-inf".utf8),
      aroundDate: [], strings: .markdown,
      marked: (0...255).map { $0 == UInt8(ascii: "|") || $0 == UInt8(ascii: "\\") || $0 == 10 || $0 == 13 })
  }

  /// In CSV, the quote that numbers, dates and truth values stand in, always or where they read as the null does; nil where they
  /// never need one.
  var quoteOfNumbers: UInt8? {
    guard case .csv(let quote, let always) = strings, always || !null.isEmpty else { return nil }
    return quote
  }

  /// Puts text of a number, date or truth value in quotes if it needs them; returns the new count. Two more bytes fit at `target`.
  func quoted(_ count: Int, at target: UnsafeMutablePointer<UInt8>) -> Int {
    guard case .csv(let quote, let always) = strings,
      always || UnsafeBufferPointer(start: target, count: count).elementsEqual(null)
    else { return count }
    (target + 1).update(from: target, count: count)
    target[0] = quote
    target[count + 1] = quote
    return count + 2
  }

  /// In CSV, whether a string cannot stand bare.
  func needsQuotes(_ string: String) -> Bool {
    guard case .csv(let quote, _) = strings else { return false }
    return text(of: string).first == quote
  }

  /// Most bytes that `count` bytes of a string can become.
  func longestString(_ count: Int) -> Int {
    switch strings {
    case .csv: 2 * count + 2
    case .json: 6 * count + 2
    case .markdown: 4 * count
    }
  }

  /// Text of one string, for headers and the like.
  func text(of string: String) -> [UInt8] {
    var string = string
    return string.withUTF8 { utf8 in
      [UInt8](unsafeUninitializedCapacity: longestString(utf8.count) + copySlack) { target, count in
        guard let start = target.baseAddress else { return }
        count = write(utf8, to: start)
      }
    }
  }

  /// Writes one string, at most ``longestString(_:)`` bytes; returns how many.
  func write(_ string: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) -> Int {
    marked.withUnsafeBufferPointer { marked in
      switch strings {
      case .csv(let quote, let always):
        writeQuotedWhereNeeded(string, quote: quote, marked: marked, always: always, null: null, to: target)
      case .json: writeJSONString(string, marked: marked, to: target)
      case .markdown: writeMarkdownString(string, marked: marked, to: target)
      }
    }
  }
}

/// RFC 4180, minimal: see ``CSVWriter`` for which cells are quoted.
private func writeQuotedWhereNeeded(
  _ string: UnsafeBufferPointer<UInt8>, quote: UInt8, marked: UnsafeBufferPointer<Bool>, always: Bool, null: [UInt8],
  to target: UnsafeMutablePointer<UInt8>
) -> Int {
  var needsQuotes =
    always || string.isEmpty || (!null.isEmpty && string.elementsEqual(null))
    || (string.count >= 3 && string[0] == 0xEF && string[1] == 0xBB && string[2] == 0xBF)
  for index in string.indices {
    target[index] = string[index]
    needsQuotes = needsQuotes || marked[Int(string[index])]
  }
  guard needsQuotes else { return string.count }
  target[0] = quote
  var at = 1
  for byte in string {
    if byte == quote {
      target[at] = quote
      at += 1
    }
    target[at] = byte
    at += 1
  }
  target[at] = quote
  return at + 1
}

private func writeJSONString(
  _ string: UnsafeBufferPointer<UInt8>, marked: UnsafeBufferPointer<Bool>, to target: UnsafeMutablePointer<UInt8>
) -> Int {
  target[0] = UInt8(ascii: "\"")
  var at = 1
  for byte in string {
    guard marked[Int(byte)] else {
      target[at] = byte
      at += 1
      continue
    }
    target[at] = UInt8(ascii: "\\")
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): target[at] = byte
    case 0x08: target[at] = UInt8(ascii: "b")
    case 0x09: target[at] = UInt8(ascii: "t")
    case 0x0A: target[at] = UInt8(ascii: "n")
    case 0x0C: target[at] = UInt8(ascii: "f")
    case 0x0D: target[at] = UInt8(ascii: "r")
    default:
      target[at] = UInt8(ascii: "u")
      target[at + 1] = UInt8(ascii: "0")
      target[at + 2] = UInt8(ascii: "0")
      target[at + 3] = UInt8(ascii: "0") + byte >> 4
      let low = byte & 15
      target[at + 4] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") - 10 + low
      at += 4
    }
    at += 1
  }
  target[at] = UInt8(ascii: "\"")
  return at + 1
}

/// Backslash before pipes and backslashes; each line break becomes `<br>`.
private func writeMarkdownString(
  _ string: UnsafeBufferPointer<UInt8>, marked: UnsafeBufferPointer<Bool>, to target: UnsafeMutablePointer<UInt8>
) -> Int {
  var at = 0
  for index in string.indices {
    let byte = string[index]
    if !marked[Int(byte)] {
      target[at] = byte
      at += 1
    } else if byte == 13, index + 1 < string.count, string[index + 1] == 10 {
      continue
    } else if byte == 10 || byte == 13 {
      for byte in "<br>".utf8 {
        target[at] = byte
        at += 1
      }
    } else {
      target[at] = UInt8(ascii: "\\")
      target[at + 1] = byte
      at += 2
    }
  }
  return at
}
