// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// What an operation gives for the rows at hand.
///
/// A row may fail (an overflow, a text that is no number) without harm as long as nothing asks for it; slots of rows that failed or are
/// null hold anything.
struct ExpressionVector: Sendable {
  var values: PageValues
  var validity: Validity = .allValid
  /// Rows that failed, laid out as validity bits; nil where none did.
  var failures: [UInt64]?
  /// Of codes.
  var dictionary: StringDictionary?
  /// True where one slot stands for all rows.
  var isSame = false

  /// Where a row's value lies.
  @inline(__always) func slot(_ row: Int) -> Int { isSame ? 0 : row }

  /// True where the row has a value.
  func isValid(_ row: Int) -> Bool { validity.isValid(slot(row)) }

  /// The same for a row each.
  func expanded(to rowCount: Int) -> ExpressionVector {
    guard isSame else { return self }
    var all = self
    all.isSame = false
    let isNull = validity == .allNull
    all.validity = isNull ? .allNull : .allValid
    if failures != nil { all.failures = allBits(rowCount) }
    switch values {
    case .int64(let values): all.values = .int64(Array(repeating: values[0], count: rowCount))
    case .int128(let values): all.values = .int128(Array(repeating: values[0], count: rowCount))
    case .float64(let values): all.values = .float64(Array(repeating: values[0], count: rowCount))
    case .codes(let values): all.values = .codes(Array(repeating: values[0], count: rowCount))
    case .strings(let strings):
      // One entry and codes for it, so that a long text is not repeated.
      all.values = .codes(Array(repeating: 0, count: rowCount))
      all.dictionary = StringDictionary(entries: strings)
    }
    return all
  }

  /// The whole number of a row, whatever its width. Precondition: held as integers.
  func integer(_ row: Int) -> Int128 {
    switch values {
    case .int64(let values): Int128(values[slot(row)])
    case .int128(let values): values[slot(row)]
    default: preconditionFailure("integers expected")
    }
  }

  func withInt64<R>(_ body: (Operand<Int64>) -> R) -> R {
    guard case .int64(let values) = values else { preconditionFailure("narrow integers expected") }
    return isSame ? body(.same(values[0])) : values.withUnsafeBufferPointer { body(.each($0)) }
  }

  func withInt128<R>(_ body: (Operand<Int128>) -> R) -> R {
    guard case .int128(let values) = values else { preconditionFailure("wide integers expected") }
    return isSame ? body(.same(values[0])) : values.withUnsafeBufferPointer { body(.each($0)) }
  }

  func withDouble<R>(_ body: (Operand<Double>) -> R) -> R {
    guard case .float64(let values) = values else { preconditionFailure("doubles expected") }
    return isSame ? body(.same(values[0])) : values.withUnsafeBufferPointer { body(.each($0)) }
  }

  /// Runs `body` with what finds the bytes of a row's text; rows that are null have those of some text or none.
  func withTexts<R>(_ body: ((Int) -> UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let isSame = isSame
    switch values {
    case .strings(let strings):
      return try strings.bytes.withUnsafeBytes { bytes in
        try body { UnsafeRawBufferPointer(rebasing: bytes[strings.range(isSame ? 0 : $0)]) }
      }
    case .codes(let codes):
      guard let entries = dictionary?.entries else { preconditionFailure("codes without their dictionary") }
      return try entries.bytes.withUnsafeBytes { bytes in
        try body { row in
          let code = Int(codes[isSame ? 0 : row])
          return code < entries.count
            ? UnsafeRawBufferPointer(rebasing: bytes[entries.range(code)]) : .init(start: nil, count: 0)
        }
      }
    default: preconditionFailure("texts expected")
    }
  }

  /// The first row whose text, after those of the rows before it, ends past so many bytes; nil if all have room. Precondition: codes with
  /// their dictionary, a slot per row. O(rows) where that is possible at all.
  func firstRow(pastBytes limit: Int) -> Int? {
    guard case .codes(let codes) = values, let entries = dictionary?.entries else {
      preconditionFailure("codes expected")
    }
    guard entries.bytes.count > limit / max(1, codes.count) else { return nil }
    var total = 0
    return codes.indices.first { row in
      if validity.isValid(row) { total += entries.range(Int(codes[row])).count }
      return total > limit
    }
  }

  /// Rows with a value, as bits of `rowCount` rows.
  func validBits(_ rowCount: Int) -> [UInt64] {
    switch validity {
    case .allValid: allBits(rowCount)
    case .allNull: [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    case .bits(let words): words
    }
  }

  /// Rows that failed, as bits of `rowCount` rows; nil for none.
  func failureBits(_ rowCount: Int) -> [UInt64]? { isSame && failures != nil ? allBits(rowCount) : failures }

  /// Rows that have the truth value `flag`, as bits of `rowCount` rows.
  func bits(where flag: Bool, _ rowCount: Int) -> [UInt64] {
    guard case .int64(let values) = values else { preconditionFailure("truth values expected") }
    var words: [UInt64]
    if isSame {
      words = (values[0] != 0) == flag ? allBits(rowCount) : [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    } else {
      words = bitsOfTruths(values, equalTo: flag)
    }
    switch validity {
    case .allValid: break
    case .allNull: words = [UInt64](repeating: 0, count: words.count)
    case .bits(let valid): for index in words.indices { words[index] &= valid[index] }
    }
    return words
  }
}

/// A bit for each value that is `flag`. O(rows).
private func bitsOfTruths(_ values: [Int64], equalTo flag: Bool) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: (values.count + 63) / 64)
  values.withUnsafeBufferPointer { values in
    for word in words.indices {
      var bits: UInt64 = 0
      for bit in 0..<min(64, values.count - word * 64) {
        bits |= UInt64((values[word * 64 + bit] != 0) == flag ? 1 : 0) << UInt64(bit)
      }
      words[word] = bits
    }
  }
  return words
}

/// A 1 for each of `rowCount` rows.
func allBits(_ rowCount: Int) -> [UInt64] {
  var words = [UInt64](repeating: ~0, count: (rowCount + 63) / 64)
  if rowCount % 64 != 0 { words[words.count - 1] = 1 << UInt64(rowCount % 64) - 1 }
  return words
}

/// Bits of both; nil stands for none.
func joinedBits(_ a: [UInt64]?, _ b: [UInt64]?) -> [UInt64]? {
  guard let a, let b else { return a ?? b }
  return zip(a, b).map { $0 | $1 }
}

/// Rows that have a value in both.
func intersection(_ a: Validity, _ b: Validity) -> Validity {
  switch (a, b) {
  case (.allNull, _), (_, .allNull): .allNull
  case (.allValid, let rest), (let rest, .allValid): rest
  case (.bits(let a), .bits(let b)): .bits(zip(a, b).map { $0 & $1 })
  }
}
