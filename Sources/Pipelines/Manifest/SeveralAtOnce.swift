// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workers

/// Files that are opened at once: several where each costs a round trip to a service, else one after the other.
func openedAtOnce(_ paths: [String]) -> Int { paths.contains(where: isRemote) ? 16 : 1 }

/// `body` of each item, in their order; up to `atOnce` threads work on it.
///
/// Throws what `body` threw for the first item of all for which it does, whatever the number of threads: items are taken in order, and
/// once one has failed, no more are.
func mappedAtOnce<Item: Sendable, Made: Sendable>(
  _ items: [Item], atOnce: Int, _ body: @escaping @Sendable (Item) throws -> Made
) throws -> [Made] {
  let made = Mutex([Result<Made, any Error>?](repeating: nil, count: items.count))
  let hasFailed = Atomic(false)
  let counter = WorkCounter(limit: items.count)
  try runWorkers(max(1, min(atOnce, items.count))) { _, cancellation in
    while !cancellation.isCancelled, !hasFailed.load(ordering: .relaxed), let index = counter.next() {
      let result = Result { try body(items[index]) }
      if case .failure = result { hasFailed.store(true, ordering: .relaxed) }
      made.withLock { $0[index] = result }
    }
  }
  return try made.withLock { $0 }.map { result in
    guard let result else { preconditionFailure("an item was left out though none before it failed") }
    return try result.get()
  }
}
