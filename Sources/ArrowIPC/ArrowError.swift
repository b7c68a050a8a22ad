// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What is wrong with an Arrow stream, or cannot be read of it or written into it.
public struct ArrowError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// Bytes that are not an Arrow stream.
    case notArrow = "arrow.not-a-stream"
    /// The stream ends inside a message or before its end mark.
    case cut = "arrow.cut"
    /// A message contradicts itself or the format.
    case malformed = "arrow.malformed"
    /// Bytes after the end.
    case surplus = "arrow.surplus-bytes"
    /// A column of a type that there is no place for.
    case unsupportedType = "arrow.unsupported-type"
    /// Byte order, version or compression that is not read.
    case unsupportedFeature = "arrow.unsupported-feature"
    /// A value that cannot be kept as it is.
    case value = "arrow.value"
    /// More than may be.
    case limit = "arrow.limit"
    /// Columns that are no table's: none at all, or two of one name.
    case columns = "arrow.columns"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// What was found.
  public let summary: String
  /// File, byte of the message, row and column, as far as they are known.
  public let place: Place
  /// What to do.
  public let advice: String?

  /// The kind's raw value.
  public var code: String { kind.rawValue }

  package init(_ kind: Kind, _ summary: String, at place: Place, advice: String? = nil) {
    self.kind = kind
    self.summary = summary
    self.place = place
    self.advice = advice
  }
}

/// What is wrong with one message, before it is known where that lies.
struct ArrowFault: Error {
  let kind: ArrowError.Kind
  let summary: String
  var advice: String?
  /// Row of the batch, counted from 0.
  var row: Int?
  /// Column's name.
  var column: String?

  init(_ kind: ArrowError.Kind, _ summary: String, advice: String? = nil, row: Int? = nil, column: String? = nil) {
    self.kind = kind
    self.summary = summary
    self.advice = advice
    self.row = row
    self.column = column
  }
}

/// Where a message lies, for errors about it.
struct MessagePlace: Sendable {
  /// The stream's name.
  let file: String
  /// Messages before it, plus one; 0 for a file's footer.
  let number: Int
  /// Its first byte.
  let byteOffset: Int
  /// Rows of the batches before it.
  var rowsBefore = 0

  /// The fault of this message as the user is told of it.
  func error(_ fault: ArrowFault) -> ArrowError {
    ArrowError(
      fault.kind, number == 0 ? "footer: \(fault.summary)" : "message \(number): \(fault.summary)",
      at: Place(
        file: file, row: fault.row.map { rowsBefore + $0 + 1 }, byteOffset: byteOffset, column: fault.column),
      advice: fault.advice)
  }

  /// Runs `body`; a fault that it throws becomes an error at this place.
  func placing<R>(_ body: () throws(ArrowFault) -> R) throws(ArrowError) -> R {
    do {
      return try body()
    } catch {
      throw self.error(error)
    }
  }
}
