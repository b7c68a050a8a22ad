// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TextFormats

/// Widest text that is shown whole.
let markdownTextWidth = 80

/// `text` as Markdown that shows just it, also in a cell of a table and inside of HTML: calm texts as they are, all others as `<code>` with
/// everything that could mean something written as a character reference (GitHub Flavored Markdown 0.29, section 6.2), blanks that would be
/// drawn together as unbreakable ones. An empty text is `""`. Control characters are made visible, long texts cut.
func markdown(_ text: String) -> String {
  let shown = truncated(printable(text), toWidth: markdownTextWidth)
  if shown.isEmpty { return "\"\"" }
  if isCalm(shown) { return shown }
  return "<code>\(markdownCell(shown, keepsBlanks: true))</code>"
}

/// `text` with ASCII punctuation as character references.
func markdownCell(_ text: String, keepsBlanks: Bool = false) -> String {
  var result = ""
  var isAfterBlank = true
  let last = text.unicodeScalars.indices.last
  for index in text.unicodeScalars.indices {
    let scalar = text.unicodeScalars[index]
    let isBlank = scalar == " "
    if isBlank, keepsBlanks, isAfterBlank || index == last {
      result += "&nbsp;"
    } else if isBlank || !scalar.isASCII || isAlphanumeric(scalar) {
      result.unicodeScalars.append(scalar)
    } else {
      result += "&#\(scalar.value);"
    }
    isAfterBlank = isBlank
  }
  return result
}

/// True if Markdown has no other meaning for any part of `text`: no more than letters, digits, single blanks and underscores inside, and a few
/// signs that mean something only in others' company.
private func isCalm(_ text: String) -> Bool {
  if text.lowercased().contains("www.") || hasReference(text) { return false }
  let scalars = Array(text.unicodeScalars)
  func isInside(_ index: Int) -> Bool {
    index > 0 && index < scalars.count - 1 && isAlphanumeric(scalars[index - 1]) && isAlphanumeric(scalars[index + 1])
  }
  return scalars.indices.allSatisfy { index in
    let scalar = scalars[index]
    switch scalar {
    case " ": return index > 0 && index < scalars.count - 1 && scalars[index + 1] != " "
    case "_": return isInside(index)
    default: return !scalar.isASCII || isAlphanumeric(scalar) || "-,.()'/%+".unicodeScalars.contains(scalar)
    }
  }
}

/// True if GitHub may take a word for an issue (`GH-12`) or for a commit (7 to 40 hexadecimal digits).
private func hasReference(_ text: String) -> Bool {
  text.split { !$0.isLetter && !$0.isNumber && $0 != "-" }.contains { word in
    if word.lowercased().hasPrefix("gh-") { return true }
    return word.split(separator: "-").contains { part in
      (7...40).contains(part.count) && part.allSatisfy(\.isHexDigit) && part.contains(where: \.isLetter)
    }
  }
}

private func isAlphanumeric(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "0"..."9", "a"..."z", "A"..."Z": true
  default: false
  }
}
