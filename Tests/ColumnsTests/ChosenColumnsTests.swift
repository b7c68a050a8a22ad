// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Columns

@Suite struct ChosenColumnsTests {
  private let whole = Table(
    name: "t",
    schema: Schema([
      Field(name: "s", type: .string), Field(name: "n", type: .int64), Field(name: "d", type: .date),
    ]),
    chunks: [
      [
        ColumnPage(values: .codes([0, 1])), ColumnPage(values: .int64([1, 2])), ColumnPage(values: .int64([10, 11])),
      ],
      [ColumnPage(values: .codes([1])), ColumnPage(values: .int64([30])), ColumnPage(values: .int64([12]))],
    ], dictionaries: [StringDictionary(entries: StringArray(["a", "b"])), nil, nil])

  @Test func columnsInTheOrderAsked() throws {
    for names in [["n"], ["d", "s"], ["s", "n", "d"], ["d", "n", "s"]] {
      let part = try ChosenColumns(whole, names)
      #expect(part.schema.names == names && part.rowCount == 3 && part.chunkCount == 2 && part.name == "t")
      for (column, name) in names.enumerated() {
        let place = try #require(whole.schema.position(of: name))
        #expect(try part.dictionary(column: column) === whole.dictionary(column: place))
        #expect(try part.holdsOnlyCodes(column: column) == whole.holdsOnlyCodes(column: place))
        for chunk in 0..<2 {
          #expect(try part.page(column: column, chunk: chunk) == whole.page(column: place, chunk: chunk))
          #expect(
            try part.statistics(column: column, chunk: chunk) == whole.statistics(column: place, chunk: chunk))
          #expect(
            try part.page(column: column, chunk: chunk, rows: [0])
              == whole.page(column: place, chunk: chunk).gathering([0][...]))
        }
      }
    }
  }

  @Test func aNameThatIsNotThere() {
    let error = #expect(throws: UnknownColumn.self) { try ChosenColumns(whole, ["s", "m"]) }
    #expect(error?.code == "column.unknown")
  }
}
