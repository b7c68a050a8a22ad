// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query that does not fit its inputs, or results that do not fit their type.
public struct AggregateError: Diagnosis, Equatable {
  /// `expression.type`: a constant that a column of its type does not compare with. `column.unknown`: a condition names no column of an
  /// input. `aggregate.type`: the column's type has no such aggregate.
  /// `aggregate.overflow`: a number needs more than 38 digits. `aggregate.no-input`: no input at all.
  public let code: String
  /// What was found and what was expected.
  public let summary: String
  /// File and column.
  public let place: Place
  /// What to do.
  public let advice: String?
}
