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

extension Int64 {
  package static func summary(of values: UnsafeBufferPointer<Int64>) -> IntegerSummary<Int64> { summarize(values) }
}

extension UInt32 {
  package static func summary(of values: UnsafeBufferPointer<UInt32>) -> IntegerSummary<UInt32> { summarize(values) }
}

extension Int128 {
  package static func summary(of values: UnsafeBufferPointer<Int128>) -> IntegerSummary<Int128> { summarize(values) }
}

/// Appends `values` to `bytes` in the encoding that costs least by `policy`, and says which. Precondition: `summary` is theirs.
///
/// What each encoding would take is told from a sample; what is chosen is never larger than plain packing, but for planes, which
/// count on a codec. Depends on the values alone.
package func encodeIntegers<T: StreamInteger>(
  _ values: UnsafeBufferPointer<T>, summary: IntegerSummary<T>, policy: EncodingPolicy, depth: Int = 1,
  into bytes: inout [UInt8]
) -> IntegerEncoding {
  IntegerEncoder(policy: policy, depth: depth).encode(values, summary, into: &bytes)
}

/// The same for a part of another encoding, at depth 2 or more.
func encodeIntegers<T: StreamInteger>(
  _ values: [T], policy: EncodingPolicy, depth: Int, into bytes: inout [UInt8]
) -> IntegerEncoding {
  values.withUnsafeBufferPointer {
    encodeIntegers($0, summary: T.summary(of: $0), policy: policy, depth: depth, into: &bytes)
  }
}

/// Encodes one stream, and what it is taken apart into.
private struct IntegerEncoder {
  let policy: EncodingPolicy
  /// Depth of the stream's encoding in the tree.
  let depth: Int
  /// Ways that its parent has gone already.
  var tried: Set<IntegerPlan.Kind> = []
  /// Ways that did not hold for this stream what its sample promised.
  var failed: Set<IntegerPlan.Kind> = []

  func encode<T: StreamInteger>(
    _ values: UnsafeBufferPointer<T>, _ summary: IntegerSummary<T>, into bytes: inout [UInt8]
  ) -> IntegerEncoding {
    guard let simple = simpleEncoding(summary, count: values.count) else { return .constant(0) }
    let start = bytes.count
    let simpleByteCount = simple.byteCount(valueCount: values.count, valueBits: T.bitWidth)
    if simpleByteCount > 64, depth < IntegerEncoding.maximumDepth {
      let chooser = IntegerChooser(values, summary, policy: policy, tried: tried, failed: failed)
      if let plan = chooser.best() {
        if let encoding = encode(values, summary, plan, into: &bytes),
          encoding.hasPlanes || bytes.count - start < simpleByteCount
        {
          return encoding
        }
        bytes.removeSubrange(start...)
        // Of the others the best may still be better than packing.
        return IntegerEncoder(policy: policy, depth: depth, tried: tried, failed: failed.union([plan.kind]))
          .encode(values, summary, into: &bytes)
      }
    }
    append(values, as: simple, to: &bytes)
    return simple
  }

  /// nil if the stream is not what its sample promised.
  private func encode<T: StreamInteger>(
    _ values: UnsafeBufferPointer<T>, _ summary: IntegerSummary<T>, _ plan: IntegerPlan, into bytes: inout [UInt8]
  ) -> IntegerEncoding? {
    let reference = Int128(summary.minimum)
    switch plan {
    case .planes(let count):
      appendZeros(values.count * count, to: &bytes) {
        T.splitPlanes(values, reference: summary.minimum, planeCount: count, into: $0)
      }
      return .planes(reference: reference, byteCount: count)
    case .runs:
      let runs = Runs(values, count: summary.runCount)
      let valueEncoding = child(runs.values, [.runs], into: &bytes)
      return .runs(
        count: runs.values.count, values: valueEncoding, lengths: child(runs.lengths, [.runs], into: &bytes))
    case .delta(let lag):
      let first = child(Array(values[..<lag]), [.delta], into: &bytes)
      let differences = (lag..<values.count).map { values[$0] &- values[$0 - lag] }
      return .delta(lag: lag, first: first, differences: child(differences, [.delta, .multiples], into: &bytes))
    case .patched(let low, let bitWidth):
      return patched(values, reference: T(truncatingIfNeeded: low), bitWidth: bitWidth, into: &bytes)
    case .dictionary(let limit):
      return dictionary(values, limit: limit, into: &bytes)
    case .multiples(let factor):
      return multiples(values, summary, T.Magnitude(truncatingIfNeeded: factor), into: &bytes)
    }
  }

  private func child<C: StreamInteger>(
    _ values: [C], _ kinds: Set<IntegerPlan.Kind>, into bytes: inout [UInt8]
  ) -> IntegerEncoding {
    values.withUnsafeBufferPointer { values in
      IntegerEncoder(policy: policy, depth: depth + 1, tried: tried.union(kinds))
        .encode(values, C.summary(of: values), into: &bytes)
    }
  }

  private func patched<T: StreamInteger>(
    _ values: UnsafeBufferPointer<T>, reference: T, bitWidth: Int, into bytes: inout [UInt8]
  ) -> IntegerEncoding? {
    var base = Array(values)
    var positions: [UInt32] = []
    var patches: [T] = []
    let limit = bitWidth == 0 ? 1 : T.Magnitude(1) << T.Magnitude(bitWidth)
    for index in values.indices where T.Magnitude(truncatingIfNeeded: values[index] &- reference) >= limit {
      positions.append(UInt32(index))
      patches.append(values[index])
      base[index] = reference
    }
    guard !positions.isEmpty, positions.count < values.count / 4 else { return nil }
    let packed =
      bitWidth == 0
      ? IntegerEncoding.constant(Int128(reference)) : .packed(reference: Int128(reference), bitWidth: bitWidth)
    base.withUnsafeBufferPointer { append($0, as: packed, to: &bytes) }
    let positionEncoding = child(positions, [.patched], into: &bytes)
    return .patched(
      count: positions.count, base: packed, positions: positionEncoding,
      values: child(patches, [.patched], into: &bytes))
  }

  private func dictionary<T: StreamInteger>(
    _ values: UnsafeBufferPointer<T>, limit: Int, into bytes: inout [UInt8]
  ) -> IntegerEncoding? {
    var codeOf: [T: UInt32] = [:]
    for value in values where codeOf[value] == nil {
      guard codeOf.count < limit else { return nil }
      codeOf[value] = 0
    }
    // Ascending: codes order as values do.
    let entries = codeOf.keys.sorted()
    for (code, entry) in entries.enumerated() { codeOf[entry] = UInt32(code) }
    let codes = values.map { codeOf[$0] ?? 0 }
    let valueEncoding = child(entries, [.dictionary, .planes], into: &bytes)
    return .dictionary(
      count: entries.count, values: valueEncoding, codes: child(codes, [.dictionary, .multiples], into: &bytes))
  }

  private func multiples<T: StreamInteger>(
    _ values: UnsafeBufferPointer<T>, _ summary: IntegerSummary<T>, _ factor: T.Magnitude, into bytes: inout [UInt8]
  ) -> IntegerEncoding? {
    guard let signed = T(exactly: factor) else { return nil }
    var quotients: [T] = []
    quotients.reserveCapacity(values.count)
    for value in values {
      let (quotient, rest) = T.Magnitude(truncatingIfNeeded: value &- summary.minimum)
        .quotientAndRemainder(dividingBy: factor)
      guard rest == 0 else { return nil }
      quotients.append(T(truncatingIfNeeded: quotient))
    }
    return .multiples(
      factor: Int128(signed), reference: Int128(summary.minimum),
      quotients: child(quotients, [.multiples], into: &bytes))
  }
}

/// Constant, packed or plain, whichever is smallest; nil for no values.
private func simpleEncoding<T: StreamInteger>(_ summary: IntegerSummary<T>, count: Int) -> IntegerEncoding? {
  guard count > 0 else { return nil }
  guard summary.minimum != summary.maximum else { return .constant(Int128(summary.minimum)) }
  let bitWidth = summary.bitWidth
  guard bitWidth < min(65, T.bitWidth) else { return .plain }
  return .packed(reference: Int128(summary.minimum), bitWidth: bitWidth)
}

extension IntegerSummary {
  /// Bits of the distance between least and greatest value.
  var bitWidth: Int {
    // The difference of two values of T fits T's unsigned type, whatever their signs.
    T.bitWidth - T.Magnitude(truncatingIfNeeded: maximum &- minimum).leadingZeroBitCount
  }
}

/// Precondition: `encoding` has no children.
private func append<T: StreamInteger>(
  _ values: UnsafeBufferPointer<T>, as encoding: IntegerEncoding, to bytes: inout [UInt8]
) {
  switch encoding {
  case .plain: bytes.append(contentsOf: UnsafeRawBufferPointer(values))
  case .packed(let reference, let bitWidth):
    appendZeros(packedByteCount(values.count, bitWidth: bitWidth), to: &bytes) {
      // The reference is a T, so the conversion is exact.
      T.pack(values, reference: T(truncatingIfNeeded: reference), bitWidth: bitWidth, into: $0)
    }
  default: break
  }
}

private func appendZeros(_ count: Int, to bytes: inout [UInt8], _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
  let start = bytes.count
  bytes.append(contentsOf: repeatElement(0, count: count))
  bytes.withUnsafeMutableBytes { fill(UnsafeMutableRawBufferPointer(rebasing: $0[start...])) }
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
