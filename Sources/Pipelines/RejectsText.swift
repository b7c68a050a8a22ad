// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import TextFormats

/// The text that rejected records go to: a header, then each record as its file has it, below a comment with the reason.
///
/// Used in order, by one thread at a time. Kept in a temporary file until the end, as a pipe could not start again with the next
/// reading. Read again as an input, its comments are known for what they are.
final class RejectsText {
  private let output: (any ObjectWriter)?
  private var kept: TemporaryFile?

  /// Nil: nothing is written.
  init(_ output: (any ObjectWriter)?) { self.output = output }

  /// Adds records; `header` comes before the first.
  func add(_ rows: [CSVRejectedRow], header: [UInt8]) throws {
    guard output != nil else { return }
    let file = try kept ?? TemporaryFile()
    if kept == nil {
      try header.withUnsafeBytes { try file.write($0) }
      kept = file
    }
    for row in rows { try row.text(lineEnd: header.last ?? 10).withUnsafeBytes { try file.write($0) } }
  }

  /// Writes the whole text; it has at least its header.
  func finish(header: [UInt8]) throws {
    guard let output else { return }
    try add([], header: header)
    if let kept { try copyBytes(of: ObjectSource(try kept.reading()), to: output) }
  }

  /// Drops what was written.
  func discard() { kept = nil }
}
