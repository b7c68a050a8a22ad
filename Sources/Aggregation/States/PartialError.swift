// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// States of aggregates that are none, or that do not go together.
public struct PartialError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// A stream that does not say of which query its states are.
    case noQuery = "partial.no-query"
    /// A version that is not known here.
    case version = "partial.version"
    /// States of another query than those before.
    case query = "partial.query"
    /// States of inputs whose columns have other types.
    case types = "partial.types"
    /// Columns that are not those of the query's states.
    case columns = "partial.columns"
    /// A value that no state has.
    case damaged = "partial.damaged"
    /// A row, or what a stream says of itself, that is not as it was written.
    case changed = "partial.changed"
    /// Two states say that they hold the same row.
    case places = "partial.places"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// What was found and what was expected.
  public let summary: String
  /// Stream, row and column.
  public let place: Place
  /// What to do.
  public let advice: String?

  /// The kind's raw value.
  public var code: String { kind.rawValue }

  package init(_ kind: Kind, _ summary: String, _ place: Place, advice: String? = nil) {
    (self.kind, self.summary, self.place, self.advice) = (kind, summary, place, advice)
  }
}

/// What is wrong with a row of states, before it is known which row of which stream that is.
struct StateFault: Error {
  /// Row of the batch, counted from 0.
  let row: Int
  /// What was found.
  let summary: String
  var kind = PartialError.Kind.damaged
}
