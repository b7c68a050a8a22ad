// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Stores `validity` of `rowCount` rows as bits or runs, whichever is smaller, appending its bytes.
func encodeValidity(_ validity: Validity, rowCount: Int, into bytes: inout [UInt8]) -> ValidityEncoding {
  guard case .bits(let words) = validity else { return validity == .allNull ? .allNull : .allValid }
  let bitBytes = (rowCount + 7) / 8
  let lengths = validityRuns(words, rowCount: rowCount, limit: bitBytes)
  if let lengths {
    var runBytes: [UInt8] = []
    let encoding = encodeIntegers(lengths, policy: .withoutCodec, depth: 2, into: &runBytes)
    if runBytes.count < bitBytes {
      bytes.append(contentsOf: runBytes)
      return .runs(firstIsValid: words[0] & 1 == 1, count: lengths.count, lengths: encoding)
    }
  }
  words.withUnsafeBytes { bytes.append(contentsOf: $0.prefix(bitBytes)) }
  return .bits
}

/// Lengths of runs of equal bits, nil when there are more than `limit`.
private func validityRuns(_ words: [UInt64], rowCount: Int, limit: Int) -> [UInt32]? {
  var lengths: [UInt32] = []
  var row = 0
  while row < rowCount {
    let isValid = words[row >> 6] >> UInt64(row & 63) & 1 == 1
    let end = nextChange(words, from: row, rowCount: rowCount, isValid: isValid)
    lengths.append(UInt32(end - row))
    guard lengths.count <= limit else { return nil }
    row = end
  }
  return lengths
}

/// First row after `row` whose bit is not `isValid`, or `rowCount`.
private func nextChange(_ words: [UInt64], from row: Int, rowCount: Int, isValid: Bool) -> Int {
  var position = row
  while position < rowCount {
    let word = isValid ? ~words[position >> 6] : words[position >> 6]
    let rest = word >> UInt64(position & 63)
    if rest != 0 { return min(rowCount, position + rest.trailingZeroBitCount) }
    position = (position | 63) + 1
  }
  return rowCount
}

/// Reads validity from all of `bytes`; throws if they are not exactly as long as they must be or contradict themselves.
func decodeValidity(
  _ encoding: ValidityEncoding, from bytes: UnsafeRawBufferPointer, rowCount: Int
) throws(EncodingError) -> Validity {
  switch encoding {
  case .allValid: return .allValid
  case .allNull: return .allNull
  case .bits:
    guard bytes.count == (rowCount + 7) / 8 else {
      throw EncodingError(.truncated, "\(bytes.count) bytes of validity for \(rowCount) rows")
    }
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    words.withUnsafeMutableBytes { $0.copyMemory(from: bytes) }
    if rowCount % 64 != 0, words[words.count - 1] >> UInt64(rowCount % 64) != 0 {
      throw EncodingError(.malformed, "validity bits beyond the last row are not zero")
    }
    return Validity(words: words, rowCount: rowCount)
  case .runs(let firstIsValid, let count, let lengthEncoding):
    let (lengths, _): ([UInt32], Int) = try decodeIntegers(lengthEncoding, from: bytes, count: count)
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    var row = 0
    var isValid = firstIsValid
    for length in lengths {
      let length = Int(length)
      guard length > 0, length <= rowCount - row else {
        throw EncodingError(.malformed, "a validity run of \(length) rows with \(rowCount - row) left")
      }
      if isValid { setBits(&words, row..<row + length) }
      row += length
      isValid.toggle()
    }
    guard row == rowCount else {
      throw EncodingError(.malformed, "validity runs of \(row) rows in all for \(rowCount) rows")
    }
    return Validity(words: words, rowCount: rowCount)
  }
}

private func setBits(_ words: inout [UInt64], _ rows: Range<Int>) {
  var row = rows.lowerBound
  while row < rows.upperBound {
    let end = min(rows.upperBound, (row | 63) + 1)
    words[row >> 6] |= (~0 >> UInt64(64 - (end - row))) << UInt64(row & 63)
    row = end
  }
}

/// Writes `fill` into the slots of null rows. Precondition: `words` covers `values`.
func fillNulls<T>(_ values: UnsafeMutableBufferPointer<T>, _ words: [UInt64], with fill: T) {
  for (index, word) in words.enumerated() where word != ~0 {
    var nulls = ~word
    while nulls != 0 {
      let row = index * 64 + nulls.trailingZeroBitCount
      guard row < values.count else { break }
      values[row] = fill
      nulls &= nulls - 1
    }
  }
}
