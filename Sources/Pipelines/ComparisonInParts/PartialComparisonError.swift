// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// A comparison in parts that cannot go on: what travels between its steps is not what it should be.
public struct PartialComparisonError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// An input that is no chunk file: its rows have no places that are known before it is read.
    case needsChunkFiles = "compare-parts.needs-chunk-files"
    /// Columns that are missing or of another type than they were written with.
    case columns = "compare-parts.columns"
    /// Rows, or what was found, of other inputs, or by other options.
    case otherComparison = "compare-parts.other-comparison"
    /// What contradicts itself.
    case damaged = "compare-parts.damaged"
    /// Rows or parts that are missing, or there twice.
    case incomplete = "compare-parts.incomplete"
    /// Rows that differ are asked for, and were not kept.
    case withoutRows = "compare-parts.without-rows"
    /// Rows that must be compared together, with more text than can be in one piece.
    case textTooLong = "compare-parts.text-too-long"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// What was found.
  public let summary: String
  /// The stream, or the input.
  public let place: Place
  /// What to do.
  public let advice: String?

  /// The kind's raw value.
  public var code: String { kind.rawValue }

  init(_ kind: Kind, _ summary: String, file: String?, column: String? = nil, advice: String?) {
    self.kind = kind
    self.summary = summary
    place = Place(file: file, column: column)
    self.advice = advice
  }
}

extension PartialComparisonError {
  static func needsChunkFiles(_ path: String) -> PartialComparisonError {
    PartialComparisonError(
      .needsChunkFiles, "this is not a chunk file, and rows compared in parts are told by their places in chunk files",
      file: path, advice: "make one with 'colonnade convert'")
  }

  static func missingColumn(_ name: String, file: String) -> PartialComparisonError {
    PartialComparisonError(
      .columns, "there is no column \"\(name)\"", file: file, column: name, advice: "keep all columns, with their names"
    )
  }

  static func columnType(
    _ name: String, found: BatchField, wanted: BatchField, file: String
  ) -> PartialComparisonError {
    func text(_ field: BatchField) -> String { field.isBinary ? "binary" : field.type.description }
    return PartialComparisonError(
      .columns, "this is \(text(found)), not \(text(wanted)), or its values have no room there",
      file: file, column: name,
      advice: "keep all columns as they were written, and give every step the same inputs and options")
  }

  static func otherComparison(_ file: String) -> PartialComparisonError {
    PartialComparisonError(
      .otherComparison, "this is of other inputs, or was made with other options or by another version", file: file,
      advice: "give every step the same inputs and options, and do not change the inputs meanwhile")
  }

  static func damaged(_ what: String, file: String) -> PartialComparisonError {
    PartialComparisonError(
      .damaged, what, file: file, advice: "make it again with 'colonnade cmp --partial'")
  }

  static func damagedRows(_ what: String, file: String) -> PartialComparisonError {
    PartialComparisonError(.damaged, what, file: file, advice: "make them again with 'colonnade cmp --part-rows'")
  }

  static func textTooLong(rowCount: Int, byteCount: Int, most: Int, file: String) -> PartialComparisonError {
    PartialComparisonError(
      .textTooLong,
      "\(grouped(rowCount)) rows, most of them of one key, have \(grouped(byteCount)) bytes of text, and at most "
        + "\(grouped(most)) are compared at once",
      file: file, advice: "leave columns of long texts out (--ignore), or name more key columns (--on)")
  }

  static func incomplete(_ what: String, file: String) -> PartialComparisonError {
    PartialComparisonError(
      .incomplete, what, file: file,
      advice:
        "each chunk of both sides goes through --part-rows once, each part as a whole through --partial, and all that --partial writes to --from-partials"
    )
  }

  static func withoutRows(_ file: String) -> PartialComparisonError {
    PartialComparisonError(
      .withoutRows, "this was made without the rows that differ, which --rows and --html show", file: file,
      advice: "give --partial the same --rows or --html")
  }
}
