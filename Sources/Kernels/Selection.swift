// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Moves the value that `rank` (from 0) has in ascending order to that place, none greater before it and none smaller behind.
///
/// Quickselect with the median of three as pivot, and a sort of what is left after too many bad pivots: O(n) for nearly all inputs,
/// O(n log n) for the worst. Precondition: `rank` is below the number of values.
package func select(_ values: UnsafeMutableBufferPointer<Int64>, rank: Int) { selectRank(values, rank) }

/// The same for 32 bits.
package func select(_ values: UnsafeMutableBufferPointer<Int32>, rank: Int) { selectRank(values, rank) }

/// The same for 128 bits.
package func select(_ values: UnsafeMutableBufferPointer<Int128>, rank: Int) { selectRank(values, rank) }

@inline(__always)
private func selectRank<T: FixedWidthInteger>(_ values: UnsafeMutableBufferPointer<T>, _ rank: Int) {
  precondition(rank >= 0 && rank < values.count, "a rank below the number of values")
  var low = 0
  var high = values.count
  var badPivotsLeft = 2 * (Int.bitWidth - values.count.leadingZeroBitCount)
  while high - low > 16 {
    guard badPivotsLeft > 0 else {
      var rest = UnsafeMutableBufferPointer(rebasing: values[low..<high])
      rest.sort()
      return
    }
    let pivot = medianOfThree(values[low], values[low + (high - low) / 2], values[high - 1])
    let smaller = partition(values, low, high) { $0 < pivot }
    if rank < smaller {
      if smaller - low > (high - low) / 8 * 7 { badPivotsLeft -= 1 }
      high = smaller
      continue
    }
    guard smaller - low < (high - low) / 8 else {
      low = smaller
      continue
    }
    // Few are smaller: perhaps many are equal, which leave at once.
    let equal = partition(values, smaller, high) { $0 == pivot }
    if rank < equal { return }
    if high - equal > (high - low) / 8 * 7 { badPivotsLeft -= 1 }
    low = equal
  }
  sortFew(values, low, high)
}

/// Moves those that `belong` to the front, and returns where the others begin. No branch depends on a value.
@inline(__always)
private func partition<T: FixedWidthInteger>(
  _ values: UnsafeMutableBufferPointer<T>, _ low: Int, _ high: Int, _ belongs: (T) -> Bool
) -> Int {
  var end = low
  for i in low..<high {
    let value = values[i]
    values[i] = values[end]
    values[end] = value
    end &+= belongs(value) ? 1 : 0
  }
  return end
}

@inline(__always)
private func medianOfThree<T: FixedWidthInteger>(_ a: T, _ b: T, _ c: T) -> T {
  max(min(a, b), min(max(a, b), c))
}

@inline(__always)
func sortFew<T: FixedWidthInteger>(_ values: UnsafeMutableBufferPointer<T>, _ low: Int, _ high: Int) {
  for i in low..<high {
    let value = values[i]
    var place = i
    while place > low, values[place &- 1] > value {
      values[place] = values[place &- 1]
      place &-= 1
    }
    values[place] = value
  }
}
