// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Dense codes for strings, be they plain or codes of any dictionary.
///
/// Of each dictionary, a code is interned once, when first seen; after that it is one array access.
final class StringKeyCoder: KeyCoder {
  private static let missing = NumberTable.missing

  /// What the codes of one dictionary are here.
  private struct Remap {
    /// Held so that its identity cannot pass to another object.
    let dictionary: StringDictionary
    /// Per dictionary code: ours, or `missing` if not seen yet.
    var codes: [UInt32]
    /// As `codes`, filled by look-ups, valid while `lookedUpAt` strings are known.
    var lookedUp: [UInt32] = []
    var lookedUpAt = -1
  }

  private let interner = StringInterner()
  /// Codes in order of first appearance; all but null's are interner number, shifted by one from null's code on.
  private var nullCode: UInt32?
  private var remaps: [ObjectIdentifier: Remap] = [:]

  var codeLimit: Int { interner.count + (nullCode == nil ? 0 : 1) }
  var isDense: Bool { true }

  func encode(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    switch page.values {
    case .codes(let values):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      let identity = ObjectIdentifier(dictionary)
      // Taken out while it is changed, so that it is not copied.
      var remap =
        remaps.removeValue(forKey: identity)
        ?? Remap(dictionary: dictionary, codes: Array(repeating: Self.missing, count: dictionary.count))
      values.withUnsafeBufferPointer { values in
        remap.codes.withUnsafeMutableBufferPointer { remap in
          encodeCodes(values, page.validity, rows, dictionary.entries, remap, into: codes)
        }
      }
      remaps[identity] = remap
    case .strings(let strings): encodeStrings(strings, page.validity, rows, into: codes)
    default: preconditionFailure("a string key column has other values")
    }
    return true
  }

  func lookUp(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    switch page.values {
    case .codes(let values):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      let known = lookedUpCodes(of: dictionary)
      for (i, row) in rows.enumerated() {
        codes[i] = page.validity.isValid(row) ? known[Int(values[row])] : nullCode ?? Self.missing
      }
    case .strings(let strings):
      interner.lookUp(strings, page.validity, rows: rows, into: codes)
      nameNulls(page.validity, rows, codes)
    default: preconditionFailure("a string key column has other values")
    }
  }

  func decode(_ codes: [UInt32]) -> (page: ColumnPage, dictionary: StringDictionary?) {
    let null = nullCode ?? Self.missing
    let decoded = decodedSlots(codes, nullCode: nullCode, empty: UInt32(0)) { code in
      UInt32(code) > null ? UInt32(code) - 1 : UInt32(code)
    }
    return (
      ColumnPage(values: .codes(decoded.slots), validity: decoded.validity),
      StringDictionary(entries: interner.entries)
    )
  }

  private func encodeStrings(
    _ strings: StringArray, _ validity: Validity, _ rows: Range<Int>, into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    // Up to the first row without value, which takes the next code.
    let firstNull = nullCode == nil ? rows.first { !validity.isValid($0) } : nil
    let before = rows.lowerBound..<(firstNull ?? rows.lowerBound)
    if firstNull != nil {
      interner.number(
        strings, validity, rows: before, into: UnsafeMutableBufferPointer(rebasing: codes[..<before.count]))
      _ = codeOfNull()
    }
    let rest = before.upperBound..<rows.upperBound
    let restCodes = UnsafeMutableBufferPointer(rebasing: codes[before.count...])
    interner.number(strings, validity, rows: rest, into: restCodes)
    nameNulls(validity, rest, restCodes)
  }

  /// Makes our codes of an interner's numbers.
  private func nameNulls(_ validity: Validity, _ rows: Range<Int>, _ codes: UnsafeMutableBufferPointer<UInt32>) {
    guard let nullCode else { return }
    for (i, row) in rows.enumerated() { codes[i] = validity.isValid(row) ? ours(codes[i]) : nullCode }
  }

  private func encodeCodes(
    _ values: UnsafeBufferPointer<UInt32>, _ validity: Validity, _ rows: Range<Int>, _ entries: StringArray,
    _ remap: UnsafeMutableBufferPointer<UInt32>, into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    let first = rows.lowerBound
    if case .allValid = validity {
      for i in 0..<rows.count {
        // In range: a page's codes are below its dictionary's count, which readers check.
        let value = Int(values[first + i])
        var known = remap[value]
        if known == Self.missing {
          known = entries.withUTF8(value) { code(of: $0) }
          remap[value] = known
        }
        codes[i] = known
      }
      return
    }
    for i in 0..<rows.count {
      guard validity.isValid(first + i) else {
        codes[i] = codeOfNull()
        continue
      }
      let value = Int(values[first + i])
      if remap[value] == Self.missing { remap[value] = entries.withUTF8(value) { code(of: $0) } }
      codes[i] = remap[value]
    }
  }

  private func lookedUpCodes(of dictionary: StringDictionary) -> [UInt32] {
    let identity = ObjectIdentifier(dictionary)
    if let remap = remaps[identity], remap.lookedUpAt == codeLimit { return remap.lookedUp }
    let entries = dictionary.entries
    let lookedUp = (0..<entries.count).map { code in ours(entries.withUTF8(code) { interner.lookUp($0) }) }
    let fresh = Remap(dictionary: dictionary, codes: Array(repeating: Self.missing, count: dictionary.count))
    remaps[identity, default: fresh].lookedUp = lookedUp
    remaps[identity, default: fresh].lookedUpAt = codeLimit
    return lookedUp
  }

  private func code(of text: UnsafeRawBufferPointer) -> UInt32 { ours(interner.number(text)) }

  private func codeOfNull() -> UInt32 {
    let code = nullCode ?? UInt32(interner.count)
    nullCode = code
    return code
  }

  /// An interner's number as our code: null's code is left out of the interner's numbering.
  private func ours(_ number: UInt32) -> UInt32 {
    guard number != Self.missing, let nullCode, number >= nullCode else { return number }
    return number + 1
  }
}
