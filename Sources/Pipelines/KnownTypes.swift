// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// What ``joinTypes(_:reading:)`` found out of the columns of all pieces.
public struct KnownTypes: Sendable {
  private let found: CSVFoundTypes

  /// Of its member `types`; nil for anything else.
  public init?(_ text: String) {
    guard let found = CSVFoundTypes(text) else { return nil }
    self.found = found
  }

  /// Of a file, here or in S3, with that text, or with the line that ``joinTypes(_:reading:)`` gives: such as have no room in an argument. Throws
  /// `piece.line` for anything else, `piece.none` for an empty file, and what reading throws.
  public init(ofFile path: String) throws {
    let lines = try textLines(of: path)
    guard let line = lines.first else { throw PieceError.none }
    guard lines.count == 1 else {
      throw PieceError(lines[1].place, "types are one line, and this is another")
    }
    if let found = CSVFoundTypes(String(decoding: line.bytes, as: UTF8.self)) {
      self.found = found
      return
    }
    let joined = try PieceLine(line.bytes, at: line.place)
    guard let found = CSVFoundTypes(try joined.text(\.types, "types")) else {
      throw PieceError(joined, "\"types\" are none")
    }
    self.found = found
  }

  /// False if every piece is to be looked at once more, with these.
  public var isSettled: Bool { found.unsettled.isEmpty }

  /// Has `reading` take each column for what it is known to be. Where they are settled, values of other types are an error, `csv.other-types`.
  public func apply(to reading: inout CSVOptions) { reading.found = found }
}
