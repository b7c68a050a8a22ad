// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import Synchronization

extension ChunkFile {
  /// Reads, checks and decodes one page, rescaled to the column's type.
  ///
  /// Integers lie within the page's statistics and codes within the dictionary; strings are valid UTF-8; null slots are zero.
  /// Throws ``ChunkFileError``, or what the object throws. Cost: some 0.5 ns a value for packed integers.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    let section = try section(column)
    let record = section.pages[chunk]
    let field = schema.fields[column]
    guard record.extent.encoding.physical != .none else {
      return allNullPage(record.extent.rowCount, type: field.type, hasDictionary: section.dictionary != nil)
    }
    noteRead(pages: 1)
    let page = try withRawBytes(of: record.extent, pagePlace(column: column, chunk: chunk)) { bytes in
      try locating(base: record.extent.offset, pagePlace(column: column, chunk: chunk)) { () throws(EncodingError) in
        try decodePage(
          record.extent.encoding, from: bytes, rowCount: record.extent.rowCount, nullCount: record.nullCount,
          codeLimit: section.dictionary?.entryCount ?? 0, bounds: record.bounds)
      }
    }
    return rescaled(page, from: record.scale, to: field.type)
  }

  /// File, column, first row and first byte of a page.
  func pagePlace(column: Int, chunk: Int) -> Place {
    Place(file: name, row: rowCount(beforeChunk: chunk) + 1, column: schema.fields[column].name)
  }

  /// All nulls; codes in a column with a dictionary.
  private func allNullPage(_ rowCount: Int, type: ColumnType, hasDictionary: Bool) -> ColumnPage {
    guard hasDictionary else { return ColumnPage(nullRows: rowCount, type: type) }
    return ColumnPage(values: .codes([UInt32](repeating: 0, count: rowCount)), validity: .allNull)
  }

  /// The page at the column's scale and width. No overflow: the section's bounds, which hold for every valid value and were
  /// rescaled when it was read, fit the column's type.
  private func rescaled(_ page: ColumnPage, from scale: Int, to type: ColumnType) -> ColumnPage {
    guard case .decimal = type else { return page }
    // 18 digits: a page of 64-bit integers is narrow whatever its scale, so that it is never taken for one of a wide type.
    let isWide = if case .int128 = page.values { true } else { false }
    return page.rescaled(
      from: .decimal(precision: isWide ? ColumnType.maximumDecimalPrecision : 18, scale: scale), to: type)
  }

  /// Reads an extent, checks checksum and padding, undoes the codec, and runs `body` on the bytes. `place` is for errors.
  func withRawBytes<R>(
    of extent: Extent, _ place: @autoclosure () -> Place, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    guard extent.storedByteCount > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
    return try scratch.withBuffer(extent.paddedByteCount) { padded in
      try object.read(at: extent.offset, into: padded)
      noteRead(byteCount: padded.count)
      let stored = try checked(padded, extent, place())
      guard extent.codec != .none else { return try body(stored) }
      return try scratch.withBuffer(extent.rawByteCount) { raw in
        try locating(base: extent.offset, place()) { () throws(EncodingError) in
          try decompress(extent.codec, stored, into: raw)
        }
        return try body(UnsafeRawBufferPointer(raw))
      }
    }
  }

  /// What is stored, without padding, of an extent's bytes, if they are those that were written.
  func checked(
    _ mutable: UnsafeMutableRawBufferPointer, _ extent: Extent, _ place: @autoclosure () -> Place
  ) throws -> UnsafeRawBufferPointer {
    let padded = UnsafeRawBufferPointer(mutable)
    var isRight = checksum(padded) == extent.checksum
    if isSalvaged, !isRight {
      // Padding is zero: where something else is there, the checksum tells whether that was all.
      for index in extent.storedByteCount..<mutable.count { mutable[index] = 0 }
      isRight = checksum(padded) == extent.checksum
    }
    guard isRight else {
      if object.hasChanged { throw StorageError(changedWhileRead: name, byteOffset: extent.offset) }
      var exact = place()
      exact.byteOffset = extent.offset
      let rows = exact.row.map { ", rows \($0) to \($0 + extent.rowCount - 1)" } ?? ""
      throw ChunkFileError(.checksum, "\(padded.count) bytes are damaged\(rows)", at: exact)
    }
    if !isSalvaged, let wrong = padded[extent.storedByteCount...].firstIndex(where: { $0 != 0 }) {
      var exact = place()
      exact.byteOffset = extent.offset + wrong
      throw ChunkFileError(.padding, "a byte \(padded[wrong]) where zero must be", at: exact)
    }
    return UnsafeRawBufferPointer(rebasing: padded[..<extent.storedByteCount])
  }

  /// Reads a dictionary. Precondition: the index was parsed, so that its sizes are bounded.
  func readDictionary(_ index: DictionaryIndex, column: Int) throws -> StringDictionary {
    let place = Place(file: name, column: schema.fields[column].name)
    var entries = StringArray(reservingStrings: 0, totalBytes: 0)
    for segment in index.segments {
      let strings = try self.segment(segment, column: column)
      if index.segments.count == 1 {
        entries = strings
      } else {
        for entry in 0..<strings.count { strings.withUTF8(entry) { entries.append($0) } }
      }
    }
    guard let rankExtent = index.ranks else { return StringDictionary(entries: entries, ranks: []) }
    let page = try decodeSegment(rankExtent, codeLimit: index.entryCount, place)
    guard case .codes(let ranks) = page.values else { preconditionFailure("parsed as codes") }
    var seen = [Bool](repeating: false, count: ranks.count)
    for rank in ranks { seen[Int(rank)] = true }
    guard seen.allSatisfy({ $0 }) else {
      var exact = place
      exact.byteOffset = rankExtent.offset
      throw ChunkFileError(.malformed, "the ranks of a dictionary are not a permutation", at: exact)
    }
    return StringDictionary(entries: entries, ranks: ranks)
  }

  /// Reads the strings of one segment of a dictionary. Precondition: it was parsed as one.
  func segment(_ segment: Extent, column: Int) throws -> StringArray {
    let page = try decodeSegment(segment, codeLimit: 0, Place(file: name, column: schema.fields[column].name))
    guard case .strings(let strings) = page.values else { preconditionFailure("parsed as strings") }
    return strings
  }

  private func decodeSegment(_ segment: Extent, codeLimit: Int, _ place: Place) throws -> ColumnPage {
    try withRawBytes(of: segment, place) { bytes in
      try locating(base: segment.offset, place) { () throws(EncodingError) in
        try decodePage(
          segment.encoding, from: bytes, rowCount: segment.rowCount, nullCount: 0, codeLimit: codeLimit, bounds: .none)
      }
    }
  }
}

/// Memory that is used again for page after page: fresh pages of memory cost more than decoding does.
///
/// All open files share it, since only as many buffers are in use as there are threads: a hundred files with some each would keep
/// memory for pages that nobody reads any more.
final class ScratchBuffers: Sendable {
  /// Those of all open files; given back when the last of these is closed.
  static var shared: ScratchBuffers {
    ofOpenFiles.withLock { known in
      if let buffers = known.buffers { return buffers }
      let buffers = ScratchBuffers()
      known.buffers = buffers
      return buffers
    }
  }

  private struct Known {
    weak var buffers: ScratchBuffers?
  }

  private static let ofOpenFiles = Mutex(Known())

  private struct Buffer: @unchecked Sendable {
    // Owned by the list or by the one call that took it out.
    let memory: UnsafeMutableRawBufferPointer
  }

  private let idle = Mutex<[Buffer]>([])
  private static let keptByteCount = 4 << 20
  private static let keptBuffers = 16

  deinit {
    idle.withLock { buffers in
      for buffer in buffers { buffer.memory.deallocate() }
    }
  }

  /// Runs `body` with `byteCount` bytes of any content, aligned to 64.
  func withBuffer<R>(_ byteCount: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> R) rethrows -> R {
    let buffer = take(byteCount)
    defer { give(buffer) }
    return try body(UnsafeMutableRawBufferPointer(rebasing: buffer.memory[..<byteCount]))
  }

  private func take(_ byteCount: Int) -> Buffer {
    let known = idle.withLock { buffers -> Buffer? in
      guard let index = buffers.firstIndex(where: { $0.memory.count >= byteCount }) else { return nil }
      return buffers.remove(at: index)
    }
    // Round up, so that pages of about one size share a buffer.
    let capacity = max(1 << 16, byteCount + byteCount / 4)
    return known ?? Buffer(memory: .allocate(byteCount: capacity, alignment: Layout.alignment))
  }

  private func give(_ buffer: Buffer) {
    let isKept = idle.withLock { buffers in
      guard buffer.memory.count <= Self.keptByteCount, buffers.count < Self.keptBuffers else { return false }
      buffers.append(buffer)
      return true
    }
    if !isKept { buffer.memory.deallocate() }
  }
}
