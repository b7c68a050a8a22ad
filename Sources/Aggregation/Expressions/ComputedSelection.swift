// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A chunk of an input.
struct ChunkPlace {
  let source: any TableSource
  let number: Int
  let chunk: Int
  let rowCount: Int
}

/// Works out conditions row by row: those that no bounds, codes or packed integers answer.
struct ComputedSelection {
  private let program: ExpressionProgram
  private let texts = TextResults()

  init(_ program: ExpressionProgram) { self.program = program }

  /// Rows of `within` for which the truth value `root` is `isTrue`. Throws what reading throws, and the error of the first row of `within`
  /// that failed.
  func select(_ root: Int, isTrue: Bool, _ place: ChunkPlace, within: Selection) throws -> Selection {
    // Few rows are picked first; with many, working out all of them costs less than that.
    let rows = 2 * within.count(ofRows: place.rowCount) < place.rowCount ? within.rows(ofRows: place.rowCount) : nil
    let count = rows?.count ?? place.rowCount
    var run = ExpressionRun(program: program, rowCount: count, texts: texts) { try read($0, place, rows) }
    let vector = try run.vector(root)
    if let failures = vector.failureBits(count) {
      let failed = rows.map { spread(failures, over: $0, place.rowCount) } ?? .some(failures)
      let asked = failed.intersected(with: within).simplified(ofRows: place.rowCount)
      if let first = asked.rows(ofRows: place.rowCount).first {
        let before = (0..<place.chunk).reduce(0) { $0 + place.source.rowCount(ofChunk: $1) }
        throw try ExpressionFailure(program: program, root: root)
          .error(row: before + Int(first), file: place.source.name) { try read($0, place, [first]) }
      }
    }
    let taken = vector.bits(where: isTrue, count)
    return rows.map { spread(taken, over: $0, place.rowCount) } ?? .some(taken)
  }

  /// The bits of picked rows, at the places of these.
  private func spread(_ words: [UInt64], over rows: [UInt32], _ rowCount: Int) -> Selection {
    var all = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    for (index, row) in rows.enumerated() where words[index >> 6] >> UInt64(index & 63) & 1 == 1 {
      all[Int(row) >> 6] |= 1 << UInt64(row & 63)
    }
    return .some(all)
  }

  private func read(_ column: Int, _ place: ChunkPlace, _ rows: [UInt32]?) throws -> ExpressionVector {
    let column = program.columns[column]
    let page = try column.page(of: place.source, number: place.number, chunk: place.chunk, rows: rows)
    return ExpressionVector(
      values: page.values, validity: page.validity,
      dictionary: try column.dictionary(of: place.source, number: place.number))
  }
}
