// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A column of a stream of states.
package struct StateColumn: Sendable, Equatable {
  /// How its values are held.
  package enum Form: Sendable, Equatable {
    /// As those of a column of this type.
    case value(ColumnType)
    /// As bytes; ``StringArray`` holds them, and they need not be UTF-8.
    case bytes
  }

  /// Unique in the stream, in any case of letters.
  package let name: String
  package let form: Form
  /// True if a row may be null in it.
  package let mayBeNull: Bool

  package init(name: String, form: Form, mayBeNull: Bool) {
    (self.name, self.form, self.mayBeNull) = (name, form, mayBeNull)
  }
}

/// One thing that is kept of each group, in a column or two.
struct StateField: Sendable {
  /// What it is.
  enum Subject: Sendable {
    /// The number of rows.
    case rows
    /// Of a value column, the number of values.
    case valueCount(Int)
    /// Of a value column, what its accumulator of this kind keeps.
    case kept(Int, AccumulatorKind)
    /// What is kept of a pair of columns.
    case pair(Int)
  }

  let subject: Subject
  let columns: [StateColumn]
}

/// The columns of a query's states: keys, then for each group the number of rows, then of each column that is aggregated what its functions need.
struct StateLayout: Sendable {
  let keys: [StateColumn]
  let fields: [StateField]

  /// All columns in order.
  var columns: [StateColumn] { keys + fields.flatMap(\.columns) }

  init(_ plan: AggregatePlan) {
    var names = Set(plan.keyNames.map { $0.lowercased() })
    func column(_ name: String, _ form: StateColumn.Form, mayBeNull: Bool = false) -> StateColumn {
      var name = name
      while !names.insert(name.lowercased()).inserted { name += "'" }
      return StateColumn(name: name, form: form, mayBeNull: mayBeNull)
    }
    keys = zip(plan.keyNames, plan.keys).map { StateColumn(name: $0, form: .value($1.type), mayBeNull: true) }
    var fields = [StateField(subject: .rows, columns: [column("rows", .value(.int64))])]
    for (index, value) in plan.values.enumerated() {
      let (name, type) = (value.column.name, value.column.type)
      fields.append(StateField(subject: .valueCount(index), columns: [column("count(\(name))", .value(.int64))]))
      for kind in AccumulatorKind.needed(for: value.functions, type) {
        let columns = kind.columns(name, type).map { column($0.name, $0.form, mayBeNull: $0.mayBeNull) }
        fields.append(StateField(subject: .kept(index, kind), columns: columns))
      }
    }
    for (index, pair) in plan.pairs.enumerated() {
      let (x, y) = (plan.values[pair.x].column.name, plan.values[pair.y].column.name)
      fields.append(StateField(subject: .pair(index), columns: [column("pairs(\(x), \(y))", .bytes)]))
    }
    self.fields = fields
  }
}

extension ColumnType {
  /// How single values stand in states: doubles as their bits, which nobody on the way takes for another NaN or zero.
  var inStates: ColumnType { self == .float64 ? .int64 : self }
}

extension AccumulatorKind {
  /// What functions of a column ask for, each once, in the order of the format.
  static func needed(for functions: Set<AggregateFunction>, _ type: ColumnType) -> [AccumulatorKind] {
    Set(functions.flatMap { needed(for: $0, type) }).sorted { $0.place < $1.place }
  }

  /// Position in the format's order.
  private var place: (Int, Int) {
    switch self {
    case .sums: (0, 0)
    case .squares: (1, 0)
    case .minima: (2, 0)
    case .maxima: (3, 0)
    case .firsts: (4, 0)
    case .lasts: (5, 0)
    case .distinct: (6, 0)
    case .values: (7, 0)
    case .tops(let count): (8, count)
    case .bottoms(let count): (9, count)
    }
  }

  /// Columns of the state of a column called `name`.
  fileprivate func columns(_ name: String, _ type: ColumnType) -> [StateColumn] {
    func column(_ call: String, _ form: StateColumn.Form, mayBeNull: Bool = false) -> StateColumn {
      StateColumn(name: "\(call)(\(name))", form: form, mayBeNull: mayBeNull)
    }
    let value = StateColumn.Form.value(type.inStates)
    switch self {
    case .sums:
      let isNarrow = type != .float64 && !type.isWide
      return [column("sum", isNarrow ? .value(.decimal(precision: 38, scale: 0)) : .bytes)]
    case .squares: return [column("squares", .bytes)]
    case .minima: return [column("min", value, mayBeNull: true)]
    case .maxima: return [column("max", value, mayBeNull: true)]
    case .firsts:
      return [column("first_place", .value(.int64), mayBeNull: true), column("first", value, mayBeNull: true)]
    case .lasts: return [column("last_place", .value(.int64), mayBeNull: true), column("last", value, mayBeNull: true)]
    case .distinct: return [column("distinct", .bytes)]
    case .values: return [column("values", .bytes)]
    case .tops(let count): return [column("top_\(count)", .bytes)]
    case .bottoms(let count): return [column("bottom_\(count)", .bytes)]
    }
  }
}
