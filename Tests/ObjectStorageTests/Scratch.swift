// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

@testable import ObjectStorage

/// Runs `body` with a new folder that is removed afterwards with the files in it.
func withScratchFolder<R>(_ body: (String) throws -> R) throws -> R {
  var template = Array("/tmp/colonnade-storage-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw StorageError(errno: errno, name: "/tmp", doing: "create a folder") }
  let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer {
    for name in (try? namesInFolder(folder, name: folder)) ?? [] {
      if unlink(joinPath(folder, name)) != 0 { rmdir(joinPath(folder, name)) }
    }
    rmdir(folder)
  }
  return try body(folder)
}

func put(_ pieces: [[UInt8]], to writer: any ObjectWriter) throws {
  for piece in pieces { try piece.withUnsafeBytes { try writer.write($0) } }
  try writer.publish()
}

func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  try FileDescriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC, name: path, doing: "write it", mode: 0o644)
    .writeAll(bytes, name: path)
}

func bytes(of object: any ReadableObject, at offset: Int = 0, count: Int? = nil) throws -> [UInt8] {
  let count = count ?? object.byteCount
  return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
    try object.read(
      at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
    filled = count
  }
}

/// Reads `source` to its end in pieces of `pieceSize`.
func bytes(of source: any ByteSource, pieceSize: Int = 1 << 16) throws -> [UInt8] {
  var all: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: pieceSize)
  while true {
    let count = try piece.withUnsafeMutableBytes { try source.read(into: $0) }
    all += piece[..<count]
    if count < pieceSize { return all }
  }
}

/// The storage error that `body` throws, nil if it succeeds.
func failure(_ body: () throws -> some Any) -> StorageError? {
  do {
    _ = try body()
    return nil
  } catch {
    return error as? StorageError
  }
}

extension FileDescriptor {
  convenience init(opening path: String, _ flags: Int32, name: String, doing: String, mode: mode_t) throws {
    let number = open(path, flags | O_CLOEXEC, mode)
    guard number >= 0 else { throw StorageError(errno: errno, name: name, doing: doing) }
    self.init(number)
  }

  func writeAll(_ bytes: [UInt8], name: String) throws {
    try bytes.withUnsafeBytes { (raw) throws in try writeAll(raw, name: name) }
  }
}
