// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Turns one key column's values into small integers, equal for equal values, and back.
///
/// Codes are below ``codeLimit``, which grows as values are seen.
protocol KeyCoder: AnyObject {
  /// One more than the greatest code given so far.
  var codeLimit: Int { get }

  /// True if codes are 0, 1, 2, … in order of first appearance, null among them.
  var isDense: Bool { get }

  /// Gives the codes of `rows` of `page`; `codes` has one slot per row of `rows`.
  ///
  /// Returns false if the present coding cannot hold a value: then ``widen(for:rows:)`` must follow, and older codes are void.
  func encode(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool

  /// As `encode`, but values without a code get ``NumberTable/missing`` and none is added.
  func lookUp(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  )

  /// Changes the coding so that it can hold `rows` of `page` as well as everything seen before.
  func widen(for page: ColumnPage, rows: Range<Int>)

  /// The values of `codes`.
  func decode(_ codes: [UInt32]) -> (page: ColumnPage, dictionary: StringDictionary?)
}

extension KeyCoder {
  func widen(for page: ColumnPage, rows: Range<Int>) { preconditionFailure("this coding holds every value") }
}

/// The coder for a column type.
func makeKeyCoder(for type: ColumnType) -> any KeyCoder {
  switch type {
  case .bool, .int64, .date, .timestamp: IntegerKeyCoder()
  case .decimal: type.isWide ? WideKeyCoder() : IntegerKeyCoder()
  case .float64: FloatKeyCoder()
  case .string: StringKeyCoder()
  }
}

/// Page of `codes` decoded by `value`, those equal to `nullCode` being null (their slots hold `empty`).
func decodedSlots<T>(
  _ codes: [UInt32], nullCode: UInt32?, empty: T, _ value: (Int) -> T
) -> (slots: [T], validity: Validity) {
  var words = [UInt64](repeating: 0, count: (codes.count + 63) / 64)
  var slots: [T] = []
  slots.reserveCapacity(codes.count)
  for (row, code) in codes.enumerated() {
    if code == nullCode {
      slots.append(empty)
    } else {
      slots.append(value(Int(code)))
      words[row >> 6] |= 1 << UInt64(row & 63)
    }
  }
  return (slots, codes.isEmpty ? .allValid : Validity(words: words, rowCount: codes.count))
}
