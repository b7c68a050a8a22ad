// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Tables that cannot be read as one.
public struct TableError: Diagnosis, Equatable {
  /// `table.mismatch`: a column's types do not join. `table.overflow`: a value has no room in the joined type.
  /// `table.columns-differ`: tables have not the same columns. `table.no-such-chunks`: a range of chunks reaches past a table's end.
  public let code: String
  /// What does not fit.
  public let summary: String
  /// Table, and column where it is one column's fault.
  public let place: Place
  /// What to do.
  public let advice: String?

  package init(code: String, summary: String, place: Place, advice: String?) {
    self.code = code
    self.summary = summary
    self.place = place
    self.advice = advice
  }

  /// Nil if `names`, of `source`, are those of `expected`, in any order; else says which are missing and which are surplus.
  package init?(names: [String], of source: String, expected: [String], in other: String, advice: String?) {
    if names == expected { return nil }
    let (found, wanted) = (Set(names), Set(expected))
    let missing = expected.filter { !found.contains($0) }
    let surplus = names.filter { !wanted.contains($0) }
    if missing.isEmpty, surplus.isEmpty { return nil }
    var parts: [String] = []
    if !missing.isEmpty { parts.append("it lacks \(Self.list(missing))") }
    if !surplus.isEmpty { parts.append("it has \(Self.list(surplus)) more") }
    self.init(
      code: "table.columns-differ", summary: "the columns are not those of \(other): \(parts.joined(separator: ", "))",
      place: Place(file: source, column: missing.isEmpty ? surplus.first : nil), advice: advice)
  }

  /// `table.no-such-chunks`: `chunks` reach past the end of `count` chunks, those of the table `name` or of it and the inputs after it.
  package static func noSuchChunks(_ chunks: Range<Int>, of count: Int, _ name: String?) -> TableError {
    TableError(
      code: "table.no-such-chunks",
      summary: "chunks \(chunks.lowerBound):\(chunks.upperBound) are asked for, and there are \(count)",
      place: Place(file: name),
      advice:
        "chunks count from 0 over all inputs, the end is not included: 0:\(count) are all; see 'colonnade inspect'")
  }

  /// Names in quotes, cut after twelve.
  private static func list(_ names: [String]) -> String {
    let shown = names.prefix(12).map { "\"\($0)\"" }.joined(separator: ", ")
    return names.count > 12 ? "\(shown), … (\(names.count) in all)" : shown
  }
}
