// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

private let table = Table(columns: [
  ("a", .string, ["aaaa", "bbbb", "cccc", "dddd"].map { .string($0) }),
  ("b", .string, [.string("12"), .null, .string("3456"), .string("")]), ("n", .int64, (1...4).map { .int64($0) }),
])

/// Which rows of ``table`` fail where all texts of an operation have so many bytes, and the error of the first.
private func failures(_ text: String, bytes: Int) throws -> (rows: [Int], error: AggregateError?) {
  var binder = ExpressionBinder(sources: [table], part: .keys)
  let root = try binder.bind(try QueryExpression(text)).node
  func column(_ number: Int, row: Int?) throws -> ExpressionVector {
    let position = binder.program.columns[number].position(in: 0)
    let page = try table.page(column: position, chunk: 0, rows: row.map { [UInt32($0)] })
    return ExpressionVector(
      values: page.values, validity: page.validity, dictionary: table.dictionary(column: position))
  }
  var run = ExpressionRun(program: binder.program, rowCount: 4, textByteLimit: bytes) { try column($0, row: nil) }
  let words = try run.vector(root).failureBits(4) ?? [0]
  let rows = (0..<4).filter { words[0] >> UInt64($0) & 1 == 1 }
  let error = try rows.first.map { row in
    try ExpressionFailure(program: binder.program, root: root).error(row: row, file: "t") { try column($0, row: row) }
  }
  return (rows, error)
}

@Test(arguments: [
  ("a || b", 18, []), ("a || b", 17, [3]), ("a || b", 13, [2, 3]), ("a || b", 5, [0, 2, 3]),
  ("a || 'xx' || b || a", 100, []),
  ("a || 'xx' || b || a", 12, [2, 3]), ("upper(a)", 16, []), ("upper(a)", 15, [3]), ("length(a || b)", 13, [2, 3]),
  ("case when n > 2 then a else b end", 10, []), ("case when n > 2 then a else b end", 9, [3]),
  ("coalesce(b, a)", 5, [1, 2, 3]),
])
func rowsWhoseTextsHaveNoRoomFail(_ text: String, _ bytes: Int, _ expected: [Int]) throws {
  let found = try failures(text, bytes: bytes)
  #expect(found.rows == expected)
  #expect((found.error == nil) == expected.isEmpty)
  guard let error = found.error else { return }
  #expect(error.code == "expression.text-size")
  #expect(error.place == Place(file: "t", row: expected[0] + 1))
  #expect(error.summary.contains("4 GiB in all") && error.advice?.contains("substring") == true)
}

@Test
func whereLongTextsAreWrittenIsTold() throws {
  let error = try failures("length(upper(a) || b) > 2", bytes: 4).error
  #expect(error?.summary.contains("at character 17 of --by") == true, "\(error?.summary ?? "")")
}

@Test
func chainsOfTextsAreOneOperationAndMeanTheSame() throws {
  let written = "'<' || a || ('-' || (b || n::string) || a) || '>'"
  var binder = ExpressionBinder(sources: [table], part: .keys)
  let root = try binder.bind(try QueryExpression(written)).node
  #expect(binder.program.nodes.filter { $0.operation == .concatenate }.count == 1)
  #expect(binder.program.nodes[root].inputs.count == 7)
  let query = try TableQuery(by: "n", aggregates: "max(\(written)) as s")
  #expect(
    exactRows(try aggregate([table], query, threads: 1)).map { $0[1] } == [
      "<aaaa-121aaaa>", "null", "<cccc-34563cccc>", "<dddd-4dddd>",
    ])
}

@Test
func aConstantTextThatAllRowsRepeatIsRefusedInTime() {
  let vector = ExpressionVector(
    values: .codes([0, 1, 0, 0]), validity: .allValid,
    dictionary: StringDictionary(entries: StringArray(["abc", "de"])))
  #expect(vector.firstRow(pastBytes: 11) == nil)
  #expect(vector.firstRow(pastBytes: 10) == 3)
  #expect(vector.firstRow(pastBytes: 2) == 0)
}
