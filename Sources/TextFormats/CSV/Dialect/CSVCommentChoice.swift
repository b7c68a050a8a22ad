// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Which lines of a table are comments.
struct CSVCommentChoice {
  /// What begins comments between records; empty if there are none.
  private(set) var prefix: [UInt8] = []
  /// Positions of the records that are comments, before the table or within it.
  private(set) var lines: Set<Int> = []
  /// In words.
  private(set) var reason = "no line looks like one"

  private static let prefixes: [[UInt8]] = ["#", "//", "%", ";"].map { Array($0.utf8) }

  /// Of `table`, as read without comments, for a text divided by `delimiter`.
  ///
  /// Lines with a prefix are comments if the other lines are records alike and these are not; the last of them before the table
  /// may fit, and is a header then (`#chrom	start	end`).
  init(_ table: CSVSampleTable, delimiter: [UInt8]) {
    for prefix in Self.prefixes where prefix[0] != delimiter[0] {
      let marked = table.records.indices.filter { table.begins($0, with: prefix) }
      guard !marked.isEmpty, marked.count < table.records.count else { continue }
      let isMarked = Set(marked)
      let others = table.records.indices.filter { !isMarked.contains($0) }
      let widths = CSVWidths(others.map { table.records[$0].fields.count })
      let found = widths.width > 1 ? misfits(marked, table, widths.width) : titles(marked, table, prefix)
      guard !found.isEmpty else { continue }
      lines.formUnion(found)
      let tableStart = others.first { table.records[$0].fields.count == widths.width } ?? 0
      let inside = found.count { $0 > tableStart }
      guard inside > 0, self.prefix.isEmpty, found.count == marked.count else { continue }
      self.prefix = prefix
      reason =
        "\(found.count == 1 ? "1 line begins" : "\(found.count) lines begin") with it and have no fields like the others"
    }
  }

  /// Those that are no records of `width` fields; all, if most are none, but for a last one above the table that fits.
  private func misfits(_ marked: [Int], _ table: CSVSampleTable, _ width: Int) -> [Int] {
    let found = marked.filter { table.records[$0].fields.count != width }
    guard found.count * 2 > marked.count else { return found.filter { $0 < (marked.last ?? 0) && isTop($0, marked) } }
    if let fitting = marked.first(where: { table.records[$0].fields.count == width }), isTop(fitting, marked) {
      return found
    }
    return marked
  }

  /// True if nothing but marked lines stands above.
  private func isTop(_ row: Int, _ marked: [Int]) -> Bool { row < marked.count && marked[row] == row }

  /// In a text of one column: lines at the top that begin with the prefix and a space, or with it twice.
  private func titles(_ marked: [Int], _ table: CSVSampleTable, _ prefix: [UInt8]) -> [Int] {
    guard prefix == [UInt8(ascii: "#")] else { return [] }
    return marked.enumerated().filter { position, row in
      position == row && (table.begins(row, with: prefix + [32]) || table.begins(row, with: prefix + prefix))
    }.map(\.element)
  }
}
