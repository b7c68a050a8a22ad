// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// Keeps others that hold the same path waiting: for work that reads a file and then replaces it with what comes of it.
///
/// Replacing is a rename, so the file that is locked (`flock`) is no longer the one at the path once its holder is done: whoever waited
/// looks again which file is there and waits for that. Where there is none yet, the folder is locked instead, for as long: others that
/// are to make a file in that folder wait as well, though for another name. Either way who comes second sees what the first published.
/// Links are followed: what they lead to is held, whatever path it is reached by.
///
/// The lock is advice: it keeps away those that ask for it, and no one else. It ends with the process. Where the file system has no such
/// locks (some network file systems), or the file cannot be opened, nothing is held; the same goes for pipes and devices.
public final class FileHold: Sendable {
  private let descriptor: FileDescriptor?

  /// Waits until nobody else holds `path`, for as long as that takes. Throws what following links and looking at the file throws.
  public init(_ path: String) throws {
    while true {
      switch try Self.attempt(path) {
      case .held(let descriptor):
        self.descriptor = descriptor
        return
      case .cannotBeHeld:
        descriptor = nil
        return
      case .changed: continue
      }
    }
  }

  /// Lets others go on. Besides giving the lock back this keeps the hold alive until here: a value may end after its last use.
  public func release() { if let descriptor { cs_unlock(descriptor.number) } }

  private enum Attempt {
    case held(FileDescriptor)
    case cannotBeHeld
    /// While waiting another file came to be there.
    case changed
  }

  private static func attempt(_ path: String) throws -> Attempt {
    if descriptorNumber(namedBy: path) != nil { return .cannotBeHeld }
    let file = FileStatus(following: path)
    // Looked at before opening: opening a pipe would wait for its other end.
    if let file, !file.isRegularFile { return .cannotBeHeld }
    if file == nil, errno != ENOENT { return .cannotBeHeld }
    let folder = try file == nil ? splitPath(followingLinks(path, name: path)).folder : nil
    let held = folder.map { locked($0, [O_RDONLY | O_DIRECTORY]) } ?? locked(path, [O_RDONLY, O_RDWR])
    let now = FileStatus(following: path)
    guard let held else {
      // What cannot be opened, its reader or writer says better.
      return isSameFile(file, now) ? .cannotBeHeld : .changed
    }
    let lockedFile = file == nil ? nil : try held.status(name: path)
    return isSameFile(lockedFile, now) ? .held(held) : .changed
  }

  /// The file, open and locked; nil if it cannot be. Network file systems may lock only what is open for writing: the next mode.
  private static func locked(_ path: String, _ modes: [Int32]) -> FileDescriptor? {
    for mode in modes {
      let number = retryingInterrupts { open(path, mode | O_CLOEXEC | O_NONBLOCK) }
      guard number >= 0 else { return nil }
      let descriptor = FileDescriptor(number)
      let failure = cs_lock_waiting(number)
      if failure == 0 { return descriptor }
      guard failure == -EBADF else { return nil }
    }
    return nil
  }
}

/// True if both are of one file, whatever its content, or both of none.
private func isSameFile(_ a: FileStatus?, _ b: FileStatus?) -> Bool {
  guard let a, let b else { return a == nil && b == nil }
  return a.device == b.device && a.inode == b.inode
}
