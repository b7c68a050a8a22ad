// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// How the keys of a row become one number: each key column's code is an offset from its least value, or its string's code, and null comes
/// after all of them.
struct KeyPacking: Sendable {
  /// One key column.
  struct Key: Sendable {
    let column: UnifiedColumn
    /// An integer is this plus its code; 0 for strings.
    let base: Int128
    /// Number of codes, that of null included.
    let codeCount: UInt64
    /// The last code, where there are nulls.
    let nullCode: UInt64?
    /// For string keys, the dictionary of all inputs.
    let strings: KeyStrings?

    /// Bits of a code.
    var bitWidth: Int { bitCount(UInt128(codeCount - 1)) }
    var isNarrow: Bool { codeCount <= 1 << 32 }
    /// Integers that there may be.
    var allowed: ClosedRange<Int128> { base...base + Int128(max(1, nullCode ?? codeCount) - 1) }
  }

  let keys: [Key]

  /// No keys: there is one group.
  static var none: KeyPacking { KeyPacking(keys: []) }

  private init(keys: [Key]) { self.keys = keys }

  /// nil where a key is no integer of 64 bits whose bounds `facts` tells, and no string with a code in every row. Throws what reading a footer
  /// throws.
  init?(
    _ columns: [UnifiedColumn], _ sources: [any TableSource], facts: (UnifiedColumn) throws -> IntegerFacts128?
  ) throws {
    guard !columns.isEmpty else { return nil }
    var keys: [Key] = []
    for column in columns {
      guard let key = try column.type == .string ? Key(strings: column, sources) : Key(integers: column, facts(column))
      else { return nil }
      keys.append(key)
    }
    self.keys = keys
  }

  /// Number of different keys that there may be; nil beyond 2^62.
  var slotCount: Int? {
    var product: UInt128 = 1
    for key in keys {
      product *= UInt128(key.codeCount)
      if product > 1 << 62 { return nil }
    }
    return Int(product)
  }

  /// Bits of all codes side by side.
  var bitWidth: Int { keys.reduce(0) { $0 + $1.bitWidth } }

  /// What each key's code is multiplied with to make one number of all: the last key's changes fastest. Precondition: there is a `slotCount`.
  var factors: [Int] {
    var factors: [Int] = []
    var product = 1
    for key in keys.reversed() {
      factors.append(product)
      product *= Int(key.codeCount)
    }
    return factors.reversed()
  }

  /// Where a key's code lies in a packed key of one or two words of 64 bits, the low one first.
  struct KeyPlace {
    let word: Int
    let shift: Int
  }

  /// Codes side by side: the last key's lowest, none in two words, so that packed keys, high word first, are in the order of keys whose codes
  /// are. nil where two words have no room for all.
  var places: (ofKeys: [KeyPlace], usedBits: [Int])? {
    var places: [KeyPlace] = []
    var usedBits = [0]
    for key in keys.reversed() {
      if usedBits[usedBits.count - 1] + key.bitWidth > 64 { usedBits.append(0) }
      places.append(KeyPlace(word: usedBits.count - 1, shift: usedBits[usedBits.count - 1]))
      usedBits[usedBits.count - 1] += key.bitWidth
    }
    return usedBits.count <= 2 ? (places.reversed(), usedBits) : nil
  }

  /// What each code of a key is in the order of values; nil where codes are in order themselves. Null stays last.
  func ranks(_ key: Int) throws -> [UInt32]? {
    guard let strings = keys[key].strings else { return nil }
    let ranks = try strings.dictionary().ranks
    return keys[key].nullCode == nil ? ranks : ranks + [UInt32(ranks.count)]
  }

  /// A column of `codes` of a key.
  func column(_ key: Int, _ codes: [UInt64]) throws -> (page: ColumnPage, dictionary: StringDictionary?) {
    let key = keys[key]
    var validity = Validity.allValid
    if let nullCode = key.nullCode, codes.contains(nullCode) {
      var words = [UInt64](repeating: 0, count: (codes.count + 63) / 64)
      for (row, code) in codes.enumerated() where code != nullCode { words[row >> 6] |= 1 << UInt64(row & 63) }
      validity = Validity(words: words, rowCount: codes.count)
    }
    let nullCode = key.nullCode ?? .max
    if let strings = key.strings {
      let named = codes.map { $0 == nullCode ? 0 : UInt32($0) }
      let (own, dictionary) = compacted(named, validity, try strings.dictionary())
      return (ColumnPage(values: .codes(own), validity: validity), dictionary)
    }
    let base = Int64(truncatingIfNeeded: key.base)
    let values = codes.map { $0 == nullCode ? 0 : base &+ Int64(truncatingIfNeeded: $0) }
    return (ColumnPage(values: .int64(values), validity: validity), nil)
  }
}

extension KeyPacking.Key {
  init?(integers column: UnifiedColumn, _ facts: IntegerFacts128?) {
    guard column.type.isNarrowInteger, let facts, let span = facts.span else { return nil }
    let count = span + 1
    self.init(
      column: column, base: facts.minimum, codeCount: facts.hasNulls ? count + 1 : count,
      nullCode: facts.hasNulls ? count : nil, strings: nil)
  }

  init?(strings column: UnifiedColumn, _ sources: [any TableSource]) throws {
    var hasNulls = false
    // What is worked out is not known before; nor would it be worked out twice.
    guard !column.isComputed else { return nil }
    for (number, source) in sources.enumerated() {
      guard try column.holdsOnlyCodes(of: source, number: number) else { return nil }
      for chunk in 0..<source.chunkCount where !hasNulls {
        hasNulls =
          try source.hasStoredStatistics
          ? column.statistics(of: source, number: number, chunk: chunk).nullCount > 0
          : column.page(of: source, number: number, chunk: chunk).validity != .allValid
      }
    }
    let strings = try KeyStrings(column, sources)
    let count = UInt64(strings.count)
    // Of no strings at all, every row is null.
    self.init(
      column: column, base: 0, codeCount: max(1, hasNulls ? count + 1 : count), nullCode: hasNulls ? count : nil,
      strings: strings)
  }
}

/// The strings of a key column of all inputs, and what the codes of each input are among them.
final class KeyStrings: Sendable {
  /// Number of codes.
  let count: Int
  /// Per input, the codes of the union; nil where they stay.
  let maps: [[UInt32]?]
  private let whole = Once<StringDictionary>()
  private let read: @Sendable () throws -> StringDictionary

  /// Of one input, nothing is read before the strings are asked for.
  init(_ column: UnifiedColumn, _ sources: [any TableSource]) throws {
    if sources.count == 1 {
      let source = sources[0]
      count = try source.dictionaryCount(column: column.position(in: 0)) ?? 0
      maps = [nil]
      read = { try column.dictionary(of: source, number: 0) ?? StringDictionary(entries: StringArray()) }
      return
    }
    let union = DictionaryUnion(
      try sources.enumerated().map { try column.dictionary(of: $1, number: $0) }, entryLimit: .max, byteLimit: .max)
    let dictionary = union.dictionary ?? StringDictionary(entries: StringArray())
    count = dictionary.count
    maps = sources.indices.map { union.map(of: $0) }
    read = { dictionary }
  }

  /// Codes that pages of an input may hold, before they are renamed; 0 stands for those of an input without strings.
  func allowedCodes(ofInput number: Int) -> ClosedRange<Int128> { 0...Int128(max(1, maps[number]?.count ?? count) - 1) }

  /// All strings, read on first use.
  func dictionary() throws -> StringDictionary { try whole.value(read) }
}

/// The same strings in a dictionary without others, where it has many others: what is made of a few rows is small.
private func compacted(
  _ codes: [UInt32], _ validity: Validity, _ dictionary: StringDictionary
) -> ([UInt32], StringDictionary) {
  guard codes.count < dictionary.count else { return (codes, dictionary) }
  var own: [UInt32: UInt32] = [:]
  var entries = StringArray()
  let renamed = codes.enumerated().map { row, code -> UInt32 in
    guard validity.isValid(row) else { return 0 }
    if let known = own[code] { return known }
    let fresh = UInt32(own.count)
    own[code] = fresh
    dictionary.entries.withUTF8(Int(code)) { entries.append($0) }
    return fresh
  }
  return (renamed, StringDictionary(entries: entries))
}
