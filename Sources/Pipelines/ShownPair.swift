// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// Two values that differ, changed so that they look unlike: long texts are cut where they begin to differ, and texts that would look alike all
/// the same (other spaces, other compositions of an accent) say which characters they have, as `\u{A0}`. What is no text stays as it is.
///
/// `width`: terminal cells of the longest text that is shown whole. O(length).
func shownApart(_ source: Value, _ compare: Value, toWidth width: Int) -> (source: Value, compare: Value) {
  guard case .string(let left) = source, case .string(let right) = compare else { return (source, compare) }
  var (a, b) = cutAroundDifference(withInvisibleNamed(left), withInvisibleNamed(right), toWidth: width)
  // Texts of one meaning in Unicode are equal here, whatever their bytes.
  if a == b {
    (a, b) = cutAroundDifference(
      withInvisibleNamed(left, alsoForeign: true), withInvisibleNamed(right, alsoForeign: true), toWidth: width)
  }
  return (.string(a), .string(b))
}

/// `text` with characters that are not seen, or move others, as `\u{200B}`; control characters stay. `alsoForeign`: all that are not ASCII.
func withInvisibleNamed(_ text: String, alsoForeign: Bool = false) -> String {
  func isNamed(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return false }
    if alsoForeign { return true }
    switch scalar.properties.generalCategory {
    // Emoji are joined by U+200D.
    case .format: return scalar != "\u{200D}"
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: return true
    default: return false
    }
  }
  guard text.unicodeScalars.contains(where: isNamed) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if isNamed(scalar) {
      result += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Both texts whole where they fit; else without most of what they both begin with, where the difference lies behind it.
private func cutAroundDifference(_ a: String, _ b: String, toWidth width: Int) -> (String, String) {
  guard displayWidth(of: printable(a)) > width || displayWidth(of: printable(b)) > width else { return (a, b) }
  let (left, right) = (Array(a), Array(b))
  let common = zip(left, right).prefix { $0 == $1 && Array($0.utf8) == Array($1.utf8) }.count
  let context = width / 4
  guard common > width / 2 else { return (a, b) }
  return ("…" + String(left[(common - context)...]), "…" + String(right[(common - context)...]))
}
