// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare

/// Both inputs of a comparison in parts, of which footers are read alone, and what tells it from others.
struct OpenedComparison {
  let source: any TableSource
  let other: any TableSource
  let sourceFiles: [InputFile]
  let compareFiles: [InputFile]
  let identity: ComparisonIdentity

  /// Tables as they are, of so many files.
  init(
    _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, sourceFiles: [InputFile] = [],
    compareFiles: [InputFile] = []
  ) {
    (self.source, self.other) = (source, other)
    (self.sourceFiles, self.compareFiles) = (sourceFiles, compareFiles)
    identity = ComparisonIdentity(source, other, request, sourceFiles: sourceFiles, compareFiles: compareFiles)
  }

  /// Opens chunk files, or folders and patterns of such. Throws `compare-parts.needs-chunk-files` for anything else, and what opening throws.
  init(_ options: CompareOptions) throws {
    func open(_ argument: String) throws -> (any TableSource, [InputFile]) {
      let notes = InputNotes()
      let paths = try inputPaths([argument])
      let tables = try zip(paths, openInputs(paths, notes: notes)).map { path, input -> any TableSource in
        guard case .chunkFile(let file) = input else { throw PartialComparisonError.needsChunkFiles(path.path) }
        return file
      }
      return (try oneTable(tables), try notes.files())
    }
    let (source, sourceFiles) = try open(options.source)
    let (other, compareFiles) = try open(options.compare)
    self.init(source, other, options.request, sourceFiles: sourceFiles, compareFiles: compareFiles)
  }

  /// What joins the parts: texts are no codes here, as each process would give them others. Throws what is wrong with the request.
  func parts(_ request: CompareRequest) throws -> ComparisonOfParts {
    try ComparisonOfParts(source, other, request, entryLimit: 0, byteLimit: 0)
  }
}
