// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import Columns
import ObjectStorage

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
  /// An Arrow stream, or an Arrow file where the name says so (``OutputTarget/arrowForm``).
  case arrow

  /// As people call it.
  var name: String {
    switch self {
    case .csv: "CSV"
    case .json: "JSON"
    case .ndjson: "NDJSON"
    case .table: "a table"
    case .markdown: "Markdown"
    case .cln: "a chunk file"
    case .arrow: "Arrow"
    }
  }
}

/// Where an output goes and in which form.
public struct OutputTarget: Sendable {
  /// Path, or `-` for standard output.
  public let path: String
  /// Form of the content.
  public let format: OutputFormat
  /// What of Arrow is written: the file format under names ending in `.arrow`, before `.gz` or `.zst`; else a stream.
  public let arrowForm: ArrowWriter.Form
  /// Compression around it, nil for none.
  public let compression: CompressionFormat?
  /// What the form leaves open.
  public internal(set) var style = OutputStyle()
  /// What the place it goes to is told.
  public var writing = WriteOptions()

  /// Takes the form from the path's extension (`.csv .json .ndjson .jsonl .md .txt .cln .arrow .arrows`, then `.gz` or `.zst`); `format` overrules it.
  ///
  /// `fallback` is the form where neither says. Throws `output.unknown-format` for an extension that means nothing here.
  public init(path: String, format: OutputFormat?, fallback: OutputFormat) throws(OutputError) {
    self.path = path
    guard path != "-" else {
      (self.format, compression, arrowForm) = (format ?? fallback, nil, .stream)
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
      compression = nil
    }
    arrowForm = name.lowercased().hasSuffix(".arrow") ? .file : .stream
    let named = format == nil ? try Self.format(named: name, path: path) : nil
    self.format = format ?? named ?? fallback
    if self.format == .cln, compression != nil { throw OutputError(.compressedChunkFile, path: path) }
  }

  /// A chunk file at `path`, whose extension may be any that does not name another form.
  ///
  /// Throws `output.not-a-chunk-file-name` for `.csv`, `.json`, … and `output.compressed-chunk-file`.
  public init(chunkFile path: String) throws(OutputError) {
    try self.init(path: path, format: .cln, fallback: .cln)
    let named = try? OutputTarget(path: path, format: nil, fallback: .cln)
    guard named.map({ $0.format == .cln }) ?? true else { throw OutputError(.notAChunkFileName, path: path) }
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
    case "arrow", "arrows": return .arrow
    default:
      // A device or a pipe such as /dev/null has no extension that could mean a form; anything else must say what it is.
      throw OutputError(.unknownFormat, path: path)
    }
  }
}

/// An output's name says nothing about its form, or something impossible.
public struct OutputError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// An extension that means nothing here.
    case unknownFormat = "output.unknown-format"
    /// A chunk file with compression around it.
    case compressedChunkFile = "output.compressed-chunk-file"
    /// A chunk file under a name that says it is something else.
    case notAChunkFileName = "output.not-a-chunk-file-name"
    /// A choice that the form does not leave.
    case styleWithoutEffect = "output.style-without-effect"
    /// A spelling of null that a CSV would have to quote.
    case nullSpelling = "output.null-spelling"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// The output's path.
  public let place: Place
  /// What was found, where the kind alone does not say it.
  private let found: String

  init(_ kind: Kind, path: String, found: String = "") {
    self.kind = kind
    self.found = found
    place = Place(file: path)
  }

  /// The kind's raw value.
  public var code: String { kind.rawValue }

  /// One line.
  public var summary: String {
    switch kind {
    case .unknownFormat: "the extension of the output does not say what to write"
    case .compressedChunkFile: "a chunk file is compressed inside, not around"
    case .notAChunkFileName: "what is written is a chunk file, but the name says something else"
    case .styleWithoutEffect, .nullSpelling: found
    }
  }

  /// What to do.
  public var advice: String? {
    switch kind {
    case .unknownFormat: "end the name in .csv .json .ndjson .md .txt .cln .arrow or .arrows, or say --format"
    case .compressedChunkFile: "leave .gz or .zst off the name"
    case .notAChunkFileName: "end the name in .cln; 'colonnade export' writes the other forms"
    case .styleWithoutEffect where found.hasPrefix("--null-as"): "it is for CSV, Markdown and tables: see --format"
    case .styleWithoutEffect: "it is for CSV: end the name in .csv, or say --format csv"
    case .nullSpelling:
      "say --null-as with a text that can stand bare: no delimiter, quotes or line ends; between spaces not empty"
    }
  }
}
