// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipelines

/// What `agg` may take, and whether it tells what it took.
struct AggregationOptions: ParsableArguments {
  @OptionGroup var room: MemoryOptions

  @Flag(
    help: "Tell on standard error what was read, grouped and spilled, the time of each step, and the peak of memory.")
  var stats = false

  /// Throws as ``MemoryOptions/limit()``.
  func limits(threads: Int) throws -> AggregationLimits {
    guard let limit = try room.limit() else {
      return AggregationLimits(temporaryFolder: room.temp, threads: threads)
    }
    return AggregationLimits(memory: limit, temporaryFolder: room.temp, threads: threads)
  }
}
