// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Bytes that do not follow the rules of an encoding. Never leaves the package: chunk files say it as their own error.
package struct EncodingError: Error, Equatable {
  /// What kind of rule was broken.
  package enum Kind: Sendable {
    /// The bytes end too early.
    case truncated
    /// The bytes contradict the rules or each other.
    case malformed
    /// A number is past a stated limit.
    case limit
    /// An encoding, codec or type that this version does not know.
    case unknown
  }

  /// What kind of rule was broken.
  package let kind: Kind
  /// One line without a full stop.
  package let summary: String
  /// Where, in the bytes that were being read; nil where no single byte is at fault.
  package let byteOffset: Int?

  /// Says what is wrong.
  package init(_ kind: Kind, _ summary: String, at byteOffset: Int? = nil) {
    self.kind = kind
    self.summary = summary
    self.byteOffset = byteOffset
  }
}
