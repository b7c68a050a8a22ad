// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import ChunkFile
@testable import Encodings

/// The integers of a form, multiplied, null slots as 0; nil if it is decoded. An offset past the form's limit is recorded.
private func expanded(_ form: PageForm) -> [Int128]? {
  let values: [Int128]
  switch form.content {
  case .decoded: return nil
  case .constant(let value): values = Array(repeating: value, count: form.rowCount)
  case .runs(let runs, let lengths):
    values = zip(runs, lengths).flatMap { Array(repeating: Int128($0), count: Int($1)) }
  case .packed(let packed):
    let offsets = unpackedPlainly(Array(packed.bytes), count: form.rowCount, bitWidth: packed.bitWidth)
    #expect(offsets.allSatisfy { $0 <= packed.greatestOffset })
    values = offsets.map { Int128(packed.reference) + Int128($0) }
  }
  return values.enumerated().map { form.validity.isValid($0) ? $1 * form.factor : 0 }
}

private func integers(_ page: ColumnPage) -> [Int128]? {
  switch page.values {
  case .int64(let values): values.map { Int128($0) }
  case .int128(let values): values
  case .codes(let codes): codes.map { Int128($0) }
  case .float64, .strings: nil
  }
}

/// Also NaN equals itself.
private func haveEqualBits(_ a: PageValues, _ b: PageValues) -> Bool {
  guard case .float64(let left) = a, case .float64(let right) = b else { return a == b }
  return left.map(\.bitPattern) == right.map(\.bitPattern)
}

/// True if the page's form was not a decoded page; records where the two differ.
func expectFormOfPage(_ file: ChunkFile, column: Int, chunk: Int, _ comment: String) throws -> Bool {
  let page = try file.page(column: column, chunk: chunk)
  return try file.withForm(column: column, chunk: chunk) { form in
    #expect(form.rowCount == page.rowCount && form.validity == page.validity, "\(comment)")
    if case .decoded(let values) = form.content {
      #expect(haveEqualBits(values, page.values) && form.factor == 1, "\(comment)")
      return false
    }
    #expect(expanded(form) == integers(page), "\(comment)")
    return true
  }
}

@Suite struct PageFormTests {
  @Test func formsHoldWhatPagesDo() throws {
    var viewed = 0
    for seed in UInt64(1)...12 {
      var random = RandomSource(seed: seed)
      let file = try open(try chunkFileBytes(of: randomTable(&random)))
      for column in file.schema.fields.indices {
        for chunk in 0..<file.chunkCount
        where try expectFormOfPage(file, column: column, chunk: chunk, "seed \(seed), column \(column), chunk \(chunk)")
        {
          viewed += 1
        }
      }
    }
    #expect(viewed > 50, "most pages of integers are not decoded")
  }

  private static let decimal = ColumnType.decimal(precision: 12, scale: 4)

  private func file(_ values: [Int64], as shape: EncodingShape, _ bounds: PageStatistics.Bounds? = nil) throws
    -> ChunkFile
  {
    let table = Table(
      schema: Schema([Field(name: "x", type: Self.decimal)]), chunks: [[ColumnPage(values: .int64(values))]])
    // The page's own decimals have two digits fewer than the column's.
    return try open(
      try chunkFileBytes(
        of: table, pageTypes: [[.decimal(precision: 10, scale: 2)]], bounds: bounds.map { made in { _ in made } },
        stored: .integers(shape)))
  }

  @Test func pagesOfFewerDigitsTellTheirFactor() throws {
    for shape in [EncodingShape.packed, .runs(.packed, .packed)] {
      let file = try file((0..<2_500).map { Int64($0 / 7 - 30) }, as: shape)
      #expect(try expectFormOfPage(file, column: 0, chunk: 0, "\(shape)"))
      #expect(try file.withForm(column: 0, chunk: 0) { $0.factor } == 100)
    }
  }

  @Test func packedIntegersPastTheirBoundsCanBeTold() throws {
    let low = try file([5, 6, 9], as: .packed, .integer(minimum: 5, maximum: 8, sum: 20))
    #expect(throws: ChunkFileError.self) { try low.page(column: 0, chunk: 0) }
    let limit = try low.withForm(column: 0, chunk: 0) { form -> UInt64? in
      guard case .packed(let packed) = form.content else { return nil }
      return packed.greatestOffset
    }
    #expect(limit == 3)
    // Below the least value there is nothing to tell by: the page is decoded, and refused.
    let high = try file([5, 6, 9], as: .packed, .integer(minimum: 6, maximum: 9, sum: 20))
    #expect(throws: ChunkFileError.self) { try high.withForm(column: 0, chunk: 0) { $0.rowCount } }
  }

  @Test func runsAndConstantsPastTheirBoundsAreRefused() throws {
    for (values, shape) in [([5, 5, 9, 9] as [Int64], EncodingShape.runs(.packed, .packed)), ([9, 9], .constant)] {
      let file = try file(values, as: shape, .integer(minimum: 5, maximum: 8, sum: 16))
      #expect(throws: ChunkFileError.self) { try file.withForm(column: 0, chunk: 0) { $0.rowCount } }
    }
  }
}
