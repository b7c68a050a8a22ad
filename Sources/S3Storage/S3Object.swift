// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ObjectStorage
import Synchronization

/// An object of S3, open for reading at any place.
///
/// Opening takes one round trip: its last 256 KiB (and, at once, its first 4 KiB) where the name is a chunk file's, else its first 256 KiB. They
/// are kept. What is announced (``willRead(_:)``) is fetched ahead, by several requests at once. Every request asks for the state that was there
/// at opening (`If-Match` with its ETag): if the object is replaced meanwhile, reading it throws `storage.changed`.
final class S3Object: ReadableObject {
  let name: String
  /// Size at opening.
  let byteCount: Int
  let version: ObjectVersion
  private let client: S3Client
  private let location: S3Location
  /// What opening brought.
  private let edges: [ObjectPiece]
  private let ahead: ReadAhead

  private static let edgeByteCount = 256 << 10
  private static let headByteCount = 4 << 10

  /// Opens it. Throws `storage.not-found`, and ``S3Error``.
  init(_ location: S3Location, name: String, client: S3Client, limits: ReadAhead.Limits, budget: AheadBudget) throws {
    self.client = client
    self.location = location
    self.name = name
    edges = try Self.openedEdges(location, name: name, client: client)
    let version = edges[0].version
    self.version = version
    byteCount = version.byteCount
    ahead = ReadAhead(limits: limits, budget: budget, threads: .shared) { offset, buffer in
      try client.read(location, name: name, version: version, at: offset, into: buffer)
    }
  }

  deinit { ahead.close() }

  private static func openedEdges(_ location: S3Location, name: String, client: S3Client) throws -> [ObjectPiece] {
    guard location.key.lowercased().hasSuffix(".cln") else {
      return [try client.edge(location, name: name, isTail: false, count: edgeByteCount)]
    }
    // Replaced just between the two requests: then the next two will do.
    for _ in 0..<4 {
      let head = TransferThreads.shared.promise {
        try client.edge(location, name: name, isTail: false, count: headByteCount)
      }
      let tail = Result { try client.edge(location, name: name, isTail: true, count: edgeByteCount) }
      let edges = [try tail.get(), try head.value()]
      if edges[0].version == edges[1].version { return edges }
    }
    throw StorageError(changedWhileRead: name, byteOffset: 0)
  }

  var gainsFromAnnouncing: Bool { true }
  /// The ETag.
  var versionTag: String? { version.tag }

  func willRead(_ ranges: [Range<Int>], gradually: Bool) {
    ahead.announce(
      ranges.map { range in
        // What opening brought need not come again.
        edges.reduce(range.clamped(to: 0..<byteCount)) { $0.without($1.range) }
      }, gradually: gradually)
  }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(offset >= 0, "negative offset")
    guard offset <= byteCount, buffer.count <= byteCount - offset else {
      throw StorageError(
        .truncated, name: name, summary: "it ends before byte \(offset + buffer.count): it has \(byteCount) bytes",
        byteOffset: byteCount)
    }
    var filled = 0
    while filled < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      filled += try readSome(at: offset + filled, into: rest)
    }
  }

  /// Reads at least one byte. Precondition: `buffer` is not empty and its bytes lie in the object.
  private func readSome(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    if let edge = edges.first(where: { $0.range.contains(offset) }) {
      let count = min(buffer.count, edge.range.upperBound - offset)
      edge.bytes.withUnsafeBytes {
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[(offset - edge.offset)...].prefix(count)))
      }
      return count
    }
    let announced = try ahead.read(at: offset, into: buffer)
    if announced > 0 { return announced }
    let end =
      ([ahead.nextAnnounced(after: offset)] + edges.map { $0.offset > offset ? $0.offset : nil })
      .compactMap { $0 }.min() ?? byteCount
    let count = min(buffer.count, end - offset)
    try client.read(
      location, name: name, version: version, at: offset,
      into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    return count
  }
}

extension Range<Int> {
  /// What is left without `other`, if that covers one of its ends; all of it if not.
  fileprivate func without(_ other: Range<Int>) -> Range<Int> {
    guard overlaps(other) else { return self }
    if other.lowerBound <= lowerBound { return Swift.min(other.upperBound, upperBound)..<upperBound }
    return other.upperBound >= upperBound ? lowerBound..<other.lowerBound : self
  }
}
