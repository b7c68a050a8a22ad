// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipelines
import TextFormats

/// Which piece of one CSV a command reads, and what is known of all of it.
struct CSVPieceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Of one CSV, read only this piece, as 'csv cut' prints it.", valueName: "text"))
  var piece: PieceArgument?

  @Option(
    help: ArgumentHelp(
      "Types and styles of the columns of all pieces, as 'csv types --join' prints them: the text, or @FILE.",
      valueName: "text"))
  var types: TypesArgument?

  func validate() throws {
    if case .known(let types) = types { try requireSettled(types) }
  }

  /// `reading` with both. Throws a usage error unless `inputs` may have pieces, and what reading the file with the types throws.
  func apply(to reading: inout CSVOptions, inputs: [String]) throws {
    if let piece {
      guard inputs.count == 1, inputs[0] != "-" || piece.isWhole else {
        throw ValidationError("--piece goes with one file, the one that was cut")
      }
      piece.apply(to: &reading)
    }
    if let types = try types?.known() {
      try requireSettled(types)
      types.apply(to: &reading)
    }
  }

  private func requireSettled(_ types: KnownTypes) throws {
    if types.isSettled { return }
    throw ValidationError(
      "--types are not settled yet\n  try: run 'csv types' on every piece once more, with these --types, and join again"
    )
  }
}

/// A piece, or all of the file.
enum PieceArgument: ExpressibleByArgument {
  case piece(CSVPiece)
  case whole(CSVWholeText)

  init?(argument: String) {
    if let whole = CSVWholeText(argument) {
      self = .whole(whole)
    } else if let piece = CSVPiece(argument) {
      self = .piece(piece)
    } else {
      return nil
    }
  }

  var isWhole: Bool { if case .whole = self { true } else { false } }

  func apply(to reading: inout CSVOptions) {
    switch self {
    case .piece(let piece): reading.piece = piece
    case .whole(let whole): reading.whole = whole
    }
  }
}

/// What is known of the columns of all pieces: the text itself, or a file with it, which may be longer than an argument.
enum TypesArgument: ExpressibleByArgument {
  case known(KnownTypes)
  case file(String)

  init?(argument: String) {
    if argument.hasPrefix("@"), argument.utf8.count > 1 {
      self = .file(String(argument.dropFirst()))
    } else if let known = KnownTypes(argument) {
      self = .known(known)
    } else {
      return nil
    }
  }

  /// Throws what reading the file throws.
  func known() throws -> KnownTypes {
    switch self {
    case .known(let known): known
    case .file(let path): try KnownTypes(ofFile: path)
    }
  }
}
