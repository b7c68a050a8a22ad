// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TextFormats

/// A line for a terminal: pieces of text that may be set off from one another. No line end.
public struct SummaryLine: Sendable, Equatable {
  enum Style: String, Sendable {
    case plain = ""
    case bold = "1"
    case dim = "2"
    /// Nothing differs.
    case good = "1;32"
    /// Something does.
    case bad = "1;31"
    /// What the source has.
    case source = "31"
    /// What the other table has.
    case compare = "32"
  }

  struct Piece: Sendable, Equatable {
    var text: String
    var style = Style.plain
  }

  private var pieces: [Piece] = []

  init(_ text: String = "", _ style: Style = .plain) {
    if !text.isEmpty { pieces = [Piece(text: text, style: style)] }
  }

  /// The line with `text` behind it.
  func adding(_ text: String, _ style: Style = .plain) -> SummaryLine {
    var line = self
    line.pieces += SummaryLine(text, style).pieces
    return line
  }

  /// At most `width` cells of a terminal, `…` being the last where it is cut; nil: all.
  func cut(to width: Int?) -> SummaryLine {
    guard let width, displayWidth(of: text(usesColour: false)) > width else { return self }
    var room = width - 1
    var line = SummaryLine()
    for piece in pieces {
      var kept = ""
      for character in piece.text {
        room -= displayWidth(of: String(character))
        if room < 0 { return line.adding(kept, piece.style).adding("…") }
        kept.append(character)
      }
      line = line.adding(kept, piece.style)
    }
    return line
  }

  /// The line as it is printed, with escape sequences if colours are used.
  public func text(usesColour: Bool) -> String {
    pieces.map { piece in
      usesColour && piece.style != .plain ? "\u{1B}[\(piece.style.rawValue)m\(piece.text)\u{1B}[0m" : piece.text
    }.joined()
  }
}
