// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// What went wrong while reading or writing an object.
public struct StorageError: Diagnosis, Equatable {
  /// Stable kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// Nothing is under that name, or its folder is missing.
    case notFound = "storage.not-found"
    /// The user may not do that.
    case permission = "storage.permission"
    /// Something is there already, and it was asked not to replace it.
    case exists = "storage.exists"
    /// A folder where a file is expected.
    case isFolder = "storage.is-folder"
    /// A file where a folder is expected.
    case notAFolder = "storage.not-a-folder"
    /// A pipe or device, which can only be read from start to end, where any place must be readable.
    case notSeekable = "storage.not-seekable"
    /// Fewer bytes than there were when it was opened.
    case truncated = "storage.truncated"
    /// Changed in place while it was being read.
    case changed = "storage.changed"
    /// No space, or the user's quota is used up.
    case full = "storage.full"
    /// Past the largest file that the system or the user's limit allows.
    case fileTooLarge = "storage.file-too-large"
    /// A file system mounted read-only.
    case readOnly = "storage.read-only"
    /// The reader of a pipe has gone.
    case closedPipe = "storage.closed-pipe"
    /// A name, or a whole path, that the file system cannot hold, or one that is not UTF-8.
    case badName = "storage.bad-name"
    /// Symbolic links that lead round in a circle.
    case linkLoop = "storage.link-loop"
    /// The process or the system has too many files open.
    case tooManyOpenFiles = "storage.too-many-open-files"
    /// Anything else the system reports.
    case system = "storage.system"
    /// A compressed stream that ends too early.
    case compressedCut = "storage.compressed-cut"
    /// A compressed stream whose bytes are damaged, or followed by something else.
    case compressedDamaged = "storage.compressed-damaged"
    /// A compressed stream that asks for more memory than is allowed.
    case compressedWindow = "storage.compressed-window"
  }

  /// What kind of failure it is.
  public let kind: Kind
  /// What was found, one line.
  public let summary: String
  /// File, and offset where it is known (of compressed bytes for compressed streams).
  public let place: Place
  /// What to do about it.
  public let advice: String?

  /// Describes a failure concerning the object `name`.
  public init(_ kind: Kind, name: String, summary: String, byteOffset: Int? = nil, advice: String? = nil) {
    self.kind = kind
    self.summary = summary
    place = Place(file: name, byteOffset: byteOffset)
    self.advice = advice
  }

  /// Says that something is at `name` although nothing was to be replaced.
  public init(exists name: String) {
    self.init(
      .exists, name: name, summary: "it is there already and is not replaced",
      advice: "name another output, or leave out --if-not-exists")
  }

  /// Says that the object `name` is another one than that which was to be replaced.
  public init(replacedMeanwhile name: String) {
    self.init(
      .changed, name: name, summary: "somebody else has replaced or removed it meanwhile", advice: "start again")
  }

  /// Says that the object `name` was changed while it was open, as bytes from `byteOffset` on show.
  public init(changedWhileRead name: String, byteOffset: Int) {
    self.init(
      .changed, name: name, summary: "it was changed while it was being read", byteOffset: byteOffset,
      advice: "wait until whatever writes it is done, then try again; colonnade itself replaces files whole")
  }

  /// The kind's stable identifier.
  public var code: String { kind.rawValue }

  /// What the system's error number `number`, got while `doing` something ("open it"), means for the user.
  init(errno number: Int32, name: String, doing: String) {
    let reason = String(cString: strerror(number))
    switch number {
    case ENOENT:
      self.init(.notFound, name: name, summary: "it does not exist")
    case EACCES, EPERM:
      self.init(
        .permission, name: name, summary: "no permission to \(doing)",
        advice: "look at the rights of the file and its folder with ls -ld")
    case EISDIR:
      self.init(.isFolder, name: name, summary: "this is a folder, not a file", advice: "name a file in it")
    case ENOTDIR:
      self.init(.notAFolder, name: name, summary: "a part of this path is not a folder")
    case ENOSPC:
      self.init(
        .full, name: name, summary: "the disk is full, cannot \(doing)",
        advice: "free some space or name an output on another disk; what was there before is unchanged")
    case EDQUOT:
      self.init(
        .full, name: name, summary: "your disk quota is used up, cannot \(doing)",
        advice: "free some space or name an output on another disk; what was there before is unchanged")
    case EFBIG:
      self.init(
        .fileTooLarge, name: name, summary: "past the largest file allowed here, cannot \(doing)",
        advice: "look at ulimit -f and the file system's limit")
    case EROFS:
      self.init(
        .readOnly, name: name, summary: "the file system is read-only, cannot \(doing)",
        advice: "name an output elsewhere")
    case EPIPE:
      self.init(.closedPipe, name: name, summary: "the reader has closed the pipe")
    case ENAMETOOLONG:
      self.init(.badName, name: name, summary: "the name is longer than the file system allows")
    case ELOOP:
      self.init(.linkLoop, name: name, summary: "its symbolic links lead round in a circle")
    case EMFILE:
      self.init(
        .tooManyOpenFiles, name: name, summary: "this process has as many files open as it may, cannot \(doing)",
        advice: "every .cln input stays open: name fewer at once, or allow more with ulimit -n (ulimit -Hn: the most)")
    case ENFILE:
      self.init(
        .tooManyOpenFiles, name: name, summary: "the system has as many files open as it can, cannot \(doing)",
        advice: "close other programs, or name fewer inputs at once")
    default:
      self.init(.system, name: name, summary: "cannot \(doing): \(reason)")
    }
  }
}
