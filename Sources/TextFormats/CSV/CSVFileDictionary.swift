// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import Glibc

/// The distinct strings of one column of a whole run, in order of first row.
///
/// Touched by one thread at a time, chunk after chunk.
final class CSVFileDictionary {
  private var offsets: [UInt32] = [0]
  private var bytes: [UInt8] = []
  /// Code + 1 in the low half, the hash's high half in the high one; 0 is free. A hash's place is told by its first bits.
  private var slots = [UInt64](repeating: 0, count: 8)
  private var slotBits = 3

  private static let stringsAhead = 32

  /// Starts with distinct strings, whose codes are their positions. O(bytes).
  init(_ strings: StringArray = StringArray()) {
    // A hash reads up to eight bytes past a string's end.
    let padded = strings.bytes + [UInt8](repeating: 0, count: 8)
    padded.withUnsafeBytes { all in
      for index in 0..<strings.count {
        let string = UnsafeRawBufferPointer(rebasing: all[strings.range(index)])
        // In range: the padding follows the last string, and an empty one has eight bytes behind its place, too.
        let start = all.baseAddress! + strings.range(index).lowerBound
        add(string, UInt32(truncatingIfNeeded: hashOfString(start, string.count, .ofProcess) >> 32))
      }
    }
  }

  /// Distinct strings.
  var count: Int { offsets.count - 1 }
  /// What the strings take in memory, as the limits count it.
  var charge: Int { Self.charge(strings: count, bytes: bytes.count) }

  /// A string takes its bytes, an offset, and two to four slots of eight bytes.
  private static func charge(strings: Int, bytes: Int) -> Int { bytes + 32 * strings }

  /// Codes of a chunk's strings: `result[i + 1]` is the code of string `i`, `result[0]` is 0, for nulls.
  ///
  /// Nil, adding nothing, where the page should keep its own strings: three quarters of its `valueCount` values are new and the column
  /// seems to have too many strings in all for its `expectedCount` values (nil: nobody knows how many), or a dictionary would grow past its
  /// limits. `chargeElsewhere`: what the other columns' dictionaries take.
  func merge(
    _ local: CSVLocalDictionary, valueCount: Int, expectedCount: Int?, chargeElsewhere: Int, limits: CSVLimits
  ) -> [UInt32]? {
    let unknown = UInt32.max
    var (codes, newCount, newBytes) = findAll(local, unknown: unknown)
    if newCount == 0 { return codes }
    if valueCount > limits.dictionaryTrialValues, newCount * 4 > valueCount * 3 {
      let sample = StringSample(valueCount: valueCount, stringCount: local.count, newCount: newCount, knownCount: count)
      let mostStrings = min(limits.dictionaryEntries, (expectedCount ?? 0) / limits.dictionaryRowsPerEntry)
      guard let all = sample.columnStringCount(atMost: mostStrings),
        newBytes / newCount * all <= limits.dictionaryTextBytes,
        Self.charge(strings: all, bytes: newBytes / newCount * all) <= limits.dictionaryBytes
      else { return nil }
    }
    let charge = Self.charge(strings: count + newCount, bytes: bytes.count + newBytes)
    guard count + newCount <= limits.dictionaryEntries, bytes.count + newBytes <= limits.dictionaryTextBytes,
      charge <= limits.dictionaryBytes,
      charge + chargeElsewhere <= limits.allDictionaryBytes
    else { return nil }
    for index in 0..<local.count where codes[index + 1] == unknown {
      codes[index + 1] = UInt32(count)
      add(local.string(index), local.tag(index))
    }
    return codes
  }

  /// Codes of a chunk's strings, as ``merge(_:valueCount:chargeElsewhere:limits:)`` gives them, or `unknown`; how many those
  /// are, and their bytes.
  ///
  /// Threads wait for each other here, and most of it is waiting for memory: what a block of strings will be compared with is
  /// asked for before the first of them is.
  private func findAll(_ local: CSVLocalDictionary, unknown: UInt32) -> (codes: [UInt32], newCount: Int, newBytes: Int)
  {
    var codes = [UInt32](repeating: 0, count: local.count + 1)
    var newCount = 0
    var newBytes = 0
    let shift = UInt32(32 - slotBits)
    slots.withUnsafeBufferPointer { slots in
      offsets.withUnsafeBufferPointer { offsets in
        bytes.withUnsafeBytes { bytes in
          let strings = Strings(slots: slots, offsets: offsets, bytes: bytes, shift: shift)
          var first = 0
          while first < local.count {
            let block = first..<min(first + Self.stringsAhead, local.count)
            for index in block { cs_prefetch(slots.baseAddress! + Int(local.tag(index) &>> shift)) }
            for index in block { strings.prefetchOffset(local.tag(index)) }
            for index in block { strings.prefetchString(local.tag(index)) }
            for index in block {
              let string = local.string(index)
              let code = strings.code(of: string, local.tag(index))
              codes[index + 1] = code ?? unknown
              newCount += code == nil ? 1 : 0
              newBytes += code == nil ? string.count : 0
            }
            first = block.upperBound
          }
        }
      }
    }
    return (codes, newCount, newBytes)
  }

  /// The dictionary while it is only read.
  private struct Strings {
    let slots: UnsafeBufferPointer<UInt64>
    let offsets: UnsafeBufferPointer<UInt32>
    let bytes: UnsafeRawBufferPointer
    let shift: UInt32

    /// The code of `string`, of a local dictionary and thus readable past its end, whose hash begins with `tag`.
    @inline(__always)
    func code(of string: UnsafeRawBufferPointer, _ tag: UInt32) -> UInt32? {
      let mask = slots.count &- 1
      var slot = Int(tag &>> shift)
      while slots[slot] != 0 {
        if slots[slot] &>> 32 == UInt64(tag) {
          let code = Int(slots[slot] & 0xFFFF_FFFF) &- 1
          let from = Int(offsets[code])
          if Int(offsets[code &+ 1]) &- from == string.count, isEqual(string, from) { return UInt32(code) }
        }
        slot = (slot &+ 1) & mask
      }
      return nil
    }

    @inline(__always)
    private func isEqual(_ string: UnsafeRawBufferPointer, _ from: Int) -> Bool {
      guard string.count > 0 else { return true }
      // Words of eight bytes reach past the string, but not past all strings.
      if from &+ string.count &+ 8 <= bytes.count {
        return equalStrings(bytes.baseAddress! + from, string.baseAddress!, string.count)
      }
      return memcmp(bytes.baseAddress! + from, string.baseAddress!, string.count) == 0
    }

    /// What is in the first slot of `tag`, if it may be the one looked for.
    @inline(__always)
    private func firstCode(_ tag: UInt32) -> Int? {
      let slot = slots[Int(tag &>> shift)]
      return slot != 0 && slot &>> 32 == UInt64(tag) ? Int(slot & 0xFFFF_FFFF) &- 1 : nil
    }

    @inline(__always)
    func prefetchOffset(_ tag: UInt32) {
      if let code = firstCode(tag) { cs_prefetch(offsets.baseAddress! + code) }
    }

    @inline(__always)
    func prefetchString(_ tag: UInt32) {
      if let code = firstCode(tag), !bytes.isEmpty { cs_prefetch(bytes.baseAddress! + Int(offsets[code])) }
    }
  }

  /// Adds a string whose hash begins with `tag`.
  private func add(_ string: UnsafeRawBufferPointer, _ tag: UInt32) {
    bytes.append(contentsOf: string)
    offsets.append(UInt32(bytes.count))
    place(UInt64(tag) << 32 | UInt64(count))
    if count * 2 > slots.count {
      let smaller = slots
      slotBits += 1
      slots = [UInt64](repeating: 0, count: 1 << slotBits)
      for entry in smaller where entry != 0 { place(entry) }
    }
  }

  private func place(_ entry: UInt64) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: entry >> UInt64(64 - slotBits))
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = entry
  }

  /// All strings so far, as the tables' dictionary.
  func finished() -> StringDictionary { StringDictionary(entries: StringArray(offsets: offsets, bytes: bytes)) }
}
