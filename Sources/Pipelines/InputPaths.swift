// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import ObjectStorage

/// INPUT arguments as single paths: a folder stands for the tables in it, a pattern (`*`, `?`, `[…]`) for what it matches.
///
/// Of a folder with a manifest (``Manifest``), the parts it lists are taken, in its order, and nothing else; of others, names ending in .csv
/// .tsv .txt .cln .arrow .arrows (.csv.gz, .csv.zst, …), in byte order; its subfolders are not. `onlyChunkFiles`: of a folder without a manifest, names ending
/// in .cln are taken alone. A path that exists is never taken as a pattern. Under `s3://` a folder is a path that ends in a slash, or that
/// objects begin with. Throws `input.empty-folder` and `input.no-match`, `manifest.among-tables`, and what reading a manifest throws.
public func expandInputs(_ arguments: [String], onlyChunkFiles: Bool = false) throws -> [String] {
  try inputPaths(arguments, onlyChunkFiles: onlyChunkFiles).map(\.path)
}

/// A file that an INPUT argument stands for.
struct InputPath: Sendable {
  let path: String
  /// What its folder's manifest says of it; nil where it was not taken from one.
  let listing: ListedPart?

  init(_ path: String, listing: ListedPart? = nil) {
    self.path = path
    self.listing = listing
  }
}

/// What an INPUT argument is.
enum InputMeaning {
  /// One file, or standard input.
  case file
  case folder
  /// A pattern, and what it matches, which may be nothing.
  case matches([String])
}

/// The same as ``expandInputs(_:onlyChunkFiles:)``, with what manifests say.
func inputPaths(_ arguments: [String], onlyChunkFiles: Bool = false) throws -> [InputPath] {
  var inputs: [InputPath] = []
  for argument in arguments {
    switch try meaning(of: argument) {
    case .file: inputs.append(InputPath(argument))
    case .folder: inputs += try inputsInFolder(argument, onlyChunkFiles: onlyChunkFiles)
    case .matches(let matches):
      guard !matches.isEmpty else { throw InputError(.noMatch, path: argument) }
      inputs += matches.map { InputPath($0) }
    }
  }
  // `table/*.cln`, expanded by a shell, has the manifest among the parts: that is no table of theirs.
  let manifests = inputs.filter { isManifestPath($0.path) }
  if let manifest = manifests.first, manifests.count < inputs.count {
    throw ManifestError(amongTables: manifest.path)
  }
  return inputs
}

/// What `argument` stands for. A manifest is matched only by patterns that begin its name with an underscore, as they do.
func meaning(of argument: String) throws -> InputMeaning {
  if argument == "-" { return .file }
  let meaning = try isRemote(argument) ? remoteMeaning(of: argument) : localMeaning(of: argument)
  guard case .matches(let matches) = meaning, !argument.dropFirst(folderPrefix(of: argument).count).hasPrefix("_")
  else {
    return meaning
  }
  return .matches(matches.filter { !isManifestPath($0) })
}

private func localMeaning(of argument: String) -> InputMeaning {
  if isFolder(argument) { return .folder }
  guard !exists(argument), argument.contains(where: { "*?[".contains($0) }) else { return .file }
  return .matches(matchingPaths(argument).filter { !isFolder($0) })
}

private func inputsInFolder(_ folder: String, onlyChunkFiles: Bool) throws -> [InputPath] {
  do {
    if let manifest = try openManifest(ofFolder: folder) { return manifest.inputs }
  } catch let error as any Diagnosis where error.code == "s3.access-denied" {
    // Who may not list is not told that there is no manifest either: the list says what lacks.
  }
  let inside = try store(of: folder).list(folder)
  // The first manifest was published in between: files that it does not list are not to be read.
  if inside.contains(where: isManifestPath), let manifest = try openManifest(ofFolder: folder) {
    return manifest.inputs
  }
  let tables = inside.filter { isTable($0, onlyChunkFiles: onlyChunkFiles) }
  guard !tables.isEmpty else { throw InputError(onlyChunkFiles ? .noChunkFiles : .emptyFolder, path: folder) }
  return tables.map { InputPath($0) }
}

/// True for names that are taken as tables of a folder.
func isTable(_ path: String, onlyChunkFiles: Bool) -> Bool {
  !isManifestPath(path) && (onlyChunkFiles ? path.lowercased().hasSuffix(".cln") : looksLikeTable(path))
}

/// True for names that only Arrow streams and files have.
func isNamedLikeArrow(_ path: String) -> Bool {
  let name = nameWithoutCompression(path)
  return name.hasSuffix(".arrow") || name.hasSuffix(".arrows")
}

/// In lower case, without `.gz` or `.zst` at its end.
private func nameWithoutCompression(_ path: String) -> String {
  var name = path.lowercased()
  for compression in [".gz", ".zst"] where name.hasSuffix(compression) { name.removeLast(compression.count) }
  return name
}

func looksLikeTable(_ path: String) -> Bool {
  let name = nameWithoutCompression(path)
  return [".csv", ".tsv", ".txt", ".cln", ".arrow", ".arrows"].contains { name.hasSuffix($0) }
}

/// True if `text` matches the pattern, as the shell's do: no wildcard stands for a slash.
func matches(_ text: String, pattern: String) -> Bool { fnmatch(pattern, text, FNM_PATHNAME) == 0 }

private func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

private func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

private func matchingPaths(_ pattern: String) -> [String] {
  var found = glob_t()
  defer { globfree(&found) }
  // GLOB_NOSORT is not set: the result is in byte order under the C locale, which the process keeps.
  guard glob(pattern, 0, nil, &found) == 0 else { return [] }
  return (0..<Int(found.gl_pathc)).compactMap { index in found.gl_pathv[index].map { String(cString: $0) } }
}
