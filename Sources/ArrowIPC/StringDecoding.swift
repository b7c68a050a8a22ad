// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension StoredColumn {
  /// Strings of some rows, empty where there is no value. Throws `arrow.value` for text that is not UTF-8, `arrow.limit` for 4 GiB or more.
  func strings(_ rows: Range<Int>, _ validity: Validity) throws(ArrowFault) -> StringArray {
    switch type {
    case .strings(offsetWidth: 4, let isText):
      return try checked(try spans(Int32.self, rows, validity), isText: isText, rows)
    case .strings(_, let isText): return try checked(try spans(Int64.self, rows, validity), isText: isText, rows)
    case .views(let isText): return try checked(try views(rows, validity), isText: isText, rows)
    case .fixedBytes(let byteWidth): return try fixedBytes(byteWidth, rows, validity)
    default: preconditionFailure("strings of a column that has none")
    }
  }

  /// Strings between offsets.
  private func spans<Offset: FixedWidthInteger & BitwiseCopyable>(
    _: Offset.Type, _ rows: Range<Int>, _ validity: Validity
  ) throws(ArrowFault) -> StringArray {
    if rows.isEmpty { return StringArray() }
    return try buffers[1].withElements(of: Offset.self) { (offsets) throws(ArrowFault) -> StringArray in
      let start = Int(offsets[rows.lowerBound])
      let end = Int(offsets[rows.upperBound])
      var isOrdered = start >= 0
      var nullBytes = 0
      for row in rows {
        isOrdered = isOrdered && offsets[row] <= offsets[row &+ 1]
        if !validity.isValid(row &- rows.lowerBound) { nullBytes |= Int(offsets[row &+ 1] &- offsets[row]) }
      }
      guard isOrdered, end <= buffers[2].byteCount else {
        throw ArrowFault(.malformed, "the offsets of strings do not ascend inside of their buffer")
      }
      try checkTextLimit(end - start)
      return buffers[2].withBytes { bytes in
        let text = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
        if nullBytes == 0 {
          return StringArray(
            offsets: (rows.lowerBound...rows.upperBound).map { UInt32(truncatingIfNeeded: Int(offsets[$0]) - start) },
            bytes: Array(text))
        }
        var strings = StringArray(reservingStrings: rows.count, totalBytes: text.count)
        for row in rows {
          let span = validity.isValid(row - rows.lowerBound) ? Int(offsets[row])..<Int(offsets[row + 1]) : 0..<0
          strings.append(UnsafeRawBufferPointer(rebasing: bytes[span]))
        }
        return strings
      }
    }
  }

  /// Strings of views: up to 12 bytes in the view itself, else number of a buffer and offset (columnar format, "Variable-size binary view").
  private func views(_ rows: Range<Int>, _ validity: Validity) throws(ArrowFault) -> StringArray {
    try buffers[1].withBytes { (views) throws(ArrowFault) -> StringArray in
      var strings = StringArray(reservingStrings: rows.count)
      for row in rows {
        let view = 16 * row
        guard validity.isValid(row - rows.lowerBound) else {
          strings.append(UnsafeRawBufferPointer(start: nil, count: 0))
          continue
        }
        let count = Int(views.loadUnaligned(fromByteOffset: view, as: Int32.self))
        try checkTextLimit(strings.bytes.count + max(count, 0))
        if (0...12).contains(count) {
          strings.append(UnsafeRawBufferPointer(rebasing: views[view + 4..<view + 4 + count]))
          continue
        }
        let number = Int(views.loadUnaligned(fromByteOffset: view + 8, as: Int32.self))
        let offset = Int(views.loadUnaligned(fromByteOffset: view + 12, as: Int32.self))
        guard count >= 0, number >= 0, number < buffers.count - 2, offset >= 0,
          offset + count <= buffers[2 + number].byteCount
        else { throw ArrowFault(.malformed, "a string lies outside of its buffers", row: row) }
        buffers[2 + number].withBytes {
          strings.append(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
        }
      }
      return strings
    }
  }

  private func fixedBytes(
    _ byteWidth: Int, _ rows: Range<Int>, _ validity: Validity
  ) throws(ArrowFault) -> StringArray {
    try checkTextLimit(byteWidth * rows.count)
    return buffers[1].withBytes { bytes in
      var strings = StringArray(reservingStrings: rows.count, totalBytes: byteWidth * rows.count)
      for row in rows {
        let span = validity.isValid(row - rows.lowerBound) ? row * byteWidth..<(row + 1) * byteWidth : 0..<0
        strings.append(UnsafeRawBufferPointer(rebasing: bytes[span]))
      }
      return strings
    }
  }

  /// `strings` themselves; text must be UTF-8, each string by itself.
  private func checked(
    _ strings: StringArray, isText: Bool, _ rows: Range<Int>
  ) throws(ArrowFault) -> StringArray {
    guard isText, let row = firstRowNotUTF8(strings) else { return strings }
    throw ArrowFault(
      .value, "a string is not UTF-8", advice: "write such a column as UTF-8, or leave it out",
      row: rows.lowerBound + row)
  }
}

/// Throws `arrow.limit` where strings have no room in one page.
func checkTextLimit(_ byteCount: Int) throws(ArrowFault) {
  guard byteCount <= Int(UInt32.max) else {
    throw ArrowFault(.limit, "4 GiB of strings or more in so many rows of a column", advice: "write smaller batches")
  }
}

/// The first string that is not UTF-8 by itself, nil if all are. O(bytes + strings).
func firstRowNotUTF8(_ strings: StringArray) -> Int? {
  strings.areAllUTF8 ? nil : (0..<strings.count).first { !strings.isUTF8($0) }
}

/// All strings that are not UTF-8 by themselves. O(bytes + strings).
func rowsNotUTF8(_ strings: StringArray) -> [Int] {
  strings.areAllUTF8 ? [] : (0..<strings.count).filter { !strings.isUTF8($0) }
}

extension StringArray {
  /// False also where a string ends inside of a character that is whole in the bytes.
  fileprivate var areAllUTF8: Bool {
    bytes.withUnsafeBytes { bytes in
      // What is well-formed as a whole is so in parts that do not begin inside of a character.
      firstInvalidUTF8(bytes) == nil && offsets.allSatisfy { $0 == bytes.count || bytes[Int($0)] & 0xC0 != 0x80 }
    }
  }

  fileprivate func isUTF8(_ row: Int) -> Bool { withUTF8(row) { firstInvalidUTF8($0) == nil } }
}
