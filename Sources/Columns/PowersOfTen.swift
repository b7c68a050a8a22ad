// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// 10^exponent. Precondition: `exponent` in 0...38. O(1).
package func powerOfTen(_ exponent: Int) -> Int128 { powersOfTen[exponent] }

private let powersOfTen: [Int128] = {
  var powers: [Int128] = [1]
  for exponent in 0..<ColumnType.maximumDecimalPrecision { powers.append(powers[exponent] * 10) }
  return powers
}()
