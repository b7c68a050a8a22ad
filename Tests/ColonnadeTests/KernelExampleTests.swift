// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Testing

@Test func kernelsOnOnesOwnArrays() {
  let total = exactSum([0.1, 0.2, 0.3, 1e308, -1e308])  // 0.6, whatever the order
  let count = exactSum([Int64.max, Int64.max])  // 18446744073709551614, an Int128
  #expect(total == 0.6)
  #expect(exactSum([1e308, 0.3, -1e308, 0.2, 0.1]) == total)
  #expect(count == 18_446_744_073_709_551_614)
}
