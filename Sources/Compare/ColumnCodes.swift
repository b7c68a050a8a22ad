// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// How the values of a column of both tables become small integers, equal for equal values: 0 is null; an integer is its distance from the
/// least one plus 1; a string its number among the strings of both sides plus 1.
struct ColumnCodes: Sendable {
  let pairing: ColumnPairing
  /// Code 1 of integers; 0 for strings.
  let base: Int64
  /// All codes are below this; at least 1.
  let codeCount: UInt128
  /// What the codes of each side's dictionary become; nil for integers, and where they stay (plus 1).
  private let maps: [[UInt32]?]
  /// The type in which both sides' integers are comparable.
  private let type: ColumnType

  /// nil where a side's values are no integers of 64 bits of one scale and no strings of which each has a code in a dictionary. Throws what
  /// reading a footer, a dictionary, or (of tables without stored statistics) pages throws.
  init?(_ pairing: ColumnPairing, _ source: any TableSource, _ other: any TableSource) throws {
    self.pairing = pairing
    switch pairing.comparedAs {
    case .bool, .date, .integer, .decimal, .timestamp:
      guard pairing.isNarrow else { return nil }
      // A day among timestamps is its midnight.
      type = pairing.sourceType == .date ? pairing.compareType : pairing.sourceType
      maps = [nil, nil]
      var bounds: (least: Int128, greatest: Int128)?
      for (table, position, own) in [
        (source, pairing.sourcePosition, pairing.sourceType), (other, pairing.comparePosition, pairing.compareType),
      ] {
        for chunk in 0..<table.chunkCount {
          let statistics = try table.statistics(column: position, chunk: chunk)
          guard let scaled = own.isMoved(to: type) ? statistics.rescaled(from: own, to: type) : statistics else {
            return nil
          }
          guard case .integer(let least, let greatest, _) = scaled.bounds else { continue }
          bounds = (min(bounds?.least ?? least, least), max(bounds?.greatest ?? greatest, greatest))
        }
      }
      guard let least = Int64(exactly: bounds?.least ?? 0) else { return nil }
      base = least
      codeCount = bounds.map { UInt128($0.greatest - $0.least) + 2 } ?? 1
    case .string:
      guard try source.holdsOnlyCodes(column: pairing.sourcePosition),
        try other.holdsOnlyCodes(column: pairing.comparePosition)
      else { return nil }
      let union = DictionaryUnion(
        [
          try source.dictionary(column: pairing.sourcePosition), try other.dictionary(column: pairing.comparePosition),
        ], entryLimit: .max, byteLimit: .max)
      maps = [union.map(of: 0), union.map(of: 1)]
      type = .string
      base = 0
      codeCount = UInt128(union.dictionary?.count ?? 0) + 1
    case .float64, .printedNumber, .text: return nil
    }
  }

  /// True if every code, and one more, fits 32 bits.
  var isNarrow: Bool { codeCount < UInt128(UInt32.max) }

  /// Reads a chunk and gives its codes to `body`, one per row, modulo 2^64 for integers. Throws what reading throws.
  func withCodes(
    _ table: any TableSource, _ side: ComparedSide, chunk: Int, _ body: (CodeRun) throws -> Void
  ) throws {
    let isSource = side == .source
    let page = try table.page(column: isSource ? pairing.sourcePosition : pairing.comparePosition, chunk: chunk)
    let own = isSource ? pairing.sourceType : pairing.compareType
    let moved = own.isMoved(to: type) ? page.rescaled(from: own, to: type) : page
    switch moved.values {
    case .int64(let values):
      try values.withUnsafeBufferPointer {
        try body(CodeRun(content: .integers($0, base: base), validity: page.validity))
      }
    case .codes(let codes):
      let map = maps[isSource ? 0 : 1]
      try codes.withUnsafeBufferPointer { codes in
        guard let map, !map.isEmpty else {
          return try body(CodeRun(content: .codes(codes), validity: page.validity))
        }
        try map.withUnsafeBufferPointer {
          try body(CodeRun(content: .mapped(codes, $0), validity: page.validity))
        }
      }
    default:
      // A column whose pages are nulls alone may hold no codes.
      precondition(page.validity == .allNull, "integers or codes expected")
      try withExtendedLifetime([UInt32](repeating: 0, count: page.rowCount)) { zeros in
        try zeros.withUnsafeBufferPointer { try body(CodeRun(content: .codes($0), validity: .allNull)) }
      }
    }
  }
}

extension ColumnType {
  /// True if values change when they are brought to `other`, of the same scale.
  fileprivate func isMoved(to other: ColumnType) -> Bool { self == .date && other != .date }
}

/// The codes of one chunk, written out where they are wanted.
struct CodeRun {
  enum Content {
    case integers(UnsafeBufferPointer<Int64>, base: Int64)
    case codes(UnsafeBufferPointer<UInt32>)
    case mapped(UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<UInt32>)
  }

  let content: Content
  let validity: Validity

  var count: Int {
    switch content {
    case .integers(let values, _): values.count
    case .codes(let codes), .mapped(let codes, _): codes.count
    }
  }

  /// Gives the codes, of a column where they fit 32 bits, to `body`.
  func withNarrowCodes(_ body: (UnsafeBufferPointer<UInt32>) -> Void) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: count) { codes in
      if let start = codes.baseAddress { add(to: start, factor: 0) }
      body(UnsafeBufferPointer(codes))
    }
  }

  /// Sets `out[i]` to `out[i] * factor` + row `i`'s code, modulo 2^bits of `T`; with factor 0, `out` needs not be initialised before.
  @inline(__always)
  func add<T: FixedWidthInteger & UnsignedInteger>(to out: UnsafeMutablePointer<T>, factor: T) {
    switch content {
    case .integers(let values, let base):
      let offset = base &- 1
      write(out, factor) { T(truncatingIfNeeded: values[$0] &- offset) }
    case .codes(let codes): write(out, factor) { T(truncatingIfNeeded: codes[$0]) &+ 1 }
    // Codes were checked against their dictionary, which the map has an entry for each of.
    case .mapped(let codes, let map): write(out, factor) { T(truncatingIfNeeded: map[Int(codes[$0])]) &+ 1 }
    }
  }

  @inline(__always)
  private func write<T: FixedWidthInteger & UnsignedInteger>(
    _ out: UnsafeMutablePointer<T>, _ factor: T, _ code: (Int) -> T
  ) {
    let count = count
    switch validity {
    case .allNull:
      if factor == 0 { out.initialize(repeating: 0, count: count) } else { for i in 0..<count { out[i] &*= factor } }
    case .allValid:
      if factor == 0 {
        for i in 0..<count { out[i] = code(i) }
      } else {
        for i in 0..<count { out[i] = out[i] &* factor &+ code(i) }
      }
    case .bits(let words):
      words.withUnsafeBufferPointer { words in
        for i in 0..<count {
          let isValid = words[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1 == 1
          out[i] = (factor == 0 ? 0 : out[i] &* factor) &+ (isValid ? code(i) : 0)
        }
      }
    }
  }
}
