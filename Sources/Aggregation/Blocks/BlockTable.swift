// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// An expression's results for all values that the one column it depends on may have: least value first, null last where there are nulls.
struct BlockTable: Sendable {
  /// Results modulo 2^32; 0 for null. Empty where they need more bits.
  let narrow: [UInt32]
  /// Results modulo 2^64; 0 for null. Empty where `narrow` holds them.
  let wide: [UInt64]
  /// 1 for results that are not null; empty where all are.
  let flags: [UInt8]
  /// Bounds of the results.
  let facts: IntegerFacts128

  /// nil where one of the results fails. `column` and `span` tell the values of the column, whose type is `type`. O(span).
  init?(
    _ node: Int, of program: ExpressionProgram, _ column: IntegerFacts128, span: Int, type: ColumnType
  ) throws {
    let count = span + 1 + (column.hasNulls ? 1 : 0)
    let least = Int64(truncatingIfNeeded: column.minimum)
    var inputs = (0...span).map { least + Int64($0) }
    var validity = Validity.allValid
    if column.hasNulls {
      inputs.append(0)
      var words = allBits(count)
      words[(span + 1) >> 6] &= ~(1 << UInt64((span + 1) & 63))
      validity = Validity(words: words, rowCount: count)
    }
    let input = ExpressionVector(values: .int64(inputs), validity: validity)
    var run = ExpressionRun(program: program, rowCount: count) { _ in input }
    let results = try run.vector(node).expanded(to: count)
    guard results.failures == nil, case .int64(let values) = results.values else { return nil }
    var facts: IntegerFacts128?
    var hasNulls = false
    for (row, value) in values.enumerated() {
      guard results.validity.isValid(row) else {
        hasNulls = true
        continue
      }
      let value = Int128(value)
      facts = IntegerFacts128(min(value, facts?.minimum ?? value)...max(value, facts?.maximum ?? value))
    }
    self.facts = IntegerFacts128(minimum: facts?.minimum ?? 0, maximum: facts?.maximum ?? 0, hasNulls: hasNulls)
    flags = hasNulls ? values.indices.map { results.validity.isValid($0) ? 1 : 0 } : []
    let sound = values.enumerated().map { results.validity.isValid($0) ? $1 : 0 }
    narrow = self.facts.isNarrow ? sound.map { UInt32(truncatingIfNeeded: $0) } : []
    wide = self.facts.isNarrow ? [] : sound.map { UInt64(bitPattern: $0) }
  }

  /// Number of places.
  var count: Int { max(narrow.count, wide.count) }
}

extension IntegerFacts128 {
  /// True if values are their own codes of 32 bits.
  var isNarrow: Bool { minimum >= 0 && maximum < 1 << 32 }
}
