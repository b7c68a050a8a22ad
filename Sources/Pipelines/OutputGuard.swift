// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Refuses outputs that would replace an input, or one another. Call before anything is opened.
///
/// `outputs` are paths of all outputs of one run, `inputs` its INPUT arguments. Files are told by device and inode, so that links
/// count; outputs that do not exist yet, by folder and name. Pipes, devices and standard output once are no matter. Throws
/// `output.is-input` and `output.named-twice`, and what expanding the inputs throws; `onlyChunkFiles` as there (``expandInputs(_:onlyChunkFiles:)``).
/// A manifest whose parts are read is an input. Inputs of a kind of place, local or not, that no output goes to are not looked at.
public func refuseOverwriting(outputs: [String], inputs: [String], onlyChunkFiles: Bool = false) throws {
  let concerned = inputs.filter { input in outputs.contains { isRemote($0) == isRemote(input) } }
  let expanded = try inputPaths(concerned, onlyChunkFiles: onlyChunkFiles)
  let inputPaths = expanded.map(\.path) + Set(expanded.compactMap { $0.listing?.manifest })
  let inputFiles = inputPaths.compactMap { FileIdentity($0) }
  // Keys are bytes: ones that only look alike are two.
  let remoteInputs = Set(inputPaths.filter(isRemote).map { Array($0.utf8) })
  for (index, output) in outputs.enumerated() {
    if remoteInputs.contains(Array(output.utf8))
      || output != "-" && FileIdentity(output).map(inputFiles.contains) ?? false
    {
      throw OverwriteError(kind: .isInput, place: Place(file: output))
    }
    let isTwice = outputs[..<index].contains { other in
      if let a = FileIdentity(other), let b = FileIdentity(output) { return a == b }
      if let a = FileIdentity(ofMissing: other), let b = FileIdentity(ofMissing: output) { return a == b }
      return other == output && other != "/dev/null"
    }
    if isTwice { throw OverwriteError(kind: .namedTwice, place: Place(file: output)) }
  }
}

/// A regular file, whatever path leads to it.
private struct FileIdentity: Equatable {
  let device: dev_t
  let inode: ino_t
  /// The name in that folder, of a file that does not exist yet.
  var name = ""

  /// Nil unless `path` leads to a regular file.
  init?(_ path: String) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = status.st_dev
    inode = status.st_ino
  }

  /// Nil unless nothing is at `path` yet, in a folder that exists.
  init?(ofMissing path: String) {
    var status = stat()
    guard path != "-", stat(path, &status) != 0, let name = path.split(separator: "/").last else { return nil }
    let folder = path.dropLast(name.count)
    guard stat(folder.isEmpty ? "." : String(folder), &status) == 0 else { return nil }
    device = status.st_dev
    inode = status.st_ino
    self.name = String(name)
  }
}

/// An output that would replace what must stay.
public struct OverwriteError: Diagnosis {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// The output is an input of the same run.
    case isInput = "output.is-input"
    /// Two outputs go to one file.
    case namedTwice = "output.named-twice"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// The output's path.
  public let place: Place
  /// The kind's raw value.
  public var code: String { kind.rawValue }
  /// One line.
  public var summary: String {
    switch kind {
    case .isInput: "the output is also an input, which would be lost"
    case .namedTwice: "two outputs would go to one place, and one of them be lost"
    }
  }
  /// What to do.
  public var advice: String? { "name another file" }
}
