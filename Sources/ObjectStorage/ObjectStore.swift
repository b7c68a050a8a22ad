// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Bytes under a name that can be read at any place: a local file, memory, an S3 object.
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
  /// Another one for another state of the object under its name, the same for whoever reads this one, on any machine; nil where nothing tells.
  var versionTag: String? { get }
  /// Announces what will be read next: each range once, in about this order. Advice: any range may still be read, or none.
  ///
  /// Objects for which a read costs a round trip fetch them ahead. What was announced before and not read yet is forgotten.
  ///
  /// `gradually`: who reads may well stop early, so little is fetched ahead at first, then more and more.
  func willRead(_ ranges: [Range<Int>], gradually: Bool)
  /// True if ``willRead(_:)`` is of use.
  var gainsFromAnnouncing: Bool { get }
}

extension ReadableObject {
  /// False: such objects do not change.
  public var hasChanged: Bool { false }
  /// Nil: nothing is known.
  public var versionTag: String? { nil }
  /// Nothing: reading costs no more without.
  public func willRead(_ ranges: [Range<Int>], gradually: Bool) {}
  /// Announces what will all be read.
  public func willRead(_ ranges: [Range<Int>]) { willRead(ranges, gradually: false) }
  /// False.
  public var gainsFromAnnouncing: Bool { false }
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

/// What is known of an object without reading it.
public struct ObjectStatus: Sendable, Equatable {
  /// Its size.
  public var byteCount: Int
  /// Another one when something else is at the path: compared, never read.
  public var version: String

  /// Describes an object.
  public init(byteCount: Int, version: String) {
    self.byteCount = byteCount
    self.version = version
  }
}

/// How an object is written.
public struct WriteOptions: Sendable, Equatable {
  /// True: nothing is replaced; writing throws `storage.exists`, at its start or at `publish`, if something is there already.
  public var ifAbsent = false
  /// The version (``ObjectStatus/version``) that must still be there when the object becomes visible, nil for any: else `publish` throws
  /// `storage.changed`. Heeded by services alone; who replaces a local file holds it (``FileHold``).
  public var replacedVersion: String?
  /// How a service encrypts what it keeps, nil for its default; S3's `x-amz-server-side-encryption`: `AES256`, `aws:kms`, …
  public var encryption: String?
  /// The key for that, nil for the service's default.
  public var encryptionKey: String?

  /// The ordinary way.
  public init(ifAbsent: Bool = false, encryption: String? = nil, encryptionKey: String? = nil) {
    self.ifAbsent = ifAbsent
    self.encryption = encryption
    self.encryptionKey = encryptionKey
  }
}

/// A place that keeps objects.
public protocol ObjectStore: Sendable {
  /// Opens `path` for reading.
  func open(_ path: String) throws -> any ReadableObject
  /// The same; nil if nothing is at `path`.
  func openIfPresent(_ path: String) throws -> (any ReadableObject)?
  /// Starts writing `path`; nothing is visible there before `publish`. Options that a place cannot fulfil are an error, but for encryption,
  /// which only services know.
  func create(_ path: String, _ options: WriteOptions) throws -> any ObjectWriter
  /// Paths of all objects directly in folder `path`, in ascending byte order.
  func list(_ path: String) throws -> [String]
  /// Size and version of the object at `path`, nil if there is none.
  func status(_ path: String) throws -> ObjectStatus?
  /// Removes the object at `path`; no error if there is none.
  func delete(_ path: String) throws
}

extension ObjectStore {
  /// Starts writing `path`, in place of what is there.
  public func create(_ path: String) throws -> any ObjectWriter { try create(path, WriteOptions()) }

  /// Looks, then opens.
  public func openIfPresent(_ path: String) throws -> (any ReadableObject)? {
    try status(path) == nil ? nil : try open(path)
  }
}
