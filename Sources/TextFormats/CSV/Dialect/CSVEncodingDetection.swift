// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// An encoding and the evidence for it.
struct CSVEncodingGuess: Equatable, Sendable {
  /// Name as iconv knows it.
  var name: String
  /// The evidence, in words.
  var reason: String
  /// True where other encodings are almost as likely.
  var isCloseCall = false

  /// For texts that are decoded already.
  static let utf8 = CSVEncodingGuess(name: "UTF-8", reason: "all bytes are valid UTF-8")
}

/// The encoding of a text whose first bytes are `raw`; a character cut at their end is no fault unless they are the whole text.
///
/// A byte order mark decides; else UTF-16 by where zero bytes stand (ASCII characters have one in each pair), UTF-8 where everything
/// is valid, and Windows' Latin-1 for the rest, as HTML has it. One pass, nothing allocated.
func detectEncoding(_ raw: UnsafeRawBufferPointer, isWhole: Bool) -> CSVEncodingGuess {
  let marks: [(bytes: [UInt8], name: String)] = [
    ([0xFF, 0xFE, 0, 0], "UTF-32LE"), ([0, 0, 0xFE, 0xFF], "UTF-32BE"), ([0xEF, 0xBB, 0xBF], "UTF-8"),
    ([0xFF, 0xFE], "UTF-16LE"), ([0xFE, 0xFF], "UTF-16BE"),
  ]
  if let mark = marks.first(where: { raw.starts(with: $0.bytes) }) {
    return CSVEncodingGuess(name: mark.name, reason: "a byte order mark")
  }
  if let guess = utf16WithoutMark(raw) { return guess }
  guard let wrong = firstInvalidUTF8(raw), isWhole || !isCutCharacter(raw, at: wrong) else { return .utf8 }
  let missing: [UInt8] = [0x81, 0x8D, 0x8F, 0x90, 0x9D]
  let isLatin1 = raw.contains { missing.contains($0) }
  return CSVEncodingGuess(
    name: isLatin1 ? "ISO-8859-1" : "WINDOWS-1252",
    reason: "byte \(wrong) is not UTF-8; if this is not the encoding, say --encoding NAME, such as GBK or SHIFT_JIS",
    isCloseCall: true)
}

/// UTF-16 if zero bytes stand in one half of the pairs, and hardly any in the other.
private func utf16WithoutMark(_ raw: UnsafeRawBufferPointer) -> CSVEncodingGuess? {
  let pairs = raw.count / 2
  guard pairs >= 2 else { return nil }
  var zeros = (first: 0, second: 0)
  for pair in 0..<pairs {
    if raw[2 * pair] == 0 { zeros.first += 1 }
    if raw[2 * pair + 1] == 0 { zeros.second += 1 }
  }
  // At least one character in ten is ASCII: delimiters and line ends alone are that many.
  let (most, least) = (max(zeros.first, zeros.second), min(zeros.first, zeros.second))
  guard most * 10 >= pairs, least * 20 <= most, linesEnd(in: raw, zeroFirst: zeros.first > zeros.second) else {
    return nil
  }
  let name = zeros.first > zeros.second ? "UTF-16BE" : "UTF-16LE"
  let place = zeros.first > zeros.second ? "first" : "second"
  return CSVEncodingGuess(name: name, reason: "the \(place) byte of \(most) of \(pairs) pairs is zero")
}

/// True unless bytes of line ends stand there that are none in UTF-16: single zero bytes in plain text are no sign of it.
private func linesEnd(in raw: UnsafeRawBufferPointer, zeroFirst: Bool) -> Bool {
  var (ends, others) = (0, 0)
  for index in raw.indices.dropLast(raw.count % 2) where raw[index] == 10 || raw[index] == 13 {
    let partner = raw[index ^ 1]
    if partner == 0, index % 2 == (zeroFirst ? 1 : 0) { ends += 1 } else { others += 1 }
  }
  return ends >= others
}

/// True if the bytes from `start` to the end begin a character of UTF-8 and are too few for it.
private func isCutCharacter(_ raw: UnsafeRawBufferPointer, at start: Int) -> Bool {
  let left = raw.count - start
  let length =
    switch raw[start] {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 0
    }
  return left < length && raw[(start + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
}
