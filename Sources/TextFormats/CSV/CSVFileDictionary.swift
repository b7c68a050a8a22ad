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
  private var hashes: [UInt64] = []
  /// Code + 1 in the low half, the hash's high half in the high one; 0 is free.
  private var slots = [UInt64](repeating: 0, count: 64)

  /// Distinct strings.
  var count: Int { hashes.count }
  /// Bytes of all strings.
  var byteCount: Int { bytes.count }

  /// Codes of a chunk's strings: `result[i + 1]` is the code of string `i`, `result[0]` is 0, for nulls.
  ///
  /// Nil, adding nothing, where the page should keep its own strings: three quarters of its `valueCount` values are new,
  /// or a dictionary would grow past its limits. `bytesElsewhere`: bytes of the other columns' dictionaries.
  func merge(
    _ local: CSVLocalDictionary, valueCount: Int, bytesElsewhere: Int, limits: CSVLimits
  ) -> [UInt32]? {
    var codes = [UInt32](repeating: 0, count: local.count + 1)
    var newCount = 0
    var newBytes = 0
    let unknown = UInt32.max
    for index in 0..<local.count {
      let string = local.string(index)
      let code = find(string, local.hashes[index])
      codes[index + 1] = code ?? unknown
      if code == nil {
        newCount += 1
        newBytes += string.count
      }
    }
    if newCount == 0 { return codes }
    if valueCount > limits.dictionaryTrialValues, newCount * 4 > valueCount * 3 { return nil }
    guard count + newCount <= limits.dictionaryEntries, byteCount + newBytes <= limits.dictionaryBytes,
      byteCount + newBytes + bytesElsewhere <= limits.allDictionaryBytes
    else { return nil }
    for index in 0..<local.count where codes[index + 1] == unknown {
      codes[index + 1] = UInt32(count)
      add(local.string(index), local.hashes[index])
    }
    return codes
  }

  private func find(_ string: UnsafeRawBufferPointer, _ hash: UInt64) -> UInt32? {
    slots.withUnsafeBufferPointer { slots in
      let mask = slots.count - 1
      var slot = Int(truncatingIfNeeded: hash) & mask
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
    hashes.append(hash)
    if hashes.count * 2 > slots.count {
      slots = [UInt64](repeating: 0, count: slots.count * 2)
      for code in hashes.indices { place(code) }
    } else {
      place(hashes.count - 1)
    }
  }

  private func place(_ code: Int) {
    let hash = hashes[code]
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(code + 1)
  }

  /// All strings so far, as the tables' dictionary.
  func finished() -> StringDictionary { StringDictionary(entries: StringArray(offsets: offsets, bytes: bytes)) }
}
