// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Doubles that are short decimals, stored as integers, after Afroozeh, Kuffo and Boncz, "ALP: Adaptive Lossless floating-Point
/// Compression" (2023): value = integer * 10^factor * 10^-exponent, each product rounded to the nearest double.
///
/// Values that do not come back bit for bit (NaN, infinities, -0.0, more digits) are patched: their bits are stored apart.
package struct DecimalFloats: Sendable, Equatable {
  /// 10^-exponent is the last thing multiplied with.
  package var exponent: Int
  /// At most the exponent.
  package var factor: Int
  /// The integers, 64 bits each; patched slots hold any.
  package var integers: IntegerEncoding
  /// Values that are patched; none has neither positions nor bytes.
  package var patchCount: Int
  /// Where they are, ascending.
  package var positions: IntegerEncoding?

  static let maximumExponent = 18

  /// 10^0 to 10^18, all exact.
  static let powers: [Double] = (0...maximumExponent).map { exponent in
    (0..<exponent).reduce(1.0) { power, _ in power * 10 }
  }
  /// The doubles nearest to 10^0 to 10^-18: a quotient is rounded once.
  static let inversePowers: [Double] = powers.map { 1 / $0 }

  /// Bytes: the integers', the positions', then eight for each patch.
  func byteCount(valueCount: Int) -> Int {
    integers.byteCount(valueCount: valueCount, valueBits: 64)
      + (positions?.byteCount(valueCount: patchCount, valueBits: 32) ?? 0) + patchCount * 8
  }

  func serialize(to writer: inout ByteWriter) {
    writer.append(UInt8(exponent))
    writer.append(UInt8(factor))
    writer.appendVariable(UInt128(patchCount))
    integers.serialize(to: &writer)
    positions?.serialize(to: &writer)
  }

  static func parse(from reader: inout ByteReader, valueCount: Int) throws(EncodingError) -> DecimalFloats {
    let start = reader.position
    let exponent = Int(try reader.read(UInt8.self))
    let factor = Int(try reader.read(UInt8.self))
    guard exponent <= maximumExponent, factor <= exponent else {
      throw EncodingError(.malformed, "decimals with exponent \(exponent) and factor \(factor)", at: start)
    }
    let patchCount = try reader.readCount(limit: valueCount, of: "patches")
    let integers = try IntegerEncoding.parse(from: &reader, valueCount: valueCount, as: Int64.self, depth: 2)
    let positions =
      patchCount == 0
      ? nil : try IntegerEncoding.parse(from: &reader, valueCount: patchCount, as: UInt32.self, depth: 2)
    return DecimalFloats(
      exponent: exponent, factor: factor, integers: integers, patchCount: patchCount, positions: positions)
  }

  /// The integer that decodes to `value` bit for bit; nil if none does.
  @inline(__always)
  static func integer(for value: Double, exponent: Int, factor: Int) -> Int64? {
    let scaled = (value * powers[exponent] * inversePowers[factor]).rounded(.toNearestOrEven)
    // Below 2^53 an integer is a double; NaN and infinities are not below.
    guard abs(scaled) < 9_007_199_254_740_992 else { return nil }
    let integer = Int64(scaled)
    let decoded = Double(integer) * powers[factor] * inversePowers[exponent]
    return decoded.bitPattern == value.bitPattern ? integer : nil
  }
}

extension DecimalFloats: CustomStringConvertible {
  /// `decimals(2: packed 7; 3 patches)`.
  package var description: String {
    let patches = patchCount == 0 ? "" : "; \(patchCount) patches"
    return "decimals(\(exponent - factor): \(integers)\(patches))"
  }

  /// Without numbers.
  var shape: String { "decimals(\(integers.shape))" }
}

/// Doubles as integers, where most of a sample are short decimals; nil where they are not. Appends their bytes.
func encodeDecimalFloats(
  _ values: UnsafeBufferPointer<Double>, policy: EncodingPolicy, into bytes: inout [UInt8]
) -> DecimalFloats? {
  guard let (exponent, factor) = bestExponents(of: values) else { return nil }
  var integers = [Int64](repeating: 0, count: values.count)
  var positions: [UInt32] = []
  var patches: [Double] = []
  var last: Int64 = 0
  for index in values.indices {
    if let integer = DecimalFloats.integer(for: values[index], exponent: exponent, factor: factor) {
      last = integer
    } else {
      positions.append(UInt32(index))
      patches.append(values[index])
    }
    integers[index] = last
  }
  guard patches.count * 4 < values.count else { return nil }
  var result = DecimalFloats(
    exponent: exponent, factor: factor, integers: encodeIntegers(integers, policy: policy, depth: 2, into: &bytes),
    patchCount: patches.count)
  if !patches.isEmpty {
    result.positions = encodeIntegers(positions, policy: policy, depth: 2, into: &bytes)
    patches.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }
  return result
}

/// The exponent and factor with which a sample takes the fewest bits, patches counted.
private func bestExponents(of values: UnsafeBufferPointer<Double>) -> (exponent: Int, factor: Int)? {
  let step = max(1, values.count / 256)
  let sample = stride(from: 0, to: values.count, by: step).map { values[$0] }
  var best: (bits: Int, exponent: Int, factor: Int)?
  for exponent in 0...DecimalFloats.maximumExponent {
    for factor in 0...exponent {
      var misses = 0
      var (low, high) = (Int64.max, Int64.min)
      for value in sample {
        guard let integer = DecimalFloats.integer(for: value, exponent: exponent, factor: factor) else {
          misses += 1
          if misses * 8 > sample.count { break }
          continue
        }
        low = min(low, integer)
        high = max(high, integer)
      }
      guard misses * 8 <= sample.count, low <= high else { continue }
      let width = 64 - UInt64(bitPattern: high &- low).leadingZeroBitCount
      let bits = width * sample.count + misses * 80
      if bits < best?.bits ?? .max { best = (bits, exponent, factor) }
    }
  }
  return best.map { ($0.exponent, $0.factor) }
}

/// Doubles of `decimals`, and the bytes that they took from the front of `bytes`.
func decodeDecimalFloats(
  _ decimals: DecimalFloats, from bytes: UnsafeRawBufferPointer, count: Int
) throws(EncodingError) -> ([Double], Int) {
  let (integers, integerBytes): ([Int64], Int) = try decodeIntegers(decimals.integers, from: bytes, count: count)
  let power = DecimalFloats.powers[decimals.factor]
  let inverse = DecimalFloats.inversePowers[decimals.exponent]
  var values = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
    cs_decimals_to_f64(integers, count, power, inverse, buffer.baseAddress)
    initialized = count
  }
  guard let positionEncoding = decimals.positions else { return (values, integerBytes) }
  let rest = UnsafeRawBufferPointer(rebasing: bytes[integerBytes...])
  let (positions, positionBytes): ([UInt32], Int) = try decodeIntegers(
    positionEncoding, from: rest, count: decimals.patchCount)
  let size = integerBytes + positionBytes + decimals.patchCount * 8
  guard size <= bytes.count else { throw EncodingError(.truncated, "\(decimals.patchCount) patches past the end") }
  let patches = (0..<decimals.patchCount).map {
    Double(bitPattern: bytes.loadUnaligned(fromByteOffset: integerBytes + positionBytes + $0 * 8, as: UInt64.self))
  }
  var failure: EncodingError?
  values.withUnsafeMutableBufferPointer { out in
    do throws(EncodingError) { try patch(out, at: positions, with: patches) } catch { failure = error }
  }
  if let failure { throw failure }
  return (values, size)
}
