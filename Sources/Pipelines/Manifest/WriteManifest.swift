// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Glibc
import ObjectStorage

/// Publishes chunk files of one folder as its table: checks that they have the same columns, and writes the manifest that lists them.
///
/// `arguments` are chunk files, patterns of them, or a folder, which stands for all files in it that are named `.cln`, whatever a manifest
/// in it lists. `path` is where the manifest goes, `FOLDER/_manifest.cln`; nil: into the folder that is the only argument. Before it is
/// written nothing of the parts is in the folder's table, afterwards all of them are and nothing else. Every part's footer is read, several
/// at once from a service, and no page. Memory: what 16 open files take; if parts have unlike types, what all of them take.
///
/// Throws `manifest.output-name`, `manifest.not-a-folder`, `manifest.part-outside`, `.part-name`, `.part-twice`, `.part-changed` (in between),
/// `.among-tables`, `table.columns-differ`, `table.mismatch`, `input.not-a-chunk-file`, and what reading and writing throw; `storage.exists` if
/// `writing` wants that. Then what was there before still is.
@discardableResult
public func writeManifest(
  of arguments: [String], to path: String? = nil, writing: WriteOptions = WriteOptions()
) throws -> Manifest {
  let path = try path ?? manifestPath(ofOnly: arguments)
  guard isManifestPath(path) else {
    throw ManifestError(
      .outputName, path: path, summary: "a folder's manifest is called \(Manifest.fileName)",
      advice: "say -o \(pathInFolder(path, Manifest.fileName))")
  }
  let paths = try arguments.flatMap(chunkFilePaths)
  guard !paths.isEmpty else { throw InputError(.noChunkFiles, path: folderPrefix(of: path)) }
  let names = try namesOfParts(paths, beside: path)
  let order = names.indices.sorted { comesBefore(names[$0], names[$1]) }
  for (before, part) in zip(order, order.dropFirst()) where !comesBefore(names[before], names[part]) {
    throw ManifestError(
      .partTwice, path: paths[part], summary: "the part is named twice", advice: "name each part once")
  }
  guard paths.count <= Manifest.partLimit else { throw ManifestError(tooManyParts: paths.count, path: path) }
  let footers = try mappedAtOnce(order.map { paths[$0] }, atOnce: openedAtOnce(paths), footer)
  let manifest = Manifest(
    path: path,
    parts: zip(order, footers).map { index, footer in
      ManifestPart(
        name: names[index], rowCount: footer.rowCount, byteCount: footer.byteCount, checksum: footer.checksum)
    })
  // Where all have the same types in the same order, there is nothing to join.
  if footers.contains(where: { $0.schema != footers[0].schema }) {
    _ = try JoinedTables(try openChunkFiles(manifest.inputs))
  }
  var target = try OutputTarget(chunkFile: path)
  target.writing = writing
  try publishing(to: target) { try manifest.write(to: $0) }
  return manifest
}

/// What is kept of a part while the others are read.
private struct Footer: Sendable {
  let schema: Schema
  let rowCount: Int
  let byteCount: Int
  let checksum: UInt128
}

private func footer(_ path: String) throws -> Footer {
  let file = try openChunkFile(path)
  return Footer(
    schema: file.schema, rowCount: file.rowCount, byteCount: file.byteCount, checksum: file.tailHash)
}

/// Where the manifest of the folder goes that is the only argument.
private func manifestPath(ofOnly arguments: [String]) throws -> String {
  guard arguments.count == 1, case .folder = try meaning(of: arguments[0]) else {
    throw ManifestError(
      .notAFolder, path: arguments.first ?? "", summary: "this is not a folder whose files are to be published",
      advice: "say -o FOLDER/\(Manifest.fileName) for the folder that the parts lie in")
  }
  return pathInFolder(arguments[0], Manifest.fileName)
}

/// Files that an argument names as parts: of a folder those in it, whatever its manifest says.
private func chunkFilePaths(_ argument: String) throws -> [String] {
  switch try meaning(of: argument) {
  case .file:
    if isManifestPath(argument) { throw ManifestError(amongTables: argument) }
    return [argument]
  case .matches(let matches):
    guard !matches.isEmpty else { throw InputError(.noMatch, path: argument) }
    return matches
  case .folder:
    let inside = try store(of: argument).list(argument).filter { isTable($0, onlyChunkFiles: true) }
    guard !inside.isEmpty else { throw InputError(.noChunkFiles, path: argument) }
    return inside
  }
}

/// Each part's path relative to the folder that `manifest` is for. Local folders are compared by where they really are, whatever way leads there.
private func namesOfParts(_ paths: [String], beside manifest: String) throws -> [String] {
  var known: [String: String] = [:]
  func real(_ prefix: String) -> String {
    if let found = known[prefix] { return found }
    let found = isRemote(prefix) ? prefix : realPrefix(prefix)
    known[prefix] = found
    return found
  }
  let folder = real(folderPrefix(of: manifest))
  return try paths.map { path in
    let prefix = folderPrefix(of: path)
    let whole = real(prefix) + String(path.dropFirst(prefix.count))
    guard whole.utf8.starts(with: folder.utf8) else {
      throw ManifestError(
        .partOutside, path: path, summary: "the part does not lie in the folder of \(manifest)",
        advice: "write parts into that folder, or a folder in it")
    }
    let name = String(decoding: whole.utf8.dropFirst(folder.utf8.count), as: UTF8.self)
    guard isPartName(name) else {
      throw ManifestError(
        .partName, path: path, summary: "\"\(name)\" cannot stand in a manifest as a part's path in the folder",
        advice: "give it a path without empty components, \".\" and \"..\"")
    }
    return name
  }
}

/// Where a folder really is, with a slash at the end; what does not exist stays as it is: its reader says it better.
private func realPrefix(_ prefix: String) -> String {
  let path = realpath(prefix.isEmpty ? "." : prefix, nil)
  defer { free(path) }
  return path.map { pathInFolder(String(cString: $0), "") } ?? prefix
}
