// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Throws `csv.binary` if a file that begins with `bytes` is no text: what it is, and what to do.
///
/// By the first bytes of well-known formats, as they stand or decoded as Latin-1; else by control characters: more than one byte in
/// twenty beside at least one NUL. Single NULs are allowed.
func refuseBinary(_ bytes: UnsafeRawBufferPointer, file: String) throws(CSVError) {
  for format in knownFormats where bytes.starts(with: format.magic) {
    throw CSVError("csv.binary", "this is \(format.name), not a CSV", at: Place(file: file), advice: format.advice)
  }
  var zeros = 0
  var controls = 0
  for byte in bytes where byte < 32 {
    if byte == 0 { zeros += 1 }
    if !(9...13).contains(byte) { controls += 1 }
  }
  // In short texts a few say nothing.
  if zeros > 0, controls >= 4, controls * 20 > bytes.count {
    throw CSVError(
      "csv.binary", "this is no text: \(controls) of its first \(bytes.count) bytes are control characters",
      at: Place(file: file), advice: "if it is text in another encoding, say --encoding NAME, such as UTF-16LE")
  }
}

/// Throws `csv.other-format` if `text` begins as JSON or markup does.
func refuseOtherText(_ text: UnsafeRawBufferPointer, file: String) throws(CSVError) {
  let start = text.prefix(1024).filter { $0 > 32 }.prefix(9).map { $0 | ((65...90).contains($0) ? 32 : 0) }
  let json = ["{\"", "[{", "[["], markup = ["<!doctype", "<html", "<?xml"]
  let kind = [("JSON", json), ("HTML or XML", markup)].first { _, openings in
    openings.contains { start.starts(with: $0.utf8) }
  }
  guard let kind else { return }
  throw CSVError(
    "csv.other-format", "this is \(kind.0), not a CSV", at: Place(file: file),
    advice: "write it as CSV with the program that made it; to read its lines as they are, say --delimiter")
}

private struct KnownFormat {
  let magic: [UInt8]
  let name: String
  let advice: String

  init(_ magic: String, _ name: String, _ advice: String) {
    self.init(Array(magic.utf8), name, advice)
  }

  init(_ magic: [UInt8], _ name: String, _ advice: String) {
    self.magic = magic
    self.name = name
    self.advice = advice
  }
}

private let decompress = "decompress it first"
private let knownFormats = [
  KnownFormat("PK\u{3}\u{4}", "a spreadsheet (.xlsx) or zip archive", "save the sheet as CSV, or unpack the archive"),
  KnownFormat([0xD0, 0xCF, 0x11, 0xE0], "a spreadsheet (.xls)", "save the sheet as CSV"),
  KnownFormat("PAR1", "a Parquet file", "write it as CSV with the program that made it"),
  KnownFormat("ARROW1", "an Arrow file", "write it as CSV with the program that made it"),
  KnownFormat("SQLite format 3\u{0}", "an SQLite database", "export the table as CSV"),
  KnownFormat("%PDF-", "a PDF document", "ask its publisher for the table as CSV"),
  KnownFormat([0x1F, 0x8B], "a gzip file", decompress),
  // As ISO-8859-1 and Windows-1252 decode it.
  KnownFormat([0x1F, 0xC2, 0x8B], "a gzip file", decompress),
  KnownFormat([0x1F, 0xE2, 0x80, 0xB9], "a gzip file", decompress),
  KnownFormat([0x28, 0xB5, 0x2F, 0xFD], "a zstd file", decompress),
  KnownFormat([0xFD] + Array("7zXZ\u{0}".utf8), "an xz file", decompress),
  KnownFormat("BZh91AY&SY", "a bzip2 file", decompress),
]
