// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import TextFormats

/// What a text shows; nil if it is too short to tell.
func sniff(_ text: [UInt8], isWhole: Bool = true, _ change: (inout CSVDialectHints) -> Void = { _ in }) throws
  -> CSVSniffing?
{
  var hints = CSVDialectHints()
  change(&hints)
  return try text.withUnsafeBytes { try sniffDialect($0, isWhole: isWhole, hints: hints) }
}

/// What a whole text shows.
func sniff(_ text: String, _ change: (inout CSVDialectHints) -> Void = { _ in }) throws -> CSVSniffing {
  guard let found = try sniff(Array(text.utf8), change) else { throw TooShort() }
  return found
}

struct TooShort: Error {}

extension CSVSniffing {
  /// In one word each, as far as it is not the default: delimiter, then `quote=`, `escape`, line end, `comment=`, `spaces`, `joined`.
  var summary: String {
    var parts = [String(decoding: dialect.delimiter, as: UTF8.self)]
    if dialect.quote != UInt8(ascii: "\"") {
      parts.append("quote=" + (dialect.quote.map { String(Unicode.Scalar($0)) } ?? "none"))
    }
    if dialect.escape == .backslash { parts.append("backslash") }
    if dialect.lineEnd != .lf { parts.append(dialect.lineEnd.rawValue) }
    if !dialect.comment.isEmpty { parts.append("comment=" + String(decoding: dialect.comment, as: UTF8.self)) }
    if dialect.skipsSpaces { parts.append("spaces") }
    if dialect.joinsDelimiters { parts.append("joined") }
    return parts.joined(separator: " ")
  }

  /// Names of the choices that might as well have been others.
  var closeCalls: [String] { findings.filter(\.isCloseCall).map(\.name) }

  func reason(_ name: String) -> String? { findings.first { $0.name == name }?.reason }
}
