// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Gathers small writes to a descriptor into large ones; large pieces pass uncopied where no smaller ones wait before them.
///
/// After a failure it stays failed: each later call throws the same error, whether or not it reaches the descriptor.
struct OutputBuffer: ~Copyable {
  static let capacity = 1 << 20
  /// From so many bytes on, a copy costs more than a call of the system.
  private static let largePiece = 64 << 10
  let descriptor: FileDescriptor
  let name: String
  private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 64)
  private var count = 0
  private var failure: StorageError?

  init(_ descriptor: FileDescriptor, name: String) {
    self.descriptor = descriptor
    self.name = name
  }

  deinit { bytes.deallocate() }

  mutating func write(_ piece: UnsafeRawBufferPointer) throws(StorageError) {
    if let failure { throw failure }
    if piece.count > Self.capacity - count { try flush() }
    if piece.count >= Self.capacity || count == 0 && piece.count >= Self.largePiece {
      try writeThrough(piece)
    } else if !piece.isEmpty {
      // Fits: either it did before, or the buffer is empty now and the piece is smaller than it.
      UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: piece)
      count += piece.count
    }
  }

  mutating func flush() throws(StorageError) {
    let filled = UnsafeRawBufferPointer(rebasing: bytes[..<count])
    count = 0
    try writeThrough(filled)
  }

  private mutating func writeThrough(_ piece: UnsafeRawBufferPointer) throws(StorageError) {
    if let failure { throw failure }
    do throws(StorageError) {
      try descriptor.writeAll(piece, name: name)
    } catch {
      failure = error
      throw error
    }
  }
}

/// An output that cannot be taken back: a pipe, a device, standard output. Publishing sends what is still buffered.
final class WriteThroughWriter: ObjectWriter {
  let name: String
  private var buffer: OutputBuffer
  private var isDone = false

  init(_ descriptor: FileDescriptor, name: String) {
    self.name = name
    buffer = OutputBuffer(descriptor, name: name)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    precondition(!isDone, "written after publish or discard")
    try buffer.write(bytes)
  }

  func publish() throws {
    precondition(!isDone, "published twice or after discard")
    isDone = true
    try buffer.flush()
  }

  func discard() { isDone = true }
}

/// Standard output as an object: written through in large pieces, finished by `publish`.
///
/// With SIGPIPE ignored, a reader that has gone shows as `storage.closed-pipe`.
public final class StandardOutput: ObjectWriter {
  /// Always `-`.
  public let name = "-"
  private let writer = WriteThroughWriter(FileDescriptor(STDOUT_FILENO, closes: false), name: "-")

  /// Starts with nothing buffered. A pipe gets room for 1 MiB where the system allows it (16 times as much as by itself), so that the reader is waited for
  /// less often.
  public init() {
    #if os(Linux)
      // F_SETPIPE_SZ of linux/fcntl.h, which the module leaves out. Whatever else it is refuses; so does a system that has no more room for pipes.
      // Both serve as they are.
      _ = fcntl(STDOUT_FILENO, 1031, 1 << 20)
    #endif
  }

  /// Adds bytes; they may wait in the buffer until ``publish()``.
  public func write(_ bytes: UnsafeRawBufferPointer) throws { try writer.write(bytes) }

  /// Sends what is still buffered.
  public func publish() throws { try writer.publish() }

  /// Drops what is still buffered; what was sent stays sent.
  public func discard() { writer.discard() }
}
