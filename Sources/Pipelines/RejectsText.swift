// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import TextFormats

/// The text that rejected records go to: a header, then each record as its file has it, below a comment with the reason.
///
/// Used in order, by one thread at a time. Read again as an input, its comments are known for what they are.
final class RejectsText {
  private let make: (() throws -> any ObjectWriter)?
  private var output: (any ObjectWriter)?
  private var lineEnd = UInt8(ascii: "\n")

  /// Nil: nothing is written.
  init(_ make: (() throws -> any ObjectWriter)?) { self.make = make }

  /// Adds records; `header` comes before the first.
  func add(_ rows: [CSVRejectedRow], header: [UInt8]) throws {
    guard let output = try started(header) else { return }
    for row in rows { try row.text(lineEnd: lineEnd).withUnsafeBytes { try output.write($0) } }
  }

  /// The whole text, to be published; it has at least its header.
  func finish(header: [UInt8]) throws -> (any ObjectWriter)? { try started(header) }

  /// Drops what was written.
  func discard() {
    output?.discard()
    output = nil
  }

  private func started(_ header: [UInt8]) throws -> (any ObjectWriter)? {
    if let output { return output }
    guard let made = try make?() else { return nil }
    output = made
    lineEnd = header.last ?? lineEnd
    try header.withUnsafeBytes { try made.write($0) }
    return made
  }
}
