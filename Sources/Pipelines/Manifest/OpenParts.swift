// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage

/// The manifest of a folder; nil if it has none. One round trip to a service.
func openManifest(ofFolder folder: String) throws -> Manifest? {
  let path = pathInFolder(folder, Manifest.fileName)
  guard let object = try store(of: path).openIfPresent(path) else { return nil }
  return try Manifest(object)
}

/// Opens a part as its manifest lists it. Throws `manifest.part-missing`, `manifest.part-changed`, and what opening a chunk file throws.
///
/// Size, rows and tail are compared, and the tail vouches for all other bytes: what is read later is of the listed file, or an error.
func openPart(_ path: String, _ listing: ListedPart) throws -> ChunkFile {
  guard let object = try store(of: path).openIfPresent(path) else { throw ManifestError(missing: path, listing) }
  let part = listing.part
  guard object.byteCount == part.byteCount else {
    throw ManifestError(
      changed: path, listing, found: counted(object.byteCount, "byte"), expected: counted(part.byteCount, "byte"))
  }
  guard try startsLikeChunkFile(object) else {
    throw ManifestError(changed: path, listing, found: "no chunk file's first bytes", expected: "a chunk file's tail")
  }
  let file = try ChunkFile(object)
  guard file.tailHash == part.checksum else {
    throw ManifestError(
      changed: path, listing, found: "the tail checksum \(checksumText(file.tailHash))",
      expected: checksumText(part.checksum))
  }
  guard file.rowCount == part.rowCount else {
    throw ManifestError(
      changed: path, listing, found: counted(file.rowCount, "row"), expected: counted(part.rowCount, "row"))
  }
  return file
}
