// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// A file without a name, for data that has to leave memory for a while: written once, then read as often as wanted.
///
/// It lies in `$TMPDIR`, else `/tmp`, and is gone when its last reader is, whatever happens to the process.
public final class TemporaryFile: ObjectWriter {
  /// `temporary file in FOLDER`, for messages.
  public let name: String
  /// Bytes written so far.
  public private(set) var byteCount = 0
  private var buffer: OutputBuffer
  private var isDone = false

  /// Creates it in `folder`. Throws ``StorageError`` where that is missing, full or not writable.
  public init(in folder: String? = nil) throws {
    let folder = folder ?? getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    name = "temporary file in \(folder)"
    buffer = OutputBuffer(try Self.open(in: folder, name: name), name: name)
  }

  private static func open(in folder: String, name: String) throws(StorageError) -> FileDescriptor {
    let number = cs_open_unnamed(folder)
    if number >= 0 { return FileDescriptor(number) }
    guard [EOPNOTSUPP, EISDIR, EINVAL, ENOSYS].contains(-number) else {
      throw StorageError(errno: -number, name: name, doing: "create it")
    }
    return try named(in: folder, name: name)
  }

  /// The way for file systems without nameless files: the name goes as soon as the file is there.
  static func named(in folder: String, name: String) throws(StorageError) -> FileDescriptor {
    let temporary = try Temporary(besides: joinPath(folder, "spool"), private: true, name: name)
    cs_temporary_remove(temporary.slot, temporary.path)
    return temporary.descriptor
  }

  /// Adds bytes at the end.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(!isDone, "written after publish or discard")
    try buffer.write(bytes)
    byteCount += bytes.count
  }

  /// Ends writing; from now on ``reading()`` sees all of it. Nothing is made durable: it would be gone anyway.
  public func publish() throws {
    guard !isDone else { return }
    isDone = true
    try buffer.flush()
  }

  /// Gives the space back at once.
  public func discard() {
    guard !isDone else { return }
    isDone = true
    _ = ftruncate(buffer.descriptor.number, 0)
  }

  /// What was written, readable at any place and from several threads. Publishes first if that was not done.
  ///
  /// The result keeps the file alive; ``ObjectSource`` reads it from start to end.
  public func reading() throws -> LocalFile {
    try publish()
    return try LocalFile(buffer.descriptor, name: name)
  }
}
