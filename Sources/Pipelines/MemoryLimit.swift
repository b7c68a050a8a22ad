// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Most resident memory that the whole process may take.
public struct MemoryLimit: Sendable, Equatable {
  /// Bytes.
  public let byteCount: Int

  /// What is taken where nothing is said: 1 GiB.
  public static let standard = MemoryLimit(unchecked: 1 << 30)

  /// No limit: 2^60 bytes.
  public static let unlimited = MemoryLimit(unchecked: 1 << 60)

  /// So many times 2^20 bytes. Precondition: ``leastByteCount`` at least, and less than 2^60 bytes.
  public static func mebibytes(_ count: Int) -> MemoryLimit {
    precondition((leastByteCount >> 20..<1 << 40).contains(count), "a limit of memory is 64 MiB at least, not \(count)")
    return MemoryLimit(unchecked: count << 20)
  }

  /// Four fifths of what the system says is free for programs now, 1 GiB where it says nothing, and 64 MiB at least.
  public static func ofFreeMemory() -> MemoryLimit {
    MemoryLimit(unchecked: max(leastByteCount, availableMemoryByteCount().map { $0 / 5 * 4 } ?? standard.byteCount))
  }

  /// The least that can be asked for: the program itself, a chunk of text and one of columns need some 40 MiB.
  public static let leastByteCount = 64 << 20

  private init(unchecked byteCount: Int) { self.byteCount = byteCount }

  /// Nil for less than ``leastByteCount``.
  public init?(byteCount: Int) {
    guard byteCount >= Self.leastByteCount else { return nil }
    self.init(unchecked: byteCount)
  }

  /// As ``byteCount(in:)`` reads it; nil also for less than ``leastByteCount``.
  public init?(_ text: String) {
    guard let byteCount = Self.byteCount(in: text) else { return nil }
    self.init(byteCount: byteCount)
  }

  /// What ``byteCount(in:)`` reads, for messages.
  public static let readableForms = "a number with KiB, MiB, GiB, TiB, KB, MB, GB or TB behind it, or of whole bytes"

  /// Bytes of a size as it is written: `2GiB`, `512 MiB`, `800MB`, `1.5G`, or bytes. Letters in any case, a space or none before them; nil
  /// for anything else, and for 10^18 bytes and more.
  public static func byteCount(in text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number.isFinite, number >= 0 else { return nil }
    let unit: Double
    let behind = text.dropFirst(digits.count)
    switch (behind.first == " " && behind.count > 1 ? behind.dropFirst() : behind).lowercased() {
    case "" where !digits.contains("."), "b" where !digits.contains("."): unit = 1
    case "kib", "k": unit = 1024
    case "mib", "m": unit = 1_048_576
    case "gib", "g": unit = 1_073_741_824
    case "tib", "t": unit = 1_099_511_627_776
    case "kb": unit = 1e3
    case "mb": unit = 1e6
    case "gb": unit = 1e9
    case "tb": unit = 1e12
    default: return nil
    }
    guard number * unit < 1e18 else { return nil }
    return Int(number * unit)
  }
}

/// The memory allowed is not enough for what must be held at once.
public struct MemoryError: Diagnosis, Equatable {
  /// Always `memory.too-small`.
  public var code: String { "memory.too-small" }
  /// What needs how much.
  public let summary: String
  /// The table.
  public let place: Place
  /// To allow more, or to ask for less.
  public let advice: String?

  /// Sorting `source` needs about `wanted` bytes.
  init(wanted: Int, limit: MemoryLimit, source: String) {
    let mebibytes = Self.mebibytes(wanted)
    summary =
      "sorting needs about \(mebibytes) MiB, of which dictionaries and the program take most, and \(Self.text(limit))"
    place = Place(file: source)
    advice = Self.allowing(mebibytes + mebibytes / 8)
  }

  /// Comparing `source` needs about `wanted` bytes, for `what`.
  init(comparing source: String, wanted: Int, limit: MemoryLimit, what: String) {
    self.init("comparing", source, wanted: wanted, limit: limit, what: what)
  }

  /// Finding key columns in `source` may need `wanted` bytes: all rows are looked at together.
  init(findingKeysIn source: String, wanted: Int, limit: MemoryLimit) {
    let mebibytes = Self.mebibytes(wanted)
    summary =
      "finding key columns may need \(mebibytes) MiB, as it looks at all rows at once, and \(Self.text(limit))"
    place = Place(file: source)
    advice =
      "name the key columns (--on), compare row by row (--by-position), or allow \(Self.allowing(mebibytes))"
  }

  /// Aggregating `source` needs about `wanted` bytes, for `what`.
  init(aggregating source: String, wanted: Int, limit: MemoryLimit, what: String) {
    self.init("aggregating", source, wanted: wanted, limit: limit, what: what)
  }

  private init(_ work: String, _ source: String, wanted: Int, limit: MemoryLimit, what: String) {
    let mebibytes = Self.mebibytes(wanted)
    summary = "\(work) needs about \(mebibytes) MiB, for \(what), and \(Self.text(limit))"
    place = Place(file: source)
    advice = Self.allowing(mebibytes + mebibytes / 8)
  }

  /// Rounded up.
  private static func mebibytes(_ byteCount: Int) -> Int { (byteCount + (1 << 20) - 1) >> 20 }

  private static func text(_ limit: MemoryLimit) -> String { "the limit of memory is \(limit.byteCount >> 20) MiB" }

  /// What to write on the command line, and in a program.
  private static func allowing(_ mebibytes: Int) -> String {
    "--memory \(mebibytes)MiB (in Swift, memory: .mebibytes(\(mebibytes)))"
  }
}
