// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Terminal cells that `text` takes: 2 for East Asian wide characters and emoji, 0 for combining marks, else 1.
///
/// Approximates Unicode Standard Annex 11 (East Asian Width) by blocks; ambiguous characters count as narrow. A character made
/// of several scalars is as wide as its widest one. O(length).
public func displayWidth(of text: String) -> Int {
  text.reduce(0) { $0 + displayWidth(of: $1) }
}

/// `text` cut so that it takes at most `limit` terminal cells, the last one `…`, where it is too long. O(length).
public func truncated(_ text: String, toWidth limit: Int) -> String {
  guard displayWidth(of: text) > limit else { return text }
  var kept = ""
  var width = 0
  for character in text {
    let next = displayWidth(of: character)
    if width + next > limit - 1 { break }
    kept.append(character)
    width += next
  }
  return kept + "…"
}

/// `text` with control characters made visible, so that data cannot move the cursor or change the terminal's colours.
///
/// The ASCII ones become their Unicode pictures (`␊` for a line feed), the others `�`.
public func printable(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isControl) else { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if !isControl(scalar) {
      result.append(scalar)
    } else if scalar.value < 0x20 {
      result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
    } else {
      result.append(scalar.value == 0x7F ? "\u{2421}" : "\u{FFFD}")
    }
  }
  return String(result)
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
  scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
}

private func displayWidth(of character: Character) -> Int {
  var width = 0
  for scalar in character.unicodeScalars {
    // U+FE0F asks for the emoji form of the character before it.
    width = max(width, scalar.value == 0xFE0F ? 2 : displayWidth(of: scalar))
  }
  return width
}

private func displayWidth(of scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return 1 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format: return 0
  default: return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
  }
}

/// Blocks of wide and full-width characters.
private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x231A...0x231B, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
  0xA000...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
  0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FF, 0x1F1E6...0x1F1FF, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
  0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD,
]
