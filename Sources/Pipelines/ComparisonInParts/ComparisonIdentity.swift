// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Encodings
import TextFormats

/// Version of what travels between the steps of a comparison in parts; `Formats/PartialComparison/README.md` describes it.
public let partialComparisonVersion = 1

/// Tells comparisons apart: the inputs as they are stored, and all that was asked for.
struct ComparisonIdentity: Equatable {
  let hash: UInt128

  /// A hash of the version, the request as reports show it, both sides' columns and row counts, and sizes and checksums of all files.
  init(_ inputs: ComparedInputs, _ request: CompareRequest) {
    func side(_ table: any TableSource, _ files: [InputFile]) -> JSONDocument {
      .object([
        ("rows", .integer(table.rowCount)),
        ("columns", .array(table.schema.fields.flatMap { [.string($0.name), .string($0.type.description)] })),
        ("files", .array(files.flatMap { [.integer($0.byteCount), .string($0.checksumText)] })),
      ])
    }
    let document = JSONDocument.object([
      ("version", .integer(partialComparisonVersion)), ("request", requestDocument(request)),
      ("examples", .integer(request.exampleLimit)),
      ("source", side(inputs.source, inputs.sourceFiles)), ("compare", side(inputs.other, inputs.compareFiles)),
    ])
    hash = wideHash(Array(document.text.utf8))
  }

  /// The hash in two words, the lower half first.
  var words: [UInt64] { [UInt64(truncatingIfNeeded: hash), UInt64(truncatingIfNeeded: hash >> 64)] }

  /// The lower half as 16 hexadecimal digits: for a column's name, which programs keep that lose what is said of a stream.
  var shortText: String {
    let digits = String(words[0], radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
