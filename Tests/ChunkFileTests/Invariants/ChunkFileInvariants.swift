// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import ChunkFile
@testable import Columns

/// Something that must hold for all bytes does not.
package struct BrokenRule: Error, CustomStringConvertible {
  package let description: String
}

/// What must hold for all bytes that are opened as a chunk file. Throws ``BrokenRule``.
package enum ChunkFileInvariants {
  /// Checks `bytes` as they are, with right checksums, and with a repaired layout too.
  package static func check(_ bytes: [UInt8]) throws {
    _ = try pages(of: bytes)
    let sealed = Resealing.resealed(bytes, repairingLayout: false)
    if sealed != bytes { _ = try pages(of: sealed) }
    let repaired = Resealing.resealed(bytes, repairingLayout: true)
    if repaired != sealed { _ = try pages(of: repaired) }
  }

  /// Reads all that `bytes` hold and verifies them: only our own errors are thrown, with a place in the file; what is given keeps
  /// to the types and to what the footer says; `verify` agrees with reading; what is intact can be written again.
  ///
  /// Gives each page that can be read to `visit`; the result is true if all of the file is intact.
  @discardableResult
  package static func pages(
    of bytes: [UInt8], visit: (_ column: Int, _ chunk: Int, ColumnPage) throws -> Void = { _, _, _ in }
  ) throws -> Bool {
    let object = WatchedBytes(bytes: bytes)
    guard let file = try ours(object, { try ChunkFile(object) }) else {
      try require(try !ChunkFile.verify(object).isIntact, "verify accepts what cannot be opened")
      return false
    }
    var isReadable = try ours(object) { try file.metadata } != nil
    _ = file.hasInventedNames
    for column in file.schema.fields.indices {
      let isOpen = try ours(object) { () -> Bool in
        _ = try file.dictionary(column: column)
        return true
      }
      if isOpen == nil { isReadable = false }
      for chunk in 0..<file.chunkCount {
        let page = try ours(object) { try file.page(column: column, chunk: chunk) }
        try checkForm(of: file, object, column: column, chunk: chunk, page)
        try checkPieces(of: file, object, column: column, chunk: chunk, page)
        guard let page, isOpen != nil else {
          isReadable = false
          continue
        }
        try check(page, of: file, column: column, chunk: chunk)
        try visit(column, chunk, page)
      }
    }
    try checkSalvage(object, isReadable: isReadable)
    let report = try file.verify()
    try require(!report.isIntact || isReadable, "verify finds nothing wrong with a file that cannot be read")
    for problem in report.problems { try checkPlace(problem.error, object) }
    if report.isIntact { try checkWritingAgain(file) }
    return report.isIntact
  }

  /// A page is given as it is stored if and only if it is given decoded, with the same rows; but packed integers out of their bounds
  /// are for the caller to find.
  private static func checkForm(
    of file: ChunkFile, _ object: WatchedBytes, column: Int, chunk: Int, _ page: ColumnPage?
  ) throws {
    var isPacked = false
    let rows = try ours(object) {
      try file.withForm(column: column, chunk: chunk) { form -> (count: Int, validity: Validity) in
        if case .packed = form.content { isPacked = true }
        if case .runs(_, let lengths) = form.content {
          try require(lengths.reduce(0) { $0 + Int($1) } == form.rowCount, "runs that do not fill their page")
        }
        return (form.rowCount, form.validity)
      }
    }
    guard let rows else { return try require(page == nil, "a page that can be decoded has no form") }
    guard let page else { return try require(isPacked, "a form of a page that cannot be decoded") }
    try require(rows == (page.rowCount, page.validity), "a form of other rows than the page")
  }

  /// Integers that come piece by piece are those of the page; of a page that cannot be decoded there are none, or one leaves the limits.
  private static func checkPieces(
    of file: ChunkFile, _ object: WatchedBytes, column: Int, chunk: Int, _ page: ColumnPage?
  ) throws {
    let found = try ours(object) {
      try file.withPieces(column: column, chunk: chunk) { pieces -> (values: [Int64], isSound: Bool)? in
        guard let pieces else { return nil }
        var values: [Int64] = []
        while values.count < pieces.rowCount { values += pieces.next() }
        return (values, values.allSatisfy { pieces.limits.contains(Int128($0)) })
      }
    }
    guard let found, let (values, isSound) = found else { return }
    guard let page else { return try require(!isSound, "sound pieces of a page that cannot be decoded") }
    guard case .int64(let whole) = page.values else { throw BrokenRule(description: "pieces of what is no integers") }
    try require(isSound && values == whole && page.validity == .allValid, "pieces that are not the page")
  }

  /// What opens can be salvaged, and all that is left can be read; nothing is lost where all can be read anyway.
  private static func checkSalvage(_ object: WatchedBytes, isReadable: Bool) throws {
    guard let rest = try ours(object, { try SalvagedTable(object) }) else {
      throw BrokenRule(description: "a file that opens cannot be salvaged")
    }
    try require(!isReadable || rest.losses.isEmpty, "lost although readable: \(rest.losses)")
    let isDictionaryGone = { (column: Int) in try rest.dictionary(column: column) == nil }
    for chunk in 0..<rest.chunkCount {
      for (column, field) in rest.schema.fields.enumerated() {
        let page = try rest.page(column: column, chunk: chunk)
        try require(page.rowCount == rest.rowCount(ofChunk: chunk), "a salvaged page of \(page.rowCount) rows")
        guard field.type == .string, case .codes(let codes) = page.values else { continue }
        try require(try !isDictionaryGone(column), "salvaged codes without a dictionary")
        let limit = page.validity == .allNull ? 1 : try rest.dictionary(column: column)?.count ?? 0
        try require(codes.allSatisfy { $0 < limit }, "a salvaged code past its dictionary")
      }
    }
  }

  /// Nil if `body` throws an error of ours.
  private static func ours<R>(_ object: WatchedBytes, _ body: () throws -> R) throws -> R? {
    do {
      return try body()
    } catch let error as ChunkFileError {
      try checkPlace(error, object)
      return nil
    } catch {
      throw BrokenRule(description: "\(type(of: error)) thrown: \(error)")
    }
  }

  private static func checkPlace(_ error: ChunkFileError, _ object: WatchedBytes) throws {
    let offset = error.place.byteOffset ?? -1
    try require(
      (0...object.byteCount).contains(offset) && error.place.file == object.name, "no place in the file: \(error)")
  }

  // MARK: pages

  private static func check(_ page: ColumnPage, of file: ChunkFile, column: Int, chunk: Int) throws {
    let type = file.schema.fields[column].type
    let facts = try file.statistics(column: column, chunk: chunk)
    try require(page.rowCount == file.rowCount(ofChunk: chunk), "a page of \(page.rowCount) rows")
    try require(page.nullCount == facts.nullCount, "\(page.nullCount) nulls, the footer has \(facts.nullCount)")
    let isValid = { (row: Int) in page.validity.isValid(row) }
    switch page.values {
    case .int64(let values):
      try require(type != .string && type != .float64 && !type.isWide, "64-bit integers for \(type)")
      try checkIntegers(values, type, facts.bounds, isValid)
    case .int128(let values):
      try require(type.isWide, "128-bit integers for \(type)")
      try checkIntegers(values, type, facts.bounds, isValid)
    case .float64(let values):
      try require(type == .float64, "doubles for \(type)")
      for row in values.indices where !isValid(row) { try require(values[row].bitPattern == 0, "a null that is not 0") }
    case .codes(let codes):
      let count = try file.dictionary(column: column)?.count
      // A column of nulls may have a dictionary without strings.
      let limit = page.validity == .allNull ? 1 : count ?? 0
      try require(type == .string && count != nil, "codes for \(type)")
      try require(codes.allSatisfy { $0 < limit }, "a code past the dictionary of \(limit)")
    case .strings(let strings):
      try require(type == .string, "strings for \(type)")
      try strings.bytes.withUnsafeBytes { bytes in
        for row in 0..<strings.count {
          let text = UnsafeRawBufferPointer(rebasing: bytes[strings.range(row)])
          try require(firstInvalidUTF8(text) == nil, "row \(row) is not UTF-8")
          try require(isValid(row) || text.isEmpty, "a null that has bytes")
        }
      }
    }
  }

  private static func checkIntegers<T: FixedWidthInteger>(
    _ values: [T], _ type: ColumnType, _ bounds: PageStatistics.Bounds, _ isValid: (Int) -> Bool
  ) throws {
    let range = type.storedRange ?? 0...0
    for row in values.indices {
      guard isValid(row) else {
        try require(values[row] == 0, "a null that is not 0")
        continue
      }
      try require(range.contains(Int128(values[row])), "\(values[row]) is no \(type)")
      guard case .integer(let minimum, let maximum, _) = bounds else {
        throw BrokenRule(description: "integers without bounds")
      }
      try require(Int128(values[row]) >= minimum && Int128(values[row]) <= maximum, "\(values[row]) out of bounds")
    }
  }

  // MARK: writing

  /// What was read can be written, and is the same when it is read again.
  private static func checkWritingAgain(_ file: ChunkFile) throws {
    guard file.rowCount * file.schema.fields.count <= 20_000, file.chunkCount > 0 else { return }
    let fields = file.schema.fields
    let object = ObjectStorage.MemoryWriter()
    let writer = try ChunkFileWriter(to: object, columnCount: fields.count)
    let dictionaries = try fields.indices.map { try file.dictionary(column: $0) }
    for chunk in 0..<file.chunkCount {
      let pages = try fields.indices.map { column in
        let page = try file.page(column: column, chunk: chunk)
        if case .strings(let strings) = page.values, strings.bytes.count > 1 << 20 { return EncodedPage?.none }
        return try ChunkFileWriter.encode(
          page, as: fields[column].type, statistics: PageStatistics(of: page, dictionary: dictionaries[column]),
          compression: .automatic)
      }
      guard !pages.contains(where: { $0 == nil }) else { return }
      try writer.append(rowCount: file.rowCount(ofChunk: chunk), pages: pages.compactMap { $0 })
    }
    _ = try writer.finish(schema: file.schema, dictionaries: dictionaries, metadata: [])
    let again = try ChunkFile(WatchedBytes(bytes: object.bytes))
    for column in fields.indices {
      for chunk in 0..<file.chunkCount {
        let before = try file.page(column: column, chunk: chunk)
        let after = try again.page(column: column, chunk: chunk)
        try require(isSame(before, after), "column \(column), chunk \(chunk) differs when written again")
      }
    }
  }

  /// Equal to the bit: NaN equals itself, and zeros have signs. Pages of nulls are equal whatever else they hold.
  package static func isSame(_ one: ColumnPage, _ other: ColumnPage) -> Bool {
    guard one.validity == other.validity, one.rowCount == other.rowCount else { return false }
    if one.validity == .allNull { return true }
    if case (.float64(let a), .float64(let b)) = (one.values, other.values) {
      return a.elementsEqual(b) { $0.bitPattern == $1.bitPattern }
    }
    return one.values == other.values
  }
}

func require(_ holds: Bool, _ otherwise: @autoclosure () -> String) throws {
  if !holds { throw BrokenRule(description: otherwise()) }
}

/// Bytes as an object that refuses to be read past its end with an error that is not ours: a reader has to know better.
package struct WatchedBytes: ReadableObject {
  /// Always `watched.cln`.
  package let name = "watched.cln"
  private let bytes: [UInt8]

  /// Watches `bytes`.
  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// Size.
  package var byteCount: Int { bytes.count }

  /// Copies from `offset` on.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try require(
      offset >= 0 && offset + buffer.count <= bytes.count, "read past the end: \(buffer.count) bytes at \(offset)")
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }
}
