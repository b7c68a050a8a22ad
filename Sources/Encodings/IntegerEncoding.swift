// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How a stream of integers is stored: a tree whose parameters live in the footer and whose bytes live in the page.
///
/// What the values are (64-bit, 128-bit, 32-bit codes or lengths) and how many, the place of the stream says. Bytes of children
/// come in the order in which they are named here. Arithmetic is modulo 2^B, B the bits of a value.
package indirect enum IntegerEncoding: Sendable, Equatable {
  /// All values are the same; no bytes.
  case constant(Int128)
  /// Each value in the full width of its type.
  case plain
  /// Frame of reference: each value is `reference` plus an unsigned number of `bitWidth` bits, bit-packed.
  case packed(reference: Int128, bitWidth: Int)
  /// `count` runs: the runs' values, then their lengths.
  case runs(count: Int, values: IntegerEncoding, lengths: IntegerEncoding)
  /// Differences to the value `lag` before: the first `lag` values, then the differences of the others. Where those are all zero the
  /// first values repeat.
  case delta(lag: Int, first: IntegerEncoding, differences: IntegerEncoding)
  /// Values, `count` of which are replaced: at ascending positions, by other values.
  case patched(count: Int, base: IntegerEncoding, positions: IntegerEncoding, values: IntegerEncoding)
  /// `count` values, and for each value of the stream its position among them.
  case dictionary(count: Int, values: IntegerEncoding, codes: IntegerEncoding)
  /// Frame of reference: each value is `reference` plus an unsigned number of `byteCount` bytes; the lowest bytes of all values, then the
  /// next ones. Made for codecs, which find in a plane what they do not find in packed bits.
  case planes(reference: Int128, byteCount: Int)
  /// Each value is `reference` plus `factor` times a value of the child.
  case multiples(factor: Int128, reference: Int128, quotients: IntegerEncoding)

  /// Deepest nesting a reader accepts.
  package static let maximumDepth = 4
  /// Most values of a ``dictionary(count:values:codes:)``.
  package static let maximumDictionaryCount = 65_536

  /// Bytes of the stream. Precondition: parsed or made for `valueCount` values of `valueBits` bits.
  package func byteCount(valueCount: Int, valueBits: Int) -> Int {
    switch self {
    case .constant: 0
    case .plain: valueCount * valueBits / 8
    case .packed(_, let bitWidth): packedByteCount(valueCount, bitWidth: bitWidth)
    case .planes(_, let byteCount): valueCount * byteCount
    case .runs(let count, let values, let lengths):
      values.byteCount(valueCount: count, valueBits: valueBits) + lengths.byteCount(valueCount: count, valueBits: 32)
    case .delta(let lag, let first, let differences):
      first.byteCount(valueCount: lag, valueBits: valueBits)
        + differences.byteCount(valueCount: valueCount - lag, valueBits: valueBits)
    case .patched(let count, let base, let positions, let values):
      base.byteCount(valueCount: valueCount, valueBits: valueBits)
        + positions.byteCount(valueCount: count, valueBits: 32)
        + values.byteCount(valueCount: count, valueBits: valueBits)
    case .dictionary(let count, let values, let codes):
      values.byteCount(valueCount: count, valueBits: valueBits) + codes.byteCount(valueCount: valueCount, valueBits: 32)
    case .multiples(_, _, let quotients): quotients.byteCount(valueCount: valueCount, valueBits: valueBits)
    }
  }

  /// Children in the order of their bytes.
  var children: [IntegerEncoding] {
    switch self {
    case .constant, .plain, .packed, .planes: []
    case .runs(_, let values, let lengths): [values, lengths]
    case .delta(_, let first, let differences): [first, differences]
    case .patched(_, let base, let positions, let values): [base, positions, values]
    case .dictionary(_, let values, let codes): [values, codes]
    case .multiples(_, _, let quotients): [quotients]
    }
  }

  /// True if a codec is to make the bytes smaller: they were laid out for one.
  package var hasPlanes: Bool {
    if case .planes = self { return true }
    return children.contains { $0.hasPlanes }
  }
}

extension IntegerEncoding: CustomStringConvertible {
  /// `runs(12: packed 5, constant)`: what `inspect` prints.
  package var description: String {
    switch self {
    case .constant: "constant"
    case .plain: "plain"
    case .packed(_, let bitWidth): "packed \(bitWidth)"
    case .planes(_, let byteCount): "planes \(byteCount)"
    case .runs(let count, let values, let lengths): "runs(\(count): \(values), \(lengths))"
    case .delta(let lag, let first, let differences): "delta(\(lag): \(first), \(differences))"
    case .patched(let count, let base, let positions, let values):
      "patched(\(base); \(count): \(positions), \(values))"
    case .dictionary(let count, let values, let codes): "dictionary(\(count): \(values), \(codes))"
    case .multiples(let factor, _, let quotients): "multiples(of \(factor): \(quotients))"
    }
  }
}

extension IntegerEncoding {
  /// The tree without its numbers: `runs(packed, constant)`.
  var shape: String {
    let name =
      switch self {
      case .constant: "constant"
      case .plain: "plain"
      case .packed: "packed"
      case .planes: "planes"
      case .runs: "runs"
      case .delta: "delta"
      case .patched: "patched"
      case .dictionary: "dictionary"
      case .multiples: "multiples"
      }
    let children = children
    return children.isEmpty ? name : "\(name)(\(children.map(\.shape).joined(separator: ", ")))"
  }
}
