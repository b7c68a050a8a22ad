// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// Functions of UTF-8 text. Its characters are Unicode scalars.

extension ExpressionRun {
  func texts(_ operation: ExpressionOperation, _ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    switch operation {
    case .length:
      let values: [Int64] = inputs[0].withTexts { text in
        filled(count) { results in
          for row in 0..<count { results[row] = Int64(scalarCount(text(row))) }
        }
      }
      return strict(inputs, count, .int64(values))
    case .like(let ignoresCase): return liked(inputs, ignoresCase: ignoresCase, count)
    case .concatenate: return concatenated(inputs, count)
    case .lower, .upper:
      let isLower = operation == .lower
      return inputs[0].withTexts { text in
        made(inputs, count) { row, bytes in appendMapped(text(row), isLower: isLower, to: &bytes) }
      }
    case .trim(let leading, let trailing):
      return inputs[0].withTexts { text in
        made(inputs, count) { row, bytes in
          var rest = text(row)[...]
          let space = UInt8(ascii: " ")
          if leading { rest = rest.drop { $0 == space } }
          if trailing { while rest.last == space { rest.removeLast() } }
          bytes += rest
        }
      }
    case .substring:
      return inputs[0].withTexts { text in
        made(inputs, count) { row, bytes in
          let (first, last) = scalarRange(inputs, row)
          bytes += text(row)[byteRange(text(row), first, last)]
        }
      }
    default: preconditionFailure("no function of texts")
    }
  }

  /// Texts made row by row: `make` appends a row's bytes. Rows from the one on whose text has no room fail.
  private func made(
    _ inputs: [ExpressionVector], _ count: Int, _ make: (Int, inout [UInt8]) -> Void
  ) -> ExpressionVector {
    var bytes: [UInt8] = []
    var offsets: [UInt32] = [0]
    offsets.reserveCapacity(count + 1)
    var firstFailed = count
    for row in 0..<count {
      if row < firstFailed, inputs.allSatisfy({ $0.isValid(row) }) {
        make(row, &bytes)
        if bytes.count > textByteLimit {
          bytes.removeLast(bytes.count - Int(offsets[row]))
          firstFailed = row
        }
      }
      offsets.append(UInt32(bytes.count))
    }
    let values = PageValues.strings(StringArray(offsets: offsets, bytes: bytes))
    return strict(inputs, count, values, mayFail: firstFailed < count) { $0 >= firstFailed }
  }

  /// The texts of a row one after the other, of any number of inputs: lengths first, then each input's bytes at their places. Rows from the
  /// one on whose text has no room fail.
  private func concatenated(_ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    let areValid = (0..<count).map { row in inputs.allSatisfy { $0.isValid(row) } }
    var lengths = [Int](repeating: 0, count: count)
    for input in inputs {
      input.withTexts { text in
        for row in 0..<count where areValid[row] { lengths[row] += text(row).count }
      }
    }
    var ends: [Int] = []
    var total = 0
    for length in lengths {
      guard total + length <= textByteLimit else { break }
      total += length
      ends.append(total)
    }
    let firstFailed = ends.count
    ends += repeatElement(total, count: count - firstFailed)
    let bytes = [UInt8](unsafeUninitializedCapacity: total) { buffer, initializedCount in
      var places = [0] + ends
      for input in inputs {
        input.withTexts { text in
          for row in 0..<firstFailed where areValid[row] {
            let bytes = text(row)
            // In range: a row's place moves from the end of the row before to its own, by the bytes counted above.
            UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[places[row]...])
              .copyMemory(from: bytes)
            places[row] += bytes.count
          }
        }
      }
      initializedCount = total
    }
    let values = PageValues.strings(StringArray(offsets: [0] + ends.map { UInt32($0) }, bytes: bytes))
    return strict(inputs, count, values, mayFail: firstFailed < count) { $0 >= firstFailed }
  }

  /// From the first to before the last scalar, counted from 1, that a row's `substring` asks for.
  private func scalarRange(_ inputs: [ExpressionVector], _ row: Int) -> (first: Int, end: Int) {
    let first = Int(clamping: inputs[1].integer(row))
    guard inputs.count > 2 else { return (first, .max) }
    let length = Int(clamping: inputs[2].integer(row))
    let (end, overflow) = first.addingReportingOverflow(length)
    return (first, overflow ? (length < 0 ? .min : .max) : end)
  }

  private func liked(_ inputs: [ExpressionVector], ignoresCase: Bool, _ count: Int) -> ExpressionVector {
    var known: (pattern: [UInt8], escape: [UInt8], matcher: LikePattern?)?
    var failed = false
    let values: [Int64] = inputs[0].withTexts { text in
      filled(count) { results in
        for row in 0..<count where inputs.allSatisfy({ $0.isValid(row) }) {
          let pattern = inputs[1].withTexts { Array($0(row)) }
          let escape = inputs.count > 2 ? inputs[2].withTexts { Array($0(row)) } : []
          if known == nil || known?.pattern != pattern || known?.escape != escape {
            known = (pattern, escape, LikePattern(pattern, escape: escape, ignoresCase: ignoresCase))
          }
          guard let matcher = known?.matcher else {
            failed = true
            results[row] = -1
            continue
          }
          results[row] = matcher.matches(text(row)) ? 1 : 0
        }
      }
    }
    return strict(inputs, count, .int64(values), mayFail: failed) { values[$0] == -1 }
  }
}

/// Number of Unicode scalars: of bytes that do not continue one.
func scalarCount(_ text: UnsafeRawBufferPointer) -> Int {
  var count = 0
  for byte in text { count &+= byte & 0xC0 == 0x80 ? 0 : 1 }
  return count
}

/// Where scalars `first` up to before `end`, counted from 1, lie; what is outside the text is left out.
private func byteRange(_ text: UnsafeRawBufferPointer, _ first: Int, _ end: Int) -> Range<Int> {
  var number = 0
  var start = text.count
  for (index, byte) in text.enumerated() where byte & 0xC0 != 0x80 {
    number += 1
    if number >= end { return min(start, index)..<index }
    if number == max(first, 1) { start = index }
  }
  return end <= 1 ? 0..<0 : start..<text.count
}

/// Appends `text` with each scalar in the other case, where that is one scalar (Unicode's simple mappings): `ß` stays.
private func appendMapped(_ text: UnsafeRawBufferPointer, isLower: Bool, to bytes: inout [UInt8]) {
  let (first, last) = isLower ? (UInt8(ascii: "A"), UInt8(ascii: "Z")) : (UInt8(ascii: "a"), UInt8(ascii: "z"))
  if text.allSatisfy({ $0 < 0x80 }) {
    for byte in text { bytes.append(first <= byte && byte <= last ? byte ^ 0x20 : byte) }
    return
  }
  for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
    bytes += UTF8.encode(mappedScalar(scalar, isLower: isLower)).map { Array($0) } ?? []
  }
}

/// The scalar in the other case, itself where that is not one scalar.
func mappedScalar(_ scalar: Unicode.Scalar, isLower: Bool) -> Unicode.Scalar {
  let mapping = isLower ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
  let scalars = mapping.unicodeScalars
  guard scalars.count == 1, let mapped = scalars.first else { return scalar }
  return mapped
}
