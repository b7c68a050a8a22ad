// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The page in the simplest form that its encoding allows: constants, runs and packed integers as they are, all else decoded.
///
/// Precondition: as for ``decodePage(_:from:rowCount:nullCount:codeLimit:bounds:)``, which says what is checked. Of packed integers the
/// caller checks the greatest offset, with ``PackedIntegers/greatestOffset``; a page whose reference already breaks its bounds is decoded,
/// and refused. The form points into `bytes`. Cost: that of the runs, or of the validity bits, where nothing is decoded.
package func viewPage(
  _ encoding: PageEncoding, from bytes: UnsafeRawBufferPointer, rowCount: Int, nullCount: Int, codeLimit: Int,
  bounds: PageStatistics.Bounds
) throws(EncodingError) -> PageForm {
  let isCodes = encoding.physical == .codes
  if case .integers(let tree) = encoding.values, isCodes || encoding.physical == .int64 {
    let limits = integerLimits(isCodes: isCodes, codeLimit: codeLimit, bounds: bounds)
    if let limits, let content = try viewIntegers(tree, from: bytes, rowCount: rowCount, isCodes: isCodes, limits) {
      let used = tree.byteCount(valueCount: rowCount, valueBits: isCodes ? 32 : 64)
      let validity = try decodeValidity(
        encoding.validity, from: UnsafeRawBufferPointer(rebasing: bytes[used...]), rowCount: rowCount)
      let found = validity.nullCount(ofRows: rowCount)
      guard found == nullCount else {
        throw EncodingError(.malformed, "\(found) nulls where the footer has \(nullCount)")
      }
      return PageForm(rowCount: rowCount, validity: validity, content: content)
    }
  }
  return PageForm(
    try decodePage(
      encoding, from: bytes, rowCount: rowCount, nullCount: nullCount, codeLimit: codeLimit, bounds: bounds))
}

/// nil where the page is to be decoded: it is of another kind, or decoding will tell what is wrong with it.
private func viewIntegers(
  _ tree: IntegerEncoding, from bytes: UnsafeRawBufferPointer, rowCount: Int, isCodes: Bool,
  _ limits: ClosedRange<Int128>
) throws(EncodingError) -> PageForm.Content? {
  switch tree {
  case .constant(let value):
    return limits.contains(value) ? .constant(value) : nil
  case .runs(let count, let valueEncoding, let lengthEncoding):
    let size = tree.byteCount(valueCount: rowCount, valueBits: isCodes ? 32 : 64)
    guard size <= bytes.count else { return nil }
    let (values, used) = try decodeRunValues(valueEncoding, from: bytes, count: count, isCodes: isCodes)
    let (lengths, _): ([UInt32], Int) = try decodeIntegers(
      lengthEncoding, from: UnsafeRawBufferPointer(rebasing: bytes[used...]), count: count)
    guard (try? checkRunLengths(lengths, filling: rowCount)) != nil, let least = values.min(),
      let greatest = values.max(), limits.contains(Int128(least)), limits.contains(Int128(greatest))
    else { return nil }
    return .runs(values: values, lengths: lengths)
  case .packed(let reference, let bitWidth):
    let size = packedByteCount(rowCount, bitWidth: bitWidth)
    // A reference that is no value of the type wraps around when decoded.
    guard size <= bytes.count, let narrow = Int64(exactly: reference), limits.contains(reference),
      let greatest = UInt64(exactly: limits.upperBound - reference)
    else { return nil }
    let stream = UnsafeRawBufferPointer(rebasing: bytes[..<size])
    return .packed(
      PackedIntegers(bytes: stream, reference: narrow, bitWidth: bitWidth, greatestOffset: greatest))
  default: return nil
  }
}

private func decodeRunValues(
  _ encoding: IntegerEncoding, from bytes: UnsafeRawBufferPointer, count: Int, isCodes: Bool
) throws(EncodingError) -> ([Int64], Int) {
  guard isCodes else { return try decodeIntegers(encoding, from: bytes, count: count) }
  let (codes, used): ([UInt32], Int) = try decodeIntegers(encoding, from: bytes, count: count)
  return (codes.map { Int64($0) }, used)
}
