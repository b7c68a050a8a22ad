// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// Which chunks of its one chunk file a command reads: one task of many.
struct ChunksOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of one .cln file, read only these chunks, counted from 0, the last not included: 4:8.", valueName: "a:b"))
  var chunks: NumberRange?
}

/// Two numbers with a colon between them: from the first up to the second, which is not included.
struct NumberRange: ExpressibleByArgument {
  let range: Range<Int>

  /// Nil for anything but two numbers from 0 on, the second no less than the first.
  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
      let first = Int(parts[0]), let last = Int(parts[1]), first <= last
    else { return nil }
    range = first..<last
  }
}
