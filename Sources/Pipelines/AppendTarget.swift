// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage

/// The place that rows are added at, held from before its file is opened until what comes of it is published or given up.
///
/// Appends to one file so come one after the other, each to what the one before published. Writers that do not append hold nothing:
/// that one of them was there is found just before publishing. Services hold nothing
/// either: of two appends to an object at the same time, the second to look finds out.
struct AppendTarget {
  private let path: String
  private let hold: FileHold?
  private let status: ObjectStatus?

  /// Waits until no other append to `path` runs.
  init(_ path: String) throws {
    self.path = path
    hold = isRemote(path) ? nil : try FileHold(path)
    status = try store(of: path).status(path)
  }

  /// `target` with the conditions under which a service may take what is written: that what was there at the start still is.
  func conditional(_ target: OutputTarget) -> OutputTarget {
    guard isRemote(path) else { return target }
    var target = target
    target.writing.replacedVersion = status?.version
    target.writing.ifAbsent = status == nil
    return target
  }

  /// Publishes what was written; what a service's condition prevents is `append.changed` as well.
  func publish(_ output: any ObjectWriter) throws {
    try checkUnchanged()
    do {
      try output.publish()
    } catch let error as StorageError where isRemote(path) && [.changed, .exists].contains(error.kind) {
      throw AppendError(changed: path)
    }
  }

  /// Throws `append.changed` if the file is not the one that was there at the start, or one is there now: what is written would undo what
  /// somebody else did.
  func checkUnchanged() throws {
    guard try store(of: path).status(path) == status else { throw AppendError(changed: path) }
  }

  /// Lets the next append begin.
  func release() { hold?.release() }
}
