// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

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
  case .runs(let count, let valueEncoding, let lengthEncoding):
    let (values, used): ([T], Int) = try decodeIntegers(valueEncoding, from: stream, count: count)
    let rest = UnsafeRawBufferPointer(rebasing: stream[used...])
    let (lengths, _): ([UInt32], Int) = try decodeIntegers(lengthEncoding, from: rest, count: count)
    try expandRuns(values, lengths, into: out)
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

/// Repeats each value as often as its length says. Throws unless lengths are at least 1 and fill `out` exactly.
func expandRuns<T>(
  _ values: [T], _ lengths: [UInt32], into out: UnsafeMutableBufferPointer<T>
) throws(EncodingError) {
  var position = 0
  for run in values.indices {
    let length = Int(lengths[run])
    guard length > 0, length <= out.count - position else {
      throw EncodingError(.malformed, "run \(run) has length \(length) with \(out.count - position) values left")
    }
    UnsafeMutableBufferPointer(rebasing: out[position..<position + length]).update(repeating: values[run])
    position += length
  }
  guard position == out.count else {
    throw EncodingError(.malformed, "runs of \(position) values in all for \(out.count) values")
  }
}
