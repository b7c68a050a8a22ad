// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Many strings in one piece of memory: string `i` is `bytes[offsets[i]..<offsets[i + 1]]`.
///
/// Bytes are valid UTF-8 per string when they come from a file reader or a CSV (both check); this type does not check again.
public struct StringArray: Sendable, Equatable {
  /// `count + 1` offsets into `bytes`, ascending, the first 0.
  public private(set) var offsets: [UInt32]
  /// All strings, one after the other.
  public private(set) var bytes: [UInt8]

  /// Makes an empty array with room for `strings` strings of `totalBytes` bytes.
  public init(reservingStrings strings: Int = 0, totalBytes: Int = 0) {
    offsets = [0]
    bytes = []
    offsets.reserveCapacity(strings + 1)
    bytes.reserveCapacity(totalBytes)
  }

  /// Precondition: `offsets` starts with 0, ascends, and ends with `bytes.count`.
  public init(offsets: [UInt32], bytes: [UInt8]) {
    precondition(offsets.first == 0 && offsets.last.map(Int.init) == bytes.count, "offsets do not span the bytes")
    self.offsets = offsets
    self.bytes = bytes
  }

  /// Copies Swift strings.
  public init(_ strings: some Sequence<String>) {
    self.init()
    for string in strings { append(utf8: Array(string.utf8)) }
  }

  /// Number of strings.
  @inlinable public var count: Int { offsets.count - 1 }

  /// Adds one string. Precondition: all bytes together stay under 4 GiB.
  public mutating func append(_ utf8: UnsafeRawBufferPointer) {
    bytes.append(contentsOf: utf8)
    offsets.append(UInt32(bytes.count))
  }

  /// Adds one string. Precondition: all bytes together stay under 4 GiB.
  public mutating func append(utf8: [UInt8]) {
    bytes.append(contentsOf: utf8)
    offsets.append(UInt32(bytes.count))
  }

  /// Adds strings by the ends that they get in `bytes`, which follow those that are there.
  mutating func append(offsets more: some Sequence<UInt32>, bytes moreBytes: [UInt8]) {
    bytes.append(contentsOf: moreBytes)
    offsets.append(contentsOf: more)
  }

  /// Where string `index` lies in `bytes`. O(1).
  @inlinable public func range(_ index: Int) -> Range<Int> { Int(offsets[index])..<Int(offsets[index + 1]) }

  /// String `index` as a Swift string (copies). O(length).
  public subscript(index: Int) -> String { String(decoding: bytes[range(index)], as: UTF8.self) }

  /// Runs `body` on the bytes of string `index` without copying.
  public func withUTF8<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let range = range(index)
    return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
  }
}
