// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// A regular file of the local system, open for reading at any place.
///
/// It is read with `pread`, never mapped: a file that is cut meanwhile gives an error instead of killing the process, and bytes
/// do not change between their check and their use. What that costs is in Benchmarks/Results/reading.md.
public final class LocalFile: ReadableObject {
  /// The path as it was given.
  public let name: String
  /// Size when it was opened.
  public let byteCount: Int
  private let descriptor: FileDescriptor
  private let modificationTime: Int

  /// Opens `path`.
  ///
  /// Throws ``StorageError``: `storage.not-found` with the nearest name in that folder, `storage.is-folder`,
  /// `storage.not-seekable` for pipes and devices, `storage.permission`.
  public convenience init(path: String) throws {
    if let number = descriptorNumber(namedBy: path) {
      try self.init(FileDescriptor(duplicating: number, name: path), name: path)
      return
    }
    guard let status = FileStatus(following: path) else {
      throw errno == ENOENT ? notFound(path) : StorageError(errno: errno, name: path, doing: "open it")
    }
    // Looked at before opening: opening a pipe would wait for its writer.
    try Self.requireRegular(status, name: path)
    try self.init(FileDescriptor(opening: path, O_RDONLY, name: path, doing: "read it"), name: path)
  }

  init(_ descriptor: FileDescriptor, name: String) throws(StorageError) {
    let status = try descriptor.status(name: name)
    try Self.requireRegular(status, name: name)
    self.name = name
    self.descriptor = descriptor
    byteCount = status.byteCount
    modificationTime = status.modificationTime
  }

  /// True if the file's size or time of change is another than when it was opened.
  public var hasChanged: Bool {
    guard let status = try? descriptor.status(name: name) else { return true }
    return status.byteCount != byteCount || status.modificationTime != modificationTime
  }

  /// When the file was changed last, in nanoseconds: machines that share a file system, and copies that keep the time, agree on it, while
  /// devices and inodes are each machine's own. A change that puts the old time back is not told.
  public var versionTag: String? { "\(modificationTime)" }

  private static func requireRegular(_ status: FileStatus, name: String) throws(StorageError) {
    if status.isFolder { throw StorageError(errno: EISDIR, name: name, doing: "read it") }
    guard status.isRegularFile else {
      throw StorageError(
        .notSeekable, name: name, summary: "this is a pipe or a device, and has to be read out of order",
        advice: "save it to a file first")
    }
  }

  /// Fills `buffer` from `offset` on. Throws `storage.truncated` if the file has become shorter than that.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset >= 0, "negative offset")
    var filled = 0
    while filled < buffer.count {
      let count = retryingInterrupts {
        pread(descriptor.number, buffer.baseAddress.map { $0 + filled }, buffer.count - filled, off_t(offset + filled))
      }
      guard count >= 0 else { throw StorageError(errno: errno, name: name, doing: "read it") }
      if count == 0 { throw endedEarly(name: name, at: offset + filled, expected: byteCount) }
      filled += count
    }
  }
}

/// Says that an object of `expected` bytes ended at `offset`.
func endedEarly(name: String, at offset: Int, expected: Int) -> StorageError {
  StorageError(
    .truncated, name: name, summary: "it ends before byte \(offset) although it had \(expected) bytes when opened",
    byteOffset: offset, advice: "something else is changing the file; wait until it is done, then try again")
}
