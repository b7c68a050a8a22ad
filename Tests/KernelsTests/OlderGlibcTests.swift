// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc
import Testing

/// The C library's own is the twin: it may differ in the last place, which is rounded once more.
@Test func lengthsAreThoseOfTheCLibrary() {
  let sides: [Float] = [0, -0.0, 1, -1, 3, 4, Float(bitPattern: 1), 1e-38, 1e19, 3e38, 0.1, 123.456]
  for x in sides {
    for y in sides {
      let expected = Glibc.hypotf(x, y)
      #expect(abs(cs_hypotf(x, y) - expected) <= expected.ulp || cs_hypotf(x, y) == expected, "\(x), \(y)")
    }
  }
  for x in sides {
    #expect(cs_hypotf(x, .infinity) == .infinity && cs_hypotf(-.infinity, x) == .infinity)
    #expect(cs_hypotf(x, .nan).isNaN && cs_hypotf(.nan, x).isNaN)
  }
  #expect(cs_hypotf(.nan, -.infinity) == .infinity && cs_hypotf(.infinity, .nan) == .infinity)
}

@Test func randomBitsAreNotAlwaysTheSame() {
  #expect(Set((0..<8).map { _ in cs_arc4random() }).count > 1)
}
