// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import ChunkFile

/// The pages of an intact file, to tell whether a damaged copy still gives the same rows.
package struct OriginalFile {
  /// The file.
  package let bytes: [UInt8]
  private let pages: [[ColumnPage]]

  /// Reads all of it. Throws what reading throws.
  package init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    let file = try ChunkFile(WatchedBytes(bytes: bytes))
    pages = try file.schema.fields.indices.map { column in
      try (0..<file.chunkCount).map { try file.page(column: column, chunk: $0) }
    }
  }

  /// Reads a damaged copy whose checksums nobody made right: what can still be read is the original's, and damage is noticed.
  /// Gives the number of pages read; throws ``BrokenRule``.
  package func check(damaged: [UInt8]) throws -> Int {
    var found = 0
    let isIntact = try ChunkFileInvariants.pages(of: damaged) { column, chunk, page in
      found += 1
      try require(
        column < pages.count && chunk < pages[column].count && ChunkFileInvariants.isSame(page, pages[column][chunk]),
        "other rows in column \(column), chunk \(chunk)")
    }
    try require(isIntact == (damaged == bytes), "intact: \(isIntact)")
    return found
  }

  /// Flips every bit and cuts at every byte; each flip and cut also with right checksums, and cuts with a repaired layout. Gives the
  /// number of damaged files read; throws ``BrokenRule`` that says which.
  package func checkEveryFlipAndCut() throws -> Int {
    var count = 0
    for position in bytes.indices {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(bit)
        try naming("bit \(bit) of byte \(position)") {
          _ = try check(damaged: damaged)
          try ChunkFileInvariants.pages(of: Resealing.resealed(damaged, repairingLayout: false))
        }
        count += 2
      }
      try naming("cut to \(position) bytes") {
        let cut = Array(bytes.prefix(position))
        _ = try check(damaged: cut)
        try ChunkFileInvariants.pages(of: Resealing.resealed(cut, repairingLayout: true))
      }
      count += 2
    }
    return count
  }

  private func naming(_ damage: String, _ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as BrokenRule {
      throw BrokenRule(description: "\(damage): \(error)")
    }
  }
}
