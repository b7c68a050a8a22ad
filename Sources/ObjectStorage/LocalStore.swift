// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// The local file system.
public struct LocalStore: ObjectStore {
  /// Has no state; paths are taken as the process sees them.
  public init() {}

  /// Opens a regular file; see ``LocalFile/init(path:)`` for the errors.
  public func open(_ path: String) throws -> any ReadableObject { try LocalFile(path: path) }

  /// Starts a file that replaces `path` all at once when published.
  ///
  /// Before `publish` returns, the file and its folder have been flushed to disk. Symbolic links are followed and stay; the
  /// rights of a replaced file are kept. With `ifAbsent` nothing is replaced (`storage.exists`), not even by chance. Pipes, devices, `/dev/stdout` and `/dev/fd/N` are written through. Errors:
  /// `storage.not-found` (no such folder), `.permission`, `.read-only`, `.full`, `.is-folder`. The folder must be readable,
  /// or it could not be flushed; that is said here, before any work. If `publish` fails in flushing the folder, after the
  /// rename, the new file is there, whole, but a loss of power may still bring back what was there before.
  public func create(_ path: String, _ options: WriteOptions) throws -> any ObjectWriter {
    if let number = descriptorNumber(namedBy: path) {
      return WriteThroughWriter(try FileDescriptor(duplicating: number, name: path), name: path)
    }
    if path.isEmpty || path.hasSuffix("/") { throw StorageError(errno: EISDIR, name: path, doing: "write it") }
    let existing = FileStatus(following: path)
    if existing == nil, errno != ENOENT { throw StorageError(errno: errno, name: path, doing: "write it") }
    if existing != nil, options.ifAbsent { throw StorageError(exists: path) }
    if let existing, !existing.isRegularFile {
      if existing.isFolder { throw StorageError(errno: EISDIR, name: path, doing: "write it") }
      return WriteThroughWriter(
        try FileDescriptor(opening: path, O_WRONLY, name: path, doing: "write to it"), name: path)
    }
    return try LocalWriter(
      target: try followingLinks(path, name: path), existing: existing, ifAbsent: options.ifAbsent, name: path)
  }

  /// Paths (`path/NAME`) of the regular files directly in folder `path`, in byte order; unfinished outputs are left out.
  public func list(_ path: String) throws -> [String] {
    guard let status = FileStatus(following: path) else {
      throw errno == ENOENT ? notFound(path) : StorageError(errno: errno, name: path, doing: "list it")
    }
    guard status.isFolder else {
      throw StorageError(.notAFolder, name: path, summary: "this is not a folder")
    }
    return try namesInFolder(path, name: path)
      .filter { !isTemporaryName($0) }
      .map { joinPath(path, $0) }
      .filter { FileStatus(following: $0)?.isRegularFile ?? false }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Size, and device, inode and time of change of what `path` leads to, links followed.
  public func status(_ path: String) throws -> ObjectStatus? {
    guard let status = FileStatus(following: path) else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw StorageError(errno: errno, name: path, doing: "look at it")
    }
    return ObjectStatus(
      byteCount: status.byteCount,
      version: "\(status.device) \(status.inode) \(status.byteCount) \(status.modificationTime)")
  }

  /// Removes the file that `path` names (a link, not what it leads to), and flushes its folder.
  public func delete(_ path: String) throws {
    guard unlink(path) == 0 else {
      if errno == ENOENT { return }
      throw StorageError(errno: errno, name: path, doing: "remove it")
    }
    try openFolder(of: path, name: path).synchronize(name: path)
  }
}
