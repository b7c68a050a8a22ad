// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// Objects kept in memory: a test double, and a place for results that need no file.
public final class MemoryStore: ObjectStore {
  private struct Object {
    var bytes: [UInt8]
    var version: Int
  }

  private struct Contents {
    var objects: [String: Object] = [:]
    var writes = 0

    mutating func set(_ path: String, _ bytes: [UInt8]?) {
      writes += 1
      objects[path] = bytes.map { Object(bytes: $0, version: writes) }
    }
  }

  private let contents = Mutex(Contents())

  /// Starts empty.
  public init() {}

  /// The bytes under `path`, nil if there are none.
  public subscript(path: String) -> [UInt8]? {
    get { contents.withLock { $0.objects[path]?.bytes } }
    set { contents.withLock { $0.set(path, newValue) } }
  }

  /// The object as it is now; publishing another later does not change it. Throws `storage.not-found`.
  public func open(_ path: String) throws -> any ReadableObject {
    let (bytes, names) = contents.withLock { ($0.objects[path]?.bytes, Array($0.objects.keys)) }
    if let bytes { return MemoryObject(name: path, bytes: bytes) }
    throw StorageError(
      .notFound, name: path, summary: "it does not exist",
      advice: nearestName(to: path, among: names).map { "did you mean \($0)?" })
  }

  /// Starts an object that replaces `path` when published.
  public func create(_ path: String, _ options: WriteOptions) throws -> any ObjectWriter {
    if options.ifAbsent, self[path] != nil { throw StorageError(exists: path) }
    return MemoryWriter(name: path) { [self] bytes in
      try contents.withLock { contents in
        if options.ifAbsent, contents.objects[path] != nil { throw StorageError(exists: path) }
        contents.set(path, bytes)
      }
    }
  }

  /// Size, and which of all writes it was.
  public func status(_ path: String) throws -> ObjectStatus? {
    contents.withLock { contents in
      contents.objects[path].map { ObjectStatus(byteCount: $0.bytes.count, version: "\($0.version)") }
    }
  }

  /// Forgets the object.
  public func delete(_ path: String) throws { self[path] = nil }

  /// Paths of objects directly under `path/`. Throws `storage.not-found` if nothing at all is under it.
  public func list(_ path: String) throws -> [String] {
    let prefix = path.hasSuffix("/") ? path : path + "/"
    let inside = contents.withLock { $0.objects.keys.filter { $0.hasPrefix(prefix) } }
    if inside.isEmpty { throw StorageError(.notFound, name: path, summary: "it does not exist") }
    return inside.filter { !$0.dropFirst(prefix.count).contains("/") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// Bytes in memory, read as an object.
public struct MemoryObject: ReadableObject {
  /// Name for messages.
  public let name: String
  /// All of it.
  public let bytes: [UInt8]

  /// Gives `bytes` a name.
  public init(name: String = "memory", bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Size.
  public var byteCount: Int { bytes.count }

  /// Copies from `offset` on. Throws `storage.truncated` where fewer bytes are there.
  public func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset >= 0, "negative offset")
    guard offset <= bytes.count, buffer.count <= bytes.count - offset else {
      throw endedEarly(name: name, at: bytes.count, expected: offset + buffer.count)
    }
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }
}

/// Gathers an output in memory.
public final class MemoryWriter: ObjectWriter {
  /// Name for messages.
  public let name: String
  /// What was written so far.
  public private(set) var bytes: [UInt8] = []
  private var onPublish: (([UInt8]) throws -> Void)?

  /// Hands all bytes to `onPublish` when published.
  public init(name: String = "memory", onPublish: @escaping ([UInt8]) throws -> Void = { _ in }) {
    self.name = name
    self.onPublish = onPublish
  }

  /// Adds bytes at the end.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(onPublish != nil, "written after publish or discard")
    self.bytes.append(contentsOf: bytes)
  }

  /// Hands the bytes over.
  public func publish() throws {
    guard let onPublish else { preconditionFailure("published twice or after discard") }
    self.onPublish = nil
    try onPublish(bytes)
  }

  /// Forgets the bytes, unless they were published.
  public func discard() {
    guard onPublish != nil else { return }
    onPublish = nil
    bytes = []
  }
}
