// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import ArrowIPC

@Suite struct ArrowRoundTripTests {
  @Test(arguments: [ArrowWriter.Form.stream, .file])
  func whatIsWrittenIsRead(_ form: ArrowWriter.Form) throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    for _ in 0..<20 {
      let counts = (0..<Int.random(in: 0...4, using: &random)).map { _ in
        [0, 1, 7, 8, 63, 64, 65, 200].randomElement(using: &random) ?? 0
      }
      let batches = counts.map { count in everyType.fields.map { randomPage($0.type, rowCount: count, &random) } }
      let read = try ReadStream(try written(everyType, batches, form: form))
      #expect(read.schema == everyType)
      #expect(read.batches == batches)
    }
  }

  @Test func partsOfABatchAreItsRows() throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    let pages = everyType.fields.map { randomPage($0.type, rowCount: 300, &random) }
    let bytes = try written(everyType, [pages])
    let reader = try ArrowStreamReader(source(bytes))
    let batch = try #require(try reader.next())
    for _ in 0..<50 {
      let start = Int.random(in: 0...300, using: &random)
      let rows = start..<Int.random(in: start...300, using: &random)
      for column in pages.indices {
        let part = try batch.page(column: column, rows: rows)
        for row in rows {
          let type = everyType.fields[column].type
          // Bytes that are no text are compared as they are.
          if case .strings(let all) = pages[column].values, case .strings(let some) = part.values, type == .binary {
            #expect(all.bytes[all.range(row)] == some.bytes[some.range(row - rows.lowerBound)])
          } else {
            let whole = pages[column].value(at: row, type: type.columnType, dictionary: nil)
            #expect(part.value(at: row - rows.lowerBound, type: type.columnType, dictionary: nil) == whole)
          }
        }
      }
    }
  }

  @Test func codesAreWrittenAsTheirTexts() throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    let schema = ArrowSchema([ArrowField(name: "t", type: .utf8)])
    for _ in 0..<50 {
      // Lengths around the 16 bytes that are copied at once, the last entry at the end of the dictionary's bytes.
      let texts = (0..<Int.random(in: 1...9, using: &random)).map {
        String(repeating: String($0), count: Int.random(in: 0...34, using: &random))
      }
      let dictionary = StringDictionary(entries: StringArray(texts))
      let rowCount = Int.random(in: 0...200, using: &random)
      var page = randomPage(.bool, rowCount: rowCount, &random)
      guard page.validity != .allNull else { continue }
      let codes = (0..<rowCount).map { row in
        page.validity.isValid(row) ? UInt32.random(in: 0..<UInt32(texts.count), using: &random) : 0
      }
      page = ColumnPage(values: .codes(codes), validity: page.validity)
      let plain = page.withPlainStrings(dictionary)
      #expect(try written(schema, [[page]], dictionaries: [dictionary]) == written(schema, [[plain]]))
      #expect(try ReadStream(try written(schema, [[page]], dictionaries: [dictionary])).batches == [[plain]])
    }
  }

  @Test func aStreamNeedsNoColumns() throws {
    let schema = ArrowSchema([], metadata: ["a": "b"])
    #expect(try ReadStream(try written(schema, [])).schema == schema)
    let output = MemoryWriter()
    var writer = try ArrowWriter(schema) { try output.write($0) }
    try writer.write([], rowCount: 7)
    try writer.finish()
    let reader = try ArrowStreamReader(source(output.bytes))
    #expect(try reader.next()?.rowCount == 7)
    #expect(try reader.next()?.rowCount == nil)
  }

  @Test func chunksAreSplitWhereTheirTextIsLong() {
    let strings = ColumnPage(values: .strings(StringArray(["aaaa", "", "bb", "cccccccccc", "d"])))
    let numbers = ColumnPage(values: .int64([1, 2, 3, 4, 5]))
    #expect(arrowRowRanges([numbers, strings], rowCount: 5) == [0..<5])
    #expect(arrowRowRanges([numbers, strings], rowCount: 5, byteLimit: 6) == [0..<2, 2..<3, 3..<4, 4..<5])
    let coded = ColumnPage(values: .codes([1, 0, 1, 1]))
    let dictionary = StringDictionary(entries: StringArray(["", "four"]))
    #expect(arrowRowRanges([coded], rowCount: 4, dictionaries: [dictionary], byteLimit: 4) == [0..<2, 2..<3, 3..<4])
  }

  @Test func daysBeyond32BitsAreRefused() {
    let schema = ArrowSchema([ArrowField(name: "far", type: .date)])
    let error = #expect(throws: ArrowError.self) {
      try EncodedArrowBatch([ColumnPage(values: .int64([1 << 31]))], rowCount: 1, schema: schema)
    }
    #expect(error?.kind == .value)
    #expect(error?.place.column == "far")
  }
}
