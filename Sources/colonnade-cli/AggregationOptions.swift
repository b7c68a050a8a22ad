// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CColumnShims
import Pipelines

/// What `agg` may take, and whether it tells what it took.
struct AggregationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Most memory of the whole process, 64MiB at least; what has no room goes to --temp. (default: 80 % of what is free)",
      valueName: "size"))
  var memory: String?

  @Option(help: ArgumentHelp("Folder for temporary files. (default: $TMPDIR, else /tmp)", valueName: "folder"))
  var temp: String?

  @Flag(
    help: "Tell on standard error what was read, grouped and spilled, the time of each step, and the peak of memory.")
  var stats = false

  func validate() throws { _ = try memoryLimit(memory) }

  /// Where little memory is allowed, freed buffers are given back at once from here on. Throws a usage error.
  func limits(threads: Int) throws -> AggregationLimits {
    guard let memory = try memoryLimit(memory) else {
      return AggregationLimits(temporaryFolder: temp, threads: threads)
    }
    if memory.byteCount < 1 << 30 { cs_give_back_freed_buffers() }
    return AggregationLimits(memory: memory, temporaryFolder: temp, threads: threads)
  }
}
