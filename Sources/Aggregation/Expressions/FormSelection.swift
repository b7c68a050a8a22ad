// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// More stretches than these are not compared one by one with a whole page.
private let comparedRanges = 4

extension PageForm {
  /// Rows, null ones included, whose value is in `set`; nil if the page must be decoded.
  func select(_ set: ValueSet<Int128>) -> Selection? {
    let set = set.divided(by: factor)
    switch content {
    case .constant(let value): return set.contains(value) ? .all : Selection.none
    case .runs(let values, let lengths): return selectRuns(values, lengths) { set.contains(Int128($0)) }
    case .packed(let packed): return select(set, in: packed)
    case .decoded(.int64(let values)): return values.withUnsafeBufferPointer { select(set, in: $0) }
    case .decoded(.int128(let values)): return selection(rowCount: rowCount) { set.contains(values[$0]) }
    case .decoded(.float64(let values)):
      let ordered = values.map { orderedBits($0) }
      return ordered.withUnsafeBufferPointer { select(set, in: $0) }
    case .decoded(.codes), .decoded(.strings): preconditionFailure("strings compared with integers")
    }
  }

  /// Rows, null ones included, whose code has a 1 in `flags`; nil if the page must be decoded.
  func select(flags: UnsafeBufferPointer<UInt8>) -> Selection? {
    switch content {
    case .constant(let code):
      guard code >= 0, code < flags.count else { return nil }
      return flags[Int(code)] == 1 ? .all : Selection.none
    case .runs(let codes, let lengths):
      guard codes.allSatisfy({ $0 >= 0 && $0 < flags.count }) else { return nil }
      return selectRuns(codes, lengths) { flags[Int($0)] == 1 }
    case .packed(let packed):
      // Codes are counted from 0, so a reference is rare: such a page is decoded.
      guard packed.reference == 0, packed.bitWidth <= 32 else { return nil }
      var isSound = false
      let words = makeWords { words in
        isSound = packedLookUp(packed.bytes, count: rowCount, bitWidth: packed.bitWidth, flags: flags, into: words)
      }
      return isSound ? .some(words) : nil
    case .decoded(.codes(let codes)):
      return .some(codes.withUnsafeBufferPointer { codes in makeWords { lookUp(codes, flags: flags, into: $0) } })
    case .decoded: preconditionFailure("codes expected")
    }
  }

  private func selectRuns(_ values: [Int64], _ lengths: [UInt32], _ isIn: (Int64) -> Bool) -> Selection {
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    var row = 0
    for (run, value) in values.enumerated() {
      let end = row + Int(lengths[run])
      if isIn(value) { setBits(&words, row..<end) }
      row = end
    }
    return .some(words)
  }

  private func select(_ set: ValueSet<Int128>, in packed: PackedIntegers) -> Selection? {
    let greatestOfWidth: UInt64 = packed.bitWidth == 0 ? 0 : ~0 >> UInt64(64 - packed.bitWidth)
    let reference = Int128(packed.reference)
    let ranges = set.ranges(in: reference...reference + Int128(greatestOfWidth)).map { range in
      UInt64(range.lowerBound - reference)...UInt64(range.upperBound - reference)
    }
    let greatestHere = min(packed.greatestOffset, greatestOfWidth)
    guard ranges.count <= comparedRanges else { return selectListed(ranges, in: packed, greatestOffset: greatestHere) }
    var greatest: UInt64 = 0
    var selection = Selection.none
    for range in ranges {
      let words = makeWords { words in
        greatest = packedInRange(packed.bytes, count: rowCount, bitWidth: packed.bitWidth, range: range, into: words)
      }
      selection = selection.joined(with: .some(words))
    }
    return greatest <= packed.greatestOffset ? selection : nil
  }

  /// Each offset looked up in a table of all there are, if these are few for the page's rows; nil if the page must be decoded.
  private func selectListed(
    _ ranges: [ClosedRange<UInt64>], in packed: PackedIntegers, greatestOffset: UInt64
  ) -> Selection? {
    guard packed.bitWidth <= 32, greatestOffset < UInt64(max(4 * rowCount, 1024)) else { return nil }
    var flags = [UInt8](repeating: 0, count: Int(greatestOffset) + 1)
    for range in ranges where range.lowerBound <= greatestOffset {
      for offset in range.lowerBound...min(range.upperBound, greatestOffset) { flags[Int(offset)] = 1 }
    }
    var isSound = false
    let words = makeWords { words in
      isSound = flags.withUnsafeBufferPointer {
        packedLookUp(packed.bytes, count: rowCount, bitWidth: packed.bitWidth, flags: $0, into: words)
      }
    }
    return isSound ? .some(words) : nil
  }

  private func select(_ set: ValueSet<Int128>, in values: UnsafeBufferPointer<Int64>) -> Selection {
    let ranges = set.ranges(in: Int128(Int64.min)...Int128(Int64.max)).map { range in
      Int64(range.lowerBound)...Int64(range.upperBound)
    }
    guard ranges.count <= comparedRanges else { return search(ranges, in: values) }
    return ranges.reduce(Selection.none) { selection, range in
      selection.joined(with: .some(makeWords { integersInRange(values, range: range, into: $0) }))
    }
  }

  /// A binary search per row, for the last stretch that starts at or below the value.
  private func search(_ ranges: [ClosedRange<Int64>], in values: UnsafeBufferPointer<Int64>) -> Selection {
    selection(rowCount: rowCount) { row in
      let value = values[row]
      var (low, high) = (0, ranges.count)
      while low < high {
        let middle = (low + high) / 2
        if ranges[middle].lowerBound <= value { low = middle + 1 } else { high = middle }
      }
      return low > 0 && value <= ranges[low - 1].upperBound
    }
  }

  /// A bit a row, all of which `body` sets or clears.
  private func makeWords(_ body: (UnsafeMutableBufferPointer<UInt64>) -> Void) -> [UInt64] {
    let count = (rowCount + 63) / 64
    return [UInt64](unsafeUninitializedCapacity: count) { words, initialized in
      words.initialize(repeating: 0)
      body(UnsafeMutableBufferPointer(rebasing: words[..<count]))
      initialized = count
    }
  }
}

/// Rows that pass, asked one by one.
func selection(rowCount: Int, _ passes: (Int) -> Bool) -> Selection {
  var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
  for row in 0..<rowCount where passes(row) { words[row >> 6] |= 1 << UInt64(row & 63) }
  return .some(words)
}
