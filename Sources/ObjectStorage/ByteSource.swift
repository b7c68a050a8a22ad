// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Bytes that come one after the other: a file, standard input, a decompressed stream. One thread's at a time.
public protocol ByteSource: AnyObject {
  /// Name for messages, as the user gave it.
  var name: String { get }
  /// Fills as much of `buffer` as it can (short only at the end); 0 at the end. Throws a `Diagnosis`.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
  /// Bytes of the underlying (compressed) input consumed so far, for progress.
  var consumedByteCount: Int { get }
  /// Bytes of the underlying (compressed) input, nil where that is not known.
  var totalByteCount: Int? { get }
}

/// An object read from its start to its end.
public final class ObjectSource: ByteSource {
  private let object: any ReadableObject
  /// Bytes read so far.
  public private(set) var consumedByteCount = 0

  /// Starts at the first byte.
  public init(_ object: any ReadableObject) { self.object = object }

  /// The object's name.
  public var name: String { object.name }
  /// The object's size.
  public var totalByteCount: Int? { object.byteCount }

  /// Reads on. Throws `storage.truncated` if the object has become shorter since it was opened.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = min(buffer.count, object.byteCount - consumedByteCount)
    guard count > 0 else { return 0 }
    try object.read(at: consumedByteCount, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    consumedByteCount += count
    return count
  }
}

/// A pipe, a device or standard input.
final class DescriptorSource: ByteSource {
  let name: String
  private(set) var consumedByteCount = 0
  let totalByteCount: Int?
  private let descriptor: FileDescriptor

  init(_ descriptor: FileDescriptor, name: String) throws(StorageError) {
    let status = try descriptor.status(name: name)
    if status.isFolder { throw StorageError(errno: EISDIR, name: name, doing: "read it") }
    self.name = name
    self.descriptor = descriptor
    totalByteCount = status.isRegularFile ? status.byteCount : nil
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try descriptor.readFully(into: buffer, name: name)
    consumedByteCount += count
    return count
  }
}

/// A source whose first bytes can be looked at before they are read.
public final class PeekableSource: ByteSource {
  private let source: any ByteSource
  private var pending: [UInt8] = []
  private var pendingStart = 0

  /// Wraps `source` where it stands.
  public init(_ source: any ByteSource) { self.source = source }

  /// The wrapped source's name.
  public var name: String { source.name }
  /// As the wrapped source counts: bytes that were only looked at are included.
  public var consumedByteCount: Int { source.consumedByteCount }
  /// The wrapped source's size.
  public var totalByteCount: Int? { source.totalByteCount }

  /// The next `count` bytes (fewer only at the end), which `read` will still give.
  public func peek(_ count: Int) throws -> [UInt8] {
    let known = pending.count - pendingStart
    if known < count {
      let missing = count - known
      let more = try [UInt8](unsafeUninitializedCapacity: missing) { buffer, filled in
        filled = try source.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      pending = Array(pending[pendingStart...]) + more
      pendingStart = 0
    }
    return Array(pending[pendingStart...].prefix(count))
  }

  /// Reads on, beginning with what was looked at.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let given = min(buffer.count, pending.count - pendingStart)
    if given > 0 {
      pending.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[pendingStart..<pendingStart + given]))
      }
      pendingStart += given
      if pendingStart == pending.count {
        pending = []
        pendingStart = 0
      }
    }
    if given == buffer.count { return given }
    return given + (try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[given...])))
  }
}

/// Opens `path` to be read from start to end: a file, a pipe, a device; `-` is standard input.
///
/// gzip and zstd are recognised by their first bytes, whatever the name says, and decompressed. Throws ``StorageError`` as ``LocalFile/init(path:)``.
public func openSequential(_ path: String) throws -> PeekableSource { try decompressing(try openStored(path)) }

/// `source` itself, or its decompressed bytes if it starts like gzip or zstd.
public func decompressing(_ source: any ByteSource) throws -> PeekableSource {
  let raw = PeekableSource(source)
  switch compressionFormat(firstBytes: try raw.peek(4)) {
  case nil: return raw
  case .gzip: return PeekableSource(try GzipSource(raw))
  case .zstd: return PeekableSource(try ZstdSource(raw))
  }
}

/// The same with the bytes as they are stored.
public func openStored(_ path: String) throws -> any ByteSource {
  if path == "-" { return try DescriptorSource(FileDescriptor(STDIN_FILENO, closes: false), name: path) }
  if let number = descriptorNumber(namedBy: path) {
    return try DescriptorSource(FileDescriptor(duplicating: number, name: path), name: path)
  }
  guard let status = FileStatus(following: path) else {
    throw errno == ENOENT ? notFound(path) : StorageError(errno: errno, name: path, doing: "open it")
  }
  if status.isRegularFile && status.byteCount > 0 { return ObjectSource(try LocalFile(path: path)) }
  // Files of /proc say that they are empty, and are read like pipes.
  return try DescriptorSource(FileDescriptor(opening: path, O_RDONLY, name: path, doing: "read it"), name: path)
}
