// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// One output before it is known how many rows each group takes.
enum OutputColumn: Sendable {
  /// One row per group.
  case one(ResultColumn)
  /// Several.
  case ragged(name: String, ColumnType, RaggedValues)

  /// The type of its values.
  var type: ColumnType {
    switch self {
    case .one(let column): column.type
    case .ragged(_, let type, _): type
    }
  }

  /// Bytes that its values take.
  var byteCount: Int {
    switch self {
    case .one(let column): column.page.values.count * (type.isWide ? 16 : 8)
    case .ragged(_, _, let ragged): ragged.values.count * (type.isWide ? 16 : 8) + ragged.starts.count * 8
    }
  }

  /// The same where values are numbers of strings.
  func withStrings(_ strings: CarriedStrings) -> OutputColumn {
    switch self {
    case .one(let column):
      .one(
        ResultColumn(
          name: column.name, type: .string,
          page: ColumnPage(values: strings.codes(of: column.page.values), validity: column.page.validity),
          dictionary: strings.dictionary))
    case .ragged(let name, _, let ragged):
      .ragged(
        name: name, .string,
        RaggedValues(
          values: strings.codes(of: ragged.values), dictionary: strings.dictionary, starts: ragged.starts))
    }
  }

  /// The groups at `positions`, in that order. O(groups + values).
  func permuted(_ positions: [UInt32]) -> OutputColumn {
    switch self {
    case .one(let column):
      return .one(
        ResultColumn(
          name: column.name, type: column.type, page: column.page.gathering(positions[...]),
          dictionary: column.dictionary))
    case .ragged(let name, let type, let ragged):
      var (rows, starts) = ([UInt32](), [0])
      rows.reserveCapacity(ragged.values.count)
      starts.reserveCapacity(ragged.starts.count)
      for position in positions {
        for row in ragged.starts[Int(position)]..<ragged.starts[Int(position) + 1] { rows.append(UInt32(row)) }
        starts.append(rows.count)
      }
      return .ragged(
        name: name, type,
        RaggedValues(
          values: ColumnPage(values: ragged.values).gathering(rows[...]).values, dictionary: ragged.dictionary,
          starts: starts))
    }
  }

  /// One output of the groups of all `parts`, one part after the other. Precondition: there is one; sums of some parts may be wider than those
  /// of others.
  init(joining parts: [OutputColumn]) {
    let type = joinedType(parts)
    switch parts[0] {
    case .one(let first):
      let pages = parts.map { $0.page(as: type) }
      self = .one(
        ResultColumn(
          name: first.name, type: type,
          page: ColumnPage(concatenating: pages, type: type, dictionary: first.dictionary),
          dictionary: first.dictionary))
    case .ragged(let name, let type, let first):
      var starts = [0]
      var pages: [ColumnPage] = []
      for case .ragged(_, _, let part) in parts {
        let base = starts[starts.count - 1]
        for end in part.starts.dropFirst() { starts.append(base + end) }
        if part.values.count > 0 { pages.append(ColumnPage(values: part.values)) }
      }
      let all = ColumnPage(concatenating: pages, type: type, dictionary: first.dictionary)
      self = .ragged(
        name: name, type, RaggedValues(values: all.values, dictionary: first.dictionary, starts: starts))
    }
  }

  private func page(as joined: ColumnType) -> ColumnPage {
    guard case .one(let column) = self else { preconditionFailure("one row per group expected") }
    if joined.isWide, case .int64(let values) = column.page.values {
      return ColumnPage(values: .int128(values.map { Int128($0) }), validity: column.page.validity)
    }
    return column.page
  }
}

/// The type of sums that all parts' sums have: as many digits as the longest needs. Of anything else, all parts have the same.
private func joinedType(_ parts: [OutputColumn]) -> ColumnType {
  let types = Set(parts.map(\.type))
  if types.count == 1 { return parts[0].type }
  var (precision, scale) = (1, 0)
  for part in parts {
    switch (part, part.type) {
    case (_, .decimal(let digits, let own)): (precision, scale) = (max(precision, digits), own)
    case (.one(let column), .int64):
      guard case .int64(let sums) = column.page.values else { preconditionFailure("integers expected") }
      for sum in sums { precision = max(precision, digitCount(UInt128(sum.magnitude))) }
    default: preconditionFailure("parts of different types: \(types)")
    }
  }
  return .decimal(precision: precision, scale: scale)
}
