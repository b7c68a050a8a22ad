// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Takes the typed pages of a run: a chunk file being written, a table in memory.
package protocol CSVSink: Sendable {
  /// A page ready to be added.
  associatedtype Prepared

  /// Does the costly part of taking a page; called from several threads.
  ///
  /// `type` is the page's own: of a decimal column a page may be int64 or a decimal of smaller scale; an all-null page has any.
  /// `statistics` is given for pages of codes; `column` is its position among the columns read.
  func prepare(_ page: ColumnPage, column: Int, type: ColumnType, statistics: PageStatistics?) throws -> Prepared

  /// Adds a chunk; called in order, by one thread at a time.
  func append(rowCount: Int, _ pages: [Prepared]) throws

  /// Takes the records that were left out of the chunk added next; called in order, by one thread at a time.
  ///
  /// `header` is what makes a text of its own of them: see ``CSVOutcome/headerOfRejects``.
  func reject(_ rows: [CSVRejectedRow], header: [UInt8]) throws

  /// Drops everything: the text is read again with wider types. Called by one thread while no other works.
  func restart() throws
}

/// What a run gives besides the pages.
package struct CSVOutcome: Sendable {
  /// Counts, types and reasons.
  package let report: CSVReport
  /// Per column, the dictionary that its codes refer to.
  package let dictionaries: [StringDictionary?]
  /// What a text of rejected records begins with: how it is to be read, as a comment, and the header.
  package let headerOfRejects: [UInt8]
  /// What the values of the columns showed.
  package let found: CSVFoundTypes
}
