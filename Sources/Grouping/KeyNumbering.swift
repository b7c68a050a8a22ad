// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Gives equal keys equal dense numbers 0, 1, 2, … in order of first appearance.
///
/// A key is one value, or null, in each key column. Nulls equal nulls, NaN equals NaN, and -0.0 equals 0.0. Memory and time grow
/// with the number of distinct keys, not of rows. One thread's; not Sendable.
///
/// Each column's values become small integers (offsets from a base, or dense codes), which are packed side by side into 64-bit
/// integers as tightly as the values seen so far allow; when they outgrow their bits, all keys are packed anew. Packed keys of up to
/// 20 bits index an array, others go through a hash table.
public final class KeyNumbering {
  /// Rows worked on at a time, so that all buffers stay in the first-level cache.
  private static let blockRows = 2048

  private let coders: [any KeyCoder]
  private var layout: KeyLayout?
  private var codes: [[UInt32]]

  /// Number of distinct keys seen.
  public private(set) var count = 0

  private let expectedKeys: Int

  /// Prepares for key columns of `types`. Precondition: there is at least one.
  ///
  /// `expectedKeys`, where it is known about how many distinct keys there will be, makes room for them at once.
  public init(types: [ColumnType], expectedKeys: Int = 0) {
    precondition(!types.isEmpty, "at least one key column")
    self.expectedKeys = expectedKeys
    coders = types.map(makeKeyCoder(for:))
    codes = types.map { _ in [UInt32](repeating: 0, count: Self.blockRows) }
  }

  /// Numbers each row's key; keys not seen before get the next numbers.
  ///
  /// `pages[i]` is key column `i`, all of the same number of rows, its values in the form that the column's type asks for;
  /// `dictionaries[i]` is needed for codes. Pages with different dictionaries, and plain strings, may follow each other in one
  /// column. `numbers` is given one number per row. Cost: 1 to 3 ns a row for up to 2^20 packed keys, then one or two cache misses.
  public func number(_ pages: [ColumnPage], dictionaries: [StringDictionary?], into numbers: inout [UInt32]) {
    forEachBlock(pages, into: &numbers) { rows, numbers in
      encode(pages, dictionaries, rows)
      if usesCodesAsNumbers {
        for i in 0..<rows.count { numbers[i] = codes[0][i] }
        count = coders[0].codeLimit
      } else {
        let layout = fittingLayout()
        layout.number(codes, rowCount: rows.count, into: numbers)
        count = layout.count
      }
    }
  }

  /// As ``number(_:dictionaries:into:)``, but keys not seen before are not added: their rows get `UInt32.max`.
  public func lookUp(_ pages: [ColumnPage], dictionaries: [StringDictionary?], into numbers: inout [UInt32]) {
    forEachBlock(pages, into: &numbers) { rows, numbers in
      for column in coders.indices {
        codes[column].withUnsafeMutableBufferPointer {
          let block = UnsafeMutableBufferPointer(rebasing: $0[..<rows.count])
          coders[column].lookUp(pages[column], dictionaries[column], rows: rows, into: block)
        }
      }
      if count == 0 {
        numbers.update(repeating: NumberTable.missing)
      } else if usesCodesAsNumbers {
        for i in 0..<rows.count { numbers[i] = codes[0][i] }
      } else {
        fittingLayout().lookUp(codes, rowCount: rows.count, into: numbers)
      }
    }
  }

  /// The distinct keys as columns of the same types: row `g` is key number `g`. Strings are codes with a dictionary of their own.
  ///
  /// O(keys x columns).
  public func keys() -> (pages: [ColumnPage], dictionaries: [StringDictionary?]) {
    let decoded = zip(coders, codesOfKeys()).map { $0.decode($1) }
    return (decoded.map(\.page), decoded.map(\.dictionary))
  }

  /// A single column's dense codes are the numbers already.
  private var usesCodesAsNumbers: Bool { coders.count == 1 && coders[0].isDense }

  private func forEachBlock(
    _ pages: [ColumnPage], into numbers: inout [UInt32],
    _ body: (Range<Int>, UnsafeMutableBufferPointer<UInt32>) -> Void
  ) {
    precondition(pages.count == coders.count, "\(pages.count) pages for \(coders.count) key columns")
    let rowCount = pages[0].rowCount
    precondition(pages.allSatisfy { $0.rowCount == rowCount }, "key pages differ in rows")
    if numbers.count != rowCount { numbers = [UInt32](repeating: 0, count: rowCount) }
    numbers.withUnsafeMutableBufferPointer { numbers in
      for first in stride(from: 0, to: rowCount, by: Self.blockRows) {
        let rows = first..<min(rowCount, first + Self.blockRows)
        body(rows, UnsafeMutableBufferPointer(rebasing: numbers[rows]))
      }
    }
  }

  private func encode(_ pages: [ColumnPage], _ dictionaries: [StringDictionary?], _ rows: Range<Int>) {
    for column in coders.indices {
      let page = pages[column]
      let fits = codes[column].withUnsafeMutableBufferPointer {
        let block = UnsafeMutableBufferPointer(rebasing: $0[..<rows.count])
        return coders[column].encode(page, dictionaries[column], rows: rows, into: block)
      }
      if fits { continue }
      widen(column, for: page, rows)
      codes[column].withUnsafeMutableBufferPointer {
        let block = UnsafeMutableBufferPointer(rebasing: $0[..<rows.count])
        let fits = coders[column].encode(page, dictionaries[column], rows: rows, into: block)
        precondition(fits, "a widened key column holds the values it was widened for")
      }
    }
  }

  /// Changes one column's coding: the keys seen so far get their codes anew, in order, and keep their numbers.
  private func widen(_ column: Int, for page: ColumnPage, _ rows: Range<Int>) {
    let coder = coders[column]
    var codes = codesOfKeys()
    let (known, dictionary) = coder.decode(codes[column])
    coder.widen(for: page, rows: rows)
    let fits = codes[column].withUnsafeMutableBufferPointer {
      coder.encode(known, dictionary, rows: 0..<known.rowCount, into: $0)
    }
    precondition(fits, "a widened key column holds the values it held before")
    layOut(codes)
  }

  private func codesOfKeys() -> [[UInt32]] {
    if usesCodesAsNumbers { return [Array(0..<UInt32(count))] }
    return layout?.codesOfKeys() ?? coders.map { _ in [] }
  }

  /// The layout, made anew if a column's codes have outgrown their bits.
  private func fittingLayout() -> KeyLayout {
    if let layout, zip(coders, layout.widths).allSatisfy({ $0.codeLimit <= 1 << $1 }) { return layout }
    return layOut(codesOfKeys())
  }

  @discardableResult
  private func layOut(_ codesOfKeys: [[UInt32]]) -> KeyLayout {
    let needed = coders.map { Int.bitWidth - max(0, $0.codeLimit - 1).leadingZeroBitCount }
    // A spare bit each where that costs no further stage, so that growing columns are laid out less often.
    let spared = needed.map { min(32, $0 + 1) }
    let fresh = KeyLayout(widths: spared.reduce(0, +) <= 64 ? spared : needed, expectedKeys: expectedKeys)
    var numbers = [UInt32](repeating: 0, count: codesOfKeys[0].count)
    numbers.withUnsafeMutableBufferPointer { fresh.number(codesOfKeys, rowCount: codesOfKeys[0].count, into: $0) }
    layout = fresh
    return fresh
  }
}
