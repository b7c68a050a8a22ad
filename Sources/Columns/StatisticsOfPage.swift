// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension PageStatistics {
  /// Bytes kept of a string bound; longer ones are cut.
  public static let stringBoundLimit = 32

  /// Computes the statistics of a decoded page. O(rows); for dictionary codes O(rows + dictionary), once for each dictionary also its sorting where
  /// that has no more strings than the page has rows.
  public init(of page: ColumnPage, dictionary: StringDictionary?) {
    let validity = page.validity
    var bounds = Bounds.none
    var floatRange: FloatRange?
    switch page.values {
    case .int64(let values):
      bounds = integerBounds(values, validity) { Int128($0) }
    case .int128(let values):
      bounds = integerBounds(values, validity) { $0 }
    case .float64(let values):
      (bounds, floatRange) = floatBounds(values, validity)
    case .codes(let codes):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      var used = [Bool](repeating: false, count: dictionary.count)
      for row in codes.indices where validity.isValid(row) { used[Int(codes[row])] = true }
      let entries = dictionary.entries
      bounds = entries.bytes.withUnsafeBytes { bytes -> Bounds in
        // A page of few rows does not pay for the sorting of a large dictionary, which may be another for the next page.
        let ranks = dictionary.knownRanks ?? (dictionary.count > codes.count ? nil : dictionary.ranks)
        func precedes(_ a: Int, _ b: Int) -> Bool {
          ranks.map { $0[a] < $0[b] }
            ?? bytes[entries.range(a)].lexicographicallyPrecedes(bytes[entries.range(b)])
        }
        var lowest: Int?
        var highest: Int?
        for code in used.indices where used[code] {
          if lowest.map({ precedes(code, $0) }) ?? true { lowest = code }
          if highest.map({ precedes($0, code) }) ?? true { highest = code }
        }
        guard let lowest, let highest else { return .none }
        return .strings(minimum: bytes[entries.range(lowest)], maximum: bytes[entries.range(highest)])
      }
    case .strings(let strings):
      bounds = strings.bytes.withUnsafeBytes { bytes -> Bounds in
        var lowest: Slice<UnsafeRawBufferPointer>?
        var highest: Slice<UnsafeRawBufferPointer>?
        for row in 0..<strings.count where validity.isValid(row) {
          let text = bytes[strings.range(row)]
          if lowest.map({ text.lexicographicallyPrecedes($0) }) ?? true { lowest = text }
          if highest.map({ $0.lexicographicallyPrecedes(text) }) ?? true { highest = text }
        }
        guard let lowest, let highest else { return .none }
        return .strings(minimum: lowest, maximum: highest)
      }
    }
    self.init(
      rowCount: page.rowCount, nullCount: page.nullCount, bounds: bounds, floatRange: floatRange)
  }
}

private func integerBounds<T: FixedWidthInteger>(
  _ values: [T], _ validity: Validity, _ widen: (T) -> Int128
) -> PageStatistics.Bounds {
  var minimum = T.max
  var maximum = T.min
  var sum: Int128 = 0
  var overflowed = false
  var any = false
  for row in values.indices where validity.isValid(row) {
    any = true
    minimum = min(minimum, values[row])
    maximum = max(maximum, values[row])
    let (partial, overflow) = sum.addingReportingOverflow(widen(values[row]))
    sum = partial
    overflowed = overflowed || overflow
  }
  guard any else { return .none }
  return .integer(minimum: widen(minimum), maximum: widen(maximum), sum: overflowed ? nil : sum)
}

private func floatBounds(
  _ values: [Double], _ validity: Validity
) -> (PageStatistics.Bounds, PageStatistics.FloatRange) {
  var minimum = Double.infinity
  var maximum = -Double.infinity
  var any = false
  var lowestBit = Int.max
  var highestBit = Int.min
  var hasNonFinite = false
  for row in values.indices where validity.isValid(row) {
    let value = values[row]
    if !value.isFinite { hasNonFinite = true }
    if value.isNaN { continue }
    any = true
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    if value.isFinite, value != 0 {
      // significandWidth counts the bits after the leading one up to the last bit set.
      lowestBit = min(lowestBit, Int(value.exponent) - value.significandWidth)
      highestBit = max(highestBit, Int(value.exponent) + 1)
    }
  }
  if lowestBit == Int.max { (lowestBit, highestBit) = (0, 0) }
  let range = PageStatistics.FloatRange(lowestBit: lowestBit, highestBit: highestBit, hasNonFinite: hasNonFinite)
  // Adding 0.0 turns -0.0 into 0.0 and leaves every other number.
  return (any ? .float(minimum: minimum + 0.0, maximum: maximum + 0.0) : .none, range)
}

extension PageStatistics.Bounds {
  /// Bounds of strings whose least and greatest these are, byte by byte. Long ones are cut: a prefix bounds from below; from above, the prefix
  /// with its last byte that is not 255 raised by one. O(1): no more is copied than is kept.
  public static func strings(minimum: some Collection<UInt8>, maximum: some Collection<UInt8>) -> Self {
    let limit = PageStatistics.stringBoundLimit
    var upper = Array(maximum.prefix(limit))
    if minimum.count <= limit, maximum.count <= limit {
      return .string(minimum: Array(minimum), maximum: upper, exact: true)
    }
    if maximum.count > limit {
      // Valid UTF-8 has no byte 255, so the last byte can always be raised.
      upper[upper.count - 1] += 1
    }
    return .string(minimum: Array(minimum.prefix(limit)), maximum: upper, exact: false)
  }
}
