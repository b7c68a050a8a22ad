// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Rows worked on at a time: codes, group numbers and words of a block stay in the first-level cache. A multiple of the 1,024 of packed pages.
let blockRows = 2048

/// Codes of one column over one block of rows: in 32 bits where all fit, else in 64.
final class BlockColumn {
  let isNarrow: Bool
  let narrow: UnsafeMutablePointer<UInt32>
  let wide: UnsafeMutablePointer<UInt64>

  init(isNarrow: Bool) {
    self.isNarrow = isNarrow
    narrow = .allocate(capacity: blockRows)
    wide = .allocate(capacity: blockRows)
    narrow.initialize(repeating: 0, count: blockRows)
    wide.initialize(repeating: 0, count: blockRows)
  }

  deinit {
    narrow.deallocate()
    wide.deallocate()
  }

  /// Keeps `rows` (ascending) of the block alone, at its front.
  func keep(_ rows: UnsafePointer<UInt32>, count: Int) {
    if isNarrow { cs_compact_u32(narrow, rows, count) } else { cs_compact_u64(wide, rows, count) }
  }

  /// Puts `code` where `bits`, those of the block's rows, have a 0.
  func replaceNulls(_ bits: UnsafePointer<UInt64>, count: Int, with code: UInt64) {
    if isNarrow {
      cs_replace_unset_u32(narrow, count, bits, UInt32(truncatingIfNeeded: code))
    } else {
      cs_replace_unset_u64(wide, count, bits, code)
    }
  }

  func fill(_ code: UInt64, count: Int) {
    if isNarrow {
      narrow.update(repeating: UInt32(truncatingIfNeeded: code), count: count)
    } else {
      wide.update(repeating: code, count: count)
    }
  }
}

/// A page whose values are read as codes, block by block. The bytes of its form must be there as long as it is.
struct PageBlocks {
  private enum Content {
    case constant(UInt64)
    /// Packed offsets, as codes: times `factor` plus `addend`, modulo 2^64.
    case packed(PackedIntegers, factor: UInt64, addend: UInt64)
    case integers([Int64], base: Int64)
    case codes([UInt32])
  }

  private let content: Content
  /// What its values are to be, before they become codes.
  private let allowed: ClosedRange<Int128>
  /// False: the page breaks what was told of it, and nothing is read.
  private let isSound: Bool
  /// Which rows of the page have a value.
  let validity: Validity
  private let nullCode: UInt64
  /// What becomes of the page's own codes; nil where they stay.
  private let map: [UInt32]?

  /// `nullCode` is what null rows get; `allowed` are the values (of strings, the page's own codes) that the statistics of all pages make
  /// possible, at most as far apart as 62 bits. Of pages that chunk files hold they are known to be kept; whoever else makes tables may not
  /// keep them, and fields of records have no room for other values.
  init(
    _ form: PageForm, base: Int128, nullCode: UInt64, map: [UInt32]? = nil, allowed: ClosedRange<Int128>,
    isNullable: Bool, rowCount: Int
  ) {
    self.allowed = allowed
    validity = form.validity
    self.nullCode = nullCode
    let hasNullsAsTold = isNullable || form.validity.nullCount(ofRows: form.rowCount) == 0
    isSound = form.rowCount == rowCount && hasNullsAsTold && form.mayKeep(allowed)
    // Rows without value have no code to look up.
    if case .allNull = form.validity { self.map = nil } else { self.map = map }
    if case .allNull = form.validity {
      content = .constant(nullCode)
      return
    }
    let factor = form.factor
    switch form.content {
    case .constant(let value): content = .constant(UInt64(truncatingIfNeeded: value &* factor &- base))
    case .packed(let packed):
      content = .packed(
        packed, factor: UInt64(truncatingIfNeeded: factor),
        addend: UInt64(truncatingIfNeeded: Int128(packed.reference) &* factor &- base))
    case .runs(let values, let lengths):
      var expanded: [Int64] = []
      expanded.reserveCapacity(form.rowCount)
      for (value, length) in zip(values, lengths) {
        let scaled = Int64(truncatingIfNeeded: Int128(value) &* factor)
        expanded.append(contentsOf: repeatElement(scaled, count: Int(length)))
      }
      content = .integers(expanded, base: Int64(truncatingIfNeeded: base))
    case .decoded(.int64(let values)): content = .integers(values, base: Int64(truncatingIfNeeded: base))
    case .decoded(.codes(let codes)): content = .codes(codes)
    case .decoded: preconditionFailure("integers or codes expected")
    }
  }

  /// Reads the codes of `count` rows from `first` on, a multiple of 1,024. False, and nothing to use, if the page breaks its bounds: decoding
  /// it tells how.
  func read(first: Int, count: Int, into block: BlockColumn) -> Bool {
    guard isSound else { return false }
    switch content {
    case .constant(let code): block.fill(code, count: count)
    case .packed(let packed, let factor, let addend):
      guard readPacked(packed, factor, addend, first, count, block) else { return false }
    case .integers(let values, let base):
      let isKept = values.withUnsafeBufferPointer { values in
        guard keepsBounds(UnsafeBufferPointer(rebasing: values[first..<first + count]), first: first) else {
          return false
        }
        if block.isNarrow {
          for i in 0..<count { block.narrow[i] = UInt32(truncatingIfNeeded: values[first + i] &- base) }
        } else {
          for i in 0..<count { block.wide[i] = UInt64(bitPattern: values[first + i] &- base) }
        }
        return true
      }
      guard isKept else { return false }
    case .codes(let codes):
      let isKept = codes.withUnsafeBufferPointer { codes in
        guard keepsBounds(UnsafeBufferPointer(rebasing: codes[first..<first + count]), first: first) else {
          return false
        }
        if block.isNarrow {
          for i in 0..<count { block.narrow[i] = codes[first + i] }
        } else {
          for i in 0..<count { block.wide[i] = UInt64(codes[first + i]) }
        }
        return true
      }
      guard isKept else { return false }
    }
    if let map { rename(block, count, map) }
    if case .bits(let words) = validity {
      words.withUnsafeBufferPointer { words in
        // In range: the page has the row, and its validity a bit for it.
        block.replaceNulls(words.baseAddress! + first / 64, count: count, with: nullCode)
      }
    }
    return true
  }

  /// Reads the codes of `rows` alone, `taken` of the `count` from `first` on. False as for ``read(first:count:into:)``; nil where rows cannot be
  /// read by themselves.
  func pick(
    _ rows: UnsafePointer<UInt32>, taken: Int, first: Int, count: Int, into block: BlockColumn
  ) -> Bool? {
    guard case .packed(let packed, let factor, let addend) = content, case .allValid = validity, map == nil, isSound,
      packed.bitWidth > 0, Self.isUnpackedNarrow(packed, factor, addend, block),
      let start = packed.bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    else { return nil }
    let bytes = start + first / 1024 * 128 * packed.bitWidth
    cs_pick_u32(bytes, count, UInt32(packed.bitWidth), UInt32(addend), rows, taken, block.narrow)
    return UInt64(cs_maximum_u32(block.narrow, taken)) <= packed.greatestOffset + addend
  }

  /// True if codes are unpacked as they are to be.
  private static func isUnpackedNarrow(
    _ packed: PackedIntegers, _ factor: UInt64, _ addend: UInt64, _ block: BlockColumn
  ) -> Bool {
    block.isNarrow && factor == 1 && packed.bitWidth < 32 && addend <= UInt64(UInt32.max) - greatestPossible(packed)
  }

  /// Greatest offset that the bits have room for.
  private static func greatestPossible(_ packed: PackedIntegers) -> UInt64 {
    packed.bitWidth == 64 ? UInt64.max : 1 << UInt64(packed.bitWidth) - 1
  }

  private func rename(_ block: BlockColumn, _ count: Int, _ map: [UInt32]) {
    precondition(block.isNarrow, "codes of strings have 32 bits")
    // Slots of null rows may hold codes that there are not.
    for i in 0..<count { block.narrow[i] = block.narrow[i] < map.count ? map[Int(block.narrow[i])] : 0 }
  }

  /// True if all values of rows that have one are allowed; those of null rows are looked at only where others would not be.
  private func keepsBounds<Number: FixedWidthInteger>(_ values: UnsafeBufferPointer<Number>, first: Int) -> Bool {
    let least = UInt64(truncatingIfNeeded: allowed.lowerBound)
    let span = UInt64(truncatingIfNeeded: allowed.upperBound - allowed.lowerBound)
    var outside: UInt64 = 0
    for value in values { outside |= UInt64(truncatingIfNeeded: value) &- least > span ? 1 : 0 }
    if outside == 0 { return true }
    return values.indices.allSatisfy { row in
      !validity.isValid(first + row) || UInt64(truncatingIfNeeded: values[row]) &- least <= span
    }
  }

  /// Precondition: codes of rows that are not null, and keep the page's bounds, fit the block.
  private func readPacked(
    _ packed: PackedIntegers, _ factor: UInt64, _ addend: UInt64, _ first: Int, _ count: Int, _ block: BlockColumn
  ) -> Bool {
    let width = UInt32(packed.bitWidth)
    if packed.bitWidth == 0 {
      block.fill(addend, count: count)
      return true
    }
    guard let start = packed.bytes.baseAddress else { return count == 0 }
    let bytes = start.assumingMemoryBound(to: UInt8.self) + first / 1024 * 128 * packed.bitWidth
    let isProved = Self.greatestPossible(packed) <= packed.greatestOffset
    if Self.isUnpackedNarrow(packed, factor, addend, block) {
      cs_unpack_u32(bytes, count, width, UInt32(addend), block.narrow)
      return isProved || UInt64(cs_maximum_u32(block.narrow, count)) <= packed.greatestOffset + addend
    }
    block.wide.withMemoryRebound(to: Int64.self, capacity: count) { cs_unpack_i64(bytes, count, width, 0, $0) }
    if !isProved {
      for i in 0..<count where block.wide[i] > packed.greatestOffset { return false }
    }
    cs_scale_u64(block.wide, count, factor, addend)
    if block.isNarrow { cs_narrow_u64(block.wide, count, block.narrow) }
    return true
  }
}

extension UnifiedColumn {
  /// Says what is wrong with a page that breaks its bounds: always throws.
  func refuse(of source: any TableSource, number: Int, chunk: Int) throws -> Never {
    // Chunk files know more.
    _ = try page(of: source, number: number, chunk: chunk)
    throw AggregateError(
      code: "table.bounds", summary: "chunk \(chunk + 1) is not what its statistics tell of it",
      place: Place(file: source.name, column: name),
      advice: "bounds, null counts and row counts of a TableSource hold for all rows of the page")
  }
}

extension PageForm {
  /// False if the page has values outside of `allowed`, as far as that is known without a look at each: integers side by side are looked at
  /// block by block.
  func mayKeep(_ allowed: ClosedRange<Int128>) -> Bool {
    if case .allNull = validity { return true }
    switch content {
    case .constant(let value): return allowed.contains(value &* factor)
    case .packed(let packed):
      let least = Int128(packed.reference)
      return allowed.contains(least &* factor) && allowed.contains((least + Int128(packed.greatestOffset)) &* factor)
    case .runs, .decoded: return true
    }
  }
}

/// Runs `body` with the forms of one chunk's pages of `columns`, after those of `before`. Throws what reading or `body` throws.
func withForms(
  _ columns: ArraySlice<UnifiedColumn>, of source: any TableSource, number: Int, chunk: Int,
  after before: [PageForm] = [],
  _ body: ([PageForm]) throws -> Void
) throws {
  guard let column = columns.first else { return try body(before) }
  try column.withForm(of: source, number: number, chunk: chunk) { form in
    try withForms(columns.dropFirst(), of: source, number: number, chunk: chunk, after: before + [form], body)
  }
}
