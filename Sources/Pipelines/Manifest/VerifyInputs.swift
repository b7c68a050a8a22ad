// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns

/// Checks every byte of chunk files, and that a folder with a manifest holds what that lists; `tell` is told of each file when it is done.
///
/// `arguments` are chunk files, folders and patterns of them. Of a folder with a manifest, that is checked first, then each part that it
/// lists, against what it says too: one that is missing or another file counts as damage, and the others are still checked. Throws
/// where a file cannot be read at all, as ``verifyChunkFile(_:)``, and what ``expandInputs(_:onlyChunkFiles:)`` throws of other arguments.
public func verifyInputs(_ arguments: [String], tell: (VerifyOutcome) throws -> Void) throws {
  for argument in arguments {
    if case .folder = try meaning(of: argument), try verifyManifest(ofFolder: argument, tell) { continue }
    for input in try inputPaths([argument], onlyChunkFiles: true) { try tell(try verifyChunkFile(input.path)) }
  }
}

/// False if the folder has no manifest.
private func verifyManifest(ofFolder folder: String, _ tell: (VerifyOutcome) throws -> Void) throws -> Bool {
  let path = pathInFolder(folder, Manifest.fileName)
  guard let object = try store(of: path).openIfPresent(path) else { return false }
  let outcome = try verifyOutcome(path) { try ChunkFile.verify(object) }
  guard outcome.isIntact else {
    try tell(outcome)
    return true
  }
  let inputs: [InputPath]
  do {
    inputs = try Manifest(object).inputs
  } catch let error as ManifestError {
    try tell(VerifyOutcome(error, "NOT A MANIFEST"))
    return true
  }
  try tell(outcome)
  for input in inputs { try tell(try verifyPart(input)) }
  return true
}

private func verifyPart(_ input: InputPath) throws -> VerifyOutcome {
  guard let listing = input.listing else { preconditionFailure("a part that no manifest lists") }
  let file: ChunkFile
  do {
    file = try openPart(input.path, listing)
  } catch let error as ManifestError {
    return VerifyOutcome(error, error.kind == .partMissing ? "MISSING" : "CHANGED")
  } catch is ChunkFileError {
    // Its size is right and its footer is not.
    return try verifyChunkFile(input.path)
  }
  return try verifyOutcome(input.path) { try file.verify() }
}

extension VerifyOutcome {
  /// A file that is not what it should be, in one word and one line.
  fileprivate init(_ error: ManifestError, _ word: String) {
    self.init(isIntact: false, text: "\(error.place.file ?? ""): \(word): \(error.summary)\n")
  }
}
