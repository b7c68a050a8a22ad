// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How a column's values lie in a stream: more forms than are written here.
enum StoredType: Sendable, Hashable {
  /// Nulls alone, of no type.
  case null
  /// A bit each.
  case bool
  case integer(byteWidth: Int, isSigned: Bool)
  /// IEEE 754 of 2, 4 or 8 bytes.
  case float(byteWidth: Int)
  case decimal(byteWidth: Int, precision: Int, scale: Int)
  /// Days, of 4 bytes.
  case days
  /// Milliseconds of whole days, of 8 bytes.
  case millisecondsOfDays
  /// Seconds times `perSecond`, of 8 bytes.
  case timestamp(perSecond: Int, isUTC: Bool)
  /// Offsets of 4 or 8 bytes into text or bytes.
  case strings(offsetWidth: Int, isText: Bool)
  /// Views of 16 bytes: short strings themselves, others lie in buffers of any number.
  case views(isText: Bool)
  /// As many bytes each.
  case fixedBytes(byteWidth: Int)

  /// What it is read as; the widest of unsigned integers becomes a decimal that holds them all.
  var type: ArrowType {
    switch self {
    case .null: .utf8
    case .bool: .bool
    case .integer(8, isSigned: false): .decimal(precision: 20, scale: 0)
    case .integer: .int64
    case .float: .float64
    case .decimal(_, let precision, let scale): .decimal(precision: max(precision, scale), scale: scale)
    case .days, .millisecondsOfDays: .date
    case .timestamp(_, let isUTC): .timestamp(isUTC: isUTC)
    case .strings(_, let isText), .views(let isText): isText ? .utf8 : .binary
    case .fixedBytes: .binary
    }
  }

  /// Bytes of a value in the buffer after the one of validity; nil where the type has no such buffer of values.
  var byteWidth: Int? {
    switch self {
    case .null, .bool, .strings: nil
    case .integer(let width, _), .float(let width), .decimal(let width, _, _), .fixedBytes(let width): width
    case .days: 4
    case .millisecondsOfDays, .timestamp: 8
    case .views: 16
    }
  }

  /// Buffers of a column, those that views add not counted.
  var bufferCount: Int {
    switch self {
    case .null: 0
    case .strings: 3
    default: 2
    }
  }
}

/// A column of a stream as it lies there.
struct StoredField: Sendable, Hashable {
  /// Its codes, where its values are codes of a dictionary.
  struct Codes: Sendable, Hashable {
    /// The dictionary's number in the stream.
    let dictionary: Int64
    /// Type of the codes, an integer.
    let type: StoredType
  }

  let name: String
  let metadata: ArrowMetadata
  /// Type of the values, in the dictionary where there is one.
  let type: StoredType
  let codes: Codes?

  /// What lies in batches.
  var typeInBatch: StoredType { codes?.type ?? type }
}

/// The columns of a stream, and its metadata.
struct StoredSchema {
  let fields: [StoredField]
  let metadata: ArrowMetadata

  /// Reads the table `Schema`. Throws `arrow.malformed`, and `arrow.unsupported-…` for what is not read.
  init(_ table: FlatBufferTable) throws(ArrowFault) {
    guard try table.number(ArrowFormat.Schema.endianness, Int16(0)) == 0 else {
      throw ArrowFault(
        .unsupportedFeature, "the numbers are big-endian", advice: "write the stream on a little-endian machine")
    }
    var fields: [StoredField] = []
    for field in try table.tables(ArrowFormat.Schema.fields) { fields.append(try StoredField(field)) }
    self.fields = fields
    metadata = try ArrowMetadata(table, slot: ArrowFormat.Schema.metadata)
  }

  /// The columns as they are read.
  var schema: ArrowSchema {
    ArrowSchema(
      fields.map { ArrowField(name: $0.name, type: $0.type.type, metadata: $0.metadata) }, metadata: metadata)
  }
}

extension ArrowMetadata {
  fileprivate init(_ table: FlatBufferTable, slot: Int) throws(ArrowFault) {
    self.init()
    for pair in try table.tables(slot) {
      entries.append(
        Entry(
          key: try pair.string(ArrowFormat.KeyValue.key) ?? "", value: try pair.string(ArrowFormat.KeyValue.value) ?? ""
        ))
    }
  }
}

extension StoredField {
  fileprivate init(_ field: FlatBufferTable) throws(ArrowFault) {
    let name = try field.string(ArrowFormat.Field.name) ?? ""
    do throws(ArrowFault) {
      let kind = try field.number(ArrowFormat.Field.typeKind, UInt8(0))
      if let other = ArrowFormat.TypeKind.others[kind] { throw unsupportedType(other) }
      guard let type = try field.table(ArrowFormat.Field.type) else {
        throw ArrowFault(.malformed, "a column has no type")
      }
      self.name = name
      metadata = try ArrowMetadata(field, slot: ArrowFormat.Field.metadata)
      self.type = try StoredType(kind: kind, type)
      codes = try field.table(ArrowFormat.Field.dictionary).map { (table) throws(ArrowFault) in try Codes(table) }
      guard try field.tables(ArrowFormat.Field.children).isEmpty else {
        throw ArrowFault(.malformed, "a column of a plain type has children")
      }
    } catch {
      throw ArrowFault(error.kind, error.summary, advice: error.advice, column: name)
    }
  }
}

extension StoredField.Codes {
  fileprivate init(_ table: FlatBufferTable) throws(ArrowFault) {
    dictionary = try table.number(ArrowFormat.Dictionary.id, Int64(0))
    let index = try table.table(ArrowFormat.Dictionary.indexType)
    type =
      try index.map { (index) throws(ArrowFault) in try StoredType(kind: ArrowFormat.TypeKind.int, index) }
      ?? .integer(byteWidth: 4, isSigned: true)
  }
}

extension StoredType {
  fileprivate init(kind: UInt8, _ table: FlatBufferTable) throws(ArrowFault) {
    typealias Kind = ArrowFormat.TypeKind
    switch kind {
    case Kind.null: self = .null
    case Kind.bool: self = .bool
    case Kind.int:
      let bitWidth = try table.number(0, Int32(0))
      guard [8, 16, 32, 64].contains(bitWidth) else {
        throw ArrowFault(.malformed, "an integer of \(bitWidth) bits")
      }
      self = .integer(byteWidth: Int(bitWidth) / 8, isSigned: try table.number(1, UInt8(0)) != 0)
    case Kind.float:
      let precision = try table.number(0, Int16(0))
      guard (0...2).contains(precision) else {
        throw ArrowFault(.malformed, "floating-point numbers of no known width")
      }
      self = .float(byteWidth: 2 << Int(precision))
    case Kind.decimal: self = try Self.decimal(table)
    case Kind.date: self = try table.number(0, Int16(1)) == 0 ? .days : .millisecondsOfDays
    case Kind.timestamp:
      let unit = try table.number(0, Int16(0))
      guard (0...3).contains(unit) else { throw ArrowFault(.malformed, "timestamps of no known unit") }
      // A zone tells how instants are to be shown; they are counted in UTC whatever it is.
      let isUTC = try table.string(1).map { !$0.isEmpty } ?? false
      self = .timestamp(perSecond: [1, 1000, 1_000_000, 1_000_000_000][Int(unit)], isUTC: isUTC)
    case Kind.utf8: self = .strings(offsetWidth: 4, isText: true)
    case Kind.binary: self = .strings(offsetWidth: 4, isText: false)
    case Kind.largeUtf8: self = .strings(offsetWidth: 8, isText: true)
    case Kind.largeBinary: self = .strings(offsetWidth: 8, isText: false)
    case Kind.utf8View: self = .views(isText: true)
    case Kind.binaryView: self = .views(isText: false)
    case Kind.fixedSizeBinary:
      let byteWidth = Int(try table.number(0, Int32(0)))
      guard byteWidth >= 0 else { throw ArrowFault(.malformed, "values of \(byteWidth) bytes") }
      self = .fixedBytes(byteWidth: byteWidth)
    default: throw unsupportedType("type \(kind) of the format")
    }
  }

  private static func decimal(_ table: FlatBufferTable) throws(ArrowFault) -> StoredType {
    let precision = Int(try table.number(0, Int32(0)))
    let scale = Int(try table.number(1, Int32(0)))
    let bitWidth = try table.number(2, Int32(128))
    guard [32, 64, 128, 256].contains(bitWidth) else {
      throw ArrowFault(.malformed, "a decimal of \(bitWidth) bits")
    }
    guard (1...38).contains(precision), (0...38).contains(scale) else {
      throw ArrowFault(
        .unsupportedType, "a decimal(\(precision),\(scale)); read are up to 38 digits, 0 to 38 of them after the point",
        advice: "cast the column to such a decimal, or to text")
    }
    return .decimal(byteWidth: Int(bitWidth) / 8, precision: precision, scale: scale)
  }
}

private func unsupportedType(_ name: String) -> ArrowFault {
  ArrowFault(
    .unsupportedType, "a column of type \(name), which is not read",
    advice: "leave it out, unnest it, or cast it to text before writing the stream")
}
