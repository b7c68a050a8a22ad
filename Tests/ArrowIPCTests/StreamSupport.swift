// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import TestSupport

@testable import ArrowIPC

/// All of a stream, read.
struct ReadStream {
  let schema: ArrowSchema
  /// Per batch, one page per column.
  let batches: [[ColumnPage]]

  init(_ bytes: [UInt8]) throws {
    let reader = try ArrowStreamReader(ObjectSource(MemoryObject(name: "test.arrows", bytes: bytes)))
    var batches: [[ColumnPage]] = []
    while let batch = try reader.next() {
      batches.append(try (0..<batch.columnCount).map { try batch.page(column: $0) })
    }
    schema = reader.schema
    self.batches = batches
  }
}

/// A stream or file of batches.
func written(
  _ schema: ArrowSchema, _ batches: [[ColumnPage]], dictionaries: [StringDictionary?]? = nil,
  form: ArrowWriter.Form = .stream
) throws -> [UInt8] {
  let output = MemoryWriter()
  var writer = try ArrowWriter(schema, form: form) { try output.write($0) }
  for pages in batches { try writer.write(pages, rowCount: pages.first?.rowCount ?? 0, dictionaries: dictionaries) }
  try writer.finish()
  return output.bytes
}

/// Columns of every type.
let everyType = ArrowSchema(
  [
    ArrowField(name: "truth", type: .bool), ArrowField(name: "whole", type: .int64),
    ArrowField(name: "narrow", type: .decimal(precision: 18, scale: 2)),
    ArrowField(name: "wide", type: .decimal(precision: 38, scale: 38), metadata: ["unit": "€"]),
    ArrowField(name: "float", type: .float64), ArrowField(name: "día", type: .date),
    ArrowField(name: "instant", type: .timestamp(isUTC: true)),
    ArrowField(name: "local", type: .timestamp(isUTC: false)), ArrowField(name: "text", type: .utf8),
    ArrowField(name: "bytes", type: .binary), ArrowField(name: "", type: .int64),
  ], metadata: ["made by": "a test", "ключ": "значение", "made by again": ""])

/// A page of random values, nulls among them or not. Nulls hold zeros, as they do everywhere.
func randomPage(_ type: ArrowType, rowCount: Int, _ random: inout RandomSource) -> ColumnPage {
  let nullShare: Double = [0, 0, 0.3, 1].randomElement(using: &random) ?? 0
  var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
  for row in 0..<rowCount where Double.random(in: 0..<1, using: &random) >= nullShare {
    words[row >> 6] |= 1 << UInt64(row & 63)
  }
  let validity = Validity(words: words, rowCount: rowCount)
  if validity == .allNull { return ColumnPage(nullRows: rowCount, type: type.columnType) }
  func values<T>(_ missing: T, _ make: (inout RandomSource) -> T) -> [T] {
    (0..<rowCount).map { row in
      let value = make(&random)
      return validity.isValid(row) ? value : missing
    }
  }
  switch type {
  case .bool: return ColumnPage(values: .int64(values(0) { .random(in: 0...1, using: &$0) }), validity: validity)
  case .timestamp:
    let (first, last): (Int64, Int64) = (-62_135_596_800_000_000, 253_402_300_799_999_999)
    return ColumnPage(
      values: .int64(
        values(0) { [first, last, .random(in: first...last, using: &$0)].randomElement(using: &$0) ?? 0 }),
      validity: validity)
  case .int64:
    return ColumnPage(
      values: .int64(
        values(0) { [.min, .max, .random(in: .min ... .max, using: &$0)].randomElement(using: &$0) ?? 0 }),
      validity: validity)
  case .date:
    return ColumnPage(
      values: .int64(values(0) { .random(in: -719_162...2_932_896, using: &$0) }), validity: validity)
  case .decimal(let precision, _):
    let limit = powerOfTen(precision) - 1
    if precision > 18 {
      return ColumnPage(values: .int128(values(0) { .random(in: -limit...limit, using: &$0) }), validity: validity)
    }
    return ColumnPage(
      values: .int64(values(0) { Int64(Int128.random(in: -limit...limit, using: &$0)) }), validity: validity)
  case .float64:
    return ColumnPage(
      values: .float64(
        values(0) { [-0.0, .infinity, .random(in: -1e300...1e300, using: &$0)].randomElement(using: &$0) ?? 0 }),
      validity: validity)
  case .utf8, .binary:
    var strings = StringArray()
    for row in 0..<rowCount {
      guard validity.isValid(row) else {
        strings.append(utf8: [])
        continue
      }
      let length = Int.random(in: 0...40, using: &random)
      let text = String((0..<length).map { _ in "aé日🙂".randomElement(using: &random) ?? "a" })
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
      strings.append(utf8: type == .utf8 ? Array(text.utf8) : bytes)
    }
    return ColumnPage(values: .strings(strings), validity: validity)
  }
}
