// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// A manifest, or parts that it lists or is to list, that do not make a table.
public struct ManifestError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// A part that is listed is not there.
    case partMissing = "manifest.part-missing"
    /// A part is not the file that is listed.
    case partChanged = "manifest.part-changed"
    /// A file that breaks the rules for manifests.
    case malformed = "manifest.malformed"
    /// A manifest of a version that this reader does not know.
    case version = "manifest.version"
    /// More parts than a manifest may list.
    case tooManyParts = "manifest.too-many-parts"
    /// A part whose path in the folder cannot stand in a manifest.
    case partName = "manifest.part-name"
    /// A part that does not lie in the manifest's folder.
    case partOutside = "manifest.part-outside"
    /// A part that is named twice.
    case partTwice = "manifest.part-twice"
    /// A manifest among the tables that it may list.
    case amongTables = "manifest.among-tables"
    /// A file, where the folder to publish is expected.
    case notAFolder = "manifest.not-a-folder"
    /// A place for a manifest where none is looked for.
    case outputName = "manifest.output-name"
  }

  /// What kind of fault it is.
  public let kind: Kind
  /// What was found and what was expected.
  public let summary: String
  /// The part or the manifest, with row and column where one value is at fault.
  public let place: Place
  /// What to do.
  public let advice: String?

  init(_ kind: Kind, path: String, summary: String, advice: String?, row: Int? = nil, column: String? = nil) {
    self.kind = kind
    self.summary = summary
    self.advice = advice
    place = Place(file: path, row: row, column: column)
  }

  /// The kind's raw value.
  public var code: String { kind.rawValue }
}

extension ManifestError {
  /// A part that is not there.
  init(missing path: String, _ listing: ListedPart) {
    self.init(
      .partMissing, path: path,
      summary: "it is not there, but \(listing.manifest) lists it: \(counted(listing.part.rowCount, "row")), "
        + counted(listing.part.byteCount, "byte"), advice: adviceForParts(of: listing))
  }

  /// A part that is another file than the one that is listed: `found` and `expected` say what tells them apart.
  init(changed path: String, _ listing: ListedPart, found: String, expected: String) {
    self.init(
      .partChanged, path: path, summary: "it has \(found), but \(listing.manifest) lists it with \(expected)",
      advice: adviceForParts(of: listing))
  }

  init(tooManyParts count: Int, path: String) {
    self.init(
      .tooManyParts, path: path, summary: "\(grouped(count)) parts, at most \(grouped(Manifest.partLimit))",
      advice: "merge some of them with 'colonnade merge'")
  }

  /// A manifest that stands among the tables of one command.
  init(amongTables path: String) {
    self.init(
      .amongTables, path: path, summary: "this is a list of parts, and stands here among tables",
      advice: "name the folder, for the parts that it lists, or leave \(Manifest.fileName) out")
  }
}

private func adviceForParts(of listing: ListedPart) -> String {
  "bring that file back, or publish what is there with 'colonnade manifest'; if that was done just now, try again"
}
