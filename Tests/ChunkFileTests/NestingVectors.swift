// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport

@testable import ChunkFile

/// A file for each encoding and for encodings inside encodings, as the plain twin stores them.
let nestingVectors: [ValidVector] =
  integerShapes.map(integerVector) + codeShapes.map(codeVector) + wideShapes.map(wideVector) + floatVectors
  + stringVectors

/// How a vector's one page is stored.
private struct Shaped {
  var name: String
  var requirement: String
  var sentence: String
  var compression = Compression.none
  var shape: EncodingShape
}

private func integerVector(_ shaped: Shaped) -> ValidVector {
  vector(shaped, .int64, .int64(numbers))
}

private func codeVector(_ shaped: Shaped) -> ValidVector {
  let codes: [UInt32] = (0..<120).map { UInt32($0 / 3 % 4) }
  return vector(shaped, .string, .codes(codes), dictionary: ["d", "c", "b", "a"])
}

private func wideVector(_ shaped: Shaped) -> ValidVector {
  let values = (0..<64).map { (row: Int) -> Int128 in
    let step = Int128(row % 8)
    return (Int128(1) << 90) - 12 * step * step
  }
  return vector(shaped, .decimal(precision: 38, scale: 2), .int128(values))
}

private func vector(
  _ shaped: Shaped, _ type: ColumnType, _ values: PageValues, dictionary: [String]? = nil
) -> ValidVector {
  ValidVector(
    name: shaped.name, table: oneColumn(type, [ColumnPage(values: values)], dictionary: dictionary),
    compression: shaped.compression, stored: .integers(shaped.shape), requirement: shaped.requirement,
    sentence: shaped.sentence)
}

/// Forty-eight numbers twice, somewhat more the second time, with outliers.
private let numbers: [Int64] = (0..<96).map { (row: Int) -> Int64 in
  let base = Int64(row * row % 48) * 6 - 600
  return row == 50 ? 6_000_000_000_000 : base + Int64(row / 48) * 12
}

private let integerShapes: [Shaped] = [
  Shaped(
    name: "delta", requirement: "CF-45", sentence: "Differences of neighbours, packed.",
    shape: .delta(lag: 1, .constant, .packed)),
  Shaped(
    name: "delta-at-distance", requirement: "CF-45", sentence: "Differences to the value 48 before.",
    shape: .delta(lag: 48, .packed, .packed)),
  Shaped(
    name: "delta-of-delta", requirement: "CF-45", sentence: "Differences of differences; sums wrap.",
    shape: .delta(lag: 1, .plain, .delta(lag: 2, .planes, .packed))),
  Shaped(
    name: "patched", requirement: "CF-46", sentence: "Every seventh value is patched.",
    shape: .patched(every: 7, .packed, .delta(lag: 1, .packed, .constant), .planes)),
  Shaped(
    name: "integer-dictionary", requirement: "CF-47", sentence: "A page's own dictionary, packed codes.",
    shape: .dictionary(.packed, .packed)),
  Shaped(name: "planes", requirement: "CF-48", sentence: "Planes of bytes as they are.", shape: .planes),
  Shaped(
    name: "planes-zstd", requirement: "CF-48", sentence: "Differences in planes of bytes, one zstd frame.",
    compression: .zstd(level: 3), shape: .delta(lag: 48, .planes, .planes)),
  Shaped(
    name: "multiples", requirement: "CF-49", sentence: "Multiples of six above the least value.",
    shape: .multiples(of: 6, .packed)),
  Shaped(
    name: "nested-four-deep", requirement: "CF-31",
    sentence: "Four levels: multiples of differences, of a dictionary and of patched planes.",
    shape: .multiples(
      of: 6,
      .delta(lag: 48, .dictionary(.planes, .packed), .patched(every: 9, .planes, .packed, .plain)))),
  Shaped(
    name: "runs-of-everything", requirement: "CF-30",
    sentence: "Runs whose values are a dictionary and whose lengths are differences.",
    shape: .runs(
      .dictionary(.multiples(of: 2, .packed), .packed),
      .delta(lag: 3, .plain, .patched(every: 2, .plain, .packed, .packed)))),
]

private let codeShapes: [Shaped] = [
  Shaped(
    name: "codes-delta", requirement: "CF-45", sentence: "Codes that repeat at a distance.",
    shape: .delta(lag: 12, .runs(.packed, .constant), .constant)),
  Shaped(
    name: "codes-delta-wraps", requirement: "CF-45", sentence: "Differences of codes are modulo 2^32.",
    shape: .delta(lag: 1, .constant, .dictionary(.plain, .packed))),
  Shaped(name: "codes-planes", requirement: "CF-48", sentence: "Codes in one plane.", shape: .planes),
  Shaped(
    name: "codes-multiples", requirement: "CF-49", sentence: "Codes as multiples of one.",
    shape: .multiples(of: 1, .dictionary(.packed, .packed))),
]

private let wideShapes: [Shaped] = [
  Shaped(
    name: "wide-delta", requirement: "CF-45", sentence: "128-bit differences.",
    shape: .delta(lag: 8, .plain, .constant)),
  Shaped(
    name: "wide-patched", requirement: "CF-46", sentence: "128-bit patches.",
    shape: .patched(every: 5, .packed, .planes, .plain)),
  Shaped(
    name: "wide-multiples", requirement: "CF-49", sentence: "128-bit values as multiples of twelve, in planes.",
    shape: .multiples(of: 12, .planes)),
  Shaped(
    name: "wide-dictionary", requirement: "CF-47", sentence: "A dictionary of 128-bit values.",
    shape: .dictionary(.plain, .packed)),
]

private let prices: [Double] = (0..<80).map { (row: Int) -> Double in
  switch row {
  case 11: .nan
  case 12: -0.0
  case 40: 0.1 + 0.2
  case 79: -.infinity
  default: Double(row * 7 - 100) / 100
  }
}

private let floatVectors: [ValidVector] = [
  ValidVector(
    name: "float64-decimals", table: oneColumn(.float64, [ColumnPage(values: .float64(prices))]),
    stored: .decimals(2, 0, .packed), requirement: "CF-32",
    sentence: "Doubles as hundredths; NaN, -0.0, a sum with an error and an infinity are patched."),
  ValidVector(
    name: "float64-decimals-with-factor",
    table: oneColumn(.float64, [ColumnPage(values: .float64((0..<40).map { Double($0) * 2_500 }))]),
    stored: .decimals(14, 12, .multiples(of: 5, .packed)), requirement: "CF-32",
    sentence: "Exponent 14 and factor 12, without patches."),
  ValidVector(
    name: "float64-bits-in-planes",
    table: oneColumn(.float64, [ColumnPage(values: .float64((1...60).map { 1 / Double($0) }))]),
    compression: .zlib(level: 6), stored: .floatBits(.planes), requirement: "CF-32",
    sentence: "Bits of doubles in eight planes, one zlib stream."),
]

private let words = ["", "é", "longer than others", "x"]

private let stringVectors: [ValidVector] = [
  ValidVector(
    name: "string-dictionary",
    table: oneColumn(
      .string, [ColumnPage(values: .strings(StringArray((0..<90).map { words[$0 % 7 % 4] })))]),
    stored: .stringDictionary(.plain, .delta(lag: 7, .packed, .constant)), requirement: "CF-33",
    sentence: "A page's own dictionary of strings; the codes repeat."),
  ValidVector(
    name: "strings-with-nested-lengths",
    table: oneColumn(
      .string, [ColumnPage(values: .strings(StringArray((0..<50).map { words[$0 % 4] })))]),
    stored: .strings(.dictionary(.packed, .delta(lag: 4, .packed, .constant))), requirement: "CF-33",
    sentence: "Lengths as a dictionary of repeating codes."),
]
