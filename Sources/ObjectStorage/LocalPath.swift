// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Folder part and last component of `path`; the folder of a bare name is `.`.
func splitPath(_ path: String) -> (folder: String, name: String) {
  guard let slash = path.lastIndex(of: "/") else { return (".", path) }
  let folder = path[..<slash]
  return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
}

func joinPath(_ folder: String, _ name: String) -> String {
  folder.hasSuffix("/") ? folder + name : folder + "/" + name
}

/// The descriptor that `path` names (`/dev/stdin`, `/dev/fd/7`, `/proc/self/fd/7`), nil for other paths.
///
/// Such names mean the open file itself: opening them again would start a redirected file from its beginning.
func descriptorNumber(namedBy path: String) -> Int32? {
  switch path {
  case "/dev/stdin": return 0
  case "/dev/stdout": return 1
  case "/dev/stderr": return 2
  default:
    for prefix in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(prefix) {
      return Int32(path.dropFirst(prefix.count))
    }
    return nil
  }
}

/// The path at the end of the symbolic links that start at `path`; it need not exist.
///
/// Only links in the last component are followed here; the system follows those in its folders.
func followingLinks(_ path: String, name: String) throws(StorageError) -> String {
  var path = path
  for _ in 0..<40 {
    guard let status = FileStatus(notFollowing: path), status.isLink else { return path }
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(path, &buffer, buffer.count)
    guard length >= 0 else { throw StorageError(errno: errno, name: name, doing: "follow its link") }
    let destination = String(decoding: buffer[..<length], as: UTF8.self)
    path = destination.hasPrefix("/") ? destination : joinPath(splitPath(path).folder, destination)
  }
  throw StorageError(errno: ELOOP, name: name, doing: "follow its link")
}

/// Names in `folder` except `.` and `..`, in no order.
func namesInFolder(_ folder: String, name: String) throws(StorageError) -> [String] {
  guard let stream = opendir(folder) else { throw StorageError(errno: errno, name: name, doing: "list it") }
  defer { closedir(stream) }
  var names: [String] = []
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      guard errno == 0 else { throw StorageError(errno: errno, name: name, doing: "list it") }
      return names
    }
    let found = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      // d_name is a zero-terminated array inside the entry, valid until the next readdir.
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
    }
    guard let found else {
      throw StorageError(
        .badName, name: name, summary: "the folder holds a file whose name is not UTF-8",
        advice: "rename it: ls -b shows it")
    }
    if found != "." && found != ".." { names.append(found) }
  }
}

/// Says that `path` does not exist, and what there is instead.
func notFound(_ path: String) -> StorageError {
  let (folder, name) = splitPath(path)
  guard FileStatus(following: folder) != nil else {
    return StorageError(
      .notFound, name: path, summary: "the folder \(folder) does not exist",
      advice: adviceOnAddress(path) ?? "check the path")
  }
  let names = (try? namesInFolder(folder, name: folder)) ?? []
  let near = nearestName(to: name, among: names.prefix(10_000).filter { !isTemporaryName($0) })
  return StorageError(
    .notFound, name: path, summary: "it does not exist",
    advice: near.map { "did you mean \(path.contains("/") ? joinPath(folder, $0) : $0)?" })
}

/// What to do about a path that was meant as an address of a service and is not written as one; nil for others.
func adviceOnAddress(_ path: String) -> String? {
  let scheme = path.prefix { $0 != ":" && $0 != "/" }.lowercased()
  guard ["s3", "s3a", "s3n"].contains(scheme), path.dropFirst(scheme.count).hasPrefix(":/") else { return nil }
  return "write addresses in S3 as s3://BUCKET/KEY"
}
