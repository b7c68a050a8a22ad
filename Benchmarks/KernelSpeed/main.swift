// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport

// Speed of sums, extremes, filters and grouped sums on one thread, by type, encoding and instruction set, next to the memory's.
//
//     kernel-speed [REPEATS]
//
// Prints Markdown. Every answer is checked against plain loops; a wrong one ends the process with 1.

let repeats = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10
let memory = memorySpeeds(repeats: repeats)
let lines = try kernelCases().flatMap { try Measurement($0, repeats: repeats).lines() }
print(
  """
  # Aggregation on one thread, by type, encoding and instruction set

  \(machineDescription()), \(today()).
  Best of \(repeats) runs over a chunk file in memory: \(pageCount) pages of \(pageRows) rows, told not to answer from statistics, so that checksum,
  decoding (where it is not spared) and the query's own set-up are in every figure. Every answer is checked against plain loops.
  `make bench-kernels`.

  values/ns. Grouped: sums in \(groupCount) groups at random. As much as an int64 column in memory of the last column's GB/s would give: one core
  copies \(text(memory.copied, digits: 1)) GB/s of memory outside the caches, and adds up \(text(memory.read, digits: 1)) GB/s of it.

  | values | encoding | stored bytes a value | level | sum | min and max | filter, count | grouped sum | as GB/s of int64 |
  |---|---|---|---|---|---|---|---|---|
  \(lines.joined(separator: "\n"))
  """)
