// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import ObjectStorage
import Synchronization
import TextFormats

/// A text that can be opened for reading from its start.
public protocol CSVInput: Sendable {
  /// Name for messages.
  var name: String { get }
  /// True if ``open()`` may be called again and gives the same bytes.
  var isRereadable: Bool { get }
  /// Bytes as they are stored, where that is known before they are read.
  var byteCount: Int? { get }
  /// Starts at the first byte, decompressed.
  func open() throws -> any ByteSource
}

extension CSVInput {
  /// Not known.
  public var byteCount: Int? { nil }
}

/// A text whose bytes can be had as they are stored, compressed or not.
protocol StoredText: CSVInput {
  /// Starts at the first byte; throws as ``CSVInput/open()``.
  func openStored() throws -> any ByteSource
  /// The object itself; nil where it cannot be read at any place.
  func object() throws -> (any ReadableObject)?
}

/// A text that is an object of a service: read again, it is the same state of the object, or an error.
struct ObjectInput: StoredText {
  private let opened: any ReadableObject

  init(_ object: any ReadableObject) { opened = object }

  var name: String { opened.name }
  var isRereadable: Bool { true }
  var byteCount: Int? { opened.byteCount }
  func object() -> (any ReadableObject)? { opened }
  func open() throws -> any ByteSource { try decompressing(try openStored()) }

  func openStored() throws -> any ByteSource {
    opened.willRead([0..<opened.byteCount], gradually: true)
    return ObjectSource(opened)
  }
}

/// The text at `path` from its start, decompressed: a file, a pipe, an object of a service, or standard input (`-`). Throws as opening it does.
func openText(_ path: String) throws -> any ByteSource {
  try isRemote(path) ? ObjectInput(store(of: path).open(path)).open() : openSequential(path)
}

/// A text by its path: a file, a pipe, a device, or standard input (`-`); gzip and zstd are told by content.
public struct PathInput: StoredText {
  /// The path.
  public let path: String

  /// Opens nothing yet.
  public init(_ path: String) { self.path = path }

  /// The path.
  public var name: String { path }

  /// True for regular files.
  public var isRereadable: Bool { byteCount != nil }

  /// Size of a regular file.
  public var byteCount: Int? {
    var status = stat()
    // /dev/stdin and its like share their position with whoever reads next.
    guard path != "-", !path.hasPrefix("/dev/"), !path.hasPrefix("/proc/") else { return nil }
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Throws a `StorageError` if the path cannot be opened.
  public func open() throws -> any ByteSource { try openSequential(path) }

  func openStored() throws -> any ByteSource { try ObjectStorage.openStored(path) }

  func object() throws -> (any ReadableObject)? { isRereadable ? try LocalFile(path: path) : nil }
}

/// A text that is already open, perhaps looked at: it can be read once, and is spooled for a second time.
public final class OpenedInput: CSVInput {
  private let source: Mutex<Held>
  /// The source's name.
  public let name: String

  private struct Held: @unchecked Sendable {
    // Handed out once, under the mutex; from then on the reader's alone.
    var source: (any ByteSource)?
  }

  /// Takes over `source`, which nobody else may read from now on.
  public init(_ source: any ByteSource) {
    name = source.name
    self.source = Mutex(Held(source: source))
  }

  /// Always false.
  public var isRereadable: Bool { false }

  /// The source's, until it is opened.
  public var byteCount: Int? { source.withLock { $0.source?.totalByteCount } }

  /// Precondition: called once.
  public func open() throws -> any ByteSource {
    let taken = source.withLock { held in
      let taken = held
      held.source = nil
      return taken
    }
    guard let source = taken.source else { preconditionFailure("an input that can be read once was opened twice") }
    return source
  }
}

/// How far reading has come, in bytes as stored (compressed ones, if so).
final class ConvertMeter: Sendable {
  private struct State {
    var finished = 0
    var current = 0
    var total: Int? = 0
    var opened = 0
    /// Bytes of the inputs in the first pass; 0 before that has ended.
    var firstPass = 0
  }

  private let state = Mutex(State())
  private let inputCount: Int

  init(inputCount: Int) { self.inputCount = inputCount }

  /// Bytes taken of all inputs opened so far; in a second pass it starts again.
  var consumedByteCount: Int { state.withLock { $0.finished + $0.current } }

  /// Bytes of all inputs, as they came: a second pass over what was kept of a pipe counts for nothing.
  var sourceByteCount: Int { state.withLock { $0.firstPass > 0 ? $0.firstPass : $0.finished + $0.current } }

  /// Nil until all inputs were opened, and where one does not know its size.
  var totalByteCount: Int? { state.withLock { $0.opened == inputCount ? $0.total : nil } }

  func opened(_ source: any ByteSource) {
    let size = source.totalByteCount
    state.withLock { state in
      if state.opened == inputCount {
        let firstPass = state.firstPass > 0 ? state.firstPass : state.finished + state.current
        state = State()
        state.firstPass = firstPass
      }
      state.finished += state.current
      state.current = 0
      state.opened += 1
      state.total = if let total = state.total, let size { total + size } else { nil }
    }
  }

  func consumed(_ byteCount: Int) { state.withLock { $0.current = byteCount } }
}

/// `input` as a stream for the reader, metered; kept, compressed, in a temporary file if it can be read only once.
func stream(of input: any CSVInput, meter: ConvertMeter, temporaryFolder: String? = nil) -> CSVStream {
  let spool = input.isRereadable ? nil : ConvertSpool(input, in: temporaryFolder)
  // What is compressed has more bytes of text: fewer of its strings get codes than might.
  return CSVStream(name: input.name, byteCount: input.byteCount) {
    let source = try spool?.open() ?? input.open()
    meter.opened(source)
    return { buffer in
      let count = try source.read(into: buffer)
      meter.consumed(source.consumedByteCount)
      return count
    }
  }
}
