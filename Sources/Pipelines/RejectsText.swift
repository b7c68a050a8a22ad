// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import TextFormats

/// The text that rejected records go to: a header, then each record as its file has it, below a comment with the reason.
///
/// Used in order, by one thread at a time. Kept in a temporary file until the end, as a pipe could not start again with the next
/// reading. Read again as an input, its comments are known for what they are.
final class RejectsText {
  private let make: (() throws -> any ObjectWriter)?
  private var kept: TemporaryFile?

  /// Nil: nothing is written.
  init(_ make: (() throws -> any ObjectWriter)?) { self.make = make }

  /// Adds records; `header` comes before the first.
  func add(_ rows: [CSVRejectedRow], header: [UInt8]) throws {
    guard make != nil else { return }
    let file = try kept ?? TemporaryFile()
    if kept == nil {
      try header.withUnsafeBytes { try file.write($0) }
      kept = file
    }
    for row in rows { try row.text(lineEnd: header.last ?? 10).withUnsafeBytes { try file.write($0) } }
  }

  /// The whole text, to be published; it has at least its header.
  func finish(header: [UInt8]) throws -> (any ObjectWriter)? {
    guard let make else { return nil }
    try add([], header: header)
    let output = try make()
    if let kept { try copyBytes(of: ObjectSource(try kept.reading()), to: output) }
    return output
  }

  /// Drops what was written.
  func discard() { kept = nil }
}
