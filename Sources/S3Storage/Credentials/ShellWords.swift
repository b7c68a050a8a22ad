// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The words of a command as a POSIX shell parts them by blanks, quotes and backslashes (POSIX.1-2017, Shell Command Language, 2.2), with
/// nothing else of a shell: `$`, `*`, `|` and `;` are letters like others, a line end is a blank. nil: a quote or a backslash has no end.
func shellWords(_ text: String) -> [String]? {
  var words: [String] = []
  var word: String?
  var quote: Character?
  // By scalars: a combining mark behind a quote must not hide it.
  var rest = Array(text.unicodeScalars)[...]
  while let scalar = rest.popFirst() {
    let character = Character(scalar)
    if quote == "'" {
      if character == "'" { quote = nil } else { word?.unicodeScalars.append(scalar) }
    } else if quote == "\"" {
      if character == "\"" {
        quote = nil
      } else if character == "\\" {
        guard let next = rest.popFirst() else { return nil }
        if next != "\"" && next != "\\" { word?.unicodeScalars.append(scalar) }
        word?.unicodeScalars.append(next)
      } else {
        word?.unicodeScalars.append(scalar)
      }
    } else if scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\n" {
      if let ended = word { words.append(ended) }
      word = nil
    } else {
      word = word ?? ""
      if character == "'" || character == "\"" {
        quote = character
      } else if character == "\\" {
        guard let next = rest.popFirst() else { return nil }
        word?.unicodeScalars.append(next)
      } else {
        word?.unicodeScalars.append(scalar)
      }
    }
  }
  guard quote == nil else { return nil }
  if let word { words.append(word) }
  return words
}
