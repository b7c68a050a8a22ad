// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// An integer encoding as the footer has it: an identifier, parameters, then the children.

private enum Identifier {
  static let constant: UInt8 = 1
  static let plain: UInt8 = 2
  static let packed: UInt8 = 3
  static let runs: UInt8 = 4
  static let delta: UInt8 = 5
  static let patched: UInt8 = 6
  static let dictionary: UInt8 = 7
  static let planes: UInt8 = 8
  static let multiples: UInt8 = 9
}

extension IntegerEncoding {
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
    case .runs(let count, _, _):
      writer.append(Identifier.runs)
      writer.appendVariable(UInt128(count))
    case .delta(let lag, _, _):
      writer.append(Identifier.delta)
      writer.appendVariable(UInt128(lag))
    case .patched(let count, _, _, _):
      writer.append(Identifier.patched)
      writer.appendVariable(UInt128(count))
    case .dictionary(let count, _, _):
      writer.append(Identifier.dictionary)
      writer.appendVariable(UInt128(count))
    case .planes(let reference, let byteCount):
      writer.append(Identifier.planes)
      writer.append(UInt8(byteCount))
      writer.appendZigzag(reference)
    case .multiples(let factor, let reference, _):
      writer.append(Identifier.multiples)
      writer.appendZigzag(factor)
      writer.appendZigzag(reference)
    }
    for child in children { child.serialize(to: &writer) }
  }

  /// Reads and checks a tree for `valueCount` values of type `T`.
  package static func parse<T: StreamInteger>(
    from reader: inout ByteReader, valueCount: Int, as type: T.Type, depth: Int = 1
  ) throws(EncodingError) -> IntegerEncoding {
    let start = reader.position
    guard depth <= maximumDepth else {
      throw EncodingError(.limit, "encodings nest deeper than \(maximumDepth)", at: start)
    }
    func child<C: StreamInteger>(_ count: Int, as type: C.Type) throws(EncodingError) -> IntegerEncoding {
      try parse(from: &reader, valueCount: count, as: type, depth: depth + 1)
    }
    let identifier = try reader.read(UInt8.self)
    switch identifier {
    case Identifier.constant: return .constant(try reader.readZigzag(fitting: T.self, "constant", at: start))
    case Identifier.plain: return .plain
    case Identifier.packed:
      let bitWidth = Int(try reader.read(UInt8.self))
      guard bitWidth <= min(64, T.bitWidth) else {
        throw EncodingError(.malformed, "a packed width of \(bitWidth) bits for \(T.bitWidth)-bit values", at: start)
      }
      return .packed(reference: try reader.readZigzag(fitting: T.self, "reference", at: start), bitWidth: bitWidth)
    case Identifier.planes:
      let byteCount = Int(try reader.read(UInt8.self))
      guard (1...min(8, T.bitWidth / 8)).contains(byteCount) else {
        throw EncodingError(.malformed, "\(byteCount) planes for \(T.bitWidth)-bit values", at: start)
      }
      return .planes(reference: try reader.readZigzag(fitting: T.self, "reference", at: start), byteCount: byteCount)
    case Identifier.runs:
      let count = try reader.readCount(limit: valueCount, of: "runs")
      guard count > 0 || valueCount == 0 else {
        throw EncodingError(.malformed, "no runs for \(valueCount) values", at: start)
      }
      return .runs(count: count, values: try child(count, as: T.self), lengths: try child(count, as: UInt32.self))
    case Identifier.delta:
      let lag = try reader.readCount(limit: valueCount, of: "values before the first difference")
      guard lag > 0, lag < valueCount else {
        throw EncodingError(.malformed, "differences at distance \(lag) of \(valueCount) values", at: start)
      }
      return .delta(
        lag: lag, first: try child(lag, as: T.self), differences: try child(valueCount - lag, as: T.self))
    case Identifier.patched:
      let count = try reader.readCount(limit: valueCount, of: "patches")
      guard count > 0 else { throw EncodingError(.malformed, "no patches", at: start) }
      return .patched(
        count: count, base: try child(valueCount, as: T.self), positions: try child(count, as: UInt32.self),
        values: try child(count, as: T.self))
    case Identifier.dictionary:
      let count = try reader.readCount(limit: min(valueCount, maximumDictionaryCount), of: "values in a dictionary")
      guard count > 0 else { throw EncodingError(.malformed, "an empty dictionary", at: start) }
      return .dictionary(
        count: count, values: try child(count, as: T.self), codes: try child(valueCount, as: UInt32.self))
    case Identifier.multiples:
      let factor = try reader.readZigzag(fitting: T.self, "factor", at: start)
      let reference = try reader.readZigzag(fitting: T.self, "reference", at: start)
      return .multiples(factor: factor, reference: reference, quotients: try child(valueCount, as: T.self))
    default:
      throw EncodingError(.unknown, "integer encoding \(identifier) is not known", at: start)
    }
  }
}

extension ByteReader {
  /// Reads a zigzag number that must be a value of `T`; the error's place is `start`.
  fileprivate mutating func readZigzag<T: StreamInteger>(
    fitting type: T.Type, _ what: String, at start: Int
  ) throws(EncodingError) -> Int128 {
    let value = try readZigzag()
    guard T(exactly: value) != nil else {
      throw EncodingError(.malformed, "the \(what) \(value) does not fit \(T.bitWidth) bits", at: start)
    }
    return value
  }
}
