// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// What checking a chunk file found.
public struct VerifyOutcome: Sendable {
  /// True if every byte is as it was written.
  public let isIntact: Bool
  /// One line if it is, else one for each problem under a first line.
  public let text: String
}

/// Checks every byte of a chunk file. Throws where the file cannot be read at all, and `input.not-a-chunk-file` where neither
/// its name nor its first bytes say that it is one.
public func verifyChunkFile(_ path: String) throws -> VerifyOutcome {
  let object = try LocalStore().open(path)
  if try !path.lowercased().hasSuffix(".cln") && !startsLikeChunkFile(object) {
    throw InputError(.notAChunkFile, path: path)
  }
  let report = try ChunkFile.verify(object)
  guard !report.isIntact else {
    return VerifyOutcome(
      isIntact: true,
      text: "\(path): intact, \(grouped(report.pageCount)) page\(report.pageCount == 1 ? "" : "s"), "
        + "\(ByteSize(report.byteCount))\n")
  }
  let count = report.problems.count
  var lines = ["\(path): DAMAGED, \(count) problem\(count == 1 ? "" : "s")"]
  for problem in report.problems {
    var line = "  \(problem.part)"
    if let column = problem.error.place.column { line += " of column \"\(column)\"" }
    if let chunk = problem.chunk { line += ", chunk \(chunk)" }
    if let rows = problem.rows { line += ", rows \(grouped(rows.lowerBound))–\(grouped(rows.upperBound))" }
    line += ", \(text(of: problem.bytes)): \(problem.error.summary)"
    lines.append(line)
  }
  return VerifyOutcome(isIntact: false, text: lines.joined(separator: "\n") + "\n")
}

/// First and last byte, or the place where bytes are missing.
private func text(of bytes: Range<Int>) -> String {
  switch bytes.count {
  case 0: "at byte \(bytes.lowerBound)"
  case 1: "byte \(bytes.lowerBound)"
  default: "bytes \(bytes.lowerBound)–\(bytes.upperBound - 1)"
  }
}
