// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import Colonnade

/// Rows of a page, and pages of a table.
let pageRows = 131_072
let pageCount = 32

/// A column of one type, of values that the writer gives a certain encoding.
struct KernelCase {
  let name: String
  let type: ColumnType
  let pages: [ColumnPage]
  var dictionary: StringDictionary?
  /// A condition that takes about every second row, ...
  let condition: String
  /// ... and the same in plain Swift, of a stored integer, a double or a code.
  let takes: @Sendable (StoredValue) -> Bool
}

/// A value as the column holds it.
enum StoredValue {
  case integer(Int128)
  case double(Double)
  case code(Int)
}

private func integers(
  _ name: String, _ condition: String, atLeast bound: Int128, type: ColumnType = .int64,
  _ value: (Int, inout Random) -> Int64
) -> KernelCase {
  var random = Random(state: 1)
  let pages = (0..<pageCount).map { page in
    ColumnPage(values: .int64((0..<pageRows).map { value(page * pageRows + $0, &random) }))
  }
  return KernelCase(name: name, type: type, pages: pages, condition: condition) { value in
    if case .integer(let integer) = value { integer >= bound } else { false }
  }
}

private func doubles(
  _ name: String, _ condition: String, atLeast bound: Double, _ value: (inout Random) -> Double
) -> KernelCase {
  var random = Random(state: 2)
  let pages = (0..<pageCount).map { _ in
    ColumnPage(values: .float64((0..<pageRows).map { _ in value(&random) }))
  }
  return KernelCase(name: name, type: .float64, pages: pages, condition: condition) { value in
    if case .double(let double) = value { double >= bound } else { false }
  }
}

private func wideDecimals() -> KernelCase {
  var random = Random(state: 3)
  let base = Int128(1) << 90
  let pages = (0..<pageCount).map { _ in
    ColumnPage(values: .int128((0..<pageRows).map { _ in base + Int128(random.next() >> 20) * 1_000_003 }))
  }
  let bound = base + Int128(UInt64(1) << 43) * 1_000_003
  return KernelCase(
    name: "decimals past 64 bits", type: .decimal(precision: 38, scale: 0), pages: pages, condition: "x >= \(bound)"
  ) { value in
    if case .integer(let integer) = value { integer >= bound } else { false }
  }
}

private func strings() -> KernelCase {
  var random = Random(state: 4)
  let texts = (100..<200).map { "state number \($0)" }
  let pages = (0..<pageCount).map { _ in
    ColumnPage(values: .codes((0..<pageRows).map { _ in UInt32(random.next() % 100) }))
  }
  return KernelCase(
    name: "100 strings", type: .string, pages: pages, dictionary: StringDictionary(entries: StringArray(texts)),
    condition: "x >= 'state number 150'"
  ) { value in
    if case .code(let code) = value { code >= 50 } else { false }
  }
}

private func nullable() -> KernelCase {
  var random = Random(state: 5)
  let pages = (0..<pageCount).map { _ in
    let words = (0..<pageRows / 64).map { _ in ~(random.next() & random.next() & random.next()) }
    let values = (0..<pageRows).map { row in
      words[row / 64] >> UInt64(row % 64) & 1 == 1 ? Int64(random.next() >> 50) : 0
    }
    return ColumnPage(values: .int64(values), validity: Validity(words: words, rowCount: pageRows))
  }
  return KernelCase(
    name: "14 bits, one in eight null", type: .int64, pages: pages, condition: "x >= 8192"
  ) { value in
    if case .integer(let integer) = value { integer >= 8192 } else { false }
  }
}

/// Columns of each type and, of integers, of each encoding.
func kernelCases() -> [KernelCase] {
  smallIntegers() + [nullable()] + otherIntegers() + [
    doubles("float64 of two decimals", "x >= 500", atLeast: 500) { Double($0.next() % 100_000) / 100 },
    doubles("float64 of 53 bits", "x >= 0.5", atLeast: 0.5) { Double($0.next() >> 11) / 9_007_199_254_740_992 },
    strings(),
  ]
}

private func smallIntegers() -> [KernelCase] {
  [
    integers("int64 of 8 bits", "x >= 128", atLeast: 128) { _, random in Int64(random.next() >> 56) },
    integers("int64 of 27 bits", "x >= 67108864", atLeast: 67_108_864) { _, random in Int64(random.next() >> 37) },
    integers("int64 of 64 bits", "x >= 0", atLeast: 0) { _, random in Int64(bitPattern: random.next()) },
    integers("int64 in runs of 50", "x >= 32768", atLeast: 32_768) { row, _ in
      Int64(truncatingIfNeeded: row / 50 &* 2_654_435_761) & 0xFFFF
    },
    integers("int64 that come again every 5,570 rows", "x >= 50000", atLeast: 50_000) { row, _ in
      Int64(row % 5570 * 7919 % 100_000)
    },
    integers("int64 of 8 bits with outliers", "x >= 128", atLeast: 128) { _, random in
      random.next() % 500 == 0 ? Int64(random.next() >> 24) : Int64(random.next() >> 56)
    },
  ]
}

private func otherIntegers() -> [KernelCase] {
  [
    integers("decimal of 2 places, 20 bits", "x >= 5242.88", atLeast: 524_288, type: .decimal(precision: 9, scale: 2)) {
      _, random in Int64(random.next() >> 44)
    },
    wideDecimals(),
    integers("dates, 12 bits", "x >= date '1975-08-10'", atLeast: 2047, type: .date) { _, random in
      Int64(random.next() >> 52)
    },
    integers("bool", "x", atLeast: 1, type: .bool) { _, random in Int64(random.next() & 1) },
  ]
}
