// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CColumnShims
import Pipelines

/// What a command may take that goes on in temporary files where memory has no room.
struct MemoryOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Most memory of the whole process, 64MiB at least; what has no room goes to --temp. (default: 80 % of what is free)",
      valueName: "size"))
  var memory: String?

  @Option(help: ArgumentHelp("Folder for temporary files. (default: $TMPDIR, else /tmp)", valueName: "folder"))
  var temp: String?

  func validate() throws { _ = try memoryLimit(memory) }

  /// nil where nothing was said. Where little memory is allowed, freed buffers are given back at once from here on. Throws a usage error.
  func limit() throws -> MemoryLimit? {
    let limit = try memoryLimit(memory)
    if let limit, limit.byteCount < 1 << 30 { cs_give_back_freed_buffers() }
    if let limit { limitTransfers(to: limit) }
    return limit
  }

  /// What an aggregation may take. Throws as ``limit()``.
  func aggregationLimits(threads: Int) throws -> AggregationLimits {
    guard let limit = try limit() else { return AggregationLimits(temporaryFolder: temp, threads: threads) }
    return AggregationLimits(memory: limit, temporaryFolder: temp, threads: threads)
  }
}
