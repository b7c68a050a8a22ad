// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TextFormats

/// A part of a table that lies in a folder, as the folder's manifest lists it.
public struct ManifestPart: Sendable, Equatable {
  /// Path relative to the folder, `/` between its components.
  public let name: String
  /// Rows in it.
  public let rowCount: Int
  /// Its size.
  public let byteCount: Int
  /// XXH3 with 128 bits of its last 96 bytes, the tail, which vouches for all others.
  public let checksum: UInt128

  /// Describes a part.
  public init(name: String, rowCount: Int, byteCount: Int, checksum: UInt128) {
    self.name = name
    self.rowCount = rowCount
    self.byteCount = byteCount
    self.checksum = checksum
  }
}

/// The list of the files that together are a folder's table: `_manifest.cln`, specified in `Formats/Manifest/README.md`.
public struct Manifest: Sendable, Equatable {
  /// What it is called in every folder.
  public static let fileName = "_manifest.cln"
  /// Parts that one manifest may list.
  public static let partLimit = 100_000

  /// Where it lies.
  public let path: String
  /// In ascending byte order of their names, which differ.
  public let parts: [ManifestPart]

  /// Rows of all parts.
  public var rowCount: Int { parts.reduce(0) { $0 + $1.rowCount } }
  /// Bytes of all parts.
  public var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  /// What it lists, in one line.
  public var text: String {
    "\(path): \(counted(parts.count, "part")), \(counted(rowCount, "row")), \(ByteSize(byteCount))\n"
  }

  /// Precondition: the parts are in order, and there is one.
  init(path: String, parts: [ManifestPart]) {
    precondition(!parts.isEmpty, "a manifest without parts")
    precondition(zip(parts, parts.dropFirst()).allSatisfy { comesBefore($0.name, $1.name) }, "parts out of order")
    self.path = path
    self.parts = parts
  }

  /// The parts, as inputs to be read.
  var inputs: [InputPath] {
    parts.map { InputPath(folderPrefix(of: path) + $0.name, listing: ListedPart(part: $0, manifest: path)) }
  }
}

/// A part and the path of the manifest that lists it.
struct ListedPart: Sendable {
  let part: ManifestPart
  let manifest: String
}

/// True if `path` names a manifest.
func isManifestPath(_ path: String) -> Bool {
  path == Manifest.fileName || path.utf8.reversed().starts(with: "/\(Manifest.fileName)".utf8.reversed())
}

/// What a path begins with, up to its last slash and with it; empty for a bare name.
func folderPrefix(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "" }

/// The path of what is called `name` in `folder`.
func pathInFolder(_ folder: String, _ name: String) -> String {
  folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// Byte order, which no locale changes.
func comesBefore(_ a: String, _ b: String) -> Bool { a.utf8.lexicographicallyPrecedes(b.utf8) }

/// True if `name` can lead to nothing outside of a folder: components that are neither empty nor `.` nor `..`, and no zero byte.
func isPartName(_ name: String) -> Bool {
  !name.utf8.contains(0)
    && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
}
