// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Foundation
import ObjectStorage
import TestSupport
import Testing

@testable import ArrowIPC

/// Streams of other programs, in Formats/Arrow/v1.
struct ArrowVector: CustomTestStringConvertible {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Formats/Arrow/v1").standardized
  let url: URL

  static let all: [ArrowVector] = {
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension.hasPrefix("arrow") }.map { ArrowVector(url: $0) }
  }()
  static let valid = all.filter { $0.text("txt") != nil }
  static let refused = all.filter { $0.text("refused") != nil }

  var testDescription: String { url.lastPathComponent }

  func bytes() throws -> [UInt8] { Array(try Data(contentsOf: url)) }

  func text(_ pathExtension: String) -> String? {
    try? String(contentsOf: url.deletingPathExtension().appendingPathExtension(pathExtension), encoding: .utf8)
  }
}

@Suite struct ArrowVectorTests {
  @Test func everyVectorSaysWhatIsExpected() {
    #expect(ArrowVector.all.count >= 17)
    func names(_ extensions: (String) -> Bool) -> [String] {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: ArrowVector.folder.path)) ?? []
      return files.map { URL(fileURLWithPath: $0) }.filter { extensions($0.pathExtension) }
        .map { $0.deletingPathExtension().lastPathComponent }.sorted()
    }
    // Each stream has one text, and each text one stream.
    #expect(names { $0.hasPrefix("arrow") } == names { $0 == "txt" || $0 == "refused" })
  }

  @Test(arguments: ArrowVector.valid)
  func otherProgramsStreamsAreRead(_ vector: ArrowVector) throws {
    let read = try ReadStream(try vector.bytes())
    var lines = read.schema.fields.map { "\($0.name)\t\($0.type.columnType)" }
    for pages in read.batches {
      for row in 0..<(pages.first?.rowCount ?? 0) {
        lines.append(
          zip(read.schema.fields, pages).map { text($1.value(at: row, type: $0.type.columnType, dictionary: nil)) }
            .joined(separator: "\t"))
      }
    }
    #expect(lines.joined(separator: "\n") + "\n" == vector.text("txt"))
  }

  @Test(arguments: ArrowVector.refused)
  func whatCannotBeReadIsRefused(_ vector: ArrowVector) throws {
    let bytes = try vector.bytes()
    let error = #expect(throws: ArrowError.self) { try ReadStream(bytes) }
    #expect(error.map { $0.code + "\n" } == vector.text("refused"))
    #expect(error?.place.file == "test.arrows")
    #expect(error?.place.byteOffset != nil)
    #expect(error?.advice != nil)
  }

  @Test func metadataOfStreamAndColumnsIsRead() throws {
    let vector = try #require(ArrowVector.valid.first { $0.url.lastPathComponent == "metadata.arrows" })
    let schema = try ReadStream(try vector.bytes()).schema
    #expect(schema.metadata["ключ"] == "значение")
    #expect(schema.metadata["made by"] == "pyarrow")
    #expect(schema.fields[0].metadata["unit"] == "m")
  }

  @Test func codesStayCodes() throws {
    let vector = try #require(ArrowVector.valid.first { $0.url.lastPathComponent == "dictionaries.arrows" })
    let reader = try ArrowStreamReader(source(try vector.bytes()))
    let first = try #require(try reader.next()).codedPage(column: 0)
    #expect(first.page.values == .codes([0, 1, 0]))
    #expect(first.dictionary?.entries == StringArray(["a", "b"]))
    let second = try #require(try reader.next()).codedPage(column: 0)
    #expect(second.dictionary?.entries == StringArray(["a", "b", "c"]))
    // The second code of the third dictionary stands for null.
    let third = try #require(try reader.next()).codedPage(column: 0)
    #expect(third.page == ColumnPage(values: .codes([0, 0, 0]), validity: .bits([0b101])))
  }

  @Test func valuesThatCannotBeKeptAreNamedByRowAndColumn() throws {
    let vector = try #require(ArrowVector.refused.first { $0.url.lastPathComponent == "nanosecond.arrows" })
    let bytes = try vector.bytes()
    let error = #expect(throws: ArrowError.self) { try ReadStream(bytes) }
    #expect(error?.place.row == 2)
    #expect(error?.place.column == "t")
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .null: return "null"
    case .bool(let truth): return truth ? "1" : "0"
    case .int64(let number): return "\(number)"
    case .decimal(let unscaled, _): return "\(unscaled)"
    case .float64(let number):
      let digits = String(number.bitPattern, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    case .date(let days): return "\(days)"
    case .timestamp(let microseconds, _): return "\(microseconds)"
    case .string(let text): return "'\(text)'"
    }
  }
}

/// Bytes as a stream.
func source(_ bytes: [UInt8]) -> ObjectSource { ObjectSource(MemoryObject(name: "test.arrows", bytes: bytes)) }
