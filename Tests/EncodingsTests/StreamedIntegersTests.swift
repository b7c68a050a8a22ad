// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Encodings

/// Integers a piece at a time against the page decoded as a whole.
struct StreamedIntegersTests {
  private func pieces(
    _ values: [Int64], _ encoding: IntegerEncoding, _ bytes: [UInt8], limits: ClosedRange<Int128>? = nil
  ) -> (isStreamed: Bool, found: [Int64]?) {
    let page = PageEncoding(physical: .int64, values: .integers(encoding), validity: .allValid)
    let limits = limits ?? Int128(values.min() ?? 0)...Int128(values.max() ?? 0)
    return bytes.withUnsafeBytes { bytes in
      let pieces =
        page.isStreamed
        ? streamPage(
          page, from: bytes, rowCount: values.count,
          bounds: .integer(minimum: limits.lowerBound, maximum: limits.upperBound, sum: nil)) : nil
      guard let pieces else { return (page.isStreamed, nil) }
      #expect(pieces.rowCount == values.count && pieces.limits == limits)
      var found: [Int64] = []
      while found.count < values.count {
        let piece = pieces.next()
        #expect(piece.count > 0)
        found += piece
      }
      return (true, found)
    }
  }

  @Test func piecesAreTheWholePage() {
    var random = RandomSource(seed: 51)
    let differences: [EncodingShape] = [
      .packed, .patched(every: 7, .packed, .packed, .packed), .multiples(of: 3, .packed),
      .patched(every: 1024, .multiples(of: 2, .packed), .plain, .planes), .planes, .runs(.planes, .packed),
      .patched(every: 9, .planes, .packed, .packed), .multiples(of: 3, .runs(.packed, .packed)),
    ]
    var streamed = 0
    for count in [2, 1023, 1025, 2048, 2049, 4097, 9_000] {
      for lag in [0, 1, 7, 2047, 2048, 2049, 5570] where lag < count {
        for difference in differences {
          let values = (0..<count).map { row -> Int64 in
            if row % 500 == 1 { return Int64(random.next() % (1 << 40)) * 6 }
            return Int64(row / 3) * 6 + Int64(random.next() % 9) * 6
          }
          let (encoding, bytes) = plainlyEncoded(
            values, as: lag == 0 ? difference : .delta(lag: lag, .packed, difference))
          let message: Comment = "\(count) rows, lag \(lag), \(encoding)"
          let (isStreamed, found) = pieces(values, encoding, bytes)
          let isExpected =
            switch encoding {
            case .delta, .patched, .multiples, .planes: true
            default: false
            }
          #expect(isStreamed == isExpected && found == (isExpected ? values : nil), message)
          streamed += isStreamed ? 1 : 0
        }
      }
    }
    #expect(streamed > 100, "\(streamed)")
  }

  @Test func constantStepsAreARamp() {
    let values = (0..<10_000).map { Int64($0) * 5 - 7 }
    let (encoding, bytes) = plainlyEncoded(values, as: .delta(lag: 1, .constant, .constant))
    #expect(encoding == .delta(lag: 1, first: .constant(-7), differences: .constant(5)))
    #expect(pieces(values, encoding, bytes).found == values)
    for (lag, isNear) in [(65_536, true), (65_537, false)] {
      let far = (0..<66_000).map { Int64($0 % lag) }
      let (encoding, bytes) = plainlyEncoded(far, as: .delta(lag: lag, .packed, .constant))
      let (isStreamed, found) = pieces(far, encoding, bytes)
      #expect(isStreamed == isNear && found == (isNear ? far : nil))
    }
    let repeated = (0..<10_000).map { Int64($0 % 3000) }
    let (far, farBytes) = plainlyEncoded(repeated, as: .delta(lag: 3000, .packed, .constant))
    #expect(pieces(repeated, far, farBytes).found == repeated)
  }

  @Test func whatIsNotSteppedIsDecodedAsAWhole() {
    let values = (0..<3000).map { Int64($0 / 50) }
    for shape in [
      EncodingShape.packed, .plain, .runs(.packed, .packed), .dictionary(.packed, .packed),
      .delta(lag: 1, .packed, .plain), .patched(every: 9, .dictionary(.packed, .packed), .packed, .packed),
    ] {
      let (encoding, bytes) = plainlyEncoded(values, as: shape)
      #expect(!pieces(values, encoding, bytes).isStreamed, "\(encoding)")
    }
  }

  @Test func brokenPagesAreLeftToTheDecoder() {
    let values = (0..<3000).map { Int64($0 % 4) }
    let (encoding, bytes) = plainlyEncoded(values, as: .patched(every: 100, .packed, .plain, .plain))
    #expect(pieces(values, encoding, bytes).found == values)
    #expect(pieces(values, encoding, Array(bytes.dropLast())).found == nil)
    #expect(pieces(values, encoding, bytes + [0]).found == nil)
    // Positions of the patches stand behind what is packed, four bytes each: one beyond the rows, one twice.
    let start = packedByteCount(3000, bitWidth: 2)
    for (patch, position): (Int, UInt32) in [(29, 3000), (29, .max), (1, 3000), (1, 0)] {
      var broken = bytes
      let place = start + 4 * patch
      withUnsafeBytes(of: position.littleEndian) { broken.replaceSubrange(place..<place + 4, with: $0) }
      #expect(pieces(values, encoding, broken).found == nil, "\(position)")
    }
  }

  @Test func brokenRunsAreLeftToTheDecoder() {
    let values = (0..<3000).map { Int64($0 / 100) }
    let (encoding, bytes) = plainlyEncoded(values, as: .patched(every: 100, .runs(.plain, .plain), .plain, .plain))
    guard case .patched(_, .runs(let runCount, _, _), _, _) = encoding else {
      Issue.record("\(encoding)")
      return
    }
    #expect(pieces(values, encoding, bytes).found == values)
    // Lengths of 100 stand behind the runs' values: none that the next one makes up for, too many, far too many, too few.
    for (first, second): (UInt32, UInt32) in [(0, 200), (200, 0), (1_000, 100), (.max, 100), (.max, 201), (99, 100)] {
      var broken = bytes
      for (index, length) in [first, second].enumerated() {
        let place = runCount * 8 + 4 * index
        withUnsafeBytes(of: length.littleEndian) { broken.replaceSubrange(place..<place + 4, with: $0) }
      }
      #expect(pieces(values, encoding, broken).found == nil, "\(first), \(second)")
    }
  }
}
