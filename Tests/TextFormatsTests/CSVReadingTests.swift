// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Testing

@testable import TextFormats

@Suite struct CSVReadingTests {
  static let quoted = "a,b\r\n1,\"x,\"\"y\"\"\r\nz\"\r\n2,\"\"\r\n,\"é\n\n\"\n3,w"
  static let quotedRows: [[Value]] = [
    [.int64(1), .string("x,\"y\"\r\nz")], [.int64(2), .string("")], [.null, .string("é\n\n")],
    [.int64(3), .string("w")],
  ]

  @Test(arguments: [1, 2, 3, 7, 64, 4096]) func quotedTextAtEveryReadSize(readSize: Int) throws {
    for budget in [1, 5, 20, 100] {
      for threads in 1...3 {
        var options = CSVOptions()
        options.threads = threads
        options.limits = .tiny(records: budget, bytes: budget * 4, read: readSize)
        let (table, report) = try readCSVs([stream(Array(Self.quoted.utf8), readSize: readSize)], options: options)
        #expect(rows(table) == Self.quotedRows)
        #expect(report.inputs == [.init(name: "a.csv", byteCount: Self.quoted.utf8.count, footer: [])])
      }
    }
  }

  /// The chunk's first bytes are those before the quoted empty field: comparing it with "the field before" by a length of -1
  /// would take it for equal to nothing at all.
  @Test func quotedEmptyFieldIsAnEmptyStringWhereverItStands() throws {
    for last in ["", "5"] {
      let (table, _) = try read("a,b,c,d,e\n\",1,1,1,\",\"\",1,1,1\nx,\(last),1,1,1\n")
      #expect(types(table)[1] == "string")
      #expect(rows(table).map { $0[1] } == [.string(""), last.isEmpty ? .null : .string(last)])
    }
  }

  /// Small files share a chunk; the value that decides a type must still be found in its own.
  @Test func reasonsNameTheFileAndItsRow() throws {
    let texts = ["n\n1\n2\n3\n4\n5\n", "n\n6\n", "n\n7\nx\n"]
    let streams = texts.enumerated().map { CSVStream(name: "dir/\($0.offset).csv", bytes: Array($0.element.utf8)) }
    let (_, report) = try readCSVs(streams)
    #expect(report.columns[0].reason == "row 2 of 2.csv has \"x\"")
  }

  @Test func typesOfAllKinds() throws {
    let (table, report) = try read(
      """
      t,i,d,f,day,s,n
      true,-5,1.5,1e-5,2020-02-29,x,
      FALSE,0,-20.25,NaN,1969-12-31,007,
      ,,,,,,

      """)
    #expect(types(table) == ["bool", "int64", "decimal(4,2)", "float64", "date", "string", "string"])
    #expect(
      rows(table)[0] == [
        .bool(true), .int64(-5), .decimal(unscaled: 150, scale: 2), .float64(1e-5), .date(daysSinceEpoch: 18321),
        .string("x"), .null,
      ])
    #expect(table.value(row: 1, column: 4) == .date(daysSinceEpoch: -1))
    #expect(rows(table)[2].allSatisfy { $0 == .null })
    #expect(report.columns[2].reason == "2 values, most digits 2 before the point and 2 after it")
    #expect(report.columns[5].reason == "row 1 has \"x\"")
    #expect(report.columns[6].reason == "no values")
  }

  @Test func emptyAndHeaderOnly() throws {
    let empty = try read("")
    #expect(empty.table.rowCount == 0 && empty.table.schema.fields.isEmpty)
    for text in ["a,b", "a,b\n", "a,b\r\n", "\u{FEFF}a,b\r\n\r\n"] {
      let (table, _) = try read(text)
      #expect(table.schema.names == ["a", "b"] && table.rowCount == 0)
      #expect(types(table) == ["string", "string"])
    }
  }

  @Test func blankLines() throws {
    let two = try read("\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n")
    #expect(rows(two.table) == [[.int64(1), .int64(2)], [.int64(3), .int64(4)]])
    #expect(two.report.blankLineCount == 4)
    let one = try read("a\n1\n\n\r\n2\n")
    #expect(rows(one.table) == [[.int64(1)], [.null], [.null], [.int64(2)]])
    #expect(one.report.blankLineCount == 0)
  }

  @Test func nullSpellings() throws {
    let (table, _) = try read("a,b\nNA,x\n1,\"NA\"\n-,NA\n") { $0.nullSpellings = ["NA", "-"] }
    #expect(
      rows(table) == [[.null, .string("x")], [.int64(1), .string("NA")], [.null, .null]])
  }

  @Test func delimiters() throws {
    #expect(try read("a;b\n1;2,5\n").report.dialect.delimiter == [UInt8(ascii: ";")])
    #expect(try read("a\tb\n1\t2\n").report.dialect.delimiter == [9])
    #expect(try read("a|b\n1|2\n").report.dialect.delimiter == [UInt8(ascii: "|")])
    #expect(try read("a;b|c\n1;2|3\n").report.dialect.delimiter == [UInt8(ascii: ",")])
    #expect(try read("a;b\nx\n").report.dialect.delimiter == [UInt8(ascii: ",")])
    #expect(try read("a;b\n1;2\n") { $0.dialect.delimiter = [UInt8(ascii: ":")] }.table.schema.names == ["a;b"])
    #expect(failure("a\n1\n") { $0.dialect.delimiter = [10] }?.code == "csv.delimiter")
  }

  @Test func headerNames() throws {
    let (table, report) = try read("a,,a,\"x\"\"y\",a_2,\n1,2,3,4,5,6\n")
    #expect(table.schema.names == ["a", "column_2", "a_3", "x\"y", "a_2", "column_6"])
    #expect(report.warnings.count == 3)
  }

  @Test func columnsAndGivenTypes() throws {
    let (table, _) = try read("a,b,c\n1,\"q,\",007\n2,r,8\n") {
      $0.columns = ["c", "a"]
      $0.types = ["a": .decimal(precision: 5, scale: 1)]
    }
    #expect(table.schema.names == ["a", "c"])
    #expect(types(table) == ["decimal(5,1)", "string"])
    #expect(table.value(row: 1, column: 0) == .decimal(unscaled: 20, scale: 1))
    #expect(throws: UnknownColumn.self) { try read("a\n1\n") { $0.columns = ["b"] } }
    #expect(throws: UnknownColumn.self) { try read("a\n1\n") { $0.types = ["b": .int64] } }
    let text = try read("a,b\n1,\n\"\",x\n") { $0.allText = true }
    #expect(rows(text.table) == [[.string("1"), .null], [.string(""), .string("x")]])
    #expect(text.report.columns[0].reason == "all columns are kept as text")
  }

  @Test func rowLimit() throws {
    for limit in [0, 1, 2, 5, 9] {
      let (table, _) = try read("a,b\n\n1,2\n\n3,4\n5,6\n7,8\n9,9\n") {
        $0.rowLimit = limit
        $0.limits = .tiny(records: 2)
      }
      #expect(table.rowCount == min(limit, 5))
    }
  }

  @Test func manyColumns() throws {
    let width = 10_500
    let header = (0..<width).map { "c\($0)" }.joined(separator: ",")
    let record = (0..<width).map { $0 % 7 == 0 ? "" : String($0) }.joined(separator: ",")
    let (table, _) = try read("\(header)\n\(record)\n\(record)\n\(record)\n")
    #expect(table.rowCount == 3 && table.schema.fields.count == width)
    #expect(table.value(row: 2, column: 10_499) == .int64(10_499))
    #expect(table.value(row: 2, column: 7) == .null)
  }

  @Test func severalFiles() throws {
    for records in 1...7 {
      for threads in 1...3 {
        var options = CSVOptions()
        options.threads = threads
        options.limits = .tiny(records: records)
        let texts = ["a,b\n1,x\n2,y", "a,b\r\n3,z\r\n", "", "b,a\nw,4\nv,5\n", "b,a\nu,6", "a,b\n"]
        let streams = texts.enumerated().map { stream(Array($1.utf8), name: "\($0).csv") }
        let (table, report) = try readCSVs(streams, options: options)
        #expect(
          rows(table) == [
            [.int64(1), .string("x")], [.int64(2), .string("y")], [.int64(3), .string("z")], [.int64(4), .string("w")],
            [.int64(5), .string("v")], [.int64(6), .string("u")],
          ])
        #expect(report.inputs.map(\.byteCount) == texts.map(\.utf8.count))
      }
    }
  }

  @Test func differingColumns() {
    let streams = { (second: String) in
      [stream(Array("a,b\n1,2\n".utf8), name: "1"), stream(Array(second.utf8), name: "2")]
    }
    for (second, column) in [("a,c\n", "b"), ("a\n", "b"), ("a,b,z\n", "z")] {
      do {
        _ = try readCSVs(streams(second))
        Issue.record("read \(second)")
      } catch {
        let error = error as? CSVError
        #expect(error?.code == "csv.columns-differ")
        #expect(error?.place == Place(file: "2", line: 1, column: column))
      }
    }
  }

  @Test func dictionariesInOrderOfFirstRow() throws {
    let text = "s\n" + (0..<40).map { "v\(($0 * 7) % 5)\n" }.joined()
    for threads in 1...4 {
      let (table, _) = try read(text) {
        $0.threads = threads
        $0.limits = .tiny(records: 4)
        $0.limits.dictionaryTrialValues = 100
      }
      let entries = try #require(table.dictionaries[0]).entries
      #expect((0..<entries.count).map { entries[$0] } == ["v0", "v2", "v4", "v1", "v3"])
      #expect(table.value(row: 39, column: 0) == .string("v3"))
    }
  }

  @Test func pagesPastTheirDictionary() throws {
    // First chunk: all new, so it keeps its own strings; second: repeated; then the limit of entries is met.
    let text = "s\na\nb\nc\nd\nx\nx\n\nx\nx\ny\ny\nx\n"
    let (table, _) = try read(text) {
      $0.limits = .tiny(records: 4)
      $0.limits.dictionaryEntries = 1
    }
    #expect(
      table.chunks.map { if case .codes = $0[0].values { "codes" } else { "strings" } } == [
        "strings", "codes", "strings",
      ])
    #expect(rows(table).map { $0[0] } == "abcdxx xxyyx".map { $0 == " " ? .null : .string(String($0)) })
  }
}

/// What a fresh pair of eyes found once.
@Suite struct CSVFoundFaultsTests {
  @Test func escapedLineEndOfTwoBytes() throws {
    let text = "a,b,c\r\n1,x\\\r\ny,2\r\n3,\"p\\\"q\",4\r\n5,r\\,s,6\r\n"
    let (table, report) = try read(text) { $0.dialect.escape = .backslash }
    #expect(rows(table).map { $0[1] } == [.string("x\r\ny"), .string("p\"q"), .string("r,s")])
    #expect(report.rejectedRowCount == 0)
  }

  @Test func lastCharacterThatAConverterHoldsBack() throws {
    var options = CSVOptions()
    options.dialect.encoding = "CP1258"
    let table = try readCSVs([stream(Array("k,v\n1,aa\n2,ba".utf8))], options: options).table
    #expect(rows(table).map { $0[1] } == [.string("aa"), .string("ba")])
  }

  @Test func linesOfSpacesDoNotCountAsRows() throws {
    let (table, report) = try read("a,b\n1,2\n   \n3,4\n5,6\n7,8\n") { $0.rowLimit = 3 }
    #expect(table.rowCount == 3 && report.blankLineCount == 1)
  }

  @Test func quoteThatIsTheDelimiter() {
    #expect(failure("a,b\n1,2\n1,2\n") { $0.dialect.quote = .some(UInt8(ascii: ",")) }?.code == "csv.delimiter")
  }

  @Test func nothingLeftAfterSkippedLines() throws {
    let (table, report) = try read("a,b\n1,2\n") { $0.dialect.preambleLines = 5 }
    #expect(table.rowCount == 0 && report.warnings.count == 1 && report.inputs[0].byteCount == 8)
  }

  @Test func manyRecordsOutOfFormAreReadInLinearTime() throws {
    let text = "a,b,c\n1,2,3\n4,5,6\n" + String(repeating: "1,\"abc\n", count: 4000)
    var options = CSVOptions()
    options.dialect = .plain
    let took = try ContinuousClock().measure {
      let (table, report) = try readCSVs([stream(Array(text.utf8))], options: options)
      #expect(table.rowCount == 4002 && report.repairs.map(\.count) == [4000, 3999, 1])
    }
    #expect(took < .seconds(30), "quadratic in records out of form?")
  }

  @Test func placesBehindManyLinesLeftOut() throws {
    let text = "a,b\n" + String(repeating: "#x\n\n", count: 500) + "1,2\n1,2,3\n"
    for records in [1, 3, 1000] {
      let (_, report) = try read(text) {
        $0.dialect = .plain
        $0.dialect.comment = [UInt8(ascii: "#")]
        $0.errorPolicy = .skip
        $0.limits = .tiny(records: records, bytes: 50, read: 64)
      }
      #expect(report.commentCount == 500 && report.blankLineCount == 500)
      #expect(report.firstRejected[0].place == Place(file: "a.csv", row: 2, line: 1003, byteOffset: 2008))
    }
  }
}

@Suite struct CSVDecodingTests {
  /// Characters of one to four bytes meet every border of samples, reads and pieces.
  @Test(arguments: ["UTF-16LE", "UTF-16BE", "UTF-32LE", "GB18030"]) func encodingsInPiecesOfEverySize(encoding: String)
    throws
  {
    let lines = (0..<150).map { "\($0),é\($0 % 7 == 0 ? "€" : "x")😀\($0)" }
    let text = "n,s\n" + lines.joined(separator: "\n") + "\n"
    let bytes = try encoded(text, as: encoding)
    for readSize in [1, 2, 3, 5, 64, 4096] {
      for sample in [1, 3, 10, 64 << 10] {
        var options = CSVOptions()
        options.dialect.encoding = encoding
        options.limits = .tiny(records: 50, bytes: 400, read: 100)
        options.limits.dialectBytes = sample
        let (table, report) = try readCSVs([stream(bytes, readSize: readSize)], options: options)
        #expect(table.rowCount == 150 && report.dialect.encoding == encoding)
        #expect(rows(table)[147] == [.int64(147), .string("é€😀147")])
      }
    }
  }

  @Test func whatMeansNothingInAnEncoding() throws {
    var options = CSVOptions()
    options.dialect.encoding = "ASCII-ish"
    #expect(throws: CSVError.self) { try readCSVs([stream(Array("a\n1\n".utf8))], options: options) }
    options.dialect.encoding = "EUC-JP"
    do {
      _ = try readCSVs([stream(Array("a,b\n1,".utf8) + [0xFF, 0x0A])], options: options)
      Issue.record("decoded what is no EUC-JP")
    } catch let error as CSVError {
      #expect(error.code == "csv.encoding" && error.place.byteOffset == 6)
    }
  }

  private func encoded(_ text: String, as encoding: String) throws -> [UInt8] {
    let converter = try #require(iconv_open(encoding, "UTF-8"))
    defer { iconv_close(converter) }
    var source = Array(text.utf8)
    var target = [UInt8](repeating: 0, count: 8 * source.count)
    let written = source.withUnsafeMutableBytes { source in
      target.withUnsafeMutableBytes { target in
        var from = source.baseAddress?.assumingMemoryBound(to: CChar.self)
        var to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
        var left = source.count
        var room = target.count
        _ = iconv(converter, &from, &left, &to, &room)
        return target.count - room
      }
    }
    return Array(target[..<written])
  }
}
