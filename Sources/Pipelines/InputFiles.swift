// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Encodings
import ObjectStorage
import Synchronization

/// A file as it was when it was read.
public struct InputFile: Sendable, Equatable {
  /// What a checksum is taken over.
  public enum Extent: String, Sendable {
    /// All bytes, as they are stored (compressed ones, if so).
    case file
    /// The last 96 bytes, a chunk file's tail, which vouches for all others.
    case tail
  }

  /// The path, or `-`.
  public let name: String
  /// Its size.
  public let byteCount: Int
  /// XXH3 with 128 bits and no seed, which `xxh128sum` prints.
  public let checksum: UInt128
  /// What ``checksum`` is taken over.
  public let extent: Extent

  /// The checksum as `xxh128sum` prints it: 32 hexadecimal digits.
  public var checksumText: String { Pipelines.checksumText(checksum) }
}

/// Notes size and checksum of inputs while they are read: of texts as their bytes go by, of chunk files from their tails.
final class InputNotes: Sendable {
  private enum Note {
    case file(InputFile)
    case text(WatchedText)
  }

  private let notes = Mutex<[Note]>([])

  /// A text, which is to be read through what is returned, as often as one likes.
  func text(_ stored: any StoredText) -> WatchedText {
    let text = WatchedText(stored)
    notes.withLock { $0.append(.text(text)) }
    return text
  }

  /// A chunk file. If it came through a text that was noted last (a pipe), it takes that one's place.
  func chunkFile(_ file: ChunkFile, insteadOf text: WatchedText? = nil) {
    let note = InputFile(name: file.name, byteCount: file.byteCount, checksum: file.tailHash, extent: .tail)
    notes.withLock { notes in
      notes.removeAll {
        if case .text(let other) = $0 { other === text } else { false }
      }
      notes.append(.file(note))
    }
  }

  /// All inputs in the order in which they were opened. What of a text was not asked for is read now. Precondition: nobody reads them
  /// any more. Throws what reading throws.
  func files() throws -> [InputFile] {
    try notes.withLock { $0 }.compactMap { note in
      switch note {
      case .file(let file): file
      case .text(let text): try text.finished()
      }
    }
  }
}

/// A text whose stored bytes are hashed as they are read; read again, it is hashed anew.
final class WatchedText: CSVInput {
  private let text: any StoredText
  private let source = Mutex(Held())

  /// Used by the one thread that reads; by another only when that has ended.
  private struct Held: @unchecked Sendable { var source: HashedSource? }

  init(_ text: any StoredText) { self.text = text }

  var name: String { text.name }
  var isRereadable: Bool { text.isRereadable }

  func open() throws -> any ByteSource { try openSequential() }

  func openSequential() throws -> PeekableSource {
    let hashed = HashedSource(try text.openStored())
    let held = Held(source: hashed)
    source.withLock { $0 = held }
    return try decompressing(hashed)
  }

  /// What was read last, to its end; nil if nothing was.
  fileprivate func finished() throws -> InputFile? {
    guard let source = source.withLock({ $0 }).source else { return nil }
    try source.readToEnd()
    return InputFile(name: name, byteCount: source.byteCount, checksum: source.hash.value, extent: .file)
  }
}

/// A source that hashes what is read from it.
private final class HashedSource: ByteSource {
  let hash = RunningHash()
  private(set) var byteCount = 0
  private let source: any ByteSource

  init(_ source: any ByteSource) { self.source = source }

  var name: String { source.name }
  var consumedByteCount: Int { source.consumedByteCount }
  var totalByteCount: Int? { source.totalByteCount }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let count = try source.read(into: buffer)
    hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    byteCount += count
    return count
  }

  func readToEnd() throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 64)
    defer { buffer.deallocate() }
    while try read(into: buffer) > 0 {}
  }
}
