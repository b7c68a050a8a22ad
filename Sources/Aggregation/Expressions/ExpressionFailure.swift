// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// What a row that failed says: the operation that failed first, and of which values.
struct ExpressionFailure {
  let program: ExpressionProgram
  let root: Int

  /// The error of a row whose columns, of that row alone, `read` gives; `row` is its number in `file`, counted from 0.
  func error(
    row: Int, file: String, read: @escaping (Int) throws -> ExpressionVector
  ) throws -> AggregateError {
    var run = ExpressionRun(program: program, rowCount: 1, read: read)
    if try run.vector(root).failures == nil { return textError(row: row, file: file) }
    var node = root
    // Down to the operation whose inputs are all sound.
    while let input = try program.nodes[node].inputs.first(where: { input throws in
      try run.vector(input).failures != nil
    }) {
      node = input
    }
    let operation = program.nodes[node]
    let values = try operation.inputs.map { input throws -> String in
      let vector = try run.vector(input)
      let value = ColumnPage(values: vector.values, validity: vector.validity)
        .value(at: 0, type: program.nodes[input].type, dictionary: vector.dictionary)
      return value == .null ? "null" : shown(value)
    }
    let (code, summary, advice) = operation.told(values)
    return AggregateError(
      code: code, summary: summary + operation.origin.told,
      place: Place(file: file, row: row + 1), advice: advice)
  }

  /// The error of a row that fails only among the others of its chunk: texts alone have no room together that have it one by one.
  func textError(row: Int, file: String) -> AggregateError {
    let limit = "\((ExpressionRun.greatestTextByteLimit + 1) >> 30) GiB"
    return AggregateError(
      code: "expression.text-size",
      summary: "texts that are made of the rows of one chunk need more than \(limit) in all\(textOrigin?.told ?? "")",
      place: Place(file: file, row: row + 1),
      advice: "shorten them with substring, or leave rows out with --where")
  }

  /// Where the first operation that makes long texts of short ones is written, of those that the result depends on.
  private var textOrigin: ExpressionOrigin? {
    var needed: Set<Int> = [root]
    for node in stride(from: root, through: 0, by: -1) where needed.contains(node) {
      needed.formUnion(program.nodes[node].inputs)
    }
    let makers = needed.sorted().filter { program.nodes[$0].type == .string && !program.nodes[$0].inputs.isEmpty }
    let first = makers.first { program.nodes[$0].operation == .concatenate } ?? makers.first
    return first.map { program.nodes[$0].origin }
  }

  private func shown(_ value: Value) -> String {
    let text = printable(plainText(of: value))
    if case .string = value { return "'\(text.count > 60 ? text.prefix(60) + "…" : text)'" }
    return text
  }
}

extension ExpressionProgram.Node {
  /// Code, what is wrong, and what to do, of an operation of values that failed.
  fileprivate func told(_ values: [String]) -> (code: String, summary: String, advice: String?) {
    switch operation {
    case .arithmetic(let arithmetic, _):
      let sign = arithmetic == .add ? "+" : arithmetic == .subtract ? "-" : "*"
      return ("expression.overflow", "\(values[0]) \(sign) \(values[1]) \(room)", roomAdvice)
    case .negate: return ("expression.overflow", "-(\(values[0])) \(room)", roomAdvice)
    case .absolute: return ("expression.overflow", "abs(\(values[0])) \(room)", roomAdvice)
    case .rescale:
      return (
        "expression.overflow", "\(values[0]) as \(type) \(room)",
        "leave such rows out, or cast to a type that holds it, such as \(type == .int64 ? "decimal(38,0)" : "float64")"
      )
    case .remainder:
      return (
        "expression.division-by-zero", "\(values[0]) % \(values[1])", "leave such rows out, or write x % nullif(y, 0)"
      )
    case .convert:
      return ("expression.cast", "\(values[0]) is no \(type)", "leave such rows out, or cast to a type that holds it")
    case .knownDay, .later:
      return ("expression.overflow", "the date is outside the years 0001 to 9999", "leave such rows out")
    case .like: return ("expression.pattern", "\(values[1]) is no pattern", "an escape has a character behind it")
    default: return ("expression.overflow", "no result of \(values.joined(separator: ", "))", nil)
    }
  }

  private var room: String { type == .int64 ? "does not fit int64" : "needs more digits than \(type) has" }

  private var roomAdvice: String {
    type == .int64 ? "cast a side to decimal(38,0), or to float64" : "round a side, or cast it to float64"
  }
}
