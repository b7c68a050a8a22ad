// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Workers

/// Groups that are worth a thread.
private let groupsPerThread = 1_024

/// One result per group, in order, worked out on several threads. `weights`, where groups differ, ascends by what each group costs.
func mapGroups<Result>(
  count: Int, weights: [Int]? = nil, threads: Int, empty: Result, _ body: @escaping (Int) -> Result
) throws -> [Result] {
  let total = weights.map { $0[count] } ?? count
  let workers = max(1, min(threads, total / groupsPerThread, count))
  if workers == 1 { return (0..<count).map(body) }
  var results = [Result](repeating: empty, count: count)
  let ranges = groupRanges(count, weights, pieces: workers * 8)
  let counter = WorkCounter(limit: ranges.count)
  try results.withUnsafeMutableBufferPointer { results in
    // Each range of groups is one worker's.
    nonisolated(unsafe) let results = results
    nonisolated(unsafe) let body = body
    try runWorkers(workers) { _, _ in
      while let next = counter.next() { for group in ranges[next] { results[group] = body(group) } }
    }
  }
  return results
}

/// Cuts groups into pieces of about the same cost.
private func groupRanges(_ count: Int, _ weights: [Int]?, pieces: Int) -> [Range<Int>] {
  guard let weights else {
    return (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }
  }
  var ranges: [Range<Int>] = []
  var first = 0
  for group in 0..<count where weights[group + 1] - weights[first] >= weights[count] / pieces || group == count - 1 {
    ranges.append(first..<group + 1)
    first = group + 1
  }
  return ranges
}
