// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The names in a text's first record, made unique, and the delimiter between them.
struct CSVHeader: Equatable {
  var delimiter: UInt8
  /// In words, how the delimiter was found.
  var reason: String
  var names: [String]
  var warnings: [String]

  /// Reads `record`, the first one of file `file`, whose newline may be absent. `sample` is the text after it, cut anywhere.
  init(record: UnsafeRawBufferPointer, sample: UnsafeRawBufferPointer, file: String, delimiter given: UInt8?) throws {
    (delimiter, reason) = chooseDelimiter(header: record, sample: sample, given: given)
    names = []
    warnings = []
    var walk = CSVStrictWalk(record, delimiter: delimiter)
    guard let header = walk.next() else { return }
    if let problem = header.problem {
      throw CSVError(problem, at: Place(file: file, line: 1, byteOffset: problem.offset))
    }
    for (index, field) in header.fields.enumerated() {
      let bytes = walk.content(field)
      if let wrong = bytes.withUnsafeBytes(firstInvalidUTF8) {
        throw CSVError(
          "csv.invalid-utf8", "the name of column \(index + 1) is not UTF-8",
          at: Place(file: file, line: 1, byteOffset: field.start + (field.isQuoted ? 1 : 0) + wrong),
          advice: "convert the file to UTF-8 first, for example with iconv")
      }
      if !field.isQuoted, bytes.contains(UInt8(ascii: "\r")) {
        throw CSVError(
          "csv.binary", "the header has a carriage return that ends no line",
          at: Place(file: file, byteOffset: field.start),
          advice: "lines must end with LF or CR LF; convert old Mac files first, for example with tr '\\r' '\\n'")
      }
      names.append(String(decoding: bytes, as: UTF8.self))
    }
    makeNamesUnique(file: file)
  }

  private mutating func makeNamesUnique(file: String) {
    let all = Set(names)
    var taken = Set<String>()
    // Per name, the number to try next: smaller ones are taken, and stay so.
    var nextNumber: [String: Int] = [:]
    let file = lastComponent(of: file)
    for index in names.indices {
      var name = names[index]
      if name.isEmpty { name = "column_\(index + 1)" }
      if taken.contains(name) || (names[index].isEmpty && all.contains(name)) {
        var number = nextNumber[name, default: 2]
        while taken.contains("\(name)_\(number)") || all.contains("\(name)_\(number)") { number += 1 }
        nextNumber[name] = number + 1
        name = "\(name)_\(number)"
      }
      if name != names[index] {
        let was = names[index].isEmpty ? "has no name" : "repeats the name \"\(names[index])\""
        warnings.append("\(file): column \(index + 1) \(was); it is called \"\(name)\" here")
        names[index] = name
      }
      taken.insert(name)
    }
  }
}

/// A comma unless told otherwise, or unless the header has none and just one other candidate splits it and the records after it alike.
private func chooseDelimiter(
  header: UnsafeRawBufferPointer, sample: UnsafeRawBufferPointer, given: UInt8?
) -> (UInt8, String) {
  let comma = UInt8(ascii: ",")
  if let given { return (given, "as asked") }
  if header.contains(comma) { return (comma, "the header has it") }
  let names: [UInt8: String] = [
    UInt8(ascii: ";"): "semicolon", UInt8(ascii: "\t"): "tab", UInt8(ascii: "|"): "vertical bar",
  ]
  let fitting = names.keys.sorted().filter { candidate in
    var walk = CSVStrictWalk(header, delimiter: candidate)
    guard let first = walk.next(), first.problem == nil, first.fields.count >= 2 else { return false }
    var body = CSVStrictWalk(sample, delimiter: candidate)
    var looked = 0
    while looked < 100, let record = body.next() {
      // The sample may be cut inside its last record.
      if body.position >= sample.count, looked > 0 || sample.last != UInt8(ascii: "\n") { break }
      if record.problem != nil { return false }
      if record.isBlank { continue }
      if record.fields.count != first.fields.count { return false }
      looked += 1
    }
    return true
  }
  guard fitting.count == 1, let only = fitting.first, let name = names[only] else { return (comma, "the default") }
  return (only, "the header has no comma, and each \(name) splits it and the first records alike")
}

extension CSVStrictWalk.Problem {
  /// Where it is in the text walked over.
  var offset: Int {
    switch self {
    case .quoteInField(let offset), .textAfterQuote(let offset), .openQuote(let offset): offset
    }
  }
}

extension CSVError {
  init(_ problem: CSVStrictWalk.Problem, at place: Place) {
    switch problem {
    case .quoteInField:
      self.init(
        "csv.stray-quote", "a quote inside a field that does not begin with one", at: place,
        advice: "put the whole field in quotes and double the quotes inside it")
    case .textAfterQuote:
      self.init(
        "csv.stray-quote", "text after a closing quote", at: place,
        advice: "quotes inside a quoted field must be doubled")
    case .openQuote:
      self.init(
        "csv.open-quote", "a quote that is opened here is never closed", at: place,
        advice: "close it, or double the quotes inside the field")
    }
  }
}
