// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Foundation
import Testing

@testable import TextFormats

/// Reads every case of Formats/CSVDialect and compares with what stands beside it.
@Suite struct CSVDialectCaseTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Formats/CSVDialect").standardizedFileURL

  static let names: [String] = {
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("cases").path)
    return (files ?? []).filter { $0.hasSuffix(".csv") }.map { String($0.dropLast(4)) }.sorted()
  }()

  /// What one case expects.
  struct Expectation: Decodable {
    struct Options: Decodable {
      var null: [String]?
      var null_of: [String]?
      var strict: Bool?
      var on_error: String?
      var delimiter: String?
      var quote: String?
      var encoding: String?
      var header_rows: Int?
      var footer_lines: Int?
      var all_text: Bool?
      var schema: String?
      var rename: String?
    }
    struct Fault: Decodable, Equatable {
      var code: String
      var row: Int?
      var line: Int?
      var byte: Int?
    }
    var rule: String
    var options: Options?
    var names: [String]?
    var types: [String]?
    var invented_names: Bool?
    var repairs: [String: Int]?
    var rejected: [Fault]?
    var errors: [Fault]?
    var footer: [String]?
    var blank_lines: Int?
    var comments: Int?
    var repeated_headers: Int?
    var warnings: Int?
    var rows: [[String?]]
  }

  @Test func eachCaseHasARuleAndEachRuleACase() throws {
    #expect(Self.names.count > 60)
    let text = try String(contentsOf: Self.folder.appendingPathComponent("DIALECT.md"), encoding: .utf8)
    let rules = text.split(separator: "\n").compactMap { line in
      line.hasPrefix("| CD-") ? String(line.dropFirst(2).prefix { $0 != " " }) : nil
    }
    #expect(Set(rules).count == rules.count)
    let shown = Set(try Self.names.map { try expectation($0).rule })
    #expect(shown.subtracting(rules).isEmpty, "cases of no rule")
    #expect(Set(rules).subtracting(shown).isEmpty, "rules without a case")
  }

  @Test(arguments: names) func reads(name: String) throws {
    let wanted = try expectation(name)
    let text = [UInt8](try Data(contentsOf: Self.folder.appendingPathComponent("cases/\(name).csv")))
    var options = try reading(wanted.options)
    try check(text, options, wanted, "\(name), whole")
    for size in [1, 2, 3, 7, 64, 4096] {
      for threads in 1...2 {
        options.threads = threads
        // The dialect is told from the whole sample, as ever; everything after goes in small pieces.
        let dialectBytes = options.limits.dialectBytes
        options.limits = .tiny(records: max(1, size / 2), bytes: size, read: size, sample: size, index: size)
        options.limits.dialectBytes = dialectBytes
        try check(text, options, wanted, "\(name), pieces of \(size), \(threads) threads", readSize: size)
      }
    }
  }

  private func expectation(_ name: String) throws -> Expectation {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("cases/\(name).json"))
    return try JSONDecoder().decode(Expectation.self, from: data)
  }

  private func reading(_ given: Expectation.Options?) throws -> CSVOptions {
    var options = CSVOptions()
    guard let given else { return options }
    options.nullSpellings = given.null ?? []
    for pair in given.null_of ?? [] {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      options.nullSpellingsOfColumn[parts[0], default: []].append(parts[1])
    }
    options.isStrict = given.strict ?? false
    options.errorPolicy = given.on_error == "skip" ? .skip : .fail
    if given.quote == "none" { options.dialect.quote = .some(nil) }
    options.dialect.delimiter = given.delimiter.map { Array($0.utf8) }
    options.dialect.encoding = given.encoding
    options.dialect.headerRows = given.header_rows
    options.dialect.footerLines = given.footer_lines
    options.allText = given.all_text ?? false
    for pair in given.schema.map({ [$0] }) ?? [] {
      let parts = pair.split(separator: ":").map(String.init)
      options.types[parts[0]] = ColumnType(parts[1])
    }
    for pair in given.rename.map({ [$0] }) ?? [] {
      let parts = pair.split(separator: "=").map(String.init)
      options.renames[parts[0]] = parts[1]
    }
    return options
  }

  private func check(
    _ text: [UInt8], _ options: CSVOptions, _ wanted: Expectation, _ what: String, readSize: Int = .max
  ) throws {
    let message = Comment(rawValue: what)
    let (table, report): (Table, CSVReport)
    do {
      (table, report) = try readCSVs([stream(text, readSize: readSize)], options: options)
    } catch let error as CSVError {
      let found = ([error] + error.others).map(fault)
      #expect(found == wanted.errors ?? [], message)
      return
    }
    #expect(wanted.errors == nil, message)
    let found = (0..<table.rowCount).map { row in
      table.schema.fields.indices.map { column -> String? in
        let value = table.value(row: row, column: column)
        if value == .null { return nil }
        if case .string(let string) = value { return string }
        return plainText(of: value)
      }
    }
    #expect(found == wanted.rows, message)
    if let names = wanted.names { #expect(table.schema.names == names, message) }
    if let types = wanted.types { #expect(table.schema.fields.map(\.type.description) == types, message) }
    #expect(report.hasInventedNames == wanted.invented_names ?? false, message)
    let repairs = Dictionary(uniqueKeysWithValues: report.repairs.map { ($0.kind.rawValue, $0.count) })
    #expect(repairs == wanted.repairs ?? [:], message)
    #expect(report.firstRejected.map(fault) == wanted.rejected ?? [], message)
    #expect(report.rejectedRowCount == wanted.rejected?.count ?? 0, message)
    #expect(report.inputs.flatMap(\.footer) == wanted.footer ?? [], message)
    if let blank = wanted.blank_lines { #expect(report.blankLineCount == blank, message) }
    #expect(report.commentCount == wanted.comments ?? report.commentCount, message)
    #expect(report.repeatedHeaderCount == wanted.repeated_headers ?? 0, message)
    #expect(report.warnings.count - repairs.count == wanted.warnings ?? 0, "\(what): \(report.warnings)")
  }

  private func fault(_ error: CSVError) -> Expectation.Fault {
    Expectation.Fault(
      code: error.code, row: error.place.row, line: error.place.line, byte: error.place.byteOffset)
  }
}
