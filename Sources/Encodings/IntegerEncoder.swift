// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// What the choice of an encoding needs to know of a stream.
package struct IntegerSummary<T: StreamInteger>: Sendable {
  /// Smallest value. Meaningless for no values.
  package var minimum: T
  /// Greatest value.
  package var maximum: T
  /// Exact sum, nil if it left 128 bits or was not asked for.
  package var sum: Int128?
  /// Runs of equal neighbours.
  package var runCount: Int
}

/// Summary of 64-bit values. One vectorised pass. Precondition: at most 2^31 values.
package func summarize(_ values: UnsafeBufferPointer<Int64>) -> IntegerSummary<Int64> {
  var result = cs_i64_summary()
  cs_summarize_i64(values.baseAddress, values.count, &result)
  return IntegerSummary(
    minimum: result.minimum, maximum: result.maximum,
    sum: Int128(result.upper_sum) << 32 + Int128(result.lower_sum),
    runCount: values.isEmpty ? 0 : Int(result.change_count) + 1)
}

/// Summary of codes or lengths, without a sum. One vectorised pass.
package func summarize(_ values: UnsafeBufferPointer<UInt32>) -> IntegerSummary<UInt32> {
  var result = cs_u32_summary()
  cs_summarize_u32(values.baseAddress, values.count, &result)
  return IntegerSummary(
    minimum: result.minimum, maximum: result.maximum, sum: nil,
    runCount: values.isEmpty ? 0 : Int(result.change_count) + 1)
}

/// Summary of 128-bit values.
package func summarize(_ values: UnsafeBufferPointer<Int128>) -> IntegerSummary<Int128> {
  var summary = IntegerSummary<Int128>(minimum: .max, maximum: .min, sum: 0, runCount: 0)
  var previous: Int128?
  for value in values {
    summary.minimum = min(summary.minimum, value)
    summary.maximum = max(summary.maximum, value)
    if value != previous { summary.runCount += 1 }
    previous = value
    if let sum = summary.sum {
      let (partial, overflow) = sum.addingReportingOverflow(value)
      summary.sum = overflow ? nil : partial
    }
  }
  return summary
}

/// Appends `values` to `bytes` in the smallest of the encodings and says which. Precondition: `summary` is theirs.
///
/// Costs are exact. Packing is preferred to runs, which decode more slowly per byte, unless runs take less than 0.6 of it.
package func encodeIntegers<T: StreamInteger>(
  _ values: UnsafeBufferPointer<T>, summary: IntegerSummary<T>, into bytes: inout [UInt8]
) -> IntegerEncoding {
  guard let simple = simpleEncoding(summary, count: values.count) else { return .constant(0) }
  let simpleSize = simple.byteCount(valueCount: values.count, valueBits: T.bitWidth)
  // A run costs at least one bit of length; only pages with far fewer runs than values are worth the trial.
  if summary.runCount < values.count / 2, simpleSize > 64 {
    let runs = Runs(values, count: summary.runCount)
    var shorter = summary
    shorter.runCount = runs.values.count
    let lengthSummary = runs.lengths.withUnsafeBufferPointer { summarize($0) }
    if let valueEncoding = simpleEncoding(shorter, count: runs.values.count),
      let lengthEncoding = simpleEncoding(lengthSummary, count: runs.lengths.count)
    {
      let encoding = IntegerEncoding.runs(count: runs.values.count, values: valueEncoding, lengths: lengthEncoding)
      if encoding.byteCount(valueCount: values.count, valueBits: T.bitWidth) * 10 < simpleSize * 6 {
        runs.values.withUnsafeBufferPointer { append($0, as: valueEncoding, to: &bytes) }
        runs.lengths.withUnsafeBufferPointer { append($0, as: lengthEncoding, to: &bytes) }
        return encoding
      }
    }
  }
  append(values, as: simple, to: &bytes)
  return simple
}

/// Constant, packed or plain, whichever is smallest; nil for no values.
private func simpleEncoding<T: StreamInteger>(_ summary: IntegerSummary<T>, count: Int) -> IntegerEncoding? {
  guard count > 0 else { return nil }
  guard summary.minimum != summary.maximum else { return .constant(Int128(summary.minimum)) }
  // The difference of two values of T fits T's unsigned type, whatever their signs.
  let range = T.Magnitude(truncatingIfNeeded: summary.maximum &- summary.minimum)
  let bitWidth = T.bitWidth - range.leadingZeroBitCount
  guard bitWidth < min(65, T.bitWidth) else { return .plain }
  return .packed(reference: Int128(summary.minimum), bitWidth: bitWidth)
}

private func append<T: StreamInteger>(
  _ values: UnsafeBufferPointer<T>, as encoding: IntegerEncoding, to bytes: inout [UInt8]
) {
  switch encoding {
  case .constant, .runs: break
  case .plain: bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  case .packed(let reference, let bitWidth):
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: packedByteCount(values.count, bitWidth: bitWidth)))
    bytes.withUnsafeMutableBytes { buffer in
      // The reference came from a T's minimum, so the conversion is exact.
      T.pack(
        values, reference: T(truncatingIfNeeded: reference), bitWidth: bitWidth,
        into: UnsafeMutableRawBufferPointer(rebasing: buffer[start...]))
    }
  }
}

/// Values and lengths of runs of equal neighbours.
struct Runs<T: Equatable> {
  var values: [T] = []
  var lengths: [UInt32] = []

  init(_ source: UnsafeBufferPointer<T>, count: Int) {
    values.reserveCapacity(count)
    lengths.reserveCapacity(count)
    var start = 0
    while start < source.count {
      let value = source[start]
      var end = start + 1
      while end < source.count, source[end] == value { end += 1 }
      values.append(value)
      lengths.append(UInt32(end - start))
      start = end
    }
  }
}
