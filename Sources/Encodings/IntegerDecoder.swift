// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Decodes a stream into `out`; returns the bytes it took from the front of `bytes`.
///
/// Precondition: `encoding` was parsed for `out.count` values of type `T`. Throws if `bytes` is too short or run lengths are
/// not what they must be.
package func decodeIntegers<T: StreamInteger>(
  _ encoding: IntegerEncoding, from bytes: UnsafeRawBufferPointer, into out: UnsafeMutableBufferPointer<T>
) throws(EncodingError) -> Int {
  let size = encoding.byteCount(valueCount: out.count, valueBits: T.bitWidth)
  guard size <= bytes.count else {
    throw EncodingError(.truncated, "a stream of \(size) bytes in \(bytes.count) bytes")
  }
  let stream = UnsafeRawBufferPointer(rebasing: bytes[..<size])
  switch encoding {
  case .constant(let value):
    out.update(repeating: T(truncatingIfNeeded: value))
  case .plain:
    UnsafeMutableRawBufferPointer(out).copyMemory(from: stream)
  case .packed(let reference, let bitWidth):
    T.unpack(stream, reference: T(truncatingIfNeeded: reference), bitWidth: bitWidth, into: out)
  case .planes(let reference, let byteCount):
    T.joinPlanes(stream, reference: T(truncatingIfNeeded: reference), planeCount: byteCount, into: out)
  case .runs(let count, let valueEncoding, let lengthEncoding):
    let (values, lengths): ([T], [UInt32]) = try decodeBoth(valueEncoding, lengthEncoding, from: stream, count: count)
    try expandRuns(values, lengths, into: out)
  case .delta(let lag, let first, let differences):
    let used = try decodeIntegers(first, from: stream, into: UnsafeMutableBufferPointer(rebasing: out[..<lag]))
    _ = try decodeIntegers(
      differences, from: UnsafeRawBufferPointer(rebasing: stream[used...]),
      into: UnsafeMutableBufferPointer(rebasing: out[lag...]))
    T.sum(atLag: lag, out)
  case .patched(let count, let base, let positionEncoding, let valueEncoding):
    let used = try decodeIntegers(base, from: stream, into: out)
    let (positions, values): ([UInt32], [T]) = try decodeBoth(
      positionEncoding, valueEncoding, from: UnsafeRawBufferPointer(rebasing: stream[used...]), count: count)
    try patch(out, at: positions, with: values)
  case .dictionary(let count, let valueEncoding, let codeEncoding):
    let (values, used): ([T], Int) = try decodeIntegers(valueEncoding, from: stream, count: count)
    let (codes, _): ([UInt32], Int) = try decodeIntegers(
      codeEncoding, from: UnsafeRawBufferPointer(rebasing: stream[used...]), count: out.count)
    try lookUp(codes, in: values, into: out)
  case .multiples(let factor, let reference, let quotients):
    _ = try decodeIntegers(quotients, from: stream, into: out)
    T.scale(out, factor: T(truncatingIfNeeded: factor), reference: T(truncatingIfNeeded: reference))
  }
  return size
}

/// Decodes a stream of `count` values into a new array. Precondition: `count` was bounded by the caller.
package func decodeIntegers<T: StreamInteger>(
  _ encoding: IntegerEncoding, from bytes: UnsafeRawBufferPointer, count: Int
) throws(EncodingError) -> ([T], Int) {
  var used = 0
  var failure: EncodingError?
  let values = [T](unsafeUninitializedCapacity: count) { buffer, initialized in
    do throws(EncodingError) {
      used = try decodeIntegers(
        encoding, from: bytes, into: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return (values, used)
}

/// Decodes two streams of `count` values each, the second behind the first. Precondition: `count` was bounded by the caller.
func decodeBoth<First: StreamInteger, Second: StreamInteger>(
  _ first: IntegerEncoding, _ second: IntegerEncoding, from bytes: UnsafeRawBufferPointer, count: Int
) throws(EncodingError) -> ([First], [Second]) {
  let (values, used): ([First], Int) = try decodeIntegers(first, from: bytes, count: count)
  let (others, _): ([Second], Int) = try decodeIntegers(
    second, from: UnsafeRawBufferPointer(rebasing: bytes[used...]), count: count)
  return (values, others)
}

/// Repeats each value as often as its length says. Throws unless lengths are at least 1 and fill `out` exactly.
func expandRuns<T>(
  _ values: [T], _ lengths: [UInt32], into out: UnsafeMutableBufferPointer<T>
) throws(EncodingError) {
  try checkRunLengths(lengths, filling: out.count)
  var position = 0
  for (value, length) in zip(values, lengths) {
    UnsafeMutableBufferPointer(rebasing: out[position..<position + Int(length)]).update(repeating: value)
    position += Int(length)
  }
}

/// Throws unless lengths are at least 1, and `count` in all.
func checkRunLengths(_ lengths: [UInt32], filling count: Int) throws(EncodingError) {
  var left = count
  for (run, length) in lengths.enumerated() {
    guard length > 0, Int(length) <= left else {
      throw EncodingError(.malformed, "run \(run) has length \(length) with \(left) values left")
    }
    left -= Int(length)
  }
  guard left == 0 else {
    throw EncodingError(.malformed, "runs of \(count - left) values in all for \(count) values")
  }
}

/// Replaces the values at `positions`. Throws unless these ascend and lie within `out`.
func patch<T>(
  _ out: UnsafeMutableBufferPointer<T>, at positions: [UInt32], with values: [T]
) throws(EncodingError) {
  try checkPatchPositions(positions, of: out.count)
  for (position, value) in zip(positions, values) { out[Int(position)] = value }
}

/// Throws unless positions ascend and lie within `count` values.
func checkPatchPositions(_ positions: [UInt32], of count: Int) throws(EncodingError) {
  var next = 0
  for (index, position) in positions.enumerated() {
    guard position >= next, position < count else {
      throw EncodingError(.malformed, "patch \(index) at \(position) of \(count) values, from \(next) on expected")
    }
    next = Int(position) + 1
  }
}

/// Gives each code its value. Throws if a code has none.
func lookUp<T>(_ codes: [UInt32], in values: [T], into out: UnsafeMutableBufferPointer<T>) throws(EncodingError) {
  let highest = codes.withUnsafeBufferPointer { cs_maximum_u32($0.baseAddress, $0.count) }
  guard codes.isEmpty || Int(highest) < values.count else {
    throw EncodingError(.malformed, "code \(highest) in a dictionary of \(values.count) values")
  }
  values.withUnsafeBufferPointer { values in
    // Below the count, as was just checked.
    for index in codes.indices { out[index] = values[Int(codes[index])] }
  }
}
