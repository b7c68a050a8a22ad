// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A share from 0 to 1, kept as an exact decimal: 0.9 is nine tenths.
public struct QuantileLevel: Sendable, Hashable, CustomStringConvertible {
  /// The share times 10^scale.
  let units: Int64
  /// Digits after the point, without zeros at the end: 0...18.
  let scale: Int

  /// One half.
  static let half = QuantileLevel(units: 5, scale: 1)

  private init(units: Int64, scale: Int) {
    self.units = units
    self.scale = scale
  }

  /// Reads `0.9`, `.5`, `1`; nil for anything else, outside 0...1, or of more than 18 digits after the point.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    var fraction = parts.count > 1 ? String(parts[1]) : ""
    while fraction.last == "0" { fraction.removeLast() }
    let digits = (parts.first ?? "") + fraction
    guard !text.isEmpty, text != ".", digits.utf8.allSatisfy({ (48...57).contains($0) }), fraction.count <= 18,
      digits.count <= 36, let units = Int128(digits.isEmpty ? "0" : String(digits)),
      units <= (0..<fraction.count).reduce(1, { power, _ in power * 10 })
    else { return nil }
    self.init(units: Int64(units), scale: fraction.count)
  }

  /// The shortest decimal that is this double; nil outside 0...1, or if it has more than 18 digits after the point.
  public init?(_ value: Double) {
    guard value >= 0, value <= 1 else { return nil }
    for digits in 0...18 {
      let power = (0..<digits).reduce(1.0) { power, _ in power * 10 }
      let units = (value * power).rounded()
      // Both are exact up to 2^53, and the division rounds once.
      guard units <= 0x1p53 else { break }
      if units / power == value {
        self.init(units: Int64(units), scale: digits)
        return
      }
    }
    self.init("\(value)")
  }

  /// As it is read: `0.9`.
  public var description: String {
    guard scale > 0 else { return "\(units)" }
    let digits = String(units)
    return "0." + String(repeating: "0", count: scale - digits.count) + digits
  }

  /// 10^scale.
  var unit: Int64 { (0..<scale).reduce(1) { power, _ in power * 10 } }

  /// The two neighbours among `count` values in ascending order, by the place of the lower one, and how far beyond that the quantile lies,
  /// in parts of ``unit``. Precondition: there is a value.
  func place(among count: Int) -> (lower: Int, parts: Int64) {
    let position = Int128(count - 1) * Int128(units)
    return (Int(position / Int128(unit)), Int64(position % Int128(unit)))
  }

  /// Place of the first of `count` values in ascending order up to which at least this share of them lies.
  func discretePlace(among count: Int) -> Int {
    let share = Int128(count) * Int128(units)
    return Swift.max(0, Int((share + Int128(unit) - 1) / Int128(unit)) - 1)
  }
}
