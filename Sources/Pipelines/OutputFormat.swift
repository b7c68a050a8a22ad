// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What an output is written as.
public enum OutputFormat: String, Sendable, CaseIterable {
  /// Comma-separated text with a header.
  case csv
  /// One JSON array of objects.
  case json
  /// One JSON object a line.
  case ndjson
  /// Aligned columns for people.
  case table
  /// A Markdown table.
  case markdown = "md"
  /// A chunk file.
  case cln
}

/// How the bytes of a text output are compressed.
public enum OutputCompression: Sendable {
  /// As they are.
  case none
  /// As one gzip member.
  case gzip
  /// As one zstd frame.
  case zstd
}

/// Where an output goes and in which form.
public struct OutputTarget: Sendable {
  /// Path, or `-` for standard output.
  public let path: String
  /// Form of the content.
  public let format: OutputFormat
  /// Compression around it.
  public let compression: OutputCompression

  /// Takes the form from the path's extension (`.csv .json .ndjson .jsonl .md .txt .cln`, then `.gz` or `.zst`); `format` overrules it.
  ///
  /// `fallback` is the form where neither says. Throws `output.unknown-format` for an extension that means nothing here.
  public init(path: String, format: OutputFormat?, fallback: OutputFormat) throws(OutputError) {
    self.path = path
    guard path != "-" else {
      (self.format, compression) = (format ?? fallback, .none)
      return
    }
    var name = path.split(separator: "/").last.map(String.init) ?? path
    if name.hasSuffix(".gz") {
      compression = .gzip
      name.removeLast(3)
    } else if name.hasSuffix(".zst") {
      compression = .zstd
      name.removeLast(4)
    } else {
      compression = .none
    }
    let named = format == nil ? try Self.format(named: name, path: path) : nil
    self.format = format ?? named ?? fallback
    if self.format == .cln, compression != .none {
      throw OutputError(code: "output.compressed-chunk-file", path: path)
    }
  }

  private static func format(named name: String, path: String) throws(OutputError) -> OutputFormat? {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    switch name[name.index(after: dot)...].lowercased() {
    case "csv": return .csv
    case "json": return .json
    case "ndjson", "jsonl": return .ndjson
    case "md": return .markdown
    case "txt": return .table
    case "cln": return .cln
    default:
      // A device or a pipe such as /dev/null has no extension that could mean a form; anything else must say what it is.
      throw OutputError(code: "output.unknown-format", path: path)
    }
  }
}

/// An output's name says nothing about its form, or something impossible.
public struct OutputError: Diagnosis {
  /// `output.unknown-format` or `output.compressed-chunk-file`.
  public let code: String
  let path: String

  /// One line.
  public var summary: String {
    code == "output.unknown-format"
      ? "the extension of the output does not say what to write" : "a chunk file is compressed inside, not around"
  }
  /// The output's path.
  public var place: Place { Place(file: path) }
  /// What to do.
  public var advice: String? {
    code == "output.unknown-format"
      ? "end the name in .csv .json .ndjson .md .txt or .cln, or say --format" : "leave .gz or .zst off the name"
  }
}
