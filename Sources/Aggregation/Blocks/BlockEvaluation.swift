// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import Kernels

/// Works out expressions block by block, as codes; one worker's.
final class BlockEvaluation {
  /// A stored column that is read for the expressions.
  struct Leaf {
    let column: UnifiedColumn
    let base: Int128
    let nullCode: UInt64
    /// Values that there may be.
    let facts: IntegerFacts128
    let register: BlockRegister
  }

  /// Columns to read into their registers before each block is worked out.
  private(set) var leaves: [Leaf] = []
  private let expressions: BlockExpressions
  private let stored: [CodedColumn]
  private var steps: [BlockStep] = []
  private var registers: [Int: BlockRegister] = [:]
  private var results: [(wanted: CodedColumn, register: BlockRegister)] = []
  /// Where a node's values go that are codes themselves.
  private var places: [Int: BlockColumn] = [:]
  private let scratch = (BlockColumn(isNarrow: false), BlockColumn(isNarrow: false))

  /// Works out those of `columns` that are computed; nil where all are stored. Precondition: `expressions` knows bounds of all computed ones.
  init?(_ expressions: BlockExpressions, _ columns: [CodedColumn]) {
    let wanted = columns.filter(\.column.isComputed)
    guard !wanted.isEmpty else { return nil }
    self.expressions = expressions
    stored = columns.filter { !$0.column.isComputed }
    for result in wanted where result.base == 0 {
      let node = expressions.root(of: result.column)
      let isNarrow = expressions.form(node).facts.isNarrow
      if places[node] == nil, isNarrow == result.block.isNarrow { places[node] = result.block }
    }
    results = wanted.map { ($0, register(expressions.root(of: $0.column))) }
  }

  /// Works out the block of `count` rows from `first` on, once all stored columns have been read; `pages` are those of the leaves. Where no
  /// page has bits of validity, the rows may be any `count` of the block, moved to its front.
  func run(_ pages: ArraySlice<PageBlocks>, first: Int, count: Int) {
    for (page, leaf) in zip(pages, leaves) { leaf.register.setValid(page.validity, first: first, count: count) }
    for step in steps { step.run(count, scratch) }
    for (wanted, register) in results where register.block !== wanted.block {
      setAffine(register.block, 1, UInt64(truncatingIfNeeded: 0 &- wanted.base), wanted.block, count)
    }
    for (wanted, register) in results {
      if let valid = register.valid { wanted.block.replaceNulls(valid, count: count, with: wanted.nullCode) }
    }
  }

  /// The register of a node's values; steps up to it are appended.
  private func register(_ node: Int) -> BlockRegister {
    if let known = registers[node] { return known }
    let made = make(node)
    registers[node] = made
    return made
  }

  private func make(_ node: Int) -> BlockRegister {
    let (form, facts) = expressions.form(node)
    if case .same(let input) = form { return register(input) }
    if case .column(let column) = form { return leaf(column, facts) }
    let result = BlockRegister(facts, in: places[node])
    switch form {
    case .same, .column: preconditionFailure("no result of its own")
    case .constant(let value): result.block.fill(UInt64(truncatingIfNeeded: value), count: blockRows)
    case .multiple(let input, let factor):
      steps.append(.affine(register(input), factor: UInt64(truncatingIfNeeded: factor), addend: 0, to: result))
    case .arithmetic(let operation, let a, let b): steps.append(step(operation, a, b, result))
    case .table(let column, let columnFacts, let table):
      let nullCode = UInt64(columnFacts.maximum - columnFacts.minimum) + 1
      let read = BlockRegister(IntegerFacts128(0...Int128(nullCode)))
      leaves.append(
        Leaf(column: column, base: columnFacts.minimum, nullCode: nullCode, facts: columnFacts, register: read))
      steps.append(.lookUp(read, table, to: result))
    }
    return result
  }

  /// A column that is read anyway, with values as its codes, is not read twice.
  private func leaf(_ column: UnifiedColumn, _ facts: IntegerFacts128) -> BlockRegister {
    let known = stored.first {
      $0.column.name == column.name && $0.base == 0 && !$0.isNullable && $0.block.isNarrow == facts.isNarrow
    }
    let register = BlockRegister(facts, in: known?.block)
    if known == nil { leaves.append(Leaf(column: column, base: 0, nullCode: 0, facts: facts, register: register)) }
    return register
  }

  private func step(_ operation: Arithmetic, _ a: Int, _ b: Int, _ result: BlockRegister) -> BlockStep {
    if case .constant(let value) = expressions.form(b).form {
      let value = UInt64(truncatingIfNeeded: value)
      switch operation {
      case .add: return .affine(register(a), factor: 1, addend: value, to: result)
      case .subtract: return .affine(register(a), factor: 1, addend: 0 &- value, to: result)
      case .multiply: return .affine(register(a), factor: value, addend: 0, to: result)
      }
    }
    if case .constant(let value) = expressions.form(a).form {
      let value = UInt64(truncatingIfNeeded: value)
      switch operation {
      case .add: return .affine(register(b), factor: 1, addend: value, to: result)
      case .subtract: return .affine(register(b), factor: ~0, addend: value, to: result)
      case .multiply: return .affine(register(b), factor: value, addend: 0, to: result)
      }
    }
    return .arithmetic(operation, register(a), register(b), to: result)
  }
}
