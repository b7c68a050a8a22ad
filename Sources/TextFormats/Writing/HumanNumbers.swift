// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A number of bytes as people read it: `115.2 MB`, powers of 1,000, one digit after the point.
public struct ByteSize: CustomStringConvertible, Sendable {
  private let count: Int

  /// Wraps a count of bytes.
  public init(_ count: Int) { self.count = count }

  /// `0 B`, `999 B`, `1.0 kB`, `115.2 MB`.
  public var description: String {
    if count < 1000 { return "\(count) B" }
    var unit = 0
    var tenths = count / 100
    let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
    while tenths >= 10_000, unit < units.count - 1 {
      tenths /= 1000
      unit += 1
    }
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}

/// A whole number with commas between groups of three digits: `2,356,110`.
public func grouped(_ number: Int) -> String {
  let digits = String(number.magnitude)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return number < 0 ? "-" + text : text
}

/// Seconds with three digits after the point.
public func secondsText(_ seconds: Double) -> String {
  let thousandths = Int((seconds * 1000).rounded())
  let fraction = String(thousandths % 1000)
  return "\(thousandths / 1000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
}
