// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Bytes under a name that can be read at any place: a local file, memory, later an S3 object.
///
/// All methods may be called from several threads at once.
public protocol ReadableObject: Sendable {
  /// Name for messages, as the user gave it.
  var name: String { get }
  /// Size when it was opened.
  var byteCount: Int { get }
  /// Fills `buffer` with the bytes from `offset` on.
  ///
  /// Throws a `Diagnosis` if fewer are there (the object was cut while open) or the system fails.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws
  /// True if the object is known to have been changed in place since it was opened: what was read may then be of two versions.
  ///
  /// For readers that find bytes they did not expect. An object replaced under its name is another one, and no change.
  var hasChanged: Bool { get }
}

extension ReadableObject {
  /// False: such objects do not change.
  public var hasChanged: Bool { false }
}

/// Bytes being written that become visible under their name all at once, or never.
///
/// Not for use from several threads at once. If neither `publish` nor `discard` was called when it goes away, it is discarded.
public protocol ObjectWriter: AnyObject {
  /// Name for messages, as the user gave it.
  var name: String { get }
  /// Adds bytes at the end.
  func write(_ bytes: UnsafeRawBufferPointer) throws
  /// Makes everything written durable and visible under the name, in place of what was there before.
  func publish() throws
  /// Drops everything written; what was there before stays. Does nothing after `publish`.
  func discard()
}

/// A place that keeps objects.
public protocol ObjectStore: Sendable {
  /// Opens `path` for reading.
  func open(_ path: String) throws -> any ReadableObject
  /// Starts writing `path`; nothing is visible there before `publish`.
  func create(_ path: String) throws -> any ObjectWriter
  /// Paths of all objects directly in folder `path`, in ascending byte order.
  func list(_ path: String) throws -> [String]
}
