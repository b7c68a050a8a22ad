// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Finds at which distance a stream resembles itself: a column that runs through the same cities every day.
enum LagSearch {
  /// Distances above this are not looked at.
  static let mostLag = 32_768
  private static let probeCount = 8

  /// The distance, from 2 on, at which eight values spread over the stream are nearest to those before; nil for short streams and where
  /// no distance stands out. A candidate: the caller tells from a sample what it saves.
  ///
  /// Cost: eight passes over a quarter of the stream, some 0.1 ms for 131,072 values.
  static func candidate<T: StreamInteger>(in stream: UnsafeBufferPointer<T>, minimum: T, bitWidth: Int) -> Int? {
    let lags = min(stream.count / 4, mostLag)
    guard lags >= 16 else { return nil }
    var distances = [UInt64](repeating: 0, count: lags)
    let found = distances.withUnsafeMutableBufferPointer { distances in
      probes(stream, from: lags, minimum: minimum).allSatisfy {
        T.addLagDistances(stream, position: $0, shift: max(0, bitWidth - 58), into: distances)
      }
    }
    guard found else { return nil }
    // Distance 1 is another question.
    var best = 1
    var total = 0.0
    for lag in 1..<lags {
      total += Double(distances[lag])
      if distances[lag] < distances[best] { best = lag }
    }
    guard Double(distances[best]) * 3 < total / Double(lags - 1) else { return nil }
    return best + 1
  }

  /// In each of eight parts behind `start`, the greatest of some values: small ones resemble one another anywhere.
  private static func probes<T: StreamInteger>(
    _ stream: UnsafeBufferPointer<T>, from start: Int, minimum: T
  ) -> [Int] {
    let step = max(1, (stream.count - start) / probeCount)
    return (0..<probeCount).map { part in
      let first = min(start + part * step, stream.count - 1)
      let last = min(first + step, stream.count)
      var best = first
      for position in stride(from: first, to: last, by: max(1, step / 64)) where stream[position] > stream[best] {
        best = position
      }
      return best
    }
  }
}
