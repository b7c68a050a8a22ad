// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// An open file of the system, closed when the last holder lets go.
final class FileDescriptor: Sendable {
  let number: Int32
  private let closes: Bool

  /// Takes over `number`; `closes: false` only borrows it.
  init(_ number: Int32, closes: Bool = true) {
    self.number = number
    self.closes = closes
  }

  deinit { if closes { close(number) } }

  /// Opens `path` with `flags`, never to be inherited by other programs.
  convenience init(opening path: String, _ flags: Int32, name: String, doing: String) throws(StorageError) {
    let number = retryingInterrupts { open(path, flags | O_CLOEXEC) }
    guard number >= 0 else { throw StorageError(errno: errno, name: name, doing: doing) }
    self.init(number)
  }

  /// A second hold on the open file `number`, sharing its position.
  convenience init(duplicating number: Int32, name: String) throws(StorageError) {
    let copy = cs_duplicate(number)
    guard copy >= 0 else { throw StorageError(errno: -copy, name: name, doing: "use descriptor \(number)") }
    self.init(copy)
  }

  func status(name: String) throws(StorageError) -> FileStatus {
    var raw = stat()
    guard fstat(number, &raw) == 0 else { throw StorageError(errno: errno, name: name, doing: "look at it") }
    return FileStatus(raw)
  }

  /// Writes all of `bytes` at the file's position.
  func writeAll(_ bytes: UnsafeRawBufferPointer, name: String) throws(StorageError) {
    var written = 0
    while written < bytes.count {
      // In bounds: written < bytes.count. One call takes at most 2 GiB, so the rest is offered again.
      let piece = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = retryingInterrupts { write(number, piece.baseAddress, piece.count) }
      guard count >= 0 else { throw StorageError(errno: errno, name: name, doing: "write to it") }
      written += count
    }
  }

  /// Reads from the file's position until `buffer` is full or the end; returns the bytes read.
  func readFully(into buffer: UnsafeMutableRawBufferPointer, name: String) throws(StorageError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = retryingInterrupts { read(number, buffer.baseAddress.map { $0 + filled }, buffer.count - filled) }
      guard count >= 0 else { throw StorageError(errno: errno, name: name, doing: "read it") }
      if count == 0 { break }
      filled += count
    }
    return filled
  }

  /// Asks the system to begin writing a part of the file to disk, so that ``synchronize(name:)`` finds less to do. Best effort.
  func startWriteback(from offset: Int, byteCount: Int) {
    cs_start_writeback(number, Int64(offset), Int64(byteCount))
  }

  /// Makes what was written survive a loss of power.
  func synchronize(name: String) throws(StorageError) {
    let failure = retryingInterrupts { fsync(number) }
    // Pipes, devices and some network file systems have nothing to flush and say so.
    guard failure == 0 || errno == EINVAL || errno == ENOTSUP else {
      throw StorageError(errno: errno, name: name, doing: "flush it to disk")
    }
  }
}

/// The parts of `stat` that publishing and opening decide on.
struct FileStatus {
  let kind: mode_t
  let permissions: mode_t
  let byteCount: Int
  let owner: uid_t
  let group: gid_t
  let linkCount: Int
  let device: dev_t
  let inode: ino_t
  /// When the content last changed, in nanoseconds since 1970.
  let modificationTime: Int

  init(_ raw: stat) {
    kind = raw.st_mode & S_IFMT
    permissions = raw.st_mode & 0o777
    byteCount = Int(raw.st_size)
    owner = raw.st_uid
    group = raw.st_gid
    linkCount = Int(raw.st_nlink)
    device = raw.st_dev
    inode = raw.st_ino
    modificationTime = raw.st_mtim.tv_sec * 1_000_000_000 + raw.st_mtim.tv_nsec
  }

  /// Status of what `path` leads to, links followed; nil with `errno` set if there is none.
  init?(following path: String) {
    var raw = stat()
    guard stat(path, &raw) == 0 else { return nil }
    self.init(raw)
  }

  /// Status of `path` itself; nil with `errno` set if there is none.
  init?(notFollowing path: String) {
    var raw = stat()
    guard lstat(path, &raw) == 0 else { return nil }
    self.init(raw)
  }

  var isRegularFile: Bool { kind == S_IFREG }
  var isFolder: Bool { kind == S_IFDIR }
  var isLink: Bool { kind == S_IFLNK }
}

/// Repeats a system call that a signal handler interrupted.
func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}
