// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query, or a list of columns for a comparison, that makes no sense whatever the input: wrong usage.
public struct QuerySyntaxError: Diagnosis, Equatable {
  /// Texts that are read, by the option each is written in.
  public enum Part: String, Sendable {
    /// Columns to group by.
    case keys = "--by"
    /// What to compute.
    case aggregates = "--agg"
    /// Which rows.
    case filter = "--where"
    /// Which groups.
    case having = "--having"
    /// Sort order.
    case order = "--order-by"
    /// Number of rows.
    case limit = "--limit"
    /// Columns that name a row, of a comparison.
    case on = "--on"
    /// Columns to look at, of a comparison.
    case columns = "--columns"
    /// Columns of other names in the other table, of a comparison.
    case rename = "--rename"
    /// Columns that take no part, of a comparison.
    case ignore = "--ignore"
    /// How far apart numbers may be, of a comparison.
    case tolerance = "--tolerance"
    /// Columns to sort rows by.
    case sortBy = "--sort-by"
  }

  /// Which part is wrong.
  public let part: Part
  /// Which of its items, counted from 0.
  public let item: Int
  /// Where in its text: Unicode scalars from the start, counted from 1; nil if it was not read from text.
  public let position: Int?
  /// Always `query.syntax`.
  public var code: String { "query.syntax" }
  /// What was found and what was expected.
  public let summary: String
  /// The option.
  public var place: Place { Place(file: part.rawValue) }
  /// What to write instead.
  public let advice: String?

  package init(part: Part, item: Int, position: Int? = nil, summary: String, advice: String?) {
    self.part = part
    self.item = item
    self.position = position
    self.summary = position.map { "\(summary), at character \($0)" } ?? summary
    self.advice = advice
  }

  /// The same at a place in the text.
  func at(_ position: Int) -> QuerySyntaxError {
    QuerySyntaxError(part: part, item: item, position: position, summary: summary, advice: advice)
  }
}

/// "did you mean", else the list of all names.
func adviceOnName(_ name: String, _ names: [String], list: String) -> String {
  if let near = nearestName(to: name, among: names) { return "did you mean \"\(near)\"?" }
  return "\(list): \(names.joined(separator: ", "))"
}
