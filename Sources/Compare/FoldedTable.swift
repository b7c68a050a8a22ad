// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// A table with its texts as they are compared: in lower case, without white space around, none instead of empty ones.
final class FoldedTable: TableSource {
  private let base: any TableSource
  private let rules: TextRules
  /// Per column, its dictionary folded.
  private let folded: [Once<FoldedDictionary?>]

  init(_ base: any TableSource, _ rules: TextRules) {
    self.base = base
    self.rules = rules
    folded = base.schema.fields.map { _ in Once() }
  }

  /// Another table with the same columns and dictionaries, which are folded once for both.
  init(_ base: any TableSource, like other: FoldedTable) {
    self.base = base
    rules = other.rules
    folded = other.folded
  }

  var name: String { base.name }
  var schema: Schema { base.schema }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }

  private func isText(_ column: Int) -> Bool { base.schema.fields[column].type == .string }

  /// Of texts, computed from the page.
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    guard isText(column) else { return try base.statistics(column: column, chunk: chunk) }
    return PageStatistics(of: try page(column: column, chunk: chunk), dictionary: try dictionary(column: column))
  }

  var hasStoredStatistics: Bool { base.hasStoredStatistics }

  func contentHash(column: Int, chunk: Int) throws -> UInt128? {
    isText(column) ? nil : try base.contentHash(column: column, chunk: chunk)
  }

  func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: column) }

  func dictionary(column: Int) throws -> StringDictionary? {
    isText(column) ? try foldedDictionary(column)?.dictionary : try base.dictionary(column: column)
  }

  private func foldedDictionary(_ column: Int) throws -> FoldedDictionary? {
    try folded[column].value {
      try base.dictionary(column: column).map { FoldedDictionary($0.entries, rules) }
    }
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage {
    let page = try base.page(column: column, chunk: chunk)
    switch page.values {
    case .codes(let codes):
      guard let folded = try foldedDictionary(column) else { preconditionFailure("codes without their dictionary") }
      guard !folded.map.isEmpty else { return page }
      let own = codes.map { folded.map[Int($0)] }
      return withoutEmpty(.codes(own), page.validity) { own[$0] == folded.emptyCode }
    case .strings(let strings):
      var own = StringArray(reservingStrings: strings.count, totalBytes: strings.bytes.count)
      for row in 0..<strings.count { strings.withUTF8(row) { appendFolded($0, rules, to: &own) } }
      let texts = own
      return withoutEmpty(.strings(texts), page.validity) { texts.range($0).isEmpty }
    default: return page
    }
  }

  /// Takes the values of rows with an empty text away, if that is the rule.
  private func withoutEmpty(_ values: PageValues, _ validity: Validity, _ isEmpty: (Int) -> Bool) -> ColumnPage {
    guard rules.emptyIsNull else { return ColumnPage(values: values, validity: validity) }
    var words = [UInt64](repeating: 0, count: (values.count + 63) / 64)
    for row in 0..<values.count where validity.isValid(row) && !isEmpty(row) {
      words[row >> 6] |= 1 << UInt64(row & 63)
    }
    return ColumnPage(values: values, validity: Validity(words: words, rowCount: values.count))
  }
}

/// A dictionary whose strings are folded; equal ones share a code.
private struct FoldedDictionary: Sendable {
  let dictionary: StringDictionary
  /// What each code of the original becomes.
  let map: [UInt32]
  /// Code of the empty text, nil if there is none.
  let emptyCode: UInt32?

  init(_ entries: StringArray, _ rules: TextRules) {
    var all = StringArray(reservingStrings: entries.count, totalBytes: entries.bytes.count)
    for code in 0..<entries.count { entries.withUTF8(code) { appendFolded($0, rules, to: &all) } }
    let numbering = KeyNumbering(types: [.string])
    var numbers: [UInt32] = []
    numbering.number([ColumnPage(values: .strings(all))], dictionaries: [nil], into: &numbers)
    // Numbers are in order of first appearance: one that is new is the next.
    var distinct = StringArray()
    var emptyCode: UInt32?
    for (code, number) in numbers.enumerated() where Int(number) == distinct.count {
      all.withUTF8(code) { distinct.append($0) }
      if all.range(code).isEmpty { emptyCode = number }
    }
    dictionary = StringDictionary(entries: distinct)
    map = numbers
    self.emptyCode = emptyCode
  }
}

/// A value as it is compared by `rules`: of texts, what ``FoldedTable`` makes of them.
func folded(_ value: Value, _ rules: TextRules) -> Value {
  guard case .string(let text) = value else { return value }
  var texts = StringArray()
  Array(text.utf8).withUnsafeBytes { appendFolded($0, rules, to: &texts) }
  return rules.emptyIsNull && texts.bytes.isEmpty ? .null : .string(texts[0])
}

private func appendFolded(_ utf8: UnsafeRawBufferPointer, _ rules: TextRules, to texts: inout StringArray) {
  guard utf8.allSatisfy({ $0 < 0x80 }) else {
    var scalars = String(decoding: utf8, as: UTF8.self).unicodeScalars[...]
    if rules.trims {
      scalars = scalars.drop { $0.properties.isWhitespace }
      while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
    }
    let text = String(String.UnicodeScalarView(scalars))
    return texts.append(utf8: Array((rules.ignoresCase ? text.lowercased() : text).utf8))
  }
  var range = 0..<utf8.count
  if rules.trims {
    while let first = range.first, isSpace(utf8[first]) { range.removeFirst() }
    while let last = range.last, isSpace(utf8[last]) { range.removeLast() }
  }
  texts.append(
    utf8: utf8[range].map { rules.ignoresCase && UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 ? $0 | 0x20 : $0 })
}

/// White space of ASCII: tab to carriage return, and the space.
private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
