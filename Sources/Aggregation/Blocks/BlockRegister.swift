// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import Kernels

/// Values of a node in the rows of one block: modulo 2^32 where its bounds say that they are numbers of 32 bits, else modulo 2^64. Slots of
/// null rows hold anything.
final class BlockRegister {
  let block: BlockColumn
  /// Rows with a value, as bits; nil where no row is ever null.
  let valid: UnsafeMutablePointer<UInt64>?
  private static let words = blockRows / 64

  /// `block` is where the values go, if that is given.
  init(_ facts: IntegerFacts128, in block: BlockColumn? = nil) {
    self.block = block ?? BlockColumn(isNarrow: facts.isNarrow)
    valid = facts.hasNulls ? .allocate(capacity: Self.words) : nil
    valid?.initialize(repeating: ~0, count: Self.words)
  }

  deinit { valid?.deallocate() }

  /// Takes the validity of a page's rows from `first` on, a multiple of a block.
  func setValid(_ validity: Validity, first: Int, count: Int) {
    guard let valid else { return }
    switch validity {
    case .allValid: valid.update(repeating: ~0, count: Self.words)
    case .allNull: valid.update(repeating: 0, count: Self.words)
    case .bits(let words):
      for word in 0..<(count + 63) / 64 { valid[word] = words[first / 64 + word] }
    }
  }

  /// Valid are the rows that are in both.
  func setValid(_ a: BlockRegister, _ b: BlockRegister? = nil) {
    guard let valid else { return }
    for word in 0..<Self.words { valid[word] = (a.valid?[word] ?? ~0) & (b?.valid?[word] ?? ~0) }
  }

  /// Valid are the rows whose flag is 1.
  func setValid(_ flags: [UInt8], at places: UnsafePointer<UInt32>, count: Int) {
    guard let valid else { return }
    for word in 0..<(count + 63) / 64 {
      var bits: UInt64 = 0
      for row in word * 64..<min(count, word * 64 + 64) {
        bits |= UInt64(flags[Int(places[row])]) << UInt64(row & 63)
      }
      valid[word] = bits
    }
  }
}

/// What is done with the values of a block.
enum BlockStep {
  /// Times a factor plus an addend, modulo 2^64.
  case affine(BlockRegister, factor: UInt64, addend: UInt64, to: BlockRegister)
  case arithmetic(Arithmetic, BlockRegister, BlockRegister, to: BlockRegister)
  case lookUp(BlockRegister, BlockTable, to: BlockRegister)

  /// Works out `count` rows; `scratch` is overwritten.
  func run(_ count: Int, _ scratch: (BlockColumn, BlockColumn)) {
    switch self {
    case .affine(let input, let factor, let addend, let to):
      setAffine(input.block, factor, addend, to.block, count)
      to.setValid(input)
    case .arithmetic(let operation, let a, let b, let to):
      combine(operation, a.block, b.block, to.block, count, scratch)
      to.setValid(a, b)
    case .lookUp(let places, let table, let to):
      // Chunk files refuse pages that break their bounds; whoever else makes tables may not.
      precondition(Int(cs_maximum_u32(places.block.narrow, count)) < table.count, "a value beyond its table's bounds")
      table.narrow.withUnsafeBufferPointer { narrow in
        table.wide.withUnsafeBufferPointer { wide in
          if to.block.isNarrow {
            cs_look_up_u32(places.block.narrow, count, narrow.baseAddress, to.block.narrow)
          } else {
            cs_look_up_u64(places.block.narrow, count, wide.baseAddress, to.block.wide)
          }
        }
      }
      to.setValid(table.flags, at: places.block.narrow, count: count)
    }
  }
}

/// Modulo 2^32 where the result is narrow, whatever the input is: only the last bits of both have a say.
func setAffine(_ input: BlockColumn, _ factor: UInt64, _ addend: UInt64, _ to: BlockColumn, _ count: Int) {
  switch (input.isNarrow, to.isNarrow) {
  case (true, true):
    cs_affine_u32(
      input.narrow, count, UInt32(truncatingIfNeeded: factor), UInt32(truncatingIfNeeded: addend), to.narrow)
  case (true, false): cs_affine_wide(input.narrow, count, factor, addend, to.wide)
  case (false, false): cs_affine_u64(input.wide, count, factor, addend, to.wide)
  case (false, true):
    cs_affine_u64(input.wide, count, factor, addend, to.wide)
    cs_narrow_u64(to.wide, count, to.narrow)
  }
}

private func combine(
  _ operation: Arithmetic, _ a: BlockColumn, _ b: BlockColumn, _ to: BlockColumn, _ count: Int,
  _ scratch: (BlockColumn, BlockColumn)
) {
  if a.isNarrow, b.isNarrow, to.isNarrow {
    switch operation {
    case .add: cs_sums_u32(a.narrow, b.narrow, count, to.narrow)
    case .subtract: cs_differences_u32(a.narrow, b.narrow, count, to.narrow)
    case .multiply: cs_products_u32(a.narrow, b.narrow, count, to.narrow)
    }
    return
  }
  if a.isNarrow, b.isNarrow, operation == .multiply {
    cs_products_wide(a.narrow, b.narrow, count, to.wide)
    return
  }
  let (left, right) = (widened(a, count, scratch.0), widened(b, count, scratch.1))
  switch operation {
  case .add: cs_sums_u64(left, right, count, to.wide)
  case .subtract: cs_differences_u64(left, right, count, to.wide)
  case .multiply: cs_products_u64(left, right, count, to.wide)
  }
  if to.isNarrow { cs_narrow_u64(to.wide, count, to.narrow) }
}

/// Narrow values are never below 0.
private func widened(_ values: BlockColumn, _ count: Int, _ scratch: BlockColumn) -> UnsafeMutablePointer<UInt64> {
  if !values.isNarrow { return values.wide }
  cs_affine_wide(values.narrow, count, 1, 0, scratch.wide)
  return scratch.wide
}
