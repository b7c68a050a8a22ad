// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The processor's name and the system.
public func machineDescription() -> String {
  let model = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?
    .split(separator: "\n").first { $0.hasPrefix("model name") }?
    .split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
  let system = ProcessInfo.processInfo.operatingSystemVersionString
  #if arch(x86_64)
    return "\(model ?? "unknown processor"), x86_64, \(system)"
  #else
    return "\(model ?? "unknown processor"), AArch64, \(system)"
  #endif
}

/// Today, for tables that say when they were made.
public func today() -> String { Date().formatted(.iso8601.year().month().day()) }

/// The least seconds that `body` takes in `repeats` runs.
public func leastSeconds(repeats: Int, _ body: () throws -> Void) rethrows -> Double {
  var least = Duration.seconds(1000)
  for _ in 0..<max(1, repeats) { least = min(least, try ContinuousClock().measure { try body() }) }
  return least / .seconds(1)
}

/// A number with so many digits after the point.
public func text(_ number: Double, digits: Int) -> String { String(format: "%.\(digits)f", number) }
