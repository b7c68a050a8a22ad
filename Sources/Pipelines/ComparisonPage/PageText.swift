// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Glibc
import TextFormats

/// `text` as it may stand anywhere in HTML, in quoted attributes too: markup means nothing, control characters are made visible, and so are
/// those that turn the direction of what follows.
func escaped(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in printable(text).unicodeScalars {
    switch scalar {
    case "&": result.append(contentsOf: "&amp;".unicodeScalars)
    case "<": result.append(contentsOf: "&lt;".unicodeScalars)
    case ">": result.append(contentsOf: "&gt;".unicodeScalars)
    case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
    case "'": result.append(contentsOf: "&#39;".unicodeScalars)
    case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}", "\u{061C}", "\u{2028}", "\u{2029}":
      result.append("\u{FFFD}")
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// Widest text that a page shows whole.
let pageTextWidth = 120

/// A value for a page, cut after some hundred columns; null and empty texts are told apart.
func pageText(_ value: Value) -> String {
  switch value {
  case .null: "<i>null</i>"
  case .string(let text) where text.isEmpty: "<i>empty</i>"
  case .string(let text):
    "<bdi>\(escaped(truncated(printable(withInvisibleNamed(text)), toWidth: pageTextWidth)))</bdi>"
  default: escaped(plainText(of: value))
  }
}

/// A number with commas between groups of three digits before the point: `-61,100.25`; others as ``pageText(_:)`` has them.
func groupedText(_ value: Value) -> String {
  switch value {
  case .int64, .decimal: break
  default: return pageText(value)
  }
  let text = plainText(of: value)
  let digits = text.prefix { $0 != "." }.drop { $0 == "-" }
  var whole = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { whole += "," }
    whole.append(digit)
  }
  return (text.hasPrefix("-") ? "-" : "") + whole + text[digits.endIndex...]
}

/// As ``groupedText(_:)``, doubles with six digits.
func shortText(_ value: Value) -> String {
  guard case .float64(let number) = value, number.isFinite else { return groupedText(value) }
  var bytes = [CChar](repeating: 0, count: 32)
  // Nothing sets a locale in this process: the point is a point.
  _ = withVaList([number]) { vsnprintf(&bytes, bytes.count, "%.6g", $0) }
  return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// A part of a whole in percent, one digit after the point: `41.3 %`; what is little but something is `< 0.1 %`, all but all `> 99.9 %`.
func percentText(_ count: Int, of total: Int) -> String {
  guard total > 0, count > 0 else { return "0 %" }
  if count == total { return "100 %" }
  let tenths = Int((Int128(count) * 2_000 + Int128(total)) / (2 * Int128(total)))
  if tenths == 0 { return "&lt; 0.1 %" }
  if tenths >= 1_000 { return "&gt; 99.9 %" }
  return "\(tenths / 10).\(tenths % 10) %"
}

/// `1 row`, `2,025 rows`.
func countText(_ count: Int, _ unit: String) -> String { "\(grouped(count)) \(unit)\(count == 1 ? "" : "s")" }

/// An element with what is inside; `inside` is markup.
func element(_ name: String, _ attributes: String = "", _ inside: String) -> String {
  "<\(name)\(attributes.isEmpty ? "" : " " + attributes)>\(inside)</\(name)>"
}
