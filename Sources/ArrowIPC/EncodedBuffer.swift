// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A buffer of a batch to be written: memory of a page where that has the form already, else made from it.
enum EncodedBuffer: Sendable {
  /// Nothing: the validity of rows that all have a value.
  case none
  case bytes([UInt8])
  case int32s([Int32])
  case uint32s([UInt32])
  case int64s([Int64])
  case float64s([Double])
  case int128s([Int128])
  /// Bits, of which `rowCount` are meant.
  case bits([UInt64], rowCount: Int)

  /// Bytes without padding.
  var byteCount: Int {
    switch self {
    case .none: 0
    case .bytes(let bytes): bytes.count
    case .int32s(let values): 4 * values.count
    case .uint32s(let values): 4 * values.count
    case .int64s(let values): 8 * values.count
    case .float64s(let values): 8 * values.count
    case .int128s(let values): 16 * values.count
    case .bits(_, let rowCount): (rowCount + 7) / 8
    }
  }

  /// Runs `body` on the bytes, as little-endian machines have them.
  func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    switch self {
    case .none: break
    case .bytes(let bytes): try bytes.withUnsafeBytes(body)
    case .int32s(let values): try values.withUnsafeBytes(body)
    case .uint32s(let values): try values.withUnsafeBytes(body)
    case .int64s(let values): try values.withUnsafeBytes(body)
    case .float64s(let values): try values.withUnsafeBytes(body)
    case .int128s(let values): try values.withUnsafeBytes(body)
    case .bits(let words, _):
      try words.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<byteCount])) }
    }
  }

  /// Which rows have a value.
  static func validity(_ validity: Validity, rowCount: Int) -> EncodedBuffer {
    switch validity {
    case .allValid: .none
    case .allNull: .bits([UInt64](repeating: 0, count: (rowCount + 63) / 64), rowCount: rowCount)
    case .bits(let words): .bits(words, rowCount: rowCount)
    }
  }

  /// Buffers of a page's values, validity not among them. Precondition: the values are as ``PageValues`` says for `type`. O(rows + bytes).
  ///
  /// Throws `arrow.limit` for more than 2 GiB of strings, `arrow.value` for days that have no room in 32 bits.
  static func values(
    of page: ColumnPage, type: ArrowType, dictionary: StringDictionary?
  ) throws(ArrowFault) -> [EncodedBuffer] {
    switch (page.values, type) {
    case (.int64(let values), .bool): return [.bits(bits(values), rowCount: values.count)]
    case (.int64(let values), .date): return [.int32s(try days(values))]
    case (.int64(let values), .int64), (.int64(let values), .timestamp): return [.int64s(values)]
    case (.int64(let values), .decimal): return [.int128s(values.map { Int128($0) })]
    case (.int128(let values), .decimal): return [.int128s(values)]
    case (.float64(let values), .float64): return [.float64s(values)]
    case (.strings(let strings), .utf8), (.strings(let strings), .binary):
      try checkText(strings.bytes.count)
      return [.uint32s(strings.offsets), .bytes(strings.bytes)]
    case (.codes(let codes), .utf8), (.codes(let codes), .binary):
      guard let entries = dictionary?.entries else {
        precondition(page.validity == .allNull, "codes without their dictionary")
        return [.uint32s([UInt32](repeating: 0, count: codes.count + 1)), .none]
      }
      let offsets = textOffsets(codes, page.validity, entries)
      try checkText(Int(offsets[codes.count]))
      let ends = [UInt32](unsafeUninitializedCapacity: offsets.count) { ends, count in
        for index in offsets.indices {
          ends.initializeElement(at: index, to: UInt32(truncatingIfNeeded: offsets[index]))
        }
        count = offsets.count
      }
      return [.uint32s(ends), .bytes(gatheredText(codes, offsets, entries))]
    default: preconditionFailure("a column of type \(type) holds other values")
    }
  }

  private static func checkText(_ byteCount: Int) throws(ArrowFault) {
    guard byteCount <= Int(Int32.max) else { throw ArrowFault(.limit, "a string of 2 GiB or more") }
  }

  private static func bits(_ values: [Int64]) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: (values.count + 63) / 64)
    for row in values.indices { words[row >> 6] |= UInt64(bitPattern: values[row] & 1) << UInt64(row & 63) }
    return words
  }

  private static func days(_ values: [Int64]) throws(ArrowFault) -> [Int32] {
    var days = [Int32](repeating: 0, count: values.count)
    var isExact = true
    for row in values.indices {
      days[row] = Int32(truncatingIfNeeded: values[row])
      isExact = isExact && Int64(days[row]) == values[row]
    }
    guard isExact else {
      let row = values.firstIndex { Int64(Int32(truncatingIfNeeded: $0)) != $0 }
      throw ArrowFault(.value, "a date lies too far away to be counted in 32 bits", row: row)
    }
    return days
  }
}

/// Where each row's text begins, and where the last one ends. Nulls are empty. O(rows).
private func textOffsets(_ codes: [UInt32], _ validity: Validity, _ entries: StringArray) -> [Int] {
  let offsets = entries.offsets
  return [Int](unsafeUninitializedCapacity: codes.count + 1) { starts, count in
    var position = 0
    starts.initializeElement(at: 0, to: 0)
    for row in codes.indices {
      let code = Int(codes[row])
      if validity.isValid(row) { position += Int(offsets[code + 1] &- offsets[code]) }
      starts.initializeElement(at: row + 1, to: position)
    }
    count = codes.count + 1
  }
}

/// The texts of codes, one after the other, row `r` at `offsets[r]`. O(bytes).
///
/// Short texts are copied as 16 bytes whatever their length: the next row's text covers what is too much.
private func gatheredText(_ codes: [UInt32], _ offsets: [Int], _ entries: StringArray) -> [UInt8] {
  let byteCount = offsets[codes.count]
  let slack = 16
  return entries.bytes.withUnsafeBytes { source in
    [UInt8](unsafeUninitializedCapacity: byteCount + slack) { buffer, count in
      let out = UnsafeMutableRawBufferPointer(buffer)
      for row in codes.indices {
        let length = offsets[row + 1] &- offsets[row]
        if length == 0 { continue }
        let start = Int(entries.offsets[Int(codes[row])])
        if length <= slack, start + slack <= source.count {
          // In range: 16 bytes are there after `start`, and after every row's place, by the slack.
          let text = source.loadUnaligned(fromByteOffset: start, as: SIMD2<UInt64>.self)
          out.storeBytes(of: text, toByteOffset: offsets[row], as: SIMD2<UInt64>.self)
        } else {
          UnsafeMutableRawBufferPointer(rebasing: out[offsets[row]..<offsets[row] + length]).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: source[start..<start + length]))
        }
      }
      count = byteCount
    }
  }
}
