// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import ArrowIPC

/// Dictionaries that are added to, against all their values in a row.
@Suite struct ArrowDictionaryTests {
  /// A column of codes, some of them null.
  private func column(_ codes: [UInt32?]) -> StoredColumn {
    var bits = [UInt8](repeating: 0, count: (codes.count + 7) / 8)
    for (row, code) in codes.enumerated() where code != nil { bits[row / 8] |= 1 << UInt8(row % 8) }
    return StoredColumn(
      type: .integer(byteWidth: 4, isSigned: false), rowCount: codes.count, nullCount: codes.count { $0 == nil },
      buffers: [buffer(bits), buffer(codes.flatMap { withUnsafeBytes(of: ($0 ?? .max).littleEndian, Array.init) })])
  }

  private func buffer(_ bytes: [UInt8]) -> ArrowBuffer {
    ArrowBuffer(ArrowMemory(byteCount: bytes.count) { $0.copyBytes(from: bytes) }, 0..<bytes.count)
  }

  @Test(arguments: [ArrowType.utf8, .int64, .float64, .decimal(precision: 30, scale: 2)])
  func valuesKeepTheirCodesWhileMoreAreAdded(_ type: ArrowType) throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    for _ in 0..<40 {
      var dictionary = ArrowDictionary(of: type)
      var values: [Value] = []
      var earlier: [(dictionary: ArrowDictionary, count: Int)] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        let most = [1, 9, 70].randomElement(using: &random) ?? 1
        let more = randomPage(type, rowCount: .random(in: 0...most, using: &random), &random)
        try dictionary.append(more)
        values += (0..<more.rowCount).map { more.value(at: $0, type: type.columnType, dictionary: nil) }
        earlier.append((dictionary, values.count))
      }
      let last = dictionary
      for (dictionary, count) in earlier {
        #expect(dictionary.count == count)
        #expect(last.extends(dictionary))
        let codes = (0..<100).map { _ in
          count == 0 || Int.random(in: 0..<5, using: &random) == 0
            ? nil : UInt32.random(in: 0..<UInt32(count), using: &random)
        }
        let page = try dictionary.page(column(codes), 3..<97)
        let plain = try dictionary.plain(page)
        let expected = codes[3..<97].map { code in code.map { values[Int($0)] } ?? .null }
        #expect((0..<94).map { page.value(at: $0, type: type.columnType, dictionary: dictionary.strings) } == expected)
        #expect((0..<94).map { plain.value(at: $0, type: type.columnType, dictionary: nil) } == expected)
        #expect(throws: ArrowFault.self) { try dictionary.page(column([UInt32(count)]), 0..<1) }
      }
    }
  }

  @Test func anotherDictionaryIsNoContinuation() throws {
    var (one, other) = (ArrowDictionary(of: .utf8), ArrowDictionary(of: .utf8))
    let page = ColumnPage(values: .strings(StringArray(["a"])))
    try one.append(page)
    let before = one
    try one.append(page)
    try other.append(page)
    #expect(one.extends(before) && !before.extends(one) && !other.extends(before))
    // Asked for later, the dictionary may have more than the batch knew.
    #expect(one.strings?.count == 2 && before.strings === one.strings)
  }

  @Test func bytesThatAreNotTextAreFoundByTheirCodes() throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    for _ in 0..<100 {
      var dictionary = ArrowDictionary(of: .binary)
      var isText: [Bool] = []
      for _ in 0..<Int.random(in: 1...9, using: &random) {
        var strings = StringArray()
        for _ in 0..<Int.random(in: 1...9, using: &random) {
          isText.append(Int.random(in: 0..<12, using: &random) > 0)
          strings.append(utf8: isText[isText.count - 1] ? Array("é".utf8) : [0xC3])
        }
        try dictionary.append(ColumnPage(values: .strings(strings)))
      }
      let codes = (0..<30).map { _ in UInt32.random(in: 0..<UInt32(isText.count), using: &random) }
      let page = try dictionary.page(column(codes), 0..<30)
      #expect(dictionary.firstRowNotUTF8(page) == codes.firstIndex { !isText[Int($0)] })
    }
  }

  @Test func fewCodesOfLongStringsAreNotWrittenOut() throws {
    var dictionary = ArrowDictionary(of: .binary)
    try dictionary.append(
      ColumnPage(values: .strings(StringArray(offsets: [0, 1 << 20], bytes: [UInt8](repeating: 65, count: 1 << 20)))))
    let codes = try dictionary.page(column([UInt32?](repeating: 0, count: 4096)), 0..<4096)
    #expect(codes.values == .codes([UInt32](repeating: 0, count: 4096)))
    #expect(dictionary.firstRowNotUTF8(codes) == nil)
    let error = #expect(throws: ArrowFault.self) { try dictionary.plain(codes) }
    #expect(error?.kind == .limit)
  }
}
