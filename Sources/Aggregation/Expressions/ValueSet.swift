// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A set of values of an ordered kind, as stretches: comparisons, `between` and `in`, joined in any way, are all of this kind.
///
/// Going from the least value up, one is inside or outside at first, and changes over at each cut.
struct ValueSet<Bound: Comparable & Sendable>: Sendable, Equatable {
  /// A place between values: just before a value, or just after it.
  struct Cut: Comparable, Sendable {
    let bound: Bound
    let isAfter: Bool

    static func < (a: Cut, b: Cut) -> Bool {
      a.bound == b.bound ? !a.isAfter && b.isAfter : a.bound < b.bound
    }
  }

  /// Whether values below the first cut are in.
  let startsInside: Bool
  /// Ascending, no two alike.
  let cuts: [Cut]

  /// Nothing.
  static var empty: ValueSet { ValueSet(startsInside: false, cuts: []) }

  /// All values on the lower side of `cut`.
  static func below(_ cut: Cut) -> ValueSet { ValueSet(startsInside: true, cuts: [cut]) }

  /// All values between two cuts. Precondition: `low` is before `high`.
  static func between(_ low: Cut, _ high: Cut) -> ValueSet { ValueSet(startsInside: false, cuts: [low, high]) }

  /// All values that are not in the set.
  var complement: ValueSet { ValueSet(startsInside: !startsInside, cuts: cuts) }

  /// Values that are in all of `sets`. O(n log n) in cuts.
  static func intersection(_ sets: [ValueSet]) -> ValueSet { union(sets.map(\.complement)).complement }

  /// Values that are in any of `sets`. O(n log n) in cuts.
  static func union(_ sets: [ValueSet]) -> ValueSet {
    guard sets.count > 1 else { return sets.first ?? .empty }
    // How many sets one is in changes by one at each cut of each; what counts is where it leaves 0 and comes back to it.
    var changes: [(cut: Cut, by: Int)] = []
    var depth = 0
    for set in sets {
      depth += set.startsInside ? 1 : 0
      for (index, cut) in set.cuts.enumerated() {
        changes.append((cut, (index % 2 == 0) == set.startsInside ? -1 : 1))
      }
    }
    changes.sort { $0.cut < $1.cut }
    let startsInside = depth > 0
    var cuts: [Cut] = []
    var wasInside = startsInside
    for (index, change) in changes.enumerated() {
      depth += change.by
      // All changes at one place count together.
      if index + 1 < changes.count, changes[index + 1].cut == change.cut { continue }
      if (depth > 0) != wasInside {
        cuts.append(change.cut)
        wasInside.toggle()
      }
    }
    return ValueSet(startsInside: startsInside, cuts: cuts)
  }

  /// True if `value` is in the set. O(log cuts).
  func contains(_ value: Bound) -> Bool { isInside(afterCuts: cutCount(before: value)) }

  /// Whether values that have so many cuts before them are in.
  func isInside(afterCuts count: Int) -> Bool { (count % 2 == 0) == startsInside }

  /// Cuts that lie before `value`.
  func cutCount(before value: Bound) -> Int {
    var (low, high) = (0, cuts.count)
    while low < high {
      let middle = (low + high) / 2
      let isBefore = cuts[middle].bound < value || cuts[middle].bound == value && !cuts[middle].isAfter
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// What is known of values from `minimum` to `maximum`.
  func verdict(minimum: Bound, maximum: Bound) -> Verdict {
    let count = cutCount(before: minimum)
    guard count == cutCount(before: maximum) else { return .some }
    return isInside(afterCuts: count) ? .all : .none
  }
}

/// Which rows of a page a condition takes, as far as it is known.
enum Verdict: Sendable {
  case none
  /// It takes looking at them.
  case some
  case all
}

extension ValueSet<Int128> {
  /// The set of integers whose product with `factor` (at least 1) is in this set, also where that leaves 128 bits. Cuts at the ends of
  /// Int128 are beyond all values and stay there. Precondition: all cuts lie before their values, as those of comparisons do.
  func divided(by factor: Int128) -> ValueSet {
    if factor == 1 { return self }
    var quotients: [Cut] = []
    for cut in cuts {
      if cut.bound == .min || cut.bound == .max {
        quotients.append(cut)
        continue
      }
      let (quotient, remainder) = cut.bound.quotientAndRemainder(dividingBy: factor)
      let divided = Cut(bound: remainder > 0 ? quotient + 1 : quotient, isAfter: false)
      // No multiple lies between two cuts that come to one place.
      if quotients.last == divided { quotients.removeLast() } else { quotients.append(divided) }
    }
    return ValueSet(startsInside: startsInside, cuts: quotients)
  }

  /// The stretches of the set within `limits`, ascending.
  func ranges(in limits: ClosedRange<Int128>) -> [ClosedRange<Int128>] {
    var ranges: [ClosedRange<Int128>] = []
    var low: Int128? = startsInside ? limits.lowerBound : nil
    for cut in cuts {
      if let first = low {
        // Not below the least Int128: a value lies before the cut.
        if cut.bound > limits.lowerBound {
          let last = min(cut.bound, limits.upperBound &+ 1) - 1
          if first <= last { ranges.append(first...last) }
        }
        low = nil
      } else {
        low = max(cut.bound, limits.lowerBound)
      }
    }
    if let low, low <= limits.upperBound { ranges.append(low...limits.upperBound) }
    return ranges
  }
}

/// A string's UTF-8 bytes, in byte order.
struct TextBound: Comparable, Sendable {
  let bytes: [UInt8]

  static func < (a: TextBound, b: TextBound) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
