// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Messages as Arrow's streams have them (columnar format, "Encapsulated message format").
extension ArrowFormat {
  /// A message's length and metadata, padded so that its body begins at a multiple of eight bytes.
  static func encapsulated(_ message: FlatBufferValue) -> [UInt8] {
    let metadata = FlatBufferWriter.bytes(of: message)
    let padded = metadata.count + padding(after: metadata.count, to: 8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + padded)
    withUnsafeBytes(of: continuation.littleEndian) { bytes.append(contentsOf: $0) }
    withUnsafeBytes(of: UInt32(padded).littleEndian) { bytes.append(contentsOf: $0) }
    bytes += metadata
    bytes.append(contentsOf: repeatElement(0, count: padded - metadata.count))
    return bytes
  }

  /// What ends a stream.
  static let endOfStream: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]

  static func message(_ headerType: UInt8, _ header: FlatBufferValue, bodyByteCount: Int = 0) -> FlatBufferValue {
    .table([.int16(version5), .byte(headerType), header, .int64(Int64(bodyByteCount))])
  }
}

extension ArrowSchema {
  /// The message that begins a stream of this schema. O(bytes of names and metadata).
  var message: FlatBufferValue { ArrowFormat.message(ArrowFormat.Header.schema, table) }

  /// The table `Schema`: little-endian, its fields, its metadata.
  var table: FlatBufferValue { .table([.int16(0), .tables(fields.map(\.table)), metadata.tables]) }
}

extension ArrowMetadata {
  /// A vector of `KeyValue`, nil where there is nothing.
  fileprivate var tables: FlatBufferValue? {
    entries.isEmpty ? nil : .tables(entries.map { .table([.string($0.key), .string($0.value)]) })
  }
}

extension ArrowField {
  /// The table `Field`. Its empty list of children is written, as other readers ask for it.
  fileprivate var table: FlatBufferValue {
    let (kind, type) = type.union
    return .table([.string(name), .bool(true), .byte(kind), type, nil, .tables([]), metadata.tables])
  }
}

extension ArrowType {
  /// The member of the union `Type`, and its table.
  fileprivate var union: (kind: UInt8, table: FlatBufferValue) {
    typealias Kind = ArrowFormat.TypeKind
    return switch self {
    case .bool: (Kind.bool, .table([]))
    case .int64: (Kind.int, .table([.int32(64), .bool(true)]))
    case .decimal(let precision, let scale):
      (Kind.decimal, .table([.int32(Int32(precision)), .int32(Int32(scale)), .int32(128)]))
    case .float64: (Kind.float, .table([.int16(2)]))
    case .date: (Kind.date, .table([.int16(0)]))
    case .timestamp(let isUTC): (Kind.timestamp, .table([.int16(2), isUTC ? .string("UTC") : nil]))
    case .utf8: (Kind.utf8, .table([]))
    case .binary: (Kind.binary, .table([]))
    }
  }
}
