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

/// Checks every byte of a chunk file, and says what was checked and how fast. Throws where the file cannot be read at all, and
/// `input.not-a-chunk-file` where neither its name nor its first bytes say that it is one.
public func verifyChunkFile(_ path: String) throws -> VerifyOutcome {
  let object = try store(of: path).open(path)
  if try !path.lowercased().hasSuffix(".cln") && !startsLikeChunkFile(object) {
    throw InputError(.notAChunkFile, path: path)
  }
  return try verifyOutcome(path) { try ChunkFile.verify(object) }
}

/// What `verify` finds in the file at `path`, with how long that takes.
func verifyOutcome(_ path: String, _ verify: () throws -> VerifyReport) throws -> VerifyOutcome {
  var report: VerifyReport?
  let time = try ContinuousClock().measure { report = try verify() }
  guard let report else { preconditionFailure("measured without being made") }
  guard !report.isIntact else {
    return VerifyOutcome(isIntact: true, text: "\(path): intact; checked \(parts(report)), \(speed(report, time))\n")
  }
  var lines = ["\(path): DAMAGED, \(counted(report.problems.count, "problem"))"]
  lines += report.problems.map { "  \(problemText($0))" }
  if report.pageCount > 0 {
    let damaged = report.problems.reduce(0) { $0 + ($1.part == "page" ? 1 : 0) }
    lines.append("  intact: \(grouped(report.pageCount - damaged)) of \(counted(report.pageCount, "page"))")
    lines.append("  try: colonnade export \(path) --salvage -o FILE")
  }
  return VerifyOutcome(isIntact: false, text: lines.joined(separator: "\n") + "\n")
}

/// What is damaged and how, in one line: part, column, rows, bytes.
func problemText(_ problem: VerifyReport.Problem) -> String {
  var text = problem.part
  if let column = problem.error.place.column { text += " of column \"\(column)\"" }
  if let chunk = problem.chunk { text += ", chunk \(chunk)" }
  if let rows = problem.rows { text += ", rows \(grouped(rows.lowerBound))–\(grouped(rows.upperBound))" }
  // Where it is was said; a checksum has no more to say.
  let fault = problem.error.fault == .checksum ? "not the bytes that were written" : problem.error.summary
  return "\(text), \(bytesText(problem.bytes)): \(fault)"
}

/// `header, 231 pages, 6 dictionaries, 12 footer sections, 120.6 MB`.
private func parts(_ report: VerifyReport) -> String {
  let dictionaries =
    report.dictionaryCount == 0
    ? "" : ", \(grouped(report.dictionaryCount)) dictionar\(report.dictionaryCount == 1 ? "y" : "ies")"
  return
    "header, \(counted(report.pageCount, "page"))\(dictionaries), \(counted(report.sectionCount, "footer section")), "
    + "every byte of \(ByteSize(report.byteCount))"
}

private func speed(_ report: VerifyReport, _ time: Duration) -> String {
  let seconds = max(time / .seconds(1), 1e-6)
  return "at \(ByteSize(Int(Double(report.byteCount) / seconds)))/s"
}

/// `1 page`, `2,000 pages`.
func counted(_ count: Int, _ word: String) -> String { "\(grouped(count)) \(word)\(count == 1 ? "" : "s")" }

/// First and last byte, or the place where bytes are missing.
private func bytesText(_ bytes: Range<Int>) -> String {
  switch bytes.count {
  case 0: "at byte \(bytes.lowerBound)"
  case 1: "byte \(bytes.lowerBound)"
  default: "bytes \(bytes.lowerBound)–\(bytes.upperBound - 1)"
  }
}
