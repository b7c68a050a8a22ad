// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade
import Testing

private struct Total: Codable, Equatable, Sendable {
  var month: String
  var state: String
  var cases: Int
  var share: Double
}

private func cities() async throws -> Dataset { try await Dataset.open(covid("brazil_covid19_cities.csv.gz")) }

private let lethal = QueryExpression.sum(.column("deaths")) / .sum(.column("cases"))

@Test func aQueryIsPutTogetherOfExpressionsAndGivesTypedRows() async throws {
  let query = try await cities().filtered(.column("cases") > 0).filtered(.column("date") >= .text("2020-04-01"))
    .grouped(
      by: QueryExpression.function("date_trunc", .text("month"), .column("date")).named("month"),
      .init(.column("state"))
    )
    .computing(QueryExpression.sum(.column("cases")).named("cases"), lethal.named("share"))
    .having(.column("cases") > 1000 && !.column("state").isLike("S%")).ordered(by: .column("share"), descending: true)
    .limited(to: 3)
  let rows = try await query.rows(as: Total.self)
  let texts = try await cities().aggregate(
    "sum(cases) as cases, sum(deaths) / sum(cases) as share", by: "date_trunc('month', date) as month, state",
    where: "cases > 0 and date >= '2020-04-01'", having: "cases > 1000 and not state like 'S%'", orderBy: "share desc",
    limit: 3)
  #expect(rows.count == 3)
  #expect(try texts.rows(as: Total.self) == rows)
  #expect(rows[0].share >= rows[1].share && rows[1].share >= rows[2].share && rows[2].share > 0)
}

@Test func stepsLeaveTheQueryBeforeThemAsItWas() async throws {
  let byState = try await cities().grouped(by: "state")
  let all = try await byState.computing(.rowCount).table()
  let some = try await byState.filtered(.column("state").equals(.text("Acre"))).computing(.rowCount).table()
  #expect(all.rowCount > 20)
  #expect(some.rowCount == 1)
  #expect(byState.query.filter == nil)
}

@Test func literalsAreTheDecimalsTheyAreWrittenAs() throws {
  let data = Dataset([Table(columns: [("x", .decimal(precision: 3, scale: 2), [.decimal(unscaled: 10, scale: 2)])])])
  let sum = try data.query.computing((.sum(.column("x")) * 3).equals(0.3), .sum(.column("x") + 0.05)).table()
  #expect(sum.value(row: 0, column: 0) == .bool(true))
  #expect(sum.value(row: 0, column: 1) == .decimal(unscaled: 15, scale: 2))
}

@Test func functionsThatAreNotThereAreTold() throws {
  let data = Dataset([Table(columns: [("x", .int64, [.int64(1)])])])
  for wrong in [QueryExpression.function("summ", .column("x")), .sum(.sum(.column("x"))), .quantile(.column("x"), 7)] {
    let error = #expect(throws: (any Error).self) { try data.query.computing(wrong).table() }
    #expect((error as? any Diagnosis)?.code == "query.syntax")
  }
  for wrong: QueryExpression in [
    5, .column("x"), .sum(.column("x")) > 0, .call("+", [1]), .call("case", [true, true]),
  ] {
    let error = #expect(throws: (any Error).self) { try data.filtered(wrong).computing(.rowCount).table() }
    #expect(["query.syntax", "expression.type"].contains((error as? any Diagnosis)?.code), "\(wrong)")
  }
}

@Test func aQueryOfATaskThatIsCancelledEnds() async throws {
  let values = Table(columns: [("x", .int64, [.int64(1)])])
  let data = Dataset([Table](repeating: values, count: 1000))
  let task = Task {
    while !Task.isCancelled { await Task.yield() }
    return try await data.query.computing(.sum(.column("x"))).table()
  }
  task.cancel()
  await #expect(throws: CancellationError.self) { try await task.value }
}

// The README's second example, as it stands there.

struct StateTotal: Decodable, Sendable {
  var state: String
  var cases: Int
}

@Test func theSecondExampleGivesStatesInOrder() async throws {
  let totals = try await Dataset.open(covid("brazil_covid19_cities.csv.gz")).filtered(.column("cases") > 0)
    .grouped(by: "state").computing(QueryExpression.sum(.column("cases")).named("cases")).limited(to: 10)
    .rows(as: StateTotal.self)
  #expect(totals.map(\.state).prefix(3) == ["Acre", "Alagoas", "Amapá"])
  #expect(totals.count == 10 && totals.allSatisfy { $0.cases > 0 })
}
