// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A value of a shared file, and where it stands.
struct ConfigSetting: Sendable, Equatable {
  /// Without the blanks around it; lines that continue it are joined by `\n`. May be a secret.
  var value: String
  /// Where its name stands.
  var place: Place
  /// What stands indented below a name without a value, as below `s3 =`; nil: it has a value of its own.
  var nested: [String: ConfigSetting]?
}

/// What stands below one `[heading]`.
struct ConfigSection: Sendable, Equatable {
  var heading: String
  var place: Place
  /// By name in lower case (names of nested ones as they stand).
  var settings: [String: ConfigSetting] = [:]
}

/// The sections of a shared file of the AWS tools, in order ("Shared config and credentials files", AWS SDKs and Tools Reference Guide).
///
/// Read as the AWS command line reads them: `name = value` or `name : value`; names in any case; lines whose first character that is no blank
/// is `#` or `;` are comments, and a value may hold these; a line indented deeper than the name above it goes on with its value; settings of
/// `[DEFAULT]`, in capitals, are in every section. A section or a name that comes twice is refused, as it is there.
struct SharedConfigFile: Sendable {
  var sections: [ConfigSection] = []

  /// Throws ``S3CredentialError/Kind/badConfigFile`` with `path` and line. Cost: linear in `bytes`.
  init(_ bytes: [UInt8], path: String) throws(S3CredentialError) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let valid = String(decoding: bytes, as: UTF8.self).unicodeScalars.prefix { $0 != "\u{FFFD}" }
      throw Self.fault("this is not UTF-8", path, line: valid.count { $0 == "\n" } + 1)
    }
    var reader = Reader(path: path)
    var number = 0
    for line in text.unicodeScalars.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" }) {
      number += 1
      try reader.take(String(line), number: number)
    }
    sections = try reader.finished()
  }

  fileprivate static func fault(_ what: String, _ path: String, line: Int, advice: String? = nil) -> S3CredentialError {
    S3CredentialError(.badConfigFile, what, place: Place(file: path, line: line), advice: advice)
  }
}

/// Takes line after line.
private struct Reader {
  let path: String
  private var sections: [ConfigSection] = []
  /// Lines of the setting that may still go on, with their numbers, the first as it stands behind the `=`.
  private var name: String?
  private var lines: [(text: String, number: Int)] = []
  private var indent = 0

  init(path: String) { self.path = path }

  mutating func take(_ line: String, number: Int) throws(S3CredentialError) {
    let scalars = line.unicodeScalars
    let content = trimmed(line)
    if content.isEmpty {
      if name != nil { lines.append(("", number)) }
      return
    }
    if content.hasPrefix("#") || content.hasPrefix(";") { return }
    let depth = scalars.prefix { $0.properties.isWhitespace }.count
    if name != nil, depth > indent {
      lines.append((content, number))
      return
    }
    try endSetting()
    indent = depth
    if content.hasPrefix("["), let end = content.lastIndex(of: "]"), content.index(after: content.startIndex) < end {
      try begin(heading: String(content[content.index(after: content.startIndex)..<end]), number: number)
      return
    }
    guard let last = sections.indices.last else {
      throw SharedConfigFile.fault("a setting before the first [heading]", path, line: number)
    }
    guard let separator = content.firstIndex(where: { $0 == "=" || $0 == ":" }), separator > content.startIndex else {
      throw SharedConfigFile.fault("neither a [heading] nor name = value", path, line: number)
    }
    let key = trimmed(String(content[..<separator])).lowercased()
    guard sections[last].settings[key] == nil else {
      // The name is not quoted: a secret with an = in it, broken into two lines, would look like one.
      throw SharedConfigFile.fault("set twice in [\(sections[last].heading)]", path, line: number)
    }
    name = key
    lines = [(trimmed(String(content[content.index(after: separator)...])), number)]
  }

  mutating func finished() throws(S3CredentialError) -> [ConfigSection] {
    try endSetting()
    guard let shared = sections.first(where: { $0.heading == "DEFAULT" }) else { return sections }
    return sections.filter { $0.heading != "DEFAULT" }.map { section in
      var section = section
      section.settings.merge(shared.settings) { own, _ in own }
      return section
    }
  }

  private mutating func begin(heading: String, number: Int) throws(S3CredentialError) {
    if let earlier = sections.first(where: { $0.heading == heading }) {
      throw SharedConfigFile.fault(
        "[\(heading)] is there twice, first in line \(earlier.place.line ?? 0)", path, line: number,
        advice: "put the settings of both below one heading")
    }
    sections.append(ConfigSection(heading: heading, place: Place(file: path, line: number)))
  }

  private mutating func endSetting() throws(S3CredentialError) {
    guard let key = name, let first = lines.first else { return }
    while lines.count > 1, lines.last?.text == "" { lines.removeLast() }
    var setting = ConfigSetting(
      value: lines.map(\.text).joined(separator: "\n"), place: Place(file: path, line: first.number))
    if first.text.isEmpty, lines.count > 1 { setting.nested = try nested(lines.dropFirst()) }
    sections[sections.count - 1].settings[key] = setting
    name = nil
  }

  private func nested(_ lines: ArraySlice<(text: String, number: Int)>) throws(S3CredentialError) -> [String:
    ConfigSetting]
  {
    var found: [String: ConfigSetting] = [:]
    for line in lines where !line.text.isEmpty {
      guard let separator = line.text.firstIndex(of: "=") else {
        throw SharedConfigFile.fault("an indented line that is not name = value", path, line: line.number)
      }
      found[trimmed(String(line.text[..<separator]))] = ConfigSetting(
        value: trimmed(String(line.text[line.text.index(after: separator)...])),
        place: Place(file: path, line: line.number))
    }
    return found
  }
}

/// `text` without the blanks at its ends.
func trimmed(_ text: String) -> String {
  let scalars = text.unicodeScalars
  guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
    let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
  else { return "" }
  return String(scalars[first...last])
}
