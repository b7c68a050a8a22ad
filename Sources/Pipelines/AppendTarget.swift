// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ObjectStorage

/// The place that rows are added at, held from before its file is opened until what comes of it is published or given up.
///
/// Appends to one file so come one after the other, each to what the one before published. Writers that do not append hold nothing:
/// that one of them was there is found just before publishing.
struct AppendTarget {
  private let path: String
  private let hold: FileHold
  private let version: FileVersion?

  /// Waits until no other append to `path` runs.
  init(_ path: String) throws {
    self.path = path
    hold = try FileHold(path)
    version = FileVersion(path)
  }

  /// Throws `append.changed` if the file is not the one that was there at the start, or one is there now: what is written would undo what
  /// somebody else did.
  func checkUnchanged() throws {
    guard FileVersion(path) == version else { throw AppendError(changed: path) }
  }

  /// Lets the next append begin.
  func release() { hold.release() }
}

/// Which file is at a path, and in which state.
private struct FileVersion: Equatable {
  private let device: dev_t
  private let inode: ino_t
  private let byteCount: off_t
  private let seconds: Int
  private let nanoseconds: Int

  /// Nil if nothing is there.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    (device, inode, byteCount) = (status.st_dev, status.st_ino, status.st_size)
    (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
  }
}
