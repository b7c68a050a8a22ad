// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare

/// Both inputs of a comparison in parts, of which footers are read alone, and what tells it from others.
struct OpenedComparison {
  let inputs: ComparedInputs
  let identity: ComparisonIdentity
  var source: any TableSource { inputs.source }
  var other: any TableSource { inputs.other }

  init(_ inputs: ComparedInputs, _ request: CompareRequest) {
    self.inputs = inputs
    identity = ComparisonIdentity(inputs, request)
  }

  /// Opens chunk files, or folders and patterns of such. Throws `compare-parts.needs-chunk-files` for anything else, and what opening throws.
  init(_ options: CompareOptions) throws {
    let inputs = try ComparedInputs(options) { argument in
      let notes = InputNotes()
      let paths = try inputPaths([argument])
      let tables = try zip(paths, openInputs(paths, notes: notes)).map { path, input -> any TableSource in
        guard case .chunkFile(let file) = input else { throw PartialComparisonError.needsChunkFiles(path.path) }
        return file
      }
      return (try oneTable(tables), try notes.files())
    }
    self.init(inputs, options.request)
  }

  /// What joins the parts: texts are no codes here, as each process would give them others. Throws what is wrong with the request.
  func parts(_ request: CompareRequest) throws -> ComparisonOfParts {
    try ComparisonOfParts(source, other, request, entryLimit: 0, byteLimit: 0)
  }
}
