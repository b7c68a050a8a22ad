// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Type of a column in an Arrow stream: those of ``ColumnType``, and bytes.
public enum ArrowType: Sendable, Hashable {
  /// Truth values.
  case bool
  /// Signed integers of 64 bits.
  case int64
  /// Exact decimals of 128 bits: an integer divided by 10^scale.
  case decimal(precision: Int, scale: Int)
  /// Doubles.
  case float64
  /// Days since 1970-01-01, of 32 bits.
  case date
  /// Microseconds since 1970-01-01T00:00:00: instants, whose zone is `UTC`, or local ones without a zone.
  case timestamp(isUTC: Bool)
  /// UTF-8 text.
  case utf8
  /// Bytes of any kind. In memory they are a ``StringArray`` that need not be UTF-8: no column for anything but carrying states.
  case binary

  /// How values of `type` are written.
  public init(_ type: ColumnType) {
    switch type {
    case .bool: self = .bool
    case .int64: self = .int64
    case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
    case .float64: self = .float64
    case .date: self = .date
    case .timestamp(let isUTC): self = .timestamp(isUTC: isUTC)
    case .string: self = .utf8
    }
  }

  /// How values are held in memory; bytes as strings.
  public var columnType: ColumnType {
    switch self {
    case .bool: .bool
    case .int64: .int64
    case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
    case .float64: .float64
    case .date: .date
    case .timestamp(let isUTC): .timestamp(isUTC: isUTC)
    case .utf8, .binary: .string
    }
  }
}

/// Pairs of texts that Arrow calls custom metadata, in their order.
public struct ArrowMetadata: Sendable, Hashable, ExpressibleByDictionaryLiteral {
  /// One pair.
  public struct Entry: Sendable, Hashable {
    /// What it is about.
    public var key: String
    /// What is said of it.
    public var value: String

    /// Pairs them.
    public init(key: String, value: String) {
      self.key = key
      self.value = value
    }
  }

  /// All pairs; keys may come several times.
  public var entries: [Entry]

  /// Keeps the order.
  public init(_ entries: [Entry] = []) { self.entries = entries }

  /// Keeps the order.
  public init(dictionaryLiteral elements: (String, String)...) {
    entries = elements.map { Entry(key: $0, value: $1) }
  }

  /// Value of the first pair with `key`, nil if there is none. O(pairs).
  public subscript(key: String) -> String? { entries.first { $0.key == key }?.value }
}

/// One column of an Arrow stream.
public struct ArrowField: Sendable, Hashable {
  /// Its name; any UTF-8, may be empty, and may come twice.
  public var name: String
  /// Its type.
  public var type: ArrowType
  /// What is said of it besides.
  public var metadata: ArrowMetadata

  /// A column that may have nulls, as all columns written here may.
  public init(name: String, type: ArrowType, metadata: ArrowMetadata = ArrowMetadata()) {
    self.name = name
    self.type = type
    self.metadata = metadata
  }
}

/// Columns of an Arrow stream, and what is said of all of it.
public struct ArrowSchema: Sendable, Hashable {
  /// Columns in order.
  public var fields: [ArrowField]
  /// What is said of the stream.
  public var metadata: ArrowMetadata

  /// Gathers them.
  public init(_ fields: [ArrowField], metadata: ArrowMetadata = ArrowMetadata()) {
    self.fields = fields
    self.metadata = metadata
  }

  /// The columns of a table.
  public init(_ schema: Schema, metadata: ArrowMetadata = ArrowMetadata()) {
    self.init(schema.fields.map { ArrowField(name: $0.name, type: ArrowType($0.type)) }, metadata: metadata)
  }
}
