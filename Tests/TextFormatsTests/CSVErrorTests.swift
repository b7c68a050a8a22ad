// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import TextFormats

@Suite struct CSVErrorTests {
  struct Case: Sendable {
    let text: String
    let code: String
    let row: Int?
    let line: Int?
    let byte: Int?
    var column: String?
  }

  /// What is repaired unless that is forbidden, and what is not.
  static let cases: [Case] = [
    Case(text: "a,b\n1,2\n3\n", code: "csv.ragged-row", row: 2, line: 3, byte: 8),
    Case(text: "a,b\n1,2\n\n3,4,5\n6,7\n", code: "csv.ragged-row", row: 2, line: 4, byte: 9),
    Case(text: "a,b\n\"1\n\",2\n3,4,5", code: "csv.ragged-row", row: 2, line: 4, byte: 11),
    Case(text: "a\n1\n1,2\n", code: "csv.ragged-row", row: 2, line: 3, byte: 4),
    Case(text: "a,b\n1,2\n3,4\"5\"\n", code: "csv.stray-quote", row: 2, line: 3, byte: 11),
    Case(text: "a,b\n1,2\n\"3\"x,4\n", code: "csv.stray-quote", row: 2, line: 3, byte: 10),
    Case(text: "a,b\n1,2\n\"3\"\"\"x,4\n", code: "csv.stray-quote", row: 2, line: 3, byte: 12),
    Case(text: "a,b\n1,2\n3,\"4\n5,6\n", code: "csv.open-quote", row: 2, line: 3, byte: 10),
    Case(text: "a,b\n1,2\n3,4\"\n5,6\n", code: "csv.stray-quote", row: 2, line: 3, byte: 11),
    Case(text: "a,b\n1,\"4\"\"\n", code: "csv.open-quote", row: 1, line: 2, byte: 6),
    Case(text: "a,b\n1,2\n\n1,2,3\n4,5,6\n", code: "csv.second-table", row: 2, line: 4, byte: 9),
  ]

  @Test(arguments: cases.indices) func placeOfEach(index: Int) {
    let wanted = Self.cases[index]
    for records in 1...5 {
      for threads in 1...3 {
        for bytes in [4, 12, 1000] {
          let error = failure(wanted.text) {
            $0.threads = threads
            $0.dialect = .plain
            $0.isStrict = true
            $0.limits = .tiny(records: records, bytes: bytes, read: 5)
          }
          #expect(error?.code == wanted.code)
          #expect(
            error?.place == Place(file: "a.csv", row: wanted.row, line: wanted.line, byteOffset: wanted.byte),
            "records \(records) threads \(threads) bytes \(bytes)")
        }
      }
    }
  }

  @Test func invalidUTF8() throws {
    let good: [UInt8] = Array("a,b\n1,\"x\"\n2,".utf8)
    for bad: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0x80]] {
      do {
        var options = CSVOptions()
        options.dialect = .plain
        _ = try readCSVs([stream(good + [0x78] + bad + [10])], options: options)
        Issue.record("accepted \(bad)")
      } catch {
        let error = error as? CSVError
        #expect(error?.code == "csv.invalid-utf8")
        #expect(
          error?.place == Place(file: "a.csv", row: 2, line: 3, byteOffset: good.count + 1, column: "b"))
      }
    }
  }

  @Test func givenTypesThatDoNotFit() {
    for (value, type): (String, ColumnType) in [
      ("x", .int64), ("007", .int64), ("9223372036854775808", .int64), ("1.25", .decimal(precision: 5, scale: 1)),
      ("10000", .decimal(precision: 5, scale: 1)), ("yes", .bool), ("2021-02-29", .date), ("\"\"", .float64),
      ("1e", .float64), ("1e400", .float64), ("-1e309", .float64),
    ] {
      let error = failure("k,v\n1,\n2,\n3,\(value)\n") {
        $0.types = ["v": type]
        $0.dialect = .plain
        $0.limits = .tiny(records: 2)
      }
      #expect(error?.code == "csv.type")
      #expect(error?.place == Place(file: "a.csv", row: 3, line: 4, byteOffset: 12, column: "v"), "\(value)")
    }
  }

  /// Found by the fuzzer: `.5` was found to be a decimal(1,1), and `0.5`, as it is written again, was refused as one.
  @Test(arguments: ["0.5", "-0.5", ".5", "-.5", "0", "-0"]) func aZeroBeforeThePointTakesNoDigit(value: String) throws {
    let (table, _) = try read("k,v\n1,\(value)\n") { $0.types = ["v": .decimal(precision: 1, scale: 1)] }
    #expect(table.rowCount == 1)
    #expect(failure("k,v\n1,1.5\n") { $0.types = ["v": .decimal(precision: 1, scale: 1)] }?.code == "csv.type")
  }

  /// Found by the fuzzer: where any of LF and CR ends lines, a CR in quotes counted only if a chunk ended behind it.
  @Test(arguments: [1, 1000]) func linesAreCountedAlikeInAllChunks(records: Int) throws {
    var options = CSVOptions()
    options.dialect = .plain
    options.dialect.lineEnd = .mixed
    options.errorPolicy = .skip
    options.limits = .tiny(records: records, bytes: 1000)
    let text = Array("a,b\n\"x\ry\",1\n".utf8) + [0xFF] + Array(",2\n".utf8)
    let report = try readCSVs([stream(text)], options: options).report
    #expect(report.firstRejected.map(\.place.line) == [4])
    #expect(report.firstRejected.map(\.place.byteOffset) == [12])
  }

  /// Found by the fuzzer: what a rejected record shows made the column text if the first sample had it.
  @Test(arguments: [1, 1000]) func rejectedRecordsDoNotWidenTypes(sampleBytes: Int) throws {
    for (bad, typeOfA) in [([0x78, 0x2C, 0xFF], nil), (Array("x,y".utf8), ColumnType.int64)] as [([UInt8], ColumnType?)]
    {
      var options = CSVOptions()
      options.dialect = .plain
      options.errorPolicy = .skip
      if let typeOfA { options.types = ["a": typeOfA] }
      options.limits = .tiny(records: 1, bytes: 1000, sample: sampleBytes)
      if sampleBytes > 1 { options.limits = CSVLimits() }
      let (table, report) = try readCSVs([stream(Array("a,b\n1,2\n".utf8) + bad + [10])], options: options)
      #expect(types(table) == ["int64", "int64"])
      #expect(report.rejectedRowCount == 1)
    }
  }

  /// Found by the fuzzer: as 0 was read what takes all digits of its given type, the zero before the point besides.
  @Test(arguments: [18, 38]) func aGivenDecimalOfAllItsDigits(scale: Int) throws {
    let digits = String(String(repeating: "9372036854", count: 4).prefix(scale))
    let (table, _) = try read("v\n0.\(digits)\n-0.\(digits)\n.5\n0.5\n") {
      $0.types = ["v": .decimal(precision: scale, scale: scale)]
    }
    let value = try #require(Int128(digits))
    let half = (1..<scale).reduce(Int128(5)) { number, _ in number * 10 }
    #expect(rows(table).flatMap(\.self) == [value, -value, half, half].map { .decimal(unscaled: $0, scale: scale) })
  }

  @Test func recordTooLong() {
    let error = failure("a,b\n1,2\n\(String(repeating: "x", count: 500)),3\n") {
      $0.limits = .tiny()
      $0.dialect = .plain
      $0.limits.recordBytes = 100
    }
    #expect(error?.code == "csv.record-too-long")
    #expect(error?.place == Place(file: "a.csv", line: 3, byteOffset: 8))
  }

  @Test(arguments: [1, 7, 64, 4096]) func theLimitOfARecordIsOneWhateverIsBuffered(readSize: Int) throws {
    for length in [95, 96, 97, 300] {
      let lines = String(repeating: "x\n", count: 40) + String(repeating: "y", count: length - 85)
      let error = failure("a,b\n\"\(lines)\",3\n4,5\n") {
        $0.dialect = .plain
        $0.limits = .tiny(records: 100, bytes: 4096, read: readSize)
        $0.limits.recordBytes = 96
      }
      #expect(error?.code == (length <= 96 ? nil : "csv.record-too-long"), "\(length)")
    }
  }

  @Test func whatIsLeftOutBehindEmptyLines() throws {
    let (table, report) = try read("a,b\n1,2\n\n#x\n \na,b\n3,4\n") {
      $0.dialect = .plain
      $0.dialect.comment = [UInt8(ascii: "#")]
    }
    #expect(rows(table) == [[.int64(1), .int64(2)], [.int64(3), .int64(4)]])
    #expect([report.blankLineCount, report.commentCount, report.repeatedHeaderCount] == [2, 1, 1])
  }

  @Test func manyEmptyLinesAreNotKept() throws {
    let text = "a,b\n1,2\n" + String(repeating: "\n", count: 1000) + "a,b\n3,4\n"
    for blankBytes in [1, 7, 100, 999, 1000, 1 << 20] {
      let (table, report) = try read(text) {
        $0.dialect = .plain
        $0.limits = .tiny(records: 10, bytes: 64, read: 16)
        $0.limits.blankBytes = blankBytes
      }
      #expect(table.rowCount == 2 && report.blankLineCount == 1000 && report.repeatedHeaderCount == 1)
    }
  }

  /// Where one alone is longer than what is looked behind at once.
  @Test func emptyLinesOfTwoBytesArePassed() throws {
    let (table, report) = try read("a,b\n1,2\n\r\n\r\na,b\n3,4\n") {
      $0.dialect = .plain
      $0.dialect.lineEnd = .mixed
      $0.limits.blankBytes = 1
    }
    #expect(rows(table) == [[.int64(1), .int64(2)], [.int64(3), .int64(4)]])
    #expect([report.blankLineCount, report.repeatedHeaderCount] == [2, 1])
  }
}
