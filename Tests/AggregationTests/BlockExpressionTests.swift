// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

/// A column of `name` with the values of an expression, and its type.
private struct Computed {
  let name: String
  let expression: QueryExpression
}

/// An expression whose values are whole numbers, dates or truths; one of a single column, or of few parts, for the most part.
private func randomExpression(using draw: inout RandomExpression) -> QueryExpression {
  let parts: [QueryExpression] = [.column("small"), .column("price"), .literal(.decimal(unscaled: 7, scale: 0))]
  if Int.random(in: 0...2, using: &draw.random) > 0 {
    var expression = parts.randomElement(using: &draw.random)!
    for _ in 0..<Int.random(in: 1...3, using: &draw.random) {
      let name = ["+", "-", "*"].randomElement(using: &draw.random)!
      let sides = [expression, parts.randomElement(using: &draw.random)!].shuffled(using: &draw.random)
      expression = .call(name, sides)
    }
    return Int.random(in: 0...3, using: &draw.random) == 0 ? .call("-", [expression]) : expression
  }
  let kinds: [RandomExpression.Kind] = [.whole, .decimal, .date, .truth]
  return draw.draw(kinds.randomElement(using: &draw.random)!, depth: 2)
}

/// The inputs with computed columns behind their own; nil where an expression does not fit them.
private func sources(
  _ computed: [Computed], over bases: [any TableSource]
) -> (sources: [any TableSource], types: [ColumnType])? {
  var binder = ExpressionBinder(sources: bases, part: .keys)
  var columns: [(name: String, root: Int, type: ColumnType)] = []
  for column in computed {
    guard let bound = try? binder.bind(column.expression), let type = bound.type else { return nil }
    binder.program.want(bound.node)
    columns.append((column.name, bound.node, type))
  }
  return (
    ComputedColumns(program: binder.program, columns: columns).sources(over: bases, threads: 2), columns.map(\.type)
  )
}

/// What is asked of computed columns of these types: most of it records keep.
private func aggregates(_ columns: [Computed], _ types: [ColumnType], using random: inout RandomSource) -> [Aggregate] {
  var all = [Aggregate(.count)]
  let hasOthers = Int.random(in: 0...3, using: &random) == 0
  for (column, type) in zip(columns, types) {
    let isOther = hasOthers && Bool.random(using: &random)
    let functions: [AggregateFunction] =
      (type.isNumeric ? [.sum, .mean, .count] : [.count]) + (isOther ? [.countDistinct, .min, .max] : [])
    all += functions.map { Aggregate($0, of: column.name, as: "\($0) of \(column.name)") }
  }
  return all
}

@Test
func computedKeysAndValuesAreThoseOfTheWholeTableUnderEveryStrategy() throws {
  var uses: [GroupingStrategy: Int] = [:]
  var blockCount = 0
  for seed in UInt64(0)..<50 {
    var draw = RandomExpression(random: RandomSource(seed: 110_000 + seed))
    // Beyond one block of 2,048 at times.
    let rowCount = seed % 20 == 0 ? 5_000 : [0, 1, 30, 200].randomElement(using: &draw.random)!
    var rows = randomRows(rowCount, using: &draw.random)
    if seed % 4 == 0 { rows = rows.filter { $0[1] != .null && $0[3] != .null } }
    let computed = (0..<Int.random(in: 1...4, using: &draw.random)).map {
      Computed(name: "c\($0)", expression: randomExpression(using: &draw))
    }
    let table = makeTable(rows, using: &draw.random)
    guard let (_, types) = sources(computed, over: [table]) else { continue }
    // The plain twin works row by row; where a row fails, there is nothing to compare.
    guard
      let worked = try? rows.map({ row in try computed.map { try plainValue($0.expression, row, randomSchema) } })
    else { continue }
    let plainSchema = Schema(randomSchema.fields + zip(computed, types).map { Field(name: $0.name, type: $1) })
    let keyCount = Int.random(in: 0...2, using: &draw.random)
    var keys = computed.prefix(keyCount).map { GroupKey($0.name) }
    if Bool.random(using: &draw.random) { keys.append(GroupKey("flag")) }
    var query = AggregateQuery(
      by: keys,
      aggregates: aggregates(computed, types, using: &draw.random) + [Aggregate(.sum, of: "small", as: "small")])
    var taken = zip(rows, worked).map { $0 + $1 }
    if Bool.random(using: &draw.random) {
      let condition = randomCondition(rows, randomSchema, using: &draw.random)
      query.filter = condition
      taken = taken.filter { truth(condition, Array($0.prefix(randomSchema.fields.count)), randomSchema) == true }
    }
    let plain = boxedTable(taken, plainSchema)
    let expected = try aggregate([plain], query, threads: 1, strategy: .general)
    let cut = rows.count / 3
    let halves = [Array(rows[cut...]), Array(rows[..<cut])].map { makeTable($0, using: &draw.random) }
    for bases in [[table], [try chunkFile(of: table)], try halves.map { try chunkFile(of: $0) }] as [[any TableSource]]
    {
      guard let (inputs, _) = sources(computed, over: bases) else { continue }
      if var blocks = BlockExpressions(inputs) {
        for column in computed where try blocks.facts(of: UnifiedColumn(column.name, in: inputs)) != nil {
          blockCount += 1
        }
      }
      for strategy in GroupingStrategy.allCases {
        uses[try groupingStrategy(for: inputs, query, forced: strategy), default: 0] += 1
        for threads in [1, 3] {
          let found = try aggregate(inputs, query, threads: threads, strategy: strategy)
          let told: Comment = "seed \(seed), \(strategy), \(computed.map(\.expression.text)), \(query)"
          #expect(exactRows(found) == exactRows(expected), told)
          #expect(found.schema == expected.schema, told)
        }
      }
    }
  }
  #expect(GroupingStrategy.allCases.allSatisfy { uses[$0, default: 0] > 30 }, "\(uses)")
  #expect(blockCount > 40, "\(blockCount) columns were worked out in blocks")
}

/// From all rows of a block to none: picked one by one, moved together, brought along with the others, or none left out; with nulls and without.
@Test
func sumsOfFewRowsAreThoseOfAPlainLoop() throws {
  var random = RandomSource(seed: 7_100)
  let count = 9_000
  let drawn = (0..<count).map { _ in (Int64(random.next() % 1_000), Int64(random.next() % 5_000) + 50) }
  let optional = (0..<count).map { _ in random.next() % 9 == 0 ? nil : Int64(random.next() % 40) }
  let file = try chunkFile(
    of: Table(columns: [
      ("k", .int64, (0..<count).map { .int64(Int64($0 % 3)) }), ("draw", .int64, drawn.map { .int64($0.0) }),
      ("x", .int64, drawn.map { .int64($0.1) }), ("low", .int64, drawn.map { .int64($0.1 - 150) }),
      ("y", .int64, optional.map { $0.map { .int64($0) } ?? .null }),
    ]))
  for limit in [0, 1, 3, 20, 60, 70, 200, 900, 1_000] {
    for by in [nil, "k"] {
      func expected(_ sums: [(Int) -> Int64?]) -> [[String]] {
        (by == nil ? [nil] : [0, 1, 2]).compactMap { key -> [String]? in
          let rows = (0..<count).filter { drawn[$0].0 < limit && (key == nil || $0 % 3 == key) }
          if rows.isEmpty, by != nil { return nil }
          let found = sums.map { term in
            let values = rows.compactMap(term)
            return values.isEmpty ? "null" : "\(values.reduce(0, +))"
          }
          return (key.map { ["\($0)"] } ?? []) + found + ["\(rows.count)"]
        }
      }
      func found(_ sums: String) throws -> [[String]] {
        let query = try TableQuery(by: by, aggregates: sums + ", count(*) as n", where: "draw < \(limit)")
        return exactRows(try aggregate([file], query, threads: 2))
      }
      let told: Comment = "draw < \(limit), by \(by ?? "nothing")"
      // Without nulls: rows are picked, moved, or bring the others along. Of offsets that wrap, they are moved. With nulls they stay.
      #expect(
        try found("sum(x * draw) as a, sum(x) as b")
          == expected([{ drawn[$0].1 * drawn[$0].0 }, { drawn[$0].1 }]), told)
      #expect(try found("sum(low * draw) as a") == expected([{ (drawn[$0].1 - 150) * drawn[$0].0 }]), told)
      #expect(
        try found("sum(x * (y + 1)) as a, sum(y) as b")
          == expected([{ row in optional[row].map { drawn[row].1 * ($0 + 1) } }, { optional[$0] }]), told)
    }
  }
}

/// Rows as a table in memory.
private func boxedTable(_ rows: [[Value]], _ schema: Schema) -> Table {
  Table(columns: schema.fields.enumerated().map { index, field in (field.name, field.type, rows.map { $0[index] }) })
}

/// What is known of an expression over these values.
private func facts(_ text: String, _ columns: [(String, ColumnType, [Value])]) throws -> IntegerFacts128? {
  let base = Table(columns: columns.map { (name: $0.0, type: $0.1, values: $0.2) })
  let computed = [Computed(name: "c", expression: try QueryExpression(text))]
  guard let (inputs, _) = sources(computed, over: [base]), var blocks = BlockExpressions(inputs) else { return nil }
  return try blocks.facts(of: UnifiedColumn("c", in: inputs))
}

@Test(arguments: [
  ("k + k", "-8...10"), ("k - k", "-9...9"), ("k * k", "-20...25"), ("-k", "-5...4"), ("3 - k", "-2...7"),
  ("k % 3", "-2...2"), ("abs(k)", "0...5"), ("p * (1 - p)", "90...990 null"), ("p + k", "-399...510 null"),
  ("case when k > 0 then 7 end", "7...7 null"), ("coalesce(p, 0)", "0...10"), ("k = 5", "0...1"),
  // Whose bounds leave 62 bits, or of which a row may fail.
  ("big + k", "-"), ("big * 0", "-"), ("k % (k - 5)", "-"), ("k / 2", "-"), ("cast(k as string)", "-"),
])
func boundsFollowFromThoseOfColumns(_ text: String, _ expected: String) throws {
  let columns: [(String, ColumnType, [Value])] = [
    ("k", .int64, [.int64(-4), .int64(5), .int64(0)]), ("big", .int64, [.int64(.max), .int64(0), .int64(1)]),
    (
      "p", .decimal(precision: 3, scale: 2), [.decimal(unscaled: 1, scale: 2), .null, .decimal(unscaled: 10, scale: 2)]
    ),
  ]
  let found = try facts(text, columns).map { "\($0.minimum)...\($0.maximum)\($0.hasNulls ? " null" : "")" } ?? "-"
  #expect(found == expected, "\(text)")
}
