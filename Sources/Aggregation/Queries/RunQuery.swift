// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Groups the rows of `sources` by expressions and puts out expressions over aggregates of each group.
///
/// The result is the same, bit for bit, for any number of threads, any chunks and any order of the rows. What an expression means, null and
/// overflow included, is told by ``QueryExpression``, types of aggregates by ``aggregate(_:_:threads:ignoringStatistics:)-(_,AggregateQuery,_,_)``.
///
/// Throws a Diagnosis: `query.syntax`, `column.unknown`, `table.mismatch`, `expression.type`, what the aggregates throw, and of a row that is
/// asked for `expression.overflow`, `expression.division-by-zero`, `expression.cast` with file, row and place in the query. Cost: each
/// expression is worked out once a chunk, in loops over whole pages; functions of one string column once per entry of its dictionary.
public func aggregate(
  _ sources: [any TableSource], _ query: TableQuery, threads: Int, ignoringStatistics: Bool = false
) throws -> Table {
  let stages = try QueryStages(query)
  let first = try FirstStage(stages, sources, threads: threads)
  let groups = try aggregate(first.sources, first.query, threads: threads, ignoringStatistics: ignoringStatistics)
  if stages.isDone { return groups.renamed(stages.names) }
  return try SecondStage(stages, groups).result()
}

/// What ``explainAggregation(of:_:threads:ignoringStatistics:)-(_,AggregateQuery,_,_)`` tells of a query's keys and aggregates.
public func explainAggregation(
  of sources: [any TableSource], _ query: TableQuery, threads: Int, ignoringStatistics: Bool = false
) throws -> Table {
  let first = try FirstStage(try QueryStages(query), sources, threads: threads)
  return try explainAggregation(
    of: first.sources, first.query, threads: threads, ignoringStatistics: ignoringStatistics)
}

/// Keys and aggregates of columns, some of which are worked out of others.
package struct FirstStage {
  /// The inputs, with computed columns behind their own.
  package let sources: [any TableSource]
  /// What is asked of them.
  package private(set) var query: AggregateQuery
  /// Columns, constants and operations of which the computed columns are made: each takes a slot per row of a chunk while it is worked out.
  package let operationCount: Int

  /// Throws as binding expressions does. `threads`: of how many chunks results are kept, four at the most.
  package init(_ stages: QueryStages, _ inputs: [any TableSource], threads: Int) throws {
    var columns = ArgumentColumns(inputs)
    query = AggregateQuery(where: stages.query.filter)
    for (key, name) in zip(stages.query.keys, stages.keyNames) {
      query.keys.append(GroupKey(try columns.name(of: key.expression, .keys, typeOfNull: .string), as: name))
    }
    // Positions are the first mention's.
    let written =
      (stages.query.results.map { ($0.expression, QuerySyntaxError.Part.aggregates) }
        + (stages.query.having.map { [($0, .having)] } ?? []) + stages.query.order.map { ($0.expression, .order) })
    let mentions = try written.flatMap { expression, part in
      try expression.aggregateCalls.map { ($0, try $0.aggregateCall(part: part), part) }
    }
    for (call, name) in zip(stages.calls, stages.callNames) {
      let mention = mentions.first { $0.1 == call }
      let arguments = mention?.0.children.prefix(call.arguments.count).map { $0 } ?? call.arguments
      // A null of any type is a string, which a second stage takes for one of any type, too; or a number, where the function needs one.
      let typeOfNull: ColumnType = call.function.needsNumbers ? .int64 : .string
      let names = try arguments.map {
        try columns.name(of: $0, mention?.2 ?? .aggregates, typeOfNull: typeOfNull)
      }
      query.aggregates.append(Aggregate(call.function, arguments: names, alias: name))
    }
    sources = columns.computed.sources(over: inputs, threads: threads)
    operationCount = columns.computed.columns.isEmpty ? 0 : columns.computed.program.nodes.count
    guard stages.isOrderedFirst else { return }
    query.order = stages.orderNames ?? []
    query.limit = stages.query.limit
  }
}

/// Columns that keys and aggregates are of: the inputs' own, and computed ones.
private struct ArgumentColumns {
  private let inputs: [any TableSource]
  private var binder: ExpressionBinder
  private var columns: [(name: String, root: Int, type: ColumnType)] = []

  init(_ inputs: [any TableSource]) {
    self.inputs = inputs
    binder = ExpressionBinder(sources: inputs, part: .keys)
  }

  var computed: ComputedColumns { ComputedColumns(program: binder.program, columns: columns) }

  /// The name of the column with an expression's values, which have `typeOfNull` where all are null for want of any type. Throws as binding does.
  mutating func name(
    of expression: QueryExpression, _ part: QuerySyntaxError.Part, typeOfNull: ColumnType
  ) throws -> String {
    if case .column(let name, let position) = expression {
      for input in inputs {
        do {
          _ = try input.schema.require(name, in: input.name)
        } catch {
          throw AggregateError(error, at: ExpressionOrigin(part: part, position: position))
        }
      }
      return name
    }
    binder.part = part
    var bound = try binder.bind(expression)
    if bound.type == nil { bound = binder.null(typeOfNull, bound.origin) }
    let type = bound.type ?? typeOfNull
    if let known = columns.first(where: { $0.root == bound.node && $0.type == type }) { return known.name }
    binder.program.want(bound.node)
    var name = expression.text
    while columns.contains(where: { $0.name == name })
      || inputs.contains(where: { $0.schema.position(of: name) != nil })
    {
      name += "'"
    }
    columns.append((name, bound.node, type))
    return name
  }
}

extension Table {
  /// The same with other names.
  package func renamed(_ names: [String]) -> Table {
    Table(
      name: name, schema: Schema(zip(names, schema.fields).map { Field(name: $0, type: $1.type) }), chunks: chunks,
      dictionaries: dictionaries)
  }
}
