// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How a stream of integers is stored: a tree whose parameters live in the footer and whose bytes live in the page.
///
/// What the values are (64-bit, 128-bit, 32-bit codes or lengths) and how many, the place of the stream says.
package indirect enum IntegerEncoding: Sendable, Equatable {
  /// All values are the same; no bytes.
  case constant(Int128)
  /// Each value in the full width of its type.
  case plain
  /// Frame of reference: each value is `reference` plus an unsigned number of `bitWidth` bits, bit-packed.
  case packed(reference: Int128, bitWidth: Int)
  /// `count` runs: the bytes of the runs' values, then the bytes of their lengths.
  case runs(count: Int, values: IntegerEncoding, lengths: IntegerEncoding)

  /// Deepest nesting a reader accepts.
  package static let maximumDepth = 4

  enum Identifier {
    static let constant: UInt8 = 1
    static let plain: UInt8 = 2
    static let packed: UInt8 = 3
    static let runs: UInt8 = 4
  }

  /// Bytes of the stream. Precondition: parsed or made for `valueCount` values of `valueBits` bits.
  package func byteCount(valueCount: Int, valueBits: Int) -> Int {
    switch self {
    case .constant: 0
    case .plain: valueCount * valueBits / 8
    case .packed(_, let bitWidth): packedByteCount(valueCount, bitWidth: bitWidth)
    case .runs(let count, let values, let lengths):
      values.byteCount(valueCount: count, valueBits: valueBits) + lengths.byteCount(valueCount: count, valueBits: 32)
    }
  }

  /// Writes identifier and parameters, children after their parent.
  package func serialize(to writer: inout ByteWriter) {
    switch self {
    case .constant(let value):
      writer.append(Identifier.constant)
      writer.appendZigzag(value)
    case .plain:
      writer.append(Identifier.plain)
    case .packed(let reference, let bitWidth):
      writer.append(Identifier.packed)
      writer.append(UInt8(bitWidth))
      writer.appendZigzag(reference)
    case .runs(let count, let values, let lengths):
      writer.append(Identifier.runs)
      writer.appendVariable(UInt128(count))
      values.serialize(to: &writer)
      lengths.serialize(to: &writer)
    }
  }

  /// Reads and checks a tree for `valueCount` values of type `T`.
  package static func parse<T: StreamInteger>(
    from reader: inout ByteReader, valueCount: Int, as type: T.Type, depth: Int = 1
  ) throws(EncodingError) -> IntegerEncoding {
    let start = reader.position
    guard depth <= maximumDepth else {
      throw EncodingError(.limit, "encodings nest deeper than \(maximumDepth)", at: start)
    }
    let identifier = try reader.read(UInt8.self)
    switch identifier {
    case Identifier.constant:
      let value = try reader.readZigzag()
      guard T(exactly: value) != nil else {
        throw EncodingError(.malformed, "the constant \(value) does not fit \(T.bitWidth) bits", at: start)
      }
      return .constant(value)
    case Identifier.plain:
      return .plain
    case Identifier.packed:
      let bitWidth = Int(try reader.read(UInt8.self))
      guard bitWidth <= min(64, T.bitWidth) else {
        throw EncodingError(.malformed, "a packed width of \(bitWidth) bits for \(T.bitWidth)-bit values", at: start)
      }
      let reference = try reader.readZigzag()
      guard T(exactly: reference) != nil else {
        throw EncodingError(.malformed, "the reference \(reference) does not fit \(T.bitWidth) bits", at: start)
      }
      return .packed(reference: reference, bitWidth: bitWidth)
    case Identifier.runs:
      let count = try reader.readCount(limit: valueCount, of: "runs")
      guard count > 0 || valueCount == 0 else {
        throw EncodingError(.malformed, "no runs for \(valueCount) values", at: start)
      }
      let values = try parse(from: &reader, valueCount: count, as: T.self, depth: depth + 1)
      let lengths = try parse(from: &reader, valueCount: count, as: UInt32.self, depth: depth + 1)
      return .runs(count: count, values: values, lengths: lengths)
    default:
      throw EncodingError(.unknown, "integer encoding \(identifier) is not known", at: start)
    }
  }
}

extension IntegerEncoding: CustomStringConvertible {
  /// `runs(12: packed 5, constant)`: what `inspect` prints.
  package var description: String {
    switch self {
    case .constant: "constant"
    case .plain: "plain"
    case .packed(_, let bitWidth): "packed \(bitWidth)"
    case .runs(let count, let values, let lengths): "runs(\(count): \(values), \(lengths))"
    }
  }
}

extension IntegerEncoding {
  /// The tree without its numbers: `runs(packed, constant)`.
  var shape: String {
    switch self {
    case .constant: "constant"
    case .plain: "plain"
    case .packed: "packed"
    case .runs(_, let values, let lengths): "runs(\(values.shape), \(lengths.shape))"
    }
  }
}
