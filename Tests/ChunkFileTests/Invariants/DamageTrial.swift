// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import ChunkFile

/// Damages a varied file again and again; half of the time its checksums are made right afterwards.
///
/// Without right checksums every page that can still be read must be the original's; with them, it must keep to its type.
package struct DamageTrial {
  private let original: OriginalFile
  private let damage: RandomDamage
  private var random: any RandomNumberGenerator
  /// Damages so far.
  package private(set) var count = 0
  /// The last of them.
  package private(set) var last = ""
  private var openedCount = 0
  private var pageCount = 0

  /// Makes the file; the same random numbers give the same trial.
  package init(random: some RandomNumberGenerator) throws {
    self.random = random
    let (bytes, footerStart) = try VariedTable.file(using: &self.random)
    original = try OriginalFile(bytes)
    damage = RandomDamage(to: bytes, footerStart: footerStart)
  }

  /// Size of the file.
  package var byteCount: Int { original.bytes.count }

  /// How often anything was read.
  package var summary: String {
    "\(count) damages of a file of \(byteCount) bytes, \(openedCount) opened, \(pageCount) pages read"
  }

  /// Damages the file once and reads it. Throws ``BrokenRule``.
  package mutating func damageOnce() throws {
    count += 1
    let (kind, bytes) = damage.damaged(using: &random)
    let isResealed = Bool.random(using: &random)
    let repairs = Bool.random(using: &random)
    last = "\(kind)\(isResealed ? ", resealed" : "")\(repairs && isResealed ? " and repaired" : "")"
    var found = 0
    if isResealed {
      try ChunkFileInvariants.pages(of: Resealing.resealed(bytes, repairingLayout: repairs)) { _, _, _ in found += 1 }
    } else {
      found = try original.check(damaged: bytes)
    }
    openedCount += found > 0 ? 1 : 0
    pageCount += found
  }
}
