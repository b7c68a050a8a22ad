// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

/// How a stream is to be stored, without numbers that follow from its values.
package indirect enum EncodingShape: Sendable {
  case constant
  case plain
  case packed
  case planes
  case runs(EncodingShape, EncodingShape)
  case delta(lag: Int, EncodingShape, EncodingShape)
  /// Every so many values are patched.
  case patched(every: Int, EncodingShape, EncodingShape, EncodingShape)
  case dictionary(EncodingShape, EncodingShape)
  case multiples(of: Int, EncodingShape)

  /// Any shape, at most `depth` deep.
  package static func random(depth: Int, using random: inout RandomSource) -> EncodingShape {
    func child() -> EncodingShape { .random(depth: depth - 1, using: &random) }
    switch random.next() % (depth > 1 ? 9 : 4) {
    case 0: return .constant
    case 1: return .plain
    case 2: return .packed
    case 3: return .planes
    case 4: return .runs(child(), child())
    case 5: return .delta(lag: Int(random.next() % 9) + 1, child(), child())
    case 6: return .patched(every: Int(random.next() % 50) + 1, child(), child(), child())
    case 7: return .dictionary(child(), child())
    default: return .multiples(of: Int(random.next() % 7) + 1, child())
    }
  }
}

/// Writes `values` as the specification says, one value at a time: the plain twin of the encoder, and what makes any nesting.
///
/// Where the values do not allow a shape (a constant of two values, a factor that does not divide) they are stored plain.
package func plainlyEncoded<T: StreamInteger>(
  _ values: [T], as shape: EncodingShape
) -> (encoding: IntegerEncoding, bytes: [UInt8]) {
  let plain = (IntegerEncoding.plain, values.flatMap { bytes($0, count: T.bitWidth / 8) })
  guard let first = values.first else { return plain }
  let minimum = values.min() ?? first
  let offsets = values.map { T.Magnitude(truncatingIfNeeded: $0 &- minimum) }
  let width = T.bitWidth - (offsets.max() ?? 0).leadingZeroBitCount
  switch shape {
  case .plain: return plain
  case .constant: return offsets.allSatisfy { $0 == 0 } ? (.constant(Int128(first)), []) : plain
  case .packed:
    guard width <= 64 else { return plain }
    let packed = packedPlainly(offsets.map { UInt64(truncatingIfNeeded: $0) }, bitWidth: width)
    return (.packed(reference: Int128(minimum), bitWidth: width), packed)
  case .planes:
    let count = max(1, (width + 7) / 8)
    guard count <= 8 else { return plain }
    let planes = (0..<count).flatMap { plane in
      offsets.map { UInt8(truncatingIfNeeded: $0 >> T.Magnitude(8 * plane)) }
    }
    return (.planes(reference: Int128(minimum), byteCount: count), planes)
  case .runs(let valueShape, let lengthShape):
    var runs: [(value: T, length: UInt32)] = []
    for value in values {
      if runs.last?.value == value { runs[runs.count - 1].length += 1 } else { runs.append((value, 1)) }
    }
    let (inner, innerBytes) = plainlyEncoded(runs.map(\.value), as: valueShape)
    let (lengths, lengthBytes) = plainlyEncoded(runs.map(\.length), as: lengthShape)
    return (.runs(count: runs.count, values: inner, lengths: lengths), innerBytes + lengthBytes)
  case .delta(let lag, let firstShape, let differenceShape):
    guard lag < values.count else { return plain }
    let (start, startBytes) = plainlyEncoded(Array(values[..<lag]), as: firstShape)
    let (rest, restBytes) = plainlyEncoded(
      (lag..<values.count).map { values[$0] &- values[$0 - lag] }, as: differenceShape)
    return (.delta(lag: lag, first: start, differences: rest), startBytes + restBytes)
  case .patched(let step, let baseShape, let positionShape, let valueShape):
    let positions = stride(from: 0, to: values.count, by: step).map { UInt32($0) }
    var base = values
    for position in positions { base[Int(position)] = values[values.count - 1] }
    let parts = (
      plainlyEncoded(base, as: baseShape), plainlyEncoded(positions, as: positionShape),
      plainlyEncoded(positions.map { values[Int($0)] }, as: valueShape)
    )
    return (
      .patched(count: positions.count, base: parts.0.encoding, positions: parts.1.encoding, values: parts.2.encoding),
      parts.0.bytes + parts.1.bytes + parts.2.bytes
    )
  case .dictionary(let valueShape, let codeShape):
    let entries = Array(Set(values)).sorted()
    guard entries.count <= IntegerEncoding.maximumDictionaryCount else { return plain }
    let (inner, innerBytes) = plainlyEncoded(entries, as: valueShape)
    let codes = values.map { value in UInt32(entries.firstIndex(of: value) ?? 0) }
    let (outer, outerBytes) = plainlyEncoded(codes, as: codeShape)
    return (.dictionary(count: entries.count, values: inner, codes: outer), innerBytes + outerBytes)
  case .multiples(let factor, let quotientShape):
    guard offsets.allSatisfy({ $0 % T.Magnitude(factor) == 0 }) else { return plain }
    let quotients = offsets.map { T(truncatingIfNeeded: $0 / T.Magnitude(factor)) }
    let (inner, innerBytes) = plainlyEncoded(quotients, as: quotientShape)
    return (.multiples(factor: Int128(factor), reference: Int128(minimum), quotients: inner), innerBytes)
  }
}

private func bytes<T: FixedWidthInteger>(_ value: T, count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> T(8 * $0)) }
}
