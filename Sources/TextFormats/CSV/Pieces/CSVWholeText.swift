// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A text that is read as a whole where others are read in pieces, and which state of it, if that was told.
public struct CSVWholeText: Sendable, Equatable, CustomStringConvertible {
  private struct State: Sendable, Equatable {
    var byteCount: Int
    var version: UInt64
  }

  private let state: State?
  private static let word = "whole"
  private static let version = "2"

  /// Whatever is there.
  public init() { state = nil }

  /// That of `byteCount` bytes as they are stored, and of this ``CSVByteRanges/version``.
  package init(byteCount: Int, version: String) {
    state = State(byteCount: byteCount, version: lastingHash([version]))
  }

  /// As its ``description``, also `whole` alone; nil for anything else.
  public init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false)
    guard parts[0] == Self.word else { return nil }
    if parts.count == 1 {
      state = nil
      return
    }
    guard parts.count == 4, parts[1] == Self.version, let byteCount = naturalNumber(parts[2]),
      let version = UInt64(parts[3], radix: 16)
    else { return nil }
    state = State(byteCount: byteCount, version: version)
  }

  /// One word of letters, digits and hyphens.
  public var description: String {
    guard let state else { return Self.word }
    return "\(Self.word)-\(Self.version)-\(state.byteCount)-\(String(state.version, radix: 16))"
  }

  /// Throws `csv.changed` if text `file` is in another state than the one that was told; nil: it cannot be told.
  package func check(_ found: CSVWholeText?, file: String) throws(CSVError) {
    guard state == nil || self == found else { throw CSVError(replaced: file) }
  }
}
