// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Foundation
import Testing

@testable import Aggregation
@testable import Pipelines

private let vectors = URL(filePath: #filePath).deletingLastPathComponent()
  .appending(path: "../../Formats/PartialAggregate/v1/invalid").standardizedFileURL

/// One line of the manifest.
struct InvalidStates: CustomStringConvertible {
  let file: String
  let code: String
  let row: Int?
  let column: String?
  var description: String { file }

  static let all: [InvalidStates] = {
    guard let text = try? String(contentsOf: vectors.appending(path: "MANIFEST.tsv"), encoding: .utf8) else {
      return []
    }
    return text.split(separator: "\n").dropFirst().map { line in
      let cells = line.split(separator: "\t").map(String.init)
      return InvalidStates(
        file: cells[0], code: cells[1], row: Int(cells[2]), column: cells[3] == "-" ? nil : cells[3])
    }
  }()
}

@Test func theManifestOfInvalidStatesHasThem() { #expect(InvalidStates.all.count > 20) }

@Test(arguments: InvalidStates.all)
func invalidStatesAreRefusedWithCodeAndPlace(_ expected: InvalidStates) throws {
  let path = vectors.appending(path: expected.file).path
  let error = #expect(throws: PartialError.self) {
    try mergePartials([path], within: AggregationLimits(memory: .unlimited, temporaryFolder: nil, threads: 1))
  }
  #expect(error?.code == expected.code)
  #expect(error?.place.file == path)
  #expect(error?.place.row == expected.row)
  #expect(error?.place.column == expected.column)
}
