// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Path of a file of the real data.
func covid(_ name: String) -> String {
  let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  return "/\(folder)/Examples/covid/\(name)"
}

/// All bytes of a file, none if it cannot be read.
func bytes(of path: String) -> [UInt8] {
  guard let file = fopen(path, "r") else { return [] }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { return bytes }
    bytes += buffer[..<count]
  }
}
