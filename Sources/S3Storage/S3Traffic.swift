// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What went over the network so far.
public struct S3Traffic: Sendable, Equatable {
  /// Requests sent, those that were tried again included.
  public var requestCount = 0
  /// Of these, how many were sent because one before had failed.
  public var retryCount = 0
  /// Bytes of responses' bodies.
  public var receivedByteCount = 0
  /// Bytes of requests' bodies.
  public var sentByteCount = 0
}

/// Counts from several threads.
final class TrafficCounter: Sendable {
  private let traffic = Mutex(S3Traffic())

  var value: S3Traffic { traffic.withLock { $0 } }

  func note(isRetry: Bool, received: Int, sent: Int) {
    traffic.withLock {
      $0.requestCount += 1
      if isRetry { $0.retryCount += 1 }
      $0.receivedByteCount += received
      $0.sentByteCount += sent
    }
  }
}
