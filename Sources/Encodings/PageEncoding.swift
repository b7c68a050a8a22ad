// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Physical type of a page: which kind of values its bytes hold, whatever the column means by them.
package enum PhysicalType: UInt8, Sendable {
  /// No row has a value; no bytes.
  case none = 0
  /// 64-bit signed integers.
  case int64 = 1
  /// 128-bit signed integers.
  case int128 = 2
  /// Doubles, bit for bit.
  case float64 = 3
  /// 32-bit codes into the column's dictionary.
  case codes = 4
  /// The page's own strings.
  case strings = 5
}

extension PhysicalType: CustomStringConvertible {
  /// Name for `inspect`.
  package var description: String {
    switch self {
    case .none: "none"
    case .int64: "int64"
    case .int128: "int128"
    case .float64: "float64"
    case .codes: "codes"
    case .strings: "strings"
    }
  }
}

/// How the values of a page are stored.
package enum ValuesEncoding: Sendable, Equatable {
  /// Not at all: no row has a value.
  case none
  /// int64, int128 or codes.
  case integers(IntegerEncoding)
  /// float64: their bits as 64-bit integers.
  case floatBits(IntegerEncoding)
  /// float64 that are short decimals, as integers; see ``DecimalFloats``.
  case decimalFloats(DecimalFloats)
  /// The lengths in bytes, then all bytes.
  case strings(lengths: IntegerEncoding, byteCount: Int)
  /// `count` strings as in ``strings(lengths:byteCount:)``, then for each row its string's position among them.
  case stringDictionary(count: Int, lengths: IntegerEncoding, byteCount: Int, codes: IntegerEncoding)
}

/// How the validity of a page is stored; its bytes follow those of the values.
package enum ValidityEncoding: Sendable, Equatable {
  /// Every row has a value.
  case allValid
  /// No row has one.
  case allNull
  /// One bit a row, lowest first, 1 where there is a value; unused bits zero.
  case bits
  /// Lengths of runs, by turns with and without values.
  case runs(firstIsValid: Bool, count: Int, lengths: IntegerEncoding)
}

/// The encoding of one page, as the footer has it.
package struct PageEncoding: Sendable, Equatable {
  /// Which kind of values.
  package var physical: PhysicalType
  /// How they are stored.
  package var values: ValuesEncoding
  /// Which rows have one.
  package var validity: ValidityEncoding

  /// Most bytes a page may have before compression.
  package static let maximumRawByteCount = 1 << 30

  /// Most bytes a serialised encoding may have.
  package static let maximumSerializedByteCount = 1024

  /// No row has a value.
  package static let allNull = PageEncoding(physical: .none, values: .none, validity: .allNull)

  package init(physical: PhysicalType, values: ValuesEncoding, validity: ValidityEncoding) {
    self.physical = physical
    self.values = values
    self.validity = validity
  }

  private enum Identifier {
    static let bits: UInt8 = 1
    static let decimals: UInt8 = 2
    static let strings: UInt8 = 1
    static let dictionary: UInt8 = 2
  }

  /// Identifiers and parameters of values, then of validity. The physical type is not part of it.
  package func serialized() -> [UInt8] {
    var writer = ByteWriter()
    switch values {
    case .none: break
    case .integers(let encoding): encoding.serialize(to: &writer)
    case .floatBits(let encoding):
      writer.append(Identifier.bits)
      encoding.serialize(to: &writer)
    case .decimalFloats(let decimals):
      writer.append(Identifier.decimals)
      decimals.serialize(to: &writer)
    case .strings(let lengths, let byteCount):
      writer.append(Identifier.strings)
      writer.appendVariable(UInt128(byteCount))
      lengths.serialize(to: &writer)
    case .stringDictionary(let count, let lengths, let byteCount, let codes):
      writer.append(Identifier.dictionary)
      writer.appendVariable(UInt128(count))
      writer.appendVariable(UInt128(byteCount))
      lengths.serialize(to: &writer)
      codes.serialize(to: &writer)
    }
    switch validity {
    case .allValid: writer.append(UInt8(0))
    case .allNull: writer.append(UInt8(1))
    case .bits: writer.append(UInt8(2))
    case .runs(let firstIsValid, let count, let lengths):
      writer.append(UInt8(3))
      writer.append(UInt8(firstIsValid ? 1 : 0))
      writer.appendVariable(UInt128(count))
      lengths.serialize(to: &writer)
    }
    return writer.bytes
  }

  /// Reads and checks the encoding of a page of `rowCount` rows; all of what `bytes` reads must be used.
  package static func parse(
    _ bytes: ByteReader, physical: PhysicalType, rowCount: Int
  ) throws(EncodingError) -> PageEncoding {
    var reader = bytes
    let values: ValuesEncoding =
      switch physical {
      case .none: .none
      case .int64: .integers(try .parse(from: &reader, valueCount: rowCount, as: Int64.self))
      case .int128: .integers(try .parse(from: &reader, valueCount: rowCount, as: Int128.self))
      case .codes: .integers(try .parse(from: &reader, valueCount: rowCount, as: UInt32.self))
      case .float64: try parseFloats(from: &reader, rowCount: rowCount)
      case .strings: try parseStrings(from: &reader, rowCount: rowCount)
      }
    let validity = try parseValidity(from: &reader, rowCount: rowCount)
    guard (physical == .none) == (validity == .allNull) else {
      throw EncodingError(.malformed, "physical type and validity disagree on whether there are values")
    }
    guard reader.remaining == 0 else {
      throw EncodingError(.malformed, "\(reader.remaining) bytes too many in an encoding", at: reader.position)
    }
    return PageEncoding(physical: physical, values: values, validity: validity)
  }

  private static func parseFloats(
    from reader: inout ByteReader, rowCount: Int
  ) throws(EncodingError) -> ValuesEncoding {
    let start = reader.position
    switch try reader.read(UInt8.self) {
    case Identifier.bits:
      return .floatBits(try IntegerEncoding.parse(from: &reader, valueCount: rowCount, as: Int64.self, depth: 2))
    case Identifier.decimals: return .decimalFloats(try DecimalFloats.parse(from: &reader, valueCount: rowCount))
    case let identifier: throw EncodingError(.unknown, "float encoding \(identifier) is not known", at: start)
    }
  }

  private static func parseStrings(
    from reader: inout ByteReader, rowCount: Int
  ) throws(EncodingError) -> ValuesEncoding {
    let start = reader.position
    let identifier = try reader.read(UInt8.self)
    switch identifier {
    case Identifier.strings:
      let byteCount = try reader.readCount(limit: maximumRawByteCount, of: "bytes of strings")
      let lengths = try IntegerEncoding.parse(from: &reader, valueCount: rowCount, as: UInt32.self, depth: 2)
      return .strings(lengths: lengths, byteCount: byteCount)
    case Identifier.dictionary:
      let limit = min(rowCount, IntegerEncoding.maximumDictionaryCount)
      let count = try reader.readCount(limit: limit, of: "strings in a dictionary")
      guard count > 0 else { throw EncodingError(.malformed, "an empty dictionary", at: start) }
      let byteCount = try reader.readCount(limit: maximumRawByteCount, of: "bytes of strings")
      let lengths = try IntegerEncoding.parse(from: &reader, valueCount: count, as: UInt32.self, depth: 2)
      let codes = try IntegerEncoding.parse(from: &reader, valueCount: rowCount, as: UInt32.self, depth: 2)
      return .stringDictionary(count: count, lengths: lengths, byteCount: byteCount, codes: codes)
    default: throw EncodingError(.unknown, "string encoding \(identifier) is not known", at: start)
    }
  }

  private static func parseValidity(
    from reader: inout ByteReader, rowCount: Int
  ) throws(EncodingError) -> ValidityEncoding {
    let start = reader.position
    switch try reader.read(UInt8.self) {
    case 0: return .allValid
    case 1: return .allNull
    case 2: return .bits
    case 3:
      let first = try reader.read(UInt8.self)
      guard first <= 1 else { throw EncodingError(.malformed, "a first run that is neither valid nor null", at: start) }
      let count = try reader.readCount(limit: rowCount, of: "runs")
      let lengths = try IntegerEncoding.parse(from: &reader, valueCount: count, as: UInt32.self, depth: 2)
      return .runs(firstIsValid: first == 1, count: count, lengths: lengths)
    case let identifier: throw EncodingError(.unknown, "validity encoding \(identifier) is not known", at: start)
    }
  }

  /// Bytes of the page before compression. Precondition: made or parsed for `rowCount` rows.
  package func byteCount(rowCount: Int) -> Int {
    let valueBytes =
      switch values {
      case .none: 0
      case .integers(let encoding): encoding.byteCount(valueCount: rowCount, valueBits: integerBits)
      case .floatBits(let encoding): encoding.byteCount(valueCount: rowCount, valueBits: 64)
      case .decimalFloats(let decimals): decimals.byteCount(valueCount: rowCount)
      case .strings(let lengths, let byteCount): lengths.byteCount(valueCount: rowCount, valueBits: 32) + byteCount
      case .stringDictionary(let count, let lengths, let byteCount, let codes):
        lengths.byteCount(valueCount: count, valueBits: 32) + byteCount
          + codes.byteCount(valueCount: rowCount, valueBits: 32)
      }
    let validityBytes =
      switch validity {
      case .allValid, .allNull: 0
      case .bits: (rowCount + 7) / 8
      case .runs(_, let count, let lengths): lengths.byteCount(valueCount: count, valueBits: 32)
      }
    return valueBytes + validityBytes
  }

  private var integerBits: Int {
    switch physical {
    case .int128: 128
    case .codes: 32
    default: 64
    }
  }
}

extension PageEncoding: CustomStringConvertible {
  /// `packed 13`, `strings(packed 5; 1200 bytes), nulls as bits`: what `inspect` prints.
  package var description: String {
    let valueText =
      switch values {
      case .none: "none"
      case .integers(let encoding): encoding.description
      case .floatBits(let encoding): "bits(\(encoding))"
      case .decimalFloats(let decimals): decimals.description
      case .strings(let lengths, let byteCount): "strings(\(lengths); \(byteCount) bytes)"
      case .stringDictionary(let count, let lengths, let byteCount, let codes):
        "dictionary(\(count): strings(\(lengths); \(byteCount) bytes), \(codes))"
      }
    switch validity {
    case .allValid: return valueText
    case .allNull: return "all null"
    case .bits: return "\(valueText), nulls as bits"
    case .runs(_, let count, _): return "\(valueText), nulls as \(count) runs"
    }
  }
}

extension PageEncoding {
  /// How the values are stored, without numbers: pages of one column have few such texts, however many pages there are.
  package var shape: String {
    switch values {
    case .none: "all null"
    case .integers(let encoding): encoding.shape
    case .floatBits(let encoding): "bits(\(encoding.shape))"
    case .decimalFloats(let decimals): decimals.shape
    case .strings(let lengths, _): "strings(\(lengths.shape))"
    case .stringDictionary(_, let lengths, _, let codes): "dictionary(strings(\(lengths.shape)), \(codes.shape))"
    }
  }

  /// True if a codec is to make the bytes smaller: they were laid out for one.
  package var hasPlanes: Bool {
    switch values {
    case .none: false
    case .integers(let encoding), .floatBits(let encoding), .strings(let encoding, _): encoding.hasPlanes
    case .decimalFloats(let decimals): decimals.integers.hasPlanes
    case .stringDictionary(_, _, _, let codes): codes.hasPlanes
    }
  }

  /// Bits of each value where all are packed in one width, else nil.
  package var bitWidth: Int? {
    if case .integers(.packed(_, let bitWidth)) = values { return bitWidth }
    return nil
  }
}
