// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

@Suite struct TakenRowsTests {
  @Test(arguments: UInt64(0)..<40)
  func rowsAreThoseOfThePlainTwinInMemoryAndInFiles(seed: UInt64) throws {
    var random = RandomSource(seed: 4_300 + seed)
    var rows = randomRows([0, 1, 60, 300][Int(seed % 4)], using: &random)
    // Often in order, so that bounds rule chunks out or take them whole.
    if seed % 3 == 0 { rows.sort { "\($0[8])\($0[1])" < "\($1[8])\($1[1])" } }
    let table = makeTable(rows, using: &random)
    let file = try chunkFile(of: table)
    for _ in 0..<6 {
      let condition = randomCondition(rows, randomSchema, using: &random)
      let expected = rows.filter { truth(condition, $0, randomSchema) == true }
      for source in [table, file] as [any TableSource] {
        let taken = try TakenRows(of: source, where: condition)
        #expect(taken.rowCount == expected.count && taken.schema == source.schema)
        let found = try Table(copying: taken)
        #expect(exactRows(found) == exactRows(makeTable(expected, using: &random)), "seed \(seed), \(condition)")
        for chunk in 0..<taken.chunkCount {
          #expect(taken.rowCount(ofChunk: chunk) > 0)
          for column in 0..<taken.schema.fields.count {
            let page = try taken.page(column: column, chunk: chunk)
            let facts = PageStatistics(of: page, dictionary: try taken.dictionary(column: column))
            #expect(try taken.statistics(column: column, chunk: chunk).nullCount == facts.nullCount)
            let last = UInt32(page.rowCount - 1)
            let one = try taken.page(column: column, chunk: chunk, rows: [last])
            let (type, dictionary) = (taken.schema.fields[column].type, try taken.dictionary(column: column))
            // As text: NaN is not equal to itself.
            let wanted = page.value(at: Int(last), type: type, dictionary: dictionary)
            #expect("\(one.value(at: 0, type: type, dictionary: dictionary))" == "\(wanted)")
          }
        }
      }
    }
  }

  @Test func someColumnsOfTakenRows() throws {
    let table = Table(
      rows: [[.int64(1), .string("a")], [.int64(2), .string("b")]], columns: [("n", .int64), ("s", .string)])
    let chosen = try ChosenColumns(TakenRows(of: table, where: QueryExpression("n > 1")), ["s"])
    #expect(
      exactRows(try Table(copying: chosen)) == exactRows(Table(rows: [[.string("b")]], columns: [("s", .string)])))
  }

  @Test func aConditionOnWhatIsNotThere() throws {
    let table = Table(rows: [[.int64(1)]], columns: [("n", .int64)])
    let error = #expect(throws: AggregateError.self) { try TakenRows(of: table, where: QueryExpression("m > 1")) }
    #expect(error?.code == "column.unknown")
  }
}
