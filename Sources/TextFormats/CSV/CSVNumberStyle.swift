// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Which marks numbers are written with.
public struct CSVNumberStyle: Equatable, Sendable {
  /// What stands between groups of three digits.
  public enum Groups: Equatable, Sendable {
    /// Nothing: digits are not grouped.
    case none
    /// One character, in UTF-8.
    case mark([UInt8])
    /// A space, U+00A0 or U+202F.
    case anySpace
  }

  /// The decimal mark: `.` or `,`.
  public let decimal: UInt8
  /// What stands between groups.
  public let groups: Groups

  /// Precondition: the two marks are different.
  public init(decimal: UInt8 = UInt8(ascii: "."), groups: Groups = .none) {
    precondition(groups != .mark([decimal]), "one mark for two things")
    self.decimal = decimal
    self.groups = groups
  }

  /// True for numbers as programs write them.
  var isPlain: Bool { decimal == UInt8(ascii: ".") && groups == .none }

  /// Writes the number with a decimal point and without groups to `target`, which has ``CSVStyle/room``; returns its bytes, 0 if
  /// marks and groups are not in this style.
  ///
  /// Groups are of three digits, the first of one to three; a number with groups has no exponent. Whether it is a number otherwise
  /// is left to those who read the result. Words are copied (`NaN`).
  func rewrite(_ field: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
    let count = field.count
    guard count > 0, count <= CSVStyle.longest else { return 0 }
    let out = target.assumingMemoryBound(to: UInt8.self)
    var at = 0
    var written = 0
    func copyDigits() -> Int {
      let from = at
      while at < count, isDigit(field[at]) {
        out[written] = field[at]
        written += 1
        at += 1
      }
      return at - from
    }
    func copyRest() -> Int {
      while at < count {
        out[written] = field[at]
        written += 1
        at += 1
      }
      return written
    }
    if field[0] == UInt8(ascii: "-") || field[0] == UInt8(ascii: "+") {
      out[0] = field[0]
      (at, written) = (1, 1)
    }
    if at < count, isLetter(field[at]) { return copyRest() }
    let first = copyDigits()
    var hasGroups = false
    while true {
      let mark = groupMark(field, at)
      if mark == 0 { break }
      at += mark
      guard (1...3).contains(first), copyDigits() == 3 else { return 0 }
      hasGroups = true
    }
    if at < count, field[at] == decimal {
      out[written] = UInt8(ascii: ".")
      written += 1
      at += 1
      _ = copyDigits()
    }
    if at == count { return written }
    return !hasGroups && field[at] | 0x20 == UInt8(ascii: "e") ? copyRest() : 0
  }

  /// Bytes of the mark between groups that stands at `at`; 0 if there is none.
  @inline(__always)
  private func groupMark(_ field: UnsafeRawBufferPointer, _ at: Int) -> Int {
    guard at < field.count else { return 0 }
    func has(_ bytes: [UInt8]) -> Int {
      guard field.count - at >= bytes.count else { return 0 }
      for index in bytes.indices where field[at + index] != bytes[index] { return 0 }
      return bytes.count
    }
    switch groups {
    case .none: return 0
    case .mark(let mark): return has(mark)
    case .anySpace: return Self.spaces.reduce(0) { max($0, has($1)) }
    }
  }

  static let spaces: [[UInt8]] = [[0x20], [0xC2, 0xA0], [0xE2, 0x80, 0xAF]]
}

private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- UInt8(ascii: "a") < 26 }
