// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Compare

extension CompareRequest {
  /// Reads the command's texts: `on` such as `date, uf=state` (nil: keys are found in the data, or rows paired by their positions), `columns`
  /// and `ignored` such as `cases, deaths`, `renames` such as `casos=cases`, `tolerances` such as `cases=1, rate=0.1%, *=0.01`.
  ///
  /// Throws `query.syntax` with the option and, where it helps, the position.
  public init(
    on: String?, byPosition: Bool, columns: String?, ignored: String?, renames: String?, tolerances: String?
  ) throws(QuerySyntaxError) {
    var rows = byPosition ? RowMatching.positions : .proposedKeys
    if let on {
      var keys: [NamePair] = []
      for pair in try namePairs(in: on, part: .on, example: "names such as 'date, uf=state'") {
        keys.append(NamePair(pair.name, pair.value ?? pair.name))
      }
      rows = .keys(keys)
    }
    var names: [String]?
    if let columns { names = try columnNames(in: columns, part: .columns) }
    self.init(rows: rows, columns: names)
    if let ignored { self.ignored = try columnNames(in: ignored, part: .ignore) }
    if let renames { self.renames = try pairs(of: renames) }
    if let tolerances { self.tolerances = try named(tolerances) }
  }
}

private func pairs(of text: String) throws(QuerySyntaxError) -> [NamePair] {
  let example = "pairs such as 'uf=state, casos=cases'"
  var result: [NamePair] = []
  for (item, pair) in try namePairs(in: text, part: .rename, example: example).enumerated() {
    guard let compare = pair.value else {
      throw QuerySyntaxError(
        part: .rename, item: item, summary: "\"\(pair.name)\" is not said to be anything",
        advice: "--rename takes \(example): the source's name, then the other table's")
    }
    result.append(NamePair(pair.name, compare))
  }
  return result
}

private func named(_ text: String) throws(QuerySyntaxError) -> [NamedTolerance] {
  let example = "numbers such as 'cases=1, rate=0.1%', '*' standing for all other columns"
  var result: [NamedTolerance] = []
  for (item, pair) in try namePairs(in: text, part: .tolerance, example: example).enumerated() {
    guard let tolerance = pair.value.flatMap(Tolerance.init) else {
      throw QuerySyntaxError(
        part: .tolerance, item: item,
        summary: "\"\(pair.name)\" has \(pair.value.map { "\"\($0)\" for its tolerance" } ?? "no tolerance")",
        advice: "--tolerance takes \(example)")
    }
    result.append(NamedTolerance(pair.name, tolerance))
  }
  return result
}
