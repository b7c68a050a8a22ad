// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport

@testable import Pipelines

/// A stream in memory, and what another program makes of it on the way.
final class HeldBatches: BatchReading, BatchWriting {
  let name: String
  let fields: [BatchField]
  var batches: [[ColumnPage]] = []
  private var nextBatch = 0

  init(_ fields: [BatchField], name: String = "stream", batches: [[ColumnPage]] = []) {
    (self.fields, self.name, self.batches) = (fields, name, batches)
  }

  func append(_ pages: [ColumnPage]) { batches.append(pages) }

  func next() -> [ColumnPage]? {
    guard nextBatch < batches.count else { return nil }
    nextBatch += 1
    return batches[nextBatch - 1]
  }

  /// All rows in one batch.
  private var joined: [ColumnPage] {
    fields.indices.map { column in
      batches.isEmpty
        ? ColumnPage(nullRows: 0, type: fields[column].type)
        : ColumnPage(concatenating: batches.map { $0[column] }, type: fields[column].type, dictionary: nil)
    }
  }

  /// The rows that `isTaken` takes, in an order by chance and batches of any length, decimals with all 38 digits, columns in another order.
  func rewritten(
    _ random: inout RandomSource, _ isTaken: (_ row: Int, _ pages: [ColumnPage]) -> Bool = { _, _ in true }
  )
    -> HeldBatches
  {
    let pages = joined
    var rows = (0..<pages[0].rowCount).filter { isTaken($0, pages) }.map { UInt32($0) }.shuffled(using: &random)[...]
    let order = fields.indices.shuffled(using: &random)
    let wide = order.map { position -> BatchField in
      guard case .decimal(_, let scale) = fields[position].type else { return fields[position] }
      return BatchField(name: fields[position].name, type: .decimal(precision: 38, scale: scale))
    }
    let stream = HeldBatches(wide, name: name)
    while !rows.isEmpty {
      let taken = rows.prefix(Int.random(in: 1...40, using: &random))
      rows = rows.dropFirst(taken.count)
      stream.append(
        zip(order, wide).map { position, field in
          pages[position].gathering(taken).rescaled(from: fields[position].type, to: field.type)
        })
    }
    return stream
  }

  /// The rows of both.
  static func + (a: HeldBatches, b: HeldBatches) -> HeldBatches {
    precondition(a.fields == b.fields, "streams of other columns")
    return HeldBatches(a.fields, name: a.name, batches: a.batches + b.batches)
  }
}
