// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import Grouping

private func dictionary(_ strings: [String]) -> StringDictionary { StringDictionary(entries: StringArray(strings)) }

/// The strings that a page of codes stands for, in the union.
private func strings(_ union: DictionaryUnion, _ codes: [UInt32], of number: Int) -> [String] {
  let page = union.recoded(ColumnPage(values: .codes(codes)), of: number)
  return codes.indices.map { row in
    guard case .string(let text) = page.value(at: row, type: .string, dictionary: union.dictionary) else { return "?" }
    return text
  }
}

@Test func unionKeepsTheFirstCodesAndAddsTheOthers() {
  let parts = [["b", "a"], ["c", "b", "é"], [], ["b", "a"], ["é", "a", "d"]]
  let union = DictionaryUnion(parts.map(dictionary), entryLimit: 100, byteLimit: 100)
  #expect(union.dictionary?.entries == StringArray(["b", "a", "c", "é", "d"]))
  for (number, part) in parts.enumerated() {
    #expect(strings(union, part.indices.map { UInt32($0) }, of: number) == part)
  }
}

@Test func dictionariesPastALimitStayOutOfTheUnion() {
  let parts = [["b", "a"], ["c", "d", "b"], ["a", "e"]]
  for (entries, bytes) in [(3, 100), (100, 3)] {
    let union = DictionaryUnion(parts.map(dictionary), entryLimit: entries, byteLimit: bytes)
    #expect(union.dictionary?.entries == StringArray(["b", "a", "e"]))
    guard case .strings = union.recoded(ColumnPage(values: .codes([0])), of: 1).values else {
      Issue.record("codes of a dictionary that is not in the union")
      return
    }
    #expect(strings(union, [2, 0, 1], of: 1) == ["b", "c", "d"])
    #expect(strings(union, [1, 0], of: 2) == ["e", "a"])
  }
}

@Test func oneDictionaryStaysTheObjectThatItIs() {
  let only = dictionary(["x"])
  #expect(DictionaryUnion([nil, only, nil], entryLimit: 0, byteLimit: 0).dictionary === only)
  #expect(DictionaryUnion([only, only, dictionary(["x"])], entryLimit: 9, byteLimit: 9).dictionary === only)
  #expect(DictionaryUnion([nil, nil], entryLimit: 9, byteLimit: 9).dictionary == nil)
}
