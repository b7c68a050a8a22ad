// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArgumentParser
import CColumnShims
import Pipelines

/// Options of commands that can sort what they write.
struct SortOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Sort all rows: 'date, state desc'. Nulls come last, equal rows stay as they are.", valueName: "list"))
  var sortBy: String?

  @Option(
    help: ArgumentHelp(
      "Most memory of the whole process, 64MiB at least; what is sorted goes to $TMPDIR. (default: 1GiB to sort)",
      valueName: "size"))
  var memory: String?

  func validate() throws {
    _ = try order()
    _ = try limit()
  }

  /// The columns, none if nothing is to be sorted. Throws a usage error.
  func order() throws -> [SortKey] {
    guard let sortBy else { return [] }
    return try usage { try sortKeys(in: sortBy, part: .sortBy) }
  }

  /// Where little memory is allowed, freed buffers are given back at once: slower by page faults, but not held for nothing.
  func prepareMemory() throws {
    guard let limit = try limit() else { return }
    if limit.byteCount < 512 << 20 { cs_give_back_freed_buffers() }
    limitTransfers(to: limit)
  }

  /// The limit, if one is given. Throws a usage error.
  func limit() throws -> MemoryLimit? { try memoryLimit(memory) }
}

/// The limit that `--memory` gives, nil where it is not given. Throws a usage error.
func memoryLimit(_ memory: String?) throws -> MemoryLimit? {
  guard let memory else { return nil }
  let advice = "\n  try: --memory 512MiB, --memory 2GiB"
  guard let byteCount = MemoryLimit.byteCount(in: memory) else {
    throw ValidationError("--memory takes \(MemoryLimit.readableForms), not \"\(memory)\"\(advice)")
  }
  guard let limit = MemoryLimit(byteCount: byteCount) else {
    throw ValidationError("--memory takes 64MiB or more, not \(memory)\(advice)")
  }
  return limit
}
