// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// An INPUT argument that stands for no table, for too many, or is not what its name says.
public struct InputError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// A folder without tables.
    case emptyFolder = "input.empty-folder"
    /// A pattern that nothing matches.
    case noMatch = "input.no-match"
    /// Content that is no chunk file where one is expected.
    case notAChunkFile = "input.not-a-chunk-file"
    /// A chunk file inside gzip or zstd.
    case compressedChunkFile = "input.compressed-chunk-file"
    /// A chunk file where a CSV is expected.
    case alreadyConverted = "input.already-converted"
    /// An address in S3, which this version cannot reach.
    case remote = "input.remote"
    /// Several files where what is asked for is one file's.
    case severalTables = "input.several-tables"
    /// A folder without chunk files.
    case noChunkFiles = "input.no-chunk-files"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// The argument.
  public let place: Place

  init(_ kind: Kind, path: String) {
    self.kind = kind
    place = Place(file: path)
  }

  /// An argument that stands for several files, where what is asked for is one file's.
  public init(severalFiles path: String) { self.init(.severalTables, path: path) }

  /// The kind's raw value.
  public var code: String { kind.rawValue }

  /// One line.
  public var summary: String {
    switch kind {
    case .emptyFolder: "the folder holds no tables"
    case .noMatch: "no file matches the pattern"
    case .notAChunkFile: "this is not a chunk file"
    case .compressedChunkFile: "this is a chunk file inside gzip or zstd, and has to be read out of order"
    case .alreadyConverted: "this is a chunk file already"
    case .remote: "this version reads and writes local files only"
    case .severalTables: "this stands for several files, where one is expected"
    case .noChunkFiles: "the folder holds no chunk files"
    }
  }

  /// What to do.
  public var advice: String? {
    switch kind {
    case .emptyFolder: "tables are files named .csv .tsv .txt or .cln, also with .gz or .zst"
    case .remote: "copy it here first, or stream it: aws s3 cp s3://… - | colonnade …"
    case .noMatch: nil
    case .notAChunkFile: "make one with 'colonnade convert', or give a CSV a name that does not end in .cln"
    case .compressedChunkFile: "decompress it first, with gzip -dk or zstd -dk; its pages are compressed already"
    case .alreadyConverted:
      "convert takes CSVs; 'colonnade merge' joins chunk files, 'colonnade export' turns one back into a CSV"
    case .severalTables: "name a single file"
    case .noChunkFiles: "chunk files are named .cln; make one with 'colonnade convert'"
    }
  }
}
