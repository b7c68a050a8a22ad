// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import ObjectStorage

/// INPUT arguments as single paths: a folder stands for the tables in it, a pattern (`*`, `?`, `[…]`) for what it matches.
///
/// Of a folder, names ending in .csv .tsv .txt .cln (.csv.gz, .csv.zst, …) are taken, in byte order; its subfolders are
/// not. `onlyChunkFiles`: of a folder, names ending in .cln are taken alone. A path that exists is never taken as a pattern. Throws `input.empty-folder` and `input.no-match`.
public func expandInputs(_ arguments: [String], onlyChunkFiles: Bool = false) throws -> [String] {
  var paths: [String] = []
  for argument in arguments {
    if argument == "-" {
      paths.append(argument)
    } else if argument.hasPrefix("s3://") {
      throw InputError(.remote, path: argument)
    } else if isFolder(argument) {
      let inside = try LocalStore().list(argument).filter {
        onlyChunkFiles ? $0.lowercased().hasSuffix(".cln") : looksLikeTable($0)
      }
      guard !inside.isEmpty else { throw InputError(onlyChunkFiles ? .noChunkFiles : .emptyFolder, path: argument) }
      paths += inside
    } else if !exists(argument), argument.contains(where: { "*?[".contains($0) }) {
      let matches = matchingPaths(argument).filter { !isFolder($0) }
      guard !matches.isEmpty else { throw InputError(.noMatch, path: argument) }
      paths += matches
    } else {
      paths.append(argument)
    }
  }
  return paths
}

private func looksLikeTable(_ path: String) -> Bool {
  var name = path.lowercased()
  for compression in [".gz", ".zst"] where name.hasSuffix(compression) { name.removeLast(compression.count) }
  return [".csv", ".tsv", ".txt", ".cln"].contains { name.hasSuffix($0) }
}

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
