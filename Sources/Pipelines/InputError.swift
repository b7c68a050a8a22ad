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
    /// Content that is no Arrow stream under a name that only such have.
    case notArrow = "input.not-arrow"
    /// An Arrow stream where a CSV is expected.
    case arrow = "input.arrow"
    /// A chunk file inside gzip or zstd.
    case compressedChunkFile = "input.compressed-chunk-file"
    /// A chunk file where a CSV is expected.
    case alreadyConverted = "input.already-converted"
    /// An address in S3, which this build cannot reach.
    case remote = "input.remote"
    /// Several files where what is asked for is one file's.
    case severalTables = "input.several-tables"
    /// A chunk file where a piece of a CSV is to be read, or what is known of the types of one.
    case pieceOfChunkFile = "input.piece-of-chunk-file"
    /// The same of an Arrow stream.
    case pieceOfArrow = "input.piece-of-arrow"
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
    case .notArrow: "this is no Arrow stream or file, though its name says so"
    case .arrow: "this is an Arrow stream or file, where a CSV is expected"
    case .compressedChunkFile: "this is a chunk file inside gzip or zstd, and has to be read out of order"
    case .alreadyConverted: "this is a chunk file already"
    case .remote: "this colonnade was built without S3"
    case .severalTables: "this stands for several files, where one is expected"
    case .pieceOfChunkFile: "pieces, and the types that they show, are of a CSV, and this is a chunk file"
    case .pieceOfArrow: "pieces, and the types that they show, are of a CSV, and this is an Arrow stream or file"
    case .noChunkFiles: "the folder holds no chunk files"
    }
  }

  /// What to do.
  public var advice: String? {
    switch kind {
    case .emptyFolder: "tables are files named .csv .tsv .txt .cln .arrow or .arrows, also with .gz or .zst"
    case .remote:
      "build it with the package trait S3 (which is on by default), or stream: aws s3 cp s3://… - | colonnade …"
    case .noMatch: nil
    case .notAChunkFile: "make one with 'colonnade convert', or give a CSV a name that does not end in .cln"
    case .notArrow: "give a CSV another name; what was written by pyarrow's feather version 1 has to be written again"
    case .arrow: "its columns have types: 'colonnade export FILE -o FILE.cln' makes a chunk file of it"
    case .compressedChunkFile: "decompress it first, with gzip -dk or zstd -dk; its pages are compressed already"
    case .alreadyConverted:
      "convert takes CSVs; 'colonnade merge' joins chunk files, 'colonnade export' turns one back into a CSV"
    case .severalTables: "name a single file"
    case .pieceOfChunkFile: "its columns have types; parts of it are given by their chunks: --chunks 0:8"
    case .pieceOfArrow: "its columns have types, and it is read as a whole: leave --piece and --types out"
    case .noChunkFiles: "chunk files are named .cln; make one with 'colonnade convert'"
    }
  }
}
