// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import TestSupport
import Testing

@testable import ObjectStorage

@Suite struct ByteSourceTests {
  static let formats: [CompressionFormat] = [.gzip, .zstd]

  /// Compressible bytes with some noise.
  private func sample(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = RandomSource(seed: seed)
    return (0..<count).map { $0 % 3 == 0 ? UInt8.random(in: 0...255, using: &random) : UInt8($0 / 100 % 256) }
  }

  private func compressed(_ content: [UInt8], _ format: CompressionFormat) throws -> [UInt8] {
    let memory = MemoryWriter()
    try put(
      [Array(content.prefix(5)), Array(content.dropFirst(5))],
      to: format == .gzip ? GzipWriter(to: memory) : ZstdWriter(to: memory))
    return memory.bytes
  }

  private func source(_ bytes: [UInt8]) throws -> PeekableSource {
    try decompressing(ObjectSource(MemoryObject(name: "stream", bytes: bytes)))
  }

  @Test(arguments: formats) func whatIsCompressedComesBack(_ format: CompressionFormat) throws {
    for size in [0, 1, 4, 5, 1000, 3_000_000] {
      let content = sample(size)
      let stream = try compressed(content, format)
      #expect(compressionFormat(firstBytes: Array(stream.prefix(4))) == format)
      for pieceSize in [1 << 10, 1 << 20] {
        #expect(try bytes(of: try source(stream), pieceSize: pieceSize) == content)
      }
    }
  }

  @Test(arguments: formats) func piecesFollowEachOther(_ format: CompressionFormat) throws {
    let parts = [sample(100_000, seed: 1), [], sample(7, seed: 2), sample(600_000, seed: 3)]
    let stream = try parts.flatMap { try compressed($0, format) }
    let opened = try source(stream)
    #expect(opened.totalByteCount == stream.count)
    #expect(try bytes(of: opened) == parts.flatMap { $0 })
    #expect(opened.consumedByteCount == stream.count)
  }

  @Test(arguments: formats) func everyCutIsFound(_ format: CompressionFormat) throws {
    let stream = try compressed(sample(300), format)
    for length in 4..<stream.count {
      let error = failure { try bytes(of: try source(Array(stream[..<length]))) }
      #expect(error?.code == "storage.compressed-cut", "cut to \(length) of \(stream.count)")
      #expect(error?.place == Place(file: "stream", byteOffset: length))
    }
  }

  @Test(arguments: formats) func noFlippedBitGivesOtherBytes(_ format: CompressionFormat) throws {
    let content = sample(300)
    let stream = try compressed(content, format)
    for bit in 32..<stream.count * 8 {
      var flipped = stream
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      // Bits of the header that mean nothing (time, system) may change unseen; then the content is what it was.
      if let read = try? bytes(of: try source(flipped)) { #expect(read == content, "bit \(bit)") }
    }
    var wrongChecksum = stream
    wrongChecksum[stream.count - (format == .gzip ? 5 : 1)] ^= 1
    #expect(failure { try bytes(of: try source(wrongChecksum)) }?.code == "storage.compressed-damaged")
  }

  @Test(arguments: formats) func whatFollowsTheStreamIsAnError(_ format: CompressionFormat) throws {
    let stream = try compressed(sample(1000), format)
    let error = failure { try bytes(of: try source(stream + Array("garbage".utf8))) }
    #expect(error?.code == "storage.compressed-damaged")
    #expect(error?.place == Place(file: "stream", byteOffset: stream.count))
  }

  @Test func plainBytesPassAndCanBeLookedAt() throws {
    for content in [[], [0x1F], [0x1F, 0x8B], Array("date,state\n".utf8), sample(100_000)] {
      let opened = try source(content)
      #expect(try opened.peek(2) == Array(content.prefix(2)))
      #expect(try opened.peek(70_000) == Array(content.prefix(70_000)))
      #expect(try bytes(of: opened, pieceSize: 999) == content)
      #expect(try opened.peek(3) == [])
    }
    let opened = try source(sample(100))
    var four = [UInt8](repeating: 0, count: 4)
    #expect(try opened.peek(10).count == 10)
    #expect(try four.withUnsafeMutableBytes { try opened.read(into: $0) } == 4)
    #expect(try opened.peek(10) == Array(sample(100)[4..<14]))
  }

  @Test func filesPipesAndFoldersAreOpened() throws {
    try withScratchFolder { folder in
      let content = sample(200_000)
      try put([content], to: GzipWriter(to: try LocalStore().create(folder + "/a.gz")))
      try put([content], to: ZstdWriter(to: try LocalStore().create(folder + "/b.zst")))
      try put([content], to: try LocalStore().create(folder + "/c.csv"))
      // The kind is told by content, not by name.
      rename(folder + "/a.gz", folder + "/a.csv")
      for name in ["a.csv", "b.zst", "c.csv"] {
        #expect(try bytes(of: try openSequential("\(folder)/\(name)")) == content)
      }
      #expect(failure { try openSequential(folder) }?.code == "storage.is-folder")
      #expect(failure { try openSequential(folder + "/b.zts") }?.advice == "did you mean \(folder)/b.zst?")
      #expect(try bytes(of: try openSequential("/dev/null")) == [])

      mkfifo(folder + "/pipe", 0o600)
      let feeder = try FileDescriptor(opening: folder + "/pipe", O_RDWR, name: "pipe", doing: "open")
      try feeder.writeAll(Array("abcdefgh".utf8), name: "pipe")
      let piped = try openSequential(folder + "/pipe")
      #expect(piped.totalByteCount == nil)
      #expect(try piped.peek(8) == Array("abcdefgh".utf8))
    }
  }
}
