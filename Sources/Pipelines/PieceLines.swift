// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import FoundationEssentials
import ObjectStorage

/// One line of what `csv scan` or `csv types` printed, perhaps written anew by another program.
public struct PieceLine: Sendable {
  struct Members: Decodable, Sendable {
    var file: String?
    var scan: String?
    var types: String?
    var warnings: [String]?
    var repairs: [Repair]?

    struct Repair: Decodable, Sendable {
      var kind: String
      var rows: Int
      var first: First
    }

    struct First: Decodable, Sendable {
      var file: String?
      var row: Int?
      var line: Int?
      var byte: Int?
      var column: String?
    }
  }

  let place: Place
  let members: Members

  /// Throws `piece.line` where `text` is no JSON object.
  init(_ text: [UInt8], at place: Place) throws(PieceError) {
    guard let members = try? JSONDecoder().decode(Members.self, from: Data(text)) else {
      throw PieceError(place, "this is no line of JSON that a step of 'csv' prints")
    }
    (self.place, self.members) = (place, members)
  }

  /// A member's text. Throws `piece.line` if it is missing.
  func text(_ member: KeyPath<Members, String?>, _ name: String) throws(PieceError) -> String {
    guard let text = members[keyPath: member] else { throw PieceError(self, "it has no member \"\(name)\"") }
    return text
  }
}

/// All lines of files, or of standard input (`-`), that are not empty. Throws `piece.line` for one that is no JSON object, `piece.none` if there
/// is none, and what reading throws.
public func pieceLines(of paths: [String]) throws -> [PieceLine] {
  let lines = try paths.flatMap { path in
    try textLines(of: path).map { line in try PieceLine(line.bytes, at: line.place) }
  }
  guard !lines.isEmpty else { throw PieceError.none }
  return lines
}

/// The lines of a file, an object, or standard input (`-`) that are not empty, without spaces after them. Throws what reading throws.
func textLines(of path: String) throws -> [(bytes: [UInt8], place: Place)] {
  let all = try allBytes(of: path)
  return all.split(separator: 10, omittingEmptySubsequences: false).enumerated().compactMap { index, line in
    guard let last = line.lastIndex(where: { $0 != 32 && $0 != 13 }) else { return nil }
    return (Array(line[...last]), Place(file: path, line: index + 1))
  }
}

private func allBytes(of path: String) throws -> [UInt8] {
  let source = try openText(path)
  var bytes: [UInt8] = []
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
  defer { buffer.deallocate() }
  while true {
    let count = try source.read(into: buffer)
    if count == 0 { return bytes }
    bytes.append(contentsOf: buffer[..<count])
  }
}

/// Lines about pieces that are none.
public struct PieceError: Diagnosis, Equatable {
  /// `piece.line` or `piece.none`.
  public let code: String
  /// What was found.
  public let summary: String
  /// File and line.
  public let place: Place
  /// What to do.
  public var advice: String? {
    code == "piece.none"
      ? "give the files with the lines, or - and the lines on standard input"
      : "give the lines as 'csv scan' (for cut), 'csv types' (for --join) and 'csv types --join' (for --types @FILE) print them"
  }

  private init(code: String, summary: String, _ place: Place) {
    self.code = code
    self.summary = summary
    self.place = place
  }

  /// `piece.line`.
  init(_ place: Place, _ summary: String) { self.init(code: "piece.line", summary: summary, place) }

  /// `piece.line`.
  init(_ line: PieceLine, _ summary: String) { self.init(line.place, summary) }

  /// `piece.none`.
  static let none = PieceError(code: "piece.none", summary: "there is no line to join", Place())
}
