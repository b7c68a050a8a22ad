// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import Columns
import Grouping
import TextFormats

/// Strings of one chunk as codes, of the stream's dictionary or among themselves.
struct ArrowCodes: Sendable {
  /// One per row, 0 where there is no value.
  let codes: [UInt32]
  /// What they refer to; strings of the stream's may come twice.
  let dictionary: StringDictionary
  /// Rows with a value.
  let valueCount: Int
  /// What the stream's dictionary has in common with the states of it that other chunks have; nil for codes that are not of the stream.
  let origin: DictionaryOrigin?

  /// Codes of a page of strings, those of the stream's `dictionary` if it has them; nil where most of its strings come once: such a page keeps
  /// them. O(rows + bytes).
  init?(of page: ColumnPage, dictionary: StringDictionary?, origin: DictionaryOrigin?, _ limits: CSVLimits) {
    valueCount = page.rowCount - page.nullCount
    switch page.values {
    case .codes(let codes):
      guard let dictionary, let origin else { preconditionFailure("codes without their dictionary") }
      (self.codes, self.dictionary, self.origin) = (codes, dictionary, origin)
    case .strings(let strings):
      let interner = StringInterner()
      var codes = [UInt32](repeating: 0, count: strings.count)
      codes.withUnsafeMutableBufferPointer {
        interner.number(strings, page.validity, rows: 0..<strings.count, into: $0)
      }
      if mostComeOnce(interner.count, of: valueCount, limits) { return nil }
      if page.validity != .allValid {
        for row in codes.indices where !page.validity.isValid(row) { codes[row] = 0 }
      }
      (self.codes, self.origin) = (codes, nil)
      self.dictionary = StringDictionary(entries: interner.entries)
    default: preconditionFailure("strings of a column that has none")
    }
  }
}

/// True if so many new strings among so many values are better kept as they are.
private func mostComeOnce(_ newCount: Int, of valueCount: Int, _ limits: CSVLimits) -> Bool {
  valueCount > limits.dictionaryTrialValues && newCount * 4 > valueCount * 3
}

/// Dictionary of a string column of an Arrow stream that becomes a chunk file: codes in order of first row.
struct ArrowOutputDictionary {
  private static let unknown = UInt32.max

  private let limits: CSVLimits
  /// File and column, for errors.
  private let place: Place
  private let interner = StringInterner()
  /// Codes in the file of the dictionary of the last chunk, which may have been added to since.
  private var known: (origin: DictionaryOrigin, codes: [UInt32])?

  init(_ limits: CSVLimits, at place: Place) { (self.limits, self.place) = (limits, place) }

  /// What the strings take in memory, as the limits count it.
  var charge: Int { charge(addingStrings: 0, bytes: 0) }

  private func charge(addingStrings count: Int, bytes: Int) -> Int {
    interner.byteCount + bytes + 32 * (interner.count + count)
  }

  /// All strings so far; nil if there are none.
  var dictionary: StringDictionary? {
    interner.count == 0 ? nil : StringDictionary(entries: interner.entries)
  }

  /// A chunk's page with codes in the file; with strings of its own where most are new or the limits would be passed, which adds none.
  ///
  /// `chargeElsewhere`: what the other columns' dictionaries take. Throws `arrow.limit` where the page's own strings are more than a chunk has room
  /// for. O(rows).
  mutating func recoded(
    _ page: ColumnPage, _ codes: ArrowCodes, chargeElsewhere: Int
  ) throws(ArrowError) -> ColumnPage {
    var map: [UInt32] = []
    if let known, known.origin === codes.origin { map = known.codes }
    known = nil
    // One that was added to keeps the codes that it had.
    if map.count < codes.dictionary.count {
      map += repeatElement(Self.unknown, count: codes.dictionary.count - map.count)
    }
    let new = newCodes(page, codes, &map)
    defer { known = codes.origin.map { ($0, map) } }
    guard hasRoom(for: new.added.count, bytes: new.byteCount, codes, chargeElsewhere) else {
      return try plain(page, codes)
    }
    for code in new.added {
      map[Int(code)] = codes.dictionary.entries.withUTF8(Int(code)) { interner.number($0) }
    }
    let recoded = codes.codes.enumerated().map { page.validity.isValid($0) ? map[Int($1)] : 0 }
    return ColumnPage(values: .codes(recoded), validity: page.validity)
  }

  /// Codes whose strings are not in the file yet, in order of first row, and their bytes; codes of others are put into `map`.
  private func newCodes(
    _ page: ColumnPage, _ codes: ArrowCodes, _ map: inout [UInt32]
  ) -> (added: [UInt32], byteCount: Int) {
    var isLookedUp = [Bool](repeating: false, count: map.count)
    var added: [UInt32] = []
    var byteCount = 0
    for row in codes.codes.indices where page.validity.isValid(row) {
      let code = Int(codes.codes[row])
      if map[code] != Self.unknown || isLookedUp[code] { continue }
      isLookedUp[code] = true
      let number = codes.dictionary.entries.withUTF8(code) { interner.lookUp($0) }
      if number == StringInterner.missing {
        added.append(UInt32(code))
        byteCount += codes.dictionary.entries.range(code).count
      } else {
        map[code] = number
      }
    }
    return (added, byteCount)
  }

  private func hasRoom(for count: Int, bytes: Int, _ codes: ArrowCodes, _ chargeElsewhere: Int) -> Bool {
    if count == 0 { return true }
    // Who wrote codes has found that strings come again.
    if codes.origin == nil, mostComeOnce(count, of: codes.valueCount, limits) { return false }
    let charge = charge(addingStrings: count, bytes: bytes)
    return interner.count + count <= limits.dictionaryEntries
      && interner.byteCount + bytes <= limits.dictionaryTextBytes && charge <= limits.dictionaryBytes
      && charge + chargeElsewhere <= limits.allDictionaryBytes
  }

  private func plain(_ page: ColumnPage, _ codes: ArrowCodes) throws(ArrowError) -> ColumnPage {
    guard page.textByteCount(0..<page.rowCount, codes.dictionary) < 1 << 30 else {
      throw ArrowError(
        .limit, "1 GiB of strings or more in one column of \(page.rowCount) rows", at: place,
        advice: "write smaller batches")
    }
    return page.withPlainStrings(codes.dictionary)
  }
}
