// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A cursor over an option's text, by Unicode scalars: a combining mark behind a quote or a digit is text, and no part of it.
struct TextCursor {
  private let scalars: [Unicode.Scalar]
  /// Scalars before the cursor.
  private(set) var position = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  var isAtEnd: Bool { position == scalars.count }

  /// The scalar at the cursor, nil at the end.
  var current: Unicode.Scalar? { ahead(0) }

  /// The scalar so far from the cursor, nil past the end.
  func ahead(_ distance: Int) -> Unicode.Scalar? {
    position + distance < scalars.count ? scalars[position + distance] : nil
  }

  /// The character that begins at the cursor in quotes, or "the end": for messages.
  var found: String {
    let rest = String(String.UnicodeScalarView(scalars[position...]))
    return rest.first.map { "\"\($0)\"" } ?? "the end"
  }

  /// Moves on. Precondition: not past the end.
  mutating func advance(by distance: Int = 1) {
    precondition(position + distance <= scalars.count, "past the end of a text")
    position += distance
  }

  mutating func skipSpace() {
    while current?.properties.isWhitespace == true { position += 1 }
  }

  /// Moves past `scalar` if it is next.
  mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    position += 1
    return true
  }

  /// Moves past `text` if it is next.
  mutating func accept(_ text: String) -> Bool {
    guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
    position += text.unicodeScalars.count
    return true
  }

  /// What comes before the first scalar that is not of its kind.
  mutating func prefix(while isOfKind: (Unicode.Scalar) -> Bool) -> String {
    let start = position
    while let current, isOfKind(current) { position += 1 }
    return text(from: start)
  }

  /// What lies between an earlier position and the cursor.
  func text(from start: Int) -> String { String(String.UnicodeScalarView(scalars[start..<position])) }

  /// What is inside the quotes, two of which stand for one, and moves past them; nil without a closing quote. Precondition: at a quote.
  mutating func quoted() -> String? {
    let quote = scalars[position]
    var text = String.UnicodeScalarView()
    position += 1
    while let scalar = current {
      position += 1
      if scalar != quote || accept(quote) { text.append(scalar) } else { return String(text) }
    }
    return nil
  }
}
