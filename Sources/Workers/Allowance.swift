// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Bounds what several threads hold together of something: bytes, say. Each takes all that it needs at once.
public final class Allowance: Sendable {
  private let condition = Condition()
  private let held = Mutex(0)
  private let total: Int

  /// `total`: what may be held.
  public init(_ total: Int) { self.total = total }

  /// Waits until `amount` fits besides what others hold, or nobody holds any: more than there is can be had alone.
  ///
  /// Who takes must not wait for one who has yet to take: both would wait for ever. Where threads wait for each other in the order of their
  /// tickets, they must take in that order.
  public func take(_ amount: Int) {
    guard amount > 0 else { return }
    condition.locked {
      while held.withLock({ $0 > 0 && amount > total - $0 }) { condition.wait() }
      held.withLock { $0 += amount }
    }
  }

  /// Ends the holding of `amount`, which was taken before.
  public func giveBack(_ amount: Int) {
    guard amount > 0 else { return }
    condition.locked {
      held.withLock { $0 -= amount }
      condition.broadcast()
    }
  }
}
