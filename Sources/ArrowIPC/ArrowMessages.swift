// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

/// A message of a stream or file.
struct ArrowMessage {
  let kind: UInt8
  let header: FlatBufferTable
  let body: ArrowMemory
  /// All of its bytes.
  let byteCount: Int
  let place: MessagePlace
}

/// The messages of a stream or file in the order in which they are to be read.
protocol ArrowMessages {
  /// The table `Schema`, and where it lies. Called once, first.
  func schema() throws -> (table: FlatBufferTable, place: MessagePlace)
  /// The next dictionary or batch of rows, nil after the last, when all that is to be there has been seen.
  func next() throws -> ArrowMessage?
}

/// True if bytes begin as an Arrow stream or an Arrow file does; eight tell it.
public func isArrow(firstBytes: [UInt8]) -> Bool {
  if isArrowFile(firstBytes: firstBytes) { return true }
  guard firstBytes.count >= 8 else { return false }
  // A message is not empty, and its metadata has less than 2^31 bytes: text in no encoding looks so.
  return firstBytes.starts(with: [0xFF, 0xFF, 0xFF, 0xFF]) && firstBytes[7] < 0x80 && firstBytes[4..<8] != [0, 0, 0, 0]
}

/// True if bytes begin as an Arrow file does, whose end is to be read first; eight tell it.
public func isArrowFile(firstBytes: [UInt8]) -> Bool {
  firstBytes.starts(with: ArrowFormat.fileMagic + [0, 0])
}

extension FlatBufferTable {
  /// A message's kind, header and the bytes of its body. Throws `arrow.malformed` and `arrow.unsupported-feature`.
  static func message(_ metadata: [UInt8]) throws(ArrowFault) -> (UInt8, FlatBufferTable, bodyByteCount: Int) {
    typealias Slot = ArrowFormat.Message
    let message = try FlatBufferTable(rootOf: metadata)
    try message.checkVersion(Slot.version)
    let kind = try message.number(Slot.headerType, UInt8(0))
    guard (ArrowFormat.Header.schema...ArrowFormat.Header.recordBatch).contains(kind) else {
      throw ArrowFault(.unsupportedFeature, "it is no schema, dictionary or batch of rows (kind \(kind))")
    }
    guard let header = try message.table(Slot.header) else { throw ArrowFault(.malformed, "it has no header") }
    let bodyByteCount = Int(try message.number(Slot.bodyLength, Int64(0)))
    guard bodyByteCount >= 0 else { throw ArrowFault(.malformed, "its body has \(bodyByteCount) bytes") }
    return (kind, header, bodyByteCount)
  }

  /// Throws `arrow.unsupported-feature` for a version of the format that is not read.
  func checkVersion(_ slot: Int) throws(ArrowFault) {
    let version = try number(slot, Int16(0))
    guard [ArrowFormat.version4, ArrowFormat.version5].contains(version) else {
      throw ArrowFault(
        .unsupportedFeature, "its metadata is of version \(Int(version) + 1); versions 4 and 5 are read",
        advice: "write the stream with an Arrow library of version 1.0 or later")
    }
  }
}
