// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import ChunkFile
@testable import Encodings

/// Every type through every encoding at its limits: what was written is read, to the bit.
@Suite struct LimitTests {
  /// Each encoding, and nestings to the greatest depth.
  private static let shapes: [EncodingShape] = {
    var random = RandomSource(seed: 71)
    return [
      .constant, .plain, .packed, .planes, .runs(.packed, .packed), .runs(.plain, .constant),
      .delta(lag: 1, .packed, .packed), .delta(lag: 7, .plain, .planes), .patched(every: 10, .packed, .packed, .plain),
      .dictionary(.plain, .packed), .multiples(of: 1, .packed),
      .runs(.dictionary(.delta(lag: 1, .plain, .plain), .packed), .packed),
    ] + (0..<4).map { _ in .random(depth: 4, using: &random) }
  }()

  private static let rowCounts = [1, 1_024, 1_025]

  private static let maximumWide = powerOfTen(38) - 1

  private static let specialDoubles: [Double] = [
    0, -0.0, .nan, .signalingNaN, Double(nan: 0x1234, signaling: false), -.nan, .infinity, -.infinity,
    .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude, .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, 0.1, 1e22, 123_456.789,
  ]

  /// Rows that walk through `limits`: by turns, in runs, and mostly the first.
  private func patterns<T>(_ limits: [T], rows: Int) -> [[T]] {
    [
      (0..<rows).map { limits[$0 % limits.count] }, (0..<rows).map { limits[$0 / 37 % limits.count] },
      (0..<rows).map { $0 % 61 == 60 ? limits[$0 / 61 % limits.count] : limits[0] },
    ]
  }

  private func integerLimits(_ type: ColumnType) -> [Int64] {
    switch type {
    case .bool: return [0, 1]
    case .decimal(let precision, _):
      let most = Int64(powerOfTen(precision) - 1)
      return [-most, most, 0, 1]
    case .date, .timestamp:
      let range = type.storedRange ?? 0...0
      return [Int64(range.lowerBound), Int64(range.upperBound), 0, -1]
    default: return [.min, .max, 0, -1, .min + 1, .max - 1]
    }
  }

  /// Writes one page in the form and by the encoder, reads both back.
  private func check(
    _ page: ColumnPage, _ type: ColumnType, _ form: StoredForm?, dictionary: StringDictionary? = nil,
    compression: Compression = .automatic
  ) throws {
    let table = Table(
      schema: Schema([Field(name: "c", type: type)]), chunks: [[page]], dictionaries: [dictionary])
    let file = try open(chunkFileBytes(of: table, compression: compression, stored: form))
    let read = try file.page(column: 0, chunk: 0)
    #expect(ChunkFileInvariants.isSame(read, page), "\(type), \(page.rowCount) rows, \(String(describing: form))")
    let problems = try file.verify().problems
    #expect(problems.isEmpty, "\(type), \(page.rowCount) rows, \(String(describing: form)): \(problems)")
  }

  @Test(arguments: [
    ColumnType.bool, .int64, .decimal(precision: 18, scale: 18), .decimal(precision: 1, scale: 0), .date,
    .timestamp(isUTC: false), .timestamp(isUTC: true),
  ]) func integers(_ type: ColumnType) throws {
    for rows in Self.rowCounts {
      for values in patterns(integerLimits(type), rows: rows) {
        for shape in Self.shapes { try check(ColumnPage(values: .int64(values)), type, .integers(shape)) }
        for compression in [Compression.automatic, .none, .zstd(level: 9), .zlib(level: 9)] {
          try check(ColumnPage(values: .int64(values)), type, nil, compression: compression)
        }
      }
    }
  }

  @Test func wideDecimals() throws {
    let type = ColumnType.decimal(precision: 38, scale: 10)
    let limits = [-Self.maximumWide, Self.maximumWide, Int128(Int64.max) + 1, Int128(Int64.min) - 1, 1 << 64, -1]
    for rows in Self.rowCounts {
      for values in patterns(limits, rows: rows) {
        for shape in Self.shapes { try check(ColumnPage(values: .int128(values)), type, .integers(shape)) }
        try check(ColumnPage(values: .int128(values)), type, nil)
      }
    }
  }

  @Test func doubles() throws {
    for rows in Self.rowCounts {
      for values in patterns(Self.specialDoubles, rows: rows) {
        let page = ColumnPage(values: .float64(values))
        for shape in Self.shapes where shape.depth < 4 {
          try check(page, .float64, .floatBits(shape))
          try check(page, .float64, .decimals(14, 3, shape))
          try check(page, .float64, .decimals(0, 0, shape))
          try check(page, .float64, .decimals(18, 18, shape))
        }
        for compression in [Compression.automatic, .none] { try check(page, .float64, nil, compression: compression) }
      }
    }
  }

  @Test func strings() throws {
    let limits = ["", "a", "", String(repeating: "é", count: 300), "\u{0}", "\u{10FFFF}", "a"]
    let dictionary = StringDictionary(entries: StringArray(limits.enumerated().map { "\($0.offset)\($0.element)" }))
    for rows in Self.rowCounts {
      for values in patterns(limits, rows: rows) {
        let page = ColumnPage(values: .strings(StringArray(values)))
        for shape in Self.shapes.prefix(20) where shape.depth < 4 {
          try check(page, .string, .strings(shape))
          try check(page, .string, .stringDictionary(.packed, shape))
          try check(page, .string, .stringDictionary(shape, .packed))
        }
        try check(page, .string, nil)
      }
      for codes in patterns([UInt32(0), 6, 3], rows: rows) {
        for shape in Self.shapes {
          try check(ColumnPage(values: .codes(codes)), .string, .integers(shape), dictionary: dictionary)
        }
      }
    }
  }

  @Test func stringsOf16MB() throws {
    var random = RandomSource(seed: 72)
    let long = (0..<(16 << 20)).map { (_: Int) -> UInt8 in 32 + UInt8(truncatingIfNeeded: random.next()) % 90 }
    var strings = StringArray()
    for text in [[], long, [], Array("ö".utf8), long, []] { strings.append(utf8: text) }
    let page = ColumnPage(values: .strings(strings))
    for compression in [Compression.automatic, .none] { try check(page, .string, nil, compression: compression) }
    try check(
      ColumnPage(values: .codes([0, 1, 0, 1])), .string, nil,
      dictionary: StringDictionary(entries: StringArray(["", String(decoding: long, as: UTF8.self)])))
  }

  /// Every way to be null, at the borders of words, blocks and chunks.
  @Test func nulls() throws {
    for rows in [1, 63, 64, 65, 1_023, 1_024, 1_025, 131_072] {
      let kinds: [(Int) -> Bool] = [
        { _ in true }, { $0 == 0 }, { $0 == rows - 1 }, { $0 % 2 == 0 }, { $0 / 1_000 % 2 == 0 }, { $0 != rows / 2 },
      ]
      for isNull in kinds.prefix(rows > 2_000 ? 2 : 6) {
        var words = [UInt64](repeating: 0, count: (rows + 63) / 64)
        for row in 0..<rows where !isNull(row) { words[row / 64] |= 1 << UInt64(row % 64) }
        let validity = Validity(words: words, rowCount: rows)
        func slots<T>(_ value: T, _ null: T) -> [T] { (0..<rows).map { isNull($0) ? null : value } }
        try check(ColumnPage(values: .int64(slots(.max, 0)), validity: validity), .int64, nil)
        try check(
          ColumnPage(values: .int128(slots(-Self.maximumWide, 0)), validity: validity),
          .decimal(precision: 38, scale: 0), nil)
        try check(ColumnPage(values: .float64(slots(-0.0, 0)), validity: validity), .float64, nil)
        try check(ColumnPage(values: .strings(StringArray(slots("x", ""))), validity: validity), .string, nil)
      }
    }
  }

  /// Random limits in random nestings: prints its seed.
  @Test(arguments: UInt64(100)..<108) func randomLimits(seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    for _ in 0..<25 {
      let rows = Int.random(in: 1...1_100, using: &random)
      let limits = (0..<Int.random(in: 1...6, using: &random)).map { _ in
        Bool.random(using: &random) ? Int64.min &+ Int64(random.next() % 3) : Int64.max &- Int64(random.next() % 3)
      }
      let values = (0..<rows).map { _ in limits[Int(random.next() % UInt64(limits.count))] }
      let shape = EncodingShape.random(depth: 4, using: &random)
      try check(ColumnPage(values: .int64(values)), .int64, .integers(shape))
      let doubles = values.map { Double(bitPattern: UInt64(bitPattern: $0)) }
      let inner = EncodingShape.random(depth: 3, using: &random)
      try check(ColumnPage(values: .float64(doubles)), .float64, .floatBits(inner))
    }
  }
}

extension EncodingShape {
  /// Levels of encodings; 1 for one without children.
  fileprivate var depth: Int {
    switch self {
    case .constant, .plain, .packed, .planes: 1
    case .runs(let a, let b), .delta(_, let a, let b), .dictionary(let a, let b): 1 + max(a.depth, b.depth)
    case .patched(_, let a, let b, let c): 1 + max(a.depth, b.depth, c.depth)
    case .multiples(_, let a): 1 + a.depth
    }
  }
}
