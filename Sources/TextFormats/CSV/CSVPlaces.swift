// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Finds where in the files the text of a chunk comes from, for offsets that only grow. O(text) in all.
struct CSVPlaces {
  private let chunk: CSVTextChunk
  private var part = 0
  private var nextRewrite = 0
  /// The last rewrite that begins at or before the offset, if it is in the same part.
  private var rewrite: CSVRewrite?
  private var textOffset = 0
  private var byteOffset: Int
  private var line: Int

  init(of chunk: CSVTextChunk) {
    self.chunk = chunk
    byteOffset = chunk.origins[0].byteOffset
    line = chunk.origins[0].line
  }

  /// The chunk's part, the byte in its file and the lines before it; of rewritten records, where the record begins.
  ///
  /// Precondition: `offset` is no less than in the call before.
  mutating func find(_ offset: Int) -> (part: Int, byteOffset: Int, line: Int) {
    while true {
      let nextPart = part + 1 < chunk.origins.count ? chunk.origins[part + 1].textOffset : Int.max
      if nextRewrite < chunk.rewrites.count, chunk.rewrites[nextRewrite].part == part {
        let next = chunk.rewrites[nextRewrite]
        if next.text.lowerBound > offset { break }
        rewrite = next
        nextRewrite += 1
        textOffset = next.text.upperBound
        byteOffset = next.byteOffset + next.byteCount
        line = next.line + next.lineCount
        if offset < next.text.upperBound { break }
      } else if nextPart <= offset {
        part += 1
        rewrite = nil
        (textOffset, byteOffset, line) = (nextPart, chunk.origins[part].byteOffset, chunk.origins[part].line)
      } else {
        break
      }
    }
    if let rewrite, rewrite.text.contains(offset) { return (part, rewrite.byteOffset, rewrite.line) }
    while textOffset < offset {
      line += chunk.text[textOffset] == chunk.plain.newline ? 1 : 0
      textOffset += 1
      byteOffset += 1
    }
    return (part, byteOffset, line)
  }

  /// The rewrite that ``find(_:)`` met last, if the offset lies in it.
  func rewriting(_ offset: Int) -> CSVRewrite? { rewrite.flatMap { $0.text.contains(offset) ? $0 : nil } }
}
