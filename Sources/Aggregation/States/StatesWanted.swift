// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What of the inputs states are made of.
struct StatesWanted: Sendable {
  /// Chunks that are read, counted over all inputs in their order; nil for all. Precondition: there are so many.
  var chunks: Range<Int>?
  /// Number of the inputs' first chunk among all chunks of the job, which `first` and `last` go by; below 0 where no chunk before a later one is read.
  var numberOfFirstChunk = 0
}
