// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// The values of a carried column of a piece's rows, in order of part. The memory is not its own.
struct CarriedValues {
  private enum Values {
    /// Integers that fit 32 bits.
    case narrow(UnsafeMutablePointer<Int32>)
    /// Integers, or the bits of doubles.
    case full(UnsafeMutablePointer<Int64>)
    case wide(UnsafeMutablePointer<Int128>)
    /// Codes of strings, those of all inputs.
    case codes(UnsafeMutablePointer<UInt32>)
    /// No row has a value.
    case none
  }

  private let values: Values
  /// Bits as in `Validity`; nil where all rows have a value, or none has.
  private let validity: [UInt64]?

  /// Puts `rows` of `page` where `places` say: each row's number in the piece. `map` renames codes, nil where they stay; `allocate` hands out
  /// so many bytes. O(rows).
  init(
    _ page: ColumnPage, rows: Range<Int>, places: UnsafePointer<UInt32>, map: [UInt32]?,
    allocate: (Int) -> UnsafeMutableRawPointer
  ) {
    func scattered<Value, Stored: BitwiseCopyable>(
      _ values: [Value], _ stored: (Value) -> Stored
    ) -> UnsafeMutablePointer<Stored> {
      let memory = allocate(rows.count * MemoryLayout<Stored>.stride)
        .bindMemory(to: Stored.self, capacity: rows.count)
      values[rows].withUnsafeBufferPointer { values in
        // In range: places are a permutation of the piece's rows.
        for row in 0..<values.count { memory[Int(places[row])] = stored(values[row]) }
      }
      return memory
    }
    validity = scatteredBits(page.validity, rows, places)
    if case .allNull = page.validity {
      values = .none
      return
    }
    switch page.values {
    case .int64(let integers):
      let isNarrow = integers[rows].withUnsafeBufferPointer(magnitudeBits) <= 31
      values =
        isNarrow ? .narrow(scattered(integers) { Int32(truncatingIfNeeded: $0) }) : .full(scattered(integers) { $0 })
    case .int128(let integers): values = .wide(scattered(integers) { $0 })
    case .float64(let doubles): values = .full(scattered(doubles) { Int64(bitPattern: $0.bitPattern) })
    case .codes(let codes):
      guard let map else {
        values = .codes(scattered(codes) { $0 })
        return
      }
      // Slots of null rows may hold codes that there are not.
      values = .codes(scattered(codes) { Int($0) < map.count ? map[Int($0)] : 0 })
    case .strings: preconditionFailure("whole strings are not carried")
    }
  }

  /// Adds the values of `rows` to `batch`, in order.
  func copy(_ rows: Range<Int>, to batch: CarriedBatch) {
    let first = rows.lowerBound
    switch values {
    case .narrow(let values):
      let numbers = batch.freeNarrow
      for row in 0..<rows.count { numbers[row] = Int64(values[first + row]) }
    case .full(let values): batch.freeNarrow.update(from: values + first, count: rows.count)
    case .wide(let values): batch.freeWide.update(from: values + first, count: rows.count)
    case .codes(let values): batch.put(codes: values + first, count: rows.count)
    case .none: return batch.note(rows.count) { _ in false }
    }
    guard let validity else { return batch.note(rows.count) }
    batch.note(rows.count) { validity[(first + $0) >> 6] >> UInt64((first + $0) & 63) & 1 == 1 }
  }
}

/// Bits of `rows` of a page where `places` say; nil where there are none.
private func scatteredBits(_ validity: Validity, _ rows: Range<Int>, _ places: UnsafePointer<UInt32>) -> [UInt64]? {
  guard case .bits(let bits) = validity else { return nil }
  var scattered = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
  scattered.withUnsafeMutableBufferPointer { scattered in
    for (index, row) in rows.enumerated() {
      let place = Int(places[index])
      scattered[place >> 6] |= (bits[row >> 6] >> UInt64(row & 63) & 1) << UInt64(place & 63)
    }
  }
  return scattered
}

/// Values of a carried column of one part's rows, side by side as accumulators ask for them. One worker's; its memory is used again.
final class CarriedBatch {
  private let column: CarriedColumn
  /// What accumulators see of a code; empty where that is the code.
  private let ranks: [UInt32]
  /// Integers, bits of doubles, codes or ranks; of no column both this and ``wide``.
  private let narrow: UnsafeMutablePointer<Int64>
  private let wide: UnsafeMutablePointer<Int128>
  /// Bits of rows without value: most often, none is touched.
  private var nulls: [UInt64]
  private var count = 0
  private var nullCount = 0

  /// Room for `capacity` rows.
  init(_ column: CarriedColumn, ranks: [UInt32], capacity: Int) {
    self.column = column
    self.ranks = ranks
    narrow = zeroed(column.column.type.isWide ? 1 : capacity)
    wide = zeroed(column.column.type.isWide ? capacity : 1)
    nulls = [UInt64](repeating: 0, count: (capacity + 63) / 64)
  }

  deinit {
    narrow.deallocate()
    wide.deallocate()
  }

  /// Where the next rows' values go.
  fileprivate var freeNarrow: UnsafeMutablePointer<Int64> { narrow + count }
  fileprivate var freeWide: UnsafeMutablePointer<Int128> { wide + count }

  fileprivate func put(codes: UnsafePointer<UInt32>, count: Int) {
    let numbers = freeNarrow
    if ranks.isEmpty {
      for row in 0..<count { numbers[row] = Int64(codes[row]) }
      return
    }
    ranks.withUnsafeBufferPointer { ranks in
      // Slots of null rows may hold codes that there are not.
      for row in 0..<count { numbers[row] = Int(codes[row]) < ranks.count ? Int64(ranks[Int(codes[row])]) : 0 }
    }
  }

  /// Takes the rows whose values were put, all of which have one.
  fileprivate func note(_ rowCount: Int) { count += rowCount }

  /// The same where some have none.
  fileprivate func note(_ rowCount: Int, isValid: (Int) -> Bool) {
    for row in 0..<rowCount where !isValid(row) {
      nulls[(count + row) >> 6] |= 1 << UInt64((count + row) & 63)
      nullCount += 1
    }
    count += rowCount
  }

  /// The rows as a page, and none are left here.
  func takePage() -> ColumnPage {
    let words = (count + 63) / 64
    defer {
      if nullCount > 0 { for word in 0..<words { nulls[word] = 0 } }
      (count, nullCount) = (0, 0)
    }
    var validity = Validity.allValid
    if nullCount > 0 {
      var bits = nulls[..<words].map { ~$0 }
      if count & 63 > 0 { bits[words - 1] &= 1 << UInt64(count & 63) - 1 }
      validity = nullCount == count ? .allNull : .bits(bits)
    }
    if column.column.type.isWide {
      return ColumnPage(values: .int128(Array(UnsafeBufferPointer(start: wide, count: count))), validity: validity)
    }
    if column.column.type == .float64 {
      let doubles = narrow.withMemoryRebound(to: Double.self, capacity: count) {
        Array(UnsafeBufferPointer(start: $0, count: count))
      }
      return ColumnPage(values: .float64(doubles), validity: validity)
    }
    return ColumnPage(values: .int64(Array(UnsafeBufferPointer(start: narrow, count: count))), validity: validity)
  }
}
