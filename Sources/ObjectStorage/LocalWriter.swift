// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// A new file written beside its target and renamed over it when complete.
///
/// The temporary is called `.NAME.colonnade-tmp-PID-RANDOM` and is locked while its writer lives: a later run to the same
/// target removes those whose lock is free.
final class LocalWriter: ObjectWriter {
  let name: String
  private let target: String
  private let ifAbsent: Bool
  private let temporary: Temporary
  // Opened before any work, so that a folder that cannot be flushed is said before anything is published in it.
  private let folder: FileDescriptor
  private var buffer: OutputBuffer
  private var isDone = false
  /// Bytes given to ``write(_:)``, and how many of them the system was asked to begin writing to disk.
  private var writtenByteCount = 0
  private var startedByteCount = 0
  /// The disk works while the rest is made, in steps of this many bytes.
  private static let writebackStep = 8 << 20

  /// `path` is the target with all links followed; `existing` what is there now.
  init(target path: String, existing: FileStatus?, ifAbsent: Bool, name: String) throws(StorageError) {
    self.name = name
    target = path
    self.ifAbsent = ifAbsent
    if existing != nil, access(path, W_OK) != 0 {
      throw StorageError(errno: errno, name: name, doing: "replace it")
    }
    folder = try openFolder(of: path, name: name)
    removeStaleTemporaries(of: path)
    temporary = try Temporary(besides: path, private: existing != nil, name: name)
    buffer = OutputBuffer(temporary.descriptor, name: name)
    if let existing {
      // A replaced file keeps its rights, and its owner where the system lets us (root does, others keep their own).
      _ = fchown(temporary.descriptor.number, existing.owner, existing.group)
      _ = fchmod(temporary.descriptor.number, existing.permissions)
    }
  }

  deinit { discard() }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(!isDone, "written after publish or discard")
    try buffer.write(bytes)
    writtenByteCount += bytes.count
    let ready = writtenByteCount - OutputBuffer.capacity
    if ready - startedByteCount >= Self.writebackStep {
      buffer.descriptor.startWriteback(from: startedByteCount, byteCount: ready - startedByteCount)
      startedByteCount = ready
    }
  }

  func publish() throws {
    precondition(!isDone, "published twice or after discard")
    do throws(StorageError) {
      try buffer.flush()
      try buffer.descriptor.synchronize(name: name)
      let failure = cs_temporary_publish(temporary.slot, temporary.path, target, ifAbsent ? 1 : 0)
      if failure == -EEXIST { throw StorageError(exists: name) }
      guard failure == 0 else { throw StorageError(errno: -failure, name: name, doing: "put it in place") }
    } catch {
      discard()
      throw error
    }
    isDone = true
    // The lock was the temporary's; held on by a writer that is kept, it would keep ``FileHold`` waiting.
    defer { cs_unlock(temporary.descriptor.number) }
    // If this fails, the new file is there, whole; only a loss of power may still bring back what was there before.
    try folder.synchronize(name: name)
  }

  func discard() {
    guard !isDone else { return }
    isDone = true
    cs_temporary_remove(temporary.slot, temporary.path)
  }
}

/// The folder that `target` lies in, open so that its entries can be flushed.
func openFolder(of target: String, name: String) throws(StorageError) -> FileDescriptor {
  let folder = splitPath(target).folder
  let number = retryingInterrupts { open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
  guard number >= 0 else {
    throw errno == ENOENT
      ? missingFolder(folder, name: name)
      : StorageError(errno: errno, name: name, doing: "read its folder \(folder), which must be flushed to disk")
  }
  return FileDescriptor(number)
}

private func missingFolder(_ folder: String, name: String) -> StorageError {
  StorageError(
    .notFound, name: name, summary: "the folder \(folder) does not exist",
    advice: adviceOnAddress(name) ?? "create it: mkdir -p \(folder)")
}

/// A new, locked file beside its target, in the table of files that a signal removes.
struct Temporary {
  let path: String
  let descriptor: FileDescriptor
  let slot: Int32

  /// `private` creates it for the owner alone (rights follow later), else with the rights of any new file.
  init(besides target: String, private isPrivate: Bool, name: String) throws(StorageError) {
    let (folder, last) = splitPath(target)
    let prefix = joinPath(folder, temporaryPrefix(of: last))
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<16 {
      let candidate = prefix + "\(getpid())-" + String(generator.next() as UInt64, radix: 36)
      var slot: Int32 = -1
      let number = cs_temporary_create(candidate, isPrivate ? 0o600 : 0o666, &slot)
      if number == -EEXIST { continue }
      if number == -ENOENT { throw missingFolder(folder, name: name) }
      guard number >= 0 else { throw StorageError(errno: -number, name: name, doing: "create a file in \(folder)") }
      let descriptor = FileDescriptor(number)
      // Another run may have taken the new file for a stale one before it was locked; then start again.
      let isLocked = cs_lock(number) != -EWOULDBLOCK
      if isLocked, try descriptor.status(name: name).linkCount > 0 {
        path = candidate
        self.descriptor = descriptor
        self.slot = slot
        return
      }
      cs_temporary_remove(slot, candidate)
    }
    throw StorageError(.system, name: name, summary: "cannot create a file in \(folder): 16 names were taken")
  }
}

private let temporaryMark = ".colonnade-tmp-"

/// How the temporaries of a target called `name` begin. Long names are cut, so that the whole stays under 255 bytes.
func temporaryPrefix(of name: String) -> String {
  var kept = name[...]
  while kept.utf8.count > 180 { kept.removeLast() }
  return ".\(kept)\(temporaryMark)"
}

/// True for names that ``LocalWriter`` gives to its temporaries.
func isTemporaryName(_ name: String) -> Bool {
  guard name.hasPrefix("."), let dash = name.utf8.lastIndex(of: UInt8(ascii: "-")) else { return false }
  let head = name[..<dash]
  guard let before = head.utf8.lastIndex(of: UInt8(ascii: "-")) else { return false }
  return head[...before].hasSuffix(temporaryMark) && Int(head[head.utf8.index(after: before)...]) != nil
}

/// Removes what killed runs to `target` have left: temporaries whose lock is free. Best effort: never fails.
private func removeStaleTemporaries(of target: String) {
  let (folder, last) = splitPath(target)
  let prefix = temporaryPrefix(of: last)
  guard let names = try? namesInFolder(folder, name: folder) else { return }
  for name in names where name.hasPrefix(prefix) && isTemporaryName(name) {
    let path = joinPath(folder, name)
    guard let status = FileStatus(notFollowing: path), status.isRegularFile else { continue }
    guard let file = try? FileDescriptor(opening: path, O_RDONLY | O_NOFOLLOW, name: path, doing: "look at it") else {
      continue
    }
    switch cs_lock(file.number) {
    case 0: unlink(path)
    case -EWOULDBLOCK: break
    default:
      // No locks on this file system: the process number in the name has to do.
      let process = name.dropFirst(prefix.count).prefix { $0 != "-" }
      if let number = pid_t(process), kill(number, 0) != 0, errno == ESRCH { unlink(path) }
    }
  }
}

/// From now on SIGINT, SIGTERM and SIGHUP remove unpublished files before they end the process, and a closed pipe is an
/// error (`storage.closed-pipe`) instead of SIGPIPE. For commands, at their start; libraries leave signals to their user.
public func installCleanupSignalHandlers() { cs_install_cleanup_handlers() }
