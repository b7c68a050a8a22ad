// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines
import TextFormats
import Workers

/// Options that every command with long work takes.
struct CommonOptions: ParsableArguments {
  @Option(name: .customLong("threads"), help: "Threads to use. (default: all processors this process may use)")
  var requestedThreads: Int?

  @Flag(name: [.short, .long], help: "Print nothing but data and errors.")
  var quiet = false

  @Option(help: "Progress on standard error: auto (only where it is a terminal), on, off.")
  var progress: ProgressChoice = .auto

  func validate() throws {
    if let requestedThreads, !(1...1024).contains(requestedThreads) {
      throw ValidationError("--threads takes a whole number from 1 to 1024, not \(requestedThreads)")
    }
  }

  var threads: Int { requestedThreads ?? availableProcessors() }

  var showsProgress: Bool {
    switch progress {
    case .on: true
    case .off: false
    case .auto: !quiet && isTerminal(2)
    }
  }
}

/// When to show progress.
enum ProgressChoice: String, Choice {
  case auto, on, off
}
