// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Numbers of the Arrow format (Arrow columnar format 1.5, "Serialization and Interprocess Communication", and its files
/// Message.fbs, Schema.fbs, File.fbs): slots are places of members in a FlatBuffers table, counted from 0.
enum ArrowFormat {
  /// Stands before the length of every message.
  static let continuation: UInt32 = 0xFFFF_FFFF
  /// First and last bytes of a file.
  static let fileMagic: [UInt8] = Array("ARROW1".utf8)
  /// Bytes of a file before its first message: the magic, and two zeros.
  static let fileStartByteCount = 8
  /// `MetadataVersion.V5`, which Arrow writes since 1.0.
  static let version5: Int16 = 4
  /// `MetadataVersion.V4`, which differs in unions alone.
  static let version4: Int16 = 3
  /// Every buffer of a body begins at a multiple of so many bytes where it is written here.
  static let bufferAlignment = 64
  /// Bytes of a message's metadata that are believed.
  static let metadataByteLimit = 256 << 20
  /// Rows of a batch that are believed.
  static let batchRowLimit = Int(Int32.max)

  /// `MessageHeader`: what a message is.
  enum Header {
    static let schema: UInt8 = 1
    static let dictionaryBatch: UInt8 = 2
    static let recordBatch: UInt8 = 3
  }

  /// Slots of `Message`.
  enum Message {
    static let (version, headerType, header, bodyLength) = (0, 1, 2, 3)
  }

  /// Slots of `Schema`.
  enum Schema {
    static let (endianness, fields, metadata) = (0, 1, 2)
  }

  /// Slots of `Field`.
  enum Field {
    static let (name, nullable, typeKind, type, dictionary, children, metadata) = (0, 1, 2, 3, 4, 5, 6)
  }

  /// Slots of `KeyValue`.
  enum KeyValue {
    static let (key, value) = (0, 1)
  }

  /// Slots of `DictionaryEncoding`.
  enum Dictionary {
    static let (id, indexType) = (0, 1)
  }

  /// Slots of `RecordBatch`.
  enum RecordBatch {
    static let (length, nodes, buffers, compression, variadicCounts) = (0, 1, 2, 3, 4)
  }

  /// Slots of `DictionaryBatch`.
  enum DictionaryBatch {
    static let (id, data, isDelta) = (0, 1, 2)
  }

  /// Slots of `Footer`.
  enum Footer {
    static let (version, schema, dictionaries, recordBatches) = (0, 1, 2, 3)
  }

  /// Members of the union `Type` that are read.
  enum TypeKind {
    static let (null, int, float, binary, utf8, bool, decimal): (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8) =
      (1, 2, 3, 4, 5, 6, 7)
    static let (date, timestamp, fixedSizeBinary): (UInt8, UInt8, UInt8) = (8, 10, 15)
    static let (largeBinary, largeUtf8, binaryView, utf8View): (UInt8, UInt8, UInt8, UInt8) = (19, 20, 23, 24)

    /// Names of those members that are not.
    static let others: [UInt8: String] = [
      9: "time of day", 11: "interval", 12: "list", 13: "struct", 14: "union", 16: "list of fixed size", 17: "map",
      18: "duration", 21: "large list", 22: "run-end encoded", 25: "list view", 26: "large list view",
    ]
  }
}

/// Bytes up to the next multiple of `alignment`, a power of two.
func padding(after byteCount: Int, to alignment: Int) -> Int { -byteCount & (alignment - 1) }
