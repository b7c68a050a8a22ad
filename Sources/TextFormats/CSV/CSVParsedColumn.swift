// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The first value of a kind, for telling why a column has its type.
struct CSVExample: Sendable, Equatable {
  var kind: CSVEvidence.Kinds
  /// Data row, counted from 0 in the chunk.
  var row: Int
  /// The value, quoted and cut for a message.
  var shown: String
}

/// What became of one column of one chunk.
struct CSVParsedColumn {
  enum Content {
    case allNull
    case page(ColumnPage)
    /// `codes` are positions in the builder's local dictionary plus one, 0 where null.
    case local(codes: [UInt32], validity: Validity, dictionary: CSVLocalDictionary)
  }

  /// Type of the page; nil where all is null.
  var type: ColumnType?
  var content: Content
  /// What the chunk's values showed; for settled text nothing.
  var evidence: CSVEvidence
  var examples: [CSVExample]
}

extension ColumnType {
  /// True if both are the same but for precision and scale.
  func isSameKind(as other: ColumnType) -> Bool {
    switch (self, other) {
    case (.decimal, .decimal): true
    default: self == other
    }
  }
}
