// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whole records of about `byteCount` bytes that begin a third into the file; the whole file if it is not longer.
func recordsFromTheMiddle(of file: String, byteCount: Int) throws -> [UInt8] {
  let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
  let size = Int(try handle.seekToEnd())
  guard size > byteCount else {
    try handle.seek(toOffset: 0)
    return [UInt8](try handle.readToEnd() ?? Data())
  }
  try handle.seek(toOffset: UInt64((size - byteCount) / 3))
  let bytes = [UInt8](try handle.read(upToCount: byteCount) ?? Data())
  let newline = UInt8(ascii: "\n")
  let start = (bytes.firstIndex(of: newline) ?? 0) + 1
  let end = (bytes.lastIndex(of: newline) ?? bytes.count - 1) + 1
  return start < end ? Array(bytes[start..<end]) : bytes
}

/// Records in RFC 4180's form whose text is quoted, with delimiters, newlines and doubled quotes inside.
func quotedText(byteCount: Int) -> [UInt8] {
  var text = ""
  var number = 0
  while text.utf8.count < byteCount {
    number += 1
    let word = String(repeating: "x", count: number * 7 % 19)
    text +=
      "\"id\(number % 100)\",\"he said \"\"\(word)\"\", twice\",\(number),\"line\(number % 5 == 0 ? "\n" : " ")break\"\n"
  }
  return Array(text.utf8)
}
