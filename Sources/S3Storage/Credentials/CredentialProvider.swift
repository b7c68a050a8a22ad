// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The credentials that requests are signed with: found when they are first asked for, kept, and fetched anew before they end.
///
/// Any number of threads may ask at once. Five minutes before the end the first to ask fetches new ones, while the others go on with the old;
/// if that fails, the old serve on and it is tried again a minute later. Where there are none, or they have ended, all wait for one
/// that fetches, and if it fails they get its error.
final class CredentialProvider: Sendable {
  /// How long before their end credentials are fetched anew, and how long after a failure it is tried again, in seconds.
  private static let margin = 300.0
  private static let pauseAfterFailure = 60.0

  private struct State {
    var current: Credentials?
    /// Those that a server refused as expired.
    var refused: Credentials?
    /// Not before this time are credentials that still hold fetched anew.
    var nextAttempt = 0.0
    /// How many fetches have failed, and the last one's error.
    var failureCount = 0
    var lastFailure: S3CredentialError?

    /// The credentials, if they have not ended.
    func valid(at now: Double) -> Credentials? { now < current?.expiry ?? .infinity ? current : nil }

    /// True if they end soon, or have, and it may be tried to get others.
    func isDue(at now: Double) -> Bool { now >= (current?.expiry ?? .infinity) - margin && now >= nextAttempt }
  }

  private let configuration: AWSConfiguration
  private let surroundings: AWSSurroundings
  private let transport: any HTTPTransport
  private let state = Mutex(State())
  /// Held by the thread that fetches.
  private let fetching = Mutex(())

  /// Nothing is read or sent before credentials are asked for.
  init(
    configuration: AWSConfiguration, transport: any HTTPTransport, surroundings: AWSSurroundings = .ofProcess()
  ) {
    self.configuration = configuration
    self.transport = transport
    self.surroundings = surroundings
  }

  /// Credentials that hold now; nil if requests go unsigned. Throws ``S3CredentialError``.
  func credentials() throws -> Credentials? {
    if configuration.isAnonymous { return nil }
    let now = surroundings.now()
    let (kept, isAging, failureCount) = state.withLock { ($0.valid(at: now), $0.isDue(at: now), $0.failureCount) }
    guard let kept else { return try fetching.withLock { _ in try fetchUnlessDone(failureCount: failureCount) } }
    guard isAging else { return kept }
    // One thread fetches; that it fails is no matter yet.
    let fetched = fetching.withLockIfAvailable { _ in try? fetchUnlessDone(failureCount: failureCount) }
    return (fetched ?? nil) ?? kept
  }

  /// Says that a server takes these credentials, which ``credentials()`` gave, for expired: the next call fetches anew, reading files again.
  /// Nothing happens if others have taken their place.
  func invalidate(_ used: Credentials) {
    state.withLock { state in
      guard let current = state.current, Self.areSame(current, used) else { return }
      state.current = nil
      state.refused = used
    }
  }

  /// With ``fetching`` held: what another thread fetched meanwhile, or the error that it got, or else what is fetched now.
  private func fetchUnlessDone(failureCount: Int) throws(S3CredentialError) -> Credentials {
    let now = surroundings.now()
    let (done, failure) = state.withLock { state in
      (state.isDue(at: now) ? nil : state.valid(at: now), state.failureCount > failureCount ? state.lastFailure : nil)
    }
    if let done { return done }
    if let failure { throw failure }
    do throws(S3CredentialError) {
      let fetched = try CredentialChain(configuration, surroundings, transport).find()
      try state.withLock { state throws(S3CredentialError) in
        if let refused = state.refused, Self.areSame(refused, fetched) { throw expiredCredentials(fetched.origin) }
        state.current = fetched
        state.refused = nil
        // Credentials with less than the margin to live must not be fetched with every request.
        state.nextAttempt = surroundings.now() + Self.pauseAfterFailure
      }
      return fetched
    } catch {
      let now = surroundings.now()
      state.withLock { state in
        state.failureCount += 1
        state.lastFailure = error
        state.nextAttempt = now + Self.pauseAfterFailure
      }
      throw error
    }
  }

  private static func areSame(_ one: Credentials, _ other: Credentials) -> Bool {
    one.accessKey == other.accessKey && one.secretKey == other.secretKey && one.sessionToken == other.sessionToken
  }
}
