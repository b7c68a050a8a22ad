// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import Synchronization
import TestSupport
import Testing
import TextFormats

@testable import Pipelines

@Suite struct ConvertTests {
  /// A text in memory, as an input.
  private struct TextInput: CSVInput {
    var name = "cities.csv"
    var text: String
    var isRereadable = true

    func open() -> any ByteSource { ObjectSource(MemoryObject(name: name, bytes: Array(text.utf8))) }
  }

  /// Remembers what became of each output.
  private final class Outputs {
    var made: [MemoryWriter] = []

    func make() -> MemoryWriter {
      let writer = MemoryWriter(name: "out.cln")
      made.append(writer)
      return writer
    }
  }

  private func convertText(
    _ input: any CSVInput, _ change: (inout ConvertOptions) -> Void = { _ in }
  ) throws -> (file: ChunkFile, bytes: [UInt8], receipt: ConvertReceipt, outputs: Outputs) {
    var options = ConvertOptions(inputs: [input])
    change(&options)
    let outputs = Outputs()
    let (receipt, output) = try convert(options) { outputs.make() }
    let bytes = try #require(output as? MemoryWriter).bytes
    return (try ChunkFile(MemoryObject(name: "out.cln", bytes: bytes)), bytes, receipt, outputs)
  }

  private func values(_ table: any TableSource) throws -> [[Value]] {
    var rows: [[Value]] = []
    for chunk in 0..<table.chunkCount {
      let pages = try table.schema.fields.indices.map { try table.page(column: $0, chunk: chunk) }
      for row in 0..<table.rowCount(ofChunk: chunk) {
        rows.append(
          try table.schema.fields.enumerated().map { column, field in
            pages[column].value(at: row, type: field.type, dictionary: try table.dictionary(column: column))
          })
      }
    }
    return rows
  }

  private func small(_ options: inout ConvertOptions) {
    options.reading.limits.recordsPerChunk = 7
    options.reading.limits.sampleBytes = 1
  }

  /// Columns whose later values contradict the earlier ones: int64 then decimal, int64 then text, numbers then exponents.
  private static let widening =
    "a,b,c,d\n"
    + (0..<40).map { row in
      "\(row)\(row > 30 ? ".25" : ""),\(row > 35 ? "x\(row)" : "\(row)"),\(row > 20 ? "-1.5e3" : "12"),"
        + "\(row % 3 == 0 ? "" : "é\(row % 5)")\n"
    }.joined()

  @Test func chunkFileHoldsWhatTheTableHolds() throws {
    let input = TextInput(text: Self.widening)
    let table = try readTable(ConvertOptions(inputs: [input])).table
    var known: [UInt8]?
    for threads in 1...4 {
      let (file, bytes, receipt, outputs) = try convertText(input) {
        small(&$0)
        $0.reading.threads = threads
      }
      #expect(file.schema == table.schema)
      #expect(table.schema.fields.map(\.type.description) == ["decimal(4,2)", "string", "float64", "string"])
      #expect(try values(file) == values(table))
      #expect(bytes == known ?? bytes, "\(threads) threads")
      known = bytes
      #expect(receipt.report.passCount == 2 && outputs.made.count == 2)
      #expect(receipt.outputByteCount == bytes.count && receipt.report.chunkCount == 6)
      #expect(try file.verify().problems.isEmpty)
    }
  }

  /// The same input gives the same bytes, however it is read and by however many threads.
  @Test func bytesDependOnNeitherThreadsNorReads() throws {
    var random = RandomSource(seed: 91)
    let text =
      "id,city,amount,share,note\n"
      + (0..<3_000).map { row in
        let share = row % 11 == 0 ? "" : "\(Double(random.next() % 10_000) / 100)"
        return
          "\(row),city \(random.next() % 50),\(random.next() % 100_000).\(row % 90 + 10),\(share),\"n\n\(random.next())\"\n"
      }.joined()
    var known: [UInt8]?
    for threads in 1...3 {
      for readBytes in [1, 777, 4_096, 1 << 20] {
        for indexEntries in [64, 16_384] {
          let (_, bytes, _, _) = try convertText(TextInput(text: text)) {
            $0.reading.threads = threads
            $0.reading.limits.recordsPerChunk = 700
            $0.reading.limits.readBytes = readBytes
            $0.reading.limits.indexEntries = indexEntries
          }
          #expect(bytes == known ?? bytes, "\(threads) threads, reads of \(readBytes), \(indexEntries) entries")
          known = bytes
        }
      }
    }
    #expect(try ChunkFile(MemoryObject(bytes: known ?? [])).chunkCount == 5)
  }

  @Test func widerPagesNeedNoSecondReading() throws {
    let text = "v\n" + (0..<20).map { "\($0)\n" }.joined() + "1.5\n123.25\n"
    let (file, _, receipt, outputs) = try convertText(TextInput(text: text), small)
    #expect(receipt.report.passCount == 1 && outputs.made.count == 1)
    #expect(try values(file)[3] == [.decimal(unscaled: 300, scale: 2)])
    #expect(try values(file)[21] == [.decimal(unscaled: 12325, scale: 2)])
  }

  @Test func inputsThatComeOnceAreSpooled() throws {
    let expected = try convertText(TextInput(text: Self.widening), small).bytes
    let once = OpenedInput(ObjectSource(MemoryObject(name: "cities.csv", bytes: Array(Self.widening.utf8))))
    #expect(try convertText(once, small).bytes == expected)
  }

  @Test func threeReadingsOfAnInputThatComesOnce() throws {
    let text = "v\n" + ["0.5", "9007199254740993.1", "1e-05"].map { String(repeating: $0 + "\n", count: 7) }.joined()
    let once = OpenedInput(ObjectSource(MemoryObject(name: "cities.csv", bytes: Array(text.utf8))))
    let (file, bytes, receipt, outputs) = try convertText(once, small)
    #expect(receipt.report.passCount == 3 && outputs.made.count == 3)
    #expect(try values(file)[7] == [.string("9007199254740993.1")] && file.rowCount == 21)
    #expect(try convertText(TextInput(text: text), small).bytes == bytes)
  }

  @Test func noColumnsWantedCountsRows() throws {
    for (text, rowCount, names) in [("a,b\n1,x\n\n,y\n3,z\n", 3, ["a"]), ("a\n\n1\n", 2, ["a"]), ("", 0, [])] {
      var options = ConvertOptions(inputs: [TextInput(text: text)])
      options.reading.columns = []
      for recordsPerChunk in [1, 2, 100] {
        options.reading.limits.recordsPerChunk = recordsPerChunk
        let (table, receipt) = try readLargeTable(options)
        #expect(table.rowCount == rowCount && receipt.report.rowCount == rowCount)
        #expect(table.schema.names == names)
      }
    }
  }

  @Test func outputsThatCannotStartAgain() throws {
    let expected = try convertText(TextInput(text: Self.widening), small).bytes
    var options = ConvertOptions(inputs: [TextInput(text: Self.widening)])
    small(&options)
    let output = MemoryWriter()
    _ = try convert(options, into: output)
    #expect(output.bytes == expected)
    let large = try readLargeTable(options).table
    #expect(try values(large) == values(ChunkFile(MemoryObject(bytes: expected))))
  }

  @Test func faultsDiscardTheOutput() throws {
    let outputs = Outputs()
    var options = ConvertOptions(inputs: [TextInput(text: "a,b\n" + String(repeating: "1,2\n", count: 50) + "3,4,5\n")])
    small(&options)
    do {
      _ = try convert(options) { outputs.make() }
      Issue.record("converted a ragged row")
    } catch {
      let error = try #require(error as? CSVError)
      #expect(error.code == "csv.ragged-row")
      #expect(error.place == Place(file: "cities.csv", row: 51, line: 52, byteOffset: 204))
      #expect(outputs.made.count == 1 && outputs.made.allSatisfy(\.bytes.isEmpty))
    }
  }

  @Test func nothingButAHeaderOrLess() throws {
    for (text, width) in [("", 0), ("a,b\n", 2), ("a,b\n\n\n", 2)] {
      let (file, _, receipt, _) = try convertText(TextInput(text: text))
      #expect(file.schema.fields.count == width && file.rowCount == 0 && file.chunkCount == 0)
      #expect(receipt.report.rowCount == 0)
    }
  }

  @Test func chunksOfNothingButNulls() throws {
    let rows = (0..<21).map { row in
      row < 14 ? ",,,,,k" : "true,2020-01-0\(row % 7 + 1),\(row).5,1e-\(row),s\(row % 2),k"
    }
    let input = TextInput(text: "b,d,m,f,s,k\n" + rows.joined(separator: "\n"))
    let table = try readTable(ConvertOptions(inputs: [input])).table
    let (file, _, receipt, _) = try convertText(input, small)
    let types = table.schema.fields.map(\.type.description)
    #expect(types == ["bool", "date", "decimal(3,1)", "float64", "string", "string"])
    #expect(try values(file) == values(table))
    #expect(receipt.report.passCount == 1)
  }

  /// Days until late, then times; offsets that stay, offsets that do not.
  @Test func timestampsComeBackFromTheFile() throws {
    let rows = (0..<40).map { row in
      let day = "2020-01-\(row % 28 + 1 < 10 ? "0" : "")\(row % 28 + 1)"
      return [
        row < 30 ? day : "\(day)T10:30:00.25", "\(day)T0\(row % 10):00:00+0\(row % 6):30",
        row < 35 ? "\(day)T10:00:00Z" : day,
        row == 3 ? "" : row % 2 == 0 ? "0001-01-01T00:00:00" : "9999-12-31T23:59:59.999999",
      ].joined(separator: ",") + "\n"
    }
    let input = TextInput(text: "late,offset,mixed,extreme\n" + rows.joined())
    let (file, bytes, receipt, _) = try convertText(input, small)
    #expect(file.schema.fields.map(\.type.description) == ["timestamp", "timestamp_utc", "string", "timestamp"])
    #expect(receipt.report.passCount == 2)
    #expect(
      receipt.text.contains("  late     timestamp      40 values, all valid timestamps without offset, or days\n"))
    let exported = try CSVWriter().text(of: file)
    #expect(exported.contains("2020-01-01T00:00:00,2019-12-31T23:30:00Z,2020-01-01T10:00:00Z,0001-01-01T00:00:00\n"))
    // What was written is read as the same; the mixed column takes two readings again.
    let again = try convertText(TextInput(text: exported), small)
    #expect(again.receipt.report.passCount == 2)
    #expect(try values(again.file) == values(file) && again.file.schema == file.schema)
    #expect(try CSVWriter().text(of: again.file) == exported)
    for threads in 1...3 {
      let other = try convertText(input) {
        small(&$0)
        $0.reading.threads = threads
      }
      #expect(other.bytes == bytes)
    }
  }

  @Test func receipts() throws {
    let input = TextInput(name: "folder/cities.csv", text: "state;cases\n\nAcre;7\nBahia;\n")
    let (file, _, receipt, _) = try convertText(input)
    #expect(receipt.sourceByteCount == 27 && receipt.textByteCount == 27)
    #expect(receipt.text.contains("2 rows, 2 columns, 1 chunk\n"))
    #expect(receipt.text.contains("  state  string  row 1 has \"Acre\"\n"))
    #expect(receipt.text.contains("  cases  int64   1 value, at most 1 digit; 1 null\n"))
    #expect(receipt.text.contains("1 empty line left out\n"))
    let stored = try #require(file.metadata.first { $0.key == "receipt" }).value
    #expect(stored.contains("\"name\": \"cities.csv\"") && !stored.contains("folder"))
    #expect(stored.contains("\"value\": \"semicolon\""))
  }

  @Test func receiptsOfCompressedInputs() throws {
    struct Compressed: CSVInput {
      let bytes: [UInt8]
      let name = "v.csv.zst"
      let isRereadable = true
      func open() throws -> any ByteSource { try decompressing(ObjectSource(MemoryObject(bytes: bytes))) }
    }
    let text = Array(("v\n" + String(repeating: "12345\n", count: 178_992)).utf8)
    let kept = MemoryWriter()
    let writer = ZstdWriter(to: kept)
    try text.withUnsafeBytes { try writer.write($0) }
    try writer.publish()
    let (_, _, receipt, _) = try convertText(Compressed(bytes: kept.bytes))
    #expect(receipt.sourceByteCount == kept.bytes.count && receipt.textByteCount == text.count)
    #expect(receipt.text.contains("\(ByteSize(kept.bytes.count)) (1.0 MB of text) became "))
    #expect(receipt.text.contains("  v  int64  178,992 values, at most 5 digits\n"))
  }

  @Test func progressTellsBytesAndRows() throws {
    let seen = ProgressLog()
    _ = try convertText(TextInput(text: Self.widening)) {
      small(&$0)
      $0.progress = { seen.add($0) }
    }
    let last = try #require(seen.all.last)
    #expect(last.rowCount == 40 && last.consumedByteCount == Self.widening.utf8.count)
    #expect(last.totalByteCount == Self.widening.utf8.count)
  }
}

private final class ProgressLog: Sendable {
  private let entries = Mutex<[ConvertOptions.Progress]>([])
  var all: [ConvertOptions.Progress] { entries.withLock { $0 } }
  func add(_ progress: ConvertOptions.Progress) { entries.withLock { $0.append(progress) } }
}
