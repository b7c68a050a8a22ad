// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Codes of one table's rows held against those of their partners in another.

/// What ``compareGathered(_:_:_:limit:differs:)`` sums up on its way.
package struct GatheredTotals: Equatable {
  /// Sum of the codes of all rows.
  package var ownSum: UInt64 = 0
  /// Sum of the partners' codes, that of "no partner" included.
  package var partnerSum: UInt64 = 0
  /// Rows whose own code is 0.
  package var zeroCount = 0

  package init(ownSum: UInt64 = 0, partnerSum: UInt64 = 0, zeroCount: Int = 0) {
    self.ownSum = ownSum
    self.partnerSum = partnerSum
    self.zeroCount = zeroCount
  }
}

/// Sets bit `row % 64` of word `row / 64` where a row's code differs from `others[partners[row]]`, and clears all others.
///
/// A partner of `limit` or more stands for none, and `others[limit]` for its code. Precondition: `others` has `limit + 1` codes, `differs`
/// a word for each 64 rows, and there are at most 2^32 rows. Cost: one access to `others` a row, none depending on another.
package func compareGathered(
  _ own: UnsafeBufferPointer<UInt32>, _ partners: UnsafePointer<UInt32>, _ others: UnsafePointer<UInt32>, limit: UInt32,
  differs: UnsafeMutablePointer<UInt64>
) -> GatheredTotals {
  var totals = GatheredTotals()
  var first = 0
  while first < own.count {
    let count = min(64, own.count - first)
    var word: UInt64 = 0
    var zeros = 0
    for bit in 0..<count {
      let code = own[first + bit]
      let other = others[Int(truncatingIfNeeded: min(partners[first + bit], limit))]
      totals.ownSum &+= UInt64(code)
      totals.partnerSum &+= UInt64(other)
      zeros &+= code == 0 ? 1 : 0
      word |= (code == other ? 0 : 1) &<< UInt64(truncatingIfNeeded: bit)
    }
    totals.zeroCount &+= zeros
    differs[first / 64] = word
    first += 64
  }
  return totals
}

/// The same where row `i`'s partner has code `others[i]`. Precondition: `others` has a code for each row.
package func compareInStep(
  _ own: UnsafeBufferPointer<UInt32>, _ others: UnsafePointer<UInt32>, differs: UnsafeMutablePointer<UInt64>
) -> GatheredTotals {
  var totals = GatheredTotals()
  var first = 0
  while first < own.count {
    let count = min(64, own.count - first)
    var ownSum: UInt64 = 0
    var partnerSum: UInt64 = 0
    var zeros: UInt32 = 0
    var union: UInt32 = 0
    for i in first..<first + count {
      ownSum &+= UInt64(own[i])
      partnerSum &+= UInt64(others[i])
      zeros &+= own[i] == 0 ? 1 : 0
      union |= own[i] ^ others[i]
    }
    var word: UInt64 = 0
    // Most stretches are equal; only others are looked at row by row.
    if union != 0 {
      for bit in 0..<count { word |= (own[first + bit] == others[first + bit] ? 0 : 1) &<< UInt64(bit) }
    }
    totals.ownSum &+= ownSum
    totals.partnerSum &+= partnerSum
    totals.zeroCount &+= Int(zeros)
    differs[first / 64] = word
    first += 64
  }
  return totals
}

/// As ``compareGathered(_:_:_:limit:differs:)`` for 64 bits a row, without sums.
package func compareGatheredRecords(
  _ own: UnsafeBufferPointer<UInt64>, _ partners: UnsafePointer<UInt32>, _ others: UnsafePointer<UInt64>, limit: UInt32,
  differs: UnsafeMutablePointer<UInt64>
) {
  var first = 0
  while first < own.count {
    let count = min(64, own.count - first)
    var word: UInt64 = 0
    for bit in 0..<count {
      let other = others[Int(truncatingIfNeeded: min(partners[first + bit], limit))]
      word |= (own[first + bit] == other ? 0 : 1) &<< UInt64(truncatingIfNeeded: bit)
    }
    differs[first / 64] = word
    first += 64
  }
}

/// Adds `codes` to `records`, each shifted by `shift` bits; their sum, and how many are 0.
package func placeCodes(
  _ codes: UnsafeBufferPointer<UInt32>, shift: UInt64, in records: UnsafeMutablePointer<UInt64>
) -> (sum: UInt64, zeroCount: Int) {
  var sum: UInt64 = 0
  var zeros: UInt64 = 0
  for i in 0..<codes.count {
    let code = UInt64(codes[i])
    records[i] |= code &<< shift
    sum &+= code
    zeros &+= code == 0 ? 1 : 0
  }
  return (sum, Int(zeros))
}
