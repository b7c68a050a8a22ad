// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

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
  private let seed = CSVHashSeed.ofProcess

  /// Distinct strings.
  var count: Int { offsets.count - 1 }
  /// What the strings take in memory, as the limits count it.
  var charge: Int { Self.charge(strings: count, bytes: bytes.count) }

  /// A string takes its bytes, an offset, and two to four slots of eight bytes.
  private static func charge(strings: Int, bytes: Int) -> Int { bytes + 32 * strings }

  /// Codes of a chunk's strings: `result[i + 1]` is the code of string `i`, `result[0]` is 0, for nulls.
  ///
  /// Nil, adding nothing, where the page should keep its own strings: three quarters of its `valueCount` values are new,
  /// or a dictionary would grow past its limits. `chargeElsewhere`: what the other columns' dictionaries take.
  func merge(
    _ local: CSVLocalDictionary, valueCount: Int, chargeElsewhere: Int, limits: CSVLimits
  ) -> [UInt32]? {
    var codes = [UInt32](repeating: 0, count: local.count + 1)
    var newCount = 0
    var newBytes = 0
    let unknown = UInt32.max
    for index in 0..<local.count {
      let string = local.string(index)
      let code = find(string, hash(string))
      codes[index + 1] = code ?? unknown
      if code == nil {
        newCount += 1
        newBytes += string.count
      }
    }
    if newCount == 0 { return codes }
    if valueCount > limits.dictionaryTrialValues, newCount * 4 > valueCount * 3 { return nil }
    let charge = Self.charge(strings: count + newCount, bytes: bytes.count + newBytes)
    guard count + newCount <= limits.dictionaryEntries, charge <= limits.dictionaryBytes,
      charge + chargeElsewhere <= limits.allDictionaryBytes
    else { return nil }
    for index in 0..<local.count where codes[index + 1] == unknown {
      codes[index + 1] = UInt32(count)
      let string = local.string(index)
      add(string, hash(string))
    }
    return codes
  }

  /// `string` is one of a local dictionary's, which may be read past its end.
  private func hash(_ string: UnsafeRawBufferPointer) -> UInt64 {
    string.baseAddress.map { hashOfString($0, string.count, seed) } ?? 0
  }

  private func find(_ string: UnsafeRawBufferPointer, _ hash: UInt64) -> UInt32? {
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var slot = Int(truncatingIfNeeded: hash >> UInt64(64 - slotBits))
      while slots[slot] != 0 {
        if slots[slot] >> 32 == hash >> 32 {
          let code = Int(slots[slot] & 0xFFFF_FFFF) - 1
          let range = Int(offsets[code])..<Int(offsets[code + 1])
          let equal =
            range.count == string.count
            && (string.isEmpty
              || bytes.withUnsafeBytes {
                memcmp($0.baseAddress! + range.lowerBound, string.baseAddress!, range.count) == 0
              })
          if equal { return UInt32(code) }
        }
        slot = (slot + 1) & mask
      }
      return nil
    }
  }

  private func add(_ string: UnsafeRawBufferPointer, _ hash: UInt64) {
    bytes.append(contentsOf: string)
    offsets.append(UInt32(bytes.count))
    place(hash & 0xFFFF_FFFF_0000_0000 | UInt64(count))
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
