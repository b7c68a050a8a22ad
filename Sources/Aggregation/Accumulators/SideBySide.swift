// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import Workers

/// Values with their groups, from one worker.
struct CollectedPart<Stored: StoredNumber>: Sendable {
  /// Values of a page and their groups; no groups where all are group 0.
  var segments: [(groups: [UInt32], values: [Stored])]
  /// Groups the worker knows.
  var groupCount: Int
  /// What its groups are in the whole; nil: the same.
  var groups: [UInt32]?

  /// What its group is in the whole.
  func target(_ group: Int) -> Int { groups.map { Int($0[group]) } ?? group }
}

/// Brings the values of `parts` side by side: group `g` of the result has those from `starts[g]` to `starts[g + 1]`.
///
/// A counting sort by group: each part counts its values, places are given out, each part writes to its own. On several threads, one per
/// part; O(values + parts x groups).
func sideBySide<Stored: StoredNumber>(
  _ parts: [CollectedPart<Stored>], groupCount: Int, threads: Int
) throws -> (values: LargeBuffer<Stored>, starts: [Int]) {
  var ends = parts.map { [Int](repeating: 0, count: max(1, $0.groupCount)) }
  try eachPart(parts, &ends, threads) { countValues($0, into: &$1) }
  var starts = [Int](repeating: 0, count: groupCount + 1)
  for (part, counts) in zip(parts, ends) {
    for (group, count) in counts.enumerated() where count > 0 { starts[part.target(group) + 1] += count }
  }
  for group in 0..<groupCount { starts[group + 1] += starts[group] }
  var next = Array(starts.dropLast())
  for part in parts.indices {
    for (group, count) in ends[part].enumerated() where count > 0 {
      let target = parts[part].target(group)
      ends[part][group] = next[target]
      next[target] += count
    }
  }
  let values = LargeBuffer<Stored>(count: starts[groupCount])
  try eachPart(parts, &ends, threads) { scatterValues($0, &$1, into: values.elements) }
  return (values, starts)
}

/// Runs `body` on each part and its ends, on several threads.
private func eachPart<Stored: StoredNumber>(
  _ parts: [CollectedPart<Stored>], _ ends: inout [[Int]], _ threads: Int,
  _ body: @escaping @Sendable (CollectedPart<Stored>, inout [Int]) -> Void
) throws {
  let counter = WorkCounter(limit: parts.count)
  try ends.withUnsafeMutableBufferPointer { ends in
    // Each part is one worker's.
    nonisolated(unsafe) let ends = ends
    try runWorkers(max(1, min(threads, parts.count))) { _, _ in
      while let part = counter.next() { body(parts[part], &ends[part]) }
    }
  }
}

private func countValues<Stored: StoredNumber>(_ part: CollectedPart<Stored>, into counts: inout [Int]) {
  counts.withUnsafeMutableBufferPointer { counts in
    for segment in part.segments {
      if segment.groups.isEmpty { counts[0] += segment.values.count }
      segment.groups.withUnsafeBufferPointer { groups in
        for i in 0..<groups.count { counts[Int(groups[i])] &+= 1 }
      }
    }
  }
}

private func scatterValues<Stored: StoredNumber>(
  _ part: CollectedPart<Stored>, _ ends: inout [Int], into values: UnsafeMutableBufferPointer<Stored>
) {
  ends.withUnsafeMutableBufferPointer { ends in
    for segment in part.segments {
      segment.values.withUnsafeBufferPointer { own in
        guard segment.groups.isEmpty else {
          segment.groups.withUnsafeBufferPointer { Stored.scatter(own, groups: $0, ends: ends, into: values) }
          return
        }
        _ = UnsafeMutableBufferPointer(rebasing: values[ends[0]...]).update(fromContentsOf: own)
        ends[0] += own.count
      }
    }
  }
}
