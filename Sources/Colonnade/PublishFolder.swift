// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Pipelines
import Workers

extension Dataset {
  /// Publishes chunk files that many wrote into `folder` as its table, all at once: writes the manifest that lists them, last.
  ///
  /// `parts` are their paths relative to the folder; nil: all files in it that are named `.cln`. From then on `Dataset(folder)` is these
  /// files and no others, in byte order of their names, and a part that is missing or another file is an error. Called again, it publishes the
  /// next version; with `ifAbsent` it throws `storage.exists` instead. Reads the footers, no page. Throws a ``Diagnosis``, ``ManifestError``
  /// among them; what was there before then still is. Without `await` the call holds up its thread.
  @discardableResult
  public static func publish(folder: String, parts: [String]? = nil, ifAbsent: Bool = false) throws -> Manifest {
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    return try writeManifest(
      of: parts.map { $0.map { prefix + $0 } } ?? [folder], to: prefix + Manifest.fileName,
      writing: WriteOptions(ifAbsent: ifAbsent))
  }

  /// The same without holding up the task's thread; ends with `CancellationError` soon after the task is cancelled.
  @discardableResult
  public static func publish(
    folder: String, parts: [String]? = nil, ifAbsent: Bool = false
  ) async throws -> Manifest {
    try await runDetached { try publish(folder: folder, parts: parts, ifAbsent: ifAbsent) }
  }
}
