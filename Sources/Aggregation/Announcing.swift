// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension AggregatePlan {
  /// Tells inputs for which that is of use which pages will be read: those of the columns that count, of chunks that the condition may take rows of.
  func announceReading() throws {
    guard sources.contains(where: \.gainsFromAnnouncing) else { return }
    let evaluation = newFilterEvaluation()
    let all = chunksToRead
    for (number, source) in sources.enumerated() where source.gainsFromAnnouncing {
      let chunks = try all.filter { $0.source == number }.map(\.chunk).filter { chunk in
        try evaluation?.mayTakeRows(source, number: number, chunk: chunk) ?? true
      }
      try source.willRead(columns: columnsToRead.map { $0.position(in: number) }, chunks: chunks)
    }
  }

  /// Columns whose pages will most likely be asked for.
  private var columnsToRead: [UnifiedColumn] {
    let isAnsweredByFooter: (ValueColumn) -> Bool = { value in
      guard keys.isEmpty, filter == nil, usesStatistics else { return false }
      return value.functions.allSatisfy { [.count, .sum, .min, .max, .mean].contains($0) }
    }
    return keys + values.filter { !isAnsweredByFooter($0) }.map(\.column) + (filter?.columns ?? [])
      + (filter?.program.columns ?? [])
  }
}
