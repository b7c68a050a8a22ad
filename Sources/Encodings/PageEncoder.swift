// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A page turned into bytes, before compression.
package struct EncodedValues: Sendable {
  /// How.
  package var encoding: PageEncoding
  /// The values' bytes, then the validity's.
  package var bytes: [UInt8]
  /// Hash of the logical values, see ``contentHash(physical:scale:rowCount:nullCount:parts:)``.
  package var contentHash: UInt128
  /// What was seen on the way; for codes only the counts.
  package var statistics: PageStatistics

  package init(encoding: PageEncoding, bytes: [UInt8], contentHash: UInt128, statistics: PageStatistics) {
    self.encoding = encoding
    self.bytes = bytes
    self.contentHash = contentHash
    self.statistics = statistics
  }
}

/// Encodes a page in what costs least by `policy`. `scale` is that of its decimals, else 0.
///
/// 128-bit values that all fit 64 bits are stored as 64-bit ones. Null slots may hold anything. Precondition: at most 2^31
/// rows; strings have at most 1 GiB (callers check). Cost: some 1-2 ns a value.
package func encodePage(
  _ page: ColumnPage, scale: Int, policy: EncodingPolicy = .withoutCodec
) -> EncodedValues {
  let rowCount = page.rowCount
  let nullCount = page.nullCount
  guard nullCount < rowCount else {
    return EncodedValues(
      encoding: .allNull, bytes: [],
      contentHash: contentHash(
        physical: .none, scale: 0, rowCount: rowCount, nullCount: nullCount, parts: [], validity: []),
      statistics: PageStatistics(rowCount: rowCount, nullCount: nullCount, bounds: .none))
  }
  var builder = PageBuilder(
    rowCount: rowCount, nullCount: nullCount, scale: scale, validity: page.validity, policy: policy)
  builder.encode(page.values)
  return builder.finished()
}

/// Hash and statistics of a page, as its encoder computes them. Precondition: null slots are zero.
package func factsOfPage(
  _ page: ColumnPage, scale: Int
) -> (physical: PhysicalType, contentHash: UInt128, statistics: PageStatistics) {
  guard page.nullCount < page.rowCount else {
    let nothing = encodePage(page, scale: scale)
    return (.none, nothing.contentHash, nothing.statistics)
  }
  var builder = PageBuilder(
    rowCount: page.rowCount, nullCount: page.nullCount, scale: scale, validity: page.validity, policy: nil)
  builder.encode(page.values)
  return (builder.physical, builder.hash, builder.statistics)
}

/// The canonical hash of a page: equal rows give equal hashes, however they are encoded and compressed.
///
/// Null slots count as zero (empty). Codes are hashed as codes: two such pages hold the same strings only if their
/// dictionaries agree on the codes used. The rule is section 7 of the chunk file specification.
func contentHash(
  physical: PhysicalType, scale: Int, rowCount: Int, nullCount: Int, parts: [UnsafeRawBufferPointer],
  validity words: [UInt64]
) -> UInt128 {
  var writer = ByteWriter()
  writer.append(physical.rawValue)
  writer.append(UInt8(scale))
  writer.append(UInt16(0))
  writer.append(UInt32(rowCount))
  writer.append(UInt32(nullCount))
  writer.append(UInt32(0))
  for part in parts { writer.append(wideHash(part)) }
  if nullCount > 0, !words.isEmpty {
    words.withUnsafeBytes { writer.append(wideHash(UnsafeRawBufferPointer(rebasing: $0[..<((rowCount + 7) / 8)]))) }
  }
  return wideHash(writer.bytes)
}

private struct PageBuilder {
  let rowCount: Int
  let nullCount: Int
  let scale: Int
  let validity: Validity
  /// nil: only hash and statistics are wanted.
  let policy: EncodingPolicy?
  var physical = PhysicalType.none
  var values = ValuesEncoding.none
  var bytes: [UInt8] = []
  var hash: UInt128 = 0
  var bounds = PageStatistics.Bounds.none
  var floatRange: PageStatistics.FloatRange?

  init(rowCount: Int, nullCount: Int, scale: Int, validity: Validity, policy: EncodingPolicy?) {
    self.rowCount = rowCount
    self.nullCount = nullCount
    self.scale = scale
    self.validity = validity
    self.policy = policy
  }

  private var words: [UInt64] {
    if case .bits(let words) = validity { return words }
    return []
  }

  mutating func finished() -> EncodedValues {
    let validityEncoding = encodeValidity(nullCount == 0 ? .allValid : validity, rowCount: rowCount, into: &bytes)
    return EncodedValues(
      encoding: PageEncoding(physical: physical, values: values, validity: validityEncoding), bytes: bytes,
      contentHash: hash, statistics: statistics)
  }

  var statistics: PageStatistics {
    PageStatistics(rowCount: rowCount, nullCount: nullCount, bounds: bounds, floatRange: floatRange)
  }

  mutating func encode(_ source: PageValues) {
    switch source {
    case .int64(let values): encode(values)
    case .int128(let values): if let narrow = narrowed(values) { encode(narrow) } else { encode(values) }
    case .float64(let values): encode(values)
    case .codes(let codes): encode(codes)
    case .strings(let strings): encode(strings)
    }
  }

  mutating func encode(_ source: [Int64]) {
    physical = .int64
    let (filled, summary) = prepared(source) { summarize($0) }
    encodeFilled(filled, summary)
    setIntegerBounds(summary)
  }

  mutating func encode(_ source: [Int128]) {
    physical = .int128
    let (filled, summary) = prepared(source) { summarize($0) }
    encodeFilled(filled, summary)
    setIntegerBounds(summary)
  }

  mutating func encode(_ source: [UInt32]) {
    physical = .codes
    let (filled, summary) = prepared(source) { summarize($0) }
    encodeFilled(filled, summary)
  }

  /// Hashes the values with nulls as zero, then fills the nulls with the least value and summarises that.
  private mutating func prepared<T: StreamInteger>(
    _ source: [T], summarize: (UnsafeBufferPointer<T>) -> IntegerSummary<T>
  ) -> ([T], IntegerSummary<T>) {
    guard nullCount > 0 else {
      setHash(source)
      return (source, source.withUnsafeBufferPointer(summarize))
    }
    var filled = source
    let words = self.words
    filled.withUnsafeMutableBufferPointer { fillNulls($0, words, with: 0) }
    setHash(filled)
    guard let firstValid = words.firstIndex(where: { $0 != 0 }) else {
      preconditionFailure("counts contradict validity")
    }
    let someValue = filled[firstValid * 64 + words[firstValid].trailingZeroBitCount]
    filled.withUnsafeMutableBufferPointer { fillNulls($0, words, with: someValue) }
    let minimum = filled.withUnsafeBufferPointer(summarize).minimum
    filled.withUnsafeMutableBufferPointer { fillNulls($0, words, with: minimum) }
    return (filled, filled.withUnsafeBufferPointer(summarize))
  }

  private mutating func setHash<T>(_ values: [T]) {
    hash = values.withUnsafeBytes {
      contentHash(
        physical: physical, scale: scale, rowCount: rowCount, nullCount: nullCount, parts: [$0], validity: words)
    }
  }

  private mutating func encodeFilled<T: StreamInteger>(_ filled: [T], _ summary: IntegerSummary<T>) {
    guard let policy else { return }
    values = .integers(
      filled.withUnsafeBufferPointer { encodeIntegers($0, summary: summary, policy: policy, into: &bytes) })
  }

  private mutating func setIntegerBounds<T: StreamInteger>(_ summary: IntegerSummary<T>) {
    let minimum = Int128(summary.minimum)
    // Null slots hold the minimum; they must not count.
    let (surplus, overflow) = minimum.multipliedReportingOverflow(by: Int128(nullCount))
    let sum = summary.sum.flatMap { total -> Int128? in
      let (exact, wrapped) = total.subtractingReportingOverflow(surplus)
      return overflow || wrapped ? nil : exact
    }
    bounds = .integer(minimum: minimum, maximum: Int128(summary.maximum), sum: sum)
  }

  /// The values as 64-bit ones, nil if one that counts does not fit.
  func narrowed(_ source: [Int128]) -> [Int64]? {
    var result = [Int64](repeating: 0, count: source.count)
    for row in source.indices {
      guard let narrow = Int64(exactly: source[row]) else {
        if validity.isValid(row) { return nil }
        continue
      }
      result[row] = narrow
    }
    return result
  }

  mutating func encode(_ source: [Double]) {
    physical = .float64
    var filled = source
    if nullCount > 0 { filled.withUnsafeMutableBufferPointer { fillNulls($0, words, with: 0) } }
    setHash(filled)
    let statistics = PageStatistics(of: ColumnPage(values: .float64(filled), validity: validity), dictionary: nil)
    bounds = statistics.bounds
    floatRange = statistics.floatRange
    if let policy { values = encodeFloats(filled, policy) }
  }

  /// As decimals where that takes less, else by their bits.
  private mutating func encodeFloats(_ source: [Double], _ policy: EncodingPolicy) -> ValuesEncoding {
    var bitBytes: [UInt8] = []
    let patterns = source.map { Int64(bitPattern: $0.bitPattern) }
    let bits = encodeIntegers(patterns, policy: policy, depth: 2, into: &bitBytes)
    var decimalBytes: [UInt8] = []
    let decimals = source.withUnsafeBufferPointer { encodeDecimalFloats($0, policy: policy, into: &decimalBytes) }
    if let decimals, decimalBytes.count < bitBytes.count || (bits.hasPlanes && !decimals.integers.hasPlanes) {
      bytes.append(contentsOf: decimalBytes)
      return .decimalFloats(decimals)
    }
    bytes.append(contentsOf: bitBytes)
    return .floatBits(bits)
  }

  mutating func encode(_ source: StringArray) {
    physical = .strings
    let strings = nullCount == 0 ? source : withoutNullBytes(source)
    hash = strings.bytes.withUnsafeBytes { text in
      let offsets = strings.offsets
      let lengths = (0..<strings.count).map { offsets[$0 + 1] - offsets[$0] }
      return lengths.withUnsafeBytes {
        contentHash(
          physical: physical, scale: 0, rowCount: rowCount, nullCount: nullCount, parts: [$0, text], validity: words)
      }
    }
    if let extremes = extremeRows(strings, validity) {
      bounds = strings.withUTF8(extremes.lowest) { lowest in
        strings.withUTF8(extremes.highest) { .strings(minimum: lowest, maximum: $0) }
      }
    }
    if let policy { values = encodeStrings(strings, policy: policy, into: &bytes) }
  }

  private func withoutNullBytes(_ source: StringArray) -> StringArray {
    var result = StringArray(reservingStrings: source.count, totalBytes: source.bytes.count)
    let empty = UnsafeRawBufferPointer(start: nil, count: 0)
    for row in 0..<source.count {
      if validity.isValid(row) { source.withUTF8(row) { result.append($0) } } else { result.append(empty) }
    }
    return result
  }
}
