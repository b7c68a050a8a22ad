// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What `like` matches: `%` any text, `_` one Unicode scalar, all else itself.
struct LikePattern {
  private enum Part: Equatable {
    case anyText
    case anyScalar
    case scalar(Unicode.Scalar)
  }

  private let parts: [Part]
  private let ignoresCase: Bool

  /// nil for an escape of other than one scalar, or one at the pattern's end. Without an escape nothing can be escaped.
  init?(_ pattern: [UInt8], escape: [UInt8], ignoresCase: Bool) {
    let escapes = Array(String(decoding: escape, as: UTF8.self).unicodeScalars)
    guard escapes.count <= 1 else { return nil }
    var parts: [Part] = []
    var isEscaped = false
    for scalar in String(decoding: pattern, as: UTF8.self).unicodeScalars {
      if !isEscaped, scalar == escapes.first {
        isEscaped = true
        continue
      }
      switch scalar {
      case "%" where !isEscaped: if parts.last != .anyText { parts.append(.anyText) }
      case "_" where !isEscaped: parts.append(.anyScalar)
      default: parts.append(.scalar(ignoresCase ? mappedScalar(scalar, isLower: true) : scalar))
      }
      isEscaped = false
    }
    if isEscaped { return nil }
    self.parts = parts
    self.ignoresCase = ignoresCase
  }

  /// True if the whole text is of the pattern. O(text x pattern) at worst: after a mismatch the last `%` takes one scalar more.
  func matches(_ text: UnsafeRawBufferPointer) -> Bool {
    var scalars = String(decoding: text, as: UTF8.self).unicodeScalars.map { $0 }
    if ignoresCase { for index in scalars.indices { scalars[index] = mappedScalar(scalars[index], isLower: true) } }
    var (part, index) = (0, 0)
    var retry: (part: Int, index: Int)?
    while index < scalars.count {
      if part < parts.count, parts[part] == .anyText {
        part += 1
        retry = (part, index)
      } else if part < parts.count, parts[part] == .anyScalar || parts[part] == .scalar(scalars[index]) {
        part += 1
        index += 1
      } else if let last = retry {
        (part, index) = (last.part, last.index + 1)
        retry = (last.part, index)
      } else {
        return false
      }
    }
    return parts[part...].allSatisfy { $0 == .anyText }
  }
}
