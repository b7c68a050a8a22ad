// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// Starts writing a target's bytes: to a file, an object, or `-`, through the compression that the target asks for.
///
/// Nothing is visible under a file's name before `publish`.
package func openOutput(_ target: OutputTarget) throws -> any ObjectWriter {
  let writer: any ObjectWriter =
    target.path == "-" ? StandardOutput() : try store(of: target.path).create(target.path, target.writing)
  switch target.compression {
  case nil: return writer
  case .gzip: return GzipWriter(to: writer)
  case .zstd: return ZstdWriter(to: writer)
  }
}

/// Runs `body` with a writer for `target` and publishes what it wrote: afterwards all of it is there, or an error was
/// thrown and what was there before still is.
package func publishing<R>(to target: OutputTarget, _ body: (any ObjectWriter) throws -> R) throws -> R {
  let writer = try openOutput(target)
  do {
    let result = try body(writer)
    try writer.publish()
    return result
  } catch {
    writer.discard()
    throw error
  }
}

/// Writes a text to a path, or to standard output (`-`), and publishes it.
public func writeText(_ text: String, to path: String, _ writing: WriteOptions = WriteOptions()) throws {
  var target = try OutputTarget(path: path, format: .table, fallback: .table)
  target.writing = writing
  try publishing(to: target) { writer in
    var text = text
    try text.withUTF8 { try writer.write(UnsafeRawBufferPointer($0)) }
  }
}
