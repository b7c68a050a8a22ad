// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Values decoded at a time: 16 KiB. A multiple of the 1,024 of packed blocks.
private let pieceCount = 2048
/// Greatest lag of differences whose last values are kept: 512 KiB.
private let maximumLag = 65_536

extension PageEncoding {
  /// True if ``streamPage(_:from:rowCount:bounds:)`` gives the integers of sound pages: differences of all that is read front to back, and
  /// patches, multiples and planes, no nulls among them. Other integers are decoded as a whole, or seen as they are stored
  /// (``viewPage(_:from:rowCount:nullCount:codeLimit:bounds:)``).
  package var isStreamed: Bool {
    guard physical == .int64, case .allValid = validity, case .integers(let tree) = values else { return false }
    switch tree {
    case .delta(let lag, _, let differences): return lag <= maximumLag && differences.isStepped
    case .patched, .multiples, .planes: return tree.isStepped
    case .constant, .plain, .packed, .runs, .dictionary: return false
    }
  }
}

/// The integers of a page, a piece at a time. nil where something is wrong with the page, which decoding it tells.
///
/// Precondition: ``PageEncoding/isStreamed``, and as for ``decodePage(_:from:rowCount:nullCount:codeLimit:bounds:)``. `bytes` must be there as
/// long as what is given. Cost: that of the patches, of the runs, and of the first values of differences, which are the first piece.
package func streamPage(
  _ encoding: PageEncoding, from bytes: UnsafeRawBufferPointer, rowCount: Int, bounds: PageStatistics.Bounds
) -> (any IntegerPieces)? {
  guard encoding.isStreamed, case .integers(let tree) = encoding.values, rowCount > 0,
    bytes.count == tree.byteCount(valueCount: rowCount, valueBits: 64),
    let limits = integerLimits(isCodes: false, codeLimit: 0, bounds: bounds)
  else { return nil }
  guard case .delta(let lag, let first, let differences) = tree else {
    return (try? SteppedIntegers.of(tree, bytes, count: rowCount)).map { PlainPieces(rowCount, limits, $0) }
  }
  let memory = UnsafeMutableBufferPointer<Int64>.allocate(capacity: lag < pieceCount ? lag + pieceCount : lag)
  do {
    let used = try decodeIntegers(first, from: bytes, into: UnsafeMutableBufferPointer(rebasing: memory[..<lag]))
    let stream = try SteppedIntegers.of(
      differences, UnsafeRawBufferPointer(rebasing: bytes[used...]), count: rowCount - lag)
    if lag < pieceCount { return NearSums(rowCount, limits, memory, lag: lag, stream) }
    return FarSums(rowCount, limits, memory, stream)
  } catch {
    memory.deallocate()
    return nil
  }
}

/// Owns the memory that pieces lie in.
private class OwnedPieces: IntegerPieces {
  let rowCount: Int
  let limits: ClosedRange<Int128>
  let memory: UnsafeMutableBufferPointer<Int64>
  let stream: SteppedIntegers
  /// Values given so far.
  var given = 0

  /// Takes `memory` over.
  init(
    _ rowCount: Int, _ limits: ClosedRange<Int128>, _ memory: UnsafeMutableBufferPointer<Int64>,
    _ stream: SteppedIntegers
  ) {
    (self.rowCount, self.limits, self.memory, self.stream) = (rowCount, limits, memory, stream)
  }

  deinit { memory.deallocate() }

  func next() -> UnsafeBufferPointer<Int64> { preconditionFailure("of subclasses alone") }

  func piece(_ range: Range<Int>) -> UnsafeBufferPointer<Int64> { UnsafeBufferPointer(rebasing: memory[range]) }
}

private final class PlainPieces: OwnedPieces {
  init(_ rowCount: Int, _ limits: ClosedRange<Int128>, _ stream: SteppedIntegers) {
    super.init(rowCount, limits, .allocate(capacity: pieceCount), stream)
  }

  override func next() -> UnsafeBufferPointer<Int64> {
    let count = min(pieceCount, rowCount - given)
    stream.read(count, into: memory)
    given += count
    return piece(0..<count)
  }
}

/// Sums of differences to the value `lag` before, of a lag below a piece: the last values stand in front of the next ones.
private final class NearSums: OwnedPieces {
  private let lag: Int
  /// Values of the last piece.
  private var last = 0

  /// `memory` begins with the first `lag` values, and has room for a piece behind them.
  init(
    _ rowCount: Int, _ limits: ClosedRange<Int128>, _ memory: UnsafeMutableBufferPointer<Int64>, lag: Int,
    _ stream: SteppedIntegers
  ) {
    self.lag = lag
    super.init(rowCount, limits, memory, stream)
  }

  override func next() -> UnsafeBufferPointer<Int64> {
    if given == 0 {
      given = lag
      return piece(0..<lag)
    }
    // They may overlap.
    UnsafeMutableRawBufferPointer(memory).copyMemory(from: UnsafeRawBufferPointer(piece(last..<last + lag)))
    last = min(pieceCount, rowCount - given)
    let values = UnsafeMutableBufferPointer(rebasing: memory[..<(lag + last)])
    stream.read(last, into: UnsafeMutableBufferPointer(rebasing: values[lag...]))
    Int64.sum(atLag: lag, values)
    given += last
    return piece(lag..<lag + last)
  }
}

/// The same of a greater lag: the last values stand in a ring, and each next one takes the place of the one it is told by.
private final class FarSums: OwnedPieces {
  private let steps = UnsafeMutableBufferPointer<Int64>.allocate(capacity: pieceCount)
  /// Those of `steps` that were not added yet.
  private var waiting = 0..<0
  private var place = 0

  deinit { steps.deallocate() }

  override func next() -> UnsafeBufferPointer<Int64> {
    let lag = memory.count
    if given == 0 {
      given = lag
      return piece(0..<lag)
    }
    if waiting.isEmpty {
      waiting = 0..<min(pieceCount, rowCount - given)
      stream.read(waiting.count, into: steps)
    }
    let count = min(waiting.count, lag - place)
    let found = place..<place + count
    add(UnsafeBufferPointer(rebasing: steps[waiting.prefix(count)]), to: found)
    waiting = waiting.dropFirst(count)
    place = found.upperBound == lag ? 0 : found.upperBound
    given += count
    return piece(found)
  }

  private func add(_ differences: UnsafeBufferPointer<Int64>, to range: Range<Int>) {
    let values = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: memory[range]))
    cs_sum_words(
      values.assumingMemoryBound(to: UInt64.self).baseAddress,
      UnsafeRawBufferPointer(differences).assumingMemoryBound(to: UInt64.self).baseAddress, range.count)
  }
}
