// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// A pair accumulator whose states go out as bytes and come in again.
protocol PairStateKeeping: PairAccumulator {
  /// Appends a group's state: none for no pairs, else the number of pairs and the sums of x, y, x², y² and xy as parts, each with its length.
  func appendState(_ group: Int, to bytes: inout [UInt8])

  /// Takes in such a state. Returns what is wrong with it, nil if nothing is.
  func add(state bytes: UnsafeRawBufferPointer, group: Int, groupCount: Int, mostPairs: Int64) -> String?
}

/// Parts of a state.
private let partCount = 6

extension IntegerPairs: PairStateKeeping {
  func appendState(_ group: Int, to bytes: inout [UInt8]) {
    let sums = sums(group)
    if sums.count == 0 { return }
    for words in [
      [UInt64(sums.count)], sums.x.words, sums.y.words, sums.xx.words, sums.yy.words, sums.xy.words,
    ] {
      var part: [UInt8] = []
      appendInteger(words, to: &part)
      appendPart(part, to: &bytes)
    }
  }

  func add(state bytes: UnsafeRawBufferPointer, group: Int, groupCount: Int, mostPairs: Int64) -> String? {
    if bytes.isEmpty { return nil }
    guard let parts = parts(bytes, count: partCount), let count = pairCount(parts[0], most: mostPairs) else {
      return "bytes that are no sums of pairs"
    }
    var sums = WidePairSums()
    sums.count = count
    let narrow = parts[1...2].map { integerWords($0, count: 3) }
    let wide = parts[3...].map { integerWords($0, count: 6) }
    guard let x = narrow[0], let y = narrow[1], let xx = wide[0], let yy = wide[1], let xy = wide[2] else {
      return "a sum of pairs that is no integer of up to 384 bits"
    }
    (sums.x, sums.y) = (Int192(words: x), Int192(words: y))
    (sums.xx, sums.yy, sums.xy) = (Int384(words: xx), Int384(words: yy), Int384(words: xy))
    if sums.xx.isNegative || sums.yy.isNegative { return "a sum of squares below 0" }
    add(sums, group: group, groupCount: groupCount)
    return nil
  }
}

extension FloatPairs: PairStateKeeping {
  func appendState(_ group: Int, to bytes: inout [UInt8]) {
    let count = count(group)
    if count == 0 { return }
    var part: [UInt8] = []
    appendInteger([UInt64(count)], to: &part)
    appendPart(part, to: &bytes)
    for limbs in [x.limbs, y.limbs, xx.limbs, yy.limbs, xy.limbs] {
      part.removeAll()
      limbs.appendState(group, to: &part)
      appendPart(part, to: &bytes)
    }
  }

  func add(state bytes: UnsafeRawBufferPointer, group: Int, groupCount: Int, mostPairs: Int64) -> String? {
    if bytes.isEmpty { return nil }
    guard let parts = parts(bytes, count: partCount), let count = pairCount(parts[0], most: mostPairs) else {
      return "bytes that are no sums of pairs"
    }
    add(count: count, group: group, groupCount: groupCount)
    let isDone =
      x.add(state: parts[1], group: group, groupCount: groupCount)
      && y.add(state: parts[2], group: group, groupCount: groupCount)
      && xx.add(state: parts[3], group: group, groupCount: groupCount)
      && yy.add(state: parts[4], group: group, groupCount: groupCount)
      && xy.add(state: parts[5], group: group, groupCount: groupCount)
    return isDone ? nil : "bytes that are no exact sum of doubles or of products"
  }
}

/// The number of pairs of a state: from 1 to `most`.
private func pairCount(_ bytes: UnsafeRawBufferPointer, most: Int64) -> Int64? {
  guard let words = integerWords(bytes, count: 1) else { return nil }
  let count = Int64(bitPattern: words[0])
  return count > 0 && count <= most ? count : nil
}
